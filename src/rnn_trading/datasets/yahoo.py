"""Daily prices from Yahoo, with time-outs, retries and a cache. Needs the extra ``live``."""

import importlib.util
import logging
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from rnn_trading.datasets.whole import ParquetDataset
from rnn_trading.tables.index_prices import parse_index
from rnn_trading.tables.prices import parse_prices
from rnn_trading.tables.reading import Reading

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """Seconds before a request is given up, further attempts, and seconds before the first (doubled each time)."""

    timeout: float = 30.0
    retries: int = 3
    wait: float = 1.0


def fetch_history(symbol: str, start: str, end: str, patience: Patience) -> pd.DataFrame:
    """Daily ``Open``, ``High``, ``Low``, ``Close``, ``Volume`` of one symbol, adjusted for splits and dividends.

    Returns
    -------
    pandas.DataFrame
        Index: dates without time or zone.

    Raises
    ------
    DatasetError
        If nothing arrives after all attempts, or what arrives is empty.
    """
    import yfinance  # noqa: PLC0415  an extra that most users do not need

    yfinance.config.debug.hide_exceptions = False
    for attempt in range(patience.retries + 1):
        try:
            history = yfinance.Ticker(symbol).history(
                start=start, end=end, auto_adjust=True, actions=False, timeout=patience.timeout
            )
            break
        except Exception as error:  # yfinance and its transport raise many unrelated types
            reason = f"{type(error).__name__}: {error}"
            if "tensorflow" in sys.modules and type(error).__name__ == "ImpersonateError":
                reason += ". TensorFlow was loaded first and hides curl_cffi's library: start a new Python session."
            if attempt == patience.retries:
                raise DatasetError(f"{symbol}: {reason}") from error
            logger.warning("Yahoo: %s failed (%s), trying again", symbol, reason)
            time.sleep(patience.wait * 2**attempt)
    if history.empty:
        raise DatasetError(f"{symbol}: no prices from {start} to {end}")
    return history.set_axis(pd.DatetimeIndex(history.index).tz_localize(None).normalize())


class YahooPricesDataset(AbstractDataset[None, tuple[pd.DataFrame, Reading]]):
    """Fetch split- and dividend-adjusted daily closes and volumes, one request a ticker.

    Every ticker that arrived is kept in a file of its own, so that a run that breaks off resumes where it
    stopped. Prices that do not exist any more (delisted tickers) are not at Yahoo: a panel from there has
    survived by construction.

    Parameters
    ----------
    tickers
        Yahoo's symbols, separated by spaces.
    start, end
        First date, and the date after the last, as ``2017-12-31``; no ``end`` means today.
    filepath
        Folder of the cache.
    timeout
        Seconds before a request is given up.
    retries
        Further attempts for each ticker.
    wait
        Seconds before the first retry; doubled for each further one.
    metadata
        For Kedro plugins.
    """

    # Under which users know the tickers.
    parameter = "tickers"

    def __init__(
        self,
        *,
        tickers: str,
        start: str,
        filepath: str,
        end: str | None = None,
        timeout: float = 30.0,
        retries: int = 3,
        wait: float = 1.0,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._tickers = str(tickers).split()
        if not self._tickers:
            raise DatasetError("tickers: expected Yahoo symbols separated by spaces, such as 'AAPL MSFT'.")
        self._start, self._end = start, end or f"{date.today():%Y-%m-%d}"
        self._cache = Path(filepath)
        self._patience = Patience(timeout, retries, wait)
        self.metadata = metadata

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the canonical table of all tickers, and how they came.

        Raises
        ------
        DatasetError
            If a ticker did not arrive after all retries; names each, with the reason. What arrived is kept.
        """
        _require_yfinance()
        frames, failures = [], []
        for position, ticker in enumerate(self._tickers, start=1):
            cached = ParquetDataset(filepath=str(self._cache / f"{ticker}_{self._start}_{self._end}.parquet"))
            if not cached.exists():
                logger.info("Yahoo: %s, %d of %d", ticker, position, len(self._tickers))
                try:
                    cached.save(self._fetch(ticker))
                except DatasetError as error:
                    failures.append(str(error))
                    continue
            frames.append(cached.load())
        if failures:
            raise DatasetError(
                f"{len(failures)} of {len(self._tickers)} tickers did not arrive; the others are kept in "
                f"{self._cache}. Run again, or leave them out of --params {self.parameter}.\n" + "\n".join(failures)
            )
        return parse_prices(pd.concat(frames, ignore_index=True), "Yahoo")

    def _fetch(self, ticker: str) -> pd.DataFrame:
        history = fetch_history(ticker, self._start, self._end, self._patience)
        return pd.DataFrame(
            {
                "date": history.index,
                "ticker": ticker,
                "adj_close": history["Close"].to_numpy(),
                "adj_volume": history["Volume"].to_numpy(dtype="float64"),
            }
        )

    def save(self, data: None) -> None:
        """Refuse: a source is only read."""
        raise DatasetError("Yahoo is a source: it is only read.")

    def _describe(self) -> dict[str, Any]:
        return {"tickers": " ".join(self._tickers), "start": self._start, "end": self._end}

    def _exists(self) -> bool:
        return True


class _PricesForFilings(YahooPricesDataset):
    parameter = "filing_tickers"


class YahooFilingPricesDataset(AbstractDataset[None, tuple[pd.DataFrame, Reading]]):
    """Fetch daily closes of firms around the years in which they filed; see :class:`YahooPricesDataset`.

    Parameters
    ----------
    tickers
        Yahoo's symbols, separated by spaces.
    first_year, last_year
        Years of the filings; prices begin and end some months outside of them.
    filepath, timeout, retries, wait
        As for :class:`YahooPricesDataset`.
    metadata
        For Kedro plugins.
    """

    def __init__(
        self,
        *,
        tickers: str,
        first_year: int,
        last_year: int,
        filepath: str,
        timeout: float = 30.0,
        retries: int = 3,
        wait: float = 1.0,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        end = min(date(int(last_year) + 1, 3, 1), date.today())
        self._prices = _PricesForFilings(
            tickers=tickers,
            start=f"{int(first_year) - 1}-09-01",
            end=f"{end:%Y-%m-%d}",
            filepath=filepath,
            timeout=timeout,
            retries=retries,
            wait=wait,
        )
        self.metadata = metadata

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return histories by ticker, and how they came; see :func:`rnn_trading.filings.filings.parse_filing_prices`.

        Raises
        ------
        DatasetError
            As :class:`YahooPricesDataset`.
        """
        prices, reading = self._prices.load()
        return prices[["adj_close"]], reading

    def save(self, data: None) -> None:
        """Refuse: a source is only read."""
        self._prices.save(data)

    def _describe(self) -> dict[str, Any]:
        return self._prices._describe()

    def _exists(self) -> bool:
        return True


class YahooIndexDataset(AbstractDataset[None, tuple[pd.DataFrame, Reading]]):
    """Fetch daily prices of one index, such as ``^GSPC``, and keep them in a file.

    Parameters
    ----------
    symbol
        Yahoo's symbol.
    start, end, filepath, timeout, retries, wait
        As for :class:`YahooPricesDataset`.
    metadata
        For Kedro plugins.
    """

    def __init__(
        self,
        *,
        symbol: str,
        start: str,
        filepath: str,
        end: str | None = None,
        timeout: float = 30.0,
        retries: int = 3,
        wait: float = 1.0,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._symbol, self._start, self._end = symbol, start, end or f"{date.today():%Y-%m-%d}"
        self._cache, self._patience = Path(filepath), Patience(timeout, retries, wait)
        self.metadata = metadata

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the canonical table of :mod:`rnn_trading.tables.index_prices`, and how it came.

        Raises
        ------
        DatasetError
            If nothing arrived after all attempts.
        """
        _require_yfinance()
        name = f"{self._symbol}_{self._start}_{self._end}.parquet"
        cached = ParquetDataset(filepath=str(self._cache / name))
        if not cached.exists():
            logger.info("Yahoo: %s", self._symbol)
            history = fetch_history(self._symbol, self._start, self._end, self._patience)
            cached.save(history.rename(columns=str.lower).rename_axis("date"))
        return parse_index(cached.load(), f"Yahoo {self._symbol}")

    def save(self, data: None) -> None:
        """Refuse: a source is only read."""
        raise DatasetError("Yahoo is a source: it is only read.")

    def _describe(self) -> dict[str, Any]:
        return {"symbol": self._symbol, "start": self._start, "end": self._end}

    def _exists(self) -> bool:
        return True


def _require_yfinance() -> None:
    if importlib.util.find_spec("yfinance") is None:
        raise DatasetError(
            "yfinance is missing. Run, in the project's folder: pip install -e '.[live]' -c constraints.txt"
        )
