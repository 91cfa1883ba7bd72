"""Read a table that a user or a package provides: CSV, Parquet or HDF5, with errors that name the file and the row."""

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pandas as pd

from rnn_trading.datasets.file import Loaded, SourceFileDataset
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
    parameter
        Runtime parameter that names the file.
    error
        What is raised.
    key
        Name of the table inside an HDF5 file; not needed if it holds one only.
    """

    def __init__(
        self, filepath: Path, expected: str, parameter: str, error: type[TableError], key: str | None = None
    ) -> None:
        self.filepath, self.expected, self.parameter = filepath, expected, parameter
        self.error, self.key = error, key

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
                f"{put_there(self.parameter)}"
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
        from rnn_trading.datasets.plain_hdf5 import plain_store  # noqa: PLC0415  few files need its libraries

        with plain_store(filepath) as store:
            tables = [name.lstrip("/") for name in store.keys()]
            key = tables[0] if self.key is None and len(tables) == 1 else self.key
            if key not in tables:
                raise self.error(
                    f"{filepath}: expected the table {self.key!r}. Received: {', '.join(tables) or 'none'}. Name the "
                    "table as `key` of the source in the catalog."
                )
            return store[key]


class TableFileDataset(SourceFileDataset[Loaded]):
    """A table that a user or a package provides.

    Subclasses say what the table should hold (``expected``), which runtime parameter names the file (``parameter``),
    and what they raise (``error``).

    Parameters
    ----------
    key
        Name of the table inside an HDF5 file; not needed if it holds one only.
    file
        ``filepath``: ``.parquet``, ``.csv`` (also ``.csv.gz``) or ``.h5``. ``metadata``: for Kedro plugins.
    """

    expected: ClassVar[str]
    parameter: ClassVar[str]
    error: ClassVar[type[TableError]]

    def __init__(self, *, key: str | None = None, **file: Any) -> None:
        super().__init__(**file)
        self._file = TableFile(self._filepath, self.expected, self.parameter, self.error, key)
        self._options = {"key": key}


def put_there(parameter: str) -> str:
    """What to do when a file is missing."""
    return f"Put it there, or name another with --params {parameter}=PATH."


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
