"""Spearman's rank correlation over independent rows: its uncertainty, and the difference between two of them."""

import math
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from rnn_trading.skill.inference.means import POWER

Vector = NDArray[np.float64]
CONFIDENCE = 0.95
FEWEST = 3


def rank_correlation(forecast: Vector, truth: Vector) -> float:
    """Pearson's correlation of mean ranks; 0 where either is constant, and NaN with fewer than three rows.

    Examples
    --------
    >>> round(rank_correlation(np.array([1.0, 2.0, 4.0, 3.0]), np.array([1.0, 2.0, 3.0, 4.0])), 6)
    0.8
    >>> rank_correlation(np.ones(4), np.arange(4.0))
    0.0
    """
    if len(truth) < FEWEST:
        return float("nan")
    one, other = _centred(forecast), _centred(truth)
    size = math.sqrt((one @ one) * (other @ other))
    return float(one @ other / size) if size > 0 else 0.0


def influence(forecast: Vector, truth: Vector) -> Vector:
    """What each row adds to the rank correlation: its mean square over the rows is the variance of the score.

    The influence function of Spearman's correlation with mean ranks for ties (Croux and Dehon, 2010): a row counts by
    its own two ranks, and by how it moves the ranks of all others, those of equal values by half. Without the second
    part the error is too small, of normal values that correlate by .9 by a twentieth.

    Parameters
    ----------
    forecast, truth
        ``(rows,)``, none missing.

    Returns
    -------
    numpy.ndarray
        ``(rows,)``, with a mean of 0; zero everywhere where either is constant.

    Examples
    --------
    A perfect order stays perfect, whatever row is added to it in its place:

    >>> influence(np.arange(5.0), np.arange(5.0)).round(6).tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0]
    """
    one, other = _centred(forecast), _centred(truth)
    covariance, of_one, of_other = ((left * right).mean() for left, right in ((one, other), (one, one), (other, other)))
    if min(of_one, of_other) == 0:
        return np.zeros(len(truth))
    # Of a covariance of ranks: the row's own product, the shift of all ranks of either, and three times the mean.
    cross = one * other + _shift(forecast, other) + _shift(truth, one) - 3 * covariance
    own, own_other = (
        each**2 + 2 * _shift(values, each) - 3 * size
        for values, each, size in ((forecast, one, of_one), (truth, other, of_other))
    )
    scale = math.sqrt(of_one * of_other)
    return cross / scale - covariance / scale / 2 * (own / of_one + own_other / of_other)


def compare_rank_correlations(forecast: Vector, rival: Vector, truth: Vector) -> dict[str, Any]:
    """Test of the difference between two rank correlations with one truth, on independent rows.

    Parameters
    ----------
    forecast, rival, truth
        ``(rows,)``; a rival that is constant ranks nothing, and has the correlation 0.

    Returns
    -------
    dict
        ``name``, ``statistic`` (positive: the forecast has the larger correlation), ``p_value`` (two-sided, normal),
        ``mean_difference``, ``interval`` (95 %, of the difference), ``detectable_difference``: the difference that such
        a test at 5 % would find four times out of five, ``rows``. The standard error is that of the difference of
        :func:`influence`. NaN with fewer than three rows; the p-value where the two rank all rows alike.

    Examples
    --------
    >>> truth = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    >>> test = compare_rank_correlations(np.array([1.0, 3.0, 2.0, 4.0, 6.0, 5.0]), np.zeros(6), truth)
    >>> round(test["mean_difference"], 3), round(test["statistic"], 1), test["rows"]
    (0.886, 8.2, 6)
    """
    result: dict[str, Any] = {"name": "influence function", "rows": len(truth)}
    difference = rank_correlation(forecast, truth) - rank_correlation(rival, truth)
    if math.isnan(difference):
        numbers = dict.fromkeys(("statistic", "p_value", "mean_difference", "detectable_difference"), difference)
        return result | numbers | {"interval": [difference, difference]}
    influences = influence(forecast, truth) - influence(rival, truth)
    error = float(influences.std(ddof=1) / math.sqrt(len(truth)))
    if error > 0:
        statistic = difference / error
    else:  # both rank every row alike, or one has no error at all
        statistic = math.copysign(math.inf, difference) if difference else float("nan")
    critical, beyond = (float(value) for value in scipy.stats.norm.ppf([(1 + CONFIDENCE) / 2, POWER]))
    return result | {
        "statistic": statistic,
        "p_value": float(2 * scipy.stats.norm.sf(abs(statistic))),
        "mean_difference": difference,
        "interval": [difference - critical * error, difference + critical * error],
        "detectable_difference": (critical + beyond) * error,
    }


def _centred(values: Vector) -> Vector:
    """Mean ranks as shares of the rows, less their mean: values of the distribution function, half of ties, less .5."""
    ranks = scipy.stats.rankdata(values)
    return (ranks - ranks.mean()) / len(ranks)


def _shift(values: Vector, weights: Vector) -> Vector:
    """Mean, over all rows, of their weight where a row lies below them, and of half of it where it equals them."""
    _, place = np.unique(values, return_inverse=True)
    of_value = np.bincount(place, weights)
    above = of_value[::-1].cumsum()[::-1] - of_value / 2
    return above[place] / len(values)
