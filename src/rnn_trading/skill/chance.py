"""How far a forecast is from chance, in a score that is zero for luck, whatever the kind of forecast."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from rnn_trading.series.series import RESTARTED
from rnn_trading.skill.inference.bootstrap import block_length, cluster_bootstrap
from rnn_trading.skill.inference.counts import OfCounts
from rnn_trading.skill.metrics import scores
from rnn_trading.skill.metrics.macro import NETWORK, ONE_STEP
from rnn_trading.skill.metrics.scores import Score
from rnn_trading.skill.metrics.series import LAST_VALUE
from rnn_trading.skill.rows import FOLD, MODEL, rows_of
from rnn_trading.skill.statistics import TRUTH
from rnn_trading.skill.tasks import TASKS, TaskName

SMALLEST_SHARE = 1e-300  # what lies beyond is zero in double precision


@dataclass(frozen=True)
class Distance:
    """A score less what luck gets, its standard error, and how many blocks of clusters that rests on."""

    score: float
    error: float
    blocks: float


def _above_half(table: pd.DataFrame, column: str) -> Score:
    area = scores.auc(table, column)
    return OfCounts(area.rows, lambda counts: area.values(counts) - 0.5)


def _in_the_direction(table: pd.DataFrame, column: str) -> Score:
    """Mean logarithmic change in the direction that was forecast, over the root mean square of the changes.

    Levels agree without any skill, and the sizes of changes correlate without any: within a finite sample a random walk
    returns to its own mean, which only the future tells, so that whatever forecasts a return to some level correlates
    with what follows (the bias of Dickey and Fuller, 1979). What is earned in a direction known beforehand is zero on
    average for luck.
    """
    last, forecast, truth = (table[name].to_numpy(dtype=float) for name in (LAST_VALUE, column, TRUTH))
    changes = np.log(truth / last)
    earned = np.sign(forecast - last) * changes

    def score(rows: NDArray[np.int64]) -> float:
        scale = np.sqrt((changes[rows] ** 2).mean())
        return float(earned[rows].mean() / scale) if scale > 0 else float("nan")

    return score


def _within_series(table: pd.DataFrame, column: str) -> Score:
    """Rank correlation of ranks within each series: series that differ in their mean agree without any skill.

    So do folds, whose networks were fitted on other years.
    """
    groups = ["series", *([FOLD] if FOLD in table else [])]
    return scores.rank_correlation(table.groupby(groups)[[column, TRUTH]].rank(pct=True), column)


# Name in words, and the score.
SCORES: dict[TaskName, tuple[str, Callable[[pd.DataFrame, str], Score]]] = {
    "classification": ("AUC less .5", _above_half),
    "regression": ("mean information coefficient by date", scores.mean_information_coefficient),
    "level": ("mean return in the direction forecast", _in_the_direction),
    "volatility": ("information coefficient", scores.rank_correlation),
    "runs": ("mean change over runs in the direction forecast", _in_the_direction),
    "macro": ("information coefficient within series", _within_series),
    "sentiment": ("AUC less .5", _above_half),
    "stars": ("rank correlation", scores.rank_correlation),
    "filings": ("information coefficient", scores.rank_correlation),
}
ROWS: dict[TaskName, dict[str, str]] = {"runs": {"run": RESTARTED}, "macro": {"run": ONE_STEP, "units": NETWORK}}


def distance_from_chance(task: TaskName, predictions: pd.DataFrame, column: str = MODEL) -> Distance:
    """Score of a forecast less what luck gets, with its standard error by a block bootstrap.

    Parameters
    ----------
    task
        Kind of forecast.
    predictions
        See :func:`rnn_trading.skill.record.skill_record`.
    column
        Name of the forecast.

    Returns
    -------
    Distance
        Clusters are those of the interval of the headline score; blocks are as long as the cube root of their number,
        whatever overlaps or persists. A forecast that ranks nothing is no further from chance than luck: its score is
        0, with an error of NaN.

    Raises
    ------
    ValueError
        If a forecast or outcome is missing, all outcomes are equal, or there are fewer clusters than a bootstrap needs.

    Examples
    --------
    27 dates are drawn in blocks of 3. A constant ranks nothing:

    >>> truth = np.arange(27.0)
    >>> predictions = pd.DataFrame({"date": pd.date_range("2020-01-01", periods=27), "truth": truth, "prediction": 1.0})
    >>> distance_from_chance("volatility", predictions)
    Distance(score=0.0, error=nan, blocks=9.0)
    >>> round(distance_from_chance("volatility", predictions.assign(prediction=truth)).score, 6)
    1.0
    """
    rows = predictions[rows_of(predictions, ROWS.get(task, {}))].reset_index(drop=True)
    if rows[[column, TRUTH]].isna().to_numpy().any() or rows[TRUTH].nunique() < 2:
        raise ValueError(
            f"{column}: expected forecasts and outcomes that differ, none missing. Look at the predictions."
        )
    score = SCORES[task][1](rows, column)
    clusters = TASKS[task].clusters(rows)
    count = int(clusters.nunique())
    block = TASKS[task].block or block_length(count)
    observed = score(np.arange(len(rows)))
    if np.isnan(observed):
        return Distance(0.0, float("nan"), count / block)
    drawn = cluster_bootstrap(score, clusters, block)
    if np.isnan(drawn).all():
        raise ValueError(
            f"{count} {TASKS[task].units} of test rows are too few to tell skill from luck. Use more data."
        )
    return Distance(observed, float(np.nanstd(drawn, ddof=1)), count / block)


def pooled_p_value(distances: list[Distance]) -> tuple[float, float]:
    """Whether scores of independent samples are from luck: Stouffer's z and its two-sided p-value.

    Each score over its error is compared with Student's t with as many degrees of freedom as it has blocks less
    one, and turned into a normal deviate; these are summed (Stouffer and others, 1949). Scores without an error, of
    constant forecasts, count as zero.

    Examples
    --------
    >>> pooled_p_value([Distance(0.1, 0.1, 50), Distance(-0.1, 0.1, 50)])
    (0.0, 1.0)
    >>> z, p_value = pooled_p_value([Distance(0.2, 0.1, 1e9)])
    >>> round(z, 3), round(p_value, 3)
    (2.0, 0.046)
    """
    z = float(np.sum([_deviate(one) for one in distances]) / np.sqrt(len(distances)))
    return z, float(2 * scipy.stats.norm.sf(abs(z)))


def _deviate(distance: Distance) -> float:
    if np.isnan(distance.error) or distance.score == 0:
        return 0.0
    ratio = abs(distance.score) / distance.error if distance.error > 0 else np.inf
    beyond = scipy.stats.t.sf(ratio, distance.blocks - 1)
    return float(np.sign(distance.score) * scipy.stats.norm.isf(max(beyond, SMALLEST_SHARE)))
