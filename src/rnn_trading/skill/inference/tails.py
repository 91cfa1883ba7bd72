"""How much of a sum hangs on few values."""

import numpy as np
from numpy.typing import NDArray

# The kurtosis of squares of normal values. Beyond it intervals of a volatility's R2 hold the truth in half of the
# samples (benchmarks/coverage.py).
HEAVY = 15


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


def heavy_tailed(values: NDArray[np.float64]) -> bool:
    """Whether the kurtosis is beyond :data:`HEAVY`, so that the variance of the mean cannot be told from these values.

    Parameters
    ----------
    values
        What each date adds to a score, see :func:`rnn_trading.skill.inference.bootstrap.cluster_influence`, or values
        whose mean is tested; ``(values,)``. False if one is missing or if they are all equal: nothing is known then.

    Examples
    --------
    One value among a hundred that is far off:

    >>> values = np.tile([-1.0, 1.0], 50)
    >>> heavy_tailed(values), heavy_tailed(np.append(values, 30.0))
    (False, True)
    """
    return kurtosis(values) > HEAVY
