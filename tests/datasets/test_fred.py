"""FRED through pandas-datareader, against a server on loopback."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlparse

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.fred import FredDataset, FredIndexDataset

SERIES = {
    "SP500": "2020-01-01,.\n2020-01-02,3257.85\n2020-01-03,3234.85\n2020-01-06,3246.28\n",
    "UMCSENT": "2020-01-01,99.8\n2020-02-01,101.0\n",
    "IPGMFN": "2020-01-01,98.2\n2020-03-01,93.1\n",
    "EMPTY": "2020-01-01,.\n",
}


class FakeFred(BaseHTTPRequestHandler):
    requests: ClassVar[list[str]] = []
    failures: ClassVar[dict[str, int]] = {}

    def do_GET(self):
        (series,) = parse_qs(urlparse(self.path).query)["id"]
        FakeFred.requests.append(series)
        fails = FakeFred.failures.get(series, 0) > 0
        FakeFred.failures[series] = FakeFred.failures.get(series, 0) - 1
        known = series in SERIES and not fails
        body = f"observation_date,{series}\n{SERIES[series]}".encode() if known else b"no such series"
        self.send_response(200 if known else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Keep the test's output quiet."""


@pytest.fixture
def fred(monkeypatch, tmp_path):
    FakeFred.requests, FakeFred.failures = [], {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeFred)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/graph/fredgraph.csv"
    monkeypatch.setattr("pandas_datareader.fred.FredReader.url", property(lambda _: address))
    options = {"start": "2020-01-01", "end": "2020-12-31", "filepath": str(tmp_path), "timeout": 5, "retries": 1}
    yield lambda series, kind=FredDataset: kind(series=series, **options)
    server.shutdown()
    server.server_close()


def test_an_index_has_no_holidays(fred):
    index = fred("SP500", FredIndexDataset).load()
    assert index["close"].tolist() == [3257.85, 3234.85, 3246.28]
    assert index.index[0] == pd.Timestamp("2020-01-02")


def test_series_stand_side_by_side(fred):
    table = fred("UMCSENT IPGMFN").load()
    assert table.columns.tolist() == ["UMCSENT", "IPGMFN"]
    np.testing.assert_array_equal(table["IPGMFN"], [98.2, np.nan, 93.1])
    assert table.index.name == "date"


def test_a_second_load_asks_nobody(fred):
    first = fred("UMCSENT").load()
    asked = len(FakeFred.requests)
    pd.testing.assert_frame_equal(fred("UMCSENT").load(), first)
    assert len(FakeFred.requests) == asked


def test_a_failure_is_tried_again(fred):
    FakeFred.failures = {"SP500": 1}
    assert len(fred("SP500", FredIndexDataset).load()) == 3
    assert FakeFred.requests == ["SP500", "SP500"]


@pytest.mark.parametrize(
    ("series", "message"),
    [
        ("NOSUCH", "FRED did not answer with NOSUCH: .*Unable to read URL"),
        ("EMPTY", "FRED has no value of EMPTY from 2020-01-01 to 2020-12-31. Check the id"),
        (" ", "FRED ids separated by spaces"),
    ],
)
def test_what_does_not_arrive_is_named_and_nothing_is_kept(fred, tmp_path, series, message):
    with pytest.raises(DatasetError, match=f"(?s){message}"):
        fred(series).load()
    assert not list(tmp_path.glob("*.parquet"))
