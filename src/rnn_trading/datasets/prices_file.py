"""Prices in a file: Parquet, CSV or HDF5, long or wide."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args

import pandas as pd

from rnn_trading.datasets.table_file import MISSING, TableFileDataset
from rnn_trading.tables.prices import OPTIONAL, REQUIRED, PriceError, parse_prices
from rnn_trading.tables.reading import Reading
from rnn_trading.tables.time_zones import checked_zone

NUMBERS = ("adj_close", "adj_volume")
Layout = Literal["long", "wide"]


class PricesFileDataset(TableFileDataset[tuple[pd.DataFrame, Reading]]):
    """Read and check a price file; the result is the canonical table of :mod:`rnn_trading.tables.prices`.

    Parameters
    ----------
    layout
        ``long``: columns (or index levels) ``date``, ``ticker``, ``adj_close`` and optionally ``adj_volume``.
        ``wide``: the date, then one column of adjusted closes a ticker.
    timezone
        Whose days timestamps are, such as ``Asia/Tokyo``; None: the date that is written. See
        :func:`rnn_trading.tables.time_zones.days`.
    file
        See :class:`rnn_trading.datasets.table_file.TableFileDataset`.
    """

    expected = f"the columns {', '.join(REQUIRED)}[, {', '.join(OPTIONAL)}]"
    parameter = "prices_file"
    error = PriceError

    def __init__(self, *, layout: Layout = "long", timezone: str | None = None, **file: Any) -> None:
        if layout not in get_args(Layout):
            raise ValueError(f"layout: expected one of {get_args(Layout)}. Received: {layout!r}")
        super().__init__(**file)
        self._layout, self._timezone = layout, checked_zone(timezone)
        self._options |= {"layout": layout, "timezone": timezone}

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the canonical table, and how it was read.

        Raises
        ------
        PriceError
            If the file is missing, cannot be read, or holds a value that cannot be used; names file, column
            and row.
        """
        raw, describe_row = self._file.read(self._read_csv)
        if self._layout == "long":
            return parse_prices(raw, str(self._filepath), describe_row, self._timezone), Reading()
        return self._parse_wide(raw, describe_row), Reading()

    def _read_csv(self, filepath: Path) -> pd.DataFrame:
        if self._layout == "wide":
            return pd.read_csv(filepath, low_memory=False, skip_blank_lines=False).dropna(how="all")
        header = pd.read_csv(filepath, nrows=0)
        if not {*REQUIRED} <= {*header.columns}:
            return header  # the check that follows names the columns that are there
        wanted = {*REQUIRED, *OPTIONAL}
        table = pd.read_csv(
            filepath,
            usecols=lambda column: column in wanted,
            dtype={"ticker": "str", "date": "str"},
            keep_default_na=False,  # a ticker named NA or NULL stays a ticker
            na_values={column: MISSING for column in NUMBERS},
            skip_blank_lines=False,
            low_memory=False,
        )
        return table[(table["date"] != "") | (table["ticker"] != "") | table["adj_close"].notna()]

    def _parse_wide(self, wide: pd.DataFrame, describe_row: Callable[[int], str]) -> pd.DataFrame:
        date = wide.columns[0]
        tall = wide.rename(columns={date: "date"}).melt("date", var_name="ticker", value_name="adj_close")
        return parse_prices(
            tall,
            str(self._filepath),
            lambda row: f"ticker {tall['ticker'].iloc[row]}, {describe_row(row % len(wide))}",
            self._timezone,
        )
