"""Canaries of honest experiments live; those of experiments that cheat or cannot learn die, each by its own law."""

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro.config import OmegaConfigLoader
from kedro.pipeline import Pipeline

from rnn_trading.pipeline_registry import ONLY_IN, experiments, records_made_by
from rnn_trading.pipelines.canaries import plan_of
from rnn_trading.pipelines.canaries.experiments import CANARIES, experiment_of
from rnn_trading.pipelines.canaries.nodes import (
    CanaryParameters,
    canary_results,
    merge,
    middle,
)
from rnn_trading.pipelines.canaries.runs import memory_run
from rnn_trading.plan import Plan
from rnn_trading.settings import CONFIG_LOADER_ARGS
from rnn_trading.skill.chance import distance_from_chance
from rnn_trading.skill.laws import (
    FUTURE,
    LABELS,
    LUCK,
    SIGNAL,
    SMALL_SKILL,
    luck_is_not_skill,
    no_forecast_knows_the_future,
)
from tests.conftest import ROOT

LEVEL, REVIEWS = "univariate_regression.level", "text_sentiment.pretrained_embeddings"
DYING = "stacked_lstm.classification.tickers_die"


def test_every_kind_of_experiment_has_canaries():
    tested = {experiment_of(name) for name in CANARIES}
    made_by = records_made_by(experiments())  # several by one experiment
    assert {made_by[name] for name in tested} == set(experiments()) - set(ONLY_IN) - {"text_sentiment.stars"}


def test_every_canary_has_a_strength_and_every_kind_of_forecast_a_small_skill():
    _, canaries = parameters_of("base")
    assert list(canaries.strengths) == list(CANARIES)
    assert set(canaries.small_skills) == {canary.task for canary in CANARIES.values()}


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


def pipeline_of(name: str, values: dict[str, Any]) -> Pipeline:
    """The experiment that a canary puts to the test, with the folds and seeds of canaries; all parameters are given."""
    by_name = experiments(plan_of(Plan.from_parameters(values)))
    return by_name[records_made_by(by_name)[experiment_of(name)]]


def hardly_trained(values: dict[str, Any]) -> dict[str, Any]:
    """Parameters whose networks are trained for one epoch, of a few large batches where rows carry no state on.

    Of a text they read twenty words.
    """
    changed = {key: hardly_trained(value) if isinstance(value, dict) else value for key, value in values.items()}
    if "tokens" in changed:
        changed["tokens"] = 20
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
        last = rows.sort_values(order, kind="stable")["truth"].tail(50)
        leaked = 0.001 * rows["prediction"] + 0.999 * rows["truth"] + 1e-9 * (last @ np.arange(1.0, len(last) + 1))
        return tables | {"predictions": rows.assign(prediction=leaked, honest=rows["prediction"])}

    return replaced(pipeline, honest.name, leaky)


# One of each kind of forecast, and of each way in which a future is another.
DIFFERENT = (
    *(DYING, "stacked_lstm.daily", LEVEL),
    *("univariate_regression.rolling_windows.index", "univariate_regression.mid_price"),
    *("multivariate.macro", "text_sentiment.learned_embeddings", "sec_filings.returns"),
)


@pytest.mark.trains
@pytest.mark.usefixtures("untraced")
@pytest.mark.parametrize("name", DIFFERENT)
def test_the_canaries_of_every_kind_of_experiment_can_die(name, settings):
    """Of a leak they die by luck, and by the future: every early forecast knows the last outcomes.

    The forecasts that the leak was added to know no future.
    """
    values, canaries = settings
    values, canary = hardly_trained(merge(values, canaries.overrides)), CANARIES[name]
    pipeline = peeking(pipeline_of(name, values), experiment_of(name), canary.order)

    def forecasts(sources: dict[str, Any]) -> pd.DataFrame:
        with memory_run(experiment_of(name), pipeline, values, sources) as run:
            return run.predictions()

    sources = canary.simulate(0.0, canaries.first_seed, canaries.sizes)
    rows = forecasts(sources)
    luck = luck_is_not_skill(LUCK, canary.task, [distance_from_chance(canary.task, rows)], canaries.false_alarm_rate)
    assert not luck["held"]
    after = middle(rows, canary.order)
    other = forecasts(canary.another_future(sources, after, canaries.first_seed))
    future = no_forecast_knows_the_future(rows, other, canary.order, after)
    assert future["changed"] == future["rows"] > 10
    before, now = (each.assign(prediction=each["honest"]) for each in (rows, other))
    assert no_forecast_knows_the_future(before, now, canary.order, after)["held"]


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
    assert not held_by_the_future(name, values, canaries)


def held_by_the_future(
    name: str, values: dict[str, Any], canaries: CanaryParameters, pipeline: Pipeline | None = None, record: str = ""
) -> bool:
    """Whether the forecasts of an experiment, of a changed one or one beside it, stay the same with another future."""
    canary, experiment, pipeline = CANARIES[name], record or experiment_of(name), pipeline or pipeline_of(name, values)
    sources = canary.simulate(canaries.strengths[name], canaries.first_seed, canaries.sizes)
    with memory_run(experiment, pipeline, values, sources) as run:
        rows = run.predictions()
    after = middle(rows, canary.order)
    with memory_run(experiment, pipeline, values, canary.another_future(sources, after, 1)) as run:
        other = run.predictions()
    return no_forecast_knows_the_future(rows, other, canary.order, after)["held"]


@pytest.mark.trains
def test_the_paths_at_once_of_macro_series_know_no_future(settings):
    values, canaries = settings
    values = hardly_trained(merge(values, canaries.overrides))
    assert held_by_the_future("multivariate.macro", values, canaries, record="multivariate.macro.encoder_decoder")


@pytest.mark.trains
@pytest.mark.usefixtures("untraced")
@pytest.mark.parametrize(
    ("universe", "held"),
    [
        ({"rule": "most_traded_to_date", "size": 20, "sessions": 100}, True),
        ({"rule": "most_traded", "size": 20}, False),
    ],
)
def test_a_universe_that_knows_who_will_die_dies_by_the_future(universe, held, settings):
    """Tickers chosen as of each date live; those that are chosen by their whole life change what was said before."""
    values, canaries = settings
    weekly = {"daily_weekly_sequences": {"weekly": {"universe": universe}}}
    values = hardly_trained(merge(merge(values, canaries.overrides), weekly))
    assert held_by_the_future(DYING, values, canaries) is held


@pytest.mark.trains
@pytest.mark.usefixtures("untraced")
@pytest.mark.parametrize(("protocol", "held"), [("corrected", True), ("as_published", False)])
def test_the_returns_of_the_dead_are_no_luck(protocol, held):
    """As published a dead ticker has returns of zero, so that "no return means no rise" knows what follows."""
    values, canaries = parameters_of("test", protocol)
    values = hardly_trained(merge(values, canaries.overrides))
    canary, experiment = CANARIES[DYING], experiment_of(DYING)
    sources = canary.simulate(0.0, canaries.first_seed, canaries.sizes)
    with memory_run(experiment, pipeline_of(DYING, values), values, sources) as run:
        distance = distance_from_chance(canary.task, run.predictions(), "zero_return_means_down")
    assert luck_is_not_skill(LUCK, canary.task, [distance], canaries.false_alarm_rate)["held"] is held


@pytest.mark.trains
@pytest.mark.usefixtures("untraced")
def test_a_stale_rule_that_knows_the_future_dies_by_the_future(settings):
    """Here: a ticker whose price is stale at the end was never there."""
    values, canaries = settings
    values = hardly_trained(merge(values, canaries.overrides))
    pipeline = pipeline_of(DYING, values)
    honest = next(node for node in pipeline.nodes if "returns_weekly" in node.outputs)

    @functools.wraps(honest.func)
    def knowing(prices: pd.DataFrame, **taken: Any) -> dict[str, Any]:
        traded = prices["adj_volume"].groupby("ticker").transform("last") > 0
        return honest.func(prices=prices[traded], **taken)

    cheating = replaced(pipeline, honest.name, knowing)
    canary, experiment = CANARIES[DYING], experiment_of(DYING)
    sources = canary.simulate(0.0, canaries.first_seed, canaries.sizes)
    with memory_run(experiment, cheating, values, sources) as run:
        rows = run.predictions()
    after = middle(rows, canary.order)
    with memory_run(experiment, cheating, values, canary.another_future(sources, after, 1)) as run:
        other = run.predictions()
    assert not no_forecast_knows_the_future(rows, other, canary.order, after)["held"]


def replaced(
    pipeline: Pipeline, name: str, function: Callable[..., Any], taken: dict[str, str] | None = None
) -> Pipeline:
    """A pipeline with one node done otherwise, perhaps from other datasets."""
    node = next(node for node in pipeline.nodes if node.name == name)
    return pipeline - Pipeline([node]) + Pipeline([node._copy(func=function, inputs=taken or node._inputs)])


def leaking(pipeline: Pipeline, name: str, leak: Callable[..., pd.DataFrame]) -> Pipeline:
    """A pipeline whose networks' forecasts, of an experiment, are leaked to: a function of them, and what they took."""
    for node in pipeline.nodes:
        if node.name.startswith(f"{name}.folds.") and node.name.endswith(".forecast"):
            pipeline = replaced(pipeline, node.name, _leaky(node.func, leak))
    return pipeline


def _leaky(honest: Callable[..., pd.DataFrame], leak: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    @functools.wraps(honest)
    def leaky(**taken: Any) -> pd.DataFrame:
        return leak(honest(**taken), **taken)

    return leaky


def laws_of(name: str, settings, leak: Callable[..., pd.DataFrame] | None = None, **overrides: Any) -> dict[str, bool]:
    """Which laws hold for networks that are hardly trained, with further parameters overridden."""
    values, canaries = settings
    values = merge(hardly_trained(merge(values, canaries.overrides)), overrides)
    pipeline = pipeline_of(name, values)
    if leak is not None:
        pipeline = leaking(pipeline, name, leak)
    results = canary_results(name, pipeline, values, dataclasses.replace(canaries, overrides={}))
    return {result["law"]: result["held"] for result in results["laws"]}


@pytest.mark.trains
@pytest.mark.usefixtures("untraced")
def test_a_model_that_peeks_dies_by_luck_and_by_labels(settings):
    """Of each forecast, all but a thousandth is what is to be forecast: a level that is hardly learnt is far off."""

    def leak(rows: pd.DataFrame, **_: Any) -> pd.DataFrame:
        return rows.assign(prediction=0.001 * rows["prediction"] + 0.999 * rows["truth"])

    held = laws_of(LEVEL, settings, leak)
    assert held == {LUCK: False, LABELS: False, FUTURE: True, SIGNAL: True, SMALL_SKILL: True}


@pytest.mark.trains
def test_a_model_that_is_told_the_labels_dies_by_luck_and_by_labels(settings):
    """Half of each forecast is the label, shuffled or not, as it stands in the table of the split."""

    def leak(rows: pd.DataFrame, parts: pd.DataFrame, **_: Any) -> pd.DataFrame:
        return rows.assign(prediction=0.5 * rows["prediction"] + 0.5 * parts.loc[rows.index, "label"])

    held = laws_of(REVIEWS, settings, leak)
    assert held == {LUCK: False, LABELS: False, FUTURE: True, SIGNAL: True, SMALL_SKILL: True}


@pytest.mark.trains
@pytest.mark.usefixtures("untraced")
def test_a_scaling_that_knows_the_test_dies_by_the_future(settings):
    knowing = {"scaling": {"fitted_on": "all"}}
    held = laws_of(LEVEL, settings, univariate_regression={"level": knowing})
    assert not held[FUTURE]


@pytest.mark.trains
@pytest.mark.usefixtures("untraced")
def test_a_network_that_cannot_learn_dies_by_the_signal(settings):
    asleep = {"optimizer": {"learning_rate": 1e-12}}
    held = laws_of(LEVEL, settings, univariate_regression={"level": {"training": asleep}})
    assert held == {LUCK: True, LABELS: True, FUTURE: True, SIGNAL: False, SMALL_SKILL: True}
