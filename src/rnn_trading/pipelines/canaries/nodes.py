"""Release the canaries of an experiment, and stop the run if one of them dies."""

import logging
from collections.abc import Callable
from typing import Annotated, Any

import pandas as pd
from kedro.pipeline import Pipeline
from pydantic import Field

from rnn_trading.parameters import parameters
from rnn_trading.simulated.forecasts import with_planted_forecast
from rnn_trading.simulated.sources import with_changes_redrawn
from rnn_trading.skill.chance import distance_from_chance
from rnn_trading.skill.laws import (
    CANARIES_VERSION,
    LABELS,
    LUCK,
    SIGNAL,
    SMALL_SKILL,
    broken_laws,
    describe,
    luck_is_not_skill,
    no_forecast_knows_the_future,
    skill_is_found,
)
from rnn_trading.skill.record import plain
from rnn_trading.skill.rows import FOLD
from rnn_trading.skill.tasks import TaskName

from .experiments import CANARIES, CanarySizes, experiment_of
from .runs import memory_run

Strength = Annotated[float, Field(gt=0, le=1)]
logger = logging.getLogger(__name__)


class BrokenLawError(ValueError):
    """A canary died; the message names the laws and the experiments."""


@parameters
class CanaryParameters:
    """What is simulated, and when an alarm is raised.

    Parameters
    ----------
    seeds
        Independent samples of pure luck.
    first_seed
        Seed of the first of them, of the planted signal, and of all shuffling.
    false_alarm_rate
        How often, among honest experiments, one canary of luck or of shuffled labels dies.
    strengths
        Of the planted signal, by canary. ``benchmarks/canary_strengths.py`` says how many seeds find it. See the
        function that simulates it in :mod:`rnn_trading.simulated.sources`.
    small_skills
        Of the forecasts that are planted without training, by kind of forecast; see
        :mod:`rnn_trading.simulated.forecasts`.
    sizes
        See :class:`rnn_trading.pipelines.canaries.experiments.CanarySizes`.
    overrides
        Parameters of the experiments that fit these sizes; all others are those of a user's run.
    """

    seeds: Annotated[int, Field(ge=1)]
    first_seed: Annotated[int, Field(ge=0)]
    false_alarm_rate: Annotated[float, Field(gt=0, lt=0.5)]
    strengths: dict[str, Strength]
    small_skills: dict[TaskName, Strength]
    sizes: CanarySizes
    overrides: dict[str, Any]


def release_canaries(
    all_parameters: dict[str, Any], canaries: CanaryParameters, *, name: str, create: Callable[[], Pipeline]
) -> dict[str, Any]:
    """Create an experiment and run it on simulated sources; see :func:`canary_results`.

    Raises
    ------
    ValueError
        If the experiment cannot be judged on them; names it.
    """
    try:
        return canary_results(name, create(), all_parameters, canaries)
    except ValueError as error:
        raise ValueError(f"The canaries of {name} could not be judged. {error}") from error


def canary_results(
    name: str, pipeline: Pipeline, all_parameters: dict[str, Any], canaries: CanaryParameters
) -> dict[str, Any]:
    """Whether an experiment obeys the five laws.

    Parameters
    ----------
    name
        One of :data:`rnn_trading.pipelines.canaries.experiments.CANARIES`.
    pipeline
        The experiment, from its sources.
    all_parameters
        Of the user's run.
    canaries
        See :class:`CanaryParameters`.

    Returns
    -------
    dict
        ``experiment``, ``laws`` (one result each; see :mod:`rnn_trading.skill.laws`), and of the parameters what is
        needed to read them.
    """
    canary, experiment = CANARIES[name], experiment_of(name)
    values = merge(all_parameters, canaries.overrides)
    seed, rate, strength = canaries.first_seed, canaries.false_alarm_rate, canaries.strengths[name]

    def run(sources: dict[str, Any]) -> pd.DataFrame:
        with memory_run(experiment, pipeline, values, sources) as single:
            return single.predictions()

    planted = canary.simulate(strength, seed, canaries.sizes)
    with memory_run(experiment, pipeline, values, planted) as original:
        predictions = original.predictions()
        if canary.labels is None:
            shuffled = run(with_changes_redrawn(planted, seed))
        else:
            dataset, shuffle = canary.labels
            shuffled = original.predictions_with(dataset, shuffle(original[dataset], seed))
    lucky = [run(canary.simulate(0.0, seed + number, canaries.sizes)) for number in range(canaries.seeds)]
    after = middle(predictions, canary.order)
    small = canaries.small_skills[canary.task]
    of_small_skill = with_planted_forecast(canary.task, lucky[0], small, seed)
    results = [
        luck_is_not_skill(LUCK, canary.task, [distance_from_chance(canary.task, rows) for rows in lucky], rate),
        luck_is_not_skill(LABELS, canary.task, [distance_from_chance(canary.task, shuffled)], rate),
        no_forecast_knows_the_future(
            predictions, run(canary.another_future(planted, after, seed)), canary.order, after
        ),
        skill_is_found(SIGNAL, canary.decide(predictions), strength),
        skill_is_found(SMALL_SKILL, canary.decide(of_small_skill), small),
    ]
    for result in results:
        held = "held" if result["held"] else "BROKEN"
        logger.info("%s: %s: %s, %s", name, result["law"], held, describe(result))
    return plain({"experiment": name, "laws": results, **_settings(canaries)})


def middle(predictions: pd.DataFrame, order: str) -> Any:
    """Where half of the rows of the first fold are early, by the column that orders them.

    What is late is the rest of its test and all that later folds are fitted on: an early forecast must know neither.
    A cut in a later fold would not see what an earlier one takes from it, and what a later fold knows of its own test
    the first knows of its own, too: the nodes of all folds are the same.

    Examples
    --------
    >>> middle(pd.DataFrame({"fold": [1, 1, 1, 2, 2], "date": [1, 2, 3, 4, 5]}), "date")
    2
    >>> middle(pd.DataFrame({"id": ["c", "a", "b"]}), "id")
    'b'
    """
    rows = predictions
    if FOLD in rows:
        rows = rows[rows[FOLD] == rows[FOLD].min()]
    return rows[order].sort_values().iloc[len(rows) // 2]


def merge(values: dict[str, Any], changes: dict[str, Any], path: str = "") -> dict[str, Any]:
    """Nested values with some of them replaced; neither argument is changed.

    Raises
    ------
    ValueError
        If a name to be replaced is not there.
    """
    merged = dict(values)
    for key, change in changes.items():
        if key not in values:
            raise ValueError(
                f"canaries.overrides.{path}{key}: there is no such parameter to override. Expected one of: "
                f"{', '.join(map(str, values))}."
            )
        inside = values[key]
        nested = isinstance(change, dict) and isinstance(inside, dict)
        merged[key] = merge(inside, change, f"{path}{key}.") if nested else change
    return merged


def _settings(canaries: CanaryParameters) -> dict[str, Any]:
    return {"false_alarm_rate": canaries.false_alarm_rate, "seeds": canaries.seeds}


def gather(protocol: str, **by_experiment: dict[str, Any]) -> dict[str, Any]:
    """All results, each with the parameters that it was made with: some may be of an earlier run."""
    return {"version": CANARIES_VERSION, "protocol": protocol, "experiments": list(by_experiment.values())}


def uphold_laws(canaries: dict[str, Any]) -> None:
    """Stop if a law is broken.

    Raises
    ------
    BrokenLawError
        Names every broken law and the experiment that broke it.
    """
    broken = broken_laws(canaries)
    if broken:
        raise BrokenLawError("\n".join([f"Canaries died ({canaries['protocol']}):", *broken]))
    laws = sum(len(one["laws"]) for one in canaries["experiments"])
    logger.info("Canaries: %d experiments, %d laws held", len(canaries["experiments"]), laws)
