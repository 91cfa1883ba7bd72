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

Matrix = NDArray[np.float64]
Codes = NDArray[np.integer]
QUANTILES = 5
# Of two ranks, a correlation is 1 or -1, whatever they are.
FEWEST_TICKERS = 3
SMALLEST_SCALE = 1e-9  # of ranks in halves and quarters: below it a side is constant
# Of what is bought or sold: 10 basis points.
COST = 0.001


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


def mean_coefficient_without_each(forecast: Vector, truth: Vector, dates: pd.Index, codes: Codes) -> Vector:
    """Mean information coefficient without each ticker in turn, all at once: what ranks change by is a sign.

    Parameters
    ----------
    forecast, truth, dates
        See :func:`information_coefficients`.
    codes
        Ticker of each row, as a number from 0, ``(rows,)``; each at most once a date.

    Returns
    -------
    numpy.ndarray
        ``(tickers,)``; NaN where no date is left that has a coefficient.

    Examples
    --------
    Without the third of four tickers the ranks of both sides are the same.

    >>> dates, tickers = pd.DatetimeIndex(["2020-01-03"] * 4), np.arange(4)
    >>> found = mean_coefficient_without_each(np.array([1.0, 2, 9, 4]), np.array([1.0, 2, 0, 4]), dates, tickers)
    >>> found.round(3).tolist()
    [-0.5, -0.5, 1.0, -0.5]
    """
    day, _ = _dates(dates)
    whole = information_coefficients(forecast, truth, dates).to_numpy()
    tickers = int(codes.max()) + 1
    change, fewer = np.zeros(tickers), np.zeros(tickers)
    order = np.argsort(day, kind="stable")
    for place, rows in enumerate(np.split(order, np.flatnonzero(np.diff(day[order])) + 1)):
        alone = _without_each(np.asarray(forecast)[rows], np.asarray(truth)[rows])
        change[codes[rows]] += np.nan_to_num(alone) - np.nan_to_num(whole[place])
        fewer[codes[rows]] += np.isfinite(alone).astype(float) - float(np.isfinite(whole[place]))
    left = np.isfinite(whole).sum() + fewer
    return np.divide(np.nansum(whole) + change, left, out=np.full(tickers, np.nan), where=left > 0)


def _without_each(forecast: Vector, truth: Vector) -> Vector:
    """Rank correlation of the rows of one date without each of them in turn.

    Of the others a centred rank falls by half the sign of how far its value is above the one that is left out.
    """
    same_day = np.zeros(len(forecast), dtype=np.int64)
    one, other = (centred_ranks(side, same_day) for side in (forecast, truth))
    of_one, of_other = (np.sign(side[:, None] - side[None, :]) for side in (forecast, truth))

    def left(first: Vector, second: Vector, by_first: Matrix, by_second: Matrix) -> Vector:
        halves = (first @ by_second + second @ by_first) / 2
        return first @ second - halves + (by_first * by_second).sum(axis=0) / 4 - first * second

    both = left(one, other, of_one, of_other)
    scale = np.sqrt(left(one, one, of_one, of_one) * left(other, other, of_other, of_other))
    defined = (scale > SMALLEST_SCALE) & (len(forecast) - 1 >= FEWEST_TICKERS)
    return np.divide(both, scale, out=np.full(len(forecast), np.nan), where=defined)


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
    quintile = _quintiles(np.asarray(forecast), dates)
    rows = pd.DataFrame({"date": dates, "quintile": quintile, "truth": np.asarray(truth)})[quintile > 0]
    return rows.groupby(["date", "quintile"])["truth"].mean().unstack("quintile")


def _quintiles(forecast: Vector, dates: pd.Index) -> NDArray[np.int64]:
    """Fifth of each row within its date, 1 to 5, the highest forecasts last; 0 on dates that have none."""
    codes, distinct = _dates(dates)
    order = np.lexsort((forecast, codes))
    sizes = np.bincount(codes, minlength=len(distinct))
    starts, ends = sizes.cumsum() - sizes, sizes.cumsum()
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - starts[codes[order]]
    usable = (sizes >= QUANTILES) & (forecast[order[starts]] < forecast[order[ends - 1]])
    return np.where(usable[codes], rank * QUANTILES // sizes[codes] + 1, 0)


def quintile_turnover(forecast: Vector, dates: pd.Index, names: Any) -> float:
    """What is bought and sold from date to date to hold the highest fifth, and to be short of the lowest.

    Parameters
    ----------
    forecast, dates
        See the module.
    names
        Of the tickers, ``(rows,)``, each once a date.

    Returns
    -------
    float
        Mean over the dates but the first of the sum of absolute changes of weight. Weights of a side are equal, and sum
        to 1: 0 where nothing changes, 4 where all names do. Weights do not drift with prices. NaN with fewer than two
        dates that have quintiles.

    Examples
    --------
    The highest and the lowest of five change places: each is sold, and bought on the other side.

    >>> dates = pd.DatetimeIndex(["2020-01-03"] * 5 + ["2020-01-10"] * 5)
    >>> quintile_turnover(np.array([1.0, 2, 3, 4, 5, 5, 2, 3, 4, 1]), dates, list("abcdeabcde"))
    4.0
    """
    quintile = _quintiles(np.asarray(forecast), dates)
    rows = pd.DataFrame({"date": pd.DatetimeIndex(dates), "name": names, "side": 0.0})
    for fifth, sign in ((QUANTILES, 1.0), (1, -1.0)):
        held = quintile == fifth
        rows.loc[held, "side"] = sign / rows["date"][held].map(rows["date"][held].value_counts())
    weights = rows[quintile > 0].pivot(index="date", columns="name", values="side").fillna(0.0)
    return float(weights.diff().iloc[1:].abs().sum(axis=1).mean())


def evaluate_panel(
    task: Literal["classification", "regression"], forecast: Vector, truth: Vector, dates: pd.Index, names: Any = None
) -> dict[str, Any]:
    """All metrics of one forecast of a panel.

    Parameters
    ----------
    task
        ``classification``: forecasts are probabilities of truth = 1. ``regression``: forecasts are in the
        units of the truth.
    forecast, truth, dates
        See the module.
    names
        Of the tickers, ``(rows,)``, each once a date. None: nothing is said of turnover.

    Returns
    -------
    dict
        Classification: ``auc``, ``accuracy`` (at .5), ``log_loss``. Regression: ``rmse``, ``mae``, ``r2``
        (against the mean of these rows). Both: ``ic_pooled`` (Spearman over all rows), ``ic_mean`` (mean over
        dates), ``ic_t`` (its Newey-West t), ``ic_dates`` (dates that have one), ``quintile_spread`` (mean
        truth of the highest fifth less the lowest, by date) and ``quintile_spread_t``; ``rows``. With names
        ``quintile_turnover``, and of returns ``quintile_spread_net``: the spread less turnover times :data:`COST`.
        Without rows there is nothing but ``rows``.

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
    traded = {} if names is None else {"quintile_turnover": quintile_turnover(forecast, dates, names)}
    if traded and task == "regression":
        traded["quintile_spread_net"] = float(spread.mean()) - COST * traded["quintile_turnover"]
    return by_task | {
        "ic_pooled": spearman(forecast, truth),
        "ic_mean": float(by_date.mean()),
        "ic_t": newey_west_t(by_date),
        "ic_dates": int(by_date.notna().sum()),
        "quintile_spread": float(spread.mean()),
        "quintile_spread_t": newey_west_t(spread),
        **traded,
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
