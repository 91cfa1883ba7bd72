"""How much of a sum hangs on few values."""

import numpy as np
from numpy.typing import NDArray

# The kurtosis of squares of normal values. Beyond it intervals of a volatility's R2 hold the truth in half of the
# samples (benchmarks/coverage.py).
HEAVY = 15
SKEWED = 0.3


def kurtosis(values: NDArray[np.float64]) -> float:
    """Mean fourth power of deviations over the square of their variance: 3 for normal values.

    It is at most the number of values, which is the case where all the variance comes from one of very many.

    Parameters
    ----------
    values
        ``(values,)``. NaN if one is missing, or if they are all equal.

    Examples
    --------
    The deviations of 0, 0, 0 and 4 are -1, -1, -1 and 3: fourth powers of 21 on average, a variance of 3.

    >>> kurtosis(np.array([0.0, 0.0, 0.0, 4.0])), kurtosis(np.ones(4))
    (2.3333333333333335, nan)
    """
    if len(values) == 0 or np.isnan(values).any() or np.ptp(values) == 0:
        return float("nan")
    squared = (values - values.mean()) ** 2
    return float((squared**2).mean() / squared.mean() ** 2)


def skewed(values: NDArray[np.float64]) -> bool:
    """Whether values are so skewed, for their number, that critical values of symmetric ones do not hold.

    The skewness of a mean is that of its values over the root of their number. Tails that are heavy on both sides make
    a test of the mean no worse, one-sided ones do (benchmarks/coverage.py).

    Parameters
    ----------
    values
        ``(values,)``, at least two that differ, none missing.

    Examples
    --------
    >>> skewed(np.tile([-1.0, 1.0], 20)), skewed(np.append(np.zeros(39), 1.0))
    (False, True)
    """
    deviations = values - values.mean()
    skewness = (deviations**3).mean() / (deviations**2).mean() ** 1.5
    return bool(abs(skewness) > SKEWED * np.sqrt(len(values)))


def heavy_tailed(values: NDArray[np.float64]) -> bool:
    """Whether the kurtosis is beyond :data:`HEAVY`, so that the variance of the mean cannot be told from these values.

    Parameters
    ----------
    values
        What each date adds to a score, see :func:`rnn_trading.skill.inference.bootstrap.cluster_influence`;
        ``(values,)``. False if one is missing or if they are all equal: nothing is known then.

    Examples
    --------
    One value among a hundred that is far off:

    >>> values = np.tile([-1.0, 1.0], 50)
    >>> heavy_tailed(values), heavy_tailed(np.append(values, 30.0))
    (False, True)
    """
    return kurtosis(values) > HEAVY
