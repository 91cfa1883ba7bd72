"""What `benchmarks/sources_tables.py` puts into `docs/sources.md`, and that the page names what is there."""

import json
import re
from pathlib import Path

import pytest

from benchmarks import sources_tables
from rnn_trading.pipeline_registry import experiments, protocols_of, records_made_by
from tests.conftest import ROOT
from tests.records import THREE

PAGE = (ROOT / sources_tables.PAGE).read_text()


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A page with the marks of one experiment, beside records."""
    monkeypatch.chdir(tmp_path)
    for path in (sources_tables.PAGE, sources_tables.RECORDS):
        path.parent.mkdir(parents=True)
    sources_tables.PAGE.write_text("before\n<!-- figures of a.up -->\nold\n<!-- end of figures -->\nafter\n")
    plain = {"found": list(THREE), "problems": [], "missing": [], "canaries": {}}
    sources_tables.RECORDS.write_text(json.dumps(plain))
    return sources_tables.PAGE


def test_every_published_figure_stands_beside_ours(page):
    sources_tables.main()
    before, head, rule, line, after = (part for part in page.read_text().split("\n") if part and "<!--" not in part)
    assert (before, after) == ("before", "after")
    assert head.count("|") == rule.count("|") == line.count("|")
    assert line.startswith("| `a.up` | auc | 0.68 | 0.600 | 0.520 | ")


def test_a_record_that_is_missing_is_named(page):
    page.write_text(page.read_text().replace("a.up", "a.none"))
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
    assert notebooks == {path.stem for path in Path(ROOT / "notebooks").glob("*.ipynb")} - {"skill_report"}
