"""Metrics of forecasts on rows that share dates.

Every function takes the forecast, the truth and, where it matters, the date of each row, all of shape
``(rows,)`` without missing values. A metric that does not exist for the data (an AUC with one class, a rank
correlation of a constant) is NaN, never an error and never a made-up number.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.metrics import log_loss, roc_auc_score

Vector = NDArray[np.float64]
PROBABILITY_FLOOR = 1e-7
QUANTILES = 5


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
    rows = pd.DataFrame({"forecast": np.asarray(forecast), "truth": np.asarray(truth)})
    rows["date"] = pd.DatetimeIndex(dates)
    groups = rows.groupby("date")
    ranks = groups[["forecast", "truth"]].rank()
    centred = ranks - ranks.groupby(rows["date"]).transform("mean")
    products = pd.DataFrame(
        {
            "both": centred["forecast"] * centred["truth"],
            "forecast": centred["forecast"] ** 2,
            "truth": centred["truth"] ** 2,
        }
    )
    sums = products.groupby(rows["date"]).sum()
    scale = np.sqrt(sums["forecast"] * sums["truth"])
    defined = (scale > 0) & (groups.size() >= 3)
    return (sums["both"] / scale.where(defined)).rename("information_coefficient")


def newey_west_t(series: pd.Series) -> float:
    """T-statistic of a mean with the variance of Newey and West (1987).

    Lags by the rule ``floor(4 (n / 100) ** (2 / 9))``. Missing values are left out; NaN with fewer than 5
    values or none that differ.

    Examples
    --------
    >>> round(newey_west_t(pd.Series([1.0, 2.0, 3.0, 4.0, 5.0])), 3)
    3.917
    >>> newey_west_t(pd.Series([1.0, 1.0, 1.0, 1.0, 1.0]))
    nan
    """
    values = series.dropna().to_numpy()
    if len(values) < 5 or np.ptp(values) == 0:
        return float("nan")
    lags = int(4 * (len(values) / 100) ** (2 / 9))
    fit = sm.OLS(values, np.ones(len(values))).fit(cov_type="HAC", cov_kwds={"maxlags": lags})
    return float(fit.tvalues[0])


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
    rows = pd.DataFrame({"forecast": np.asarray(forecast), "truth": np.asarray(truth)})
    rows["date"] = pd.DatetimeIndex(dates)
    forecasts = rows.groupby("date")["forecast"]
    size = forecasts.transform("size")
    usable = (size >= QUANTILES) & (forecasts.transform("max") > forecasts.transform("min"))
    rank = forecasts.rank(method="first") - 1
    rows["quintile"] = (rank * QUANTILES // size + 1).astype(int)
    return rows[usable].pivot_table(index="date", columns="quintile", values="truth", aggfunc="mean")


@dataclass(frozen=True)
class Loss:
    """A loss of single rows: its name, and a function of forecasts and truths, both ``(rows,)``.

    Examples
    --------
    >>> SQUARED_ERROR.of(np.array([1.0, 2.0]), np.array([1.0, 5.0])).tolist()
    [0.0, 9.0]

    A probability of one half costs the logarithm of 2, whatever comes:

    >>> LOG_LOSS.of(np.array([0.5, 0.5]), np.array([0.0, 1.0])).round(4).tolist()
    [0.6931, 0.6931]
    """

    name: str
    of: Callable[[Vector, Vector], Vector]


def _log_loss(forecast: Vector, truth: Vector) -> Vector:
    probability = np.clip(forecast, PROBABILITY_FLOOR, 1 - PROBABILITY_FLOOR)
    return -np.where(np.asarray(truth) > 0.5, np.log(probability), np.log1p(-probability))


LOG_LOSS = Loss("log-loss", _log_loss)  # in nats, of probabilities
SQUARED_ERROR = Loss("squared error", lambda forecast, truth: (np.asarray(forecast) - np.asarray(truth)) ** 2)


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
    one_class = np.ptp(truth) == 0
    return {
        "auc": float("nan") if one_class else float(roc_auc_score(truth, forecast)),
        "accuracy": float(((forecast > 0.5) == (truth > 0.5)).mean()),
        "log_loss": float(log_loss(truth, np.clip(forecast, PROBABILITY_FLOOR, 1 - PROBABILITY_FLOOR), labels=[0, 1])),
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
    return float(np.corrcoef(rankdata(forecast), rankdata(truth))[0, 1])
