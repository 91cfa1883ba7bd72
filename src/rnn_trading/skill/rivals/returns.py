"""Rivals of volatility that know the signed returns: a fall raises it more than a rise of the same size.

They forecast the absolute return of a day from the returns of all days before it. Whatever follows that day changes
nothing.
"""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnn_trading.skill.rivals.series import Matrix, Vector, har_means, least_squares
from rnn_trading.skill.rivals.tiers import Rivals

logger = logging.getLogger(__name__)

SHORT_MEMORY, START_DAYS = 0.94, 75
# A logarithm of a variance beyond it is no market any more, and its exponential may be zero or infinite.
LARGEST_CHANGE = 20.0


@dataclass(frozen=True)
class Origins:
    """Days whose absolute return is forecast, and the returns before them.

    Attributes
    ----------
    returns
        Signed, of every day, oldest first, ``(days,)``; none missing. Those of the training rows end with the last
        target.
    targets
        Positions of the days that are forecast, ``(rows,)``.
    lags
        Days in a window.

    Examples
    --------
    >>> origins = Origins(np.array([1.0, -2.0, 3.0, -4.0]), targets=np.array([2, 3]), lags=2)
    >>> origins.windows.tolist(), origins.truths.tolist()
    ([[1.0, -2.0], [-2.0, 3.0]], [3.0, 4.0])
    """

    returns: Vector
    targets: NDArray[np.int64]
    lags: int

    @property
    def windows(self) -> Matrix:
        """The returns before each target, oldest first, ``(rows, lags)``."""
        return np.lib.stride_tricks.sliding_window_view(self.returns, self.lags)[self.targets - self.lags]

    @property
    def truths(self) -> Vector:
        """The absolute returns that are forecast, ``(rows,)``."""
        return np.abs(self.returns[self.targets])


Forecast = Callable[[Origins], Vector]


def har_with_negative_returns(train: Origins) -> Forecast:
    """Regression on the means of the last 1, 5 and 22 absolute and negative returns (Corsi and Renò, 2012).

    Its forecasts are above zero; see :func:`rnn_trading.skill.rivals.series.least_squares`.
    """

    def features(origins: Origins) -> Matrix:
        windows = origins.windows
        return np.hstack([har_means(np.abs(windows)), har_means(np.minimum(windows, 0))])

    fitted = least_squares(features(train), train.truths)
    return lambda origins: fitted(features(origins))


def gjr_garch(train: Origins) -> Forecast:
    """GJR-GARCH with Student's t: the variance follows squares, more so after a fall (Glosten and others, 1993)."""
    return _expected_absolute_return(train, "GARCH", gjr_variances)


def egarch(train: Origins) -> Forecast:
    """EGARCH with Student's t: the logarithm of the variance follows standardised returns (Nelson, 1991)."""
    return _expected_absolute_return(train, "EGARCH", egarch_variances)


# A new rival is a function above, and its name here.
SIGNED_RETURNS = Rivals(strong=(har_with_negative_returns, gjr_garch, egarch))


def gjr_variances(returns: Vector, start: float, weights: Vector) -> Vector:
    """Variance of each day and of the day after the last, from the returns before it.

    Parameters
    ----------
    returns
        Oldest first, ``(days,)``, with a mean of zero.
    start
        Variance before the first day.
    weights
        Constant, weight of the last square, further weight of it after a fall, weight of the last variance.

    Returns
    -------
    numpy.ndarray
        ``(days + 1,)``; each from the returns before that day alone.

    Examples
    --------
    1 + (.1 + .2 / 2) 10 + .5 10, where half of the days before the first are taken for falls; then 1 + .3 4 + .5 8.

    >>> gjr_variances(np.array([-2.0]), 10.0, np.array([1.0, 0.1, 0.2, 0.5])).round(6).tolist()
    [8.0, 6.2]
    """
    constant, square, fall, last = (float(weight) for weight in weights)
    variances = [constant + (square + fall / 2 + last) * start]
    for value in returns.tolist():
        heavy = square + fall if value < 0 else square
        variances.append(constant + heavy * value**2 + last * variances[-1])
    return np.array(variances)


def egarch_variances(returns: Vector, start: float, weights: Vector) -> Vector:
    """As :func:`gjr_variances`, of the logarithm, which stays within :data:`LARGEST_CHANGE` of where it starts.

    Parameters
    ----------
    returns, start
        See there.
    weights
        Constant, weight of the size of the last standardised return, of its sign and size, of the last logarithm.

    Examples
    --------
    The logarithm is .5 log e, then .2 (3 / exp(.25) - .7979) - .1 3 / exp(.25) + .5 .5.

    >>> import math
    >>> np.log(egarch_variances(np.array([3.0]), math.e, np.array([0.0, 0.2, -0.1, 0.5]))).round(4).tolist()
    [0.5, 0.3241]
    """
    constant, size, sign, last = (float(weight) for weight in weights)
    lowest, highest = (math.log(start) + bound for bound in (-LARGEST_CHANGE, LARGEST_CHANGE))
    logarithms = [min(max(constant + last * math.log(start), lowest), highest)]
    for value in returns.tolist():
        shock = value / math.exp(logarithms[-1] / 2)
        surprise = abs(shock) - math.sqrt(2 / math.pi)
        logarithm = constant + size * surprise + sign * shock + last * logarithms[-1]
        logarithms.append(min(max(logarithm, lowest), highest))
    return np.exp(np.array(logarithms))


def mean_absolute_t(freedom: float) -> float:
    """Mean absolute value of Student's t with a variance of 1.

    Parameters
    ----------
    freedom
        Degrees of freedom, above 2.

    Examples
    --------
    2 / pi for 3 degrees of freedom; for many, that of the normal distribution, the root of 2 / pi:

    >>> import math
    >>> round(mean_absolute_t(3) * math.pi, 9), round(mean_absolute_t(1e8) ** 2 * math.pi, 6)
    (2.0, 2.0)
    """
    gammas = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2))
    return 2 * math.sqrt(freedom - 2) * gammas / (math.sqrt(math.pi) * (freedom - 1))


def start_variance(returns: Vector) -> float:
    """Mean square of the first 75 returns, each with .94 of the weight of the one before, as arch has it.

    Examples
    --------
    >>> start_variance(np.array([1.0, -1.0]))
    1.0
    """
    first = returns[:START_DAYS]
    return float(np.average(first**2, weights=SHORT_MEMORY ** np.arange(len(first))))


def _expected_absolute_return(
    train: Origins, volatility: Literal["GARCH", "EGARCH"], variances: Callable[[Vector, float, Vector], Vector]
) -> Forecast:
    """Fit on the training returns; then the parameters stay, and the variance follows all returns before a day."""
    from arch import arch_model  # noqa: PLC0415  takes a second to import

    size = math.sqrt(float(np.mean(train.returns**2)))
    if size == 0:
        raise ValueError(
            f"{volatility}: a variance cannot be fitted to returns of zero. Received: {len(train.returns):,} training "
            "returns, all of them 0. Check the prices."
        )
    # Of a variance of 1, so that the search goes alike in any unit.
    scaled = train.returns / size
    scaled = scaled[np.flatnonzero(scaled)[0] :]  # arch takes the logarithm of the first squares
    model = arch_model(scaled, mean="Zero", vol=volatility, p=1, o=1, q=1, dist="t", rescale=False)
    fit = model.fit(disp="off", show_warning=False)
    if fit.convergence_flag:
        logger.warning(
            "%s: the search for its parameters did not end well (%s). Its forecasts are those of the last ones: %s",
            *(volatility, fit.optimization_result.message, fit.params.round(4).to_dict()),
        )
    weights, freedom = fit.params.to_numpy()[:4], float(fit.params["nu"])
    start, factor = start_variance(scaled), size * mean_absolute_t(freedom)

    def forecast(origins: Origins) -> Vector:
        known = origins.returns[: origins.targets.max()] / size
        return factor * np.sqrt(variances(known, start, weights)[origins.targets])

    return forecast
