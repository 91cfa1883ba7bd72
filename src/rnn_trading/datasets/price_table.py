"""A table of prices in any layout and kind of file, or one table a ticker in a folder, brought into one form."""

from collections.abc import Sequence
from dataclasses import replace

from rnn_trading.datasets.table_file import TableFile
from rnn_trading.datasets.table_folder import is_folder, read_folder
from rnn_trading.tables.layouts import LongTable, to_long, warn_of_unadjusted
from rnn_trading.tables.names import TICKER, Told, Wanted


def read_long(file: TableFile, told: Told, keys: Sequence[Wanted] = (TICKER,), *, leave_out: bool = False) -> LongTable:
    """Read prices, and warn if nothing says that they are adjusted.

    Parameters
    ----------
    file
        A file, or a folder or archive with one file a ticker.
    told, keys
        See :func:`rnn_trading.tables.layouts.to_long`.
    leave_out
        Whether rows of a CSV that do not fit its header are left out and counted; else they are refused.

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
        long = to_long(raw.table, raw.describe_row, str(file.filepath), told, file.error, keys)
        long = replace(long, reading=raw.reading | long.reading)
    if long.unadjusted is not None:
        warn_of_unadjusted(str(file.filepath), long.unadjusted, told.parameter)
    return long
