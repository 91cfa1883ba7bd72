"""Files of texts that are read, and files of scores that are written, piece by piece."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rnn_trading.datasets.csv_table import CsvOptions, CsvTable
from rnn_trading.datasets.file import FileDataset, SourceFileDataset
from rnn_trading.datasets.packed import PackedFile
from rnn_trading.datasets.spreadsheet import as_they_were, without_formulas
from rnn_trading.datasets.table_file import TableFile, TableOptions
from rnn_trading.datasets.whole import read_table, written_whole
from rnn_trading.tables.checks import TableError
from rnn_trading.tables.wording import are_missing

COLUMNS = ["id", "text"]
REMEDY = "Name another with --params texts_file=PATH."
PIECE = 4096
BUFFER_BYTES = 2**20
SCHEMA = pa.schema([("id", pa.large_string()), ("probability", pa.float64())])


class CsvTexts:
    """Texts of a CSV file with the columns ``id`` and ``text``; bytes that are no UTF-8 become U+FFFD.

    ``size`` is in bytes.

    Raises
    ------
    TableError
        If a column is missing, or, on the way, a row cannot be read.
    """

    def __init__(self, file: PackedFile, options: CsvOptions) -> None:
        self.filepath, self.size = file.filepath, file.size
        self._csv = CsvTable(file, options)
        _check_columns(self._csv.columns, file.filepath)

    def __iter__(self) -> Iterator[tuple[pd.DataFrame, int]]:
        """Give tables with ``id`` and ``text``, and how much of the file has been read."""
        for piece in self._csv.pieces(COLUMNS, PIECE):
            yield piece, self._csv.position


class ParquetTexts:
    """Texts of a Parquet file with the columns ``id`` and ``text``; a missing text is an empty one.

    ``size`` is in rows.

    Raises
    ------
    TableError
        If the file cannot be read, a column is missing, or, on the way, an id.
    """

    def __init__(self, filepath: Path) -> None:
        self.filepath = filepath
        file = self._open()
        self.size = file.metadata.num_rows
        _check_columns(file.schema_arrow.names, filepath)

    def _open(self) -> pq.ParquetFile:
        try:
            # Without these a file of one row group is held in memory as a whole.
            return pq.ParquetFile(self.filepath, pre_buffer=False, buffer_size=BUFFER_BYTES)
        except (pa.ArrowInvalid, OSError) as error:
            raise TableError(f"{self.filepath} cannot be read: {error}") from error

    def __iter__(self) -> Iterator[tuple[pd.DataFrame, int]]:
        """Give tables with ``id`` and ``text``, and how much of the file has been read."""
        done = 0
        batches = self._open().iter_batches(PIECE, columns=COLUMNS)
        while True:
            try:
                batch = next(batches)
                batch.validate(full=True)  # texts that are no UTF-8
            except StopIteration:
                return
            except (pa.ArrowInvalid, OSError) as error:
                raise TableError(f"{self.filepath} cannot be read after row {done:,}: {error}") from error
            ids, texts = (self._texts(batch, name, done) for name in COLUMNS)
            if ids.null_count:
                row = done + int(np.argmax(ids.is_null())) + 1
                raise TableError(f"{self.filepath}: column 'id', row {row:,}: expected an id. Received: nothing.")
            done += len(ids)
            yield pd.DataFrame({"id": ids.to_pandas(), "text": pc.fill_null(texts, "").to_pandas()}), done

    def _texts(self, batch: pa.RecordBatch, name: str, done: int) -> pa.Array:
        try:
            return pc.cast(batch[name], pa.large_string())
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise TableError(
                f"{self.filepath}: column {name!r}, after row {done:,}: expected texts in UTF-8. Received: "
                f"{batch.schema.field(name).type} ({error})."
            ) from error


def _check_columns(columns: list[str], filepath: Path) -> None:
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        raise TableError(
            f"{filepath}: {are_missing(missing)}. Expected: id, text. Received: "
            f"{', '.join(map(repr, columns)) or 'nothing'}."
        )
    twice = [name for name in COLUMNS if columns.count(name) > 1]
    if twice:
        raise TableError(f"{filepath}: column {twice[0]!r} stands twice. Remove one of the two, or rename it.")


class TextsFileDataset(SourceFileDataset[CsvTexts | ParquetTexts]):
    """A file of texts to score; only a piece of it is in memory at a time.

    Parameters
    ----------
    filepath
        CSV or Parquet, with the columns ``id`` and ``text``; others are ignored.
    key, encoding, separator
        See :class:`rnn_trading.datasets.table_file.TableOptions`.
    metadata
        For Kedro plugins.
    """

    error = TableError

    def __init__(
        self, *, key: str | None = None, encoding: str | None = None, separator: str | None = None, **file: Any
    ) -> None:
        super().__init__(**file)
        self._table = TableOptions(key, encoding, separator)
        self._options = {"key": key, "encoding": encoding, "separator": separator}

    def load(self) -> CsvTexts | ParquetTexts:
        """Return the texts, which are read when they are iterated over.

        Raises
        ------
        TableError
            If the file is missing, is no CSV or Parquet, or lacks a column.
        """
        source = TableFile(self._filepath, "id, text", "texts_file", TableError, self._table)
        kind, file = source.open()
        if kind == "CSV":
            return CsvTexts(file, self._table.csv(replace=True))
        if kind == "Parquet" and file.packing is None:
            return ParquetTexts(self._filepath)
        raise TableError(f"{self._filepath}: expected a CSV, or a Parquet file that is not packed. {REMEDY}")


class ScoresFileDataset(FileDataset[Iterable[pd.DataFrame], pd.DataFrame]):
    """A file of scores, written piece by piece, and whole or not at all.

    In a CSV file no id is a formula of a spreadsheet; see :mod:`rnn_trading.datasets.spreadsheet`.

    Parameters
    ----------
    filepath
        ``.csv`` or ``.parquet``.
    source
        The file of texts, which is not written over.
    metadata
        For Kedro plugins.
    """

    def __init__(self, *, source: str, **file: Any) -> None:
        super().__init__(**file)
        filepath = self._filepath
        if filepath.resolve() == Path(source).resolve():
            raise ValueError(
                f"scores_file and texts_file are both {filepath}: the scores would replace the texts. "
                "Name another with --params scores_file=PATH."
            )
        if filepath.suffix not in (".csv", ".parquet"):
            raise ValueError(f"{filepath}: expected scores_file to end in .csv or .parquet.")

    def save(self, data: Iterable[pd.DataFrame]) -> None:
        """Write tables of one form, one after the other; at least one."""
        write = _write_csv if self._filepath.suffix == ".csv" else _write_parquet
        with written_whole(self._filepath) as partial:
            write(data, partial)

    def load(self) -> pd.DataFrame:
        """Return all scores."""
        if self._filepath.suffix == ".csv":
            scores = pd.read_csv(
                self._filepath, dtype={"id": "str"}, keep_default_na=False, na_values={"probability": [""]}
            )
            return scores.assign(id=as_they_were(scores["id"]))
        return read_table(self._filepath).to_pandas()


def _write_csv(pieces: Iterable[pd.DataFrame], target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as file:
        for number, piece in enumerate(pieces):
            ids = without_formulas(piece["id"])
            # Else a carriage return would begin a row of its own, for all but Python.
            quoting = csv.QUOTE_NONNUMERIC if ids.str.contains("\r").any() else csv.QUOTE_MINIMAL
            piece.assign(id=ids).to_csv(file, index=False, header=number == 0, quoting=quoting)


def _write_parquet(pieces: Iterable[pd.DataFrame], target: Path) -> None:
    with pq.ParquetWriter(target, SCHEMA) as writer:
        for piece in pieces:
            writer.write_table(pa.Table.from_pandas(piece, SCHEMA, preserve_index=False))
