"""The newest rows of a source: those whose outcome is still to come.

Sequences and windows are made of pasts and of what followed. Here a source goes on for some periods with made-up
values, so that the same functions make the rows of the period that comes. No input of such a row reaches into it; what
it says of an outcome is made up, and is not shown.

A row that was forecast in the training is forecast at its old place among as many others: the last digit of a forecast
depends on the place in its batch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.panels.sequence_parameters import SequenceParameters
from rnn_trading.panels.view import PanelWindows
from rnn_trading.tables import prices as px
from rnn_trading.tables.coming import DAY, WEEK, coming_sessions, week_of, whole_weeks

STEP = 0.001  # from one made-up price to the next
KNOWN_PARTS = ("train", "validation")


class LatestError(ValueError):
    """There is no forecast of the future; the message says why, and what to do."""


@dataclass(frozen=True)
class Newest:
    """A source that goes on into the period that comes.

    Attributes
    ----------
    source
        The table with made-up values after ``last``; of filings, the newest of them.
    sessions
        Dates of what is known.
    last
        Date of the last value that is known.
    there_until
        Date of the last value that is there: later than ``last`` where a week goes on.
    coming
        Date of the newest rows; of filings, each of which has its own, the first session after ``last``.
    tradeable
        First date on which one could trade after ``last``; None: there is no market.
    """

    source: pd.DataFrame
    sessions: pd.DatetimeIndex
    last: pd.Timestamp
    there_until: pd.Timestamp
    coming: pd.Timestamp
    tradeable: pd.Timestamp | None


def taken(dates: pd.DatetimeIndex, *limits: date | None) -> pd.DatetimeIndex:
    """Dates until the earliest of some limits.

    Raises
    ------
    LatestError
        If there is none.

    Examples
    --------
    >>> from datetime import date
    >>> days = pd.date_range("2020-01-01", periods=3)
    >>> [f"{day:%d}" for day in taken(days, None, date(2020, 1, 2))]
    ['01', '02']
    """
    until = min((pd.Timestamp(limit) for limit in limits if limit is not None), default=dates.max())
    found = dates[dates <= until]
    if found.empty:
        first = f" until {until:%Y-%m-%d}: the first is of {dates.min():%Y-%m-%d}" if len(dates) else ""
        raise LatestError(f"No value is there{first}. Bring values, or set latest.until later.")
    return found


def newest_prices(
    prices: pd.DataFrame,
    sequence: SequenceParameters,
    rest_days: tuple[int, ...],
    today: pd.Timestamp,
    until: date | None,
) -> Newest:
    """Prices of many tickers that go on until the outcome of the coming day or week would be known.

    Parameters
    ----------
    prices
        The canonical table.
    sequence
        Says whether rows are of days or of weeks, how long after a period one trades, and what is a session.
    rest_days
        Weekdays on which the exchange is closed, 0 for Monday.
    today
        The date of the run: a week that goes on by then is left out.
    until
        Last date whose prices are taken; None: all there are.

    Returns
    -------
    Newest
        Prices go on of tickers with a price in the last session, or, of weeks, in the last week. Sessions on which most
        tickers have no price are none here, as in the training.

    Raises
    ------
    LatestError
        If there is no price until then, or no week is over.

    Examples
    --------
    >>> days = pd.bdate_range("2022-12-19", "2022-12-28")
    >>> index = pd.MultiIndex.from_product([["A"], days], names=["ticker", "date"])
    >>> prices = pd.DataFrame({"adj_close": 100.0}, index=index)
    >>> from types import SimpleNamespace
    >>> weekly = SimpleNamespace(period="weekly", entry_lag=1, until=None, session_presence=0.5)
    >>> newest = newest_prices(prices, weekly, (5, 6), pd.Timestamp("2022-12-28"), None)
    >>> [f"{day:%Y-%m-%d}" for day in (newest.last, newest.tradeable, newest.coming)]
    ['2022-12-23', '2022-12-26', '2023-01-01']
    """
    panel = px.price_panel(prices)
    every = pd.DatetimeIndex(panel.index[~px.thin_sessions(panel, sequence.session_presence)])
    there = taken(every, sequence.until, until)
    weekly = sequence.period == "weekly"
    sessions = there
    if weekly:
        over_by = today if until is None else max(pd.Timestamp(until), there[-1])
        sessions = whole_weeks(there, rest_days, over_by)
        _refuse_no_week(sessions, there)
    last = sessions[-1]
    end = week_of(last) if weekly else last
    # What is left of a week that is over has no session, whether it was a holiday or not: nothing is made up there.
    later = (day for day in coming_sessions(sessions, rest_days, every[every > last]) if day > end)
    first = next(later)
    coming = end + WEEK * DAY if weekly else first
    made_up = [first]
    while weekly and made_up[-1] <= coming:
        made_up.append(next(later))
    made_up += islice(later, sequence.entry_lag + 1)
    since = end - (WEEK - 1) * DAY if weekly else last
    return Newest(_gone_on(prices, since, last, made_up), sessions, last, there[-1], coming, first)


def _refuse_no_week(whole: pd.DatetimeIndex, there: pd.DatetimeIndex) -> None:
    if whole.empty:
        raise LatestError(f"No week is over: prices run from {there[0]:%Y-%m-%d} to {there[-1]:%Y-%m-%d}. Bring more.")


def _gone_on(prices: pd.DataFrame, since: pd.Timestamp, last: pd.Timestamp, days: list[pd.Timestamp]) -> pd.DataFrame:
    """The last price of each ticker since a date again and again, each a little higher: so that none of them is stale.

    What came after ``last`` is left out.
    """
    dates = prices.index.get_level_values("date")
    known = prices[dates <= last]
    of_last = prices[(dates >= since) & (dates <= last)].groupby(level="ticker").tail(1).droplevel("date")
    price = of_last.columns[0]
    further = [
        of_last.assign(**{price: of_last[price] * (1 + STEP * number)}, date=day).set_index("date", append=True)
        for number, day in enumerate(days, start=1)
    ]
    return pd.concat([known, *further]).sort_index()


def newest_index(
    prices: pd.DataFrame,
    rest_days: tuple[int, ...],
    limits: tuple[date | None, ...],
    periods: int,
    planned: pd.DatetimeIndex,
) -> Newest:
    """Prices of one index that go on for some sessions.

    Parameters
    ----------
    prices
        The canonical table, index ``date``.
    rest_days
        Weekdays on which the exchange is closed, 0 for Monday.
    limits
        Last dates whose prices are taken, of which the earliest counts; None is none.
    periods
        Sessions that come at least.
    planned
        Dates of the rows of the training: those after the last price are sessions that come, too.

    Examples
    --------
    >>> days = pd.DatetimeIndex(pd.bdate_range("2022-12-19", "2022-12-23"), name="date")
    >>> prices = pd.DataFrame({"close": [1.0, 2.0, 3.0, 4.0, 5.0]}, index=days)
    >>> newest = newest_index(prices, (5, 6), (None,), 2, days[:0])
    >>> print(newest.source.tail(3).to_string(index_names=False))
                close
    2022-12-23  5.000
    2022-12-26  5.005
    2022-12-27  5.010
    >>> f"{newest.coming:%Y-%m-%d}"
    '2022-12-26'
    """
    sessions = taken(pd.DatetimeIndex(prices.index), *limits)
    last = sessions[-1]
    there = pd.DatetimeIndex(prices.index[prices.index > last]).union(planned[planned > last])
    days = [*islice(coming_sessions(sessions, rest_days, there), max(periods, int((planned > last).sum())))]
    return Newest(_risen(prices.loc[:last], days), sessions, last, last, days[0], days[0])


def newest_months(
    macro: pd.DataFrame, limits: tuple[date | None, ...], periods: int, planned: pd.DatetimeIndex
) -> Newest:
    """Monthly series that go on for some months; parameters as of :func:`newest_index`.

    Examples
    --------
    >>> months = pd.DatetimeIndex(["2020-11-01", "2020-12-01"], name="date")
    >>> newest = newest_months(pd.DataFrame({"rate": [1.0, 2.0]}, index=months), (None,), 1, months[:0])
    >>> f"{newest.last:%Y-%m}", f"{newest.coming:%Y-%m}", len(newest.source)
    ('2020-12', '2021-01', 3)
    """
    # Months in which one of the series is not published yet are not known.
    last = taken(pd.DatetimeIndex(macro.dropna().index), *limits)[-1]
    known = macro.loc[:last]
    count = max(periods, int((planned > last).sum()))
    months = [*pd.date_range(last, periods=count + 1, freq="MS")[1:]]
    return Newest(_risen(known, months), pd.DatetimeIndex(known.index), last, last, months[0], None)


def _risen(table: pd.DataFrame, days: list[pd.Timestamp]) -> pd.DataFrame:
    """The last row again and again, each a little higher than the one before."""
    factors = 1 + STEP * np.arange(1, len(days) + 1)
    further = pd.DataFrame(
        table.iloc[-1].to_numpy(dtype=float) * factors[:, None],
        index=pd.DatetimeIndex(days, name=table.index.name),
        columns=table.columns,
    )
    return pd.concat([table, further])


def newest_split(split: pd.DataFrame, coming: list[pd.Timestamp]) -> pd.DataFrame:
    """The split of a fold with what comes as its test.

    Examples
    --------
    >>> days = pd.date_range("2020-01-01", periods=3, name="date")
    >>> split = pd.DataFrame({"split": ["train", "validation", "test"]}, index=days)
    >>> print(newest_split(split, [pd.Timestamp("2020-01-06")]).to_string(index_names=False))
                     split
    2020-01-01       train
    2020-01-02  validation
    2020-01-06        test
    """
    known = split.loc[split["split"].isin(KNOWN_PARTS), ["split"]].astype("str")
    test = pd.DataFrame({"split": "test"}, index=pd.DatetimeIndex(coming, name=split.index.name))
    return pd.concat([known, test]).sort_index()


def in_old_places(
    panel: PanelWindows, split: pd.DataFrame, coming: pd.Timestamp, trained: pd.MultiIndex
) -> tuple[PanelWindows, pd.DataFrame]:
    """The newest rows at the places at which they were forecast in the training.

    Parameters
    ----------
    panel
        Rows until the coming period.
    split
        See :func:`newest_split`.
    coming
        Date of the newest rows.
    trained
        Ticker and date of the rows that were forecast, in their order. Where they hold no newest row nothing changes.

    Returns
    -------
    tuple
        The training rows, then as many rows as ``trained`` has: validation rows and newest rows at their places, and,
        at those of rows that are not known yet, newest tickers in periods made up for it; then newest rows that have no
        place. And the split with these periods in its test.

    Examples
    --------
    The row of B, the second of two, is the second again, although the one before it is not asked for.

    >>> from rnn_trading.panels.view import PanelWindows
    >>> panel = PanelWindows(
    ...     past=np.array([[0.1, 0.5], [0.2, -0.5], [0.3, 0.4]]),
    ...     tickers=pd.Index(["A", "B"], name="ticker"),
    ...     periods=pd.date_range("2020-01-05", periods=3, freq="W", name="date"),
    ...     ticker_code=np.array([1], dtype=np.int32),
    ...     period=np.array([2], dtype=np.int32),
    ...     future=np.array([0.0]),
    ...     lags=1,
    ...     order="oldest_first",
    ...     winsorise=None,
    ... )
    >>> coming = panel.periods[2]
    >>> trained = pd.MultiIndex.from_tuples([("A", coming), ("B", coming)], names=["ticker", "date"])
    >>> split = pd.DataFrame({"split": ["test"]}, index=panel.periods[2:])
    >>> placed, _ = in_old_places(panel, split, coming, trained)
    >>> [(ticker, f"{date:%Y-%m-%d}") for ticker, date in placed.index]
    [('B', '2020-01-20'), ('B', '2020-01-19')]
    """
    newest = np.flatnonzero(panel.dates == coming)
    place = trained.get_indexer(panel.index)
    if not (place[newest] >= 0).any():
        return panel, split
    parts = split["split"].reindex(panel.dates).to_numpy()
    train, known = parts == "train", (place >= 0) & np.isin(parts, ["validation", "test"])
    slots = np.full(len(trained), -1, dtype=np.int64)
    slots[place[known]] = np.flatnonzero(known)
    empty = np.flatnonzero(slots < 0)
    lent = newest[np.arange(len(empty)) % len(newest)]
    extra = newest[place[newest] < 0]
    rows = np.concatenate([np.flatnonzero(train), np.where(slots < 0, newest[0], slots), extra])
    at = int(train.sum()) + empty
    further = -(-len(empty) // len(newest))
    period, code, future = (getattr(panel, name)[rows] for name in ("period", "ticker_code", "future"))
    period[at] = len(panel.periods) + np.arange(len(empty)) // len(newest)
    code[at], future[at] = panel.ticker_code[lent], panel.future[lent]
    # What stands in periods made up: newest windows again, which are whole.
    first = int(panel.period[newest[0]])
    past = np.vstack([panel.past, panel.past[first - panel.lags : first][np.arange(further) % panel.lags]])
    past[first : len(panel.periods)] = panel.past[first - 1]
    made_up = pd.date_range(panel.periods[-1] + pd.Timedelta(days=1), periods=further, freq="D")
    periods = panel.periods.append(made_up).rename(panel.periods.name)
    placed = replace(panel, past=past, periods=periods, period=period, ticker_code=code, future=future)
    test = pd.DataFrame({"split": "test"}, index=made_up.rename(split.index.name))
    return placed, pd.concat([split, test])


def newest_rows(table: pd.DataFrame, keys: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Which rows of a table have some values in columns or levels of the index, ``(rows,)``.

    Examples
    --------
    >>> table = pd.DataFrame({"run": ["free_run", "restarted"], "step": [1, 1]})
    >>> newest_rows(table, {"run": "restarted"}).tolist()
    [False, True]
    """
    found = np.ones(len(table), dtype=bool)
    for name, value in keys.items():
        values: Any = table[name] if name in table else table.index.get_level_values(name)
        found &= np.asarray(values == value)
    return found
