"""Metrics of forecasts on rows that share dates.

Every function takes the forecast, the truth and, where it matters, the date of each row, all of shape
``(rows,)`` without missing values. A metric that does not exist for the data (an AUC with one class, a rank
correlation of a constant) is NaN, never an error and never a made-up number.
"""

from typing import Any, Literal

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from rnn_trading.skill.inference.comparison import newey_west_t
from rnn_trading.skill.losses import PROBABILITY_FLOOR, Vector
from rnn_trading.skill.ranks import centred_ranks

QUANTILES = 5
# Of two ranks, a correlation is 1 or -1, whatever they are.
FEWEST_TICKERS = 3


def information_coefficients(forecast: Vector, truth: Vector, dates: pd.Index) -> pd.Series:
    """Spearman rank correlation of forecast and truth on each date.

    Returns
    -------
    pandas.Series
        Index: distinct dates, ascending. NaN on dates with fewer than 3 rows or where either side is
        constant. Ties take their mean rank.

    Examples
    --------
    On the first date all ranks are right, on the second they are turned round; the third has two rows only.

    >>> dates = pd.DatetimeIndex(["2020-01-03"] * 3 + ["2020-01-10"] * 3 + ["2020-01-17"] * 2)
    >>> forecast, truth = np.array([1, 2, 3, 3, 2, 1, 1, 2]), np.array([10, 20, 30, 10, 20, 30, 10, 20])
    >>> information_coefficients(forecast, truth, dates).tolist()
    [1.0, -1.0, nan]
    """
    codes, distinct = _dates(dates)
    one, other = (centred_ranks(np.asarray(side), codes) for side in (forecast, truth))
    both, of_one, of_other = (
        np.bincount(codes, products, len(distinct)) for products in (one * other, one**2, other**2)
    )
    scale = np.sqrt(of_one * of_other)
    defined = (scale > 0) & (np.bincount(codes, minlength=len(distinct)) >= FEWEST_TICKERS)
    coefficients = np.divide(both, scale, out=np.full(len(distinct), np.nan), where=defined)
    return pd.Series(coefficients, index=distinct, name="information_coefficient")


def _dates(dates: pd.Index) -> tuple[NDArray[np.int64], pd.DatetimeIndex]:
    """Position of the date of each row, and the distinct dates in ascending order."""
    codes, distinct = pd.factorize(pd.DatetimeIndex(dates), sort=True)
    return codes, pd.DatetimeIndex(distinct, name="date")


def quantile_returns(forecast: Vector, truth: Vector, dates: pd.Index) -> pd.DataFrame:
    """Mean truth by date in each fifth of that date's forecasts, lowest forecasts first.

    Returns
    -------
    pandas.DataFrame
        Dates x quintiles 1 to 5. Rows are ranked within their date, ties by their order in the table. Dates
        with fewer than 5 rows, or whose forecasts are all equal, are left out.

    Examples
    --------
    >>> dates = pd.DatetimeIndex(["2020-01-03"] * 10)
    >>> quantile_returns(np.arange(10), np.arange(10) / 2, dates).to_numpy().tolist()
    [[0.25, 1.25, 2.25, 3.25, 4.25]]
    """
    codes, distinct = _dates(dates)
    forecast = np.asarray(forecast)
    order = np.lexsort((forecast, codes))
    sizes = np.bincount(codes, minlength=len(distinct))
    starts, ends = sizes.cumsum() - sizes, sizes.cumsum()
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - starts[codes[order]]
    usable = (sizes >= QUANTILES) & (forecast[order[starts]] < forecast[order[ends - 1]])
    rows = pd.DataFrame({"date": dates, "quintile": rank * QUANTILES // sizes[codes] + 1, "truth": np.asarray(truth)})
    return rows[usable[codes]].groupby(["date", "quintile"])["truth"].mean().unstack("quintile")


def evaluate_panel(
    task: Literal["classification", "regression"], forecast: Vector, truth: Vector, dates: pd.Index
) -> dict[str, Any]:
    """All metrics of one forecast of a panel.

    Parameters
    ----------
    task
        ``classification``: forecasts are probabilities of truth = 1. ``regression``: forecasts are in the
        units of the truth.
    forecast, truth, dates
        See the module.

    Returns
    -------
    dict
        Classification: ``auc``, ``accuracy`` (at .5), ``log_loss``. Regression: ``rmse``, ``mae``, ``r2``
        (against the mean of these rows). Both: ``ic_pooled`` (Spearman over all rows), ``ic_mean`` (mean over
        dates), ``ic_t`` (its Newey-West t), ``ic_dates`` (dates that have one), ``quintile_spread`` (mean
        truth of the highest fifth less the lowest, by date) and ``quintile_spread_t``; ``rows``. Without rows there is
        nothing but ``rows``.

    Examples
    --------
    >>> dates = pd.DatetimeIndex(["2020-01-03"] * 5 + ["2020-01-10"] * 5)
    >>> forecast, truth = np.tile([1.0, 2.0, 3.0, 4.0, 5.0], 2), np.tile([0.0, 1.0, 2.0, 3.0, 4.0], 2)
    >>> metrics = evaluate_panel("regression", forecast, truth, dates)
    >>> metrics["rmse"], metrics["ic_dates"], round(metrics["ic_mean"], 6), metrics["quintile_spread"]
    (1.0, 2, 1.0, 4.0)
    """
    forecast, truth = np.asarray(forecast, dtype=float), np.asarray(truth, dtype=float)
    if len(truth) == 0:
        return {"rows": 0}
    by_task = classification_metrics(forecast, truth) if task == "classification" else error_metrics(forecast, truth)
    by_date = information_coefficients(forecast, truth, dates)
    quintiles = quantile_returns(forecast, truth, dates)
    spread = quintiles[QUANTILES] - quintiles[1] if len(quintiles) else pd.Series(dtype=float)
    return by_task | {
        "ic_pooled": spearman(forecast, truth),
        "ic_mean": float(by_date.mean()),
        "ic_t": newey_west_t(by_date),
        "ic_dates": int(by_date.notna().sum()),
        "quintile_spread": float(spread.mean()),
        "quintile_spread_t": newey_west_t(spread),
        "rows": len(truth),
    }


def classification_metrics(forecast: Vector, truth: Vector) -> dict[str, float]:
    """``auc`` (NaN with one class), ``accuracy`` (at .5) and ``log_loss`` of probabilities.

    Parameters
    ----------
    forecast, truth
        Probabilities, and 0 or 1, ``(rows,)``, none missing. At least one row.

    Examples
    --------
    Of the four pairs of a 1 and a 0, three are ranked rightly; of the four forecasts, three are on the right side of
    one half.

    >>> metrics = classification_metrics(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1]))
    >>> metrics["auc"], metrics["accuracy"]
    (0.75, 0.75)
    """
    import sklearn  # noqa: PLC0415  takes a second to import

    one_class = np.ptp(truth) == 0
    clipped = np.clip(forecast, PROBABILITY_FLOOR, 1 - PROBABILITY_FLOOR)
    return {
        "auc": float("nan") if one_class else float(sklearn.metrics.roc_auc_score(truth, forecast)),
        "accuracy": float(((forecast > 0.5) == (truth > 0.5)).mean()),
        "log_loss": float(sklearn.metrics.log_loss(truth, clipped, labels=[0, 1])),
    }


def error_metrics(forecast: Vector, truth: Vector) -> dict[str, float]:
    """``rmse``, ``mae`` and ``r2``, against the mean of these rows; ``r2`` is NaN where all truths are equal.

    Parameters
    ----------
    forecast, truth
        float64, in one unit, ``(rows,)``. At least one row.

    Examples
    --------
    >>> metrics = error_metrics(np.array([1.0, 3.0]), np.array([1.0, 5.0]))
    >>> round(metrics["rmse"], 4), metrics["mae"], metrics["r2"]
    (1.4142, 1.0, 0.5)
    """
    errors = forecast - truth
    variance = float(truth.var())
    return {
        "rmse": float(np.sqrt((errors**2).mean())),
        "mae": float(np.abs(errors).mean()),
        "r2": float("nan") if variance == 0 else float(1 - (errors**2).mean() / variance),
    }


def spearman(forecast: Vector, truth: Vector) -> float:
    """Rank correlation; NaN with fewer than 3 rows or where either side is constant.

    Examples
    --------
    >>> round(spearman(np.array([1.0, 2.0, 4.0, 3.0]), np.array([1.0, 2.0, 3.0, 4.0])), 6)
    0.8
    >>> spearman(np.array([1.0, 1.0, 1.0]), np.array([1.0, 2.0, 3.0]))
    nan
    """
    if len(truth) < 3 or np.ptp(forecast) == 0 or np.ptp(truth) == 0:
        return float("nan")
    return float(np.corrcoef(scipy.stats.rankdata(forecast), scipy.stats.rankdata(truth))[0, 1])


def coefficients_to_compare(forecast: Vector, truth: Vector, dates: pd.Index) -> pd.Series:
    """Information coefficient of each date that can have one, where a constant forecast has a coefficient of 0.

    A forecast that ranks nothing is worth nothing on that date. Left out, it would be compared on the dates that it
    chose itself.

    Parameters
    ----------
    forecast, truth, dates
        Of each row, ``(rows,)``, none missing.

    Returns
    -------
    pandas.Series
        Index: distinct dates with 3 rows or more whose truths are not all equal, ascending. None missing.

    Examples
    --------
    On the first date the forecast is constant, on the second the truth is.

    >>> dates = pd.DatetimeIndex(["2020-01-03"] * 3 + ["2020-01-10"] * 3)
    >>> coefficients_to_compare(np.array([1, 1, 1, 1, 2, 3]), np.array([1, 2, 3, 5, 5, 5]), dates).tolist()
    [0.0]
    """
    possible = information_coefficients(truth, truth, dates).notna()
    return information_coefficients(forecast, truth, dates)[possible].fillna(0.0)
