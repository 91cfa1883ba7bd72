"""A table of prices in any layout and kind of file, or one table a ticker in a folder, brought into one form."""

from collections.abc import Sequence
from dataclasses import replace

from rnn_trading.datasets.table_file import RawTable, TableFile
from rnn_trading.datasets.table_folder import is_folder, read_folder
from rnn_trading.tables.checks import share_of
from rnn_trading.tables.layouts import LongTable, to_long, warn_of_unadjusted
from rnn_trading.tables.names import TICKER, Told, Wanted
from rnn_trading.tables.wording import counted


def read_long(file: TableFile, told: Told, keys: Sequence[Wanted] = (TICKER,), *, leave_out: bool = False) -> LongTable:
    """Read prices, and warn if nothing says that they are adjusted.

    Parameters
    ----------
    file
        A file, or a folder or archive with one file a ticker.
    told, keys
        See :func:`rnn_trading.tables.layouts.to_long`.
    leave_out
        Whether rows of a CSV that do not fit its header are left out and counted, up to the share of bad rows that
        ``told`` allows; else they are refused.

    Raises
    ------
    TableError
        Or the file's ``error``: see :func:`rnn_trading.tables.layouts.to_long` and
        :func:`rnn_trading.datasets.table_folder.read_folder`.
    """
    told = replace(told, decimal=file.options.decimal)
    if is_folder(file):
        long = read_folder(file, told, keys)
    elif told.layout == "folder" and file.filepath.exists():
        raise file.error(f"{file.filepath}: expected a folder, or a ZIP archive, with one table a ticker.")
    else:
        raw = file.read(leave_out=leave_out, several_headers=True)
        _refuse_broken(raw, file, told)
        long = to_long(raw.table, raw.describe_row, str(file.filepath), told, file.error, keys)
        long = replace(long, reading=raw.reading | long.reading)
    if long.unadjusted is not None:
        warn_of_unadjusted(str(file.filepath), long.unadjusted, told.parameter)
    return long


def _refuse_broken(raw: RawTable, file: TableFile, told: Told) -> None:
    """Raise if more lines of a CSV were left out than may be."""
    broken = raw.reading.counts.get("broken_lines", 0)
    lines = broken + len(raw.table)
    if broken > told.bad_rows * lines:
        of = f"of {lines:,} lines "
        raise file.error(
            f"{file.filepath}: {counted(broken, of + 'has', of + 'have')} more or fewer cells than the header. Put "
            "cells that hold the separator in quotation marks, or leave these lines out: --params "
            f"{told.parameter}_bad_rows={share_of(broken, lines)}."
        )
