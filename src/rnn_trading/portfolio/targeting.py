"""What a volatility forecast is worth: positions that aim at a volatility, and a trade of variances.

A forecast here is of the absolute return of a session in percent. For normal returns the standard deviation is the
mean absolute return times the root of pi over 2.
"""

import math
from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.portfolio.costs import break_even
from rnn_trading.portfolio.holding import holdings_of
from rnn_trading.portfolio.measures import measures_of
from rnn_trading.portfolio.parameters import SESSIONS_A_YEAR, PortfolioError, PortfolioParameters, TargetingParameters
from rnn_trading.portfolio.timing import TRUTH, account_with, market_of_index, signals_of
from rnn_trading.skill.inference.means import mean_test
from rnn_trading.skill.rows import MODEL

PERCENT = 100
OF_ABSOLUTE_RETURNS = math.sqrt(math.pi / 2)
CONSTANT = "constant"


def deviations(forecasts: pd.Series) -> pd.Series:
    """Standard deviation of a session's return, a fraction, from its mean absolute return in percent.

    Examples
    --------
    >>> deviations(pd.Series([1.0])).round(6).tolist()
    [0.012533]
    """
    return forecasts / PERCENT * OF_ABSOLUTE_RETURNS


def exposures(forecasts: pd.Series, targeting: TargetingParameters) -> pd.Series:
    """Position that has the target's volatility if the forecast is right, no larger than may be.

    Examples
    --------
    >>> from rnn_trading.portfolio.parameters import TargetingParameters
    >>> targeting = TargetingParameters(volatility=0.1, most=2.0, sessions=21)
    >>> exposures(pd.Series([0.5, 2.0, 0.1]), targeting).round(3).tolist()
    [1.005, 0.251, 2.0]
    """
    year = deviations(forecasts) * math.sqrt(SESSIONS_A_YEAR)
    return (targeting.volatility / year).clip(upper=targeting.most)


def rolling_volatility(returns: pd.Series, sessions: int) -> pd.Series:
    """Realised volatility a year over the sessions up to each one; NaN where there are fewer."""
    return returns.rolling(sessions).std() * math.sqrt(SESSIONS_A_YEAR)


def target_volatility(
    table: pd.DataFrame, prices: pd.DataFrame, how: PortfolioParameters, best_rival: str | None
) -> tuple[dict[str, Any], pd.DataFrame]:
    """How near positions by forecasts come to a target, and what a trader of variances earns by them.

    Parameters
    ----------
    table
        ``date`` (the session that is forecast), ``truth`` (absolute return in percent), a column a forecaster, all
        above zero.
    prices
        ``close`` by session.
    how
        Its ``targeting``, ``lag`` and ``costs``.
    best_rival
        Name of the rival that the record calls best; None: it is not known, and no variances are traded.

    Returns
    -------
    tuple
        ``by_forecaster``: of each ``distance``, the mean absolute distance of the realised volatility of the position
        to the target, a year; ``volatility`` of the whole, ``turnover`` a year, ``exposure`` (mean) and measures, net;
        among them ``constant``, the mean position of the model for all time, known with hindsight only. ``trade``: see
        :func:`variance_trade`. ``target``, ``best_rival``. And gross returns by session, a column each.

    Raises
    ------
    PortfolioError
        If a forecast is not above zero.
    """
    market = market_of_index(prices)
    forecasts = signals_of(table, market.sessions).forecasts
    if not (forecasts > 0).all(axis=None):
        name = (~(forecasts > 0)).any().idxmax()
        bad = forecasts.loc[~(forecasts[name] > 0), name]
        raise PortfolioError(
            f"A forecast of a volatility is a number above zero. Received: {bad.iloc[0]:g} of {name}, known on "
            f"{bad.index[0]:%Y-%m-%d} ({len(bad):,} of {len(forecasts):,} are none)."
        )
    holdings = holdings_of(pd.DatetimeIndex(forecasts.index), market.sessions, how.lag, how.hold)
    positions = {name: exposures(forecasts[name], how.targeting) for name in forecasts}
    positions[CONSTANT] = pd.Series(positions[MODEL].mean(), forecasts.index)
    accounts = {name: account_with(each, market, holdings, how) for name, each in positions.items()}
    returns = pd.DataFrame({name: account["gross"] for name, account in accounts.items()})
    target = how.targeting.volatility
    by_forecaster = {
        name: {
            "distance": float((rolling_volatility(returns[name], how.targeting.sessions) - target).abs().mean()),
            "turnover": float(account["traded"].mean()) * SESSIONS_A_YEAR,
            "exposure": float(account["long"].mean()),
            "break_even": break_even(account),
            **measures_of(account["net"]),
        }
        for name, account in accounts.items()
    }
    trade = variance_trade(table, best_rival) if best_rival in table else None
    record = {"target": target, "by_forecaster": by_forecaster, "best_rival": best_rival, "trade": trade}
    return record, returns


def variance_trade(table: pd.DataFrame, rival: str | None) -> dict[str, Any]:
    """What the model earns from the rival by trading the variance of each session at a price between their forecasts.

    The price is the geometric mean of both variances. Who forecasts more buys: the payoff is the squared return over
    the price, less 1, or minus that (in the manner of Engle, Hong, Kane and Noh, 1993).

    Parameters
    ----------
    table
        ``prediction``, ``truth`` and the rival: absolute returns in percent.
    rival
        Name of its column.

    Returns
    -------
    dict
        ``mean`` of a session, as a share of the price; its 95 % ``interval``, ``t`` and ``p_value``; ``sessions``.

    Examples
    --------
    The model says 2, the rival 1, so that the price is 2, and the square that came is 4: the buyer earns the price.

    >>> table = pd.DataFrame({"prediction": [2.0], "rival": [1.0], "truth": [2.0 * (np.pi / 2) ** 0.5]})
    >>> round(variance_trade(table, "rival")["mean"], 6)
    1.0
    """
    model, other, truth = (table[name].to_numpy(dtype=np.float64) for name in (MODEL, str(rival), TRUTH))
    price = model * other * OF_ABSOLUTE_RETURNS**2
    payoffs = np.sign(model - other) * (truth**2 / price - 1)
    test = mean_test(payoffs)
    return {
        "rival": rival,
        "mean": test.mean,
        "interval": list(test.interval),
        "t": test.statistic,
        "p_value": test.p_value,
        "doubtful": test.doubtful,
        "sessions": test.count,
    }
