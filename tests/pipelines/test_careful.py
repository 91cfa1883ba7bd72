"""The careful protocol as a user runs it, on the default data in conf/test."""

import json

import numpy as np
import pandas as pd
import pytest
from kedro.validation.exceptions import ParameterValidationError

from rnn_trading.pipeline_registry import experiments, figures_of, records_made_by
from rnn_trading.plan import Plan
from tests.finished import Finished, changes_of_fits, newest_of, next_values

CAREFUL = Plan({"protocol": "careful"})
OF = {
    "univariate_regression": (
        *("univariate_regression.level", "univariate_regression.volatility", "univariate_regression.mid_price"),
        *("univariate_regression.rolling_windows.sine", "univariate_regression.rolling_windows.index"),
    ),
    "multivariate": ("multivariate.macro",),
    "stacked_lstm": ("stacked_lstm.classification", "stacked_lstm.regression", "stacked_lstm.daily"),
    "text_sentiment.learned_embeddings": ("text_sentiment.learned_embeddings",),
    "sec_filings": ("sec_filings.returns",),
}
# A sine has no next value that anybody waits for.
SAY_WHAT_COMES = {name for of in OF.values() for name in of} - {"univariate_regression.rolling_windows.sine"}
# They differ from learned_embeddings in the embedding and in the target: one network of words is trained here.
NETWORKS_OF_WORDS = {"text_sentiment.pretrained_embeddings", "text_sentiment.stars"}


def skill(folder, experiment):
    return json.loads((folder / f"data/08_reporting/careful/{experiment}/skill.json").read_text())


def test_each_system_has_one_network():
    made = records_made_by(experiments(CAREFUL))
    systems = {name.partition(".")[0] for name in OF}
    there = {each for each in made if each.partition(".")[0] in systems}
    assert there == {name for of in OF.values() for name in of} | NETWORKS_OF_WORDS


@pytest.mark.minutes
@pytest.mark.trains
@pytest.mark.parametrize("pipeline", OF)
def test_all_experiments(project, pipeline):
    folder = project(pipeline, protocol="careful")
    data, on_pages = folder / "data", figures_of(experiments(CAREFUL))
    for experiment in OF[pipeline]:
        predictions = pd.read_parquet(data / f"07_model_output/careful/{experiment}.parquet")
        record = skill(folder, experiment)
        assert record["protocol"] == "careful"
        assert record["model"]["networks"] == 2
        assert "words" in record["explanation"] or record["model"]["start"]
        assert set(record["rivals"]) < set(predictions)
        assert np.isfinite(predictions["prediction"]).all()
        assert record["trials"]["configurations"] == 1 + record["trials"].get("before", 0)
        figures = {path.stem for path in (data / f"08_reporting/careful/{experiment}").glob("*.png")}
        assert figures == set(on_pages[experiment])
        check_explanation(record["explanation"], figures)
    if "text" not in pipeline:
        assert newest_of(project, folder, pipeline, protocol="careful").keys() == SAY_WHAT_COMES & {*OF[pipeline]}
        if pipeline == "univariate_regression":
            name = f"{pipeline}.volatility"
            next_values(Finished(folder, name, protocol="careful", **changes_of_fits(name)), [0, 5, -1])


def check_explanation(found, figures):
    if "words" in found:
        assert "words_that_count" in figures
        assert len(found["words"]) == len(found["effects"]) == len(found["attention"])
        place = int(np.argmax(np.abs(found["effects"])))
        moves = {"word": found["words"][place], "place": place + 1} if any(found["effects"]) else None
        assert found["strongest"] == moves
        assert abs(sum(found["attention"]) - 1) < 1e-5
        return
    assert {"what_counts", "one_forecast"} < figures
    for name, features in found["features"].items():
        for kind in ("importance", "gradient"):
            assert np.shape(found[kind][name])[-1] == len(features)
        assert np.shape(found["together"].get(name, [])) in ((), (0,), np.shape(found["importance"][name])[:1])
    strongest, most = found["strongest"], max(np.max(of) for name, of in found["importance"].items() if name != "Start")
    if strongest is None:
        assert most <= found["luck"]
        return
    values = np.array(found["importance"][strongest["input"]])
    place = found["features"][strongest["input"]].index(strongest["feature"])
    assert most == (values[strongest["lag"] - 1, place] if strongest["lag"] else values[place])


@pytest.mark.trains
def test_a_network_that_learns_nothing_is_the_rival_that_it_starts_from(project):
    """Of a learning rate of almost nothing, the forecasts of the exponential mean come out."""
    name = "univariate_regression.volatility"
    training = {"optimizer": {"learning_rate": 1e-12, "weight_decay": None}}
    folder = project(name, protocol="careful", univariate_regression={"volatility": {"training": training}})
    predictions = pd.read_parquet(folder / f"data/07_model_output/careful/{name}.parquet")
    np.testing.assert_allclose(predictions["prediction"], predictions["ewma"], rtol=1e-6)
    assert skill(folder, name)["decision"]["tiers"]["naive"]["status"] != "worse"


@pytest.mark.trains
@pytest.mark.parametrize(
    ("experiment", "given", "message"),
    [
        (
            *("volatility", {"model": {"link": "add"}}),
            "training.loss=qlike needs forecasts above zero, which model.link=multiply gives.*link=add",
        ),
        ("volatility", {"training": {"loss": "correlation_by_date"}}, "compares tickers of a date: expected a panel"),
        ("volatility", {"model": {"units": []}}, r"units\s+Tuple should have at least 1 item"),
        ("level", {"model": {"units": [64]}}, r"those of one entry. Received: units=\(64,\) beside"),
    ],
)
def test_what_does_not_fit_is_refused_before_a_node_runs(project, caplog, experiment, given, message):
    # As in conf/base, where networks have a grid.
    grid = {"grid": [{"units": [8]}, {"units": [16]}]} if experiment == "level" else {}
    given = {"model": grid | given["model"]} if "model" in given else given
    with pytest.raises((ValueError, ParameterValidationError), match=message):
        project(f"univariate_regression.{experiment}", protocol="careful", univariate_regression={experiment: given})
    assert "Running" not in caplog.text


@pytest.mark.trains
def test_a_start_that_is_no_rival_is_refused(project):
    inputs = {"univariate_regression": {"level": {"inputs": {"start": ["har"]}}}}
    with pytest.raises(ValueError, match=r"inputs\.start: expected rivals of univariate_regression"):
        project("univariate_regression.level", protocol="careful", **inputs)
