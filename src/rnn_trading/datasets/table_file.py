"""Read a table that a user or a package provides, in any kind of file; errors name the file and the row."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pandas.api.types import is_integer_dtype

from rnn_trading.datasets.csv_dialect import NAMED
from rnn_trading.datasets.csv_table import CsvOptions, CsvTable
from rnn_trading.datasets.file import Loaded, SourceFileDataset
from rnn_trading.datasets.packed import MOST_BYTES, PackedFile, check_file, damaged
from rnn_trading.datasets.plain_pickles import NotPlainError
from rnn_trading.tables.checks import TableError, row_number, some
from rnn_trading.tables.numerals import Decimal
from rnn_trading.tables.reading import Reading
from rnn_trading.tables.row_numbers import counts_rows

DescribeRow = Callable[[int], str]
Read = TypeVar("Read")
Kind = Literal["CSV", "Parquet", "HDF5"]
CONTENT: dict[bytes, Kind] = {b"PAR1": "Parquet", b"\x89HDF\r\n\x1a\n": "HDF5"}
OTHERS = {
    b"\xd0\xcf\x11\xe0": "a workbook of Excel. Save the sheet as CSV, and name that file",
    b"SQLite format 3": "a database of SQLite. Write the table to a CSV or Parquet file",
    b"ARROW1": "an Arrow or Feather file. Write it as Parquet",
    b"\x80": "a pickle, which can run code when it is opened. Write the table to a CSV or Parquet file",
    b"PK\x03\x04": "packed twice. Unpack it",
    b"\x1f\x8b": "packed twice. Unpack it",
}
ENDINGS: dict[str, Kind] = {
    **dict.fromkeys((".parquet", ".pq"), "Parquet"),
    **dict.fromkeys((".h5", ".hdf5", ".hdf"), "HDF5"),
    **dict.fromkeys((".csv", ".tsv", ".txt"), "CSV"),
}
COMPRESSED = (".gz", ".bz2", ".xz", ".zip")
HEAD_BYTES = 16
BYTES_A_CELL = 8


@dataclass(frozen=True)
class RawTable:
    """A table as it stands in its file.

    Attributes
    ----------
    table
        Of a CSV every cell as text, empty where it is; of other files as pandas reads them.
    describe_row
        Names a row, by its position, as a user would count it.
    reading
        What the file was taken for where that is not plain, and what was left out.
    """

    table: pd.DataFrame
    describe_row: DescribeRow
    reading: Reading


@dataclass(frozen=True)
class TableOptions:
    """What a user says of a file where it cannot be told.

    Parameters
    ----------
    key
        Name of the table inside an HDF5 file, or of the file inside a ZIP archive; not needed where there is one only.
    encoding
        Of a CSV, such as ``cp1252``; else what its first bytes say, or UTF-8.
    separator
        Of a CSV: ``comma``, ``semicolon``, ``tab``, ``bar`` or one character; else found.
    decimal
        ``point`` or ``comma``: what stands before the decimals of numbers that are text; else found.
    """

    key: str | None = None
    encoding: str | None = None
    separator: str | None = None
    decimal: Decimal | None = None

    def __post_init__(self) -> None:
        """Take what YAML makes of a name for that name, and refuse what separates nothing."""
        for name in ("key", "encoding"):
            value = getattr(self, name)
            object.__setattr__(self, name, None if value is None else str(value))
        separator = self.separator
        if separator is not None and separator not in NAMED and (len(separator) != 1 or separator in '\r\n"\0'):
            raise TableError(
                f"table_separator: expected {', '.join(NAMED)}, or one character. Received: {separator!r}."
            )

    def csv(self, *, replace: bool = False, leave_out: bool = False) -> CsvOptions:
        """What of it concerns a CSV; see :class:`rnn_trading.datasets.csv_table.CsvOptions` for the rest."""
        separator = None if self.separator is None else NAMED.get(self.separator, self.separator)
        return CsvOptions(self.encoding, separator, replace, leave_out)


class TableFile:
    """A file that holds a table: CSV, Parquet or HDF5, the first two also compressed.

    Its content says what it is, not its ending.

    Parameters
    ----------
    filepath
        Path of the file.
    expected
        What the table should hold, for error messages.
    parameter
        Runtime parameter that names the file.
    error
        What is raised.
    options
        What the user says of it.
    """

    def __init__(
        self,
        filepath: Path,
        expected: str,
        parameter: str,
        error: type[TableError],
        options: TableOptions = TableOptions(),
    ) -> None:
        self.filepath, self.expected, self.parameter = filepath, expected, parameter
        self.error, self.options = error, options

    def open(self) -> tuple[Kind, PackedFile]:
        """Tell what the file is, by its content.

        Raises
        ------
        TableError
            If the file is missing, cannot be opened, or is of another kind.
        """
        expected = f" with {self.expected}" if self.expected else ""
        check_file(
            self.filepath, self.error, f"Expected a Parquet, CSV or HDF5 table{expected}. {put_there(self.parameter)}"
        )
        file = PackedFile(self.filepath, self.error, self.options.key)
        return self.kind_of(file), file

    def kind_of(self, file: PackedFile) -> Kind:
        """Tell what a file is by its first bytes.

        Raises
        ------
        TableError
            If it is of another kind.
        """
        head = file.head(HEAD_BYTES)
        other = next((words for magic, words in OTHERS.items() if head.startswith(magic)), None)
        if other is not None:
            raise self.error(f"{self.filepath} is {other}.")
        return next((kind for magic, kind in CONTENT.items() if head.startswith(magic)), "CSV")

    def read(
        self,
        *,
        texts: bool = False,
        leave_out: bool = False,
        several_headers: bool = False,
        without_rows: bool = False,
    ) -> RawTable:
        """Read the whole table.

        Parameters
        ----------
        texts
            Whether its columns are texts: bytes that are no UTF-8 become U+FFFD. Else they are refused.
        leave_out
            Whether rows of a CSV that do not fit its header are left out and counted, as ``broken_lines``; else they
            are refused.
        several_headers
            Whether names of columns may repeat, since further lines of the header may tell them apart.
        without_rows
            Whether a table may have no row.

        Raises
        ------
        TableError
            If the file is missing or cannot be read, holds no row (unless ``without_rows``), or has two columns of one
            name (unless ``several_headers``).
        """
        kind, file = self.open()
        named = self._named(file)
        if kind == "CSV" and named not in ("", "CSV"):
            raw = self._csv_under_another_name(file, self.options.csv(replace=texts, leave_out=leave_out), named)
        elif kind == "CSV":
            raw = self._csv(file, self.options.csv(replace=texts, leave_out=leave_out))
        else:
            raw = self._parquet(file) if kind == "Parquet" else self._hdf5(file)
        if not several_headers:
            self._refuse_doubled(raw.table)
        if len(raw.table) == 0 and without_rows:
            return raw
        if len(raw.table) == 0:
            raise self.error(
                f"{self.filepath} cannot be read: it holds names of columns ({some(raw.table.columns)}), and no row."
            )
        raw = without_row_numbers(raw)
        other_name = () if named == kind else ("by its content, whatever its name says",)
        words = (*other_name, *raw.reading.recognised)
        reading = Reading((", ".join((kind, *words)),) if words else (), raw.reading.counts)
        return replace(raw, reading=reading)

    def guarded(self, reader: Callable[[Any], Read], source: Any) -> Read:
        """Read the file, and name it if that fails."""
        try:
            return reader(source)
        except TableError:
            raise
        except NotPlainError as error:  # says itself what to do
            raise self.error(f"{self.filepath} cannot be read: {error}") from error
        except Exception as error:  # whatever a parser of binary files stumbles over, it is the file's fault
            raise self.error(damaged(self.filepath, error)) from error

    def _csv(self, file: PackedFile, options: CsvOptions) -> RawTable:
        csv = CsvTable(file, options)
        table, lines = csv.whole()
        if csv.broken and table.empty:
            raise self.error(none_fits(self.filepath, csv.broken, len(csv.columns)))
        counts = {"empty_rows": csv.empty} if csv.empty else {}
        counts |= {"broken_lines": csv.broken} if options.leave_out else {}
        return RawTable(table, lambda row: f"line {lines[row]}", Reading(csv.words, counts))

    def _csv_under_another_name(self, file: PackedFile, options: CsvOptions, named: str) -> RawTable:
        neither = f"{self.filepath} cannot be read: it is neither {named}, as its name says, nor a CSV. Fetch it again."
        try:
            raw = self._csv(file, options)
        except self.error as error:
            raise self.error(neither) from error
        if raw.table.shape[1] == 1:
            raise self.error(neither)
        return raw

    def _parquet(self, file: PackedFile) -> RawTable:
        source: Path | io.BytesIO = self.filepath
        if file.packing is not None:
            with file.open() as stream:
                source = io.BytesIO(stream.read())
        metadata = self.guarded(pq.read_metadata, source)
        refuse_large_parquet(metadata, self.filepath, self.error)
        names = self.guarded(lambda found: found.schema.to_arrow_schema().names, metadata)
        twice = next((name for name in names if names.count(name) > 1), None) if len({*names}) < len(names) else None
        if twice is not None:
            raise self.error(
                f"{self.filepath}: the name {twice!r} stands over two columns. Rename or remove one of them."
            )
        table = self.guarded(pd.read_parquet, source)
        self.guarded(check_texts, table)
        return RawTable(table, row_number, Reading((file.packing,) if file.packing else ()))

    def _hdf5(self, file: PackedFile) -> RawTable:
        if file.packing is not None:
            raise self.error(f"{self.filepath} is a packed HDF5 file. Unpack it, and name the unpacked file.")
        table, key = self.guarded(self._read_hdf, self.filepath)
        if isinstance(table, pd.Series) and table.index.name is None and is_integer_dtype(table.index.dtype):
            expected = f" with {self.expected}" if self.expected else ""
            raise self.error(
                f"{self.filepath} holds a Series with row numbers as its index, not a table{expected}. Save "
                ".reset_index() of the Series that still has the rest in its index."
            )
        frame = table.to_frame() if isinstance(table, pd.Series) else table
        return RawTable(frame, row_number, Reading((f"table {key!r}",)))

    def _read_hdf(self, filepath: Path) -> tuple[pd.DataFrame | pd.Series, str]:
        from rnn_trading.datasets.plain_hdf5 import plain_store  # noqa: PLC0415  few files need its libraries

        key = self.options.key
        with plain_store(filepath) as store:
            # Categories of a table lie beside it, as a table of their own.
            tables = [name.lstrip("/") for name in store.keys() if "/meta/" not in name]
            key = tables[0] if key is None and len(tables) == 1 else key
            if key not in tables:
                wanted = "one table" if key is None else f"the table {key!r}"
                raise self.error(
                    f"{filepath}: expected {wanted}. Received: {some(tables)}. Name it with --params table_key=NAME, "
                    "or as `key` of the source in the catalog."
                )
            return store[key], str(key)

    def _named(self, file: PackedFile) -> Kind | Literal[""]:
        """What the file is by its ending; empty for an ending of neither kind."""
        suffixes = [suffix.lower() for suffix in Path(file.member or self.filepath.name).suffixes]
        ending = next((suffix for suffix in reversed(suffixes) if suffix not in COMPRESSED), "")
        return ENDINGS.get(ending, "")

    def _refuse_doubled(self, table: pd.DataFrame) -> None:
        twice = list(dict.fromkeys(table.columns[table.columns.duplicated()]))
        if twice:
            raise self.error(
                f"{self.filepath}: {some(twice)}: more than one column is called so. Expected each name once. "
                "Rename or remove the others."
            )


class TableFileDataset(SourceFileDataset[Loaded]):
    """A table that a user or a package provides.

    Subclasses say what the table should hold (``expected``), which runtime parameter names the file (``parameter``),
    and what they raise (``error``).

    Parameters
    ----------
    key, encoding, separator, decimal
        See :class:`TableOptions`.
    file
        ``filepath``: a CSV, Parquet or HDF5 file. ``metadata``: for Kedro plugins.
    """

    expected: ClassVar[str]
    parameter: ClassVar[str]
    error: ClassVar[type[TableError]]

    def __init__(
        self,
        *,
        key: str | None = None,
        encoding: str | None = None,
        separator: str | None = None,
        decimal: Decimal | None = None,
        **file: Any,
    ) -> None:
        super().__init__(**file)
        options = TableOptions(key, encoding, separator, decimal)
        self._file = TableFile(self._filepath, self.expected, self.parameter, self.error, options)
        self._options = {"key": key, "encoding": encoding, "separator": separator, "decimal": decimal}


def put_there(parameter: str) -> str:
    """What to do when a file is missing."""
    return f"Put it there, or name another with --params {parameter}=PATH."


def none_fits(filepath: Path, rows: int, width: int) -> str:
    """What to say of a CSV of which no row fits the header."""
    return (
        f"{filepath}: none of {rows:,} lines has as many cells as the header, {width}. Put texts that hold commas in "
        "quotation marks, and a point in front of decimals."
    )


def refuse_large_parquet(metadata: pq.FileMetaData, filepath: Path, error: type[Exception]) -> None:
    """Refuse a Parquet file whose columns would fill the memory: equal values take next to no room in it.

    Raises
    ------
    Exception
        ``error``, for more than 16 GiB, of the pages or of cells of eight bytes.
    """
    pages = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    size = max(pages, metadata.num_rows * metadata.num_columns * BYTES_A_CELL)
    if size > MOST_BYTES:
        raise error(
            f"{filepath} would take {size:,} bytes of memory ({metadata.num_rows:,} rows, {metadata.num_columns:,} "
            f"columns). At most {MOST_BYTES:,} are read: take fewer rows or columns."
        )


def check_texts(table: pd.DataFrame) -> None:
    """Raise if texts of a Parquet file are no UTF-8: Arrow takes their bytes as they are.

    Raises
    ------
    pyarrow.ArrowInvalid
        Says where.
    """
    levels = table.index.levels if isinstance(table.index, pd.MultiIndex) else [table.index]
    for values in (*(table.iloc[:, place] for place in range(table.shape[1])), *levels):
        if isinstance(values.dtype, pd.StringDtype):
            pa.array(values.array).validate(full=True)


def without_row_numbers(raw: RawTable) -> RawTable:
    """Leave out a first column that counts the rows."""
    table = raw.table
    if table.columns.nlevels > 1 or table.shape[1] < 2 or not counts_rows(str(table.columns[0]), table.iloc[:, 0]):
        return raw
    words = (*raw.reading.recognised, "a first column that counts the rows left out")
    return replace(raw, table=table.iloc[:, 1:], reading=replace(raw.reading, recognised=words))
