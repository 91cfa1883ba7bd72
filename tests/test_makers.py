"""Commands that make what is not there."""

import pandas as pd
import pytest
from kedro.io import DataCatalog, DatasetError
from kedro.pipeline import Node, Pipeline

from rnn_trading.datasets.whole import JSONDataset, ParquetDataset
from rnn_trading.makers import Asked, command, exists, refuse_missing, told
from rnn_trading.pipeline_registry import in_protocol, register_pipelines
from rnn_trading.skill.protocols import EVERY
from tests.test_doctests import run_examples


@pytest.fixture(scope="module")
def pipelines():
    return register_pipelines()


@pytest.fixture(autouse=True)
def in_a_project(monkeypatch):
    monkeypatch.setattr("rnn_trading.place.in_project", lambda: True)


@pytest.mark.parametrize("protocol", EVERY)
def test_every_output_has_a_command_whose_pipeline_makes_it(pipelines, protocol):
    for name in set().union(*(pipeline.all_outputs() for pipeline in pipelines.values())):
        words = command(name, pipelines, Asked(protocol=protocol)).split()
        pipeline, said = words[3], dict(word.split("=") for word in words[5:])
        assert name in pipelines[pipeline].all_outputs()
        assert in_protocol([pipeline], said.get("protocol", protocol))[0] == pipeline


@pytest.mark.parametrize(
    ("dataset", "asked", "made_by"),
    [
        ("prices", Asked(), "kedro run --pipelines data_ingestion.prices"),
        ("canaries", Asked("test"), "kedro run --env test --pipelines canaries"),
        (
            "stacked_lstm.regression.model",
            Asked("files", "corrected", {"prices_file": "my prices.csv", "macro": {"source": "a"}}),
            "kedro run --env files --pipelines stacked_lstm.regression --params "
            "'prices_file=my prices.csv,macro.source=a'",
        ),
        # It exists as published alone.
        (
            "univariate_regression.rolling_windows.index.epochs_50.model",
            Asked(),
            "kedro run --pipelines univariate_regression.rolling_windows.epochs --params protocol=as_published",
        ),
        ("reviews_source", Asked(), None),
        ("nothing", Asked(), None),
    ],
)
def test_the_shortest_pipeline_is_named_with_what_the_run_was_given(pipelines, dataset, asked, made_by):
    assert command(dataset, pipelines, asked) == made_by


def test_outside_of_the_project_the_command_is_another(pipelines, monkeypatch):
    monkeypatch.setattr("rnn_trading.place.in_project", lambda: False)
    assert command("skill_table", pipelines, Asked()) == "rnn-trading --pipelines skill_report"


def test_which_pipelines_exist_in_a_protocol():
    assert exists("multivariate", "corrected")
    assert not exists("multivariate", "book")
    assert not exists("book", "corrected")


def make(source):
    return source


def use(made, more):
    return made


@pytest.fixture
def two_steps(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    whole = Pipeline([Node(make, "source", "made"), Node(make, "source", "more"), Node(use, ["made", "more"], "end")])
    names = ("source", "made", "more", "end")
    catalog = DataCatalog({name: JSONDataset(filepath=str(tmp_path / f"data/{name}.json")) for name in names})
    return whole, catalog


def test_a_part_whose_inputs_are_not_there_is_refused_before_it_runs(two_steps):
    whole, catalog = two_steps
    part = Pipeline([node for node in whole.nodes if node.outputs == ["end"]])
    known = {"multivariate": whole}
    refuse_missing(whole, catalog, known, Asked())  # sources are for their datasets to miss
    with pytest.raises(DatasetError) as caught:
        refuse_missing(part, catalog, known, Asked())
    assert "made (data/made.json), more (data/more.json). Make it: kedro run --pipelines multivariate" in str(
        caught.value
    )
    for name in ("made", "more"):
        catalog.save(name, {})
    refuse_missing(part, catalog, known, Asked())


def test_a_file_that_is_called_otherwise_where_it_is_made_has_a_command(two_steps, tmp_path):
    whole, catalog = two_steps
    catalog["alias"] = JSONDataset(filepath=str(tmp_path / "data/made.json"))
    asks = Pipeline([Node(make, "alias", "answer")])
    with pytest.raises(DatasetError, match="alias .data/made.json.. Make it: kedro run --pipelines multivariate"):
        refuse_missing(asks, catalog, {"multivariate": whole}, Asked())


@pytest.mark.parametrize("kept", [0, 3, 50, -8])
def test_a_file_that_was_cut_is_named_with_what_makes_it(tmp_path, monkeypatch, kept):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "data/table.parquet"
    dataset = ParquetDataset(filepath=str(path))
    dataset.save(pd.DataFrame({"a": range(9)}))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DatasetError) as caught:
        dataset.load()
    message = told("table", dataset, "kedro run --pipelines x", caught.value)
    assert message.startswith("table: data/table.parquet cannot be read (Arrow")
    assert message.endswith("make it anew: kedro run --pipelines x")
    assert "\n" not in message


def test_the_examples():
    assert run_examples("rnn_trading.makers").failed == 0
