"""How much the seed of a network decides."""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from rnn_trading.skill.decision import decide
from rnn_trading.skill.rows import MODEL
from rnn_trading.skill.tasks import TASKS, TaskName


def metrics_by_seed(
    task: TaskName, predictions: pd.DataFrame, forecasts: pd.DataFrame, metrics: tuple[str, ...] | None = None
) -> dict[str, Any]:
    """Metrics of networks that differ in their seed alone.

    Parameters
    ----------
    task
        Kind of forecast; see :mod:`rnn_trading.skill.tasks`.
    predictions
        Table of the predictions of their average.
    forecasts
        Those of single networks, ``(rows, networks)``, by their names; in the order of the rows of ``predictions``,
        whose index does not count.
    metrics
        Names of numbers; a dot leads into nested ones: ``path.mae``. None: all, as deep as that.

    Returns
    -------
    dict
        ``mean`` and ``spread`` (standard deviation, with one less than the networks as divisor; NaN for one network) of
        each metric, and ``seeds``: the metrics by network. A dot in the name of a metric is an underscore here.

    Raises
    ------
    KeyError
        For a metric that the task does not have.

    Examples
    --------
    One network is off by 1, the other by 3:

    >>> truth = pd.Series([1.0, 2.0, 4.0])
    >>> days = pd.date_range("2020-01-01", periods=3)
    >>> predictions = pd.DataFrame({"date": days, "prediction": truth + 2, "truth": truth})
    >>> networks = pd.DataFrame({"seed_1": truth + 1, "seed_2": truth + 3})
    >>> result = metrics_by_seed("volatility", predictions, networks, metrics=("mae",))
    >>> result["mean"], result["seeds"]
    ({'mae': 2.0}, {'seed_1': {'mae': 1.0}, 'seed_2': {'mae': 3.0}})
    """
    single = {
        name: TASKS[task].evaluate(predictions.assign(**{MODEL: forecasts[name].to_numpy()}), MODEL)
        for name in forecasts
    }
    wanted = [*metrics] if metrics is not None else [*dict.fromkeys(_numbers(next(iter(single.values()))))]
    numbers = pd.DataFrame(
        {
            name: {metric.replace(".", "_"): _inside(values, metric) for metric in wanted}
            for name, values in single.items()
        }
    )
    return {
        "mean": numbers.mean(axis=1).to_dict(),
        "spread": numbers.std(axis=1).to_dict(),
        "seeds": numbers.to_dict(),
    }


def judged_by_seed(
    task: TaskName, predictions: pd.DataFrame, forecasts: pd.DataFrame | None, overlap: int = 1, tried: int = 1
) -> dict[str, Any]:
    """What is said of the single networks of an average, on the same rows.

    Parameters
    ----------
    task, predictions
        See :func:`rnn_trading.skill.record.skill_record`.
    forecasts
        See :func:`metrics_by_seed`. None, or of one network: nothing is said.
    overlap, tried
        See :func:`rnn_trading.skill.decision.decide`.

    Returns
    -------
    dict
        Nothing, or ``by_seed``: what :func:`metrics_by_seed` gives; ``worst``: the ``seed`` (its name) of the network
        with the worst headline score, and its ``value``; ``worst_finding``: what is decided of that network alone, with
        ``finding``, ``finding_kind``, ``value``, ``rival``, ``difference`` and ``p_value``.

    Raises
    ------
    ValueError
        If there are other rows than those of the predictions, or a forecast is missing.

    Examples
    --------
    >>> truth = pd.Series([100.0, 101.0, 103.0])
    >>> predictions = pd.DataFrame({"date": pd.date_range("2020-01-01", periods=3), "truth": truth})
    >>> predictions = predictions.assign(prediction=truth + 2, persistence=truth - 1)
    >>> networks = pd.DataFrame({"seed_1": truth + 1, "seed_2": truth + 3})
    >>> judged_by_seed("level", predictions, networks)["by_seed"]["worst"]
    {'seed': 'seed_2', 'value': 3.0}
    """
    if forecasts is None or len(forecasts.columns) < 2:
        return {}
    if len(forecasts) != len(predictions) or forecasts.isna().any(axis=None):
        raise ValueError(
            f"Expected a forecast of every network for each of the {len(predictions):,} test rows. Received: "
            f"{len(forecasts):,} rows, {int(forecasts.isna().sum().sum()):,} forecasts missing."
        )
    by_seed = metrics_by_seed(task, predictions, forecasts)
    headline = TASKS[task].headline
    scores = {name: float(of.get(headline.metric, math.nan)) for name, of in by_seed["seeds"].items()}
    sign = 1 if headline.larger_is_better else -1
    # A network without a score ranks nothing: none is worse.
    worst = min(scores, key=lambda name: -math.inf if math.isnan(scores[name]) else sign * scores[name])
    alone = decide(task, predictions.assign(**{MODEL: forecasts[worst].to_numpy()}), None, overlap, tried)
    said = ("finding", "finding_kind", "value", "rival", "difference", "p_value")
    return {
        "by_seed": by_seed
        | {
            "worst": {"seed": worst, "value": scores[worst]},
            "worst_finding": {name: alone[name] for name in said},
        }
    }


def _numbers(values: dict[str, Any], within: str = "") -> Iterator[str]:
    """Names of the numbers of a metric, at most one level deep."""
    for name, value in values.items():
        if isinstance(value, float):
            yield f"{within}{name}"
        elif isinstance(value, dict) and not within:
            yield from _numbers(value, f"{name}.")


def _inside(values: dict[str, Any], metric: str) -> float:
    for name in metric.split("."):
        values = values[name]
    return values  # type: ignore[return-value]
