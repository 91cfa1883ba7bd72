"""What trading and holding cost, and how much of it a portfolio can bear."""

import math

import numpy as np
import pandas as pd

from rnn_trading.portfolio.accounting import Account, Vector
from rnn_trading.portfolio.holding import Market
from rnn_trading.portfolio.parameters import CostParameters

BASIS_POINT = 1e-4


def with_costs(account: Account, costs: CostParameters, market: Market | None = None) -> pd.DataFrame:
    """The account with its costs, each a fraction of the wealth of the close before.

    Parameters
    ----------
    account
        See :class:`rnn_trading.portfolio.accounting.Account`.
    costs
        See :class:`rnn_trading.portfolio.parameters.CostParameters`.
    market
        For its volumes; None: there is no impact.

    Returns
    -------
    pandas.DataFrame
        ``by_session`` with ``cost`` (proportional), ``borrow``, ``impact`` (zeros without volumes), and ``net``: the
        gross return less all three.

    Examples
    --------
    >>> from rnn_trading.portfolio.accounting import Account
    >>> from rnn_trading.portfolio.parameters import CostParameters
    >>> day = pd.DatetimeIndex(["2020-01-03"], name="date")
    >>> account = Account(pd.DataFrame({"gross": 0.01, "traded": 2.0, "borrowed": 0.1}, day), pd.DataFrame())
    >>> costs = CostParameters(basis_points=10, shown=[], borrow=0.02, impact=0, capital=1, sessions=21)
    >>> with_costs(account, costs)[["cost", "borrow", "net"]].round(6).to_numpy().tolist()
    [[0.002, 0.002, 0.006]]
    """
    table = account.by_session
    cost, borrow = table["traded"] * costs.basis_points * BASIS_POINT, table["borrowed"] * costs.borrow
    impact = impact_of(account.trades, market, costs).reindex(table.index, fill_value=0.0)
    return table.assign(cost=cost, borrow=borrow, impact=impact, net=table["gross"] - cost - borrow - impact)


def impact_of(trades: pd.DataFrame, market: Market | None, costs: CostParameters) -> pd.Series:
    """What trades lose by moving prices, by the square-root law (Almgren and others, 2005; Tóth and others, 2011).

    A trade of money ``x`` moves a price by ``impact * s * sqrt(x / v)``, with the standard deviation ``s`` of the
    returns of a session and the mean money ``v`` that was traded in one, both over the sessions before the trade.

    Parameters
    ----------
    trades
        See :class:`rnn_trading.portfolio.accounting.Account`.
    market, costs
        See :func:`with_costs`.

    Returns
    -------
    pandas.Series
        By date. A trade of a name without volume in these sessions has none, and is counted by
        :func:`without_volume`.
    """
    if market is None or market.volumes is None or not costs.impact or trades.empty:
        return pd.Series(dtype="float64")
    money, volume, deviation = _traded(trades, market, market.volumes, costs.sessions)
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = costs.impact * money * deviation * np.sqrt(money * costs.capital / volume)
    return pd.Series(np.where(np.isfinite(lost), lost, 0.0)).groupby(trades["date"].to_numpy()).sum()


def without_volume(trades: pd.DataFrame, market: Market, sessions: int) -> int:
    """How many trades are of names whose volume before is not known, or zero: these have no impact."""
    if market.volumes is None or trades.empty:
        return 0
    money, volume, deviation = _traded(trades, market, market.volumes, sessions)
    return int(((money > 0) & ~((volume > 0) & np.isfinite(deviation))).sum())


def _traded(
    trades: pd.DataFrame, market: Market, volumes: pd.DataFrame, sessions: int
) -> tuple[Vector, Vector, Vector]:
    """Of each trade its money, and the mean money and standard deviation of the sessions before."""
    money = (market.priced * volumes).rolling(sessions, min_periods=1).mean().shift(1)
    deviation = market.valued.pct_change(fill_method=None).rolling(sessions, min_periods=2).std().shift(1)
    rows = market.sessions.get_indexer(pd.DatetimeIndex(trades["date"]))
    columns = market.priced.columns.get_indexer(pd.Index(trades["ticker"]))
    return trades["money"].to_numpy(), money.to_numpy()[rows, columns], deviation.to_numpy()[rows, columns]


def break_even(table: pd.DataFrame) -> float:
    """Cost of a side, in basis points, at which nothing is left of the mean return, after the borrow fee and impact.

    Parameters
    ----------
    table
        See :func:`with_costs`.

    Returns
    -------
    float
        Below zero where nothing is left even without costs; infinite where nothing is traded.

    Examples
    --------
    >>> break_even(pd.DataFrame({"gross": [0.001, 0.003], "traded": [1.0, 3.0], "borrow": 0.0, "impact": 0.0}))
    10.0
    """
    left = float((table["gross"] - table["borrow"] - table["impact"]).mean())
    traded = float(table["traded"].mean())
    return round(left / traded / BASIS_POINT, 10) if traded else math.copysign(math.inf, left)


def capacity(table: pd.DataFrame, capital: float) -> float | None:
    """Money at which impact takes all that the other costs leave: it grows with the root of what is invested.

    Parameters
    ----------
    table
        See :func:`with_costs`, made with this capital.
    capital
        Of the impact.

    Returns
    -------
    float or None
        0 where nothing is left without impact; None without impact.

    Examples
    --------
    Impact takes a third of what is left: with nine times the money it takes all.

    >>> capacity(pd.DataFrame({"gross": [0.004], "cost": 0.0005, "borrow": 0.0005, "impact": 0.001}), 1e6)
    9000000.0
    """
    impact = float(table["impact"].mean())
    if not impact:
        return None
    left = float((table["gross"] - table["cost"] - table["borrow"]).mean())
    return round(capital * (left / impact) ** 2, 4) if left > 0 else 0.0


def curve(table: pd.DataFrame, basis_points: list[float]) -> pd.Series:
    """Mean net return of a session at several proportional costs, in basis points of a side.

    Examples
    --------
    >>> table = pd.DataFrame({"gross": [0.004], "traded": 2.0, "borrow": 0.0, "impact": 0.001})
    >>> curve(table, [0, 10]).round(6).to_dict()
    {0.0: 0.003, 10.0: 0.001}
    """
    left, traded = table["gross"] - table["borrow"] - table["impact"], float(table["traded"].mean())
    points = sorted({float(each) for each in basis_points})
    return pd.Series([float(left.mean()) - each * BASIS_POINT * traded for each in points], index=points)
