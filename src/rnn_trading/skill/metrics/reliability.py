"""Whether what was given a probability happens as often."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rnn_trading.skill.inference.clusters import clustered_error
from rnn_trading.skill.losses import Vector

BINS = 10


def reliability(forecast: Vector, truth: Vector, clusters: ArrayLike | None = None) -> pd.DataFrame:
    """Promised and observed shares, in ten bins of equally many rows.

    Parameters
    ----------
    forecast
        Probability of a truth of 1, ``(rows,)``, none missing. Equal ones are in one bin, so that there may be fewer
        bins, and they need not have equally many rows.
    truth
        0 or 1, ``(rows,)``.
    clusters
        Of each row, such as its date; None: rows are independent.

    Returns
    -------
    pandas.DataFrame
        One row a bin, in ascending order: ``probability`` (mean forecast), ``share`` (of ones), its standard ``error``
        (:func:`rnn_trading.skill.inference.clusters.clustered_error`), ``rows``.

    Examples
    --------
    >>> bins = reliability(np.repeat([0.25, 0.75], 4), np.array([0, 0, 0, 1, 1, 1, 1, 1]))
    >>> print(bins.to_string())
       probability  share  error  rows
    0         0.25   0.25   0.25     4
    1         0.75   1.00   0.00     4
    """
    forecast, truth = (np.asarray(values, dtype=float) for values in (forecast, truth))
    groups = np.arange(len(truth)) if clusters is None else np.asarray(clusters)
    inner = np.unique(np.quantile(forecast, np.arange(1, BINS) / BINS))
    bins = np.searchsorted(inner, forecast)
    found = []
    for each in np.unique(bins):
        inside = bins == each
        values = truth[inside]
        error = clustered_error(values, groups[inside])
        found.append((float(forecast[inside].mean()), float(values.mean()), error, len(values)))
    return pd.DataFrame(found, columns=["probability", "share", "error", "rows"])


def calibration_error(bins: pd.DataFrame) -> float:
    """Expected calibration error: the mean distance of shares from probabilities, by rows (Naeini and others, 2015).

    Parameters
    ----------
    bins
        See :func:`reliability`.

    Examples
    --------
    >>> bins = pd.DataFrame({"probability": [0.25, 0.75], "share": [0.25, 1.0], "rows": [3, 1]})
    >>> calibration_error(bins)
    0.0625
    """
    return float(np.average((bins["share"] - bins["probability"]).abs(), weights=bins["rows"]))


def error_by_luck(bins: pd.DataFrame) -> float:
    """The calibration error that right probabilities would have on average, since shares of few rows are never exact.

    The mean size of a normal error is its standard error times the root of ``2 / pi``. NaN where no bin has a standard
    error. A bin of which everything happened, or nothing, counts as exact: the result is rather too small.

    Parameters
    ----------
    bins
        See :func:`reliability`.

    Examples
    --------
    >>> round(error_by_luck(pd.DataFrame({"error": [0.1, 0.2, np.nan], "rows": [30, 10, 5]})), 4)
    0.0997
    """
    known = bins[bins["error"].notna()]
    if known.empty:
        return float("nan")
    return float(np.sqrt(2 / np.pi) * np.average(known["error"], weights=known["rows"]))
