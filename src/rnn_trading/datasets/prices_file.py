"""Prices of many tickers in a file, or in a folder with one file a ticker."""

from typing import Any

import pandas as pd

from rnn_trading.datasets.price_table import read_long
from rnn_trading.datasets.table_file import TableFileDataset
from rnn_trading.tables.names import ADJ_CLOSE, ADJ_VOLUME, DATE, TICKER, Layout, Told
from rnn_trading.tables.prices import PriceError, parse_prices
from rnn_trading.tables.reading import Reading


class PricesFileDataset(TableFileDataset[tuple[pd.DataFrame, Reading]]):
    """Read and check a price file; the result is the canonical table of :mod:`rnn_trading.tables.prices`.

    Parameters
    ----------
    layout
        ``long``, ``wide``, ``yfinance`` or ``folder``, see :mod:`rnn_trading.tables.layouts`; ``auto``: recognised.
    names
        The file's names of ``date``, ``ticker``, ``adj_close`` and ``adj_volume``, by ours; None: recognised.
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

    expected = "dates, tickers and prices"
    parameter = "prices_file"
    error = PriceError

    def __init__(
        self,
        *,
        layout: Layout = "auto",
        names: dict[str, str | None] | None = None,
        date_format: str | None = None,
        bad_rows: float = 0.0,
        timezone: str | None = None,
        **file: Any,
    ) -> None:
        super().__init__(**file)
        self._told = Told("prices", layout, names or {}, date_format, bad_rows, timezone)
        self._told.refuse_unknown(DATE, TICKER, ADJ_CLOSE, ADJ_VOLUME)
        self._options |= {"layout": layout, "names": self._told.named, "date_format": date_format, "bad_rows": bad_rows}
        self._options |= {"timezone": timezone}

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the canonical table, and how it was read.

        Raises
        ------
        PriceError
            If the file is missing, cannot be read, or holds values that cannot be used; names file, columns and rows.
        """
        long = read_long(self._file, self._told)
        table, reading = parse_prices(long.table, str(self._filepath), long.describe_row, self._told, long.labels)
        return table, long.reading | reading

    def _exists(self) -> bool:
        return self._filepath.exists()
