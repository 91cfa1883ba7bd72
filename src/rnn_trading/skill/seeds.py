"""How much the seed of a network decides."""

from typing import Any

import pandas as pd

from rnn_trading.skill.rows import MODEL
from rnn_trading.skill.tasks import TASKS, TaskName


def metrics_by_seed(
    task: TaskName, predictions: pd.DataFrame, forecasts: pd.DataFrame, metrics: tuple[str, ...]
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
        Names of numbers; a dot leads into nested ones: ``path.mae``.

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
    numbers = pd.DataFrame(
        {
            name: {metric.replace(".", "_"): _inside(values, metric) for metric in metrics}
            for name, values in single.items()
        }
    )
    return {
        "mean": numbers.mean(axis=1).to_dict(),
        "spread": numbers.std(axis=1).to_dict(),
        "seeds": numbers.to_dict(),
    }


def _inside(values: dict[str, Any], metric: str) -> float:
    for name in metric.split("."):
        values = values[name]
    return values  # type: ignore[return-value]
