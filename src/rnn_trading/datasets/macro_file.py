"""Several series in a file: Parquet, CSV or HDF5."""

from typing import Any

import pandas as pd
from kedro.io import AbstractDataset

from rnn_trading.datasets.table_file import TableFile, read_text_csv
from rnn_trading.series.monthly import MacroError, parse_macro


class MacroFileDataset(AbstractDataset[None, pd.DataFrame]):
    """Read a file of series; see :func:`rnn_trading.series.monthly.parse_macro` for the result.

    Parameters
    ----------
    filepath
        ``.parquet``, ``.csv`` (also ``.csv.gz``) or ``.h5``.
    date
        The file's name of the date.
    date_format
        Form of dates that are text, ``%Y-%m-%d`` unless told.
    series
        Columns to read; all but the date unless told.
    key
        Name of the table inside an HDF5 file; not needed if it holds one only.
    metadata
        For Kedro plugins.
    """

    def __init__(
        self,
        *,
        filepath: str,
        date: str = "date",
        date_format: str = "%Y-%m-%d",
        series: list[str] | None = None,
        key: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._file = TableFile(
            filepath,
            "a date and one column for each of two or more series",
            "Put it there, or name another with --params macro_file=PATH.",
            MacroError,
            key,
        )
        self._date, self._date_format, self._series = date, date_format, series
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """Return the series as they are.

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
        return parse_macro(renamed, str(self._file.filepath), describe_row, self._date_format, names)

    def save(self, data: None) -> None:
        """Refuse: a source is only read."""
        self._file.refuse_save()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._file.filepath), "date": self._date, "series": self._series}

    def _exists(self) -> bool:
        return self._file.filepath.is_file()
