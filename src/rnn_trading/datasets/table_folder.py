"""One table a ticker: the files of a folder, or of a ZIP archive."""

import io
import logging
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from rnn_trading.datasets.packed import (
    BUFFER_BYTES,
    DAMAGED,
    NOT_PACKED_BY_USERS,
    LimitedReader,
    PackedFile,
    damaged,
)
from rnn_trading.datasets.table_file import COMPRESSED, ENDINGS, Kind, TableFile
from rnn_trading.tables.checks import TableError
from rnn_trading.tables.layouts import LongTable, of_a_folder
from rnn_trading.tables.names import TICKER, Told, Wanted
from rnn_trading.tables.reading import Reading
from rnn_trading.tables.wording import counted, reasons

logger = logging.getLogger(__name__)
SHOWN = 3
# Why files of a folder are left out.
NO_TABLE, NO_ROWS, NO_PRICES = "files_that_are_no_tables", "files_without_rows", "files_without_prices"


def is_folder(file: TableFile) -> bool:
    """Whether a path is a folder, or an archive of several tables of which none is named."""
    if file.filepath.is_dir():
        return True
    # A pipe would be waited for.
    if file.options.key is not None or not file.filepath.is_file() or not zipfile.is_zipfile(file.filepath):
        return False
    with zipfile.ZipFile(file.filepath) as archive:
        return len([name for name in _names(archive) if _may_be_table(name)]) > 1


def read_folder(file: TableFile, told: Told, keys: Sequence[Wanted] = (TICKER,)) -> LongTable:
    """Read all tables of a folder or an archive, those of its folders, too, as one long table.

    A table without a column of tickers is that of the ticker after which its file is called: ``AAPL.csv``,
    ``aapl.us.txt`` or ``AAPL_data.csv``, if all have the same ending.

    Parameters
    ----------
    file
        Its path, and how its tables are read.
    told, keys
        See :func:`rnn_trading.tables.layouts.to_long`.

    Returns
    -------
    LongTable
        Rows of all tables. Counted are ``files_that_are_no_tables`` (by their ending), ``files_without_rows``, and
        ``files_without_prices`` (no date or no price), which were left out.

    Raises
    ------
    TableError
        Or the file's ``error``: for tables that cannot be read, which are named, or if none has prices; and if some
        prices are said to be adjusted, and others not.
    """
    tables: dict[str, LongTable] = {}
    left_out: dict[str, list[str]] = {reason: [] for reason in (NO_TABLE, NO_ROWS, NO_PRICES)}
    broken: list[str] = []
    with ExitStack() as stack:
        for name, size, table in _parts(file, stack):
            try:
                found = _long(table, told, keys) if size and _may_be_table(name) else None
            except TableError as error:
                broken.append(str(error))
                continue
            if isinstance(found, LongTable):
                tables[name] = found
            else:
                left_out[found or (NO_ROWS if _may_be_table(name) else NO_TABLE)].append(name)
    if broken:
        more = f"\n- and {len(broken) - SHOWN:,} more" if len(broken) > SHOWN else ""
        raise file.error(
            f"{file.filepath}: {len(broken):,} of {len(tables) + len(broken):,} tables cannot be read:\n- "
            + "\n- ".join(broken[:SHOWN])
            + f"{more}\nMend them, or take them out of the folder."
        )
    found_else = {reason: names for reason, names in left_out.items() if names}
    if not tables:
        others = reasons({reason: len(names) for reason, names in found_else.items()})
        raise file.error(
            f"{file.filepath}: no table with a date and a price ({others or 'no file'}). Expected one table a ticker, "
            "such as AAPL.csv, with columns such as Date and Adj Close."
        )
    for reason, names in found_else.items():
        more = ", ..." if len(names) > SHOWN else ""
        logger.warning("%s: %s: %s%s", file.filepath, reason.replace("_", " "), ", ".join(names[:SHOWN]), more)
    counts = {reason: len(names) for reason, names in left_out.items()}
    return _together(tables, Reading(counts=counts), file, told, keys)


def _long(table: TableFile, told: Told, keys: Sequence[Wanted]) -> LongTable | str:
    """One of the tables in the long form, or why it has none."""
    raw = table.read(several_headers=True, without_rows=True)
    if raw.table.empty:
        return NO_ROWS
    long = of_a_folder(raw.table, raw.describe_row, str(table.filepath), told, table.error, keys)
    return NO_PRICES if long is None else replace(long, reading=raw.reading | long.reading)


def _together(
    tables: dict[str, LongTable], left_out: Reading, file: TableFile, told: Told, keys: Sequence[Wanted]
) -> LongTable:
    """All tables below each other; those without a key are called after their files."""
    _refuse_a_mixture(tables, file, told)
    nameless = [name for name, long in tables.items() if not {key.name for key in keys} & {*long.table.columns}]
    tickers = ticker_of_each(nameless)
    frames = [
        long.table.assign(ticker=tickers[name]) if name in tickers else long.table for name, long in tables.items()
    ]
    names, ends = [*tables], np.cumsum([len(frame) for frame in frames])

    def describe_row(row: int) -> str:
        place = int(np.searchsorted(ends, row, side="right"))
        return f"{names[place]}, {tables[names[place]].describe_row(row - int(ends[place]) + len(frames[place]))}"

    reading = Reading()
    for long in tables.values():
        reading |= long.reading
    words = "; ".join(reading.recognised[:SHOWN]) + ("; ..." if len(reading.recognised) > SHOWN else "")
    together = Reading((f"folder of {counted(len(tables), 'table')}: {words}",), reading.counts) | left_out
    unadjusted = next((long.unadjusted for long in tables.values()), None)
    labels = [long.labels for long in tables.values()]
    alike = {name: label for name, label in labels[0].items() if all(each.get(name) == label for each in labels)}
    return LongTable(pd.concat(frames, ignore_index=True), describe_row, together, unadjusted, alike)


def ticker_of_each(names: list[str]) -> dict[str, str]:
    """Tickers that files are called after.

    Examples
    --------
    >>> ticker_of_each(["stocks/AAPL.csv", "BRK-B.csv.gz"])
    {'stocks/AAPL.csv': 'AAPL', 'BRK-B.csv.gz': 'BRK-B'}
    >>> ticker_of_each(["aapl.us.txt", "brk-b.us.txt"])
    {'aapl.us.txt': 'AAPL', 'brk-b.us.txt': 'BRK-B'}
    """
    stems = {}
    for name in names:
        stem = PurePosixPath(name).name
        while PurePosixPath(stem).suffix.lower() in (*ENDINGS, *COMPRESSED):
            stem = PurePosixPath(stem).stem
        stems[name] = stem
    for joint in "._":
        ends = {stem.rpartition(joint)[2] if joint in stem else "" for stem in stems.values()}
        if len(stems) > 1 and len(ends) == 1 and len(end := ends.pop()) > 1:
            stems = {name: stem.removesuffix(joint + end) for name, stem in stems.items()}
    lower = all(stem == stem.lower() for stem in stems.values())
    return {name: stem.upper() if lower else stem for name, stem in stems.items()}


def _refuse_a_mixture(tables: dict[str, LongTable], file: TableFile, told: Told) -> None:
    adjusted = [name for name, long in tables.items() if long.unadjusted is None]
    other = [name for name, long in tables.items() if long.unadjusted is not None]
    if adjusted and other:
        column = tables[other[0]].unadjusted
        raise file.error(
            f"{file.filepath}: {counted(len(adjusted), 'table has', 'tables have')} adjusted prices, such as "
            f"{adjusted[0]}, and {counted(len(other), 'has', 'have')} not, such as {other[0]} ({column!r}). "
            "Take one kind out of the folder; or, if all have "
            f"that column: --params {told.parameter}_columns.adj_close={column}"
        )


def _parts(file: TableFile, stack: ExitStack) -> Iterator[tuple[str, int, TableFile]]:
    """Name, size and table of each file of a folder or an archive, in the order of their names."""
    if file.filepath.is_dir():
        for path in sorted(path for path in file.filepath.rglob("*") if path.is_file()):
            name = path.relative_to(file.filepath).as_posix()
            if not any(part.startswith(".") for part in PurePosixPath(name).parts):
                options = replace(file.options, key=None)
                yield name, path.stat().st_size, TableFile(path, file.expected, file.parameter, file.error, options)
        return
    try:
        archive = stack.enter_context(zipfile.ZipFile(file.filepath))
    except DAMAGED as error:
        raise file.error(damaged(file.filepath, error)) from error
    for name in sorted(_names(archive)):
        yield name, archive.getinfo(name).file_size, _MemberTable(file, archive, name)


def _names(archive: zipfile.ZipFile) -> list[str]:
    held = [info.filename for info in archive.infolist() if not info.is_dir()]
    return [name for name in held if not any(mark in name for mark in NOT_PACKED_BY_USERS)]


def _may_be_table(name: str) -> bool:
    """Whether the ending of a file is one of a table."""
    suffixes = [suffix.lower() for suffix in PurePosixPath(name).suffixes if suffix.lower() not in COMPRESSED]
    return bool(suffixes) and suffixes[-1] in ENDINGS


class _MemberTable(TableFile):
    """A table in an archive that is open."""

    def __init__(self, file: TableFile, archive: zipfile.ZipFile, name: str) -> None:
        super().__init__(
            file.filepath / name, file.expected, file.parameter, file.error, replace(file.options, key=None)
        )
        self._member = _Member(self.filepath, file.error, archive, name)

    def open(self) -> tuple[Kind, PackedFile]:
        return self.kind_of(self._member), self._member


class _Member(PackedFile):
    """Bytes of a file in an archive that is open."""

    def __init__(self, filepath: Path, error: type[Exception], archive: zipfile.ZipFile, name: str) -> None:
        self.filepath, self.error = filepath, error
        self.packing, self.member, self._archive = "zip", name, archive
        self.size = archive.getinfo(name).compress_size

    def open(self) -> io.BufferedReader:
        try:
            stream = self._archive.open(str(self.member))
        except DAMAGED as error:
            raise self.error(damaged(self.filepath, error)) from error
        return io.BufferedReader(LimitedReader(stream, stream, self.size, self.filepath, self.error), BUFFER_BYTES)
