"""Histories of Yahoo's symbols in a folder, a file each, which grow at their end."""

import logging
import re
import shlex
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
from kedro.io import DatasetError
from pandas.tseries.offsets import BDay

from rnn_trading.datasets.kept_tables import Kept, KeptTable, bad_file, read_parquet
from rnn_trading.datasets.retries import BadAnswerError, NoAnswerError, Patience
from rnn_trading.datasets.yahoo_chart import Yahoo
from rnn_trading.tables.histories import RANGES, BadPricesError, HistoryError, check_history, is_the_same

logger = logging.getLogger(__name__)

KIND = "daily prices from Yahoo, form 2"
SYMBOL = re.compile(r"[A-Z0-9^][A-Z0-9^=.&_-]{0,31}")
FORMER = re.compile(r"_(\d{4}-\d\d-\d\d)_(\d{4}-\d\d-\d\d)\.parquet")
# How much of what is kept is fetched again, to see whether it is still what Yahoo says.
OVERLAP = timedelta(days=30)
LATE = timedelta(days=7)
NEW_YORK = ZoneInfo("America/New_York")


@dataclass
class Histories:
    """Histories in a folder, fetched where they are not kept.

    Attributes
    ----------
    folder
        A file ``SYMBOL.parquet`` for each symbol.
    patience
        How long Yahoo is waited for.
    grown, anew
        Symbols whose file has grown at its end; whose file was fetched anew, since a dividend or a split has changed
        what was kept.
    not_grown
        Symbols of which what is kept had to do, and why.
    """

    folder: Path
    patience: Patience = field(default_factory=Patience)
    grown: list[str] = field(default_factory=list)
    anew: list[str] = field(default_factory=list)
    not_grown: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._yahoo = Yahoo(self.patience)

    def load(self, symbol: str, start: date, end: date, columns: tuple[str, ...] = ("close", "volume")) -> pd.DataFrame:
        """The history of a symbol from ``start`` to the day before ``end``.

        Days that are not over in New York are left out: their prices are not the last.

        Returns
        -------
        pandas.DataFrame
            These columns; see :mod:`rnn_trading.tables.histories`.

        Raises
        ------
        BadFileError
            If what is kept cannot be used.
        DatasetError, BadPricesError
            As :meth:`rnn_trading.datasets.yahoo_chart.Yahoo.history`; what was kept stays.
        """
        file = KeptTable(self.folder / f"{symbol}.parquet", KIND, symbol, check_history)
        end = min(end, datetime.now(NEW_YORK).date())
        if start >= end:
            raise NoAnswerError(f"{symbol}: no day from {start} on is over")
        kept = file.read() or self._former(symbol, start, end, file)
        if kept is not None and not set(columns) <= set(kept.table.columns):
            kept = None
        if kept is None:
            kept = self._fetch(file, symbol, start, end)
        elif start < kept.first:
            kept = self._fetch(file, symbol, start, max(end, kept.until))
        elif not kept.covers(start, end):
            kept = self._grow(file, symbol, kept, end)
        table = kept.table[list(columns)]
        table = table[(table.index >= pd.Timestamp(start)) & (table.index < pd.Timestamp(end))]
        if table["close"].isna().all():
            raise NoAnswerError(f"{symbol}: no prices from {start} to {end}")
        return table

    def _fetch(self, file: KeptTable, symbol: str, start: date, end: date) -> Kept:
        logger.info("Yahoo: %s from %s to %s", symbol, start, end)
        table = self._yahoo.history(symbol, start, end)
        return file.write(table, start, _known_until(table, end))

    def _grow(self, file: KeptTable, symbol: str, kept: Kept, end: date) -> Kept:
        """Fetch the days that are missing, and some before; all of them if the latter are not as they were."""
        since = max(kept.first, kept.table.index[-1].date() - OVERLAP)
        logger.info("Yahoo: %s from %s to %s, after what is kept", symbol, since, end)
        try:
            fetched = self._yahoo.history(symbol, since, end)
            if not is_the_same(kept.table, fetched):
                whole = self._fetch(file, symbol, kept.first, end)
                self.anew.append(symbol)
                return whole
        except (NoAnswerError, BadAnswerError) as error:
            self.not_grown[symbol] = str(error)
            return kept
        self.grown.append(symbol)
        older = kept.table[kept.table.index < fetched.index[0]]
        table = pd.concat([older, fetched[kept.table.columns]])
        return file.write(table, kept.first, _known_until(table, end))

    def _former(self, symbol: str, start: date, end: date, file: KeptTable) -> Kept | None:
        """What versions before 0.10 kept, in a file that names its dates; taken over if it has these."""
        for path in sorted(self.folder.glob("*.parquet")) if self.folder.is_dir() else ():
            named = FORMER.fullmatch(path.name[len(symbol) :]) if path.name.upper().startswith(symbol) else None
            # ISO dates are in the order of their text, whatever somebody has named a file.
            if named and named[1] <= start.isoformat() and end.isoformat() <= named[2]:
                table = _of_former_form(path, symbol, start, end)
                logger.info("%s is taken over as %s; it is not read again", path, file.path)
                return file.write(table, start, end)
        return None


def _known_until(table: pd.DataFrame, end: date) -> date:
    """The day after the last that need not be asked for again.

    Yahoo may be late by some days: until a week has passed, a working day that is missing at the end is asked for
    again.
    """
    last, expected = table.index[-1], pd.Timestamp(end) - BDay(1)
    is_late = pd.Timedelta(0) < expected - last <= LATE and datetime.now(NEW_YORK).date() - end < LATE
    return last.date() + timedelta(days=1) if is_late else end


def _of_former_form(path: Path, symbol: str, start: date, end: date) -> pd.DataFrame:
    table = read_parquet(path)
    if {"date", "ticker"} <= set(table.columns):
        if set(table["ticker"].astype("str").str.upper()) != {symbol}:
            raise bad_file(f"expected prices of {symbol} alone", path)
        table = table.set_index("date").rename(columns={"adj_close": "close", "adj_volume": "volume"})
    try:
        table = table[[name for name in (*RANGES, "close", "volume") if name in table.columns]]
        table = table.set_axis(pd.DatetimeIndex(table.index, name="date")).astype("float64")
        return check_history(table[(table.index >= pd.Timestamp(start)) & (table.index < pd.Timestamp(end))])
    except BadPricesError as error:
        found = f"{error} They are kept in {path}; rm {shlex.quote(str(path))} has them fetched again."
        raise BadPricesError(found, error.good_from) from error
    except (HistoryError, ValueError, TypeError) as error:
        raise bad_file(str(error).rstrip("."), path) from error


def symbols_of(text: str, parameter: str) -> list[str]:
    """Yahoo's symbols that stand in a text, separated by spaces; each once, in capitals.

    Raises
    ------
    DatasetError
        If there is none, or one that cannot be a symbol: no part of an address or a path is asked for.

    Examples
    --------
    >>> symbols_of("KO brk-b ^GSPC KO", "tickers")
    ['KO', 'BRK-B', '^GSPC']
    >>> symbols_of("KO ../PEP", "tickers")
    Traceback (most recent call last):
        ...
    kedro.io.core.DatasetError: tickers: '../PEP' is no symbol of Yahoo's. Expected letters, digits...
    """
    symbols = list(dict.fromkeys(str(text).upper().split()))
    if not symbols:
        raise DatasetError(f"{parameter}: expected Yahoo symbols separated by spaces, such as 'AAPL MSFT'.")
    for symbol in symbols:
        if not SYMBOL.fullmatch(symbol):
            raise DatasetError(
                f"{parameter}: {symbol[:40]!r} is no symbol of Yahoo's. Expected letters, digits and ^ = . - & _, at "
                "most 32 of them, such as BRK-B."
            )
    return symbols
