"""Prices in a file: Parquet, CSV or HDF5, long or wide."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args

import pandas as pd
from kedro.io import AbstractDataset

from rnn_trading.prices import OPTIONAL, REQUIRED, PriceError, parse_prices

NUMBERS = ("adj_close", "adj_volume")
# What stands for "no price" in a CSV. A ticker named NA or NULL stays a ticker.
MISSING = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"]
Layout = Literal["long", "wide"]


class PricesFileDataset(AbstractDataset[None, pd.DataFrame]):
    """Read and check a price file; the result is the canonical table of :mod:`rnn_trading.prices`.

    Parameters
    ----------
    filepath
        ``.parquet``, ``.csv`` (also ``.csv.gz``) or ``.h5``.
    layout
        ``long``: columns (or index levels) ``date``, ``ticker``, ``adj_close`` and optionally ``adj_volume``.
        ``wide``: the date, then one column of adjusted closes a ticker.
    key
        Name of the table inside an HDF5 file; not needed if it holds one only.
    metadata
        For Kedro plugins.
    """

    def __init__(
        self,
        *,
        filepath: str,
        layout: Layout = "long",
        key: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        if layout not in get_args(Layout):
            raise ValueError(f"layout: expected one of {get_args(Layout)}. Received: {layout!r}")
        self._filepath, self._layout, self._key = Path(filepath), layout, key
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """Return the canonical table.

        Raises
        ------
        PriceError
            If the file is missing, cannot be read, or holds a value that cannot be used; names file, column
            and row.
        """
        name = self._filepath.name
        if not self._filepath.is_file():
            raise PriceError(
                f"{self._filepath} does not exist. Expected a Parquet, CSV or HDF5 table with the columns "
                f"{', '.join(REQUIRED)}[, {', '.join(OPTIONAL)}]. Put it there, or name another with "
                "--params prices_file=PATH."
            )
        if name.endswith((".csv", ".csv.gz")):
            raw, label, first = self._read(self._read_csv), "line", 2
        elif name.endswith((".parquet", ".pq")):
            raw, label, first = self._read(pd.read_parquet), "row", 0
        elif name.endswith((".h5", ".hdf5", ".hdf")):
            raw, label, first = self._read(self._read_hdf), "row", 0
        else:
            raise PriceError(f"{self._filepath}: expected a file ending in .parquet, .csv, .csv.gz or .h5.")
        # Blank lines of a CSV are gone, so that a row's line is in the index; elsewhere rows are counted.
        lines = raw.index if label == "line" else range(len(raw))

        def describe_row(row: int) -> str:
            return f"{label} {lines[row] + first}"

        if self._layout == "long":
            return parse_prices(raw, str(self._filepath), describe_row)
        return self._parse_wide(raw, describe_row)

    def _read(self, reader: Callable[[Path], pd.DataFrame]) -> pd.DataFrame:
        try:
            return reader(self._filepath)
        except PriceError:
            raise
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
            raise PriceError(f"{self._filepath} cannot be read: {reason}") from error

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
            keep_default_na=False,
            na_values={column: MISSING for column in NUMBERS},
            skip_blank_lines=False,
            low_memory=False,
        )
        return table[(table["date"] != "") | (table["ticker"] != "") | table["adj_close"].notna()]

    def _read_hdf(self, filepath: Path) -> pd.DataFrame:
        with pd.HDFStore(filepath, mode="r") as store:
            tables = [name.lstrip("/") for name in store.keys()]
            key = tables[0] if self._key is None and len(tables) == 1 else self._key
            if key not in tables:
                raise PriceError(
                    f"{filepath}: expected the table {self._key!r}. Received: {', '.join(tables) or 'none'}. Name the "
                    "table as `key` of prices_source in the catalog."
                )
            return store[key]

    def _parse_wide(self, wide: pd.DataFrame, describe_row: Callable[[int], str]) -> pd.DataFrame:
        date = wide.columns[0]
        tall = wide.rename(columns={date: "date"}).melt("date", var_name="ticker", value_name="adj_close")
        return parse_prices(
            tall,
            str(self._filepath),
            lambda row: f"ticker {tall['ticker'].iloc[row]}, {describe_row(row % len(wide))}",
        )

    def save(self, data: None) -> None:
        """Refuse: a source is only read."""
        raise PriceError(f"{self._filepath} is a source: it is only read.")

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "layout": self._layout, "key": self._key}

    def _exists(self) -> bool:
        return self._filepath.is_file()
