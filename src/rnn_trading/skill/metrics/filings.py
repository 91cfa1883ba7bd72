"""Metrics of forecast returns after filings, whose rows share firms and weeks."""

from typing import Any

import numpy as np
import pandas as pd
import scipy

from rnn_trading.skill.inference.bootstrap import bootstrap_test, cluster_bootstrap, interval
from rnn_trading.skill.inference.counts import OfCounts
from rnn_trading.skill.inference.means import POWER, SIGNIFICANCE
from rnn_trading.skill.losses import SQUARED_ERROR
from rnn_trading.skill.metrics.panels import error_metrics
from rnn_trading.skill.metrics.scores import rank_correlation

# How many clusters are drawn together. Returns of five sessions reach from one week into the next.
BLOCKS = {"firm": 1, "date": 2}


def weeks(dates: pd.Series) -> pd.Series:
    """Monday of each date's week: entries of one week share most of their sessions.

    Parameters
    ----------
    dates
        Timestamps, or text that pandas reads as such.

    Returns
    -------
    pandas.Series
        Mondays, with the index of the dates.

    Examples
    --------
    A Wednesday, and the Sunday after it:

    >>> weeks(pd.Series(["2020-01-08", "2020-01-12"])).astype("str").tolist()
    ['2020-01-06', '2020-01-06']
    """
    dates = pd.to_datetime(dates)
    return dates - pd.to_timedelta(dates.dt.day_of_week, "D")


def evaluate_filings(table: pd.DataFrame, column: str) -> dict[str, Any]:
    """All metrics of one forecast.

    Parameters
    ----------
    table
        One row a filing: ``firm``, ``date`` (of the entry), ``truth``, and the forecast; both in one unit, none
        missing.
    column
        Name of the forecast.

    Returns
    -------
    dict
        ``rmse``, ``mae``, ``r2`` (against the mean of these rows); ``ic``: Spearman's rank correlation over all
        filings, within folds (:mod:`rnn_trading.skill.metrics.scores`); ``ic_p_value``, as if filings were independent,
        which is how it was published; ``ic_interval_by_firm`` and ``ic_interval_by_date``: 95 %, by a bootstrap of
        whole firms, and of pairs of weeks that follow each other (weeks without a filing are passed over), because
        their returns share sessions; ``filings``. NaN for the rank
        correlation of a constant, and for intervals of fewer than 10 firms or weeks. Without filings there is nothing
        but ``filings``.

    Examples
    --------
    The ranks are right but for the last two: the rank correlation is 1 - 6 * 2 / (4 * 15).

    >>> table = pd.DataFrame({"firm": list("ABCD"), "date": "2020-03-02", "truth": [0.1, 0.2, 0.3, 0.4]})
    >>> metrics = evaluate_filings(table.assign(prediction=[0.1, 0.2, 0.4, 0.3]), "prediction")
    >>> round(metrics["ic"], 3), round(metrics["ic_p_value"], 3), metrics["ic_interval_by_firm"]
    (0.8, 0.2, (nan, nan))
    """
    forecast, truth = (table[name].to_numpy(dtype=float) for name in (column, "truth"))
    if len(truth) == 0:
        return {"filings": 0}
    ranked = rank_correlation(table, column)
    ic = ranked(np.arange(len(table)))
    nothing = (float("nan"), float("nan"))
    intervals = {"ic_interval_by_firm": nothing, "ic_interval_by_date": nothing}
    if not np.isnan(ic):
        for name, clusters in _clusters(table).items():
            drawn = cluster_bootstrap(ranked, clusters, BLOCKS[name])
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
    return float(2 * scipy.stats.t.sf(abs(ic) * np.sqrt((rows - 2) / (1 - ic**2)), rows - 2))


def detectable_ic(filings: int) -> float:
    """The rank correlation that a test at 5 % would find four times out of five, among independent filings.

    By Fisher's transformation; NaN with fewer than 4 filings.

    Examples
    --------
    >>> round(detectable_ic(100), 3), round(detectable_ic(10_000), 3)
    (0.277, 0.028)
    """
    if filings < 4:
        return float("nan")
    return float(np.tanh(scipy.stats.norm.ppf([1 - SIGNIFICANCE / 2, POWER]).sum() / np.sqrt(filings - 3)))


def compare_filing_losses(table: pd.DataFrame, model: str, rival: str) -> dict[str, Any]:
    """Difference in mean squared error over all filings, by a bootstrap of pairs of weeks.

    Not a mean by week: one filing of a quiet week would weigh as much as a hundred of the season of annual reports.

    Parameters
    ----------
    table
        As for :func:`evaluate_filings`; firms do not matter.
    model, rival
        Names of the two forecasts.

    Returns
    -------
    dict
        ``name``, ``loss``, ``mean_difference`` (negative: the model has the smaller loss), its 95 % ``interval``,
        ``p_value`` (two-sided), ``weeks``, ``filings``. Interval and p-value are NaN with fewer than 10 weeks.

    Examples
    --------
    Ten weeks of one filing each. The model is always off by 1, the rival by 2: every draw has the difference 1 - 4.

    >>> table = pd.DataFrame({"date": pd.date_range("2020-01-06", periods=10, freq="7D"), "truth": 0.0})
    >>> test = compare_filing_losses(table.assign(prediction=1.0, mean=2.0), "prediction", "mean")
    >>> test["mean_difference"], test["interval"], test["weeks"]
    (-3.0, [-3.0, -3.0], 10)
    """
    first, second, truth = (table[name].to_numpy(dtype=float) for name in (model, rival, "truth"))
    difference = SQUARED_ERROR.of(first, truth) - SQUARED_ERROR.of(second, truth)
    clusters = weeks(table["date"])
    return {
        "name": "Block bootstrap, pairs of weeks",
        "loss": SQUARED_ERROR.name,
        **bootstrap_test(lambda rows: float(difference[rows].mean()), clusters, BLOCKS["date"]),
        "weeks": int(clusters.nunique()),
        "filings": len(table),
    }


def compare_filing_ranks(table: pd.DataFrame, model: str, rival: str) -> list[dict[str, Any]]:
    """Difference in rank correlation, by a bootstrap of whole firms and by one of pairs of weeks.

    Parameters
    ----------
    table
        As for :func:`evaluate_filings`.
    model, rival
        Names of the two forecasts.

    Returns
    -------
    list of dict
        By firm, then by week: ``name``, ``filings``, ``mean_difference`` (positive: the model ranks better), its 95 %
        ``interval``, ``p_value`` (two-sided); both NaN with fewer than 10 firms or weeks.

    Examples
    --------
    >>> table = pd.DataFrame({"firm": list("ABC"), "date": "2020-03-02", "truth": [1, 2, 3]})
    >>> table = table.assign(prediction=[1, 2, 3], mean=[3, 2, 1])
    >>> by_firm, by_week = compare_filing_ranks(table, "prediction", "mean")
    >>> round(by_firm["mean_difference"], 6), by_firm["interval"]
    (2.0, [nan, nan])
    """
    ours, theirs = rank_correlation(table, model), rank_correlation(table, rival)
    difference = OfCounts(len(table), lambda counts: ours.values(counts) - theirs.values(counts))
    return [
        {"name": f"Bootstrap of the difference in information coefficient by {name}", "filings": len(table)}
        | bootstrap_test(difference, clusters, BLOCKS[name])
        for name, clusters in _clusters(table).items()
    ]
