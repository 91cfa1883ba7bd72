"""A model that was trained elsewhere, as a rival of the experiments on one series, as a user runs them."""

import json

import numpy as np
import pandas as pd
import pytest

from rnn_trading.experiments.series import forecast_with_rivals
from rnn_trading.series.series import window_rows
from rnn_trading.skill.record import Experiment
from rnn_trading.skill.rivals.pretrained import CHRONOS_BOLT, FAMILIES, Family, PretrainedParameters
from tests.tiny_chronos import model_folder, needs_extra, save_chronos_bolt

NAME, RIVAL = "univariate_regression", "chronos_bolt"
MINE = {  # of each pipeline, the experiment whose rivals forecast
    f"{NAME}.level": f"{NAME}.level",
    f"{NAME}.volatility": f"{NAME}.volatility",
    f"{NAME}.rolling_windows": f"{NAME}.rolling_windows.index",
    f"{NAME}.mid_price": f"{NAME}.mid_price",
}


class Place:
    """Forecasts where in the series each value stands: how many it was given is where the next one is."""

    context_length, block = 10_000, 64

    def __call__(self, contexts, steps):
        return (~np.isnan(contexts)).sum(axis=1)[:, None] + np.arange(steps)


class Negative(Place):
    def __call__(self, contexts, steps):
        return -super().__call__(contexts, steps)


@pytest.fixture
def folder_of(tmp_path, monkeypatch):
    """A folder that a model of the family is read from, whatever lies in it."""

    def make(network):
        monkeypatch.setitem(FAMILIES, RIVAL, Family(lambda folder: network(), CHRONOS_BOLT, ("numpy",), "median"))
        folder = tmp_path / "weights"
        folder.mkdir()
        return str(model_folder(folder, CHRONOS_BOLT))

    return make


@pytest.mark.parametrize("pipeline", MINE)
def test_it_forecasts_the_same_rows_from_all_values_before_each(project, folder_of, pipeline):
    mine = MINE[pipeline]
    node = f"{mine}.folds.fold_1.forecast_with_rivals"
    folder = project(pipeline, to_nodes=[node], pretrained={"weights": folder_of(Place)})

    def table(layer, name):
        return pd.read_parquet(folder / f"data/{layer}/corrected/{name}.parquet")

    series, parts = (table("04_feature", f"{mine}.series"), table("05_model_input", f"{mine}/fold_1.split_dates"))
    rivals = table("07_model_output", f"{mine}/fold_1.rival_predictions")
    of_part = {part: series.index.get_indexer(parts.index[parts["split"] == part]) for part in ("validation", "test")}
    if "date" in rivals.index.names:
        assert rivals[RIVAL].tolist() == series.index.get_indexer(rivals.index).tolist()
        return
    places = rivals[RIVAL].to_numpy().astype(int)
    assert set(places) <= {*of_part["validation"], *of_part["test"]}
    # A run goes on by one, and repeats the value before its first.
    begins = np.flatnonzero(np.diff(places, prepend=-1) != 1)
    begins = np.union1d(begins, np.flatnonzero(np.diff(rivals["persistence"], prepend=np.nan) != 0))
    assert len(begins) > 2
    origins = places[begins] - 1
    assert rivals["persistence"].iloc[begins].tolist() == series["value"].iloc[origins].tolist()


def test_a_volatility_is_above_zero(folder_of):
    days = pd.bdate_range("2020-01-01", periods=400)
    values = pd.Series(np.abs(np.random.default_rng(0).normal(size=400)), days, name="value")
    windows = window_rows(values, 30)
    parts = pd.DataFrame({"split": "train"}, index=windows.index)
    parts.iloc[200:270], parts.iloc[270:] = "validation", "test"
    given = PretrainedParameters(name=RIVAL, weights=folder_of(Negative), trained_until=None)
    volatility = Experiment(name="mine", task="volatility", published=None, published_on=None)
    found = forecast_with_rivals(values.to_frame(), windows, parts, volatility, given)
    np.testing.assert_allclose(found[RIVAL], 0.1 * windows["truth"].iloc[:200].mean())
    level = Experiment(name="mine", task="level", published=None, published_on=None)
    found = forecast_with_rivals(values.to_frame(), windows, parts, level, given)
    assert found[RIVAL].tolist() == [*range(-230, -400, -1)]


def test_weights_that_are_not_there_are_refused_before_anything_runs(project, tmp_path):
    with pytest.raises(ValueError, match=r"pretrained\.weights: expected a folder on this computer"):
        project(f"{NAME}.level", pretrained={"weights": "someones/model"})
    assert not (tmp_path / "project/data/03_primary").exists()
    # Of what no such rival forecasts, no weights are wanted.
    project("data_ingestion", to_nodes=["data_ingestion.ingest_index_prices"], pretrained={"weights": "someones/model"})


@needs_extra
def test_a_record_shows_it_apart(project, tmp_path):
    """Trained after the test began; in the process that has trained the network."""
    level, weights = f"{NAME}.level", str(save_chronos_bolt(tmp_path / "weights"))
    given = {"weights": weights, "trained_until": "2024-01-31"}
    folder = project(level, pretrained=given) / f"data/08_reporting/corrected/{level}"
    record = json.loads((folder / "skill.json").read_text())
    [one] = record["elsewhere"]
    assert (one["rival"], one["trained_until"], one["apart"]) == (RIVAL, "2024-01-31", True)
    assert RIVAL not in record["rivals"]
    assert one["metrics"]["rmse"] > 0
    assert record["changed"]["pretrained.weights"] == json.dumps(weights)
    assert record["changed"]["pretrained.trained_until"] == json.dumps("2024-01-31")
    assert "it may have seen the test" in (folder / "page.html").read_text()
    assert record["trials"]["configurations"] == 1
    assert not [name for name in record_of_design(record) if "pretrained" in name]  # another rival is no other network


def record_of_design(record):
    return (record["model"].get("configuration") or {}).get("parameters", {})
