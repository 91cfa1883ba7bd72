"""How much the seed of a network decides."""

from typing import Any

import pandas as pd

from rnn_trading.skill.tasks import MODEL, TASKS, TaskName


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
        Those of single networks, ``(rows, networks)``, by their names.
    metrics
        Names of numbers; a dot leads into nested ones: ``path.mae``.

    Returns
    -------
    dict
        ``mean`` and ``spread`` (standard deviation) of each metric, and ``seeds``: the metrics by network.
    """
    keys = [column for column in predictions if column in (*TASKS[task].keys, "truth")]
    single = {
        name: TASKS[task].evaluate(predictions[keys].assign(**{MODEL: forecasts[name].to_numpy()}), MODEL)
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
