"""What Yahoo answers of one symbol, through yfinance: each answer is looked at before yfinance reads it.

yfinance remembers answers by address within a process, lets an error pass whose body holds a chart, drops a day that
stands twice, and keeps cookies and time zones in the user's home. Here a request is one, an answer with the status of
an error is none, and nothing of yfinance's stays on the disk.
"""

import atexit
import importlib.util
import json
import shutil
import sys
import tempfile
from datetime import date, timedelta
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

import pandas as pd
from kedro.io import DatasetError

from rnn_trading.datasets.limits import LARGEST_TABLE, at_most
from rnn_trading.datasets.retries import (
    BadAnswerError,
    NoAnswerError,
    Patience,
    TooManyRequestsError,
    ask,
    is_about_the_connection,
    reason,
    refuse_status,
    stop_asking,
)
from rnn_trading.tables.histories import HistoryError, check_history

CHART = "/finance/chart/"
DAY = timedelta(days=1)
# Between the last day of an answer and the last that Yahoo itself says there is: a holiday is shorter, a cut longer.
LONGEST_PAUSE = timedelta(days=14)
# Symbols that fail for want of a connection, after which no other is asked for.
IN_A_ROW = 3
NOT_AUTHORISED = (401, 403)
# Seconds from 1970 to beyond any date.
FAR = 2**33


class Yahoo:
    """Asks Yahoo for daily prices, with time-outs and retries.

    Parameters
    ----------
    patience
        See :class:`rnn_trading.datasets.retries.Patience`.
    """

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._session: Any = None
        self._unreachable = 0
        # Of one attempt: how often a chart was asked for, and the charts that came without an error.
        self._asked, self._charts = 0, list[bytes]()

    def history(self, symbol: str, start: date, end: date) -> pd.DataFrame:
        """Daily prices of one symbol, adjusted for splits and dividends.

        Parameters
        ----------
        symbol
            Yahoo's.
        start, end
            First date, and the date after the last.

        Returns
        -------
        pandas.DataFrame
            See :mod:`rnn_trading.tables.histories`; all columns; days outside of these dates are left out.

        Raises
        ------
        NoAnswerError, BadAnswerError, TooManyRequestsError, BadPricesError
            If there is no history of the symbol, after all attempts, or one that cannot be used.
        """
        require_yfinance()
        if self._unreachable >= IN_A_ROW:
            raise NoAnswerError(f"{symbol}: not asked for, since Yahoo could not be reached {IN_A_ROW} times in a row")
        try:
            history = ask(lambda: self._ask_once(symbol, start, end), f"Yahoo: {symbol}", self._patience)
        except DatasetError:
            self._unreachable = 0
            raise
        except Exception as error:
            if not is_about_the_connection(error):
                raise
            self._unreachable += 1
            raise NoAnswerError(f"{symbol}: {reason(error)}") from error
        self._unreachable = 0
        return history

    def _ask_once(self, symbol: str, start: date, end: date) -> pd.DataFrame:
        import yfinance  # noqa: PLC0415  an extra that most users do not need

        _prepare_yfinance()
        yfinance.data.YfData.cache_get.cache_clear()
        self._asked, self._charts = 0, []
        self._session = self._session or self._new_session()
        ticker = yfinance.Ticker(symbol, session=self._session)
        # Spares a request for the exchange's time zone: a day more on both sides reaches all of them.
        ticker._tz = "UTC"
        try:
            history = ticker.history(
                start=start - DAY, end=end + DAY, auto_adjust=True, actions=False, timeout=self._patience.timeout
            )
        except DatasetError:
            raise
        except Exception as error:  # yfinance and its transport raise many unrelated types
            raise self._translated(symbol, error) from error
        _look_at(self._charts[-1], symbol, start, end)
        history = history.set_axis(pd.DatetimeIndex(history.index).tz_localize(None).normalize().rename("date"))
        history = history.rename(columns=str.lower)[["open", "high", "low", "close", "volume"]].astype("float64")
        history.index = history.index.as_unit("us")
        asked_for = history[(history.index >= pd.Timestamp(start)) & (history.index < pd.Timestamp(end))]
        if asked_for.empty:
            raise BadAnswerError(f"{symbol}: no prices from {start} to {end}")
        try:
            return check_history(asked_for)
        except HistoryError as error:
            raise BadAnswerError(f"{symbol}: {error}") from error

    def _translated(self, symbol: str, error: Exception) -> Exception:
        kinds = {kind.__name__ for kind in type(error).__mro__}
        if "YFRateLimitError" in kinds:
            return TooManyRequestsError(stop_asking("Yahoo", None))
        if "ImpersonateError" in kinds and "tensorflow" in sys.modules:
            return NoAnswerError(
                f"{symbol}: {error}. TensorFlow was loaded first and hides curl_cffi's library: start a new Python "
                "session."
            )
        # Without a chart the connection failed: see retries. With one, it is not of the form that yfinance knows.
        return BadAnswerError(f"{symbol}: an answer that is no chart: {reason(error)}") if self._charts else error

    def _new_session(self) -> Any:
        """A session of yfinance's whose charts are read up to a limit, looked at, and noted."""
        from yfinance._http import new_session  # noqa: PLC0415  see above

        session = new_session()
        request = session.request

        def request_and_look(method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            if CHART not in str(url):
                return request(method, url, *args, **kwargs)
            self._asked += 1
            answer = request(method, url, *args, stream=True, **kwargs)
            try:
                body = at_most(answer.iter_content(), LARGEST_TABLE, "Yahoo")
            finally:
                answer.close()
            # curl_cffi's answers, and those of requests, which stand in for them.
            setattr(answer, "_content" if hasattr(answer, "_content") else "content", body)
            if answer.status_code not in NOT_AUTHORISED or self._asked > 1:  # yfinance asks again with another cookie
                symbol = unquote(urlsplit(str(url)).path).rsplit("/", 1)[-1]
                refuse_status(answer.status_code, f"Yahoo, {symbol}", _told(body), answer.headers.get("Retry-After"))
            self._charts.append(body)
            return answer

        session.request = request_and_look
        return session


@cache
def _prepare_yfinance() -> None:
    """Have errors raised, and put what yfinance keeps, cookies among it, where it is gone when the process ends."""
    import yfinance  # noqa: PLC0415  see above

    folder = tempfile.mkdtemp(prefix="yfinance-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    yfinance.set_tz_cache_location(folder)
    yfinance.config.debug.hide_exceptions = False


def _told(body: bytes) -> str:
    """What Yahoo says of an error."""
    try:
        return str(json.loads(body)["chart"]["error"]["description"])[:200]
    except (ValueError, KeyError, TypeError):
        return ""


def _look_at(body: bytes, symbol: str, start: date, end: date) -> None:
    """Raise for what yfinance would not tell: another symbol, a day that stands twice, an answer that ends early."""
    try:
        chart = json.loads(body)["chart"]["result"][0]
        told, stamps = chart["meta"], chart["timestamp"]
        closes = chart["indicators"]["quote"][0]["close"]
        adjusted = chart["indicators"]["adjclose"][0]["adjclose"] if "adjclose" in chart["indicators"] else closes
        zone = told["exchangeTimezoneName"]
        days = (
            pd.DatetimeIndex(pd.to_datetime(stamps, unit="s", utc=True)).tz_convert(zone).tz_localize(None).normalize()
        )
        prices = pd.DataFrame({"close": closes, "adjusted": adjusted}, index=days)
    except (ValueError, KeyError, TypeError, IndexError, OverflowError) as error:
        raise BadAnswerError(f"{symbol}: an answer that is no chart ({type(error).__name__})") from error
    if str(told.get("symbol", symbol)).upper() != symbol.upper():
        raise BadAnswerError(f"{symbol}: asked for it, received {str(told['symbol'])[:32]}")
    texts = [value for name in prices for value in prices[name] if isinstance(value, str)]
    if texts:
        raise BadAnswerError(f"{symbol}: expected numbers. Received: {texts[0][:40]!r}")
    within = prices[(days >= pd.Timestamp(start)) & (days < pd.Timestamp(end))].dropna()
    different = within.rename_axis("day").reset_index().drop_duplicates()["day"]
    if different.duplicated().any():
        day = different[different.duplicated()].iloc[0]
        raise BadAnswerError(f"{symbol}: {day:%Y-%m-%d} stands twice, with different prices")
    _refuse_cut(symbol, within, told, (start, end))


def _refuse_cut(symbol: str, within: pd.DataFrame, told: dict[str, Any], asked: tuple[date, date]) -> None:
    """Raise if days are missing at an end, although Yahoo says in the same answer that there are such."""
    if within.empty:
        return
    (start, end), (first, last) = map(pd.Timestamp, asked), (within.index.min(), within.index.max())
    begun, ended = (_day(told.get(name)) for name in ("firstTradeDate", "regularMarketTime"))
    if begun is not None and first - max(start, begun) > LONGEST_PAUSE:
        raise BadAnswerError(f"{symbol}: cut: it begins on {first:%Y-%m-%d}, and trading on {begun:%Y-%m-%d}")
    if ended is not None and min(end, ended) - last > LONGEST_PAUSE:
        raise BadAnswerError(f"{symbol}: cut: it ends on {last:%Y-%m-%d}, and trading on {ended:%Y-%m-%d}")


def _day(stamp: Any) -> pd.Timestamp | None:
    is_known = type(stamp) in (int, float) and abs(stamp) < FAR
    return pd.Timestamp(stamp, unit="s").normalize() if is_known else None


def require_yfinance() -> None:
    """Raise, with the remedy, if yfinance is not there."""
    if importlib.util.find_spec("yfinance") is None:
        raise DatasetError(
            "yfinance is missing. Run, in the project's folder: pip install -e '.[live]' -c constraints.txt"
        )
