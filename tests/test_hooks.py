"""What a run refuses before it begins, and what it says at its end."""

import logging

import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline
from kedro.validation.exceptions import ParameterValidationError

from rnn_trading.datasets.hdf_store import HDFStoreDataset
from rnn_trading.datasets.register import RegisterEntryDataset, RegisterError
from rnn_trading.datasets.whole import JSONDataset, ParquetDataset, TextDataset
from rnn_trading.experiments.wiring import experiment, node, together
from rnn_trading.hooks import ProgressHook, RefusalsHook, in_one_line, next_commands
from rnn_trading.progress import FIT
from rnn_trading.register.entries import REGISTER_VERSION
from tests.conftest import ROOT
from tests.test_doctests import run_examples


@pytest.mark.trains
@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({"builder": "nobodys.networks.build"}, "there is no module 'nobodys'"),
        ({"options": {"units": 3}}, "arguments of model.builder, which is null"),
        ({"builder": "math.pi"}, "math.pi is no function that returns a network, but float"),
    ],
)
def test_a_builder_that_is_none_is_refused_before_anything_runs(project, tmp_path, model, message):
    with pytest.raises(ParameterValidationError, match=message):
        project("stacked_lstm.regression", stacked_lstm={"regression": {"model": model}})
    assert not (tmp_path / "project" / "data").exists()


RECORDS = {
    name: {"experiment": name, "protocol": "corrected", "verdict": f"It is {name}.", "finding_kind": "chance"}
    for name in ("all.a", "all.b")
}


def judge(told):
    return told


@pytest.fixture
def said(tmp_path, caplog, monkeypatch):
    """What is said at the end of a run that writes some of two records, both of which an earlier run wrote."""
    made = {f"{name}.skill": JSONDataset(filepath=str(tmp_path / f"{name}.json")) for name in RECORDS}
    pages = [f"{name}.page" for name in RECORDS] + ["all.index"]
    made |= {name: TextDataset(filepath=str(tmp_path / f"{name}.html")) for name in pages}
    catalog = DataCatalog(made)
    pipeline = together("all", (experiment(name, [node(judge, "skill")], ["told"]) for name in RECORDS))
    monkeypatch.chdir(tmp_path)
    hook = ProgressHook()

    def run(*written: str, only_missing_outputs: bool = False, pipelines: list[str] | None = None) -> str:
        for name, record in RECORDS.items():
            catalog.save(f"{name}.skill", record)
        hook.before_pipeline_run({"only_missing_outputs": only_missing_outputs}, pipeline, catalog)
        for name in written:
            if name in RECORDS:
                catalog.save(f"{name}.skill", RECORDS[name])
            catalog.save("all.index" if name == "all" else f"{name}.page", "")
        params = {"only_missing_outputs": only_missing_outputs, "pipeline_names": pipelines}
        with caplog.at_level(logging.INFO, "rnn_trading"):
            hook.after_pipeline_run(params, pipeline, catalog)
        return caplog.text

    return run


def test_where_nothing_had_to_run_no_old_verdict_is_told(said):
    text = said(only_missing_outputs=True)
    assert "Nothing had to run" in text
    assert "It is" not in text


@pytest.mark.parametrize("only_missing_outputs", [True, False])
def test_verdicts_are_told_of_records_that_were_written_only(said, only_missing_outputs):
    text = said("all.b", only_missing_outputs=only_missing_outputs)
    assert "all.b (corrected): ◔ It is all.b." in text
    assert "It is all.a." not in text
    assert "Nothing had to run" not in text


@pytest.mark.parametrize(
    ("written", "pipelines", "page"),
    [
        (("all.a", "all.b", "all"), ["all"], "all.index.html"),
        (("all.a",), ["all"], "all.a.page.html"),
        # One experiment of a pipeline, of which a report runs many; several pipelines; all of them; nothing new.
        (("all.a",), ["all.a"], None),
        (("all.a", "all.b"), ["all", "other"], None),
        (("all.a", "all.b", "all"), None, None),
        ((), ["all"], None),
    ],
)
def test_one_whole_pipeline_ends_with_its_page_and_what_comes_next(said, written, pipelines, page):
    text = said(*written, pipelines=pipelines)
    assert ("Look at it in a browser" in text) == ("Next:" in text) == bool(page)
    if page:
        assert f"Look at it in a browser: {page}\nNext:" in text


def test_what_comes_next_is_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    following = next_commands({"pipeline_names": ["stacked_lstm"], "env": None}, None)
    commands = [line.partition("    #")[0].strip() for line in following.splitlines()[1:]]
    assert len(commands) == 2
    assert all(command.removeprefix("make ") in readme for command in commands)


DAYS = pd.to_datetime(["2020-01-07", None, "2020-01-06"])
TABLE = pd.DataFrame({"ticker": "A", "date": DAYS, "x": 1.0})


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (TABLE, "3 rows x 3 columns, 2020-01-06 to 2020-01-07"),
        (TABLE.set_index(["ticker", "date"]), "3 rows x 1 column, 2020-01-06 to 2020-01-07"),
        (pd.concat([TABLE[["x"]]] * 500), "1,500 rows x 1 column"),
        (TABLE.iloc[:0], "0 rows x 3 columns"),
        (TABLE.assign(date="January"), "3 rows x 3 columns"),
        (
            {"a": TABLE[["x"]], "b": TABLE.iloc[:1]},
            "a 3 rows x 1 column; b 1 row x 3 columns, 2020-01-07 to 2020-01-07",
        ),
        ({"a": TABLE, "b": 1}, None),
        ({}, None),
        ("text", None),
    ],
)
def test_a_table_in_one_line(data, line):
    assert in_one_line(data) == line


def test_tables_that_are_written_are_said_once(tmp_path, caplog, monkeypatch):
    monkeypatch.chdir(tmp_path)
    catalog = DataCatalog(
        {
            "table": ParquetDataset(filepath=str(tmp_path / "data/table.parquet")),
            "store": HDFStoreDataset(filepath=str(tmp_path / "data/store.h5")),
            "record": JSONDataset(filepath=str(tmp_path / "data/record.json")),
            "memory": MemoryDataset(),
        }
    )
    hook = ProgressHook()
    hook.before_pipeline_run({"only_missing_outputs": False}, Pipeline([]), catalog)
    saved = {"table": TABLE, "store": {"a": TABLE}, "record": {"x": 1}, "memory": TABLE}
    with caplog.at_level(logging.INFO, "rnn_trading"):
        for name, data in saved.items():
            hook.after_dataset_saved(name, data)
    assert caplog.messages == [
        "  table: 3 rows x 3 columns, 2020-01-06 to 2020-01-07, data/table.parquet",
        "  store: a 3 rows x 3 columns, 2020-01-06 to 2020-01-07, data/store.h5",
    ]


@pytest.mark.parametrize(("only_missing", "total"), [(False, 3), (True, 2)])
def test_fits_are_counted(tmp_path, caplog, only_missing, total):
    names = ("a", "b", "c")
    pipeline = Pipeline([Node(judge, "told", name, name=name, tags=[FIT]) for name in names])
    catalog = DataCatalog({name: TextDataset(filepath=str(tmp_path / f"{name}.txt")) for name in names})
    catalog.save("a", "there")
    hook = ProgressHook()
    hook.before_pipeline_run({"only_missing_outputs": only_missing}, pipeline, catalog)
    with caplog.at_level(logging.INFO, "rnn_trading"):
        for node in pipeline.nodes[-total:]:
            hook.before_node_run(node)
            hook.after_node_run(node, {})
    assert caplog.messages[-1] == f"Fits: {total} of {total} done"


def test_the_example_of_a_table_in_one_line():
    assert run_examples("rnn_trading.hooks").failed == 0


def test_a_register_of_a_later_version_is_refused_before_anything_runs(tmp_path):
    folder = tmp_path / "09_register"
    folder.mkdir()
    (folder / f"aa-d1.v{REGISTER_VERSION + 1}.parquet").touch()
    entry = RegisterEntryDataset(filepath=str(tmp_path / "trial.json"), register={"filepath": str(folder)})
    catalog = DataCatalog({"told": MemoryDataset({}), "entered": entry})
    run_params = {"pipeline_names": ["multivariate"], "only_missing_outputs": False}
    with pytest.raises(RegisterError, match="later version"):
        RefusalsHook().before_pipeline_run(run_params, Pipeline([node(judge, "entered")]), catalog)
