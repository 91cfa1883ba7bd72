"""The area under the ROC curve: its uncertainty, and the difference between two of them on the same documents."""

import math
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from rnn_trading.skill.inference.means import POWER

Vector = NDArray[np.float64]
CONFIDENCE = 0.95


def placements(forecast: Vector, truth: Vector) -> tuple[Vector, Vector]:
    """For each positive, the share of negatives below it, and for each negative, the share of positives above it.

    Ties count one half. The mean of either is the AUC (DeLong, DeLong and Clarke-Pearson, 1988, equations 2 and 3; by
    ranks as in Sun and Xu, 2014).

    Parameters
    ----------
    forecast, truth
        ``(documents,)``; the truth is 0 or 1, and has both.

    Returns
    -------
    tuple
        Of positives ``(positives,)`` and of negatives ``(negatives,)``, in the order of the documents.

    Examples
    --------
    One of the two negatives, 0.4, lies above one of the two positives, 0.35.

    >>> of_positives, of_negatives = placements(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1]))
    >>> of_positives.tolist(), of_negatives.tolist()
    ([0.5, 1.0], [1.0, 0.5])
    """
    positive = np.asarray(truth) > 0.5
    everything = scipy.stats.rankdata(forecast)
    positives, negatives = int(positive.sum()), int((~positive).sum())
    of_positives = (everything[positive] - scipy.stats.rankdata(np.asarray(forecast)[positive])) / negatives
    of_negatives = 1 - (everything[~positive] - scipy.stats.rankdata(np.asarray(forecast)[~positive])) / positives
    return of_positives, of_negatives


def auc_interval(forecast: Vector, truth: Vector) -> list[float]:
    """95 % interval of an AUC by its asymptotic variance (DeLong and others, 1988), cut at 0 and 1; NaN with one class.

    Parameters
    ----------
    forecast, truth
        ``(documents,)``; the truth is 0 or 1.

    Examples
    --------
    The AUC is 0.75, its standard error the root of 0.125:

    >>> [round(end, 3) for end in auc_interval(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1]))]
    [0.057, 1.0]
    """
    if np.ptp(truth) == 0:
        return [float("nan")] * 2
    of_positives, of_negatives = placements(forecast, truth)
    half = scipy.stats.norm.ppf((1 + CONFIDENCE) / 2) * np.sqrt(_variance(of_positives, of_negatives))
    auc = of_positives.mean()
    return [float(max(0.0, auc - half)), float(min(1.0, auc + half))]


def compare_auc(forecast: Vector, rival: Vector, truth: Vector) -> dict[str, Any]:
    """DeLong's test of the difference between two AUCs on the same documents.

    Parameters
    ----------
    forecast, rival, truth
        ``(documents,)``; documents are independent of each other.

    Returns
    -------
    dict
        ``name``, ``statistic`` (positive: the forecast has the larger AUC), ``p_value`` (two-sided, normal),
        ``mean_difference``, ``interval`` (95 %, of the difference), ``detectable_difference``: the difference that such
        a test at 5 % would find four times out of five, ``documents``. NaN with one class; p-value and interval with
        fewer than two documents of one; the p-value where the two rank all documents alike.

    Examples
    --------
    The AUC of the forecast is 0.75, that of the constant 0.5:

    >>> forecast, rival, truth = np.array([0.1, 0.4, 0.35, 0.8]), np.full(4, 0.5), np.array([0, 0, 1, 1])
    >>> test = compare_auc(forecast, rival, truth)
    >>> test["mean_difference"], round(test["statistic"], 3), round(test["p_value"], 3)
    (0.25, 0.707, 0.48)
    """
    result: dict[str, Any] = {"name": "DeLong", "documents": len(truth)}
    nan = float("nan")
    if np.ptp(truth) == 0:
        numbers = dict.fromkeys(("statistic", "p_value", "mean_difference", "detectable_difference"), nan)
        return result | numbers | {"interval": [nan, nan]}
    (ours, ours_negative), (theirs, theirs_negative) = placements(forecast, truth), placements(rival, truth)
    difference = float(ours.mean() - theirs.mean())
    error = float(np.sqrt(_variance(ours - theirs, ours_negative - theirs_negative)))
    critical, beyond = (float(value) for value in scipy.stats.norm.ppf([(1 + CONFIDENCE) / 2, POWER]))
    if error > 0:
        statistic = difference / error
    elif error == 0 and difference:  # one never errs, and the other never tells apart
        statistic = math.copysign(math.inf, difference)
    else:  # both rank every document alike, or there are too few to tell
        statistic = nan
    return result | {
        "statistic": statistic,
        "p_value": float(2 * scipy.stats.norm.sf(abs(statistic))),
        "mean_difference": difference,
        "interval": [difference - critical * error, difference + critical * error],
        "detectable_difference": (critical + beyond) * error,
    }


def _variance(of_positives: Vector, of_negatives: Vector) -> float:
    """Variance of the mean of placements; needs two documents of each class, NaN otherwise."""
    if min(len(of_positives), len(of_negatives)) < 2:
        return float("nan")
    return float(of_positives.var(ddof=1) / len(of_positives) + of_negatives.var(ddof=1) / len(of_negatives))
