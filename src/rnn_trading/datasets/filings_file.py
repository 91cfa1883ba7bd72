"""Annual reports in a table or in a folder of texts, with their index, and prices around them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
from kedro.io import AbstractDataset

from rnn_trading.datasets.table_file import TableFile, read_text_csv
from rnn_trading.filing_text import ITEMS, RawFiling
from rnn_trading.filings import FilingError, FilingSource, parse_filing_index, parse_filing_prices, plain_text

ROWS_AT_A_TIME = 64
INDEX_COLUMNS = "filing_id, date_filed[, cik, ticker, accepted]"
REMEDY = "Put it there, or name another with --params {}=PATH."


class FilingsFileDataset(AbstractDataset[None, FilingSource]):
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

    def __init__(self, *, filepath: str, index: str | None = None, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        self._texts = TableFile(
            filepath,
            f"filing_id, {INDEX_COLUMNS} and {', '.join(ITEMS)} or text; or a folder of filing_id.txt",
            REMEDY.format("filings_file"),
            FilingError,
        )
        self._index = (
            None if index is None else TableFile(index, INDEX_COLUMNS, REMEDY.format("filing_index"), FilingError)
        )
        self.metadata = metadata

    def load(self) -> FilingSource:
        """Return the index, and what reads the texts.

        Raises
        ------
        FilingError
            If a file is missing or cannot be read, a column is missing, or no filing is left; names the file.
        """
        if self._filepath.is_dir():
            if self._index is None:
                raise FilingError(
                    f"{self._filepath} is a folder: the dates and firms of its filings are missing. Expected a "
                    f"table with {INDEX_COLUMNS}. Name it with --params filing_index=PATH."
                )
            source = read_index(self._index)
            return replace(source, read=folder_reader(self._filepath, source.index.index))
        if not self._filepath.is_file() or not self._filepath.name.endswith((".parquet", ".pq", ".csv", ".csv.gz")):
            self._texts.read(read_text_csv)  # says what is wrong
        columns = self._columns()
        if "filing_id" not in columns or not {*ITEMS, "text"} & {*columns}:
            raise FilingError(
                f"{self._filepath}: expected the column filing_id, and {', '.join(ITEMS)} (one or more) or text. "
                f"Received: {', '.join(columns)}."
            )
        own = {*columns} - {*ITEMS, "text"}
        source = read_index(self._texts, own) if self._index is None else read_index(self._index)
        return replace(source, read=lambda: self._read(source.index.index, columns))

    def _columns(self) -> list[str]:
        if self._filepath.name.endswith((".parquet", ".pq")):
            return self._texts.guarded(lambda path: pq.read_schema(path).names)
        return self._texts.guarded(lambda path: pd.read_csv(path, nrows=0).columns.tolist())

    def _read(self, wanted: pd.Index, columns: list[str]) -> Iterator[RawFiling]:
        texts = [name for name in (*ITEMS, "text") if name in columns]
        left = set(wanted)
        for table in self._tables(["filing_id", *texts]):
            for row in table.assign(filing_id=plain_text(table["filing_id"])).to_dict(orient="records"):
                filing_id = row["filing_id"]
                if filing_id in left:
                    left.remove(filing_id)  # an id that stands twice is the first one
                    found = {name: row[name] for name in texts if isinstance(row[name], str)}
                    items = {name: text for name, text in found.items() if name != "text"}
                    yield RawFiling(filing_id, found.get("text"), items)

    def _tables(self, columns: list[str]) -> Iterator[pd.DataFrame]:
        if self._filepath.name.endswith((".parquet", ".pq")):
            with pq.ParquetFile(self._filepath) as file:
                for batch in file.iter_batches(ROWS_AT_A_TIME, columns=columns):
                    yield batch.to_pandas()
        else:
            yield from pd.read_csv(
                self._filepath, usecols=columns, dtype="str", chunksize=ROWS_AT_A_TIME, encoding_errors="replace"
            )

    def save(self, data: None) -> None:
        """Refuse: a source is only read."""
        self._texts.refuse_save()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "index": self._index and str(self._index.filepath)}

    def _exists(self) -> bool:
        return self._filepath.exists()


class FilingPricesFileDataset(AbstractDataset[None, pd.DataFrame]):
    """Daily prices around filings; see :func:`rnn_trading.filings.parse_filing_prices` for the result.

    Parameters
    ----------
    filepath
        A Parquet, CSV or HDF5 table with ``date``, ``adj_close`` and ``filing_id`` or ``ticker``.
    metadata
        For Kedro plugins.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        expected = "date, adj_close, and filing_id or ticker"
        self._file = TableFile(filepath, expected, REMEDY.format("filing_prices_file"), FilingError)
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """Return the prices.

        Raises
        ------
        FilingError
            If the file is missing, or a value cannot be used; names file, column and row.
        """
        raw, describe_row = self._file.read(read_text_csv)
        return parse_filing_prices(raw, str(self._file.filepath), describe_row)

    def save(self, data: None) -> None:
        """Refuse: a source is only read."""
        self._file.refuse_save()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._file.filepath)}

    def _exists(self) -> bool:
        return self._file.filepath.is_file()


def read_index(file: TableFile, columns: set[str] | None = None) -> FilingSource:
    """Read an index of filings; lines of a CSV that have more cells than its header are left out and counted.

    Parameters
    ----------
    file
        The table.
    columns
        Those to read; None: all.
    """
    broken: list[list[str]] = []

    def read_csv(path: Path) -> pd.DataFrame:
        return pd.read_csv(
            path,
            usecols=None if columns is None else lambda name: name in columns,
            dtype="str",
            keep_default_na=False,
            index_col=False,
            engine="python",  # the only one that hands over lines that do not fit
            on_bad_lines=broken.append,
            encoding_errors="replace",
        )

    def read_parquet(path: Path) -> pd.DataFrame:
        return pd.read_parquet(path, columns=None if columns is None else sorted(columns))

    raw, describe_row = file.read(read_csv, read_parquet)
    index, dropped, mended = parse_filing_index(raw, str(file.filepath), describe_row)
    return FilingSource(index, lambda: iter(()), {"broken_lines": len(broken)} | dropped, mended)


def read_folder(folder: Path, wanted: pd.Index) -> Iterator[RawFiling]:
    """Read ``{filing_id}.txt`` of each filing that has one, in the order of the index."""
    for filing_id in wanted:
        path = folder / f"{filing_id}.txt"
        if path.is_file():
            yield RawFiling(filing_id, path.read_text(encoding="utf-8-sig", errors="replace"), {})


def folder_reader(folder: Path, index: pd.Index) -> Callable[[], Iterator[RawFiling]]:
    """What a :class:`rnn_trading.filings.FilingSource` needs to read a folder."""
    return lambda: read_folder(folder, index)
