"""The standard error of a mean of rows that come in clusters."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rnn_trading.skill.losses import Vector


def clustered_error(values: Vector, clusters: ArrayLike) -> float:
    """Standard error of a mean whose rows share what moves them within a cluster (Liang and Zeger, 1986).

    The root of the sum over clusters of their squared summed deviations from the mean, over the number of rows, and
    corrected for the number of clusters by ``n / (n - 1)``. Clusters are taken as independent of each other.

    Parameters
    ----------
    values
        ``(rows,)``, none missing.
    clusters
        Of each row, such as its date, ``(rows,)``.

    Returns
    -------
    float
        NaN with fewer than two clusters.

    Examples
    --------
    Four rows are worth no more than two dates, if those of a date are alike:

    >>> values = np.array([1.0, 1.0, 0.0, 0.0])
    >>> clustered_error(values, [1, 1, 2, 2]), round(clustered_error(values, [1, 2, 3, 4]), 3)
    (0.5, 0.289)
    """
    sums = pd.Series(values - values.mean()).groupby(np.asarray(clusters)).sum().to_numpy() if len(values) else []
    count = len(sums)
    if count < 2:
        return float("nan")
    return float(np.sqrt((np.asarray(sums) ** 2).sum() * count / (count - 1)) / len(values))
