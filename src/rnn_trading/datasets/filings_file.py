"""Annual reports in a table or in a folder of texts, with their index, and prices around them."""

import csv
import gzip
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from rnn_trading.datasets.file import SourceFileDataset
from rnn_trading.datasets.table_file import TableFile, TableFileDataset, parse_error, put_there
from rnn_trading.filings.filings import (
    OPTIONAL,
    REQUIRED,
    FilingError,
    FilingSource,
    parse_filing_index,
    parse_filing_prices,
    plain_text,
)
from rnn_trading.filings.items import ITEMS, RawFiling
from rnn_trading.tables.reading import Reading
from rnn_trading.tables.time_zones import checked_zone

ROWS_AT_A_TIME = 64
TEXTS = (*ITEMS, "text")
LONGEST_CELL = 2**30
PARQUET, CSV = (".parquet", ".pq"), (".csv", ".csv.gz")


class FilingsFileDataset(SourceFileDataset[FilingSource]):
    """Filings in a file or folder; texts are read when they are needed, some at a time.

    Parameters
    ----------
    filepath
        A Parquet or CSV table with ``filing_id`` and the texts of items, ``item_1``, ``item_1a``, ``item_7``,
        ``item_7a`` (those that there are), or one column ``text`` with whole reports; or a folder with a file
        ``{filing_id}.txt`` for each report, UTF-8, of which other bytes are replaced.
    index
        A CSV or Parquet table with ``filing_id``, ``date_filed`` and optionally ``cik``, ``ticker`` and ``accepted``;
        None if the table of texts has these columns itself.
    metadata
        For Kedro plugins.
    """

    error = FilingError

    def __init__(self, *, index: str | None = None, **file: Any) -> None:
        super().__init__(**file)
        self._index = None if index is None else Path(index)
        self._options = {"index": index}

    def load(self) -> FilingSource:
        """Return the index, and what reads the texts.

        A line of a CSV that has more cells than its header is left out and counted as ``broken_lines``. With an index
        of its own, texts that it does not name are counted as ``texts_not_in_the_index``, and those whose id stands
        twice, of which the first counts, as ``repeated_texts``.

        Raises
        ------
        FilingError
            If a file is missing or cannot be read, a column is missing, or no filing is left; names the file.
        """
        if self._filepath.is_dir():
            if self._index is None:
                raise FilingError(
                    f"{self._filepath} is a folder: the dates and firms of its filings are missing. Expected a table "
                    f"with {', '.join((*REQUIRED, *OPTIONAL[:3]))}. Name it with --params filing_index=PATH."
                )
            source = read_index(self._index)
            ids = pd.Series([path.stem for path in self._filepath.glob("*.txt")], dtype="str")
            if ids.empty:
                raise FilingError(
                    f"{self._filepath} holds no file ending in .txt. Expected FILING_ID.txt for each filing."
                )
            return _with_texts(source, ids, folder_reader(self._filepath, source.index.index))
        texts = _Table(self._filepath, "filings_file")
        found = [name for name in TEXTS if name in texts.columns]
        if "filing_id" not in texts.columns or not found:
            raise FilingError(
                f"{self._filepath}: expected the column filing_id, and {', '.join(ITEMS)} (one or more) or text. "
                f"Received: {', '.join(texts.columns)}."
            )
        source = read_index(self._filepath if self._index is None else self._index)
        ids = texts.whole(["filing_id"])["filing_id"]

        def read() -> Iterator[RawFiling]:
            return _read_table(texts, found, source.index.index)

        if self._index is None:
            return replace(source, read=read)
        source = _with_texts(source, plain_text(ids), read)
        return replace(source, kept=source.kept | {"broken_text_lines": texts.broken})

    def _exists(self) -> bool:
        return self._filepath.exists()


class FilingPricesFileDataset(TableFileDataset[tuple[pd.DataFrame, Reading]]):
    """Daily prices around filings; see :func:`rnn_trading.filings.filings.parse_filing_prices` for the result.

    Parameters
    ----------
    filepath
        A Parquet, CSV or HDF5 table with ``date``, ``adj_close`` and ``filing_id`` or ``ticker``.
    timezone
        Whose days timestamps are, such as ``Asia/Tokyo``; None: the date that is written. See
        :func:`rnn_trading.tables.time_zones.days`.
    file
        See :class:`rnn_trading.datasets.table_file.TableFileDataset`.
    """

    expected = "date, adj_close, and filing_id or ticker"
    parameter = "filing_prices_file"
    error = FilingError

    def __init__(self, *, timezone: str | None = None, **file: Any) -> None:
        super().__init__(**file)
        self._timezone = checked_zone(timezone)
        self._options |= {"timezone": timezone}

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the prices, and how they were read.

        Raises
        ------
        FilingError
            If the file is missing or cannot be read, a column is missing, or no row has a price; names the file.
        """
        filepath = self._filepath
        if not filepath.name.endswith(CSV) or not filepath.is_file():
            return parse_filing_prices(self._file.read(pd.read_csv)[0], str(filepath), self._timezone)
        table = _Table(filepath, "filing_prices_file")
        prices, reading = parse_filing_prices(table.whole(table.columns), str(filepath), self._timezone)
        return prices, Reading(counts={"broken_lines": table.broken}) | reading


class _Table:
    """A Parquet or CSV file, in pieces; ``broken`` counts the lines of a CSV that do not fit its header."""

    def __init__(self, filepath: Path, parameter: str) -> None:
        self.filepath, self.broken = filepath, 0
        if not filepath.is_file():
            raise FilingError(f"{filepath} does not exist. {put_there(parameter)}")
        if not filepath.name.endswith((*PARQUET, *CSV)):
            raise FilingError(f"{filepath}: expected a file ending in .parquet, .csv or .csv.gz, or a folder of texts.")
        self._file = TableFile(filepath, "", parameter, FilingError)
        self.columns: list[str] = self._file.guarded(self._read_columns)
        if not self.columns:
            raise FilingError(f"{filepath} is empty. Expected a header, and rows below it.")

    def whole(self, columns: list[str]) -> pd.DataFrame:
        """Some of the columns, all rows.

        Raises
        ------
        FilingError
            If no row of a CSV fits its header.
        """
        pieces = list(self.pieces(columns))
        table = pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame(columns=columns, dtype="str")
        if table.empty and self.broken:
            raise FilingError(
                f"{self.filepath}: none of {self.broken:,} lines has as many cells as the header, {len(self.columns)}. "
                "Put texts that hold commas in quotation marks, and a point in front of decimals."
            )
        return table

    def pieces(self, columns: list[str]) -> Iterator[pd.DataFrame]:
        """Some of the columns, some rows at a time."""
        if self.filepath.name.endswith(PARQUET):
            with pq.ParquetFile(self.filepath) as file:
                for batch in file.iter_batches(ROWS_AT_A_TIME, columns=columns):
                    yield batch.to_pandas()
            return
        # Not by pandas, which cuts lines that are too long, or takes their first cell for an index, and says nothing.
        positions = [self.columns.index(name) for name in columns]
        rows, self.broken = self._lines(), 0
        next(rows)
        while piece := list(islice(rows, ROWS_AT_A_TIME)):
            fitting = [cells for cells in piece if len(cells) == len(self.columns)]
            self.broken += len(piece) - len(fitting)
            cells = [[row[position] for position in positions] for row in fitting]
            yield pd.DataFrame(cells, columns=columns, dtype="str")

    def _read_columns(self, path: Path) -> list[str]:
        if path.name.endswith(PARQUET):
            return pq.read_schema(path).names
        return next(self._lines(), [])

    def _lines(self) -> Iterator[list[str]]:
        """Cells of each line of a CSV that is not empty."""
        csv.field_size_limit(LONGEST_CELL)
        opened = gzip.open if self.filepath.name.endswith(".gz") else open
        with opened(self.filepath, "rt", encoding="utf-8-sig", errors="replace", newline="") as file:
            try:
                yield from (cells for cells in csv.reader(file, strict=True) if cells)
            except csv.Error as error:
                raise FilingError(parse_error(error, self.filepath)) from error


def read_index(filepath: Path) -> FilingSource:
    """Read an index of filings from a table, which may hold texts, too.

    Raises
    ------
    FilingError
        As :meth:`FilingsFileDataset.load`.
    """
    table = _Table(filepath, "filing_index")
    wanted = [name for name in (*REQUIRED, *OPTIONAL) if name in table.columns]
    if not {*REQUIRED} <= {*wanted}:
        wanted = table.columns  # the check that follows names them
    index, dropped, kept = parse_filing_index(table.whole(wanted), str(filepath))
    return FilingSource(index, lambda: iter(()), {"broken_lines": table.broken} | dropped, kept)


def folder_reader(folder: Path, index: pd.Index) -> Callable[[], Iterator[RawFiling]]:
    """What reads ``{filing_id}.txt`` of each filing that has one, in the order of the index."""

    def read() -> Iterator[RawFiling]:
        for filing_id in index:
            path = folder / f"{filing_id}.txt"
            if path.is_file():
                yield RawFiling(filing_id, path.read_text(encoding="utf-8-sig", errors="replace"), {})

    return read


def _read_table(table: _Table, texts: list[str], wanted: pd.Index) -> Iterator[RawFiling]:
    left = set(wanted)
    for piece in table.pieces(["filing_id", *texts]):
        for row in piece.assign(filing_id=plain_text(piece["filing_id"])).to_dict(orient="records"):
            filing_id = row["filing_id"]
            if filing_id in left:
                left.remove(filing_id)  # an id that stands twice is the first one
                found = {name: row[name] for name in texts if isinstance(row[name], str)}
                items = {name: text for name, text in found.items() if name != "text"}
                yield RawFiling(filing_id, found.get("text"), items)


def _with_texts(source: FilingSource, ids: pd.Series, read: Callable[[], Iterator[RawFiling]]) -> FilingSource:
    counts = {
        "texts_not_in_the_index": int((~ids.isin(source.index.index)).sum()),
        "repeated_texts": int(ids.duplicated().sum()),
    }
    return replace(source, read=read, kept=source.kept | counts)
