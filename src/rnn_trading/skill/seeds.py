"""How much the seed of a network decides."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from rnn_trading.skill.decision import decide, rivals_in
from rnn_trading.skill.rows import MODEL, rows_of
from rnn_trading.skill.tasks import TASKS, TaskName, statistic_for


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
        Nothing, or ``by_seed``: what :func:`metrics_by_seed` gives; ``decided``: the value of each network by the
        statistic that decides (``seeds``), their ``mean`` and ``spread``, its ``words``; ``worst``: the ``seed`` (its
        name) of the network that is worst by it, and its ``value``; ``worst_finding``: what is decided of that network
        alone, with ``finding``, ``finding_kind``, ``value``, ``rival``, ``difference`` and ``p_value``.

    Raises
    ------
    ValueError
        If there are other rows than those of the predictions, or a forecast is missing.

    Examples
    --------
    >>> truth = pd.Series([1.0, 2.0, 4.0])
    >>> predictions = pd.DataFrame({"date": pd.date_range("2020-01-01", periods=3), "truth": truth})
    >>> predictions = predictions.assign(prediction=truth + 2, har=1.0)
    >>> networks = pd.DataFrame({"seed_1": truth + 1, "seed_2": truth + 3})
    >>> worst = judged_by_seed("volatility", predictions, networks)["by_seed"]["worst"]
    >>> worst["seed"], round(worst["value"], 3)
    ('seed_2', 2.054)
    """
    if forecasts is None or len(forecasts.columns) < 2:
        return {}
    if len(forecasts) != len(predictions) or forecasts.isna().any(axis=None):
        raise ValueError(
            f"Expected a forecast of every network for each of the {len(predictions):,} test rows. Received: "
            f"{len(forecasts):,} rows, {int(forecasts.isna().sum().sum()):,} forecasts missing."
        )
    by_seed = metrics_by_seed(task, predictions, forecasts)
    decided = _decided(task, predictions, forecasts)
    values, sign = decided["seeds"], 1 if decided.pop("larger_is_better") else -1
    worst = min(values, key=lambda name: sign * values[name])
    alone = decide(task, predictions.assign(**{MODEL: forecasts[worst].to_numpy()}), None, overlap, tried)
    said = ("finding", "finding_kind", "value", "rival", "difference", "p_value")
    return {
        "by_seed": by_seed
        | {
            "decided": decided,
            "worst": {"seed": worst, "value": values[worst]},
            "worst_finding": {name: alone[name] for name in said},
        }
    }


def _decided(task_name: TaskName, predictions: pd.DataFrame, forecasts: pd.DataFrame) -> dict[str, Any]:
    """Of each network what decides, one statistic for all of them."""
    task = TASKS[task_name]
    single = predictions.assign(**{name: forecasts[name].to_numpy() for name in forecasts})
    rows = single[rows_of(single, task.only)].reset_index(drop=True)
    statistic = statistic_for(task, rows, [MODEL, *forecasts, *rivals_in(task, predictions)])
    values = pd.Series({name: statistic.value_of(rows, name) for name in forecasts})
    return {
        "words": statistic.in_words(rows),
        "larger_is_better": statistic.larger_is_better,
        "seeds": values.to_dict(),
        "mean": values.mean(),
        "spread": values.std(),
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
