"""One reader for every CSV that a user brings: each cell as text, as it is written, or an error that names the line.

Python's ``csv`` parses, since pandas cuts rows that are too long, or takes their first cells for an index. A file
without any quotation mark is parsed by Arrow, much faster, and by ``csv`` after all if Arrow fails: it names no lines.
"""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from rnn_trading.datasets.csv_dialect import Dialect, DialectError, SampleError, find_dialect, fits
from rnn_trading.datasets.packed import PackedFile
from rnn_trading.datasets.text_encoding import WORDS, encoding_of, first_undecodable_line, open_text
from rnn_trading.tables.wording import counted

SAMPLE_BYTES = 2**18
ROWS_AT_A_TIME, BLOCK_BYTES = 2**16, 2**20
FAULTS_SHOWN, CHARACTERS_SHOWN = 3, 80
QUOTING = (
    "Put texts that hold the separator in quotation marks, double quotation marks within them, and end every quotation."
)


@dataclass(frozen=True)
class CsvOptions:
    """What is said of a CSV where it cannot be told.

    Attributes
    ----------
    encoding
        Of the text, such as ``cp1252``; None: by its first bytes, UTF-8 unless they say otherwise.
    separator
        One character; None: found.
    replace
        Whether bytes that cannot be decoded become U+FFFD; else they are refused.
    leave_out
        Whether rows that do not fit the header are left out and counted; else they are refused.
    """

    encoding: str | None = None
    separator: str | None = None
    replace: bool = False
    leave_out: bool = False


class CsvTable:
    r"""A CSV, whole or in pieces.

    Parameters
    ----------
    file
        The file.
    options
        What is said of it.

    Attributes
    ----------
    columns
        Names in the header; empty ones at its end are not among them.
    broken
        Rows that the latest reading left out, since they do not fit the header.
    position
        Bytes of the file, packed as it may be, that the latest reading has got to.
    empty
        Rows of empty cells that the latest reading left out; blank lines are not counted.

    Raises
    ------
    Exception
        The file's ``error``: for a text that is no CSV, or whose form cannot be told; while rows are read, for rows
        that do not fit the header, quotations without an end, and bytes that cannot be decoded.

    Examples
    --------
    Each row ends in a comma, the header does not.

    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = Path(folder.name) / "a.csv"
    >>> _ = path.write_text("date,close\n2020-01-06,1.5,\n2020-01-07,,\n")
    >>> from rnn_trading.datasets.packed import PackedFile
    >>> table, lines = CsvTable(PackedFile(path, ValueError)).whole()
    >>> table.to_numpy().tolist(), lines.tolist()
    ([['2020-01-06', '1.5'], ['2020-01-07', '']], [2, 3])
    >>> folder.cleanup()
    """

    def __init__(self, file: PackedFile, options: CsvOptions = CsvOptions()) -> None:
        self.file, self.options = file, options
        self.broken = self.empty = self.position = 0
        self._trimmed = False
        self.encoding = self._find_encoding()
        self._dialect: Dialect = self._look(SAMPLE_BYTES)
        self.columns = list(self._dialect.names)

    def _find_encoding(self) -> str:
        told = self.options.encoding
        try:
            encoding = encoding_of(self.file.head(SAMPLE_BYTES), told and codecs.lookup(told).name)
            "".encode(encoding)  # refuses codecs of bytes, such as hex
            return encoding
        except LookupError as error:
            unknown = f"no encoding of texts is called {told!r}. Known are utf-8, cp1252, latin-1 and others"
            raise self.file.error(f"{self.file.filepath} cannot be read: {unknown}.") from error

    def _look(self, length: int) -> Dialect:
        """Dialect by the first bytes; by more of them if the header is longer."""
        head = self.file.head(length)
        whole = len(head) < length
        decoder = codecs.getincrementaldecoder(self.encoding)("replace" if self.options.replace else "strict")
        try:
            sample = decoder.decode(head, final=whole).removeprefix("\ufeff")
            return find_dialect(sample, whole=whole, separator=self.options.separator)
        except SampleError:
            return self._look(8 * length)
        except UnicodeError as error:
            raise self.file.error(self._undecodable(error)) from error
        except DialectError as error:
            raise self.file.error(f"{self.file.filepath} cannot be read: {error}") from error

    @property
    def words(self) -> tuple[str, ...]:
        """What is not plain about the file, in words; complete once it has been read."""
        packing = [self.file.packing] if self.file.packing else []
        encoding = [] if self.encoding in WORDS else [self.encoding.upper()]
        trailing = ["empty cells at the end of rows"] if self._trimmed else []
        return tuple([*packing, *encoding, *self._dialect.words, *trailing])

    def whole(self) -> tuple[pd.DataFrame, np.ndarray]:
        """All rows.

        Returns
        -------
        tuple
            Every cell as text, empty where it is; and the line of the file in which each row begins, the first is 1.
        """
        plain = self._plain()
        if plain is not None:
            first = self._dialect.skipped + 2
            return _frame([column.chunks for column in plain], self.columns), np.arange(first, first + len(plain))
        pieces, lines, faults = [], [], _Faults(len(self.columns))
        for rows, numbers in self._fitting(ROWS_AT_A_TIME, faults):
            pieces.append([pa.array(column, pa.large_string()) for column in zip(*rows, strict=True)])
            lines.append(numbers)
        self._settle(faults)
        columns = zip(*pieces, strict=True) if pieces else ([pa.array([], pa.large_string())] for _ in self.columns)
        return _frame(list(columns), self.columns), np.concatenate(lines) if lines else np.zeros(0, dtype=np.int64)

    def pieces(self, columns: list[str], rows_at_a_time: int) -> Iterator[pd.DataFrame]:
        """Some of the columns, some rows at a time; a row that does not fit ends the reading as soon as it is met."""
        places = [self.columns.index(name) for name in columns]
        faults = _Faults(len(self.columns))
        for rows, _ in self._fitting(rows_at_a_time, faults):
            self._settle(faults)
            yield _frame([[pa.array([row[place] for row in rows], pa.large_string())] for place in places], columns)
        self._settle(faults)

    def _plain(self) -> pa.Table | None:
        """All rows, if the file has no quotation mark and every row fits; a line is a row then."""
        if self.encoding not in WORDS or self._has_any(b'"', b"\0"):
            return None
        names = [str(place) for place in range(len(self.columns))]
        try:
            with self.file.open() as stream:
                table = pa.csv.read_csv(
                    stream,
                    read_options=pa.csv.ReadOptions(skip_rows=self._dialect.skipped + 1, column_names=names),
                    parse_options=pa.csv.ParseOptions(
                        delimiter=self._dialect.separator, quote_char=False, ignore_empty_lines=False
                    ),
                    convert_options=pa.csv.ConvertOptions(
                        column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
                    ),
                )
        except pa.ArrowInvalid:
            return None
        empty = np.ones(len(table), dtype=bool)
        for column in table.columns:
            empty &= pc.equal(column, "").to_numpy()
        return None if empty.any() or not len(table) else table

    def _has_any(self, *signs: bytes) -> bool:
        with self.file.open() as stream:
            return any(sign in block for block in iter(lambda: stream.read(BLOCK_BYTES), b"") for sign in signs)

    def _settle(self, faults: "_Faults") -> None:
        """Count rows that do not fit, or refuse them."""
        self.broken = faults.count
        if faults.count and not self.options.leave_out:
            raise self.file.error(f"{self.file.filepath}: {faults.message(self.columns, self._dialect.separator)}")

    def _fitting(self, rows_at_a_time: int, faults: "_Faults") -> Iterator[tuple[list[list[str]], np.ndarray]]:
        """Rows as wide as the header, and their lines; others are put with the faults, and empty ones left out."""
        self.empty = 0
        width = len(self.columns)
        for rows, lines in self._parsed(rows_at_a_time):
            plain = set(map(len, rows)) == {width} and all(map(any, rows))
            fitting = (rows, lines) if plain else self._mended(rows, lines, faults)
            if fitting[0]:
                yield fitting

    def _mended(
        self, rows: list[list[str]], lines: np.ndarray, faults: "_Faults"
    ) -> tuple[list[list[str]], np.ndarray]:
        width, kept = len(self.columns), []
        for place, row in enumerate(rows):
            if not any(row) or (len(row) == 1 < width and not row[0].strip()):
                self.empty += bool(row)
            elif fits(row, width):
                self._trimmed |= len(row) > width
                kept.append(place)
            else:
                faults.add(int(lines[place]), row)
        return [rows[place][:width] for place in kept], lines[kept]

    def _parsed(self, rows_at_a_time: int) -> Iterator[tuple[list[list[str]], np.ndarray]]:
        """All rows below the header with the lines in which they begin."""
        errors = "replace" if self.options.replace else "strict"
        with self.file.open() as stream, open_text(stream, self.encoding, errors) as text:
            next_line = 1
            try:
                for _ in range(self._dialect.skipped):
                    next(text)
                reader = csv.reader(text, delimiter=self._dialect.separator, strict=True)
                next_line += self._dialect.skipped
                rows: list[list[str]] = [next(reader)]
                next_line += reader.line_num
                while True:
                    rows, before = [], reader.line_num
                    try:
                        rows.extend(islice(reader, rows_at_a_time))
                    finally:  # also of rows before one that cannot be parsed
                        lines = _lines(rows, next_line, reader.line_num - before)
                        next_line = int(lines[-1]) + _height(rows[-1]) if rows else next_line
                    if not rows:
                        return
                    self.position = stream.raw.position  # type: ignore[attr-defined]
                    yield rows, lines
            except csv.Error as error:
                where = f"the row that begins in line {next_line:,}: {error}"
                raise self.file.error(f"{self.file.filepath} cannot be read: {where}. {QUOTING}") from error
            except UnicodeError as error:
                raise self.file.error(self._undecodable(error)) from error

    def _undecodable(self, error: UnicodeError) -> str:
        with self.file.open() as stream:
            number, line = first_undecodable_line(stream, self.encoding)
        where = f": line {number:,} ({_short(line.decode(self.encoding, errors='replace').strip())}) holds"
        if b"\0" in line:
            return (
                f"{self.file.filepath} cannot be read{where} NUL bytes: it is damaged, or no text. Fetch it again, or "
                "remove them."
            )
        encoding = WORDS.get(self.encoding, self.encoding)
        return (
            f"{self.file.filepath} cannot be read as {encoding}{where + ' other bytes' if number else f': {error}'}. "
            "Save it as UTF-8, or say what it is: --params table_encoding=cp1252 for most files of Windows in Western "
            "Europe and America."
        )


class _Faults:
    """Rows that do not fit the header: the first ones, and how many."""

    def __init__(self, width: int) -> None:
        self.width, self.count = width, 0
        self.first: list[tuple[int, list[str]]] = []

    def add(self, line: int, row: list[str]) -> None:
        self.count += 1
        if len(self.first) < FAULTS_SHOWN:
            self.first.append((line, row))

    def message(self, columns: list[str], separator: str) -> str:
        shown = "; ".join(f"line {line:,} has {len(row)}: {_short(separator.join(row))!r}" for line, row in self.first)
        more = f"; and {self.count - len(self.first):,} more" if self.count > len(self.first) else ""
        names = ", ".join(map(repr, columns[:8])) + (", ..." if len(columns) > 8 else "")
        rows = counted(self.count, "row does", "rows do")
        return (
            f"{rows} not have as many cells as the header, which has {self.width}: {names}. {shown}{more}. Put cells "
            "that hold the separator in quotation marks (also numbers such as 1,234.50), and remove lines that are no "
            "data, such as a note below the table."
        )


def _short(text: str) -> str:
    """Beginning of a text, on one line, without signs that a terminal obeys."""
    shown = "".join(sign if sign.isprintable() else "\ufffd" for sign in text[:CHARACTERS_SHOWN])
    return shown if len(text) <= CHARACTERS_SHOWN else shown + "..."


def _height(row: list[str]) -> int:
    """Lines that a row takes; a quoted cell may hold ends of lines."""
    return 1 + sum(cell.count("\n") + cell.count("\r") - cell.count("\r\n") for cell in row)


def _lines(rows: list[list[str]], first: int, height: int) -> np.ndarray:
    """Line in which each of some rows begins."""
    if height == len(rows):
        return np.arange(first, first + height)
    return first + np.concatenate([[0], np.cumsum([_height(row) for row in rows], dtype=np.int64)])[:-1]


def _frame(columns: list[tuple[pa.Array, ...] | list[pa.Array]], names: list[str]) -> pd.DataFrame:
    """Table of texts; names may repeat."""
    arrays = {place: pd.array(pa.chunked_array(list(chunks)), dtype="str") for place, chunks in enumerate(columns)}
    return pd.DataFrame(arrays, copy=False).set_axis(pd.Index(names, dtype="str"), axis="columns")
