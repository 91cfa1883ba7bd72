"""Checks of tables that come from outside: all faults at once, each with file, column, row and what was expected."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rnn_trading.tables.dates import EXAMPLE, ISO, read_dates
from rnn_trading.tables.numbers import read_numbers
from rnn_trading.tables.numerals import as_text, without_points
from rnn_trading.tables.time_zones import days_in_zone
from rnn_trading.tables.wording import are_missing, counted

logger = logging.getLogger(__name__)
SHOWN_ROWS = 3
FEWEST_ROWS = 2
SHOWN_COLUMNS, SHOWN_CHARACTERS = 8, 60


class TableError(ValueError):
    """A table that cannot be used; the message names the file, the column and the row."""


@dataclass(frozen=True)
class Fault:
    """Rows of which a value cannot be used.

    Attributes
    ----------
    column
        Whose values the message shows.
    rows
        Positions, ascending.
    expected
        What the value should have been, in words.
    whole
        Where nothing of the column could be read: as what, and what to do.
    """

    column: str
    rows: np.ndarray
    expected: str
    whole: tuple[str, str] | None = None


def row_number(position: int) -> str:
    """Name a row where nothing better is known.

    Examples
    --------
    >>> row_number(0)
    'row 0'
    """
    return f"row {position}"


def some(names: pd.Index | list[str]) -> str:
    """Some names of columns, in quotation marks, long ones cut; and how many there are if these are not all.

    Examples
    --------
    >>> some([*"abcdefghij"])
    "'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', ... (10 in all)"
    """
    shown = ", ".join(repr(str(name)[:SHOWN_CHARACTERS]) for name in names[:SHOWN_COLUMNS])
    return f"{shown}, ... ({len(names):,} in all)" if len(names) > SHOWN_COLUMNS else shown or "none"


class SourceTable:
    """A raw table with its origin, read column by column.

    Values that cannot be used are noted, and told together: :meth:`refuse` and :meth:`usable` raise if there is any.

    Parameters
    ----------
    table
        Columns as they came; an index that carries needed columns is reset.
    origin
        Where the table comes from, for error messages.
    required, optional
        Names of columns. Others are ignored.
    describe_row
        Names a row by its position, for error messages.
    error
        What is raised.

    Attributes
    ----------
    recognised
        In words, how columns were read where there is more than one way.
    missing
        How many cells stand for no number, in the columns that were read as numbers.

    Raises
    ------
    TableError
        If a required column is missing, or stands twice.

    Examples
    --------
    >>> raw = pd.DataFrame({"date": ["2020-01-02", "2020-01-03"], "close": ["1.5", None]})
    >>> SourceTable(raw, "mine.csv", required=("date", "close")).numbers("close").tolist()
    [1.5, nan]
    >>> SourceTable(raw, "mine.csv", required=("date", "ticker"))
    Traceback (most recent call last):
        ...
    rnn_trading.tables.checks.TableError: mine.csv: column 'ticker' is missing. Expected: date, ticker...
    """

    def __init__(
        self,
        table: pd.DataFrame,
        origin: str,
        required: tuple[str, ...],
        optional: tuple[str, ...] = (),
        describe_row: Callable[[int], str] = row_number,
        error: type[TableError] = TableError,
    ) -> None:
        self.table = table.reset_index() if set(table.index.names) & {*required} else table
        self.origin, self.describe_row, self.error = origin, describe_row, error
        self.recognised: list[str] = []
        self.missing: dict[str, int] = {}
        self._faults: list[Fault] = []
        self._keys: list[pd.Series] = []
        self._labels: Mapping[str, str] = {}
        self._parameter = ""
        columns = self.table.columns
        missing = [column for column in required if column not in columns]
        if missing:
            further = f"[, {', '.join(optional)}]" if optional else ""
            raise self.error(
                f"{origin}: {are_missing(missing)}. Expected: {', '.join(required)}{further}. "
                f"Received: {some(columns)}."
            )
        twice = [name for name in (*required, *optional) if list(columns).count(name) > 1]
        if twice:
            raise self.error(f"{origin}: column {twice[0]!r} stands twice. Remove one of the two, or rename it.")

    def name_rows(self, *keys: pd.Series) -> None:
        """Show these values, such as ticker and date, beside each row of an error message."""
        self._keys = [*keys]

    def call_columns(self, labels: Mapping[str, str], parameter: str) -> None:
        """Call columns by the names that their file has for them, and say by which parameter another one is named.

        Parameters
        ----------
        labels
            The file's names, by ours; empty where the column of each ticker is meant.
        parameter
            Begin of the runtime parameters, such as ``prices``.
        """
        self._labels, self._parameter = labels, parameter

    def note(self, column: str, bad: pd.Series, expected: str, whole: tuple[str, str] | None = None) -> None:
        """Note rows that are marked as bad, to tell of them later.

        Parameters
        ----------
        column
            Whose value the message shows.
        bad
            Boolean, one a row of the table, ``(rows,)``.
        expected
            What the value should have been, in words.
        whole
            See :class:`Fault`.
        """
        if bad.any():
            self._faults.append(Fault(column, np.flatnonzero(bad.to_numpy()), expected, whole))

    def refuse(self, column: str, bad: pd.Series, expected: str) -> None:
        """Raise if rows are marked as bad, or others were noted before.

        Parameters
        ----------
        column, bad, expected
            See :meth:`note`.

        Raises
        ------
        TableError
            Or what was given as ``error``. Of each fault it names the first rows, and how many there are.

        Examples
        --------
        >>> source = SourceTable(pd.DataFrame({"close": [1.5, -2.0]}), "mine.csv", required=("close",))
        >>> source.refuse("close", source.table["close"] <= 0, "a positive price")
        Traceback (most recent call last):
            ...
        rnn_trading.tables.checks.TableError: mine.csv: column 'close', row 1: expected a positive price...
        """
        self.note(column, bad, expected)
        self.usable()

    def usable(self, share: float = 0.0, parameter: str = "") -> pd.Series:
        """Mark the rows without a fault; the log tells of the others.

        Parameters
        ----------
        share
            Share of the rows that may have a fault.
        parameter
            Runtime parameter that gives this share, if there is one.

        Returns
        -------
        pandas.Series
            Boolean, one a row of the table, ``(rows,)``.

        Raises
        ------
        TableError
            Or what was given as ``error``, if more rows than this have a fault.

        Examples
        --------
        >>> raw = pd.DataFrame({"close": ["1", "x", "3", "4"]})
        >>> source = SourceTable(raw, "mine.csv", required=("close",))
        >>> _ = source.numbers("close")
        >>> source.usable(share=0.25).tolist()
        [True, False, True, True]
        """
        usable = pd.Series(True, index=self.table.index)
        for fault in self._faults:
            usable.iloc[fault.rows] = False
        bad, rows = int((~usable).sum()), len(usable)
        if not bad:
            return usable
        told = [self._tell(fault) for fault in self._faults]
        if bad > share * rows:
            way_out = (
                f", or leave them out: --params {parameter}={share_of(bad, rows)}" if parameter and bad < rows else ""
            )
            if len(told) == 1 and self._faults[0].whole:
                raise self.error(f"{self.origin}: {told[0]}")
            if len(told) == 1:
                raise self.error(f"{self.origin}: {told[0]} Correct or remove them{way_out}.")
            lines = "\n".join(f"- {line}" for line in told)
            raise self.error(
                f"{self.origin}: {bad:,} of {rows:,} rows cannot be used:\n{lines}\nCorrect or remove them{way_out}."
            )
        left_out = counted(bad, f"of {rows:,} rows is left out", f"of {rows:,} rows are left out")
        logger.warning("%s: %s: %s", self.origin, left_out, " ".join(told))
        return usable

    def _tell(self, fault: Fault) -> str:
        """One fault in words: the first row, how many there are, and some more of them."""
        values = self.table[fault.column].iloc[fault.rows[:SHOWN_ROWS]]
        received = [repr(value.item() if isinstance(value, np.generic) else value) for value in values]
        names = [self._name(int(row)) for row in fault.rows[:SHOWN_ROWS]]
        called = self._called(fault.column)
        if fault.whole:
            kind, remedy = fault.whole
            none = f"none of {len(self.table):,} rows can be read as {kind}"
            return f"{called}, {names[0]}: expected {fault.expected}. Received: {received[0]}; {none}.{remedy}"
        also = "; ".join(f"{name}: {value}" for name, value in zip(names[1:], received[1:], strict=True))
        return (
            f"{called}, {names[0]}: expected {fault.expected}. Received: {received[0]} "
            f"({counted(len(fault.rows), 'such row')}{f'; also {also}' if also else ''})."
        )

    def _called(self, column: str) -> str:
        """A column as its file calls it."""
        label = self._labels.get(column, column)
        return f"column {label!r}" if label else "the column of a ticker"

    def _whole(self, column: str, values: pd.Series, kind: str, remedy: str = "") -> tuple[str, str] | None:
        """What to say of a column of several rows of which no value could be read."""
        if len(values) < FEWEST_ROWS or values.notna().any():
            return None
        if self._labels.get(column):
            remedy += f" Or name their column: --params {self._parameter}_columns.{column}=NAME."
        remedy = remedy or " Correct the column, or leave it out."
        return kind, remedy if remedy.startswith(" Say") else remedy.replace(" Or name", " Name")

    def _name(self, row: int) -> str:
        keys = [key.iloc[row] for key in self._keys]
        known = [key for key in keys if not pd.isna(key) and key != ""]
        shown = [f"{key:%Y-%m-%d}" if isinstance(key, pd.Timestamp) else str(key) for key in known]
        return f"{self.describe_row(row)} ({', '.join(shown)})" if shown else self.describe_row(row)

    def dates(
        self,
        column: str = "date",
        date_format: str | None = None,
        within: pd.Series | None = None,
        tell: str = "date_format: '%m/%d/%Y' in the catalog",
        timezone: str | None = None,
    ) -> pd.Series:
        """Return the date of timestamps or of text, at midnight, without a time zone; others are noted.

        Parameters
        ----------
        column
            Its name.
        date_format
            Form of dates that are text; None: it is found, see :func:`rnn_trading.tables.dates.read_dates`.
        within
            Groups of rows within which dates are expected in order.
        tell
            How a user says the form, with an example.
        timezone
            Whose days timestamps are; None: the date that is written. See
            :func:`rnn_trading.tables.time_zones.days_in_zone`.

        Returns
        -------
        pandas.Series
            datetime64[us], ``(rows,)``, missing where there is none.

        Raises
        ------
        TableError
            If the column can be read in more than one way, or the form is none of a date.

        Examples
        --------
        >>> source = SourceTable(pd.DataFrame({"date": ["2020-01-31 16:00"]}), "mine.csv", ("date",))
        >>> source.dates().astype("str").tolist()
        ['2020-01-31']
        >>> SourceTable(pd.DataFrame({"date": ["01/02/2017"]}), "mine.csv", ("date",)).dates()
        Traceback (most recent call last):
            ...
        rnn_trading.tables.checks.TableError: mine.csv: column 'date': '01/02/2017' is 2 January or 1 February. Say ...
        """
        if date_format is not None and not _names_a_day(date_format):
            raise self.error(
                f"{self.origin}: the form of its dates: expected a year, a month and a day, such as {tell}. Received: "
                f"{date_format!r}."
            )
        read = read_dates(self.table[column], date_format, within)
        if read.question:
            way_out = (
                f" Say how dates are written, such as {tell.replace('%m/%d/%Y', read.form)}." if read.by_form else ""
            )
            raise self.error(f"{self.origin}: {self._called(column)}: {read.question}.{way_out}")
        if read.form not in ("", ISO):
            self.recognised.append(f"dates as {read.form}")
        whole = self._whole(column, read.values, "dates", f" Say how dates are written, such as {tell}.")
        self.note(column, read.values.isna(), f"a date such as {EXAMPLE.strftime(read.form or ISO)}", whole)
        if timezone is None:
            return read.values
        days = days_in_zone(read.values, self.table[column], timezone)
        self.note(column, days.isna() & read.values.notna(), "a time of day behind the date")
        return days

    def refuse_bars_of_a_day(self, dates: pd.Series, key: str | None = None, column: str = "date") -> None:
        """Raise if rows of one day stand at different times of it: such tables hold hours or minutes.

        Parameters
        ----------
        dates
            The day of each row; see :meth:`dates`.
        key
            Column that tells series apart, such as ``ticker``; None if there is one.
        column
            Of the timestamps.

        Raises
        ------
        TableError
            Names the first such day and its times.

        Examples
        --------
        >>> bars = pd.DataFrame({"date": ["2020-01-31 09:30", "2020-01-31 10:30"]})
        >>> source = SourceTable(bars, "mine.csv", ("date",))
        >>> source.refuse_bars_of_a_day(source.dates())
        Traceback (most recent call last):
            ...
        rnn_trading.tables.checks.TableError: mine.csv: 2020-01-31 has 2 rows, at 2020-01-31 09:30, 2020-01-31 10:30:...
        """
        keys = self.table[[key]] if key else self.table[[]]
        several = dates.notna() & keys.assign(day=dates).duplicated(keep=False)
        if not several.any():
            return
        rows = keys[several].assign(day=dates[several], stamp=self.table.loc[several, column].astype("str"))
        by = [name for name in rows.columns if name != "stamp"]
        times = rows.groupby(by, sort=False)["stamp"].unique()
        different = times[times.map(len) > 1]
        if len(different):
            first, times_there = different.index[0], different.iloc[0]
            of = f"{first[0]} on {first[1]:%Y-%m-%d}" if key else f"{first:%Y-%m-%d}"
            raise self.error(
                f"{self.origin}: {of} has {len(times_there):,} rows, at {', '.join(times_there[:2])}"
                f"{', ...' if len(times_there) > 2 else ''}: bars of hours or minutes "
                f"({counted(len(different), 'such day')}). "
                "Expected one row a day. Keep the last close of each day."
            )

    def numbers(self, column: str, *, quantity: bool = False) -> pd.Series:
        """Return a column as float64, NaN where a cell is missing; anything else that is no number is noted.

        Parameters
        ----------
        column
            Its name.
        quantity
            Whether these are whole things, see :func:`rnn_trading.tables.numbers.read_numbers`.

        Examples
        --------
        >>> SourceTable(pd.DataFrame({"close": ["1.5", None]}), "mine.csv", ("close",)).numbers("close").tolist()
        [1.5, nan]
        >>> source = SourceTable(pd.DataFrame({"close": ["1.5", "ten"]}), "mine.csv", ("close",))
        >>> source.numbers("close").tolist()
        [1.5, nan]
        >>> source.usable()
        Traceback (most recent call last):
            ...
        rnn_trading.tables.checks.TableError: mine.csv: column 'close', row 1: expected a number. Received: 'ten'...
        """
        read = read_numbers(self.table[column], quantity=quantity)
        self.recognised.extend(f"{column}: {words}" for words in read.mended)
        self.missing[column] = int((read.values.isna() & ~read.unreadable).sum())
        self.note(column, read.unreadable, "a number", self._whole(column, read.values, "numbers"))
        return read.values

    def symbols(self, column: str) -> pd.Series:
        """Return a column of names, such as tickers, as text; missing ones are noted.

        Whole numbers have no decimal point, ``NA`` and ``NULL`` are names like any other.

        Examples
        --------
        >>> SourceTable(pd.DataFrame({"ticker": [5.0, 700.0]}), "mine.csv", ("ticker",)).symbols("ticker").tolist()
        ['5', '700']
        """
        text = without_points(as_text(self.table[column]).str.strip().fillna(""))
        self.note(column, text == "", f"a {column.replace('_', ' ')}")
        return text


def _names_a_day(date_format: str) -> bool:
    """Whether a day can be written in a form, and read again."""
    try:
        return bool(
            pd.to_datetime(EXAMPLE.tz_localize("UTC").strftime(date_format), format=date_format).date()
            == EXAMPLE.date()
        )
    except ValueError:
        return False


def share_of(part: int, whole: int) -> str:
    """The smallest number of few digits that, as a share of the whole, is this part or more.

    Examples
    --------
    >>> share_of(1, 592_358), share_of(3, 4)
    ('0.0000017', '0.75')
    """
    digits = 1 - int(np.floor(np.log10(part / whole)))
    return f"{np.ceil(part / whole * 10**digits - 1e-9) / 10**digits:.{digits}f}".rstrip("0")
