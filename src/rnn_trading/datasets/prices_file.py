"""Prices in a file: Parquet, CSV or HDF5, long or wide."""

from collections.abc import Callable
from typing import Any, Literal, get_args

import pandas as pd

from rnn_trading.datasets.table_file import TableFileDataset
from rnn_trading.tables.prices import OPTIONAL, REQUIRED, PriceError, parse_prices
from rnn_trading.tables.reading import Reading

Layout = Literal["long", "wide"]


class PricesFileDataset(TableFileDataset[tuple[pd.DataFrame, Reading]]):
    """Read and check a price file; the result is the canonical table of :mod:`rnn_trading.tables.prices`.

    Parameters
    ----------
    layout
        ``long``: columns (or index levels) ``date``, ``ticker``, ``adj_close`` and optionally ``adj_volume``.
        ``wide``: the date, then one column of adjusted closes a ticker.
    file
        See :class:`rnn_trading.datasets.table_file.TableFileDataset`.
    """

    expected = f"the columns {', '.join(REQUIRED)}[, {', '.join(OPTIONAL)}]"
    parameter = "prices_file"
    error = PriceError

    def __init__(self, *, layout: Layout = "long", **file: Any) -> None:
        if layout not in get_args(Layout):
            raise ValueError(f"layout: expected one of {get_args(Layout)}. Received: {layout!r}")
        super().__init__(**file)
        self._layout = layout
        self._options |= {"layout": layout}

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the canonical table, and how it was read.

        Raises
        ------
        PriceError
            If the file is missing, cannot be read, or holds a value that cannot be used; names file, column
            and row.
        """
        raw = self._file.read()
        if self._layout == "long":
            return parse_prices(raw.table, str(self._filepath), raw.describe_row), raw.reading
        return self._parse_wide(raw.table, raw.describe_row), raw.reading

    def _parse_wide(self, wide: pd.DataFrame, describe_row: Callable[[int], str]) -> pd.DataFrame:
        date = wide.columns[0]
        tall = wide.rename(columns={date: "date"}).melt("date", var_name="ticker", value_name="adj_close")
        return parse_prices(
            tall,
            str(self._filepath),
            lambda row: f"ticker {tall['ticker'].iloc[row]}, {describe_row(row % len(wide))}",
        )
