"""Annual reports in a table or in a folder of texts, with their index, and prices around them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from rnn_trading.datasets.csv_table import CsvTable
from rnn_trading.datasets.file import SourceFileDataset
from rnn_trading.datasets.filing_texts import TextFolder, folder_reader, holds_text, text_of
from rnn_trading.datasets.price_table import read_long
from rnn_trading.datasets.table_file import TableFile, TableFileDataset, TableOptions, none_fits
from rnn_trading.filings.columns import TEXTS, recognise
from rnn_trading.filings.filings import (
    OPTIONAL,
    REQUIRED,
    FilingError,
    FilingSource,
    parse_filing_index,
    parse_filing_prices,
)
from rnn_trading.filings.headings import ITEMS
from rnn_trading.filings.items import RawFiling
from rnn_trading.tables.ids import plain_ids
from rnn_trading.tables.names import ADJ_CLOSE, DATE, FILING_ID, TICKER, Layout, Told
from rnn_trading.tables.reading import Reading
from rnn_trading.tables.wording import counted

ROWS_AT_A_TIME = 64
MOST_NAMES = 8


class FilingsFileDataset(SourceFileDataset[FilingSource]):
    """Filings in a file or folder; texts are read when they are needed, some at a time.

    Parameters
    ----------
    filepath
        A Parquet or CSV table with ``filing_id`` and the texts of items, ``item_1``, ``item_1a``, ``item_7``,
        ``item_7a`` (those that there are), or one column ``text`` with whole reports; in Parquet, cells may be bytes
        or lists. Or a folder with a file ``{filing_id}.txt`` for each report, UTF-8, of which other bytes are replaced.
    index
        A CSV or Parquet table with ``filing_id``, ``date_filed`` and optionally ``cik``, ``ticker``, ``accepted``,
        ``sector`` and ``exchange``; None if the table of texts has these columns itself. Other names are recognised,
        see :mod:`rnn_trading.filings.columns`; without a ``filing_id``, it is the number of the row, from 1.
    date_format
        Form of the filing dates of the index, such as ``%d/%m/%Y``; None: recognised.
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
        date_format: str | None = None,
        key: str | None = None,
        encoding: str | None = None,
        separator: str | None = None,
        **file: Any,
    ) -> None:
        super().__init__(**file)
        self._index = None if index is None else Path(index)
        self._told = Told("filing_index", date_format=date_format)
        self._table = TableOptions(key, encoding, separator)
        self._options = {
            "index": index,
            "date_format": date_format,
            "key": key,
            "encoding": encoding,
            "separator": separator,
        }

    def load(self) -> FilingSource:
        """Return the index, and what reads the texts.

        A line of a CSV that has more cells than its header is left out and counted as ``broken_lines``. With an index
        of its own, texts that it does not name are counted as ``texts_not_in_the_index``, and those whose id stands
        twice, of which the first counts, as ``repeated_texts``.

        Raises
        ------
        FilingError
            If a file is missing or cannot be read, a column is missing, could be meant twice or holds no texts, ids
            cannot be told apart, or no filing is left; names the file.
        """
        if self._filepath.is_dir():
            return self._load_folder()
        texts = _Table(self._filepath, "filings_file", self._table)
        names, read_as = recognise(texts.columns, ("filing_id", *TEXTS), str(self._filepath), FilingError)
        found = {column: name for column, name in names.items() if name in TEXTS}
        if not found or ("filing_id" not in names.values() and self._index is not None):
            raise FilingError(
                f"{self._filepath}: expected the column filing_id, and {', '.join(ITEMS)} (one or more) or text. "
                f"Received: {some(texts.columns)}."
            )
        texts.refuse_other_types(list(found))
        source = read_index(self._filepath if self._index is None else self._index, self._table, self._told.date_format)

        def read() -> Iterator[RawFiling]:
            return _read_table(texts, names, source.index.index)

        if self._index is None:
            return replace(source, read=read, read_as=tuple(dict.fromkeys(source.read_as + read_as)))
        column = next(column for column, name in names.items() if name == "filing_id")
        ids = plain_ids(texts.whole([column])[column], str(self._filepath), FilingError)
        source = _with_texts(source, ids, read)
        return replace(source, kept=source.kept | {"broken_text_lines": texts.broken}, read_as=source.read_as + read_as)

    def _load_folder(self) -> FilingSource:
        if self._index is None:
            raise FilingError(
                f"{self._filepath} is a folder: the dates and firms of its filings are missing. Expected a table "
                f"with {', '.join((*REQUIRED, *OPTIONAL[:3]))}. Name it with --params filing_index=PATH."
            )
        source, folder = read_index(self._index, self._table, self._told.date_format), TextFolder(self._filepath)
        if folder.ids.empty:
            raise FilingError(f"{self._filepath} holds no file ending in .txt. Expected FILING_ID.txt for each filing.")
        source = _with_texts(source, folder.ids, folder_reader(self._filepath, source.index.index))
        return replace(source, kept=source.kept | {"links_out_of_the_folder": folder.outside})

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
    bad_rows
        Share of the rows, and of the lines, that are left out if they cannot be used; more are refused.
    timezone
        Whose days timestamps are, such as ``Asia/Tokyo``; None: the date that is written. See
        :func:`rnn_trading.tables.time_zones.days_in_zone`.
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
        bad_rows: float = 0.05,
        timezone: str | None = None,
        **file: Any,
    ) -> None:
        super().__init__(**file)
        self._told = Told("filing_prices", layout, names or {}, date_format, bad_rows, timezone)
        self._told.refuse_unknown(DATE, FILING_ID, TICKER, ADJ_CLOSE)
        self._options |= {"layout": layout, "names": self._told.named, "date_format": date_format, "bad_rows": bad_rows}
        self._options |= {"timezone": timezone}

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the prices, and how they were read.

        Raises
        ------
        FilingError
            If the file is missing or cannot be read, a column is missing, more rows than ``bad_rows`` cannot be used,
            or no row has a price; names the file.
        """
        long = read_long(self._file, self._told, (FILING_ID, TICKER), leave_out=True)
        prices, reading = parse_filing_prices(long.table, str(self._filepath), self._told, long.describe_row)
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
                yield batch.to_pandas(ignore_metadata=True)  # an index of pandas stays a column

    def refuse_other_types(self, columns: list[str]) -> None:
        """Raise if the cells of a Parquet column are neither text nor bytes, nor lists of these."""
        if self._csv:
            return
        schema = pq.read_schema(self.filepath)
        other = [column for column in columns if not holds_text(schema.field(column).type)]
        if other:
            cells = self.whole(other[:1])[other[0]]
            row = int(cells.notna().to_numpy().argmax())
            raise FilingError(
                f"{self.filepath}: column {other[0]!r}, row {row}: expected text, bytes, or a list of these. Received: "
                f"{str(cells.iloc[row])[:80]} ({schema.field(other[0]).type}). Save its texts as text, or leave "
                "the column out."
            )


def read_index(filepath: Path, options: TableOptions, date_format: str | None = None) -> FilingSource:
    """Read an index of filings from a table, which may hold texts, too.

    Without a column of ids, a filing's id is the number of its row, from 1, as in the published index.

    Raises
    ------
    FilingError
        As :meth:`FilingsFileDataset.load`.
    """
    table, origin = _Table(filepath, "filing_index", options), str(filepath)
    names, read_as = recognise(table.columns, (*REQUIRED, *OPTIONAL), origin, FilingError)
    raw = table.whole(list(names)).rename(columns=names)
    if "filing_id" not in raw.columns and "date_filed" in raw.columns:
        if table.broken:
            raise FilingError(
                f"{origin} has no column filing_id, so that a filing is called by the number of its row, and "
                f"{counted(table.broken, 'line has', 'lines have')} more or fewer cells than the header, "
                f"{len(table.columns)}: which row is which cannot be known. Put texts that hold commas "
                "in quotation marks, or add filing_id."
            )
        raw, read_as = (
            raw.assign(filing_id=numbered(len(raw))),
            (*read_as, "the number of the row, from 1, as filing_id"),
        )
    source = parse_filing_index(raw, origin, date_format)
    return replace(source, dropped={"broken_lines": table.broken} | source.dropped, read_as=(*read_as, *source.read_as))


def numbered(rows: int, first: int = 1) -> list[str]:
    """Numbers of rows as ids."""
    return [str(number) for number in range(first, first + rows)]


def some(names: list[str]) -> str:
    """The first eight names, and how many more there are."""
    more = len(names) - MOST_NAMES
    return ", ".join(map(str, names[:MOST_NAMES])) + (f" and {more:,} more" if more > 0 else "")


def _read_table(table: _Table, names: dict[str, str], wanted: pd.Index) -> Iterator[RawFiling]:
    left, rows = set(wanted), 0
    for piece in table.pieces(list(names)):
        named = piece.rename(columns=names)
        if "filing_id" in named.columns:
            ids = plain_ids(named["filing_id"], str(table.filepath), FilingError)
        else:
            ids = pd.Series(numbered(len(named), rows + 1), index=named.index)
        rows += len(named)
        for filing_id, row in zip(ids, named.to_dict(orient="records"), strict=True):
            if filing_id in left:
                left.remove(filing_id)  # an id that stands twice is the first one
                texts = {name: text_of(row[name]) for name in TEXTS if name in row}
                yield RawFiling(filing_id, texts.pop("text", None), texts)


def _with_texts(source: FilingSource, ids: pd.Series, read: Callable[[], Iterator[RawFiling]]) -> FilingSource:
    counts = {
        "texts_not_in_the_index": int((~ids.isin(source.index.index)).sum()),
        "repeated_texts": int(ids.duplicated().sum()),
    }
    return replace(source, read=read, kept=source.kept | counts)
