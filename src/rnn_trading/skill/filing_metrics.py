"""Metrics of forecast returns after filings, whose rows share firms and weeks."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from rnn_trading.skill.bootstrap import cluster_bootstrap, difference_test, interval
from rnn_trading.skill.comparison import POWER, SIGNIFICANCE, compare_losses
from rnn_trading.skill.metrics import SQUARED_ERROR, Vector, error_metrics, spearman

# Returns of five sessions reach from one week into the next.
OVERLAPPING_WEEKS = 2


def weeks(dates: pd.Series) -> pd.Series:
    """Monday of each date's week: entries of one week share most of their sessions."""
    dates = pd.to_datetime(dates)
    return dates - pd.to_timedelta(dates.dt.dayofweek, "D")


def evaluate_filings(table: pd.DataFrame, column: str) -> dict[str, Any]:
    """All metrics of one forecast.

    Parameters
    ----------
    table
        One row a filing: ``firm``, ``date`` (of the entry), ``truth``, and the forecast.
    column
        Name of the forecast.

    Returns
    -------
    dict
        ``rmse``, ``mae``, ``r2`` (against the mean of these rows); ``ic``: Spearman's rank correlation over all filings;
        ``ic_p_value``, as if filings were independent, which is how it was published; ``ic_interval_by_firm`` and
        ``ic_interval_by_date``: 95 %, by a bootstrap of whole firms, and of whole weeks, because returns of one week
        share sessions; ``filings``. NaN for the rank correlation of a constant.
    """
    forecast, truth = (table[name].to_numpy(dtype=float) for name in (column, "truth"))
    if len(truth) == 0:
        return {"filings": 0}
    ic = spearman(forecast, truth)
    nothing = (float("nan"), float("nan"))
    intervals = {"ic_interval_by_firm": nothing, "ic_interval_by_date": nothing}
    if not np.isnan(ic):
        for name, clusters in _clusters(table).items():
            drawn = cluster_bootstrap(lambda rows: spearman(forecast[rows], truth[rows]), clusters)
            intervals[f"ic_interval_by_{name}"] = interval(drawn)
    return error_metrics(forecast, truth) | {
        "ic": ic,
        "ic_p_value": _p_value(ic, len(truth)),
        **intervals,
        "filings": len(truth),
    }


def _clusters(table: pd.DataFrame) -> dict[str, pd.Series]:
    return {"firm": table["firm"], "date": weeks(table["date"])}


def _p_value(ic: float, rows: int) -> float:
    """Two-sided, by Student's t, as SciPy's ``spearmanr``."""
    if np.isnan(ic) or rows < 3 or abs(ic) >= 1:
        return float("nan") if np.isnan(ic) or rows < 3 else 0.0
    return float(2 * stats.t.sf(abs(ic) * np.sqrt((rows - 2) / (1 - ic**2)), rows - 2))


def detectable_ic(filings: int) -> float:
    """The rank correlation that a test at 5 % would find four times out of five, among independent filings.

    By Fisher's transformation; NaN with fewer than 4 filings.
    """
    if filings < 4:
        return float("nan")
    return float(np.tanh(stats.norm.ppf([1 - SIGNIFICANCE / 2, POWER]).sum() / np.sqrt(filings - 3)))


def compare_filing_losses(table: pd.DataFrame, model: str, rival: str) -> dict[str, Any]:
    """Diebold-Mariano test of squared errors, averaged by week; see :func:`rnn_trading.skill.comparison.compare_losses`."""
    forecasts = (table[name].to_numpy(dtype=float) for name in (model, rival, "truth"))
    tested = compare_losses(SQUARED_ERROR, *forecasts, pd.DatetimeIndex(weeks(table["date"])), OVERLAPPING_WEEKS)
    tested["weeks"] = tested.pop("dates")
    return tested | {"loss": "squared error by week"}


def compare_filing_ranks(table: pd.DataFrame, model: str, rival: str) -> list[dict[str, Any]]:
    """Difference in rank correlation, by a bootstrap of whole firms and by one of whole weeks."""
    first, second, truth = (table[name].to_numpy(dtype=float) for name in (model, rival, "truth"))

    def difference(rows: Any) -> float:
        return spearman(first[rows], truth[rows]) - spearman(second[rows], truth[rows])

    observed = difference(np.arange(len(truth)))
    return [
        {"name": f"Bootstrap of the difference in information coefficient by {name}", "filings": len(truth)}
        | difference_test(cluster_bootstrap(difference, clusters), observed)
        for name, clusters in _clusters(table).items()
    ]
