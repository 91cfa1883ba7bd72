"""What `benchmarks/sources_tables.py` puts into `docs/sources.md`, and that the page names what is there."""

import json
import re
from pathlib import Path

import pytest

from benchmarks import sources_tables
from rnn_trading.pipeline_registry import experiments, protocols_of, records_made_by
from rnn_trading.skill.record_files import Records
from tests.conftest import ROOT
from tests.records import record

NAME = "stacked_lstm.classification"
PAGE = (ROOT / sources_tables.PAGE).read_text()


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A page with the marks of one experiment, beside records."""
    monkeypatch.chdir(tmp_path)
    for path in (sources_tables.PAGE, sources_tables.RECORDS):
        path.parent.mkdir(parents=True)
    sources_tables.PAGE.write_text(f"before\n<!-- figures of {NAME} -->\nold\n<!-- end of figures -->\nafter\n")
    found = [record(NAME, "as_published", 0.6, 0.61), record(NAME, "corrected", 0.52, 0.53)]
    plain = {"found": found, "problems": [], "missing": [], "canaries": {}}
    sources_tables.RECORDS.write_text(json.dumps(plain))
    return sources_tables.PAGE


def test_every_published_figure_stands_beside_ours(page):
    sources_tables.main()
    before, head, rule, line, after = (part for part in page.read_text().split("\n") if part and "<!--" not in part)
    assert (before, after) == ("before", "after")
    assert head.count("|") == rule.count("|") == line.count("|")
    assert line.startswith(f"| `{NAME}`, `kedro run --pipelines {NAME}` | auc | 0.68 | 0.600 | 0.520 | — | ")
    assert line.endswith("| ○ Cannot be told from chance |")


def test_a_careful_record_has_a_column_and_the_finding(page):
    plain = json.loads(sources_tables.RECORDS.read_text())
    careful = record(NAME, "careful", 0.58, 0.55, finding="Skill beyond every rival", finding_kind="every")
    sources_tables.RECORDS.write_text(json.dumps(plain | {"found": [*plain["found"], careful]}))
    sources_tables.main()
    line = next(line for line in page.read_text().split("\n") if line.startswith("| `"))
    assert line.endswith("| auc | 0.68 | 0.600 | 0.520 | 0.580 | ● Skill beyond every rival, careful |")


def test_what_makes_a_record_is_its_experiment_in_a_protocol_where_it_exists():
    made_with = sources_tables.commands()
    series = "univariate_regression"
    assert made_with[f"{series}.volatility.lstm"] == f"kedro run --pipelines {series}.volatility"
    windows = f"{series}.rolling_windows"
    by_epochs = f"kedro run --pipelines {windows}.epochs --params protocol=as_published"
    assert made_with[f"{windows}.index.epochs_50"] == by_epochs


def test_the_book_has_the_digits_that_tell_rivals_apart_and_its_command():
    level = record(NAME, "book", 17.0, 16.9, "rmse", published={"rmse_scaled": 0.015}, published_on=None)
    level["model"]["metrics"]["rmse_scaled"] = 0.0162
    level["rivals"]["sign_of_last_return"]["rmse_scaled"] = 0.01504
    _, _, line = sources_tables.book_lines(Records(found={(NAME, "book"): level}))
    command = f"`kedro run --pipelines {NAME} --params protocol=book`"
    assert line.startswith(f"| `{NAME}`, {command} | RMSE of the scaled level ↓ | 0.015 | 0.01620 | ")
    assert "sign of last return 0.01504" in line


def test_a_record_that_is_missing_is_named(page):
    page.write_text(page.read_text().replace(NAME, "a.none"))
    with pytest.raises(SystemExit, match=r"has no record of a.none. Run: make report"):
        sources_tables.main()
    sources_tables.RECORDS.unlink()
    with pytest.raises(SystemExit, match=r"skill_records.json is not there. Run: make report"):
        sources_tables.main()


def test_the_page_has_every_record_once_and_names_notebooks_that_are_there():
    named = [name for names in re.findall(r"<!-- figures of (.*?) -->", PAGE) for name in names.split()]
    made = protocols_of(records_made_by(experiments()))
    assert sorted(named) == sorted([*(made.keys() - {"text_sentiment.stars"}), "the", "book"])
    notebooks = set(re.findall(r"notebooks/(\w+)\.ipynb", PAGE))
    assert notebooks == {path.stem for path in Path(ROOT / "notebooks").glob("*.ipynb")} - {"skill_report", "portfolio"}
