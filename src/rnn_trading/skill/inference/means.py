"""The test of a mean of values that follow each other in time: differences of losses, or coefficients, by date."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from rnn_trading.skill.inference.tails import skewed

Vector = NDArray[np.float64]

FEWEST_DATES = 5
SIGNIFICANCE, POWER = 0.05, 0.8
DRAWS, SEED = 20_000, 0
# Within these the test raises a false alarm in at most 7 % of cases (benchmarks/coverage.py).
FEWEST_FOR_A_VERDICT, LARGEST_CORRELATION = 24, 0.6
# Beyond it the values of a draw hardly differ from each other, so that critical values are of no use.
LARGEST_SIMULATED = 0.9
VALUES_AT_ONCE = 2**16  # they stay in the cache of a processor


@dataclass(frozen=True)
class MeanTest:
    """What :func:`mean_test` says of a mean; NaN where there is no test.

    Attributes
    ----------
    mean
        Of the values, NaN without one.
    statistic
        The mean in standard errors.
    p_value
        Two-sided; the smallest is one in :data:`DRAWS` plus one.
    interval
        95 %, of the mean.
    detectable
        The mean that such a test at 5 %, two-sided, finds in 80 % of cases.
    count
        Values that are not missing.
    doubtful
        Whether critical values do not hold: fewer than 24 values, neighbours correlated by more than .6,
        :func:`one-sided tails <rnn_trading.skill.inference.tails.skewed>`, or no test.
    """

    mean: float
    statistic: float
    p_value: float
    interval: tuple[float, float]
    detectable: float
    count: int
    doubtful: bool


def mean_test(values: Vector | pd.Series, overlap: int = 1) -> MeanTest:
    """Test a mean of values that follow each other in time.

    The variance is that of Newey and West (1987) with :func:`lags_for` the number of values as its lags, which are many
    (Lazarus, Lewis, Stock and Watson, 2018). The statistic is compared with its own distribution at that sample size
    and number of lags, which is simulated (the finite-sample form of the fixed-b critical values of Kiefer and
    Vogelsang, 2005): for normal values, of which each carries on as much of the one before as these do. For independent
    ones the test would raise too many false alarms in small samples, since the variance is too small there.

    Parameters
    ----------
    values
        In the order of time, ``(values,)``. Missing ones are left out.
    overlap
        So many values that follow each other share outcomes: 12 for 12-month differences of months, 1 for none. There
        are at least one fewer lags.

    Returns
    -------
    MeanTest
        Without statistic, p-value, interval and detectable mean for fewer than 5 values, no more values than the
        overlap, or values that are all equal; but 24 or more that are all equal, and not zero, are no luck.

    Examples
    --------
    >>> test = mean_test(np.array([1.0, 2.0, 3.0, 2.0, 1.0, 3.0]))
    >>> test.mean, test.count, test.p_value < 0.05, test.doubtful
    (2.0, 6, True, True)
    >>> mean_test(np.zeros(30)).p_value, mean_test(np.ones(30)).p_value < 0.001
    (nan, True)
    """
    values = np.asarray(values, dtype=float)
    values = values[~np.isnan(values)]
    count, nan = len(values), float("nan")
    mean = float(values.mean()) if count else nan
    if count < max(FEWEST_DATES, overlap + 1) or np.ptp(values) == 0:
        if count >= FEWEST_FOR_A_VERDICT and mean != 0:  # always the same, and not zero: that is no luck
            return MeanTest(
                mean, math.copysign(math.inf, mean), 1 / (DRAWS + 1), (mean, mean), 0.0, count, doubtful=False
            )
        return MeanTest(mean, nan, nan, (nan, nan), nan, count, doubtful=True)
    lags, correlation = lags_for(count, overlap), first_correlation(values)
    error = float(standard_errors(values[None], lags)[0])
    # Rounded up to a tenth: few distributions for all tests on as many dates, and none too narrow.
    simulated = _simulated(count, lags, float(np.clip(np.ceil(10 * correlation) / 10, 0, LARGEST_SIMULATED)))
    beyond = DRAWS - np.searchsorted(simulated.statistics, abs(mean / error))
    return MeanTest(
        mean=mean,
        statistic=mean / error,
        # One more, so that no finite number of draws gives a p-value of zero.
        p_value=float((beyond + 1) / (DRAWS + 1)),
        interval=(mean - simulated.critical * error, mean + simulated.critical * error),
        detectable=simulated.detectable * error,
        count=count,
        doubtful=count < FEWEST_FOR_A_VERDICT or correlation > LARGEST_CORRELATION or skewed(values),
    )


def lags_for(count: int, overlap: int = 1) -> int:
    """Lags of the variance: 1.3 times the root of the number of values, and at least the overlap less one.

    Examples
    --------
    >>> lags_for(24), lags_for(250), lags_for(24, overlap=12)
    (7, 21, 11)
    """
    return max(int(np.ceil(1.3 * np.sqrt(count))), overlap - 1)


def first_correlation(values: Vector) -> float:
    """Correlation of neighbours, corrected for its bias in small samples (Marriott and Pope, 1954).

    Parameters
    ----------
    values
        ``(values,)``, at least two that differ, none missing.

    Examples
    --------
    The deviations -1, 0 and 1 have products of neighbours that sum to 0, which is corrected to 1/3:

    >>> round(first_correlation(np.array([1.0, 2.0, 3.0])), 6)
    0.333333
    """
    deviations = values - values.mean()
    estimate = float(deviations[1:] @ deviations[:-1] / (deviations @ deviations))
    return estimate + (1 + 4 * estimate) / len(values)


def standard_errors(samples: NDArray[np.float64], lags: int) -> Vector:
    """Standard error of the mean of each row, with Newey and West's variance.

    The Bartlett weights of ``lags`` autocovariances are those of the sums of ``lags + 1`` deviations that follow each
    other, with zeros before the first and after the last: the squares of these sums, together, are ``lags + 1`` times
    what the weighted products sum to.

    Parameters
    ----------
    samples
        ``(samples, values)``.
    lags
        Autocovariances that count.

    Examples
    --------
    The deviations -1, 0 and 1 have squares that sum to 2; products of neighbours are zero.

    >>> (9 * standard_errors(np.array([[1.0, 2.0, 3.0]]), lags=1) ** 2).round(6).tolist()
    [2.0]
    """
    rows, count = samples.shape
    window = lags + 1
    sums = np.zeros((rows, count + window + lags))  # of all deviations up to each place
    np.cumsum(samples - samples.mean(axis=1, keepdims=True), axis=1, out=sums[:, window : window + count])
    # Deviations sum to zero, so that what follows the last place stays zero.
    windows = sums[:, window:] - sums[:, :-window]
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", windows, windows) / window) / count)


@dataclass(frozen=True)
class _Simulated:
    """Absolute statistics in ascending order, and what follows from them, in standard errors."""

    statistics: Vector
    critical: float
    detectable: float


@cache
def _simulated(count: int, lags: int, correlation: float) -> _Simulated:
    """The statistic of normal values with this correlation of neighbours, drawn once for all tests that need it."""
    generator = np.random.default_rng(SEED)
    means, errors, at_once = np.empty(DRAWS), np.empty(DRAWS), VALUES_AT_ONCE // count + 1
    for first in range(0, DRAWS, at_once):
        part = slice(first, min(first + at_once, DRAWS))
        noise = generator.normal(size=(part.stop - first, count))
        noise[:, 1:] *= np.sqrt(1 - correlation**2)  # so that all values have the variance of the first
        samples = scipy.signal.lfilter([1], [1, -correlation], noise, axis=1) if correlation else noise
        means[part], errors[part] = samples.mean(axis=1), standard_errors(samples, lags)
    statistics = np.sort(np.abs(means / errors))
    critical = float(np.quantile(statistics, 1 - SIGNIFICANCE))
    # The shift that lifts 80 % of the draws above their critical value.
    shift = np.quantile(critical * errors - means, POWER)
    return _Simulated(statistics, critical, float(shift / np.median(errors)))
