"""The real yfinance against a server on loopback that answers like Yahoo's chart endpoint."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.yahoo import YahooFilingPricesDataset, YahooIndexDataset, YahooPricesDataset

yfinance = pytest.importorskip("yfinance", reason="needs the extra 'live'")

DAYS = [1577975400, 1578061800, 1578321000]  # 2020-01-02, 03 and 06, 09:30 in New York


class FakeYahoo(BaseHTTPRequestHandler):
    """Answers for GOOD and FLAKY (after one failure); knows nothing of LOST."""

    requests: list[str]
    failures: dict[str, int]

    def do_GET(self):
        url = urlparse(self.path)
        ticker = url.path.rsplit("/", 1)[-1]
        type(self).requests.append(ticker)
        assert parse_qs(url.query)["interval"] == ["1d"]
        if self.failures.get(ticker, 0):
            self.failures[ticker] -= 1
            self.connection.close()  # the connection breaks off
            return
        self.answer(404 if ticker == "LOST" else 200, self.not_found() if ticker == "LOST" else self.chart(ticker))

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    @staticmethod
    def not_found():
        error = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
        return {"chart": {"result": None, "error": error}}

    @staticmethod
    def chart(ticker):
        closes = [10.0, 20.0, 30.0]
        quote = {name: closes for name in ("open", "high", "low", "close")} | {"volume": [100, 200, 300]}
        meta = {
            "currency": "USD",
            "symbol": ticker,
            "exchangeTimezoneName": "America/New_York",
            "timezone": "EST",
            "gmtoffset": -18000,
            "instrumentType": "EQUITY",
            "regularMarketTime": DAYS[-1],
            "firstTradeDate": DAYS[0],
            "priceHint": 2,
            "dataGranularity": "1d",
            "range": "",
            "validRanges": ["1d", "max"],
            "currentTradingPeriod": {
                part: {"timezone": "EST", "start": DAYS[-1], "end": DAYS[-1] + 100, "gmtoffset": -18000}
                for part in ("pre", "regular", "post")
            },
        }
        result = {
            "meta": meta,
            "timestamp": DAYS,
            "indicators": {"quote": [quote], "adjclose": [{"adjclose": [5.0, 10.0, 15.0]}]},
        }
        return {"chart": {"result": [result], "error": None}}

    def log_message(self, *_):
        """Keep the test's output quiet."""


@pytest.fixture
def yahoo(monkeypatch, tmp_path):
    FakeYahoo.requests, FakeYahoo.failures = [], {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeYahoo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr("yfinance.scrapers.history._BASE_URL_", address)
    monkeypatch.setattr("yfinance.base._BASE_URL_", address)
    # Cookies come from other hosts of Yahoo's, which the chart endpoint does not need.
    monkeypatch.setattr("yfinance.data.YfData._get_cookie_and_crumb", lambda *_, **__: (None, "basic"))
    monkeypatch.setattr("yfinance.base.TickerBase._get_ticker_tz", lambda *_, **__: "America/New_York")
    yield lambda tickers, **options: YahooPricesDataset(
        **{
            "tickers": tickers,
            "start": "2020-01-01",
            "end": "2020-01-10",
            "filepath": str(tmp_path),
            "wait": 0,
            "timeout": 5,
        }
        | options
    )
    server.shutdown()
    server.server_close()


def test_adjusted_prices_arrive_as_the_canonical_table(yahoo):
    prices = yahoo("GOOD FINE").load()
    assert prices.index.unique("ticker").tolist() == ["FINE", "GOOD"]
    assert prices.loc["GOOD", "adj_close"].tolist() == [5.0, 10.0, 15.0]
    assert prices.loc["GOOD"].index.tolist() == [pd.Timestamp(f"2020-01-0{day}") for day in (2, 3, 6)]
    assert prices.loc["GOOD", "adj_volume"].tolist() == [100.0, 200.0, 300.0]


def test_a_second_load_asks_nobody(yahoo):
    first = yahoo("GOOD").load()
    asked = len(FakeYahoo.requests)
    pd.testing.assert_frame_equal(yahoo("GOOD").load(), first)
    assert len(FakeYahoo.requests) == asked


def test_a_broken_connection_is_tried_again(yahoo):
    FakeYahoo.failures = {"FLAKY": 1}
    assert len(yahoo("FLAKY", retries=1).load()) == 3


def test_what_does_not_arrive_is_named_and_the_rest_is_kept(yahoo):
    with pytest.raises(DatasetError, match=r"(?s)1 of 2 tickers did not arrive.*LOST: "):
        yahoo("GOOD LOST", retries=0).load()
    asked = FakeYahoo.requests.count("GOOD")
    assert len(yahoo("GOOD").load()) == 3
    assert FakeYahoo.requests.count("GOOD") == asked


def test_no_tickers_is_an_error(yahoo):
    with pytest.raises(DatasetError, match="separated by spaces"):
        yahoo(" ")


def test_an_index_arrives_with_its_ranges(yahoo, tmp_path):
    def dataset():
        return YahooIndexDataset(
            symbol="^GSPC", start="2020-01-01", end="2020-01-10", filepath=str(tmp_path), wait=0, timeout=5
        )

    index = dataset().load()
    assert index.columns.tolist() == ["close", "open", "high", "low", "volume"]
    assert index["close"].tolist() == [5.0, 10.0, 15.0]
    assert index.index.tolist() == [pd.Timestamp(f"2020-01-0{day}") for day in (2, 3, 6)]
    asked = len(FakeYahoo.requests)
    pd.testing.assert_frame_equal(dataset().load(), index)
    assert len(FakeYahoo.requests) == asked


def test_prices_of_filings_reach_beyond_their_years(yahoo, tmp_path):
    yahoo("GOOD")  # starts the server
    dataset = YahooFilingPricesDataset(
        tickers="GOOD", first_year=2020, last_year=2020, filepath=str(tmp_path), wait=0, timeout=5
    )
    prices, dropped = dataset.load()
    assert not dropped
    assert prices.columns.tolist() == ["adj_close"]
    assert prices.index.names == ["ticker", "date"]
    assert prices.loc["GOOD", "adj_close"].tolist() == [5.0, 10.0, 15.0]
    assert [path.name for path in tmp_path.glob("GOOD_*")] == ["GOOD_2019-09-01_2021-03-01.parquet"]
