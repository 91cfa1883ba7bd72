"""One check of the calendar of every table with dates: what cannot be right is refused, or left out and counted.

Three ways in: :func:`check_dates` for any dates, :func:`check_sessions` for daily prices, and
:func:`check_working_days` for dates that come one by one, such as those of filings.
"""

import difflib
import logging
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import model_validator

from rnn_trading.parameters import parameters
from rnn_trading.tables import sessions as found
from rnn_trading.tables.checks import TableError
from rnn_trading.tables.reading import Reading
from rnn_trading.tables.sessions import STRAY, WEEKDAYS, Flags, Numbers, Sessions, day, day_numbers
from rnn_trading.tables.wording import counted

logger = logging.getLogger(__name__)
Policy = Literal["refuse", "leave_out", "keep"]
# A few dates with nothing for a long time around them: at most so many, of ten times as many, so many steps and days
# away.
LONE_DATES, LONE_SHARE, LONE_STEPS, LONE_DAYS = 5, 0.1, 60, 250
# Fewer sessions say nothing of how far apart they are, or of weekdays that never occur.
FEWEST_SESSIONS = 15
LARGEST_STEP_OF_DAYS = 3
SHORT_YEARS = ": %y reads 00 to 68 as 2000 to 2068, so that years need four digits"
STEPS = {7: "weekly", 14: "fortnightly", 30: "monthly", 91: "quarterly", 365: "yearly"}


class CalendarError(TableError):
    """Dates that cannot be right; the message says which, how many, and what to do."""


@parameters
class DateParameters:
    """Which dates are believed.

    Parameters
    ----------
    first, last
        The first and last date that are; no ``last`` is tomorrow, by the clock of this machine.
    outside
        Rows of other dates: ``refuse`` or ``leave_out``.
    lone_dates
        Up to five dates that are far from all others, 250 days and sixty usual steps or more: ``refuse``, ``leave_out``
        or ``keep``.

    Examples
    --------
    >>> DateParameters(first="1950-01-01", last="2020-12-31").bounds()
    (datetime.date(1950, 1, 1), datetime.date(2020, 12, 31))
    """

    first: date = date(1900, 1, 1)
    last: date | None = None
    outside: Literal["refuse", "leave_out"] = "refuse"
    lone_dates: Policy = "refuse"

    def bounds(self) -> tuple[date, date]:
        """First and last date."""
        return self.first, self.last or date.today() + timedelta(days=1)


@parameters
class CalendarParameters(DateParameters):
    """Which dates of daily prices are believed to be sessions.

    Parameters
    ----------
    rest_days
        Weekdays on which the exchange is closed, separated by spaces; ``none`` of one that never is.
    weekends
        Sessions on days of rest that cannot be the exchange's: ``refuse``, ``leave_out`` (but not where they stand for
        a working day that is missing) or ``keep``.
    repeated_sessions
        Sessions on which the prices of all tickers are those of the session before, as in a table that was filled up:
        ``leave_out``, ``refuse`` or ``keep``.
    not_daily
        Weekly, monthly or yearly prices in the place of daily ones: ``refuse`` or ``keep``.

    Examples
    --------
    >>> CalendarParameters(rest_days="Friday Saturday").resting
    (4, 5)
    >>> CalendarParameters(rest_days="Sonntag")
    Traceback (most recent call last):
        ...
    pydantic_core._pydantic_core.ValidationError: 1 validation error for CalendarParameters...
    """

    rest_days: str = "Saturday Sunday"
    weekends: Policy = "refuse"
    repeated_sessions: Policy = "leave_out"
    not_daily: Literal["refuse", "keep"] = "refuse"

    @model_validator(mode="after")
    def _check_rest_days(self) -> "CalendarParameters":
        for name in self._rest_days():
            if name not in WEEKDAYS:
                near = difflib.get_close_matches(name, WEEKDAYS, n=1)
                hint = f" Did you mean {near[0]}?" if near else ""
                raise ValueError(f"rest_days: expected names such as Saturday Sunday, or none.{hint} Received: {name}")
        return self

    def _rest_days(self) -> list[str]:
        return [] if self.rest_days == "none" else [name.capitalize() for name in self.rest_days.split()]

    @property
    def resting(self) -> tuple[int, ...]:
        """Days of rest by number, 0 for Monday."""
        return tuple(sorted({WEEKDAYS.index(name) for name in self._rest_days()}))

    @property
    def working(self) -> tuple[int, ...]:
        """The other weekdays."""
        return tuple(number for number in range(7) if number not in self.resting)

    @property
    def at_the_ends(self) -> tuple[int, ...]:
        """Working days before or after a day of rest."""
        return tuple(day for day in self.working if {(day - 1) % 7, (day + 1) % 7} & {*self.resting})


def setting(blocks: tuple[str, ...], name: str, value: str) -> str:
    """How a user sets a value of a calendar."""
    given = ",".join(f"{block}.calendar.{name}={value}" for block in blocks)
    return f'--params "{given}"' if " " in given else f"--params {given}"


def check_dates(
    table: pd.DataFrame,
    calendar: DateParameters,
    origin: str,
    blocks: tuple[str, ...],
    read_as: tuple[str, ...] = (),
) -> tuple[pd.DataFrame, Reading]:
    """Refuse or leave out dates that nobody can have meant.

    It comes before anything that takes time or memory by the years that a table covers.

    Parameters
    ----------
    table
        Index ``date``, or ``(key, date)``.
    calendar
        See :class:`DateParameters`.
    origin
        Where the table comes from, for error messages.
    blocks
        Names of the parameters that hold ``calendar``, for error messages.
    read_as
        How the table was read, in words, among them the form of its dates.

    Returns
    -------
    tuple
        The table without what was left out; and counts of rows, ``dates_outside`` and ``lone_dates``.

    Raises
    ------
    CalendarError
        Where the policy says so, or nothing is left.

    Examples
    --------
    >>> days = pd.DatetimeIndex(["2055-01-01", "1970-01-01"], name="date")
    >>> table = pd.DataFrame({"rate": [2.0, 2.5]}, index=days)
    >>> left, reading = check_dates(table, DateParameters(outside="leave_out"), "mine.csv", ("macro",))
    >>> left.index.year.tolist(), reading.counts["dates_outside"]
    ([1970], 1)
    >>> check_dates(table, DateParameters(last="2020-12-31"), "mine.csv", ("macro",))
    Traceback (most recent call last):
        ...
    rnn_trading.tables.calendar.CalendarError: mine.csv: 1 of 2 rows has a date outside of 1900-01-01 to 2020-12-31...
    """
    first, last = calendar.bounds()
    days = day_numbers(table.index.get_level_values("date"))
    outside = (days < (first - date(1970, 1, 1)).days) | (days > (last - date(1970, 1, 1)).days)
    of = f"of {len(table):,} rows "
    if outside.any() and calendar.outside == "refuse":
        short = SHORT_YEARS if any("%y" in words for words in read_as) else ""
        raise CalendarError(
            f"{origin}: {counted(outside.sum(), of + 'has', of + 'have')} a date outside of {first} to {last}, the "
            f"first of them {_place(table, outside)}. Correct them{short}. Or leave them out with "
            f"{setting(blocks, 'outside', 'leave_out')}, or let older ones count with "
            f"{setting(blocks, 'first', 'YEAR-MONTH-DAY')}."
        )
    left = table[~outside] if outside.any() else table
    lone = _lone(days[~outside])
    of = f"of {len(left):,} rows "
    if lone.any() and calendar.lone_dates == "refuse":
        raise CalendarError(
            f"{origin}: {counted(lone.sum(), of + 'is', of + 'are')} of dates far from all others, the first of them "
            f"{_place(left, lone)}; the others go from {_span(days[~outside][~lone])}. Correct or remove them, leave "
            f"them out with {setting(blocks, 'lone_dates', 'leave_out')}, or keep them with "
            f"{setting(blocks, 'lone_dates', 'keep')}."
        )
    lone &= calendar.lone_dates == "leave_out"
    left = left[~lone] if lone.any() else left
    if left.empty:
        raise CalendarError(f"{origin}: no row of {len(table):,} has a date from {first} to {last}.")
    return left, Reading(counts={"dates_outside": int(outside.sum()), "lone_dates": int(lone.sum())})


def _lone(days: Numbers) -> Flags:
    """Rows of a few dates with nothing for a long time around them."""
    dates = found.dates_of(days)
    if len(dates) < FEWEST_SESSIONS:
        return np.zeros(len(days), bool)
    steps = np.diff(dates)
    groups = np.cumsum(np.append(0, steps > max(LONE_DAYS, LONE_STEPS * np.median(steps))))
    sizes = np.bincount(groups)
    few = sizes <= min(LONE_DATES, LONE_SHARE * len(dates))
    return np.isin(days, dates[few[groups]])


def _place(table: pd.DataFrame, rows: Flags) -> str:
    """Date, and ticker where there is one, of the earliest of some rows."""
    index = table.index[rows]
    first = index[index.get_level_values("date").argmin()]
    if isinstance(index, pd.MultiIndex):
        return f"{first[1].date()} ({index.names[0].replace('_', ' ')} {first[0]})"
    return str(first.date())


def check_sessions(
    table: pd.DataFrame,
    calendar: CalendarParameters,
    origin: str,
    blocks: tuple[str, ...],
    read_as: tuple[str, ...] = (),
) -> tuple[pd.DataFrame, Reading]:
    """Refuse or leave out sessions that cannot be an exchange's.

    Parameters
    ----------
    table
        Daily prices, sorted: index ``(key, date)`` or ``date``; the first column is the price.
    calendar
        See :class:`CalendarParameters`.
    origin, blocks, read_as
        As :func:`check_dates` has them.

    Returns
    -------
    tuple
        The table without what was left out; and in words what its weeks were taken for, with the counts of
        :func:`check_dates` and of sessions of which rows were left out: ``repeated_weekend_sessions``,
        ``weekend_sessions`` and ``repeated_sessions``.

    Raises
    ------
    CalendarError
        Where the policy says so, or nothing is left. Sessions on days of rest are no ground for it where they repeat
        what was before them (they are filled up), where they are at most 2 % of the rows (strays), or where most weeks
        have them and they are no working day's: then the exchange is open on these days, too.

    Examples
    --------
    Friday's close was carried on to Saturday and Sunday:

    >>> days = pd.date_range("2020-01-06", periods=9, name="date")
    >>> closes = pd.DataFrame({"close": [1.0, 2, 3, 4, 5, 5, 5, 6, 7]}, index=days)
    >>> left, reading = check_sessions(closes, CalendarParameters(), "mine.csv", ("index_prices",))
    >>> left["close"].tolist(), reading.counts["repeated_weekend_sessions"]
    ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 2)
    """
    table, reading = check_dates(table, calendar, origin, blocks, read_as)
    check = _Check(table, calendar, origin, blocks)
    check.refuse_other_steps()
    filled = found.filled_weekends(check.sessions)
    unmoved = found.repeated_sessions(check.sessions, filled)
    left = check.leave_out_repeated({"repeated_weekend_sessions": filled, "repeated_sessions": unmoved})
    check.judge_weekends(filled[left])
    check.refuse_missing_weekdays()
    return check.table, reading | Reading(tuple(check.notes), check.counts)


class _Check:
    """What is left of a table, in words what its weeks were taken for, and how many sessions were left out."""

    def __init__(self, table: pd.DataFrame, calendar: CalendarParameters, origin: str, blocks: tuple[str, ...]) -> None:
        self.table, self.calendar, self.origin, self.blocks = table, calendar, origin, blocks
        self.sessions = Sessions.of(table, calendar.resting)
        self.notes: list[str] = []
        self.counts = {"repeated_weekend_sessions": 0, "weekend_sessions": 0, "repeated_sessions": 0}

    def refuse_other_steps(self) -> None:
        """Prices that are not daily are refused by name."""
        dates = self.sessions.dates
        step = float(np.median(np.diff(dates))) if len(dates) >= FEWEST_SESSIONS else 1.0
        if step > LARGEST_STEP_OF_DAYS and self.calendar.not_daily == "refuse":
            name = next((name for days, name in STEPS.items() if abs(step - days) <= days / 10), "no daily")
            raise CalendarError(
                f"{self.origin}: expected daily prices. Received: {name} ones, {step:g} days apart in the median of "
                f"{len(dates):,} dates from {_span(dates)}. Give daily prices, or let these count as sessions with "
                f"{self._setting('not_daily', 'keep')}."
            )

    def leave_out_repeated(self, found_by_reason: dict[str, Flags]) -> Flags:
        """Sessions that only repeat the one before; the result marks the rows that are left."""
        policy, rows = self.calendar.repeated_sessions, np.logical_or.reduce([*found_by_reason.values()])
        if policy == "keep" or not rows.any():
            return np.ones_like(rows)
        if policy == "refuse":
            resting = len(self.sessions.dates_of(rows & self.sessions.resting))
            raise CalendarError(
                f"{self.origin}: {self._share(rows)}, {resting:,} of them on {self._rest_names()}, repeat the prices "
                f"of the session before, the first on {day(self.sessions.days[rows].min())}: they are no sessions, but "
                f"filled up. Leave them out, also with {self._setting('repeated_sessions', 'leave_out')}, or keep them "
                f"with {self._setting('repeated_sessions', 'keep')}."
            )
        for reason, some in found_by_reason.items():
            self.counts[reason] = len(self.sessions.dates_of(some))
        self._keep(~rows)
        return ~rows

    def judge_weekends(self, filled: Flags) -> None:
        """Sessions on days of rest: a shift, strays, an exchange that is open, or none of these."""
        # Where filled sessions were kept, as the policy said, they are not judged again.
        rows = self.sessions.resting & ~filled
        if self.calendar.weekends == "keep" or not rows.any():
            return
        self._refuse_shifted(*found.shifted(self.sessions, rows))
        dates = self.sessions.dates_of(rows)
        if self.calendar.weekends == "leave_out":
            self.counts["weekend_sessions"] = len(dates)
            self._keep(~rows)
            return
        if rows.mean() <= STRAY or (len(dates) == 1 and len(self.sessions.dates) > FEWEST_SESSIONS):
            sessions = "session" if len(dates) == 1 else "sessions"
            kept = f"{rows.mean():.2%} of the rows, kept"
            note = f"{len(dates):,} {sessions} on days of rest, the first {day(dates[0])}: {kept}"
            logger.warning("%s: %s", self.origin, note)
            self.notes.append(note)
            return
        regular = found.regular_weekdays(dates)
        straight = found.interpolated(self.sessions, rows)
        if all(regular.values()) and not straight:
            names = [f"{WEEKDAYS[number]}s" for number in regular]
            self.notes.append(f"an exchange that is open on {' and '.join(names)}, {_span(dates)}")
        else:
            reason = "lie on straight lines between those around them" if straight else "are there in a few weeks only"
            raise CalendarError(
                f"{self.origin}: {self._share(rows)} are on {self._rest_names()}, and {reason}. The first of them is "
                f"{day(dates[0])}. Remove them, leave them out with {self._setting('weekends', 'leave_out')}, or keep "
                f"them with {self._setting('weekends', 'keep')}."
            )

    def _refuse_shifted(self, rows: Flags, series: int) -> None:
        if not rows.any():
            return
        sessions, resting = self.sessions, self.calendar.resting
        number = int(np.bincount(sessions.weekdays[rows]).argmax())
        early = (number + 1) % 7 not in resting  # the first working day of a week, dated a day early
        partner = WEEKDAYS[(number - len(resting) if early else number + len(resting)) % 7]
        rest = " ".join(WEEKDAYS[(each - 1 if early else each + 1) % 7] for each in resting)
        all_series, of = int(sessions.keys[-1]) + 1, ""
        if series < all_series:
            name, first = self.table.index.names[0], self.table.index[rows.argmax()][0]
            others = " and others" if series > 1 else ""
            of = f", those of {series:,} of {all_series:,} ({name.replace('_', ' ')} {first}{others}),"
        why = "midnight there is the evening before in UTC" if early else "the evening there is the next day in UTC"
        raise CalendarError(
            f"{self.origin}: {self._share(rows)}{of} are on {self._rest_names()}, the first of them "
            f"{day(sessions.days[rows].min())}, a {WEEKDAYS[number]}, and most of these weeks have no {partner}: the "
            f"dates look shifted by a time zone ({why}). Name the exchange's zone, such as --params "
            f"timezone={'Asia/Tokyo' if early else 'America/Los_Angeles'}, or give plain dates. If the exchange is "
            f"open on a {WEEKDAYS[number]}, say on which days it rests, such as "
            f"{self._setting('rest_days', rest)}."
        )

    def refuse_missing_weekdays(self) -> None:
        """A working day that never occurs, in the whole table or in a series."""
        dates = self.sessions.dates
        if len(dates) < FEWEST_SESSIONS or np.median(np.diff(dates)) > LARGEST_STEP_OF_DAYS:
            return
        there = np.bincount((dates + 3) % 7, minlength=7)
        never, whose = [number for number in self.calendar.working if not there[number]], f"{len(dates):,} sessions"
        if not never:
            missing = found.missing_weekdays(self.sessions, FEWEST_SESSIONS)
            series = np.flatnonzero(missing.any(axis=1))
            never, whose = [*np.flatnonzero(missing.any(axis=0))], self._sessions_of(series)
            dates = self.sessions.dates_of(np.isin(self.sessions.keys, series))
        if never:
            names = [WEEKDAYS[number] for number in never]
            raise CalendarError(
                f"{self.origin}: none of {whose} from {_span(dates)} is on a {' or '.join(names)}. The "
                "dates may be shifted by a time zone, and weekends removed after that: name the exchange's zone, such "
                "as --params timezone=Asia/Tokyo, or give plain dates. If the exchange rests on these days, say so: "
                f"{self._setting('rest_days', ' '.join([*self._rest_days(), *names]))}."
            )

    def _sessions_of(self, series: Numbers) -> str:
        keys, index = self.sessions.keys, self.table.index
        first = ", ".join(str(index[row][0]) for row in np.searchsorted(keys, series[:3]) if index.nlevels > 1)
        name, others = str(index.names[0]).replace("_", " "), " and others" if len(series) > 3 else ""
        rows = np.isin(keys, series).sum()
        return f"{rows:,} sessions of {len(series):,} of {keys[-1] + 1:,} ({name} {first}{others})"

    def _keep(self, rows: Flags) -> None:
        self.table = self.table[rows]
        if self.table.empty:
            raise CalendarError(f"{self.origin}: no session is left of {len(self.sessions.dates):,}.")
        self.sessions = Sessions.of(self.table, self.calendar.resting)

    def _share(self, rows: Flags) -> str:
        count, of = len(self.sessions.dates_of(rows)), len(self.sessions.dates)
        return f"{count:,} of {of:,} sessions ({count / of:.1%})"

    def _rest_days(self) -> list[str]:
        return [WEEKDAYS[number] for number in self.calendar.resting]

    def _rest_names(self) -> str:
        return " or ".join(f"{name}s" for name in self._rest_days()) or "days of rest"

    def _setting(self, name: str, value: str) -> str:
        return setting(self.blocks, name, value)


def _span(days: Numbers) -> str:
    return f"{day(days.min())} to {day(days.max())}"
