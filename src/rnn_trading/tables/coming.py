"""Sessions that are still to come: dates after the last price, as far as they can be known.

Nobody knows here which holidays an exchange will have. What the prices themselves show is taken: days of rest, and days
of the year that were never a session. Another holiday makes the first date to trade one session later than it says.
"""

from collections.abc import Collection, Iterator
from itertools import takewhile

import numpy as np
import pandas as pd

DAY = pd.Timedelta(days=1)
SUNDAY, WEEK = 6, 7
# A day of the year counts as a holiday if it fell on so many working days and never was a session.
FEWEST_TIMES = 2
SEARCHED = 366  # days


def fixed_holidays(sessions: pd.DatetimeIndex, rest_days: Collection[int]) -> set[tuple[int, int]]:
    """Days of the year, as (month, day), that fell on working days and never were a session.

    Weeks without any session say nothing: prices around some dates alone have such.

    Parameters
    ----------
    sessions
        Dates with a price.
    rest_days
        Weekdays on which the exchange is closed, 0 for Monday.

    Examples
    --------
    New Year's Day was a Wednesday in 2020 and a Friday in 2021. That the 2nd of March was left out once says nothing.

    >>> days = pd.bdate_range("2019-12-20", "2021-01-15")
    >>> sorted(fixed_holidays(days.drop(["2020-01-01", "2021-01-01", "2020-03-02"]), rest_days=(5, 6)))
    [(1, 1)]
    """
    every = pd.date_range(sessions.min(), sessions.max(), freq="D")
    seen = _mondays(every).isin(_mondays(sessions))
    working = every[seen & ~every.day_of_week.isin([*rest_days])]
    counted = pd.DataFrame({"month": working.month, "day": working.day, "there": working.isin(sessions)})
    of_days = counted.groupby(["month", "day"])["there"].agg(["size", "sum"])
    never = of_days[(of_days["size"] >= FEWEST_TIMES) & (of_days["sum"] == 0)]
    return {(int(month), int(day)) for month, day in never.index}


def _mondays(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The Monday of the week of each day."""
    return days.normalize() - pd.to_timedelta(days.day_of_week, unit="D")


def coming_sessions(
    sessions: pd.DatetimeIndex, rest_days: Collection[int], known: pd.DatetimeIndex | None = None
) -> Iterator[pd.Timestamp]:
    """Dates after the last session, one after the other, without end.

    Parameters
    ----------
    sessions
        Dates with a price, ascending.
    rest_days
        Weekdays on which the exchange is closed, 0 for Monday.
    known
        Later dates that are known to be sessions, ascending: they come first.

    Raises
    ------
    ValueError
        If a year has no day that could be a session.

    Examples
    --------
    The last price is of Thursday, 24 December 2020; in 2018 and 2019 there was none on Christmas Day.

    >>> from itertools import islice
    >>> days = pd.bdate_range("2018-01-02", "2020-12-24").drop(["2018-12-25", "2019-12-25"])
    >>> [f"{day:%a %d}" for day in islice(coming_sessions(days, rest_days=(5, 6)), 2)]
    ['Mon 28', 'Tue 29']
    """
    last, holidays = sessions[-1], fixed_holidays(sessions, rest_days)
    for day in known[known > last] if known is not None else ():
        last = day
        yield day
    while True:
        candidates = (last + number * DAY for number in range(1, SEARCHED + 1))
        free = (day for day in candidates if day.weekday() not in rest_days and (day.month, day.day) not in holidays)
        following = next(free, None)
        if following is None:
            raise ValueError(f"No session follows {last:%Y-%m-%d}: every weekday is a day of rest. Check rest_days.")
        last = following
        yield last


def week_of(day: pd.Timestamp) -> pd.Timestamp:
    """The Sunday that a week is dated by.

    Examples
    --------
    >>> f"{week_of(pd.Timestamp('2022-12-28')):%a %d}", f"{week_of(pd.Timestamp('2022-12-25')):%a %d}"
    ('Sun 01', 'Sun 25')
    """
    return day.normalize() + (SUNDAY - day.weekday()) * DAY


def weeks_of(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The Sundays that the weeks of some days are dated by.

    Examples
    --------
    >>> weeks_of(pd.DatetimeIndex(["2022-12-28", "2022-12-25"])).strftime("%a %d").tolist()
    ['Sun 01', 'Sun 25']
    """
    return _mondays(days) + SUNDAY * DAY


def whole_weeks(sessions: pd.DatetimeIndex, rest_days: Collection[int], today: pd.Timestamp) -> pd.DatetimeIndex:
    """Sessions without those of a last week that still goes on.

    A week is over after its last session that could be known beforehand. If that one has no price, it was a holiday,
    which can be said on the second day after it: on the first the exchange may lie so far west that its last prices are
    still to come. If more than one has none, prices end in the middle of the week.

    Parameters
    ----------
    sessions
        Dates with a price, ascending.
    rest_days
        Weekdays on which the exchange is closed, 0 for Monday.
    today
        The date of the run.

    Examples
    --------
    On a Wednesday the week goes on; on the Sunday after it, a Friday without a price was a holiday.

    >>> days = pd.DatetimeIndex(["2020-04-03", "2020-04-08", "2020-04-09"])
    >>> [f"{day:%d}" for day in whole_weeks(days[:2], (5, 6), pd.Timestamp("2020-04-08"))]
    ['03']
    >>> [f"{day:%d}" for day in whole_weeks(days, (5, 6), pd.Timestamp("2020-04-12"))]
    ['03', '08', '09']
    """
    sunday = week_of(sessions[-1])
    left = [*takewhile(lambda day: day <= sunday, coming_sessions(sessions, rest_days))]
    over = not left or (len(left) == 1 and today > left[0] + DAY)
    return sessions if over else sessions[sessions <= sunday - WEEK * DAY]


def sessions_between(first: pd.Timestamp, last: pd.Timestamp, rest_days: Collection[int]) -> int:
    """Working days after one date until another, holidays among them: how old prices are.

    Examples
    --------
    >>> friday, tuesday = pd.Timestamp("2022-12-23"), pd.Timestamp("2022-12-27")
    >>> sessions_between(friday, tuesday, (5, 6)), sessions_between(tuesday, friday, (5, 6))
    (2, 0)
    """
    if last <= first:
        return 0
    mask = [weekday not in rest_days for weekday in range(WEEK)]
    days = np.array([first + DAY, last + DAY], dtype="datetime64[D]")
    return int(np.busday_count(days[0], days[1], weekmask=mask)) if any(mask) else 0
