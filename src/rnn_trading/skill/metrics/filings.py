"""Metrics of forecast returns after filings, whose rows share firms and weeks."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from rnn_trading.skill.inference.bootstrap import cluster_bootstrap, difference_test, interval
from rnn_trading.skill.inference.comparison import POWER, SIGNIFICANCE
from rnn_trading.skill.metrics.panels import SQUARED_ERROR, error_metrics, spearman

# How many clusters are drawn together. Returns of five sessions reach from one week into the next.
BLOCKS = {"firm": 1, "date": 2}


def weeks(dates: pd.Series) -> pd.Series:
    """Monday of each date's week: entries of one week share most of their sessions."""
    dates = pd.to_datetime(dates)
    return dates - pd.to_timedelta(dates.dt.day_of_week, "D")


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
        ``rmse``, ``mae``, ``r2`` (against the mean of these rows); ``ic``: Spearman's rank correlation over all
        filings; ``ic_p_value``, as if filings were independent, which is how it was published; ``ic_interval_by_firm``
        and ``ic_interval_by_date``: 95 %, by a bootstrap of whole firms, and of pairs of weeks that follow each other
        (weeks without a filing are passed over), because their returns share sessions; ``filings``. NaN for the rank
        correlation of a constant.
    """
    forecast, truth = (table[name].to_numpy(dtype=float) for name in (column, "truth"))
    if len(truth) == 0:
        return {"filings": 0}
    ic = spearman(forecast, truth)
    nothing = (float("nan"), float("nan"))
    intervals = {"ic_interval_by_firm": nothing, "ic_interval_by_date": nothing}
    if not np.isnan(ic):
        for name, clusters in _clusters(table).items():
            drawn = cluster_bootstrap(lambda rows: spearman(forecast[rows], truth[rows]), clusters, BLOCKS[name])
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
    """Difference in mean squared error over all filings, by a bootstrap of pairs of weeks.

    Not a mean by week: one filing of a quiet week would weigh as much as a hundred of the season of annual reports.

    Returns
    -------
    dict
        ``name``, ``loss``, ``mean_difference`` (negative: the model has the smaller loss), its 95 % ``interval``,
        ``p_value`` (two-sided), ``weeks``, ``filings``.
    """
    first, second, truth = (table[name].to_numpy(dtype=float) for name in (model, rival, "truth"))
    difference = SQUARED_ERROR.of(first, truth) - SQUARED_ERROR.of(second, truth)
    clusters = weeks(table["date"])
    drawn = cluster_bootstrap(lambda rows: float(difference[rows].mean()), clusters, BLOCKS["date"])
    return {
        "name": "Block bootstrap, pairs of weeks",
        "loss": SQUARED_ERROR.name,
        **difference_test(drawn, float(difference.mean()) if len(difference) else float("nan")),
        "weeks": int(clusters.nunique()),
        "filings": len(table),
    }


def compare_filing_ranks(table: pd.DataFrame, model: str, rival: str) -> list[dict[str, Any]]:
    """Difference in rank correlation, by a bootstrap of whole firms and by one of pairs of weeks."""
    first, second, truth = (table[name].to_numpy(dtype=float) for name in (model, rival, "truth"))

    def difference(rows: Any) -> float:
        return spearman(first[rows], truth[rows]) - spearman(second[rows], truth[rows])

    observed = difference(np.arange(len(truth)))
    return [
        {"name": f"Bootstrap of the difference in information coefficient by {name}", "filings": len(truth)}
        | difference_test(cluster_bootstrap(difference, clusters, BLOCKS[name]), observed)
        for name, clusters in _clusters(table).items()
    ]
