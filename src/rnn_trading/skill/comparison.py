"""Tests of the difference between two forecasts on the same rows."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.tsa.stattools import diebold_mariano_test

from rnn_trading.skill.metrics import Task, Vector, information_coefficients, losses, newey_west_t

FEWEST_DATES = 5


def compare_losses(task: Task, forecast: Vector, rival: Vector, truth: Vector, dates: pd.Index) -> dict[str, Any]:
    """Diebold-Mariano test on losses averaged by date.

    Rows of one date share its shocks, so the test counts dates, not rows. The variance is Newey-West's, the
    statistic corrected for small samples (Harvey, Leybourne and Newbold, 1997) and compared with Student's t.

    Returns
    -------
    dict
        ``name``, ``loss``, ``statistic`` (negative: the forecast has the smaller loss), ``p_value``
        (two-sided), ``dates``, ``mean_difference``. NaN with fewer than 5 dates or no difference at all.
    """
    frame = pd.DataFrame(
        {"forecast": losses(task, forecast, truth), "rival": losses(task, rival, truth)},
        index=pd.DatetimeIndex(dates),
    )
    by_date = frame.groupby(level=0).mean()
    difference = by_date["forecast"] - by_date["rival"]
    statistic, p_value = float("nan"), float("nan")
    if len(by_date) >= FEWEST_DATES and np.ptp(difference) > 0:
        result = diebold_mariano_test(
            np.zeros(len(by_date)),
            by_date["forecast"].to_numpy(),
            by_date["rival"].to_numpy(),
            criterion=lambda _, loss: loss,
            harvey_adj=True,
        )
        statistic, p_value = float(result.statistic), float(result.pvalue)
    return {
        "name": "Diebold-Mariano, small-sample corrected",
        "loss": "log-loss by date" if task == "classification" else "squared error by date",
        "statistic": statistic,
        "p_value": p_value,
        "mean_difference": float(difference.mean()),
        "dates": len(by_date),
    }


def compare_information_coefficients(forecast: Vector, rival: Vector, truth: Vector, dates: pd.Index) -> dict[str, Any]:
    """Newey-West t-test of the mean difference in information coefficient by date.

    Returns
    -------
    dict
        ``name``, ``statistic`` (positive: the forecast ranks better), ``p_value`` (two-sided, Student's t),
        ``mean_difference``, ``dates``: those on which both have a coefficient.
    """
    difference = (
        information_coefficients(forecast, truth, dates) - information_coefficients(rival, truth, dates)
    ).dropna()
    statistic = newey_west_t(difference)
    return {
        "name": "Newey-West t of the difference in information coefficient by date",
        "statistic": statistic,
        "p_value": float(2 * stats.t.sf(abs(statistic), len(difference) - 1)) if len(difference) > 1 else float("nan"),
        "mean_difference": float(difference.mean()),
        "dates": len(difference),
    }
