"""Metrics of forecasts of one series. A metric that does not exist for the data is NaN."""

from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.series.series import FREE_RUN, POINT_BY_POINT, RESTARTED
from rnn_trading.skill.losses import Loss, Vector
from rnn_trading.skill.metrics.panels import error_metrics, spearman

LAST_VALUE = "persistence"


def _qlike(forecast: Vector, truth: Vector) -> Vector:
    forecast = np.asarray(forecast, dtype=float)
    positive = np.where(forecast > 0, forecast, np.nan)
    return np.log(positive) + np.asarray(truth) / positive


# Patton (2011), up to a function of the truth, which is zero on some days: log f + y / f, smallest in expectation where
# f is the mean of y. It does not exist for a forecast that is not positive.
QLIKE = Loss("QLIKE", _qlike)


def evaluate_level(forecast: Vector, truth: Vector, last: Vector) -> dict[str, Any]:
    """Metrics of next-day levels, as levels and as the returns that they imply.

    Parameters
    ----------
    forecast, truth, last
        Forecast, outcome and last known value of each row, ``(rows,)``, in the units of the series.

    Returns
    -------
    dict
        ``rmse``, ``mae``, ``r2`` and ``ic_pooled`` (Spearman) of the levels; ``return_ic`` (Spearman),
        ``return_r2`` (against their mean) and ``return_hit_rate`` (share of days that moved whose sign was
        forecast; NaN if no move was) of the returns on the last value; ``rows``.

    Examples
    --------
    The first move is forecast too small, the second in the wrong direction.

    >>> metrics = evaluate_level(np.array([101.0, 99.0]), np.array([102.0, 101.0]), last=np.array([100.0, 100.0]))
    >>> metrics["mae"], metrics["return_hit_rate"]
    (1.5, 0.5)
    """
    if len(truth) == 0:
        return {"rows": 0}
    forecast_return, true_return = forecast / last - 1, truth / last - 1
    told = (true_return != 0) & (forecast_return != 0)
    hits = np.sign(forecast_return[told]) == np.sign(true_return[told])
    return error_metrics(forecast, truth) | {
        "ic_pooled": spearman(forecast, truth),
        "return_ic": spearman(forecast_return, true_return),
        "return_r2": error_metrics(forecast_return, true_return)["r2"],
        "return_hit_rate": float(hits.mean()) if told.any() else float("nan"),
        "rows": len(truth),
    }


def evaluate_volatility(forecast: Vector, truth: Vector) -> dict[str, Any]:
    """``r2``, ``rmse``, ``mae`` and ``qlike`` (:data:`QLIKE`, mean; NaN if a forecast is not positive); ``rows``.

    Parameters
    ----------
    forecast, truth
        In one unit, ``(rows,)``, none missing.

    Examples
    --------
    >>> metrics = evaluate_volatility(np.array([1.0, 1.0]), np.array([0.0, 2.0]))
    >>> metrics["rmse"], metrics["r2"], metrics["qlike"]
    (1.0, 0.0, 1.0)
    """
    if len(truth) == 0:
        return {"rows": 0}
    return error_metrics(forecast, truth) | {"qlike": float(QLIKE.of(forecast, truth).mean()), "rows": len(truth)}


def evaluate_runs(table: pd.DataFrame, column: str) -> dict[str, Any]:
    """Metrics of runs of several steps.

    Parameters
    ----------
    table
        ``run`` (see below), ``date`` (of the last known value), ``step`` from 1, ``truth``, ``persistence`` (the last
        known value), and the forecast.
    column
        Name of the forecast.

    Returns
    -------
    dict
        Of the runs ``restarted`` after some steps: ``rmse``, ``mae``, ``r2``, ``change_ic`` (Spearman of the
        forecast and true change from the last known value), ``rmse_by_step`` (a list, from step 1), ``rows``.
        Where the table has them: ``point_by_point`` and ``free_run``, each with ``rmse`` and ``mae``. Without restarted
        runs there is nothing but ``rows``.

    Examples
    --------
    Two runs of two steps: off by 1 at the first step, and by 3 at the second.

    >>> table = pd.DataFrame({"run": "restarted", "date": [1, 1, 3, 3], "step": [1, 2, 1, 2], "persistence": 100.0})
    >>> table = table.assign(truth=[101.0, 102.0, 103.0, 104.0], prediction=[102.0, 105.0, 104.0, 107.0])
    >>> metrics = evaluate_runs(table, "prediction")
    >>> metrics["mae"], metrics["rmse_by_step"]
    (2.0, [1.0, 3.0])
    """
    restarted = table[table["run"] == RESTARTED]
    if restarted.empty:
        return {"rows": 0}
    forecast, truth = restarted[column].to_numpy(), restarted["truth"].to_numpy()
    last = restarted[LAST_VALUE].to_numpy()
    squared = ((restarted[column] - restarted["truth"]) ** 2).groupby(restarted["step"]).mean()
    metrics: dict[str, Any] = error_metrics(forecast, truth) | {
        "change_ic": spearman(forecast - last, truth - last),
        "rmse_by_step": np.sqrt(squared.to_numpy()).tolist(),
        "rows": len(truth),
    }
    for run in (POINT_BY_POINT, FREE_RUN):
        rows = table[table["run"] == run]
        if len(rows):
            errors = error_metrics(rows[column].to_numpy(), rows["truth"].to_numpy())
            metrics[run] = {"rmse": errors["rmse"], "mae": errors["mae"]}
    return metrics
