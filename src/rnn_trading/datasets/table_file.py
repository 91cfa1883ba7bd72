"""Read a table that a user or a package provides: CSV, Parquet or HDF5, with errors that name the file and the row."""

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from rnn_trading.tables.checks import TableError

# What stands for "no number" in a CSV.
MISSING = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "."]
DescribeRow = Callable[[int], str]
Read = TypeVar("Read")


class TableFile:
    """A file that holds a table.

    Parameters
    ----------
    filepath
        ``.parquet``, ``.csv`` (also ``.csv.gz``) or ``.h5``.
    expected
        What the table should hold, for error messages.
    remedy
        What to do when the file is missing.
    error
        What is raised.
    key
        Name of the table inside an HDF5 file; not needed if it holds one only.
    """

    def __init__(
        self, filepath: str, expected: str, remedy: str, error: type[TableError], key: str | None = None
    ) -> None:
        self.filepath = Path(filepath)
        self.expected, self.remedy, self.error, self.key = expected, remedy, error, key

    def read(self, read_csv: Callable[[Path], pd.DataFrame]) -> tuple[pd.DataFrame, DescribeRow]:
        """Return the table and a function that names its rows as a user would count them.

        Parameters
        ----------
        read_csv
            Reads a CSV. It keeps the position of each line in the index, blank lines counted.

        Raises
        ------
        TableError
            If the file is missing, has another ending, or cannot be read.
        """
        name = self.filepath.name
        if not self.filepath.is_file():
            raise self.error(
                f"{self.filepath} does not exist. Expected a Parquet, CSV or HDF5 table with {self.expected}. "
                f"{self.remedy}"
            )
        if name.endswith((".csv", ".csv.gz")):
            raw = self.guarded(read_csv)
            lines = raw.index + 2  # the first line is the header
            return raw, lambda row: f"line {lines[row]}"
        if name.endswith((".parquet", ".pq")):
            return self.guarded(pd.read_parquet), lambda row: f"row {row}"
        if name.endswith((".h5", ".hdf5", ".hdf")):
            return self.guarded(self._read_hdf), lambda row: f"row {row}"
        raise self.error(f"{self.filepath}: expected a file ending in .parquet, .csv, .csv.gz or .h5.")

    def refuse_save(self) -> Any:
        """Refuse to write to a source."""
        raise self.error(f"{self.filepath} is a source: it is only read.")

    def guarded(self, reader: Callable[[Path], Read]) -> Read:
        """Read the file, and name it if that fails."""
        try:
            return reader(self.filepath)
        except TableError:
            raise
        except (OSError, EOFError, zlib.error, ValueError, KeyError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
            raise self.error(f"{self.filepath} cannot be read: {reason}") from error

    def _read_hdf(self, filepath: Path) -> pd.DataFrame:
        with pd.HDFStore(filepath, mode="r") as store:
            tables = [name.lstrip("/") for name in store.keys()]
            key = tables[0] if self.key is None and len(tables) == 1 else self.key
            if key not in tables:
                raise self.error(
                    f"{filepath}: expected the table {self.key!r}. Received: {', '.join(tables) or 'none'}. Name the "
                    "table as `key` of the source in the catalog."
                )
            return store[key]


def parse_error(error: Exception, filepath: Path) -> str:
    """What to say of a CSV that pandas cannot read."""
    return (
        f"{filepath} cannot be read: {str(error).strip()}. Put texts that hold commas in quotation marks, and end "
        "every quotation."
    )


def refuse_unquoted_commas(table: pd.DataFrame, filepath: Path, error: type[TableError]) -> None:
    """Raise if rows of a CSV have more cells than its header: pandas takes the first ones for an index.

    Raises
    ------
    TableError
        Names the file.
    """
    if not isinstance(table.index, pd.RangeIndex):
        raise error(
            f"{filepath}: rows have more cells than the header, {', '.join(map(repr, table.columns))}. Put texts "
            "that hold commas in quotation marks."
        )


def read_text_csv(filepath: Path) -> pd.DataFrame:
    """Read a CSV with every cell as text, missing numbers as NaN, and lines without anything left out."""
    table = pd.read_csv(filepath, dtype="str", keep_default_na=False, na_values=MISSING, skip_blank_lines=False)
    return table.dropna(how="all")
