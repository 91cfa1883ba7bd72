"""Checks of tables that come from outside: errors name file, column and row, and say what was expected."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from rnn_trading.tables.time_zones import ISO, days


class TableError(ValueError):
    """A table that cannot be used; the message names the file, the column and the row."""


def row_number(position: int) -> str:
    """Name a row where nothing better is known.

    Examples
    --------
    >>> row_number(0)
    'row 0'
    """
    return f"row {position}"


class SourceTable:
    """A raw table with its origin, read column by column.

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

    Raises
    ------
    TableError
        If a required column is missing.

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
        missing = [column for column in required if column not in self.table.columns]
        if missing:
            received = ", ".join(repr(str(name)) for name in self.table.columns)
            further = f"[, {', '.join(optional)}]" if optional else ""
            raise self.error(
                f"{origin}: column {', '.join(map(repr, missing))} is missing. Expected: {', '.join(required)}"
                f"{further}. Received: {received}."
            )

    def refuse(self, column: str, bad: pd.Series, expected: str) -> None:
        """Raise for the first row that is marked as bad.

        Parameters
        ----------
        column
            Whose value the message shows.
        bad
            Boolean, one a row of the table, ``(rows,)``.
        expected
            What the value should have been, in words.

        Raises
        ------
        TableError
            Or what was given as ``error``.

        Examples
        --------
        >>> source = SourceTable(pd.DataFrame({"close": [1.5, -2.0]}), "mine.csv", required=("close",))
        >>> source.refuse("close", source.table["close"] <= 0, "a positive price")
        Traceback (most recent call last):
            ...
        rnn_trading.tables.checks.TableError: mine.csv: column 'close', row 1: expected a positive price...
        """
        if bad.any():
            position = int(np.flatnonzero(bad.to_numpy())[0])
            value = self.table[column].iloc[position]
            raise self.error(
                f"{self.origin}: column {column!r}, {self.describe_row(position)}: expected {expected}. Received: "
                f"{value.item() if isinstance(value, np.generic) else value!r} ({int(bad.sum()):,} such rows). "
                "Correct or remove them."
            )

    def dates(self, column: str = "date", date_format: str = ISO, timezone: str | None = None) -> pd.Series:
        """Return the date of timestamps or of text, at midnight, without a time zone.

        Forms other than ``date_format`` are refused, not guessed at: 01/02/2017 is two different days. A time
        and an offset after an ISO date are ignored, so that the date is the one that is written, unless a
        ``timezone`` says whose days are meant; see :func:`rnn_trading.tables.time_zones.days`.

        Returns
        -------
        pandas.Series
            datetime64[us], ``(rows,)``, none missing.

        Raises
        ------
        TableError
            For a date that is missing or cannot be read.

        Examples
        --------
        >>> source = SourceTable(pd.DataFrame({"date": ["2020-01-31 16:00"]}), "mine.csv", ("date",))
        >>> source.dates().astype("str").tolist()
        ['2020-01-31']
        >>> SourceTable(pd.DataFrame({"date": ["01/02/2017"]}), "mine.csv", ("date",)).dates()
        Traceback (most recent call last):
            ...
        rnn_trading.tables.checks.TableError: mine.csv: column 'date', row 0: expected a date such as 2017-12-29...
        """
        dates = days(self.table[column], date_format, timezone)
        self.refuse(column, dates.isna(), f"a date such as {pd.Timestamp('2017-12-29').strftime(date_format)}")
        return dates

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
                f"{', ...' if len(times_there) > 2 else ''}: bars of hours or minutes ({len(different):,} such days). "
                "Expected one row a day. Keep the last close of each day."
            )

    def numbers(self, column: str) -> pd.Series:
        """Return a column as float64; missing cells are NaN, anything else that is no number is refused.

        Raises
        ------
        TableError
            For text that is no number, the empty text included, and for dates.

        Examples
        --------
        >>> SourceTable(pd.DataFrame({"close": ["1.5", None]}), "mine.csv", ("close",)).numbers("close").tolist()
        [1.5, nan]
        >>> SourceTable(pd.DataFrame({"close": ["1.5", "n/a"]}), "mine.csv", ("close",)).numbers("close")
        Traceback (most recent call last):
            ...
        rnn_trading.tables.checks.TableError: mine.csv: column 'close', row 1: expected a number. Received: 'n/a'...
        """
        values = self.table[column]
        is_date = pd.api.types.is_datetime64_any_dtype(values.dtype)
        self.refuse(column, pd.Series(is_date, index=self.table.index), "a number")
        numbers = pd.to_numeric(values, errors="coerce").astype("float64")
        self.refuse(column, numbers.isna() & values.notna(), "a number")
        return numbers
