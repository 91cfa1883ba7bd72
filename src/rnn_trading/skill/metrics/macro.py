"""Metrics of several series that are forecast together, in the network's and in original units."""

from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.skill.losses import Loss
from rnn_trading.skill.metrics.panels import error_metrics

NETWORK, ORIGINAL = "network", "original"  # units
ONE_STEP, PATH = "one_step", "path"
ABSOLUTE_ERROR = Loss("absolute error", lambda forecast, truth: np.abs(np.asarray(forecast) - np.asarray(truth)))


def evaluate_macro(table: pd.DataFrame, column: str) -> dict[str, Any]:
    """All metrics of one forecast.

    Parameters
    ----------
    table
        ``units`` (``network``, ``original``), ``run`` (``one_step``, ``path``), ``series``, ``date`` of the last
        known month, ``step``, ``target_date``, ``truth``, and the forecast.
    column
        Name of the forecast.

    Returns
    -------
    dict
        ``mae``, ``rmse`` of one step ahead, in the network's units over all series; ``path``: the same of the
        path, and ``mae_by_step``; ``by_series``: by name and units, ``mae`` and ``rmse`` of one step and of the
        path, and of the path ``mae_by_step``; ``rows``, one step ahead.

    Examples
    --------
    One month ahead, the forecast of ``cpi`` is off by 1 and that of ``rate`` by 3.

    >>> table = pd.DataFrame({"units": NETWORK, "run": ONE_STEP, "series": ["cpi", "rate"], "step": 1})
    >>> metrics = evaluate_macro(table.assign(truth=5.0, prediction=[6.0, 2.0]), "prediction")
    >>> metrics["mae"], metrics["by_series"]["rate"]["network"]["one_step"]
    (2.0, {'mae': 3.0, 'rmse': 3.0})
    """
    own = table[table["units"] == NETWORK]
    one_step, path = (own[own["run"] == run] for run in (ONE_STEP, PATH))
    if one_step.empty:
        return {"rows": 0}
    metrics: dict[str, Any] = _errors(one_step, column) | {"rows": len(one_step)}
    if len(path):
        metrics["path"] = _errors(path, column) | {"mae_by_step": _by_step(path, column)}
    metrics["by_series"] = {
        name: {
            units: {run: _of_one_series(part, column, run) for run, part in of_units.groupby("run")}
            for units, of_units in rows.groupby("units")
        }
        for name, rows in table.groupby("series", sort=False)
    }
    return metrics


def _of_one_series(rows: pd.DataFrame, column: str, run: str) -> dict[str, Any]:
    return _errors(rows, column) | ({"mae_by_step": _by_step(rows, column)} if run == PATH else {})


def _by_step(rows: pd.DataFrame, column: str) -> list[float]:
    return (rows[column] - rows["truth"]).abs().groupby(rows["step"]).mean().tolist()


def _errors(rows: pd.DataFrame, column: str) -> dict[str, Any]:
    # No R2: pooled over series, it would count the difference of their means as skill.
    metrics = error_metrics(rows[column].to_numpy(), rows["truth"].to_numpy())
    return {"mae": metrics["mae"], "rmse": metrics["rmse"]}
