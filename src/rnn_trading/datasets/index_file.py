"""Prices of one index in a file: Parquet, CSV or HDF5."""

from typing import Any

import pandas as pd
from kedro.io import AbstractDataset

from rnn_trading.datasets.table_file import TableFile, read_text_csv
from rnn_trading.tables.index_prices import OPTIONAL, REQUIRED, parse_index
from rnn_trading.tables.prices import PriceError


class IndexFileDataset(AbstractDataset[None, pd.DataFrame]):
    """Read and check a file of index prices.

    The result is the canonical table of :mod:`rnn_trading.tables.index_prices`.

    Parameters
    ----------
    filepath
        ``.parquet``, ``.csv`` (also ``.csv.gz``) or ``.h5``.
    columns
        The file's names of ``date``, ``close``, ``open``, ``high``, ``low``, ``volume`` where they differ:
        file's name to ours.
    date_format
        Form of dates that are text, ``%Y-%m-%d`` unless told.
    key
        Name of the table inside an HDF5 file; not needed if it holds one only.
    metadata
        For Kedro plugins.
    """

    def __init__(
        self,
        *,
        filepath: str,
        columns: dict[str, str] | None = None,
        date_format: str = "%Y-%m-%d",
        key: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._file = TableFile(
            filepath,
            f"the columns {', '.join(REQUIRED)}[, {', '.join(OPTIONAL)}]",
            "Put it there, or name another with --params index_file=PATH.",
            PriceError,
            key,
        )
        self._columns, self._date_format = columns or {}, date_format
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """Return the canonical table.

        Raises
        ------
        PriceError
            If the file is missing, cannot be read, or holds a value that cannot be used; names file, column
            and row.
        """
        raw, describe_row = self._file.read(read_text_csv)
        renamed = raw.rename(columns=self._columns)
        return parse_index(renamed, str(self._file.filepath), describe_row, self._date_format)

    def save(self, data: None) -> None:
        """Refuse: a source is only read."""
        self._file.refuse_save()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._file.filepath), "columns": self._columns, "date_format": self._date_format}

    def _exists(self) -> bool:
        return self._file.filepath.is_file()
