"""Metrics of several series that are forecast together, in scaled and in original units."""

from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.skill.metrics import Loss, error_metrics

SCALED, ORIGINAL = "scaled", "original"
ONE_STEP, PATH = "one_step", "path"
ABSOLUTE_ERROR = Loss("absolute error", lambda forecast, truth: np.abs(np.asarray(forecast) - np.asarray(truth)))


def evaluate_macro(table: pd.DataFrame, column: str) -> dict[str, Any]:
    """All metrics of one forecast.

    Parameters
    ----------
    table
        ``units`` (``scaled``, ``original``), ``run`` (``one_step``, ``path``), ``series``, ``date`` of the last
        known month, ``step``, ``target_date``, ``truth``, and the forecast.
    column
        Name of the forecast.

    Returns
    -------
    dict
        ``mae``, ``rmse``, ``r2`` of one step ahead, in scaled units over all series; ``path``: the same of the
        path, and ``mae_by_step``; ``by_series``: by name and units, ``mae`` and ``rmse`` of one step and of the
        path; ``rows``, one step ahead.
    """
    scaled = table[table["units"] == SCALED]
    one_step, path = (scaled[scaled["run"] == run] for run in (ONE_STEP, PATH))
    if one_step.empty:
        return {"rows": 0}
    metrics: dict[str, Any] = _errors(one_step, column) | {"rows": len(one_step)}
    if len(path):
        by_step = (path[column] - path["truth"]).abs().groupby(path["step"]).mean()
        metrics["path"] = _errors(path, column) | {"mae_by_step": by_step.tolist()}
    metrics["by_series"] = {
        name: {
            units: {
                run: {key: value for key, value in _errors(part, column).items() if key != "r2"}
                for run, part in of_units.groupby("run")
            }
            for units, of_units in rows.groupby("units")
        }
        for name, rows in table.groupby("series", sort=False)
    }
    return metrics


def _errors(rows: pd.DataFrame, column: str) -> dict[str, float]:
    return error_metrics(rows[column].to_numpy(), rows["truth"].to_numpy())
