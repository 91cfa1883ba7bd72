"""Several series in a file: Parquet, CSV or HDF5."""

from typing import Any

import pandas as pd

from rnn_trading.datasets.table_file import TableFileDataset, read_text_csv
from rnn_trading.series.monthly import MacroError, parse_macro
from rnn_trading.tables.reading import Reading
from rnn_trading.tables.time_zones import checked_zone


class MacroFileDataset(TableFileDataset[tuple[pd.DataFrame, Reading]]):
    """Read a file of series; see :func:`rnn_trading.series.monthly.parse_macro` for the result.

    Parameters
    ----------
    date
        The file's name of the date.
    date_format
        Form of dates that are text, ``%Y-%m-%d`` unless told.
    timezone
        Whose days timestamps are, such as ``Asia/Tokyo``; None: there are no times of day. See
        :func:`rnn_trading.tables.time_zones.days`.
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
        date: str = "date",
        date_format: str = "%Y-%m-%d",
        series: list[str] | None = None,
        timezone: str | None = None,
        **file: Any,
    ) -> None:
        super().__init__(**file)
        self._date, self._date_format, self._series = date, date_format, series
        self._timezone = checked_zone(timezone)
        self._options |= {"date": date, "series": series, "timezone": timezone}

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the series as they are, and how they were read.

        Raises
        ------
        MacroError
            If the file is missing, cannot be read, or holds a value that cannot be used; names file, column
            and row.
        """
        raw, describe_row = self._file.read(read_text_csv)
        names = tuple(self._series) if self._series else None
        renamed = raw.reset_index() if raw.index.name == self._date else raw
        renamed = renamed.rename(columns={self._date: "date"})
        table = parse_macro(renamed, str(self._filepath), describe_row, self._date_format, names, self._timezone)
        return table, Reading()
