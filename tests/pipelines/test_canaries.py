"""Canaries of honest experiments live; those of experiments that cheat or cannot learn die, each by its own law."""

import dataclasses
import functools
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro.config import OmegaConfigLoader
from kedro.pipeline import Node, Pipeline

from rnn_trading.pipeline_registry import experiments, records_made_by
from rnn_trading.pipelines.canaries.experiments import CANARIES
from rnn_trading.pipelines.canaries.nodes import (
    BrokenLawError,
    CanaryParameters,
    canary_results,
    gather,
    merge,
    middle,
    uphold_laws,
)
from rnn_trading.pipelines.canaries.runs import MemoryRun, memory_run
from rnn_trading.settings import CONFIG_LOADER_ARGS
from rnn_trading.simulated.sources import another_future
from rnn_trading.skill.chance import Distance, distance_from_chance
from rnn_trading.skill.laws import (
    FUTURE,
    LABELS,
    LUCK,
    SIGNAL,
    a_signal_is_found,
    luck_is_not_skill,
    no_forecast_knows_the_future,
)
from rnn_trading.skill.record_files import PROTOCOLS
from tests.conftest import ROOT

LEVEL, REVIEWS = "univariate_regression.level", "text_sentiment.pretrained_embeddings"


@pytest.mark.minutes
@pytest.mark.trains
def test_every_experiment_obeys_every_law(project):
    folder = project("canaries")
    results = json.loads((folder / "data/08_reporting/corrected/canaries.json").read_text())
    assert [one["experiment"] for one in results["experiments"]] == list(CANARIES)
    for one in results["experiments"]:
        assert [result["law"] for result in one["laws"]] == [LUCK, LABELS, FUTURE, SIGNAL]
        assert all(result["held"] for result in one["laws"])
        assert one["laws"][2]["rows"] > 10


def test_every_kind_of_experiment_has_canaries():
    named = {name.rsplit(".", 1)[0] if name.endswith((".index", ".level.returns")) else name for name in CANARIES}
    assert named == set(experiments())


@functools.cache
def parameters_of(env: str, protocol: str = "corrected") -> tuple[dict[str, Any], CanaryParameters]:
    """All parameters of an environment, and those of the canaries."""
    given = {"protocol": protocol}
    values = OmegaConfigLoader(str(ROOT / "conf"), env=env, runtime_params=given, **CONFIG_LOADER_ARGS)["parameters"]
    return values, CanaryParameters(**values["canaries"])


@pytest.fixture(scope="module")
def settings() -> tuple[dict[str, Any], CanaryParameters]:
    """Parameters of the tests' environment."""
    return parameters_of("test")


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", CANARIES)
def test_every_override_fits_its_experiment(name, protocol, tmp_path):
    """When a run is put together, every block of parameters is checked and becomes a parameter set."""
    values, canaries = parameters_of("base", protocol)
    pipeline = pipeline_of(name)
    run = MemoryRun(name, pipeline, merge(values, canaries.overrides), {}, tmp_path)
    given = [entry for entry in pipeline.to_outputs(f"{name}.predictions").inputs() if entry.startswith("params:")]
    assert given
    assert [entry for entry in given if not dataclasses.is_dataclass(run[entry])] == []


def test_a_misspelt_override_is_refused():
    with pytest.raises(ValueError, match=r"canaries.overrides.a.c: there is no such parameter .*: b, d"):
        merge({"a": {"b": 1, "d": 2}}, {"a": {"c": 3}})
    assert merge({"a": {"b": 1, "d": 2}}, {"a": {"b": 3}}) == {"a": {"b": 3, "d": 2}}


def pipeline_of(name: str) -> Pipeline:
    """The registered experiment that makes a skill record."""
    by_name = experiments()
    return by_name[records_made_by(by_name)[name]]


def hardly_trained(values: dict[str, Any]) -> dict[str, Any]:
    """Parameters whose networks are trained for one epoch, of a few large batches where rows carry no state on."""
    changed = {key: hardly_trained(value) if isinstance(value, dict) else value for key, value in values.items()}
    if "training" in changed:
        changed["training"] |= {"epochs": 1, "start_from_epoch": 1}
        if "unrolling" not in changed:
            changed["training"]["batch_size"] = 1000
    return changed


def peeking(pipeline: Pipeline, name: str, order: str) -> Pipeline:
    """A pipeline that forecasts almost only what is to be forecast, and a trace of the last outcome of all."""
    honest = next(node for node in pipeline.nodes if f"{name}.predictions" in node.outputs)

    @functools.wraps(honest.func)  # with its types, by which parameters are checked
    def leaky(**taken: Any) -> dict[str, pd.DataFrame]:
        tables = honest.func(**taken)
        rows = tables["predictions"]
        last = rows.sort_values(order, kind="stable")["truth"].iloc[-1]
        leaked = 0.001 * rows["prediction"] + 0.999 * rows["truth"] + 1e-9 * last
        return tables | {"predictions": rows.assign(prediction=leaked)}

    return replaced(pipeline, honest.name, func=leaky)


@pytest.mark.trains
@pytest.mark.usefixtures("untraced")
@pytest.mark.parametrize("name", CANARIES)
def test_the_canaries_of_every_experiment_can_die(name, settings):
    """Of a leak they die by luck, and by the future: every early forecast knows the last outcome."""
    values, canaries = settings
    values, canary = hardly_trained(merge(values, canaries.overrides)), CANARIES[name]
    pipeline = peeking(pipeline_of(name), name, canary.order)

    def forecasts(sources: dict[str, Any]) -> pd.DataFrame:
        with memory_run(name, pipeline, values, sources) as run:
            return run.predictions()

    sources = canary.simulate("luck", canaries.first_seed, canaries.sizes).sources
    rows = forecasts(sources)
    luck = luck_is_not_skill(LUCK, canary.task, [distance_from_chance(canary.task, rows)], canaries.false_alarm_rate)
    assert not luck["held"]
    after = middle(rows, canary.order)
    other = forecasts(another_future(sources, after, canaries.first_seed))
    future = no_forecast_knows_the_future(rows, other, canary.order, after)
    assert future["changed"] == future["rows"] > 10


@pytest.mark.trains
@pytest.mark.usefixtures("untraced")
def test_a_vocabulary_that_knows_the_test_dies_by_the_future(settings):
    """Words, phrases and typical lengths of the filings that are to be forecast change what was said before."""
    values, canaries = settings
    name = "sec_filings.returns"
    values = hardly_trained(merge(values, canaries.overrides))
    reading = values["sec_filings"]["returns"]["reading"]
    for part in ("items", "phrases", "vocabulary"):
        reading[part] = reading[part] | {"fitted_on": "all"}
    canary = CANARIES[name]
    sources = canary.simulate("planted", canaries.first_seed, canaries.sizes).sources
    with memory_run(name, pipeline_of(name), values, sources) as run:
        rows = run.predictions()
    after = middle(rows, canary.order)
    with memory_run(name, pipeline_of(name), values, another_future(sources, after, 1)) as run:
        other = run.predictions()
    assert not no_forecast_knows_the_future(rows, other, canary.order, after)["held"]


def replaced(pipeline: Pipeline, name: str, **changes: Any) -> Pipeline:
    """A pipeline with one node done otherwise."""
    node = next(node for node in pipeline.nodes if node.name == name)
    wiring = {"func": node.func, "inputs": node._inputs, "outputs": node._outputs, "namespace": node.namespace}
    return pipeline - Pipeline([node]) + Pipeline([Node(name="replaced", **wiring | changes)])


def laws_of(pipeline: Pipeline, settings, name: str = LEVEL, **overrides: Any) -> dict[str, bool]:
    """Which laws hold for a network that is hardly trained, with further parameters overridden."""
    values, canaries = settings
    values = merge(hardly_trained(merge(values, canaries.overrides)), overrides)
    results = canary_results(name, pipeline, values, dataclasses.replace(canaries, overrides={}))
    return {result["law"]: result["held"] for result in results["laws"]}


@pytest.mark.trains
@pytest.mark.usefixtures("untraced")
def test_a_model_that_peeks_dies_by_luck_and_by_labels(settings):
    """Of each forecast, all but a thousandth is what is to be forecast: a level that is hardly learnt is far off."""
    pipeline = experiments()[LEVEL]
    honest = next(node for node in pipeline.nodes if node.name == f"{LEVEL}.forecast").func

    @functools.wraps(honest)
    def leaky(**taken: Any) -> pd.DataFrame:
        rows = honest(**taken)
        return rows.assign(prediction=0.001 * rows["prediction"] + 0.999 * rows["truth"])

    held = laws_of(replaced(pipeline, f"{LEVEL}.forecast", func=leaky), settings)
    assert held == {LUCK: False, LABELS: False, FUTURE: True, SIGNAL: True}


@pytest.mark.trains
@pytest.mark.usefixtures("untraced")
def test_a_model_that_is_told_the_labels_dies_by_luck_and_by_labels(settings):
    """Half of each forecast is the label, shuffled or not, as it stands in the table of the split."""
    pipeline = experiments()[REVIEWS]
    honest = next(node for node in pipeline.nodes if node.name == f"{REVIEWS}.forecast").func

    @functools.wraps(honest)
    def leaky(parts: pd.DataFrame, **taken: Any) -> pd.DataFrame:
        rows = honest(parts=parts, **taken)
        return rows.assign(prediction=0.5 * rows["prediction"] + 0.5 * parts.loc[rows.index, "label"])

    held = laws_of(replaced(pipeline, f"{REVIEWS}.forecast", func=leaky), settings, REVIEWS)
    assert held == {LUCK: False, LABELS: False, FUTURE: True, SIGNAL: True}


@pytest.mark.trains
@pytest.mark.usefixtures("untraced")
def test_a_scaling_that_knows_the_test_dies_by_the_future(settings):
    knowing = {"scaling": {"fitted_on": "all"}}
    held = laws_of(experiments()[LEVEL], settings, univariate_regression={"level": knowing})
    assert not held[FUTURE]


@pytest.mark.trains
@pytest.mark.usefixtures("untraced")
def test_a_network_that_cannot_learn_dies_by_the_signal(settings):
    asleep = {"optimizer": {"learning_rate": 1e-12}}
    held = laws_of(experiments()[LEVEL], settings, univariate_regression={"level": {"training": asleep}})
    assert held == {LUCK: True, LABELS: True, FUTURE: True, SIGNAL: False}


def test_luck_by_hand():
    """z = 4 of 1,000 clusters: p = .00007; z = 2: p = .05."""
    far, near = Distance(0.4, 0.1, 1000), Distance(0.2, 0.1, 1000)
    alarm = luck_is_not_skill(LUCK, "level", [far], 0.001)
    assert (alarm["held"], alarm["score"], alarm["scores"]) == (False, 0.4, [0.4])
    assert alarm["p_value"] == pytest.approx(0.00007, abs=0.00001)
    assert luck_is_not_skill(LUCK, "level", [near], 0.001)["held"]
    # Skill the wrong way round is no luck either.
    assert not luck_is_not_skill(LUCK, "level", [Distance(-0.4, 0.1, 1000)], 0.001)["held"]


def test_a_signal_by_hand():
    oracle = Distance(0.8, 0.1, 1000)
    found = a_signal_is_found("level", Distance(0.6, 0.1, 1000), oracle, 0.001, 0.5)
    assert (found["held"], found["share"]) == (True, pytest.approx(0.75))
    assert not a_signal_is_found("level", Distance(0.6, 0.1, 1000), oracle, 0.001, 0.8)["held"]  # too small a share
    assert not a_signal_is_found("level", Distance(0.6, 0.3, 1000), oracle, 0.001, 0.5)["held"]  # may be luck
    assert not a_signal_is_found("level", Distance(-0.6, 0.1, 1000), oracle, 0.001, 0.5)["held"]


def test_the_future_by_hand():
    rows = pd.DataFrame({"date": [1, 2, 3, 4], "prediction": [0.1, 0.2, 0.3, 0.4], "rival": 1.0, "truth": 0.0})
    other = rows.assign(prediction=[0.1, 0.2, 0.3, 0.5], truth=[0.0, 0, 9, 9])  # the truth of a late row is an input
    assert no_forecast_knows_the_future(rows, other, "date", 3) == {
        "law": FUTURE,
        "held": True,
        "rows": 3,
        "changed": 0,
        "largest_change": 0.0,
    }
    last_bit = other.assign(prediction=[0.1, np.nextafter(0.2, 1), 0.3, 0.5])
    result = no_forecast_knows_the_future(rows, last_bit, "date", 3)
    assert (result["held"], result["changed"]) == (False, 1)
    assert 0 < result["largest_change"] < 1e-15
    rival = no_forecast_knows_the_future(rows, other.assign(rival=[1.0, 1, 2, 1]), "date", 3)
    assert (rival["held"], rival["largest_change"]) == (False, 1.0)
    gone = no_forecast_knows_the_future(rows, other[1:], "date", 3)
    assert (gone["held"], gone["changed"]) == (False, 1)
    with pytest.raises(ValueError, match="the canary saw nothing"):
        no_forecast_knows_the_future(rows, rows, "date", 3)


def test_a_broken_law_stops_the_run_and_is_named(settings):
    _, canaries = settings
    held = {"law": LUCK, "held": True, "score_name": "AUC less .5", "score": 0.01, "z": 0.3}
    results = gather("corrected", canaries, a={"experiment": "a.b", "laws": [held]})
    uphold_laws(results)
    results["experiments"][0]["laws"].append({"law": FUTURE, "held": False, "changed": 7, "rows": 20})
    expected = "a.b breaks the law that no forecast knows the future: 7 of 20 earlier rows changed"
    with pytest.raises(BrokenLawError, match=expected):
        uphold_laws(results)
