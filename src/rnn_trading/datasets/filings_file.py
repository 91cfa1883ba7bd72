"""Annual reports in a table or in a folder of texts, with their index, and prices around them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from rnn_trading.datasets.csv_table import CsvTable
from rnn_trading.datasets.file import SourceFileDataset
from rnn_trading.datasets.price_table import read_long
from rnn_trading.datasets.table_file import TableFile, TableFileDataset, TableOptions, none_fits
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
from rnn_trading.tables.names import ADJ_CLOSE, DATE, FILING_ID, TICKER, Layout, Told
from rnn_trading.tables.reading import Reading

ROWS_AT_A_TIME = 64
TEXTS = (*ITEMS, "text")


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
    key, encoding, separator
        Of both tables; see :class:`rnn_trading.datasets.table_file.TableOptions`.
    metadata
        For Kedro plugins.
    """

    error = FilingError

    def __init__(
        self,
        *,
        index: str | None = None,
        key: str | None = None,
        encoding: str | None = None,
        separator: str | None = None,
        **file: Any,
    ) -> None:
        super().__init__(**file)
        self._index = None if index is None else Path(index)
        self._table = TableOptions(key, encoding, separator)
        self._options = {"index": index, "key": key, "encoding": encoding, "separator": separator}

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
            source = read_index(self._index, self._table)
            ids = pd.Series([path.stem for path in self._filepath.glob("*.txt")], dtype="str")
            if ids.empty:
                raise FilingError(
                    f"{self._filepath} holds no file ending in .txt. Expected FILING_ID.txt for each filing."
                )
            return _with_texts(source, ids, folder_reader(self._filepath, source.index.index))
        texts = _Table(self._filepath, "filings_file", self._table)
        found = [name for name in TEXTS if name in texts.columns]
        if "filing_id" not in texts.columns or not found:
            raise FilingError(
                f"{self._filepath}: expected the column filing_id, and {', '.join(ITEMS)} (one or more) or text. "
                f"Received: {', '.join(texts.columns)}."
            )
        source = read_index(self._filepath if self._index is None else self._index, self._table)
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
    layout
        ``long``, ``wide``, ``yfinance`` or ``folder``, see :mod:`rnn_trading.tables.layouts`; ``auto``: recognised.
    names
        The file's names of ``date``, ``filing_id``, ``ticker`` and ``adj_close``, by ours; None: recognised.
    date_format
        Form of dates that are text, such as ``%d/%m/%Y``; None: recognised.
    file
        See :class:`rnn_trading.datasets.table_file.TableFileDataset`.
    """

    expected = "a date, a price, and filing_id or ticker"
    parameter = "filing_prices_file"
    error = FilingError

    def __init__(
        self,
        *,
        layout: Layout = "auto",
        names: dict[str, str | None] | None = None,
        date_format: str | None = None,
        **file: Any,
    ) -> None:
        super().__init__(**file)
        self._told = Told("filing_prices", layout, names or {}, date_format)
        self._told.refuse_unknown(DATE, FILING_ID, TICKER, ADJ_CLOSE)
        self._options |= {"layout": layout, "names": self._told.named, "date_format": date_format}

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the prices, and how they were read.

        Raises
        ------
        FilingError
            If the file is missing or cannot be read, a column is missing, or no row has a price; names the file.
        """
        long = read_long(self._file, self._told, (FILING_ID, TICKER), leave_out=True)
        prices, reading = parse_filing_prices(long.table, str(self._filepath), self._told)
        return prices, long.reading | reading

    def _exists(self) -> bool:
        return self._filepath.exists()


class _Table:
    """A Parquet or CSV file, in pieces; ``broken`` counts the lines of a CSV that do not fit its header."""

    def __init__(self, filepath: Path, parameter: str, options: TableOptions) -> None:
        self.filepath = filepath
        self._source = TableFile(filepath, "", parameter, FilingError, options)
        kind, file = self._source.open()
        self._csv = CsvTable(file, options.csv(replace=True, leave_out=True)) if kind == "CSV" else None
        if self._csv is None and (kind != "Parquet" or file.packing is not None):
            raise FilingError(f"{filepath}: expected a CSV, a Parquet file that is not packed, or a folder of texts.")
        self.columns: list[str] = (
            self._csv.columns if self._csv else self._source.guarded(pq.read_schema, filepath).names
        )

    @property
    def broken(self) -> int:
        """Lines that the latest reading left out."""
        return self._csv.broken if self._csv else 0

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
            raise FilingError(none_fits(self.filepath, self.broken, len(self.columns)))
        return table

    def pieces(self, columns: list[str]) -> Iterator[pd.DataFrame]:
        """Some of the columns, some rows at a time."""
        if self._csv:
            yield from self._csv.pieces(columns, ROWS_AT_A_TIME)
            return
        with pq.ParquetFile(self.filepath) as file:
            for batch in file.iter_batches(ROWS_AT_A_TIME, columns=columns):
                yield batch.to_pandas()


def read_index(filepath: Path, options: TableOptions) -> FilingSource:
    """Read an index of filings from a table, which may hold texts, too.

    Raises
    ------
    FilingError
        As :meth:`FilingsFileDataset.load`.
    """
    table = _Table(filepath, "filing_index", options)
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
