"""P-values of several tests, corrected for their number."""

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """P-values such that the chance of any false alarm among all tests is held (Holm, 1979), however they depend.

    Parameters
    ----------
    p_values
        Between 0 and 1, ``(tests,)``. A missing one is no test: it stays missing and does not count.

    Returns
    -------
    numpy.ndarray
        ``(tests,)``, in the same order, none smaller than before.

    Examples
    --------
    The smallest of three is multiplied by 3, the next by 2, and so on; none falls below one before it.

    >>> holm([0.01, float("nan"), 0.04, 0.03]).round(6).tolist()
    [0.03, nan, 0.06, 0.06]
    """
    adjusted, known = _known(p_values)
    order = np.argsort(adjusted[known])
    multiplied = adjusted[known][order] * np.arange(len(order), 0, -1)
    adjusted[known] = np.minimum(1, np.maximum.accumulate(multiplied))[np.argsort(order)]
    return adjusted


def benjamini_hochberg(p_values: ArrayLike) -> NDArray[np.float64]:
    """P-values such that the share of false alarms among all alarms is held (Benjamini and Hochberg, 1995).

    It holds for tests that are independent, or depend positively on each other.

    Parameters
    ----------
    p_values
        As for :func:`holm`.

    Returns
    -------
    numpy.ndarray
        ``(tests,)``, in the same order, none smaller than before.

    Examples
    --------
    The smallest of three is multiplied by 3/1, the next by 3/2, the largest by 3/3; none is above one after it.

    >>> benjamini_hochberg([0.01, float("nan"), 0.04, 0.03]).round(6).tolist()
    [0.03, nan, 0.04, 0.04]
    """
    adjusted, known = _known(p_values)
    adjusted[known] = scipy.stats.false_discovery_control(adjusted[known], method="bh")
    return adjusted


def sidak(p_value: float, tries: int) -> float:
    """The p-value of the best of so many tries (Šidák, 1967): the chance that any of them is as far out by luck.

    Exact for tries that do not depend on each other, and never too small for two-sided tests of normal statistics,
    however these correlate. Bonferroni's bound, ``tries * p_value``, is larger than it need be and no chance: with many
    tries it passes one.

    Parameters
    ----------
    p_value
        Of one try; a missing one stays missing.
    tries
        At least one; of one, the p-value stays what it is.

    Examples
    --------
    >>> round(sidak(0.05, 2), 6), sidak(0.05, 1), sidak(1.0, 3)
    (0.0975, 0.05, 1.0)
    """
    return p_value if tries == 1 or p_value == 1 else float(-np.expm1(tries * np.log1p(-p_value)))


def _known(p_values: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """A copy of the p-values, and which are not missing."""
    copy = np.array(p_values, dtype=float)
    return copy, ~np.isnan(copy)
