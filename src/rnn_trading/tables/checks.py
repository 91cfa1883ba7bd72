"""Checks of tables that come from outside: errors name file, column and row, and say what was expected."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from rnn_trading.tables.numerals import to_floats

SHOWN_COLUMNS = 8


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


def some(names: pd.Index | list[str]) -> str:
    """Some names of columns, in quotation marks, and how many there are if these are not all.

    Examples
    --------
    >>> some([*"abcdefghij"])
    "'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', ... (10 in all)"
    """
    shown = ", ".join(repr(str(name)) for name in names[:SHOWN_COLUMNS])
    return f"{shown}, ... ({len(names):,} in all)" if len(names) > SHOWN_COLUMNS else shown or "none"


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
            further = f"[, {', '.join(optional)}]" if optional else ""
            raise self.error(
                f"{origin}: column {', '.join(map(repr, missing))} is missing. Expected: {', '.join(required)}"
                f"{further}. Received: {some(self.table.columns)}."
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

    def dates(
        self,
        column: str = "date",
        date_format: str | None = None,
        tell: str = "date_format in the catalog",
    ) -> pd.Series:
        """Return the date of timestamps or of text, at midnight, without a time zone.

        Forms other than ``date_format`` are refused, not guessed at: 01/02/2017 is two different days. A time
        and an offset after an ISO date are ignored, so that the date is the one that is written.

        Parameters
        ----------
        column
            Its name.
        date_format
            Form of dates that are text; None: ISO.
        tell
            Where a user says the form.

        Returns
        -------
        pandas.Series
            datetime64, ``(rows,)``, none missing; in microseconds, but timestamps with a time zone keep their unit.

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
        values, date_format = self.table[column], date_format or "%Y-%m-%d"
        if pd.api.types.is_datetime64_any_dtype(values.dtype):
            dates = values.astype("datetime64[us]") if values.dt.tz is None else values
        else:
            text = values.astype("str").str.strip()
            if date_format == "%Y-%m-%d":
                text = text.str.slice(0, len("2017-12-29"))
            dates = pd.to_datetime(text, errors="coerce", format=date_format).astype("datetime64[us]")
        example = pd.Timestamp("2017-12-29").strftime(date_format)
        self.refuse(column, dates.isna(), f"a date such as {example}; another form is said by {tell}")
        return dates.dt.tz_localize(None).dt.normalize() if dates.dt.tz is not None else dates.dt.normalize()

    def numbers(self, column: str) -> pd.Series:
        """Return a column as float64; what is missing is NaN, anything else that is no number is refused.

        Missing is also a text that says so: see ``MISSING`` of :mod:`rnn_trading.tables.numerals`.

        Raises
        ------
        TableError
            For text that is no number, and for dates.

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
        numbers, unreadable = to_floats(values)
        self.refuse(column, unreadable, "a number")
        return numbers
