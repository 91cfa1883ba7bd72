"""What luck gives to the best of several tries."""

import numpy as np
import scipy

from rnn_trading.skill.inference.means import POWER, SIGNIFICANCE

# Where the maximum of any number of normal values that can be tried lies for sure, in standard deviations, and steps
# between: their sum is the integral to twelve digits.
LOWEST, HIGHEST, STEPS = -10.0, 40.0, 20_001
NORMAL_95 = 1.959963984540054


def expected_maximum(tries: int) -> float:
    """Mean of the largest of so many independent standard normal values, by integration.

    Bailey and López de Prado (2014) take the limiting distribution of a maximum (Gumbel) in its place, which is off by
    8 % for two tries. Of values that correlate, as scores on the same rows do, the mean is smaller.

    Parameters
    ----------
    tries
        At least one.

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    Of two it is one over the root of pi, of three half as much again (Jones, 1948):

    >>> expected_maximum(1), round(expected_maximum(2), 9), round(expected_maximum(3), 9)
    (0.0, 0.564189584, 0.846284375)
    """
    if tries < 1:
        raise ValueError(f"tries: expected at least 1. Received: {tries}.")
    if tries == 1:
        return 0.0
    x, step = np.linspace(LOWEST, HIGHEST, STEPS, retstep=True)
    log_density = np.log(tries) - x**2 / 2 - np.log(2 * np.pi) / 2 + (tries - 1) * scipy.special.log_ndtr(x)
    return float((x * np.exp(log_density)).sum() * step)


def best_by_luck(value: float, interval: tuple[float, float], larger_is_better: bool, tries: int) -> float:
    """What the best of so many forecasts scores on average, none of which is better than a certain one.

    That one's score, and the expected maximum times the standard error of a difference to it. That the scores of
    forecasts of the same rows correlate is left out, so that luck is taken for stronger than it is.

    Parameters
    ----------
    value
        Score of that forecast.
    interval
        95 % interval of a difference to it; half of it over 1.96 is taken for the standard error.
    larger_is_better
        Of the score.
    tries
        At least one.

    Examples
    --------
    >>> round(best_by_luck(0.5, (-0.0196, 0.0196), larger_is_better=True, tries=2), 4)
    0.5056
    >>> round(best_by_luck(0.5, (-0.0196, 0.0196), larger_is_better=False, tries=2), 4)
    0.4944
    """
    error = (interval[1] - interval[0]) / 2 / NORMAL_95
    luck = expected_maximum(tries) * error
    return value + luck if larger_is_better else value - luck


def harder_to_see(tries: int) -> float:
    """How many times larger a difference has to be to be found in 80 % of cases, once 5 % holds for so many tries.

    Examples
    --------
    >>> harder_to_see(1), round(harder_to_see(10), 3)
    (1.0, 1.3)
    """
    alone, corrected = (
        scipy.special.ndtri(1 - level / 2) for level in (SIGNIFICANCE, 1 - (1 - SIGNIFICANCE) ** (1 / tries))
    )
    power = scipy.special.ndtri(POWER)
    return float((corrected + power) / (alone + power))
