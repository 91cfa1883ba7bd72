"""FRED against a server on loopback, at the address that pandas-datareader knows."""

import re
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlparse

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kedro.io import DatasetError

from rnn_trading.datasets.fred import FredDataset, FredIndexDataset, series_of
from rnn_trading.datasets.retries import BadAnswerError, TooManyRequestsError

pytest.importorskip("pandas_datareader", reason="needs the extra 'live'")

SERIES = {
    "SP500": "2020-01-01,.\n2020-01-02,3257.85\n2020-01-03,3234.85\n2020-01-06,3246.28\n",
    "UMCSENT": "2020-01-01,99.8\n2020-02-01,101.0\n",
    "IPGMFN": "2020-01-01,98.2\n2020-02-01,\n2020-03-01,93.1\n2035-01-01,99\n",
    "EMPTY": "2020-01-01,.\n",
    "ODD": "2020-01-01,99.8\n2020-02-01,none known\n2020-03-01,1_000\n2020-04-01,inf\n"
    "2020-05-01,98\n2020-06-01,97\n2020-07-01,96\n2021-01-01,x\n",
    "NEGATIVE": "2020-01-02,1.0\n2020-01-03,-2.0\n2020-01-06,3\n",
}


class FakeFred(BaseHTTPRequestHandler):
    """Answers with what is in ``answers`` first, then with the series."""

    requests: ClassVar[list[str]] = []
    answers: ClassVar[dict[str, list[tuple[int, str]]]] = {}

    def do_GET(self):
        (series,) = parse_qs(urlparse(self.path).query)["id"]
        FakeFred.requests.append(series)
        if FakeFred.answers.get(series):
            status, text = FakeFred.answers[series].pop(0)
        elif series in SERIES:
            status, text = 200, f"observation_date,{series}\n{SERIES[series]}"
        else:
            status, text = 404, "no such series"
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        """Keep the test's output quiet."""


@pytest.fixture
def fred(monkeypatch, tmp_path):
    FakeFred.requests, FakeFred.answers = [], {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeFred)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/graph/fredgraph.csv"
    monkeypatch.setattr("pandas_datareader.fred.FredReader.url", property(lambda _: address))
    options = {"start": "2020-01-01", "end": "2020-12-31", "filepath": str(tmp_path), "timeout": 5, "retries": 1}
    yield lambda series, kind=FredDataset, **changes: kind(series=series, **{"wait": 0} | options | changes)
    server.shutdown()
    server.server_close()


def test_an_index_has_no_holidays(fred):
    index, _ = fred("SP500", FredIndexDataset).load()
    assert index["close"].tolist() == [3257.85, 3234.85, 3246.28]
    assert index.index[0] == pd.Timestamp("2020-01-02")


def test_series_stand_side_by_side_in_the_dates_asked_for(fred):
    table, reading = fred("UMCSENT IPGMFN").load()
    assert table.columns.tolist() == ["UMCSENT", "IPGMFN"]
    np.testing.assert_array_equal(table["IPGMFN"], [98.2, np.nan, 93.1])
    assert table.index.name == "date"
    assert reading.recognised == ("FRED, UMCSENT IPGMFN",)
    assert reading.counts == {"unreadable_values": 0}


def test_values_that_cannot_be_read_are_counted(fred):
    for _ in range(2):  # as they arrive, and as they are kept
        table, reading = fred("ODD UMCSENT", bad_rows=0.6).load()
        np.testing.assert_array_equal(table["ODD"], [99.8, *[np.nan] * 3, 98.0, 97.0, 96.0])
        assert reading.counts == {"unreadable_values": 3}
        assert reading.recognised == ("FRED, ODD UMCSENT", "ODD: 3 values could not be read")


def test_what_stands_for_no_number_in_any_file_is_missing(fred):
    FakeFred.answers["SP500"] = [(200, "observation_date,SP500\n2020-01-02,3\n2020-01-03,NA\n2020-01-06,#N/A\n")]
    table, reading = fred("SP500", bad_rows=0.0).load()
    np.testing.assert_array_equal(table["SP500"], [3, np.nan, np.nan])
    assert reading.counts == {"unreadable_values": 0}


def test_a_share_of_the_values_may_be_unreadable_as_they_arrive_and_as_they_are_kept(fred):
    fred("ODD", bad_rows=0.6).load()
    with pytest.raises(DatasetError, match="3 of 7 values are unreadable, the first that of 2020-02-01"):
        fred("ODD", bad_rows=0.4).load()
    FakeFred.answers["SP500"] = [(200, "observation_date,SP500\n2020-01-02,x\n2020-01-03,4\n")] * 2
    with pytest.raises(DatasetError, match="--params index_bad_rows=0.5"):
        fred("SP500", FredIndexDataset).load()


def test_a_second_load_asks_nobody(fred):
    first, _ = fred("UMCSENT").load()
    pd.testing.assert_frame_equal(fred("UMCSENT").load()[0], first)
    assert len(fred("UMCSENT IPGMFN", start="2020-02-01").load()[0]) == 2
    assert FakeFred.requests == ["UMCSENT", "IPGMFN"]


def test_another_window_is_fetched_whole(fred):
    fred("UMCSENT", end="2020-01-31").load()
    assert len(fred("UMCSENT").load()[0]) == 2
    assert FakeFred.requests == ["UMCSENT", "UMCSENT"]


def test_without_an_end_a_day_is_asked_for_once(fred, monkeypatch):
    class Tomorrow(date):
        @classmethod
        def today(cls):
            return date.fromordinal(date.today().toordinal() + 1)

    fred("UMCSENT", end=None).load()
    fred("UMCSENT", end=None).load()
    assert FakeFred.requests == ["UMCSENT"]
    monkeypatch.setattr("rnn_trading.datasets.fred.date", Tomorrow)
    monkeypatch.setattr("rnn_trading.datasets.kept_tables.date", Tomorrow)
    fred("UMCSENT", end=None).load()
    assert FakeFred.requests == ["UMCSENT", "UMCSENT"]


def test_a_failure_is_asked_for_again(fred):
    FakeFred.answers["SP500"] = [(503, "in a moment")]
    assert len(fred("SP500", FredIndexDataset).load()[0]) == 3
    assert FakeFred.requests == ["SP500", "SP500"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<!DOCTYPE html>\n<title>Sorry</title>", "expected the header observation_date,SP500. Received: '<!DOCTYPE"),
        ("observation_date,VIXCLS\n2020-01-02,3\n", "expected the header observation_date,SP500"),
        ("", "expected the header"),
        ("observation_date,SP500\n", "a table without a row"),
        ("observation_date,SP500\n2020-01-02,3,234.85\n", "expected a date and a value in each line"),
        (
            "observation_date,SP500\n01/02/2020,3\n",
            "expected a date and a value in each line. Received: '01/02/2020,3'",
        ),
        ('observation_date,SP500\n2020-01-02,"\r3"\n', "expected a date and a value in each line"),
        ("observation_date,SP500\n2020-02-30,3\n", "expected a date and a value in each line"),
        ("observation_date,SP500\n2020-01-02,3\n2020-01-02,4\n", "2020-01-02 stands twice"),
        (
            "observation_date,SP500\n2020-01-02,x\n2020-01-03,4\n",
            "1 of 2 values is unreadable, the first that of 2020-01-02, .*: --params macro_bad_rows=0.5",
        ),
    ],
)
def test_an_answer_that_cannot_be_right_is_not_kept(fred, tmp_path, text, message):
    FakeFred.answers["SP500"] = [(200, text)] * 2
    with pytest.raises(DatasetError, match=message):
        fred("SP500").load()
    assert not list(tmp_path.iterdir())
    assert len(fred("SP500").load()[0]) == 4


def test_an_answer_that_ends_before_what_is_kept_is_cut(fred):
    fred("SP500", end="2020-01-31").load()
    FakeFred.answers["SP500"] = [(200, "observation_date,SP500\n2020-01-02,3257.85\n2020-01-03,3234.85\n")] * 2
    with pytest.raises(DatasetError, match="cut: it ends on 2020-01-03, and what is kept on 2020-01-06"):
        fred("SP500").load()
    assert len(fred("SP500", end="2020-01-31").load()[0]) == 4


def test_an_index_below_zero_is_not_kept(fred, tmp_path):
    with pytest.raises(
        DatasetError, match=r"FRED, NEGATIVE: expected values above 0. Received: -2 on 2020-01-03 \(1 such"
    ):
        fred("NEGATIVE", FredIndexDataset).load()
    assert not list(tmp_path.iterdir())
    assert len(fred("NEGATIVE").load()[0]) == 3  # a macro series may be negative


def test_too_many_requests_stop_all(fred):
    FakeFred.answers["UMCSENT"] = [(429, "slower")]
    with pytest.raises(TooManyRequestsError, match="Run again in 10 minutes"):
        fred("UMCSENT IPGMFN").load()
    assert FakeFred.requests == ["UMCSENT"]


def test_an_answer_that_is_too_large_is_not_read_on(fred, monkeypatch):
    monkeypatch.setattr("rnn_trading.datasets.fred.LARGEST_TABLE", 20)
    with pytest.raises(DatasetError, match="did not answer with SP500: FRED: an answer of more than 20 bytes"):
        fred("SP500").load()
    assert FakeFred.requests == ["SP500"]


@pytest.mark.parametrize(
    "spoil", [lambda path: path.write_bytes(b"PAR1"), lambda path: pd.DataFrame().to_parquet(path)]
)
def test_a_bad_file_is_named_with_the_command_that_drops_it(fred, tmp_path, spoil):
    fred("UMCSENT").load()
    (file,) = tmp_path.iterdir()
    spoil(file)
    with pytest.raises(DatasetError, match=re.escape(f"Drop it, and it is fetched again: rm {file}")):
        fred("UMCSENT").load()


@pytest.mark.parametrize(
    ("series", "message"),
    [
        ("NOSUCH", "FRED did not answer with NOSUCH: .* answered with 404"),
        ("EMPTY", "FRED has no value of EMPTY from 2020-01-01 to 2020-12-31. Check the id"),
        (" ", "FRED ids separated by spaces"),
        ("../SP500", "FRED ids separated by spaces.* Received: '../SP500'"),
    ],
)
def test_what_does_not_arrive_is_named_and_nothing_is_kept(fred, tmp_path, series, message):
    with pytest.raises(DatasetError, match=f"(?s){message}"):
        fred(series).load()
    assert not list(tmp_path.iterdir())
    assert len(FakeFred.requests) <= 1


@given(
    st.one_of(
        st.text(), st.text('0123456789-,.\n"<einf_', max_size=80).map("observation_date,SP500\n2020-01-02,".__add__)
    )
)
def test_any_text_is_a_series_or_refused(text):
    try:
        table = series_of(text, "SP500")
    except BadAnswerError:
        return
    written = [line for line in text.splitlines()[1:] if line.strip()]
    assert len(table) == len(written)
    assert table.index.is_monotonic_increasing
    assert not np.isinf(table["value"]).any()
