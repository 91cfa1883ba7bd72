"""Files of texts that are read, and files of scores that are written, piece by piece."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from kedro.io import AbstractDataset

from rnn_trading.datasets.whole import written_whole
from rnn_trading.reviews import ReviewError

COLUMNS = ["id", "text"]
REMEDY = "Name another with --params texts_file=PATH."
PIECE = 4096


class CsvTexts:
    """Texts of a CSV file with the columns ``id`` and ``text``; bytes that are no UTF-8 become U+FFFD.

    ``size`` is in bytes.

    Raises
    ------
    ReviewError
        If a column is missing, or, on the way, a row cannot be read.
    """

    def __init__(self, filepath: Path) -> None:
        self.filepath, self.size = filepath, filepath.stat().st_size
        with filepath.open(encoding="utf-8", errors="replace", newline="") as file:
            _check_columns(next(csv.reader(file), []), filepath)

    def __iter__(self) -> Iterator[tuple[pd.DataFrame, int]]:
        """Give tables with ``id`` and ``text``, and how much of the file has been read."""
        with self.filepath.open("rb") as file:
            pieces = pd.read_csv(file, dtype="str", keep_default_na=False, encoding_errors="replace", chunksize=PIECE)
            try:
                for piece in pieces:
                    yield piece[COLUMNS], file.tell()
            except pd.errors.ParserError as error:
                raise ReviewError(f"{self.filepath} cannot be read: {str(error).strip()}. Correct that row.") from error


class ParquetTexts:
    """Texts of a Parquet file with the columns ``id`` and ``text``; a missing text is an empty one.

    ``size`` is in rows.

    Raises
    ------
    ReviewError
        If the file cannot be read or a column is missing.
    """

    def __init__(self, filepath: Path) -> None:
        try:
            file = pq.ParquetFile(filepath)
        except pa.ArrowInvalid as error:
            raise ReviewError(f"{filepath} cannot be read: {error}") from error
        self.filepath, self.size = filepath, file.metadata.num_rows
        _check_columns(file.schema_arrow.names, filepath)

    def __iter__(self) -> Iterator[tuple[pd.DataFrame, int]]:
        """Give tables with ``id`` and ``text``, and how much of the file has been read."""
        done = 0
        for batch in pq.ParquetFile(self.filepath).iter_batches(PIECE, columns=COLUMNS):
            piece = batch.to_pandas()[COLUMNS]
            done += len(piece)
            yield piece.fillna({"text": ""}).astype("str"), done


def _check_columns(columns: list[str], filepath: Path) -> None:
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        raise ReviewError(
            f"{filepath}: column {', '.join(map(repr, missing))} is missing. Expected: id, text. Received: "
            f"{', '.join(map(repr, columns)) or 'nothing'}."
        )


class TextsFileDataset(AbstractDataset[None, CsvTexts | ParquetTexts]):
    """A file of texts to score; only a piece of it is in memory at a time.

    Parameters
    ----------
    filepath
        ``.csv`` or ``.parquet``, with the columns ``id`` and ``text``; others are ignored.
    metadata
        For Kedro plugins.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> CsvTexts | ParquetTexts:
        """Return the texts, which are read when they are iterated over.

        Raises
        ------
        ReviewError
            If the file is missing, has another ending, or lacks a column.
        """
        if not self._filepath.is_file():
            raise ReviewError(
                f"{self._filepath} does not exist. Expected a CSV or Parquet file with id, text. {REMEDY}"
            )
        if self._filepath.suffix == ".csv":
            return CsvTexts(self._filepath)
        if self._filepath.suffix == ".parquet":
            return ParquetTexts(self._filepath)
        raise ReviewError(f"{self._filepath}: expected a file ending in .csv or .parquet. {REMEDY}")

    def save(self, data: None) -> None:
        """Refuse: a source is only read."""
        raise ReviewError(f"{self._filepath} is a source: it is only read.")

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}

    def _exists(self) -> bool:
        return self._filepath.is_file()


class ScoresFileDataset(AbstractDataset[Iterable[pd.DataFrame], pd.DataFrame]):
    """A file of scores, written piece by piece, and whole or not at all.

    Parameters
    ----------
    filepath
        ``.csv`` or ``.parquet``.
    metadata
        For Kedro plugins.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        if self._filepath.suffix not in (".csv", ".parquet"):
            raise ValueError(f"{filepath}: expected scores_file to end in .csv or .parquet.")
        self.metadata = metadata

    def save(self, data: Iterable[pd.DataFrame]) -> None:
        """Write tables of one form, one after the other; at least one."""
        write = _write_csv if self._filepath.suffix == ".csv" else _write_parquet
        with written_whole(self._filepath) as partial:
            write(data, partial)

    def load(self) -> pd.DataFrame:
        """Return all scores."""
        if self._filepath.suffix == ".csv":
            return pd.read_csv(
                self._filepath, dtype={"id": "str"}, keep_default_na=False, na_values={"probability": [""]}
            )
        return pd.read_parquet(self._filepath)

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}

    def _exists(self) -> bool:
        return self._filepath.is_file()


def _write_csv(pieces: Iterable[pd.DataFrame], target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as file:
        for number, piece in enumerate(pieces):
            piece.to_csv(file, index=False, header=number == 0)


def _write_parquet(pieces: Iterable[pd.DataFrame], target: Path) -> None:
    tables = (pa.Table.from_pandas(piece, preserve_index=False) for piece in pieces)
    first = next(tables)
    with pq.ParquetWriter(target, first.schema) as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)
