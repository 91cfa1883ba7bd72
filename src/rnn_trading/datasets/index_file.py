"""Prices of one index in a file: Parquet, CSV or HDF5."""

from typing import Any

import pandas as pd

from rnn_trading.datasets.table_file import TableFileDataset, read_text_csv
from rnn_trading.tables.index_prices import OPTIONAL, REQUIRED, parse_index
from rnn_trading.tables.prices import PriceError
from rnn_trading.tables.reading import Reading
from rnn_trading.tables.time_zones import checked_zone


class IndexFileDataset(TableFileDataset[tuple[pd.DataFrame, Reading]]):
    """Read and check a file of index prices.

    The result is the canonical table of :mod:`rnn_trading.tables.index_prices`.

    Parameters
    ----------
    columns
        The file's names of ``date``, ``close``, ``open``, ``high``, ``low``, ``volume`` where they differ:
        file's name to ours.
    date_format
        Form of dates that are text, ``%Y-%m-%d`` unless told.
    timezone
        Whose days timestamps are, such as ``Asia/Tokyo``; None: the date that is written. See
        :func:`rnn_trading.tables.time_zones.days`.
    file
        See :class:`rnn_trading.datasets.table_file.TableFileDataset`.
    """

    expected = f"the columns {', '.join(REQUIRED)}[, {', '.join(OPTIONAL)}]"
    parameter = "index_file"
    error = PriceError

    def __init__(
        self,
        *,
        columns: dict[str, str] | None = None,
        date_format: str = "%Y-%m-%d",
        timezone: str | None = None,
        **file: Any,
    ) -> None:
        super().__init__(**file)
        self._columns, self._date_format, self._timezone = columns or {}, date_format, checked_zone(timezone)
        self._options |= {"columns": self._columns, "date_format": date_format, "timezone": timezone}

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the canonical table, and how it was read.

        Raises
        ------
        PriceError
            If the file is missing, cannot be read, or holds a value that cannot be used; names file, column
            and row.
        """
        raw, describe_row = self._file.read(read_text_csv)
        renamed = raw.rename(columns=self._columns)
        table = parse_index(renamed, str(self._filepath), describe_row, self._date_format, self._timezone)
        return table, Reading()
