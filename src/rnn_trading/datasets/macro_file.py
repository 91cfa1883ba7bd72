"""Several series in a file."""

from typing import Any

import pandas as pd

from rnn_trading.datasets.table_file import TableFileDataset
from rnn_trading.series.monthly import MacroError, name_date, parse_macro
from rnn_trading.tables.names import Told
from rnn_trading.tables.numerals import plain_numerals
from rnn_trading.tables.reading import Reading


class MacroFileDataset(TableFileDataset[tuple[pd.DataFrame, Reading]]):
    """Read a file of series; see :func:`rnn_trading.series.monthly.parse_macro` for the result.

    Parameters
    ----------
    date
        The file's name of the date; None: a usual name, such as ``observation_date`` of FRED.
    date_format
        Form of dates that are text, such as ``%m/%d/%Y``; None: ISO, also months alone such as 2020-01.
    bad_rows
        Share of the rows that are left out if they cannot be used, such as 0.001; more are refused.
    timezone
        Whose days timestamps are, such as ``Asia/Tokyo``; None: there are no times of day. See
        :func:`rnn_trading.tables.time_zones.days_in_zone`.
    series
        Columns to read; all but the date unless told.
    file
        See :class:`rnn_trading.datasets.table_file.TableFileDataset`.
    """

    expected = "a date and one column for each of two or more series"
    parameter = "macro_file"
    error = MacroError

    def __init__(
        self,
        *,
        date: str | None = None,
        date_format: str | None = None,
        series: list[str] | None = None,
        bad_rows: float = 0.0,
        timezone: str | None = None,
        **file: Any,
    ) -> None:
        super().__init__(**file)
        self._told = Told("macro", "auto", {"date": date}, date_format, bad_rows, timezone)
        self._series = series
        self._options |= {"date": date, "date_format": date_format, "series": series, "bad_rows": bad_rows}
        self._options |= {"timezone": timezone}

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the series as they are, and how they were read; ``missing_values`` counts cells without a number.

        Raises
        ------
        MacroError
            If the file is missing, cannot be read, or holds more values than ``bad_rows`` that cannot be used; names
            file, column and row.
        """
        origin, raw = str(self._filepath), self._file.read()
        told = self._told
        table, label = name_date(raw.table, origin, told)
        names = tuple(self._series) if self._series else None
        used = [place for place, name in enumerate(table.columns) if place > 0 and (names is None or name in names)]
        decimal = self._file.options.decimal
        table, plainly = plain_numerals(table, origin, raw.describe_row, decimal, self.error, used)
        series, reading = parse_macro(
            table, origin, raw.describe_row, told.date_format, names, told.timezone, told.bad_rows, label
        )
        recognised = () if label == "date" else (f"{label!r} as date",)
        return series, raw.reading | Reading((*recognised, *plainly)) | reading
