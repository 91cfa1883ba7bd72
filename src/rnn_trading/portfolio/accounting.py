"""The account of a portfolio, session by session: what its positions earn, and what is traded.

All is in fractions of wealth. A book is entered at a close: its weights are of the wealth of that close. Until the next
one positions are left alone, so that weights drift with prices. Cash earns nothing, and financing is free.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.portfolio.holding import Holdings, Market
from rnn_trading.portfolio.parameters import PortfolioError

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]
DAYS_A_YEAR = 365


@dataclass(frozen=True)
class Account:
    """What a portfolio did.

    Attributes
    ----------
    by_session
        Index ``date``, from the first entry to the last exit. ``gross``: return; ``traded``: what is bought and sold at
        the close, as a fraction of the wealth of the close before, as the return is; ``borrowed``: short positions
        times the days for which they were held, over 365; ``long``, ``short``: exposure after the close; ``names``.
    trades
        One row a trade or position at an entry or exit: ``date``, ``ticker``, ``before`` (weight that had drifted),
        ``weight`` (after), ``money``: what is traded, as ``traded`` of the session; ``untraded``: whether it should
        have been traded and had no price.
    """

    by_session: pd.DataFrame
    trades: pd.DataFrame


def account_of(weights: pd.DataFrame, market: Market, holdings: Holdings) -> Account:
    """Enter each book, let it drift, and close the last.

    Parameters
    ----------
    weights
        Of the books, ``known`` x names; see :mod:`rnn_trading.portfolio.weights`. Names are some of the market's.
    market, holdings
        See the classes.

    Raises
    ------
    PortfolioError
        If more than all is lost.
    """
    book = _Book(market, weights.columns)
    targets = weights.loc[holdings.known].to_numpy()
    for place, (entry, end) in enumerate(zip(holdings.entries, holdings.ends, strict=True)):
        book.trade(int(entry), targets[place])
        book.hold(int(entry), int(end))
        if place + 1 == len(holdings.entries) or holdings.entries[place + 1] > end:
            book.trade(int(end), np.zeros(len(weights.columns)))
            if place + 1 < len(holdings.entries):
                book.hold(int(end), int(holdings.entries[place + 1]))
    return book.account()


class _Book:
    """Positions as weights of wealth, and what was noted of every session."""

    def __init__(self, market: Market, names: pd.Index) -> None:
        self.sessions, self.names = market.sessions, names
        self.priced = market.priced[names].notna().to_numpy()
        self.valued, self.gone = market.valued[names].to_numpy(), market.gone[names].to_numpy()
        self.days = np.diff(self.sessions, prepend=self.sessions[:1]) / pd.Timedelta(days=1)
        self.weights: Vector = np.zeros(len(names))
        self.rows: dict[int, dict[str, float]] = {}
        self.trades: list[pd.DataFrame] = []

    def trade(self, at: int, target: Vector) -> None:
        """Go to weights at the close of a session, as far as there are prices; NaN: keep what is held."""
        before = np.where(self.gone[at], 0.0, self.weights)  # what was left of these is cash
        wanted = before if np.isnan(target).any() else target
        after = np.where(self.priced[at], wanted, before)
        untraded = (after != wanted) & (wanted != before)
        row = self.rows.setdefault(at, self._row(at, 0.0, 0.0))
        money = np.abs(after - before) * (1 + row["gross"])
        row["traded"] += float(money.sum())
        self.weights = after
        row |= self._exposure(after, self.gone[at])
        noted = np.flatnonzero((before != 0) | (after != 0) | untraded)
        self.trades.append(
            pd.DataFrame(
                {
                    "date": self.sessions[at],
                    "ticker": self.names[noted],
                    "before": before[noted],
                    "weight": after[noted],
                    "money": money[noted],
                    "untraded": untraded[noted],
                }
            )
        )

    def hold(self, entry: int, end: int) -> None:
        """Let positions drift from one close to another."""
        held = np.flatnonzero(self.weights)
        growth = self.valued[entry : end + 1, held] / self.valued[entry, held]
        positions = self.weights[held] * growth  # of the wealth at the entry
        wealth = 1 + (positions - self.weights[held]).sum(axis=1)
        if (wealth <= 0).any():
            ruined = self.sessions[entry + int((wealth <= 0).argmax())]
            raise PortfolioError(
                f"More than all is lost on {ruined:%Y-%m-%d}: no portfolio goes on from there. Check the prices of that "
                "day, or take smaller weights."
            )
        gone = self.gone[entry : end + 1, held]
        for step in range(1, end - entry + 1):
            at, shares = entry + step, positions[step] / wealth[step]
            short = -np.minimum(np.where(gone[step - 1], 0.0, positions[step - 1]), 0).sum() / wealth[step - 1]
            self.rows[at] = self._row(at, wealth[step] / wealth[step - 1] - 1, short)
            self.rows[at] |= self._exposure(shares, gone[step])
        self.weights = np.zeros(len(self.names))
        self.weights[held] = positions[-1] / wealth[-1]

    def _row(self, at: int, gross: float, short: float) -> dict[str, float]:
        borrowed = short * self.days[at] / DAYS_A_YEAR
        return {"gross": float(gross), "traded": 0.0, "borrowed": float(borrowed), "long": 0.0, "short": 0.0, "names": 0}

    def _exposure(self, weights: Vector, gone: Mask) -> dict[str, float]:
        there = np.where(gone, 0.0, weights)
        return {
            "long": float(np.maximum(there, 0).sum()),
            "short": float(-np.minimum(there, 0).sum()),
            "names": int((there != 0).sum()),
        }

    def account(self) -> Account:
        """What was noted, as tables."""
        places = sorted(self.rows)
        index = pd.DatetimeIndex(self.sessions[places], name="date")
        by_session = pd.DataFrame([self.rows[place] for place in places], index=index)
        return Account(by_session, pd.concat(self.trades, ignore_index=True))
