"""A server on loopback that answers like Yahoo's chart endpoint."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

import pandas as pd
import pytest

Answer = tuple[int, bytes]
DAYS = ["2020-01-02", "2020-01-03", "2020-01-06"]


def chart(ticker: str, days: list[str], adjusted: list[Any], **told: Any) -> dict[str, Any]:
    """What Yahoo answers; the unadjusted close is twice the adjusted one. ``told`` is its metadata."""
    stamps = [int(pd.Timestamp(f"{day} 09:30", tz="America/New_York").timestamp()) for day in days]
    closes = [2 * value if isinstance(value, float) else value for value in adjusted]
    quote = {name: closes for name in ("open", "high", "low", "close")}
    quote["volume"] = [100 * (1 + place) for place in range(len(days))]
    meta = {
        "currency": "USD",
        "symbol": ticker,
        "exchangeTimezoneName": "America/New_York",
        "timezone": "EST",
        "gmtoffset": -18000,
        "instrumentType": "EQUITY",
        "regularMarketTime": stamps[-1],
        "firstTradeDate": stamps[0],
        "priceHint": 2,
        "dataGranularity": "1d",
        "range": "",
        "validRanges": ["1d", "max"],
        "currentTradingPeriod": {
            part: {"timezone": "EST", "start": stamps[-1], "end": stamps[-1] + 100, "gmtoffset": -18000}
            for part in ("pre", "regular", "post")
        },
    }
    result = {
        "meta": meta | told,
        "timestamp": stamps,
        "indicators": {"quote": [quote], "adjclose": [{"adjclose": adjusted}]},
    }
    return {"chart": {"result": [result], "error": None}}


def answer(body: Any, status: int = 200) -> Answer:
    """Bytes as they are, anything else as JSON."""
    return status, body if isinstance(body, bytes) else json.dumps(body).encode()


def not_found() -> Answer:
    error = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
    return answer({"chart": {"result": None, "error": error}}, 404)


class FakeYahoo:
    """What is asked, and how it is answered: ``answers`` are taken first, then ``histories`` in the dates asked for."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, pd.Timestamp, pd.Timestamp]] = []
        self.answers: dict[str, list[Answer | None]] = {}
        self.headers: dict[str, str] = {}
        self.histories: dict[str, pd.Series] = {}

    @property
    def asked(self) -> list[str]:
        return [ticker for ticker, _, _ in self.requests]

    def answer(self, ticker: str, start: pd.Timestamp, end: pd.Timestamp) -> Answer | None:
        self.requests.append((ticker, start, end))
        if self.answers.get(ticker):
            return self.answers[ticker].pop(0)
        if ticker not in self.histories:
            return not_found()
        history = self.histories[ticker]
        within = history[(history.index >= start.normalize()) & (history.index < end)]
        days = [f"{day:%Y-%m-%d}" for day in within.index]
        ends = {
            "firstTradeDate": int(history.index[0].timestamp()),
            "regularMarketTime": int(history.index[-1].timestamp()),
        }
        return answer(chart(ticker, days, within.tolist(), **ends))


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeYahoo]:
    """The server; yfinance asks it."""
    fake = FakeYahoo()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlparse(self.path)
            query = parse_qs(url.query)
            assert query["interval"] == ["1d"]
            span = [pd.Timestamp(int(query[name][0]), unit="s") for name in ("period1", "period2")]
            answer = fake.answer(unquote(url.path).rsplit("/", 1)[-1], *span)
            if answer is None:
                self.connection.close()  # the connection breaks off
                return
            self.send_response(answer[0])
            for name, value in {**fake.headers, "Content-Length": str(len(answer[1]))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer[1])

        def log_message(self, *_: Any) -> None:
            """Keep the test's output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    monkeypatch.setattr("yfinance.scrapers.history._BASE_URL_", f"http://127.0.0.1:{server.server_port}")
    # Cookies come from other hosts of Yahoo's, which the chart endpoint does not need.
    monkeypatch.setattr("yfinance.data.YfData._get_cookie_and_crumb", lambda *_, **__: (None, "basic"))
    yield fake
    server.shutdown()
    server.server_close()
