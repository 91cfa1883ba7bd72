"""Headline scores as functions of rows, so that rows can be drawn again or left out.

Each function takes a table with ``truth``, a forecast and, where it matters, ``date``, and the name of the forecast.
It returns a function of positions of rows, in which a row may stand several times. A score that does not exist for the
rows (an AUC with one class) is NaN.

Scores by ranks do not depend on the order of rows: they are :class:`rnn_trading.skill.inference.counts.OfCounts`,
which many draws are put to at once. They rank the rows of a fold among themselves, and weigh folds by their rows:
networks of two folds were fitted on different years, so that their forecasts lie on different levels, and a rank among
the rows of both would be one of the folds.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.skill.inference import counts
from rnn_trading.skill.inference.counts import OfCounts
from rnn_trading.skill.losses import Vector
from rnn_trading.skill.metrics.panels import information_coefficients
from rnn_trading.skill.rows import FOLD, folds_in

Score = Callable[[NDArray[np.int64]], float]


def auc(table: pd.DataFrame, column: str) -> OfCounts:
    """Area under the ROC curve, the share of pairs ranked rightly (Mann and Whitney, 1947), within folds.

    Examples
    --------
    >>> table = pd.DataFrame({"prediction": [0.1, 0.4, 0.35, 0.8], "truth": [0, 0, 1, 1]})
    >>> score = auc(table, "prediction")
    >>> score(np.array([0, 1, 2, 3])), score(np.array([0, 2, 3])), score(np.array([2, 3]))
    (0.75, 1.0, nan)
    """
    return _within_folds(lambda forecast, truth: counts.area_under_curve(forecast, truth > 0.5), table, column)


def mean_information_coefficient(table: pd.DataFrame, column: str) -> Score:
    """Mean over dates of the rank correlation among the rows of each date.

    Rows of one date must be drawn or left out together, or the score is that of the mean over dates weighted by their
    rows. Dates without a coefficient do not count.

    Examples
    --------
    >>> table = pd.DataFrame({"date": ["2020-01-03"] * 3 + ["2020-01-10"] * 3, "truth": [1, 2, 3] * 2})
    >>> score = mean_information_coefficient(table.assign(prediction=[1, 2, 3, 3, 2, 1]), "prediction")
    >>> round(score(np.arange(6)), 6), round(score(np.array([0, 1, 2])), 6)
    (0.0, 1.0)
    """
    dates = pd.DatetimeIndex(table["date"])
    forecast, truth = _forecast_and_truth(table, column)
    by_date = information_coefficients(forecast, truth, dates).reindex(dates).to_numpy()
    rows_of_date = table.groupby("date")["date"].transform("size").to_numpy()
    weight = np.where(np.isnan(by_date), 0.0, 1 / rows_of_date)
    weighted = weight * np.nan_to_num(by_date)

    def score(rows: NDArray[np.int64]) -> float:
        total = weight[rows].sum()
        return float(weighted[rows].sum() / total) if total > 0 else float("nan")

    return score


def root_mean_squared_error(table: pd.DataFrame, column: str) -> Score:
    """Root of the mean squared error, in the unit of the truth; NaN without rows.

    Examples
    --------
    >>> table = pd.DataFrame({"prediction": [1.0, 2.0, 7.0], "truth": [1.0, 2.0, 2.0]})
    >>> score = root_mean_squared_error(table, "prediction")
    >>> score(np.array([2])), score(np.array([0, 1]))
    (5.0, 0.0)
    """
    forecast, truth = _forecast_and_truth(table, column)
    squared = (forecast - truth) ** 2
    return lambda rows: float(np.sqrt(squared[rows].mean())) if len(rows) else float("nan")


def mean_absolute_error(table: pd.DataFrame, column: str) -> Score:
    """Mean absolute error, in the unit of the truth; NaN without rows.

    Examples
    --------
    >>> table = pd.DataFrame({"prediction": [1.0, 2.0, 7.0], "truth": [1.0, 3.0, 2.0]})
    >>> score = mean_absolute_error(table, "prediction")
    >>> score(np.arange(3)), score(np.array([1, 1]))
    (2.0, 1.0)
    """
    forecast, truth = _forecast_and_truth(table, column)
    absolute = np.abs(forecast - truth)
    return lambda rows: float(absolute[rows].mean()) if len(rows) else float("nan")


def r_squared(table: pd.DataFrame, column: str) -> Score:
    """One less the mean squared error over the variance of the truth of the same rows; NaN where these are equal.

    Examples
    --------
    >>> table = pd.DataFrame({"prediction": [1.0, 3.0, 5.0], "truth": [1.0, 5.0, 5.0]})
    >>> score = r_squared(table, "prediction")
    >>> score(np.array([0, 1])), score(np.array([0, 2])), score(np.array([1, 2]))
    (0.5, 1.0, nan)
    """
    forecast, truth = _forecast_and_truth(table, column)
    squared = (forecast - truth) ** 2

    def score(rows: NDArray[np.int64]) -> float:
        variance = truth[rows].var() if len(rows) else 0.0
        return float(1 - squared[rows].mean() / variance) if variance > 0 else float("nan")

    return score


def rank_correlation(table: pd.DataFrame, column: str) -> OfCounts:
    """Spearman's rank correlation over all rows, or over those of each fold.

    Examples
    --------
    >>> table = pd.DataFrame({"prediction": [1.0, 2.0, 4.0, 3.0], "truth": [1.0, 2.0, 3.0, 4.0]})
    >>> score = rank_correlation(table, "prediction")
    >>> round(score(np.arange(4)), 6), round(score(np.array([0, 1, 2])), 6)
    (0.8, 1.0)
    """
    return _within_folds(counts.rank_correlation, table, column)


def _within_folds(score: Callable[[Vector, Vector], OfCounts], table: pd.DataFrame, column: str) -> OfCounts:
    """A score of ranks among the rows of each fold; the mean over folds weighs them by their rows."""
    forecast, truth = _forecast_and_truth(table, column)
    folds = folds_in(table)
    if len(folds) == 1:
        return score(forecast, truth)
    positions = [np.flatnonzero(table[FOLD] == fold) for fold in folds]
    return counts.mean_of_parts([(rows, score(forecast[rows], truth[rows])) for rows in positions], len(table))


def _forecast_and_truth(table: pd.DataFrame, column: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return table[column].to_numpy(dtype=float), table["truth"].to_numpy(dtype=float)
