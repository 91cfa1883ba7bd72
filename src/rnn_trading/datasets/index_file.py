"""Prices of one index in a file."""

import logging
from dataclasses import replace
from typing import Any

import pandas as pd

from rnn_trading.datasets.table_file import TableFileDataset
from rnn_trading.tables.index_layouts import FURTHER, to_index
from rnn_trading.tables.index_prices import parse_index
from rnn_trading.tables.names import CLOSE, DATE, Told
from rnn_trading.tables.prices import PriceError
from rnn_trading.tables.reading import Reading

logger = logging.getLogger(__name__)


class IndexFileDataset(TableFileDataset[tuple[pd.DataFrame, Reading]]):
    """Read and check a file of index prices.

    The result is the canonical table of :mod:`rnn_trading.tables.index_prices`.

    Parameters
    ----------
    names
        The file's names of ``date``, ``close``, ``open``, ``high``, ``low`` and ``volume``, by ours; None: recognised.
    columns
        The same the other way round: file's name to ours.
    date_format
        Form of dates that are text, such as ``%d/%m/%Y``; None: recognised.
    bad_rows
        Share of the rows that are left out if they cannot be used, such as 0.001; more are refused.
    timezone
        Whose days timestamps are, such as ``Asia/Tokyo``; None: the date that is written. See
        :func:`rnn_trading.tables.time_zones.days_in_zone`.
    file
        See :class:`rnn_trading.datasets.table_file.TableFileDataset`.
    """

    expected = "a date and a close"
    parameter = "index_file"
    error = PriceError

    def __init__(
        self,
        *,
        names: dict[str, str | None] | None = None,
        columns: dict[str, str] | None = None,
        date_format: str | None = None,
        bad_rows: float = 0.0,
        timezone: str | None = None,
        **file: Any,
    ) -> None:
        super().__init__(**file)
        turned = {ours: name for name, ours in (columns or {}).items()}
        if len(turned) < len(columns or {}):
            ours = [*(columns or {}).values()]
            twice = next(name for name in ours if ours.count(name) > 1)
            raise ValueError(f"columns: two columns would be called {twice!r}: {columns}. Name one of them.")
        self._told = Told(
            "index",
            "auto",
            turned | {ours: name for ours, name in (names or {}).items() if name},
            date_format,
            bad_rows,
            timezone,
        )
        self._told.refuse_unknown(DATE, CLOSE, *FURTHER)
        self._options |= {
            "names": self._told.named,
            "columns": columns,
            "date_format": date_format,
            "bad_rows": bad_rows,
        }
        self._options |= {"timezone": timezone}

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the canonical table, and how it was read.

        Raises
        ------
        PriceError
            If the file is missing, cannot be read, or holds values that cannot be used; names file, columns and rows.
        """
        origin = str(self._filepath)
        raw = self._file.read(several_headers=True)
        told = replace(self._told, decimal=self._file.options.decimal)
        index = to_index(raw.table, raw.describe_row, origin, told, self.error)
        table, reading = parse_index(index.table, origin, index.describe_row, self._told, index.labels)
        return table, raw.reading | index.reading | reading


class IndexFileIfThereDataset(IndexFileDataset):
    """An index file that may be missing, which the log says. Parameters as of the other."""

    def load(self) -> tuple[pd.DataFrame, Reading] | None:  # type: ignore[override]
        """Return what the other returns, or None if the file is not there."""
        if self._filepath.exists():
            return super().load()
        logger.info("There is no index beside the portfolio: %s is not there.", self._filepath)
        return None
