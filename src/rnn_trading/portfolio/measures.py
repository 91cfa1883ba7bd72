"""Measures of a series of returns, one a session: what it earned, how much it swung, and how sure that is.

Mean, standard deviation, drawdown and the probabilistic Sharpe ratio are those of skfolio.
"""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.portfolio.parameters import SESSIONS_A_YEAR, PortfolioError
from rnn_trading.skill.inference.bootstrap import block_for, cluster_bootstrap, interval
from rnn_trading.skill.inference.counts import Counts, OfCounts
from rnn_trading.skill.inference.luck import expected_maximum
from rnn_trading.skill.inference.means import lags_for, standard_errors
from rnn_trading.skill.inference.multiplicity import sidak

Vector = NDArray[np.float64]
FEWEST_SESSIONS = 3


def measures_of(returns: pd.Series) -> dict[str, float]:
    """What a series of returns comes to.

    Parameters
    ----------
    returns
        Of the sessions, in the order of time, as fractions; none missing.

    Returns
    -------
    dict
        ``mean``: arithmetic, a year (252 sessions); ``compounded``: growth a year of wealth that stays invested;
        ``volatility`` a year; ``sharpe``: one over the other, cash earning nothing, and ``sharpe_error``, its standard
        error (Lo, 2002, with autocorrelation: see :func:`sharpe_error`); ``sharpe_autocorrelated``: a year's Sharpe
        ratio where sessions correlate (Lo, 2002, equation 20); ``drawdown``: the largest loss from a peak of the wealth
        that stays invested; ``hit_rate``: share of the sessions with a return that is not zero in which it is above;
        ``worst`` session. NaN where it does not exist.

    Raises
    ------
    PortfolioError
        If more than all is lost.

    Examples
    --------
    >>> found = measures_of(pd.Series([0.01, -0.005, 0.01, 0.005]))
    >>> round(found["mean"], 3), round(found["sharpe"], 2), round(found["drawdown"], 4), found["hit_rate"]
    (1.26, 11.22, -0.005, 0.75)
    """
    from skfolio import measures  # noqa: PLC0415  takes a second to import

    values = returns.to_numpy(dtype=np.float64)
    wealth = _wealth(returns)
    mean = float(measures.mean(values)) * SESSIONS_A_YEAR
    deviation = float(measures.standard_deviation(values)) if len(values) > 1 else math.nan
    volatility = deviation * math.sqrt(SESSIONS_A_YEAR)
    sharpe = mean / volatility if _moves(values) else math.nan
    moved = values[values != 0]
    return {
        "mean": mean,
        "compounded": float(wealth[-1] ** (SESSIONS_A_YEAR / len(values)) - 1),
        "volatility": volatility,
        "sharpe": sharpe,
        "sharpe_error": sharpe_error(values) * math.sqrt(SESSIONS_A_YEAR),
        "sharpe_autocorrelated": sharpe * _autocorrelated(values),
        "drawdown": float(drawdowns(returns).min()),
        "hit_rate": float((moved > 0).mean()) if len(moved) else math.nan,
        "worst": float(values.min()),
    }


def _moves(values: Vector) -> bool:
    """Whether returns differ: the standard deviation of equal ones is a rounding error, not zero."""
    return bool(np.ptp(values) > 0)


def refuse_ruin(returns: pd.Series) -> None:
    """Raise if more than all is lost.

    Raises
    ------
    PortfolioError
        Names the first day.
    """
    lost = (returns <= -1).to_numpy()
    if lost.any():
        raise PortfolioError(
            f"More than all is lost on {returns.index[int(lost.argmax())]:%Y-%m-%d}, costs counted: no portfolio goes "
            "on from there. Check the prices of that day, and portfolio.costs."
        )


def _wealth(returns: pd.Series) -> Vector:
    refuse_ruin(returns)
    return np.asarray(np.cumprod(1 + returns.to_numpy(dtype=np.float64)))


def drawdowns(returns: pd.Series) -> pd.Series:
    """Of each session how far wealth that stays invested is below its peak, as a fraction; 0 at a peak.

    Examples
    --------
    >>> drawdowns(pd.Series([0.1, -0.5, 0.2])).round(6).tolist()
    [0.0, -0.5, -0.4]
    """
    from skfolio import measures  # noqa: PLC0415  see measures_of

    return pd.Series(measures.get_drawdowns(returns.to_numpy(dtype=np.float64), compounded=True), returns.index)


def sharpe_error(values: Vector) -> float:
    """Standard error of the Sharpe ratio of a session (Lo, 2002, by the method of moments).

    The variance of what each session adds to the estimate, ``z - S (z**2 - 1) / 2`` with ``z`` the return in standard
    deviations less the mean and ``S`` the ratio, is that of Newey and West, with the lags of the judge.

    Parameters
    ----------
    values
        Returns, ``(sessions,)``.

    Returns
    -------
    float
        NaN for fewer than 3 sessions, or returns that are all equal.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=5000)
    >>> round(sharpe_error(values) * 5000**0.5, 1)
    1.1
    """
    if len(values) < FEWEST_SESSIONS or not _moves(values):
        return math.nan
    deviation = values.std()
    standard = (values - values.mean()) / deviation
    added = standard - values.mean() / deviation * (standard**2 - 1) / 2
    return float(standard_errors(added[None], min(lags_for(len(values)), len(values) - 1))[0])


def _autocorrelated(values: Vector) -> float:
    """What a year's Sharpe ratio is times, for sessions that correlate, against sessions that do not."""
    lags = min(lags_for(len(values)), len(values) - 1)
    if len(values) < FEWEST_SESSIONS or not _moves(values):
        return math.nan
    deviations = values - values.mean()
    correlations = [
        float(deviations[lag:] @ deviations[:-lag] / (deviations @ deviations)) for lag in range(1, lags + 1)
    ]
    weights = [1 - lag / (lags + 1) for lag in range(1, lags + 1)]  # Bartlett's, so that the sum is above zero
    year = SESSIONS_A_YEAR
    sums = sum(w * (year - lag) * c for lag, (w, c) in enumerate(zip(weights, correlations, strict=True), start=1))
    return math.sqrt(year / (year + 2 * sums)) if year + 2 * sums > 0 else math.nan


def mean_interval(returns: pd.Series) -> tuple[float, float]:
    """95 % interval of the mean return a year, by blocks of sessions that follow each other.

    Parameters
    ----------
    returns
        Of the sessions; a difference of two series, too.

    Returns
    -------
    tuple of float
        NaN for fewer than 10 sessions.

    Examples
    --------
    >>> mean_interval(pd.Series(np.full(20, 0.001)))
    (0.252, 0.252)
    """
    values = returns.to_numpy(dtype=np.float64)

    def means(counts: Counts) -> Vector:
        return np.asarray((counts @ values) / counts.sum(axis=1))

    drawn = cluster_bootstrap(
        OfCounts(len(values), means), pd.Series(np.arange(len(values))), block_for(values - values.mean())
    )
    low, high = interval(drawn)
    return round(low * SESSIONS_A_YEAR, 12), round(high * SESSIONS_A_YEAR, 12)


def luck_of(returns: pd.Series, tries: int) -> dict[str, Any]:
    """How likely it is that a Sharpe ratio is above zero, once it is the best of several tries.

    Parameters
    ----------
    returns
        Of the sessions.
    tries
        Ways to trade that were tried, this one included.

    Returns
    -------
    dict
        ``tries``; ``probabilistic``: the probability that the ratio is above zero (Bailey and López de Prado, 2012);
        ``deflated``: that it is above what the best of so many ways without skill has on average (Bailey and López de
        Prado, 2014), of which the standard error of a ratio that is zero is taken for the spread; ``p_of_maximum``: how
        often the best of so many independent ways without skill has a ratio as high as this, 1 - probabilistic**tries.
        NaN where there is no ratio.

        A deflated ratio above .95 is conservative: of more ways than one fewer than 5 % get there by luck. A
        ``p_of_maximum`` below .05 holds its rate.

    Examples
    --------
    >>> returns = pd.Series(np.random.default_rng(3).normal(0.1, 1, 500))
    >>> alone, best = luck_of(returns, 1), luck_of(returns, 10)
    >>> alone["probabilistic"] == alone["deflated"] > best["deflated"], best["p_of_maximum"] > alone["p_of_maximum"]
    (True, True)
    """
    from skfolio import measures  # noqa: PLC0415  see measures_of

    values = returns.to_numpy(dtype=np.float64)
    if len(values) < FEWEST_SESSIONS or not _moves(values):
        return {"tries": tries, "probabilistic": math.nan, "deflated": math.nan, "p_of_maximum": math.nan}
    luck = expected_maximum(tries) / math.sqrt(len(values) - 1)
    probabilistic = float(measures.probabilistic_sharpe_ratio(values))
    return {
        "tries": tries,
        "probabilistic": probabilistic,
        "deflated": float(measures.probabilistic_sharpe_ratio(values, luck)),
        "p_of_maximum": sidak(1 - probabilistic, tries),
    }
