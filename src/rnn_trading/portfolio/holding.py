"""From when to when each book of positions is held, and at which prices."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.portfolio.parameters import PortfolioError
from rnn_trading.tables import prices as px

# A pause of forecasts that is longer than so many usual ones ends a book.
LONGEST_HOLDING = 3


@dataclass(frozen=True)
class Market:
    """Prices at which is traded, sessions x names.

    Attributes
    ----------
    priced
        Prices as they came; NaN where there is none, and nothing can be traded.
    valued
        What a share is worth: the last price where there is none, and what is left of a name that vanished, after its
        last price. NaN before the first price.
    gone
        Whether a name has vanished: its last price lies more than some sessions before the last of all.
    volumes
        Shares; None if there are none.
    """

    priced: pd.DataFrame
    valued: pd.DataFrame
    gone: pd.DataFrame
    volumes: pd.DataFrame | None

    @property
    def sessions(self) -> pd.DatetimeIndex:
        """Dates of the sessions."""
        return pd.DatetimeIndex(self.priced.index)


def market_of(prices: pd.DataFrame, presence: float, after_sessions: int, terminal_return: float) -> Market:
    """The market of the canonical table of :mod:`rnn_trading.tables.prices`.

    Parameters
    ----------
    prices
        The table.
    presence
        Share of the names that must have a price, or the date is no session; see
        :func:`rnn_trading.tables.prices.thin_sessions`.
    after_sessions, terminal_return
        When a name counts as vanished, and its last return; see
        :func:`rnn_trading.tables.prices.add_terminal_prices`.

    Examples
    --------
    B has no price after the second day: a share of it is worth half of the last one from then on.

    >>> from rnn_trading.tables import prices as px
    >>> days = pd.date_range("2020-01-01", periods=4)
    >>> raw = pd.DataFrame({"ticker": [*"AAAABB"], "date": [*days, *days[:2]], "adj_close": [1, 1, 2, 2, 8, 10]})
    >>> market = market_of(px.parse_prices(raw, "mine.csv")[0], 0.0, 1, -0.5)
    >>> market.valued["B"].tolist(), market.gone["B"].tolist()
    ([8.0, 10.0, 5.0, 5.0], [False, False, True, True])
    """
    priced = px.price_panel(prices)
    priced = priced[~px.thin_sessions(priced, presence)]
    gone = pd.DataFrame(False, priced.index, priced.columns)
    for ticker, last in px.delisted(priced, after_sessions).items():
        gone.iloc[last + 1 :, priced.columns.get_loc(ticker)] = True
    valued = px.add_terminal_prices(priced, terminal_return, after_sessions).ffill()
    has_volumes = "adj_volume" in prices and prices["adj_volume"].notna().any()
    volumes = px.price_panel(prices, "adj_volume").reindex_like(priced) if has_volumes else None
    return Market(priced, valued, gone, volumes)


@dataclass(frozen=True)
class Holdings:
    """When books are entered and left.

    Attributes
    ----------
    known
        Of each book the session after which its forecasts were known, ``(books,)``.
    entries
        Position of the session at whose close it is entered, ascending, ``(books,)``.
    ends
        Position of the session at whose close it is left: the next entry, or earlier where forecasts pause.
    counts
        ``not_yet_tradable``: dates whose first tradable close lies after the prices; ``pauses``: books that were left
        without a next one, the last not counted.
    """

    known: pd.DatetimeIndex
    entries: NDArray[np.int64]
    ends: NDArray[np.int64]
    counts: dict[str, int]


def holdings_of(known: pd.DatetimeIndex, sessions: pd.DatetimeIndex, lag: int, hold: int | None = None) -> Holdings:
    """When books of forecasts are entered and left.

    Parameters
    ----------
    known
        Sessions after which forecasts were known, ascending, each once.
    sessions
        Of the prices.
    lag, hold
        See :class:`rnn_trading.portfolio.parameters.PortfolioParameters`.

    Returns
    -------
    Holdings
        The last book is left after ``hold`` sessions, or with the last prices.

    Raises
    ------
    PortfolioError
        If no book could be held for a session, or there is one alone, and ``hold`` is None.

    Examples
    --------
    >>> sessions = pd.bdate_range("2020-01-06", periods=12)
    >>> made = holdings_of(sessions[[0, 5]], sessions, lag=1)
    >>> made.entries.tolist(), made.ends.tolist()
    ([1, 6], [6, 11])
    """
    places = sessions.get_indexer(known) + lag
    tradable = places < len(sessions) - 1
    if not tradable.any():
        raise PortfolioError(
            f"Nothing can be traded: the first forecasts were known on {known[0]:%Y-%m-%d}, and prices end on "
            f"{sessions[-1]:%Y-%m-%d}. A book is entered as many sessions after its forecasts as portfolio.lag says "
            f"({lag}), and held for one at least."
        )
    entries = places[tradable]
    if len(places) == 1 and hold is None:
        raise PortfolioError(
            f"All forecasts were known on {known[0]:%Y-%m-%d}: nothing says for how long they are held. Say it in "
            "sessions, such as --params portfolio.hold=5 for a week."
        )
    usual = hold or int(np.median(np.diff(places)))
    following = np.append(entries[1:], len(sessions) - 1)
    pauses = following - entries > LONGEST_HOLDING * usual
    pauses[-1] = True
    ends = np.where(pauses, np.minimum(entries + usual, following), following)
    counts = {"not_yet_tradable": int((~tradable).sum()), "pauses": int(pauses[:-1].sum())}
    return Holdings(known[tradable], entries, ends, counts)
