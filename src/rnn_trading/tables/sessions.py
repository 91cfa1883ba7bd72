"""Sessions of a table of daily prices: on which days of the week they are, and which of them say nothing new.

Nothing here knows which days an exchange is open: what is found is found in the prices and their weekdays.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Share of rows on days of rest that are strays: a real session on a Saturday, or a few rows of a feed.
STRAY = 0.02
# More than half of what could show something shows it.
MOST = 0.5
# Sundays (or Saturdays) of one ticker that show its dates to be shifted: three weeks of it.
FEWEST_SHIFTED = 3
# On a straight line: this share of how far other prices are off the line between their neighbours.
STRAIGHT = 0.05
# Expected share of real sessions among those that are left out because nothing moved (Benjamini and Hochberg, 1995).
FALSE_REPEATS = 0.01
# Above this share of sessions on which nothing moves, prices that do not move say nothing of a calendar.
MOSTLY_UNCHANGED = 0.5
# Of one weekday: so many sessions, and this share of them, on which nothing moved.
FEWEST_STILL, NEARLY_ALL = 5, 0.9
# No exchange has more holidays, as a share of its working days.
MOST_HOLIDAYS = 0.1

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]


def day_numbers(dates: pd.Index) -> Numbers:
    """Days since 1 January 1970, int64."""
    return np.asarray(dates.to_numpy().astype("datetime64[D]").astype(np.int64))


def day(number: int) -> str:
    """The date of a day number."""
    return str(np.datetime64(int(number), "D"))


def dates_of(days: Numbers) -> Numbers:
    """Days, ascending, each once; memory grows with the years between them."""
    return np.flatnonzero(np.bincount(days - days.min())) + days.min() if len(days) else days


@dataclass(frozen=True)
class Sessions:
    """The rows of a table of daily prices, sorted by key and day.

    Attributes
    ----------
    keys
        Number of the series, such as a ticker, ascending; ``(rows,)``.
    days
        Days since 1 January 1970, ascending within a key.
    prices
        The price that labels are made of.
    same
        Whether a row's price, and all else that it has, is that of the row before it in its series. A volume above
        zero that is another than that of the row before shows trading, whatever the price.
    rest_days
        Weekdays on which the exchange is closed, 0 for Monday.
    """

    keys: Numbers
    days: Numbers
    prices: NDArray[np.float64]
    same: Flags
    rest_days: tuple[int, ...]

    @classmethod
    def of(cls, table: pd.DataFrame, rest_days: tuple[int, ...]) -> "Sessions":
        """Rows of a canonical table: index ``(key, date)`` or ``date``, sorted; its first column is the price.

        Examples
        --------
        >>> dates = pd.DatetimeIndex(["2020-01-03", "2020-01-04"], name="date")
        >>> sessions = Sessions.of(pd.DataFrame({"close": [1.0, 1.0]}, index=dates), rest_days=(5, 6))
        >>> sessions.weekdays.tolist(), sessions.same.tolist()
        ([4, 5], [False, True])
        """
        if isinstance(table.index, pd.MultiIndex):
            codes, levels = table.index.codes, table.index.levels
            keys = np.cumsum(np.diff(codes[0], prepend=codes[0][:1]) != 0)
            days = day_numbers(levels[1])[codes[1]]
        else:
            keys, days = np.zeros(len(table), np.int64), day_numbers(table.index)
        volumes = [name for name in table.columns if "volume" in name]
        first, *others = (table[name].to_numpy() for name in table.columns.drop(volumes))
        same = np.zeros(len(table), bool)
        same[1:] = (keys[1:] == keys[:-1]) & (first[1:] == first[:-1])
        for values in others:  # a row filled up from the one before has its open, high and low, or the close alone
            same[1:] &= (values[1:] == values[:-1]) | (values[1:] == first[1:]) | np.isnan(values[1:])
        for volume in (table[name].to_numpy() for name in volumes):
            same[1:] &= (volume[1:] == volume[:-1]) | ~(volume[1:] > 0)
        return cls(keys, days, first.astype("float64"), same, rest_days)

    @cached_property
    def weekdays(self) -> Numbers:
        """Weekday of each row, 0 for Monday."""
        return (self.days + 3) % 7

    @cached_property
    def resting(self) -> Flags:
        """Rows on days of rest."""
        return np.isin(self.weekdays, self.rest_days)

    @cached_property
    def follows(self) -> Flags:
        """Rows that have a row before them in their series."""
        return np.append(False, self.keys[1:] == self.keys[:-1])[: len(self.keys)]

    @cached_property
    def positions(self) -> Numbers:
        """Days since the first of all."""
        return self.days - self.days.min()

    @cached_property
    def dates(self) -> Numbers:
        """Days that have a row, ascending, each once."""
        return dates_of(self.days)

    def dates_of(self, rows: Flags) -> Numbers:
        """Days of some rows, ascending, each once."""
        return dates_of(self.days[rows])

    @cached_property
    def unmoved(self) -> Flags:
        """Rows of days on which no series with a row before moved."""
        followed = np.bincount(self.positions[self.follows], minlength=self.positions.max() + 1)
        moved = np.bincount(self.positions[self.follows & ~self.same], minlength=len(followed))
        return self.same & ((followed > 0) & (moved == 0))[self.positions]


def filled_weekends(sessions: Sessions) -> Flags:
    """Rows of days of rest that only carry on the price before them.

    Each weekday is looked at by itself. A series is filled up on it if most of its rows on it repeat the row before,
    and most of its rows on working days do not. Where most such days repeat in all series, the other days on which
    nothing moved are filled up, too, whatever single series do.
    """
    filled = np.zeros(len(sessions.days), bool)
    same, keys, size = sessions.same, sessions.keys, sessions.keys[-1] + 1
    work, work_same = (np.bincount(keys[~sessions.resting & rows], minlength=size) for rows in (sessions.follows, same))
    for weekday in sessions.rest_days:
        there = sessions.weekdays == weekday
        rest, rest_same = (np.bincount(keys[there & rows], minlength=size) for rows in (sessions.follows, same))
        series = (rest_same > MOST * rest) & (work_same <= MOST * work)
        filled |= there & same & series[keys]
        if len(sessions.dates_of(there & sessions.unmoved)) > MOST * len(sessions.dates_of(there & sessions.follows)):
            filled |= there & sessions.unmoved
    return filled


def shifted(sessions: Sessions, rows: Flags) -> tuple[Flags, int]:
    """Rows of days of rest that stand for a working day, since their series lacks that one in the same week.

    Parameters
    ----------
    sessions
        Of the table.
    rows
        Rows of days of rest that are looked at.

    Returns
    -------
    tuple
        Rows of series whose dates are shifted, none where they are not; and the number of such series.
    """
    span = sessions.positions.max() + 1
    places = sessions.keys * span + sessions.positions  # ascending
    looked_at = np.flatnonzero(rows)
    lacks = np.zeros(len(looked_at), bool)
    working_week = 7 - len(sessions.rest_days)
    first, last = (np.searchsorted(sessions.keys, sessions.keys[looked_at], side=side) for side in ("left", "right"))
    for step in (-working_week, working_week):
        wanted = sessions.days[looked_at] + step
        inside = (wanted >= sessions.days[first]) & (wanted <= sessions.days[last - 1])
        place = places[looked_at] + step
        found = places[np.clip(np.searchsorted(places, place), 0, len(places) - 1)] == place
        lacks |= inside & ~found
    keys, size = sessions.keys[looked_at], sessions.keys[-1] + 1
    resting, lacking, all_rows = (np.bincount(each, minlength=size) for each in (keys, keys[lacks], sessions.keys))
    enough = (lacking >= MOST * resting) & (resting > STRAY * all_rows)
    series = enough & (lacking >= FEWEST_SHIFTED)
    if not series.any() and lacking.sum() >= max(1, MOST * len(looked_at)) and len(looked_at) > STRAY * len(places):
        series = enough & (lacking > 0)  # few weeks of many series
    return rows & series[sessions.keys], int(series.sum())


def missing_weekdays(sessions: Sessions, fewest: int) -> Flags:
    """Of each series, the weekdays other than those of rest on which it has no session; ``(series, 7)``.

    Series of fewer sessions than ``fewest``, and those that do not go on from day to day most of the time, say nothing
    of weekdays: none are marked.
    """
    keys, size = sessions.keys, sessions.keys[-1] + 1
    there = np.bincount(keys * 7 + sessions.weekdays, minlength=size * 7).reshape(-1, 7)
    next_day = np.append(False, np.diff(sessions.days) == 1) & sessions.follows
    rows = there.sum(axis=1)
    daily = (rows >= fewest) & (np.bincount(keys[next_day], minlength=size) > MOST * (rows - 1))
    missing = (there == 0) & daily[:, None]
    missing[:, list(sessions.rest_days)] = False
    return missing


def interpolated(sessions: Sessions, rows: Flags) -> bool:
    """Whether prices of days of rest lie on a straight line between the prices around them."""
    inner = sessions.follows[1:-1] & sessions.follows[2:]
    logarithms = np.log(sessions.prices)
    bend = np.abs(logarithms[2:] - 2 * logarithms[1:-1] + logarithms[:-2])
    resting, working = bend[inner & rows[1:-1]], bend[inner & ~rows[1:-1]]
    return bool(len(resting) and len(working) and np.median(resting) < STRAIGHT * np.median(working))


def regular_weekdays(days: Numbers) -> dict[int, bool]:
    """Of each weekday among some days, whether it is there twice, and in most weeks from its first to its last."""
    weekdays = (days + 3) % 7
    found = {int(weekday): days[weekdays == weekday] for weekday in np.unique(weekdays)}
    return {weekday: len(each) >= max(2, MOST * ((each[-1] - each[0]) // 7 + 1)) for weekday, each in found.items()}


def repeated_sessions(sessions: Sessions, filled: Flags) -> Flags:
    """Rows of working days on which all series repeat the row before them, beyond what happens by chance.

    These are the days of a weekday on which hardly anything ever moves; the others, where the weekends of most weeks
    are filled up as well, or where New Year's Days are sessions and nothing moved on any of them, unless there are more
    than an exchange has holidays; and else those that chance does not explain. By chance all of ``n`` series stay where
    they are with probability ``u ** n``, where ``u`` is the share of unchanged prices on days on which not all stay. Of
    the days that are left out, at most one in a hundred is expected to be a real one (Benjamini and Hochberg, 1995);
    one series alone is never so certain.

    Parameters
    ----------
    sessions
        Of the table.
    filled
        Rows of :func:`filled_weekends`, of the same table.
    """
    unmoved = sessions.unmoved & ~sessions.resting
    days, working = sessions.dates_of(unmoved), sessions.dates_of(~sessions.resting)
    if not len(days) or len(days) > MOSTLY_UNCHANGED * len(working):
        return np.zeros_like(unmoved)
    there, still = (np.bincount((each + 3) % 7, minlength=7) for each in (working, days))
    never = np.isin((days + 3) % 7, np.flatnonzero((still >= FEWEST_STILL) & (still > NEARLY_ALL * there)))
    weeks = (sessions.days.max() - sessions.days.min()) // 7 + 1
    carried_on = len(sessions.dates_of(filled)) > MOST * weeks or _carried_over_new_year(working, days)
    if carried_on and (~never).sum() <= MOST_HOLIDAYS * len(working):
        return unmoved
    left_out = np.append(days[never], _beyond_chance(sessions, unmoved, days))
    return unmoved & np.isin(sessions.days, left_out)


def _beyond_chance(sessions: Sessions, unmoved: Flags, days: Numbers) -> Numbers:
    others = sessions.follows & ~unmoved
    chance = (np.sum(sessions.same & others) + 1) / (np.sum(others) + 1)
    series = np.bincount(sessions.positions[unmoved])[days - sessions.days.min()]
    order = np.argsort(-series, kind="stable")
    limits = FALSE_REPEATS * np.arange(1, len(days) + 1) / len(sessions.dates)
    by_chance = np.where(series[order] > 1, chance ** series[order].astype("float64"), 1.0)
    beyond = np.flatnonzero(by_chance <= limits)
    return days[order[: beyond[-1] + 1]] if len(beyond) else days[:0]


def _carried_over_new_year(working: Numbers, unmoved: Numbers) -> bool:
    dates = working.astype("datetime64[D]")
    holidays = {*working[dates == dates.astype("datetime64[Y]")]} - {*working[:1]}
    return len(holidays) > 1 and holidays <= {*unmoved}
