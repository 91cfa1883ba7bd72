"""A user's forecasts of many names in a file."""

from dataclasses import replace
from typing import Any

import pandas as pd

from rnn_trading.datasets.table_file import TableFileDataset
from rnn_trading.tables.forecasts import KEYS, NUMBERS, ForecastError, parse_forecasts
from rnn_trading.tables.names import Told
from rnn_trading.tables.reading import Reading


class ForecastsFileDataset(TableFileDataset[tuple[pd.DataFrame, Reading]]):
    """Read and check a table of forecasts; the result is that of :func:`rnn_trading.tables.forecasts.parse_forecasts`.

    Parameters
    ----------
    names
        The file's names of ``ticker``, ``date``, ``prediction``, ``weight`` and ``truth``, by ours; None: recognised.
    date_format
        Form of dates that are text, such as ``%d/%m/%Y``; None: recognised.
    bad_rows
        Share of the rows that are left out if they cannot be used, such as 0.001; more are refused.
    timezone
        Whose days timestamps are, such as ``Asia/Tokyo``; None: the date that is written. See
        :func:`rnn_trading.tables.time_zones.days_in_zone`.
    file
        See :class:`rnn_trading.datasets.table_file.TableFileDataset`.
    """

    expected = "a ticker, a date and a forecast"
    parameter = "forecasts_file"
    error = ForecastError

    def __init__(
        self,
        *,
        names: dict[str, str | None] | None = None,
        date_format: str | None = None,
        bad_rows: float = 0.0,
        timezone: str | None = None,
        **file: Any,
    ) -> None:
        super().__init__(**file)
        self._told = Told("forecasts", "auto", names or {}, date_format, bad_rows, timezone)
        self._told.refuse_unknown(*KEYS, *NUMBERS)
        self._options |= {"names": self._told.named, "date_format": date_format, "bad_rows": bad_rows}
        self._options |= {"timezone": timezone}

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the canonical table, and how it was read.

        Raises
        ------
        ForecastError
            If the file is missing, cannot be read, or holds values that cannot be used; names file, column and row.
        """
        raw = self._file.read()
        told = replace(self._told, decimal=self._file.options.decimal)
        table, reading = parse_forecasts(raw.table, str(self._filepath), raw.describe_row, told)
        return table, raw.reading | reading
