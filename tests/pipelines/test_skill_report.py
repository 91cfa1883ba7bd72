import html
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from rnn_trading import report as make_report
from rnn_trading.pipeline_registry import (
    canaries_by_protocol,
    experiments,
    figures_by_protocol,
    figures_of,
    protocols_of,
    records_made_by,
    run_by_name_alone,
)
from rnn_trading.pipelines.canaries.experiments import CANARIES
from rnn_trading.pipelines.skill_report.figures import gone, read_figures
from rnn_trading.report import main, missing_commands
from rnn_trading.skill.laws import describe
from tests.pipelines.conftest import FIGURES, NAME, PAGE
from tests.records import EXPECTED, canaries, files, read, record, write_one


def problems_of(page: str) -> list[str]:
    listed = page.split('<ul id="problems">')
    return re.findall(r"<li>(.*?)</li>", listed[1], flags=re.DOTALL) if len(listed) > 1 else []


def not_alone():
    """Records that a report names, whether they are there or not."""
    by_name = experiments()
    return [name for name in records_made_by(by_name) if name not in run_by_name_alone(by_name)]


@pytest.mark.trains
@pytest.mark.xdist_group("multivariate")
def test_the_report_has_a_table_a_text_and_a_page(project, finished, run_notebooks):
    finished("multivariate", protocol="corrected")
    folder = project("skill_report")
    table = pd.read_parquet(folder / "data/08_reporting/skill_table.parquet")
    names = not_alone()
    assert table["experiment"].tolist() == names
    assert len(names) == 25
    record = json.loads((folder / "data/08_reporting/corrected/multivariate.macro/skill.json").read_text())
    row = table.set_index("experiment").loc[NAME]
    assert row["corrected"] == record["headline"]["value"] == record["model"]["metrics"]["mae"]
    assert row["difference"] == record["decision"]["difference"]
    assert row["verdict"] == record["verdict"]
    assert record["changed"]["multivariate.macro.training.epochs"] == "2"
    assert row["remark"] == "1 configuration tried"
    markdown = (folder / "data/08_reporting/skill_report.md").read_text()
    assert "- sec_filings.returns (corrected): `kedro run --pipelines sec_filings.returns`" in markdown
    page = (folder / PAGE).read_text()
    assert re.search(r"<p>Not as in conf/base: [^<]*macro\.training\.epochs = 2[;.]", page)
    shown = [NAME, f"{NAME}.encoder_decoder"]
    drawn = [figure for name in shown for figure in figures_of(experiments())[name]]
    assert page.count("data:image/png;base64,") == 1 + len(drawn) == 16  # the picture of all models comes first
    assert page.count("Not as in conf/base: 2 runs<") == 1
    with Image.open(folder / "data/08_reporting/skill_report.png") as picture:
        assert picture.width > 1000
    drawn = {path.stem for path in (folder / f"data/08_reporting/corrected/{NAME}").glob("*.png")}
    assert drawn == set(FIGURES)
    assert "kedro run --pipelines sec_filings.returns --params protocol=as_published" in page
    # Nothing is fetched; links lead to pages, and to the sources.
    assert not re.search(r"""(src|href)=["'](?!data:|#|corrected/|\.\./\.\./docs/sources\.md)""", page)
    assert re.findall(r'href="(corrected/[^"]*)"', page) == [f"corrected/{name}/page.html" for name in shown]
    assert problems_of(page) == []
    run_notebooks(folder, "corrected", "skill_report")


def test_what_cannot_be_read_is_named_and_skipped(reported):
    folder = reported(
        **{
            f"as_published/{NAME}/skill.json": json.dumps(record(NAME, "corrected", 0.6, 0.55)).encode(),
            "corrected/sec_filings.returns/skill.json": b"{",
            f"corrected/{NAME}/learning_curves.png": b"not a figure",
            "corrected/stacked_lstm.regression/skill.json": json.dumps(
                record("stacked_lstm.regression", "corrected", 0.1, 0.05)
            ).encode(),
            "corrected/canaries.json": b'{"experiments": 3}',
        }
    )
    page, text = (folder / PAGE).read_text(), (folder / PAGE).with_suffix(".md").read_text()
    found = problems_of(page)
    assert all(f"- {html.unescape(problem)}" in text for problem in found)
    for expected in (
        f"as_published/{NAME}/skill.json: says protocol",
        "corrected/sec_filings.returns/skill.json: is not JSON",
        "corrected/stacked_lstm.regression/model_and_rivals.png: the figure is gone",
        f"corrected/{NAME}/learning_curves.png: is not a PNG that can be read",
        # A figure is drawn again without training.
        "corrected/stacked_lstm.regression/rolling_ic.png: the figure is gone. Make it again, unless another run "
        "has replaced its data since: kedro run --pipelines stacked_lstm.regression --only-missing-outputs",
        "corrected/stacked_lstm.regression/quintiles.png: the figure is gone",
        "corrected/stacked_lstm.regression/page.html: the page is gone",
        "corrected/canaries.json: has version None of its form",
    ):
        assert [problem for problem in found if problem.startswith(expected)], expected
    assert len(found) == 4 + 7  # all six figures of stacked_lstm.regression, and its page
    assert page.count("data:image/png;base64,") == 1 + len(FIGURES) - 1
    assert 'href="corrected/stacked_lstm.regression/page.html"' not in page


def test_what_was_traded_stands_beside_the_forecasts(reported):
    level, volatility, panel = (
        *("univariate_regression.level", "univariate_regression.volatility"),
        "stacked_lstm.regression",
    )
    records = [record(name, "corrected", 0.1, 0.05, made={"version": "1"}) for name in (level, volatility, panel)]
    current, former = {"version": "1"}, {"version": "0"}
    series = {"timing": {level: {"verdict": "Nothing is left."}}, "made": {level: former, volatility: current}}
    folder = reported(
        **{f"corrected/{each['experiment']}/skill.json": json.dumps(each).encode() for each in records},
        **{f"corrected/portfolio/{panel}/portfolio.json": json.dumps({"verdict": "A < B.", "made": current}).encode()},
        **{f"corrected/portfolio/{panel}/page.html": b"", "corrected/portfolio/series/page.html": b""},
        **{"corrected/portfolio/series/portfolio.json": json.dumps(series).encode()},
        **{f"corrected/portfolio/{NAME}/portfolio.json": b"[]"},
    )
    page = (folder / PAGE).read_text()
    to_series = '<a href="corrected/portfolio/series/page.html">The tear sheet</a>'
    assert f'Traded: A &lt; B. <a href="corrected/portfolio/{panel}/page.html">The tear sheet</a>' in page
    assert f"Traded: Nothing is left. These are forecasts of another run. {to_series}" in page
    assert f"Traded: positions that aim at a volatility. {to_series}" in page
    assert page.count("Traded: ") == 3
    assert (
        f"corrected/portfolio/{NAME}/portfolio.json: is no record of a portfolio. Make it again: kedro run --pipelines "
        "portfolio --params portfolio_of=" + NAME
    ) in problems_of(page)


def test_a_careful_record_is_the_one_that_a_model_is_judged_by(reported):
    """Beside its corrected record: its figures are others, and so are its canaries."""
    level = "univariate_regression.level"
    careful = record(level, "careful", 44.0, 45.0, "rmse", finding="Skill beyond every rival", finding_kind="every")
    corrected = record(level, "corrected", 45.0, 45.0, "rmse")
    protocols = protocols_of(records_made_by(experiments()))
    released = canaries(canaries_by_protocol(protocols)["careful"], protocol="careful")["corrected/canaries.json"]
    folder = reported(
        **{f"{each['protocol']}/{level}/skill.json": json.dumps(each).encode() for each in (careful, corrected)},
        **{"careful/canaries.json": released},
    )
    row = pd.read_parquet(folder / "data/08_reporting/skill_table.parquet").set_index("experiment").loc[level]
    assert (row["judged_by"], row["finding_kind"], row["careful"], row["corrected"]) == ("careful", "every", 44.0, 45.0)
    page, text = (folder / PAGE).read_text(), (folder / PAGE).with_suffix(".md").read_text()
    assert "Of 2 models on real data, 1 judged the careful way and 1 the corrected way: skill beyond every" in page
    assert "; by the careful record; as good as the corrected network by what decided, not tested" in text
    figures = figures_by_protocol(experiments(), protocols)
    gone = [problem.partition(": ")[0] for problem in problems_of(page)]
    for way in ("careful", "corrected"):
        files_of_way = [*(f"{figure}.png" for figure in figures[level, way]), "page.html"]
        assert [path for path in gone if path.startswith(way)] == [f"{way}/{level}/{file}" for file in files_of_way]
    assert f"kedro run --pipelines {level} --params protocol=careful --only-missing-outputs" in page
    assert page.index("<h3>Careful</h3>") < page.index("Nominal rate of false alarms")


def test_a_canary_that_died_stands_above_the_findings(reported):
    """Of each law another experiment's."""
    results = json.loads(canaries(CANARIES)["corrected/canaries.json"])
    died = []
    for number, experiment in enumerate(results["experiments"][:4]):
        broken = experiment["laws"][number]
        broken["held"] = False
        died.append(f"{experiment['experiment']} breaks the law that {broken['law']}: {describe(broken)}")
    folder = reported(**{"corrected/canaries.json": json.dumps(results).encode()})
    page, text = (folder / PAGE).read_text(), (folder / PAGE).with_suffix(".md").read_text()
    for said in died:
        assert page.index(said) < page.index('<ol class="findings">')
        assert text.index(said) < text.index("1. Of ")
    assert page.count('<span class="broken">') == len(died) == 4


def test_what_a_record_says_is_text(reported):
    """Not markup, neither on the page nor in a cell of Markdown."""
    one = record(
        "stacked_lstm.regression", "corrected", 0.1, 0.05, finding="a|b\n<i>c", verdict="<script>alert(1)</script>"
    )
    folder = reported(**{"corrected/stacked_lstm.regression/skill.json": json.dumps(one).encode()})
    page, text = (folder / PAGE).read_text(), (folder / PAGE).with_suffix(".md").read_text()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "| ○ a\\|b \\<i>c; by the corrected record |" in text


def test_make_report_runs_what_is_missing_and_says_what_failed(reported, monkeypatch, capsys):
    reported()
    run = []

    def pretend(command, options):
        """Of all that is missing, only the canaries get done, and one of them dies."""
        run.append((command, options))
        if command.endswith("canaries"):
            results = json.loads(canaries(CANARIES)["corrected/canaries.json"])
            results["experiments"][0]["laws"][0]["held"] = False
            (Path.cwd() / "data/08_reporting/corrected/canaries.json").write_text(json.dumps(results))
        return 1

    monkeypatch.setattr(make_report, "_run", pretend)
    missing = missing_commands(Path.cwd())
    assert main(["--env", "test", "--workers", "3"]) == 1
    shared = ["--runner", "rnn_trading.runners.ExecutorRunner", "--runner-params", "workers=3"]
    assert run == [
        *((command, ["--env", "test", *shared]) for command in missing),
        ("kedro run --pipelines skill_report", ["--env", "test"]),
    ]
    failures = capsys.readouterr().err.splitlines()
    left = [command for command in missing if command != "kedro run --pipelines canaries"]
    expected = [f"Failed, and not in the report: {command}" for command in left]
    assert failures[:-2] == expected
    assert failures[-2].startswith(f"A canary died: {next(iter(CANARIES))} breaks the law that luck is not skill")
    assert failures[-1] == "The report itself failed: see above."


def test_make_report_runs_only_the_report_if_nothing_is_missing(project, monkeypatch, capsys):
    (Path.cwd() / "data/08_reporting").mkdir(parents=True)
    protocols = protocols_of(records_made_by(experiments()))
    runs = [(name, protocol) for name in not_alone() for protocol in protocols[name]]
    found = files(*(record(name, protocol, 0.6, 0.5) for name, protocol in runs))
    for protocol, names in canaries_by_protocol(protocols).items():
        found[f"{protocol}/canaries.json"] = canaries(names, protocol=protocol)["corrected/canaries.json"]
    figures = figures_by_protocol(experiments(), protocols)
    found |= {f"{way}/{name}/{figure}.png": b"" for name, way in runs for figure in figures[name, way]}
    found |= {f"{protocol}/{name}/page.html": b"" for name, protocol in runs}
    for path, content in found.items():
        target = Path.cwd() / "data/08_reporting" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    run = []
    monkeypatch.setattr(make_report, "_run", lambda command, options: run.append((command, options)) or 0)
    assert main([]) == 0
    assert run == [("kedro run --pipelines skill_report", [])]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("workers", ["0", "-1", "two", ""])
def test_workers_of_a_report_that_are_none_are_refused(workers, capsys):
    with pytest.raises(SystemExit):
        main(["--workers", workers])
    assert f"--workers: expected a whole number of 1 or more. Received: {workers!r}." in capsys.readouterr().err


def test_what_make_report_would_run(reported):
    paths = f"{NAME}.encoder_decoder"  # made by the same command
    folder = reported()
    write_one(paths, figures_of(experiments())[paths])
    commands = missing_commands(folder)
    assert f"kedro run --pipelines {NAME}" not in commands
    assert f"kedro run --pipelines {NAME} --params protocol=as_published" in commands
    # Eight records of one experiment are made by one command.
    assert commands.count("kedro run --pipelines univariate_regression.volatility") == 1
    assert commands[-2:] == [f"kedro run --pipelines canaries{way}" for way in ("", " --params protocol=careful")]
    assert len([command for command in commands if command.endswith("protocol=book")]) == 5
    # Corrected all experiments but this one; as published one more; careful all; the book; canaries of two ways.
    assert len(commands) == (11 - 1) + (11 + 1) + 11 + 5 + 2
    for file in ("learning_curves.png", "page.html"):
        (folder / f"data/08_reporting/corrected/{NAME}/{file}").rename(folder / "gone")
        again = set(missing_commands(folder)) - set(commands)
        assert again == {f"kedro run --pipelines {NAME} --only-missing-outputs"}
        (folder / "gone").rename(folder / f"data/08_reporting/corrected/{NAME}/{file}")


def test_a_figure_of_another_configuration_is_not_drawn_again():
    other = record("b", "corrected", 0.6, 0.5, changed={"x": "1"})
    records = read(files(record("a.up", "corrected", 0.6, 0.5), other))
    names, again = (
        {(name, "corrected"): ["f"] for name in ("a.up", "b")},
        "kedro run --pipelines a --only-missing-outputs",
    )
    assert gone(records, {}, names, EXPECTED) == [
        *(("corrected/a.up/f.png", again), ("corrected/a.up/page.html", again)),
        *(("corrected/b/f.png", None), ("corrected/b/page.html", None)),
    ]
    unreadable = {f"corrected/{name}/f.png": b"no figure" for name, _ in names}
    unreadable |= {f"corrected/{name}/page.html": b"" for name, _ in names}
    for_a, for_b = read_figures(records, unreadable, names, EXPECTED)[1]
    assert for_a.endswith(again)
    assert for_b.endswith("Delete it. Its run was not as in conf/base; repeat that run.")
