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
NOTED = ("gross", "traded", "borrowed", "long", "short", "names")


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
        days = np.diff(self.sessions, prepend=self.sessions[:1]) / pd.Timedelta(days=1)
        self.years: Vector = np.asarray(days, dtype=np.float64) / DAYS_A_YEAR
        self.weights: Vector = np.zeros(len(names))
        self.noted = {name: np.zeros(len(self.sessions)) for name in NOTED}
        self.first, self.last = len(self.sessions), 0
        self.trades: list[tuple[Vector | NDArray[np.int64] | Mask, ...]] = []

    def trade(self, at: int, target: Vector) -> None:
        """Go to weights at the close of a session, as far as there are prices; NaN: keep what is held."""
        before = np.where(self.gone[at], 0.0, self.weights)  # what was left of these is cash
        wanted = before if np.isnan(target).any() else target
        after = np.where(self.priced[at], wanted, before)
        untraded = after != wanted
        money = np.abs(after - before) * (1 + self.noted["gross"][at])
        self.noted["traded"][at] += money.sum()
        self.weights = after
        self._note_exposure(slice(at, at + 1), after[None])
        self.first, self.last = min(self.first, at), max(self.last, at)
        noted = np.flatnonzero((before != 0) | (after != 0) | untraded)
        of_each = (before[noted], after[noted], money[noted], untraded[noted])
        self.trades.append((np.full(len(noted), at), noted, *of_each))

    def hold(self, entry: int, end: int) -> None:
        """Let positions drift from one close to another."""
        held = np.flatnonzero(self.weights)
        growth = self.valued[entry : end + 1, held] / self.valued[entry, held]
        positions = self.weights[held] * growth  # of the wealth at the entry
        wealth = 1 + (positions - self.weights[held]).sum(axis=1)
        if (wealth <= 0).any():
            ruined = self.sessions[entry + int((wealth <= 0).argmax())]
            raise PortfolioError(
                f"More than all is lost on {ruined:%Y-%m-%d}: no portfolio goes on from there. Check the prices of "
                "that day."
            )
        shares = positions / wealth[:, None]
        alive = np.where(self.gone[entry : end + 1, held], 0.0, shares)
        after = slice(entry + 1, end + 1)
        self.noted["gross"][after] = wealth[1:] / wealth[:-1] - 1
        self.noted["borrowed"][after] = -np.minimum(alive[:-1], 0).sum(axis=1) * self.years[after]
        self._note_exposure(after, alive[1:])
        self.weights = np.zeros(len(self.names))
        self.weights[held] = shares[-1]

    def _note_exposure(self, at: slice, weights: Matrix) -> None:
        """Of weights after some closes, sessions x names, without what is gone."""
        long = np.maximum(weights, 0).sum(axis=1)
        self.noted["long"][at], self.noted["short"][at] = long, long - weights.sum(axis=1)
        self.noted["names"][at] = (weights != 0).sum(axis=1)

    def account(self) -> Account:
        """What was noted, as tables."""
        whole = slice(self.first, self.last + 1)
        index = pd.DatetimeIndex(self.sessions[whole], name="date")
        by_session = pd.DataFrame({name: values[whole] for name, values in self.noted.items()}, index=index)
        at, names, *of_each = (np.concatenate(column) for column in zip(*self.trades, strict=True))
        trades = {"date": self.sessions[at], "ticker": self.names[names]}
        columns = zip(("before", "weight", "money", "untraded"), of_each, strict=True)
        return Account(by_session, pd.DataFrame(trades | dict(columns)))
