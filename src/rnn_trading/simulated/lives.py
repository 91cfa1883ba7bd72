"""A panel in which some tickers die and some list late, and the same again with other deaths and listings.

A ticker dies as in real files: its rows end, or its last price is carried on with a volume of zero. Who treats tickers
by what becomes of them later is found by another future, in which it becomes of others.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.simulated.sources import (
    SESSIONS_A_WEEK,
    WEEKLY_VOLATILITY,
    as_panel,
    reversing_changes,
)

SHARE_THAT_DIES, SHARE_THAT_LISTS_LATE = 0.2, 0.2
FIRST_PRICE, MEDIAN_VOLUME = 50.0, 1e6
# A row of the last week before a date has its outcome after it. That an outcome is missing is no knowledge of the
# future: for so long nobody dies or lists in one future alone.
UNTOUCHED_SESSIONS = 3 * SESSIONS_A_WEEK


@dataclass(frozen=True)
class Lives:
    """By ticker: the session of the listing, the first one after death, and whether rows end with it."""

    listed: NDArray[np.int64]
    died: NDArray[np.int64]
    ended: NDArray[np.bool_]


def prices(strength: float, seed: int, tickers: int, weeks: int) -> dict[str, Any]:
    """Daily prices and volumes of tickers of which a fifth dies and another fifth lists late.

    Parameters
    ----------
    strength, seed, tickers, weeks
        See :func:`rnn_trading.simulated.sources.prices`.

    Returns
    -------
    dict
        ``prices_source``, with volumes. Every other ticker that dies keeps its last price with a volume of zero; the
        rows of the others end. Deaths and listings are spread over all sessions.
    """
    closes = FIRST_PRICE * np.exp(reversing_changes(strength, seed, tickers, weeks).cumsum(axis=0))
    generator = np.random.default_rng([seed, 10])
    sessions, order = len(closes), generator.permutation(tickers)
    dying = order[: round(SHARE_THAT_DIES * tickers)]
    late = order[len(dying) :][: round(SHARE_THAT_LISTS_LATE * tickers)]
    lives = Lives(np.zeros(tickers, dtype=np.int64), np.full(tickers, sessions), np.arange(tickers) % 2 == 0)
    lives.died[dying] = _spread(len(dying), 0, sessions, generator)
    lives.ended[dying] = np.arange(len(dying)) % 2 == 0
    lives.listed[late] = _spread(len(late), 0, sessions, generator)
    return _table(as_panel(closes), _volumes(generator, closes.shape), lives)


def another_future(sources: dict[str, Any], after: pd.Timestamp, seed: int) -> dict[str, Any]:
    """The same panel up to a date; after it other changes, deaths and listings.

    Parameters
    ----------
    sources
        Of :func:`prices`.
    after
        Last date that both panels share.
    seed
        Of the other future.

    Returns
    -------
    dict
        Who is dead stays dead. Of those who live, who died later lives on, and a third of the others dies. Who lists
        later lists at another time. None of this happens within three weeks of the date: who dies or lists in them does
        so in both futures.
    """
    table = sources["prices_source"]
    closes, volumes = (table[column].unstack("ticker").sort_index() for column in ("adj_close", "adj_volume"))
    generator = np.random.default_rng([seed, 11])
    early, sessions = int((closes.index <= after).sum()), len(closes)
    walks = generator.normal(
        scale=WEEKLY_VOLATILITY / np.sqrt(SESSIONS_A_WEEK), size=(sessions - early, closes.shape[1])
    )
    start = closes.iloc[early - 1].fillna(FIRST_PRICE).to_numpy()
    other = closes.copy()
    other.iloc[early:] = start * np.exp(walks.cumsum(axis=0))
    traded = volumes.to_numpy(copy=True)
    before = _lives_of(closes, traded)
    traded[early:] = _volumes(generator, walks.shape)
    return _table(other, traded, _other_lives(before, early + UNTOUCHED_SESSIONS, sessions, generator))


def _lives_of(closes: pd.DataFrame, traded: NDArray[np.float64]) -> Lives:
    alive = traded > 0
    return Lives(alive.argmax(axis=0), len(alive) - alive[::-1].argmax(axis=0), closes.iloc[-1].isna().to_numpy())


def _other_lives(before: Lives, soon: int, sessions: int, generator: np.random.Generator) -> Lives:
    """Lives that agree with those before up to a session."""
    listed, died, ended = before.listed.copy(), before.died.copy(), before.ended.copy()
    unlisted = np.flatnonzero(listed >= soon)
    listed[unlisted] = _spread(len(unlisted), soon, sessions, generator)
    surviving = np.flatnonzero((listed < soon) & (died == sessions))
    died[died >= soon] = sessions
    dying = generator.permutation(surviving)[: len(surviving) // 3]
    died[dying] = _spread(len(dying), soon, sessions, generator)
    ended[dying] = np.arange(len(dying)) % 2 == 0
    return Lives(listed, died, ended)


def _table(closes: pd.DataFrame, volumes: NDArray[np.float64], lives: Lives) -> dict[str, Any]:
    """The canonical table of tickers that trade from their listing to their death."""
    sessions = np.arange(len(closes))[:, None]
    dead = sessions >= lives.died
    last = closes.to_numpy()[lives.died - 1, np.arange(closes.shape[1])]
    there = (sessions >= lives.listed) & ~(dead & lives.ended)
    values = np.where(there, np.where(dead, last, closes), np.nan)
    traded = np.where(there, np.where(dead, 0.0, volumes), np.nan)
    columns = {"adj_close": values, "adj_volume": traded}
    long = {name: pd.DataFrame(one, closes.index, closes.columns).stack() for name, one in columns.items()}
    return {"prices_source": pd.DataFrame(long).dropna().swaplevel().sort_index()}


def _volumes(generator: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    return generator.lognormal(np.log(MEDIAN_VOLUME), 0.5, size=shape)


def _spread(count: int, first: int, last: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Sessions spread over those between two, each shifted by chance within its stretch."""
    stretch = (last - first) / (count + 1)
    return (first + (np.arange(count) + generator.uniform(0.5, 1.5, size=count)) * stretch).astype(np.int64)
