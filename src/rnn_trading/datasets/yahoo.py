"""Daily prices from Yahoo, with time-outs, retries and a cache. Needs the extra ``live``."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from rnn_trading.datasets.kept_tables import BadFileError, window_of
from rnn_trading.datasets.retries import Patience, TooManyRequestsError
from rnn_trading.datasets.yahoo_chart import LONGEST_PAUSE
from rnn_trading.datasets.yahoo_histories import Histories, symbols_of
from rnn_trading.tables.histories import RANGES, BadPricesError
from rnn_trading.tables.index_prices import parse_index
from rnn_trading.tables.reading import Reading

logger = logging.getLogger(__name__)
MOST_NAMES = 8


@dataclass
class Arrived:
    """What came of the symbols that were asked for.

    Attributes
    ----------
    tables
        Histories by symbol.
    lost
        Why others did not arrive, by symbol.
    bad
        What is wrong with the prices of others.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    bad: dict[str, str] = field(default_factory=dict)

    def refuse_few(self, fewest: float, advice: str) -> None:
        """Raise if none has arrived, or a smaller share than ``fewest``; say why each did not."""
        asked, missing = len(self.tables) + len(self.lost) + len(self.bad), [*self.lost.values(), *self.bad.values()]
        if not self.tables or len(self.tables) < fewest * asked:
            raise DatasetError(
                f"{len(missing)} of {asked} tickers did not arrive, or have bad prices. Expected at least one, and "
                f"{fewest:.0%} (fewest_arrive). {advice}\n" + "\n".join(missing)
            )

    def reading(self, source: str, until: date) -> Reading:
        """How these came, with the names of those that did not, and of those that end early."""
        asked = len(self.tables) + len(self.lost) + len(self.bad)
        early = [name for name, table in self.tables.items() if pd.Timestamp(until) - table.index[-1] > LONGEST_PAUSE]
        said = [f"{source}: {len(self.tables)} of {asked} tickers"]
        said += [f"did not arrive: {_some(self.lost)}"] if self.lost else []
        said += [f"left out: {text}" for text in list(self.bad.values())[:MOST_NAMES]]
        said += [f"ended before {until}: {_some(early)}"] if early else []
        return Reading(
            tuple(said),
            {"tickers_that_did_not_arrive": len(self.lost), "tickers_with_bad_prices": len(self.bad)},
        )


def _some(names: Sequence[str] | dict[str, str]) -> str:
    return ", ".join(list(names)[:MOST_NAMES]) + (
        f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    )


def fetch_all(histories: Histories, symbols: Sequence[str], window: tuple[date, date], parameter: str) -> Arrived:
    """Histories of symbols, from the folder where they are kept, or from Yahoo.

    Raises
    ------
    DatasetError
        If files in the folder cannot be used: names each, with the command that drops it.
    TooManyRequestsError
        If Yahoo says so: nothing is asked any more, and what arrived is kept.
    """
    arrived, unusable = Arrived(), list[str]()
    for symbol in symbols:
        try:
            arrived.tables[symbol] = histories.load(symbol, *window)
        except BadFileError as error:
            unusable.append(str(error))
        except TooManyRequestsError as error:
            raise TooManyRequestsError(
                f"{error} What arrived is kept in {histories.folder}: {len(arrived.tables)} of {len(symbols)} tickers."
            ) from error
        except BadPricesError as error:
            arrived.bad[symbol] = f"{symbol}: {error.with_advice(f'Leave {symbol} out of --params {parameter}')}"
        except DatasetError as error:
            arrived.lost[symbol] = str(error)
    if unusable:
        raise DatasetError("\n".join(unusable))
    for why in [*arrived.lost.values(), *arrived.bad.values()]:
        logger.warning("Yahoo: left out: %s", why)
    if histories.anew:
        logger.info("Yahoo: fetched whole again, since adjusted prices have changed: %s", _some(histories.anew))
    for symbol, why in histories.not_grown.items():
        logger.warning("Yahoo: %s ends with what is kept: %s", symbol, why)
    return arrived


class _YahooSource(AbstractDataset[None, tuple[pd.DataFrame, Reading]]):
    """What the datasets of this module have in common: symbols, a window of dates, and a folder of histories."""

    # Under which users know the symbols.
    parameter = "tickers"
    _symbols: list[str]
    _window: tuple[date, date]

    def save(self, data: None) -> None:
        """Refuse: a source is only read."""
        raise DatasetError("Yahoo is a source: it is only read.")

    def _describe(self) -> dict[str, Any]:
        start, end = self._window
        return {self.parameter: " ".join(self._symbols), "start": f"{start}", "end": f"{end}"}

    def _exists(self) -> bool:
        return True


class YahooPricesDataset(_YahooSource):
    """Fetch split- and dividend-adjusted daily closes and volumes, one request a ticker.

    The history of every ticker that arrived is kept in a file of its own, so that a run that breaks off resumes where
    it stopped; on later days only what is missing at its end is fetched. Prices that do not exist any more (delisted
    tickers) are not at Yahoo: a panel from there has survived by construction.

    Parameters
    ----------
    tickers
        Yahoo's symbols, separated by spaces.
    start, end
        First date, and the date after the last, as ``2017-12-31``; no ``end`` means today.
    filepath
        Folder of the cache.
    fewest_arrive
        Share of the tickers without which the load fails; the others are counted, and left out.
    timeout
        Seconds before a request is given up.
    retries
        Further attempts for each ticker.
    wait
        Seconds before the first retry; doubled for each further one.
    metadata
        For Kedro plugins.
    """

    def __init__(
        self,
        *,
        tickers: str,
        start: str,
        filepath: str,
        end: str | None = None,
        fewest_arrive: float = 0.5,
        timeout: float = 30.0,
        retries: int = 3,
        wait: float = 1.0,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._symbols, self._window = symbols_of(tickers, self.parameter), window_of(start, end)
        self._folder, self._patience = Path(filepath), Patience(timeout, retries, wait)
        self._fewest = share(fewest_arrive)
        self.metadata = metadata

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the canonical table of all tickers that arrived, and how they came.

        Raises
        ------
        DatasetError
            If fewer tickers than ``fewest_arrive`` arrived after all retries, or a kept file cannot be used; names
            each, with the reason. What arrived is kept.
        """
        arrived = fetch_all(Histories(self._folder, self._patience), self._symbols, self._window, self.parameter)
        arrived.refuse_few(
            self._fewest,
            f"What arrived is kept in {self._folder}. Run again, or leave them out of --params {self.parameter}.",
        )
        names = {"close": "adj_close", "volume": "adj_volume"}
        prices = pd.concat(arrived.tables, names=["ticker", "date"]).rename(columns=names).dropna(subset="adj_close")
        return prices.sort_index(), arrived.reading("Yahoo, closes adjusted for splits and dividends", self._window[1])


class YahooFilingPricesDataset(_YahooSource):
    """Fetch daily closes of firms around the years in which they filed; from another source those that Yahoo lacks.

    Parameters
    ----------
    tickers
        Yahoo's symbols, separated by spaces.
    first_year, last_year
        Years of the filings; prices begin and end some months outside of them.
    otherwise
        Catalog configuration of a dataset with whole histories by ticker, such as the WIKI store, which is asked for
        the tickers that did not arrive; a point or a hyphen in a ticker is a ``_`` there. None: they are counted alone.
    options
        ``filepath``, ``fewest_arrive``, ``timeout``, ``retries``, ``wait``: as for :class:`YahooPricesDataset`.
        ``fewest_arrive`` counts those of both sources. ``metadata``: for Kedro plugins.
    """

    parameter = "filing_tickers"

    def __init__(
        self,
        *,
        tickers: str,
        first_year: int,
        last_year: int,
        otherwise: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        start, end = f"{int(first_year) - 1}-09-01", min(date(int(last_year) + 1, 3, 1), date.today())
        self._prices = YahooPricesDataset(tickers=tickers, start=start, end=f"{end:%Y-%m-%d}", **options)
        self._symbols, self._window = symbols_of(tickers, self.parameter), self._prices._window
        self._otherwise = otherwise
        self.metadata = self._prices.metadata

    def _init_config(self) -> dict[str, Any]:
        """As Kedro tells it of the arguments, those that are handed on among them."""
        config = super()._init_config()
        return config | config.pop("options", {})

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return histories by ticker, and how they came.

        Index ``(ticker, date)``, sorted; ``adj_close``, and ``source``: ``yahoo`` or ``otherwise``.

        Raises
        ------
        DatasetError
            As :class:`YahooPricesDataset`; and what the other source raises, if it is there.
        """
        of_yahoo = self._prices
        histories = Histories(of_yahoo._folder, of_yahoo._patience)
        arrived = fetch_all(histories, self._symbols, self._window, self.parameter)
        found, said = self._ask_otherwise([*arrived.lost, *arrived.bad])
        for ticker in found:
            arrived.lost.pop(ticker, None)
            arrived.bad.pop(ticker, None)
        sources = {"yahoo": dict(arrived.tables), "otherwise": found}
        arrived.tables |= found
        arrived.refuse_few(
            of_yahoo._fewest,
            f"What arrived is kept in {of_yahoo._folder}. Run again, or leave them out of --params {self.parameter}.",
        )
        prices = pd.concat(
            [
                table[["close"]].assign(ticker=ticker, source=source).set_index("ticker", append=True).swaplevel()
                for source, tables in sources.items()
                for ticker, table in tables.items()
            ]
        )
        prices = prices.rename(columns={"close": "adj_close"}).dropna(subset="adj_close").sort_index()
        reading = arrived.reading("closes around filings, adjusted for splits and dividends", self._window[1])
        return prices, Reading((f"Yahoo: {len(sources['yahoo'])} of {len(self._symbols)} tickers", *said)) | reading

    def _ask_otherwise(self, missing: list[str]) -> tuple[dict[str, pd.DataFrame], list[str]]:
        """Histories of tickers that the other source has, and what to say of it."""
        if self._otherwise is None or not missing:
            return {}, []
        other = AbstractDataset.from_config("otherwise", dict(self._otherwise))
        where = self._otherwise.get("filepath")
        if not other.exists():
            return {}, [f"{where} is not there: it was not asked for {_some(missing)}"]
        prices, reading = other.load()
        start, end = map(pd.Timestamp, self._window)
        found = {}
        for ticker in missing:
            known_as = ticker.replace("-", "_").replace(".", "_")
            table = prices.loc[[known_as]].droplevel("ticker") if known_as in prices.index.unique("ticker") else None
            if table is not None and len(table := table[(table.index >= start) & (table.index < end)]):
                found[ticker] = table.rename(columns={"adj_close": "close"})
        named = f": {_some(found)}" if found else ""
        return found, [f"{where}: {len(found)} of {len(missing)} that Yahoo lacks{named}", *reading.recognised]


class YahooIndexDataset(_YahooSource):
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

    parameter = "index_symbol"

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
        self._symbols, self._window = symbols_of(symbol, self.parameter), window_of(start, end)
        if len(self._symbols) > 1:
            raise DatasetError(f"{self.parameter}: expected one Yahoo symbol. Received: {symbol!r}.")
        self._folder, self._patience = Path(filepath), Patience(timeout, retries, wait)
        self.metadata = metadata

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the canonical table of :mod:`rnn_trading.tables.index_prices`, and how it came.

        Raises
        ------
        DatasetError
            If nothing arrived after all attempts, what arrived cannot be used, or the kept file cannot.
        """
        (symbol,) = self._symbols
        histories = Histories(self._folder, self._patience)
        try:
            table = histories.load(symbol, *self._window, columns=(*RANGES, "close", "volume"))
        except BadPricesError as error:
            raise DatasetError(f"{symbol}: {error.with_advice(f'Take another --params {self.parameter}')}") from error
        for why in histories.not_grown.values():
            logger.warning("Yahoo: %s ends with what is kept: %s", symbol, why)
        index, parsed = parse_index(table, f"Yahoo {symbol}")
        return index, Reading((f"Yahoo, {symbol}",)) | parsed


def share(value: float) -> float:
    """A share that a user has set.

    Raises
    ------
    DatasetError
        If it is none.

    Examples
    --------
    >>> share("0.5")
    0.5
    >>> share(20)
    Traceback (most recent call last):
        ...
    kedro.io.core.DatasetError: fewest_arrive: expected a share from 0 to 1. Received: 20.
    """
    try:
        given = float(value)
    except (TypeError, ValueError):
        given = float("nan")
    if not 0 <= given <= 1:
        raise DatasetError(f"fewest_arrive: expected a share from 0 to 1. Received: {value!r}.")
    return given
