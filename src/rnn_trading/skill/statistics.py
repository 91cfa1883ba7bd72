"""The statistic that decides, one for each kind of forecast: its value, and its difference between two forecasts.

A statistic was chosen by its power at the right size (``benchmarks/power.py``; docs/method.md has the table).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import scipy

from rnn_trading.skill.inference.auc import auc_interval, compare_auc
from rnn_trading.skill.inference.means import FEWEST_FOR_A_VERDICT, MeanTest, mean_test
from rnn_trading.skill.inference.rank_correlation import compare_rank_correlations, rank_correlation
from rnn_trading.skill.losses import SQUARED_ERROR, Loss, Vector
from rnn_trading.skill.metrics.filings import weeks
from rnn_trading.skill.metrics.macro import ABSOLUTE_ERROR
from rnn_trading.skill.metrics.panels import coefficients_to_compare
from rnn_trading.skill.metrics.series import LAST_VALUE, QLIKE
from rnn_trading.skill.rows import FOLD

TRUTH = "truth"
PERCENT = 100.0
MEMORY, LEAST_SIZE = 0.94, 0.1  # of the size of changes that is known: weight of the past, smallest share of the mean
FEWEST_OF_A_CLASS = 30
# Of rows, a forecast and the periods over which a truth reaches, to one value of each date, week or run.
BySample = Callable[[pd.DataFrame, str], pd.Series]


@dataclass(frozen=True)
class Compared:
    """A forecast beside another one, or by itself.

    Attributes
    ----------
    value, rival_value
        The statistic of each; the second is NaN where there is no other.
    difference, interval
        The first less the second, or the value itself, with its 95 % interval.
    p_value
        Two-sided, of no difference; NaN for a loss by itself, and where there is no test.
    detectable
        The difference that such a test at 5 % finds in 80 % of cases.
    doubtful
        Whether the critical values may not hold: too few values, or values too dependent or too wild.
    counted
        Dates, weeks, runs or documents.
    name
        Of the test.
    """

    value: float
    rival_value: float
    difference: float
    interval: tuple[float, float]
    p_value: float
    detectable: float
    doubtful: bool
    counted: int
    name: str


@dataclass(frozen=True)
class Statistic:
    """What decides over forecasts of one kind.

    Attributes
    ----------
    name, words
        As in files, and for readers.
    larger_is_better
        Or a smaller value is, as of a loss.
    matters
        The difference below which two forecasts are level; of losses that have a natural zero, as a share of the
        rival's.
    relative
        Whether ``matters`` is a share.
    metric
        Name of the metric of a record that it equals, if there is one.
    luck
        A forecast that any other one must beat, where a constant is worth the same whatever it is; None elsewhere.
    unit
        Of changes in percent of the last value; empty for what has no unit.
    why
        Why this statistic decides, in a sentence.
    of
        Compares a forecast with another one, or with nothing: rows, two names (the second may be None), overlap.
    by_sample
        Value of a forecast on each date or run, whose mean is the value; None where it is no mean of such values.
    """

    name: str
    words: str
    larger_is_better: bool
    matters: float
    why: str
    of: Callable[[pd.DataFrame, str, str | None, int], Compared] = field(repr=False)
    by_sample: BySample | None = field(default=None, repr=False)
    relative: bool = False
    metric: str | None = None
    unit: str = ""
    luck: float | None = None

    def in_words(self, rows: pd.DataFrame) -> str:
        """Its words with the unit in which it is on these rows.

        Examples
        --------
        >>> RUNS.in_words(pd.DataFrame({"persistence": [10.0]})), RUNS.in_words(pd.DataFrame({"persistence": [-1.0]}))
        ('error of a run (percent)', 'error of a run (units of the series)')
        """
        if not self.unit:
            return self.words
        return f"{self.words} ({self.unit if _in_percent(rows) else 'units of the series'})"

    def value_of(self, rows: pd.DataFrame, column: str) -> float:
        """Value of one forecast, NaN without rows.

        Examples
        --------
        >>> rows = pd.DataFrame({"date": pd.bdate_range("2020-01-01", periods=2), "truth": 1.0, "har": [1.0, 2.0]})
        >>> VOLATILITY_NOT_POSITIVE.value_of(rows, "har")
        0.5
        """
        if self.by_sample is not None and len(rows):
            return float(self.by_sample(rows.assign(date=pd.DatetimeIndex(rows["date"])), column).mean())
        return self.of(rows, column, None, 1).value if len(rows) else float("nan")

    def gain(self, compared: Compared) -> float:
        """By how much the first of two forecasts is better.

        Examples
        --------
        >>> lower = Compared(1.0, 3.0, -2.0, (-3.0, -1.0), 0.01, 1.0, False, 50, "t")
        >>> VOLATILITY.gain(lower), RANKS_BY_DATE.gain(lower)
        (2.0, -2.0)
        """
        return compared.difference if self.larger_is_better else -compared.difference

    def margin(self, rival_value: float) -> float:
        """The difference to a rival below which the two are level.

        Examples
        --------
        >>> RANKS_BY_DATE.margin(0.5), LEVEL.margin(2.0)
        (0.02, 0.02)
        """
        return self.matters * abs(rival_value) if self.relative else self.matters


def _by_sample(
    by_sample: BySample, test: str, against_zero: bool, rows: pd.DataFrame, one: str, other: str | None, overlap: int
) -> Compared:
    """Two forecasts by the mean of what each has on every date, week or run."""
    rows = rows.assign(date=pd.DatetimeIndex(rows["date"]))  # text would be sorted as text
    ours = by_sample(rows, one)
    theirs = pd.Series(0.0, index=ours.index) if other is None else by_sample(rows, other)
    result: MeanTest = mean_test((ours - theirs).to_numpy(), overlap)
    return Compared(
        value=float(ours.mean()),
        rival_value=float("nan") if other is None else float(theirs.mean()),
        difference=result.mean,
        interval=result.interval,
        p_value=result.p_value if other is not None or against_zero else float("nan"),
        detectable=result.detectable,
        doubtful=result.doubtful,
        counted=len(ours),
        name=test,
    )


def ranks_by_date(rows: pd.DataFrame, column: str) -> pd.Series:
    """Information coefficient of each date; see :func:`rnn_trading.skill.metrics.panels.coefficients_to_compare`.

    Parameters
    ----------
    rows
        ``date``, ``truth``, and the forecast.
    column
        Name of the forecast.

    Examples
    --------
    >>> rows = pd.DataFrame({"date": pd.to_datetime(["2020-01-03"] * 3 + ["2020-01-10"] * 3), "truth": [1, 2, 3] * 2})
    >>> ranks_by_date(rows.assign(prediction=[1, 2, 3, 5, 5, 5]), "prediction").round(6).tolist()
    [1.0, 0.0]
    """
    dates = pd.DatetimeIndex(rows["date"])
    return coefficients_to_compare(rows[column].to_numpy(), rows[TRUTH].to_numpy(), dates)


def ranks_by_week(rows: pd.DataFrame, column: str) -> pd.Series:
    """What each week adds to the rank correlation over all rows, so that the mean over weeks is that correlation.

    The influence of a row on Pearson's correlation of the ranks, with their means and deviations as they are, summed by
    week and scaled by the number of weeks over that of rows (Hampel, 1974; Croux and Dehon, 2010). Of several folds,
    the correlation is the mean of theirs, weighed by their rows; see :mod:`rnn_trading.skill.metrics.scores`.

    Parameters
    ----------
    rows
        ``date``, ``truth``, and the forecast, at least 3 rows; a constant ranks nothing, and has 0 in every week.
    column
        Name of the forecast.

    Examples
    --------
    >>> rows = pd.DataFrame({"date": ["2020-01-06", "2020-01-07", "2020-01-13", "2020-01-14"], "truth": [1, 2, 3, 4]})
    >>> by_week = ranks_by_week(rows.assign(prediction=[1, 2, 4, 3]), "prediction")
    >>> by_week.round(3).tolist(), round(float(by_week.mean()), 3)
    ([1.0, 0.6], 0.8)
    """
    week = weeks(rows["date"]).to_numpy()
    folds = rows[FOLD].to_numpy() if FOLD in rows else np.zeros(len(rows))
    forecast, truth = (_standardised_ranks(rows[name].to_numpy(dtype=float), folds) for name in (column, TRUTH))
    correlation = float((forecast * truth).mean())
    # That of all folds: with that of each, weeks would vary about it, and what folds vary by would not be counted.
    influence = forecast * truth - correlation / 2 * (forecast**2 + truth**2)
    sums = pd.Series(influence).groupby(week).sum()
    return sums * len(sums) / len(rows) + correlation


def _standardised_ranks(values: Vector, folds: Vector) -> Vector:
    """Ranks within each fold, with a mean of 0 and a deviation of 1; 0 where all are equal."""
    standardised = np.zeros(len(values))
    for fold in np.unique(folds):
        ranks = scipy.stats.rankdata(values[folds == fold])
        if (deviation := ranks.std()) > 0:
            standardised[folds == fold] = (ranks - ranks.mean()) / deviation
    return standardised


def _loss_by_date(loss: Loss, rows: pd.DataFrame, column: str) -> pd.Series:
    """Mean loss of the rows of each date."""
    losses = pd.Series(loss.of(rows[column].to_numpy(dtype=float), rows[TRUTH].to_numpy(dtype=float)))
    return losses.groupby(rows["date"].to_numpy()).mean()


def _in_percent(rows: pd.DataFrame) -> bool:
    """Whether changes can be told in percent of the last value: it is always positive."""
    return LAST_VALUE in rows and bool((rows[LAST_VALUE] > 0).all())


def _unit(rows: pd.DataFrame) -> Vector:
    """A percent of the last value of each row, or 1 where changes are told in units of the series."""
    return rows[LAST_VALUE].to_numpy(dtype=float) / PERCENT if _in_percent(rows) else np.ones(len(rows))


def _squared_change(rows: pd.DataFrame, column: str) -> pd.Series:
    """Squared error of the change of each row, in percent of the last value or in units of the series."""
    return ((rows[column] - rows[TRUTH]) / _unit(rows)) ** 2


def standardised_change(rows: pd.DataFrame, column: str) -> pd.Series:
    """Squared error of each change from the last known value, over the square of how far changes go at that time.

    That is the exponentially weighted mean of the absolute changes before it (weight .94, RiskMetrics, 1996), so that
    it is known when the forecast is made; the mean of all of them for the first. Weights that are known leave the best
    forecast the best one.

    Parameters
    ----------
    rows
        ``date``, one row each, ``persistence`` (the last known value), ``truth``, and the forecast.
    column
        Name of the forecast.

    Examples
    --------
    All changes are of 1 %, and the forecasts are off by 2 %:

    >>> rows = pd.DataFrame({"date": pd.date_range("2020-01-01", periods=3), "persistence": 100.0, "truth": 101.0})
    >>> standardised_change(rows.assign(prediction=103.0), "prediction").round(6).tolist()
    [4.0, 4.0, 4.0]
    """
    rows = rows.sort_values("date", kind="stable")
    size = ((rows[TRUTH] - rows[LAST_VALUE]) / _unit(rows)).abs()
    usual = size.mean() or 1.0  # a series that never moves has no size to measure by
    known = size.ewm(alpha=1 - MEMORY).mean().shift(1).fillna(usual).clip(lower=LEAST_SIZE * usual)
    return (_squared_change(rows, column) / known**2).groupby(rows["date"].to_numpy()).mean()


def _error_of_run(rows: pd.DataFrame, column: str) -> pd.Series:
    """Root mean squared error of each run, in percent of the last known value or in units of the series."""
    return np.sqrt(_squared_change(rows, column).groupby(rows["date"].to_numpy()).mean())


def _auc(rows: pd.DataFrame, one: str, other: str | None, _: int) -> Compared:
    """DeLong's test; by itself against the AUC of a constant."""
    forecast, truth = rows[one].to_numpy(dtype=float), rows[TRUTH].to_numpy(dtype=float)
    rival = np.full(len(truth), 0.5) if other is None else rows[other].to_numpy(dtype=float)
    test = compare_auc(forecast, rival, truth)
    value = compare_auc(forecast, np.full(len(truth), 0.5), truth)["mean_difference"] + 0.5
    return Compared(
        value=value,
        rival_value=float("nan") if other is None else value - test["mean_difference"],
        difference=value if other is None else test["mean_difference"],
        interval=tuple(auc_interval(forecast, truth) if other is None else test["interval"]),
        p_value=test["p_value"],
        detectable=test["detectable_difference"],
        doubtful=_doubtful_documents(rows),
        counted=len(truth),
        name="DeLong",
    )


def _stars(rows: pd.DataFrame, one: str, other: str | None, _: int) -> Compared:
    """By the influence of each document; by itself against the correlation of a constant, 0."""
    forecast, truth = rows[one].to_numpy(dtype=float), rows[TRUTH].to_numpy(dtype=float)
    rival = np.zeros(len(truth)) if other is None else rows[other].to_numpy(dtype=float)
    test = compare_rank_correlations(forecast, rival, truth)
    value = rank_correlation(forecast, truth)
    usual = int((rows[TRUTH] == rows[TRUTH].mode()[0]).sum()) if len(rows) else 0
    return Compared(
        value=value,
        rival_value=float("nan") if other is None else value - test["mean_difference"],
        difference=test["mean_difference"],
        interval=tuple(test["interval"]),
        p_value=test["p_value"],
        detectable=test["detectable_difference"],
        doubtful=_of_one_author(rows) or len(rows) - usual < FEWEST_OF_A_CLASS,
        counted=len(truth),
        name="difference in rank correlation by document",
    )


def _of_one_author(rows: pd.DataFrame) -> bool:
    """Whether an author wrote several of the documents, which then are not independent."""
    return "author" in rows and bool(rows["author"].duplicated().any())


def _doubtful_documents(rows: pd.DataFrame) -> bool:
    """Whether DeLong's variance may be too small: few documents of a class, or several of one author."""
    positive = rows[TRUTH] > 0.5
    return _of_one_author(rows) or min(positive.sum(), (~positive).sum()) < FEWEST_OF_A_CLASS


def _filings(rows: pd.DataFrame, one: str, other: str | None, overlap: int) -> Compared:
    """By week. Where few weeks hold most filings, their number says little: then it is doubtful."""
    compared = _by_sample(
        ranks_by_week, "t of the difference in information coefficient by week", True, rows, one, other, overlap
    )
    counts = weeks(rows["date"]).value_counts().to_numpy()
    return replace(compared, doubtful=compared.doubtful or counts.sum() ** 2 / (counts**2).sum() < FEWEST_FOR_A_VERDICT)


def _mean_of(by_sample: BySample, test: str, against_zero: bool = False) -> dict[str, Any]:
    return {"of": partial(_by_sample, by_sample, test, against_zero), "by_sample": by_sample}


RANKS_BY_DATE = Statistic(
    "information_coefficient",
    "information coefficient by date",
    larger_is_better=True,
    matters=0.02,
    why="Losses of single returns measure the market of the day, not who is ranked above whom.",
    **_mean_of(ranks_by_date, "t of the difference in information coefficient by date", against_zero=True),
    metric="ic_mean",
    luck=0.0,
)
LEVEL = Statistic(
    "standardised_squared_error",
    "squared error of the return over its known volatility",
    larger_is_better=False,
    matters=0.01,
    relative=True,
    why="A few wild days decide over squared errors of returns; over the known volatility, all days count alike.",
    **_mean_of(standardised_change, "t of the difference in standardised squared error by date"),
)
VOLATILITY = Statistic(
    "qlike",
    "QLIKE",
    larger_is_better=False,
    matters=0.01,
    why="A few wild days decide over squared errors of volatility; QLIKE weighs errors by the level.",
    **_mean_of(partial(_loss_by_date, QLIKE), "t of the difference in QLIKE by date"),
)
VOLATILITY_NOT_POSITIVE = Statistic(
    "squared_error",
    "squared error",
    larger_is_better=False,
    matters=0.01,
    relative=True,
    why="QLIKE does not exist for forecasts of volatility that are not positive, and some of these are not.",
    **_mean_of(partial(_loss_by_date, SQUARED_ERROR), "t of the difference in squared error by date"),
)
RUNS = Statistic(
    "error_by_run",
    "error of a run",
    larger_is_better=False,
    matters=0.05,
    relative=True,
    unit="percent",
    why="Steps of a run share its shocks, so that a run counts once; roots keep one wild run from deciding over all.",
    **_mean_of(_error_of_run, "t of the difference in root mean squared error by run"),
)
MACRO = Statistic(
    "absolute_error",
    "mean absolute error one month ahead (network's units)",
    larger_is_better=False,
    matters=0.05,
    relative=True,
    why="Crises decide over squared errors of months; absolute errors let calm months speak, too.",
    **_mean_of(partial(_loss_by_date, ABSOLUTE_ERROR), "t of the difference in absolute error by month"),
    metric="mae",
)
REVIEWS = Statistic(
    "auc",
    "AUC",
    larger_is_better=True,
    matters=0.01,
    why="The AUC sees the order alone, so that a timid and a bold scale of probabilities are alike.",
    of=_auc,
    metric="auc",
    luck=0.5,
)
STARS = Statistic(
    "rank_correlation",
    "rank correlation",
    larger_is_better=True,
    matters=0.01,
    why="Ranks know no scale, so that timid and bold forecasts are alike, and labels need not be equally far apart.",
    of=_stars,
    metric="rank_correlation",
    luck=0.0,
)
FILINGS = Statistic(
    "rank_correlation",
    "information coefficient",
    larger_is_better=True,
    matters=0.05,
    why="A few large moves decide over squared errors of returns; weeks, not filings, are independent.",
    of=_filings,
    metric="ic",
    luck=0.0,
)
STATISTICS = (RANKS_BY_DATE, LEVEL, VOLATILITY, VOLATILITY_NOT_POSITIVE, RUNS, MACRO, REVIEWS, STARS, FILINGS)
