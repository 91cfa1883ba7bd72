"""Which parameters of an experiment are not as shipped."""

import pytest

from rnn_trading.config import DATA_PARAMETERS, ConfigLoader, changed_parameters, experiment_blocks
from rnn_trading.pipeline_registry import experiments, records_made_by
from rnn_trading.settings import CONFIG_LOADER_ARGS
from tests.conftest import ROOT


def changed(env=None, **given):
    """Changes of every experiment that has some."""
    loader = ConfigLoader(str(ROOT / "conf"), env=env, runtime_params=given, **CONFIG_LOADER_ARGS)
    blocks = {block["experiment"]["name"]: block for _, block in experiment_blocks(loader["parameters"])}
    assert set(blocks) == set(records_made_by(experiments()))
    return {name: block["experiment"]["changed"] for name, block in blocks.items() if block["experiment"]["changed"]}


@pytest.mark.parametrize("protocol", ["corrected", "as_published"])
def test_a_protocol_changes_nothing(protocol):
    assert changed("base", protocol=protocol) == {}


def test_what_is_given_changes_the_experiments_that_read_it():
    few = {"training": {"epochs": 3}}
    assert changed("base", stacked_lstm={"classification": few}) == {
        "stacked_lstm.classification": {"training.epochs": 3}
    }
    weekly = {"daily_weekly_sequences.weekly.lags": 20}
    found = changed("base", daily_weekly_sequences={"weekly": {"lags": 20}})
    assert found == {"stacked_lstm.classification": weekly, "stacked_lstm.regression": weekly}
    # Of a network, the one that is chosen among it and others knows, and no sibling.
    found = changed("base", univariate_regression={"volatility": {"gru": few}})
    assert found == {
        "univariate_regression.volatility": {"gru.training.epochs": 3},
        "univariate_regression.volatility.gru": {"training.epochs": 3},
    }


def test_other_environments_change_what_they_say():
    found = changed("files", prices_file="mine.csv")
    assert found["stacked_lstm.regression"] == {"data_ingestion.source": "the file mine.csv"}
    assert found["sec_filings.returns"]["reading.tokens"] == 2000
    assert changed("test")["multivariate.macro"]["training.epochs"] == 2


def test_the_loader_keeps_what_it_was_told():
    """Parameters as shipped are read in between; sources come from the environment after it, too."""
    loader = ConfigLoader(
        str(ROOT / "conf"), env="files", runtime_params={"index_file": "mine.csv"}, **CONFIG_LOADER_ARGS
    )
    assert loader["parameters"]["index_prices"]["source"] == "the file mine.csv"
    assert loader["globals"]["prices_file"] is not None
    assert loader["catalog"]["index_prices_source"]["filepath"].endswith("mine.csv")
    assert loader["parameters"]["index_prices"]["source"] == "the file mine.csv"


def blocks(x, in_f, in_e, **more):
    """``e`` and ``f`` are experiments in the block of a third, ``b``."""
    inside = {"f": {"experiment": {}, "y": in_f}, "e": {"experiment": {}, "y": in_e}}
    return {"stacked_lstm": {"b": {"experiment": {"name": "n"}, "x": x, **inside, **more}}}


def test_by_hand():
    shipped = blocks(1, 1, [1]) | {"macro": {"z": 1}, "data_ingestion": {"z": 1, "gone": 5}}
    values = blocks(2, 2, [1, 2], new=None) | {"macro": {"z": 2}, "data_ingestion": {"z": 2}}
    assert changed_parameters(values, shipped, "stacked_lstm.b.e") == {
        "stacked_lstm.b.x": 2,
        "y": [1, 2],
        "stacked_lstm.b.new": None,
        "data_ingestion.z": 2,
        "data_ingestion.gone": None,
    }
    assert "f.y" in changed_parameters(values, shipped, "stacked_lstm.b")
    assert changed_parameters(shipped, shipped, "stacked_lstm.b") == {}


def test_every_parameter_that_an_experiment_reads_concerns_it():
    """What is read outside an experiment's own pipeline is named, and nothing that none of them reads."""
    read: dict[str, set[str]] = {name: set() for name in DATA_PARAMETERS}
    for name, pipeline in experiments().items():
        family = name.partition(".")[0]
        roots = {entry.removeprefix("params:").partition(".")[0] for entry in pipeline.inputs() if "params:" in entry}
        read[family] |= roots - {family, "protocol"}
    assert read == DATA_PARAMETERS
