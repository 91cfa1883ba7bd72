"""The real yfinance against a server that gives bad answers: none is kept, and each is asked for again or not."""

import contextlib
import gzip
import json
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kedro.io import DatasetError

from rnn_trading.datasets.retries import BadAnswerError
from rnn_trading.datasets.yahoo_chart import _look_at
from tests.datasets.fake_yahoo import DAYS, answer, chart


def test_a_retry_asks_again(yahoo, fake):
    """yfinance remembers what an address has answered within a process."""
    fake.answers["GOOD"] = [answer(b"<html>Sorry</html>"), None, answer(b"", 503)]
    assert len(yahoo("GOOD", retries=3).load()[0]) == 3
    assert fake.asked == ["GOOD"] * 4


def test_pauses_double_and_nobody_sleeps(yahoo, fake):
    pauses = []
    fake.answers["GOOD"] = [None, None, None]
    dataset = yahoo("GOOD", retries=3, wait=2)
    object.__setattr__(dataset._patience, "sleep", pauses.append)
    dataset.load()
    assert pauses == [2, 4, 8]


def nobody_else(body):
    body["chart"]["result"][0]["meta"]["symbol"] = "PEP"


def text_for_numbers(body):
    body["chart"]["result"][0]["indicators"]["adjclose"][0]["adjclose"][1] = "10,5"


def nan_alone(body):
    indicators = body["chart"]["result"][0]["indicators"]
    nothing = [None, None, None]
    indicators["adjclose"][0]["adjclose"] = nothing
    indicators["quote"][0] = dict.fromkeys(("open", "high", "low", "close", "volume"), nothing)


def a_day_twice(body):
    stamps = body["chart"]["result"][0]["timestamp"]
    stamps[2] = stamps[1]


def cut(body):
    body["chart"]["result"][0]["meta"]["regularMarketTime"] = int(pd.Timestamp("2020-03-01").timestamp())


def begun_before(body):
    body["chart"]["result"][0]["meta"]["firstTradeDate"] = 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (nobody_else, "GOOD: asked for it, received PEP"),
        (text_for_numbers, "GOOD: .*"),
        (nan_alone, "GOOD: no prices from 2020-01-01 to 2020-04-01"),
        (a_day_twice, "GOOD: 2020-01-03 stands twice, with different prices"),
        (cut, "GOOD: cut: it ends on 2020-01-06, and trading on 2020-03-01"),
        (begun_before, "GOOD: cut: it begins on 2020-01-02, and trading on 1970-01-01"),
    ],
)
def test_an_answer_that_cannot_be_right_is_not_kept(yahoo, fake, tmp_path, change, message):
    body = chart("GOOD", DAYS, [5.0, 10.0, 15.0])
    change(body)
    fake.answers["GOOD"] = [answer(body)] * 2
    wanted = {"start": "2019-12-01"} if change is begun_before else {}
    with pytest.raises(DatasetError, match=message):
        yahoo("GOOD", end="2020-04-01", retries=1, **wanted).load()
    assert fake.asked == ["GOOD"] * 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("status", "body", "requests", "message"),
    [
        (500, chart("GOOD", DAYS, [5.0, 10.0, 15.0]), 2, "answered with 500"),
        (401, chart("GOOD", DAYS, [5.0, 10.0, 15.0]), 2, "answered with 401"),  # the second with another cookie
        (404, {"chart": {"result": None, "error": {"description": "No data found"}}}, 1, "404: No data found"),
        (200, b"<!DOCTYPE html><title>Sorry</title>", 2, "an answer that is no chart"),
        (200, {"chart": {"result": [], "error": None}}, 2, "an answer that is no chart"),
        (200, [1, 2], 2, "an answer that is no chart"),
        (200, chart("GOOD", DAYS[:1], [5.0]), 2, "expected at least 2 days with a close. Received: 1"),
    ],
)
def test_an_error_with_a_body_is_an_error(yahoo, fake, tmp_path, status, body, requests, message):
    fake.answers["GOOD"] = [answer(body, status)] * requests
    with pytest.raises(DatasetError, match=message):
        yahoo("GOOD", retries=1).load()
    assert len(fake.requests) == requests
    assert not list(tmp_path.iterdir())


def test_an_answer_that_unpacks_to_too_much_is_not_read_on(yahoo, fake, monkeypatch):
    monkeypatch.setattr("rnn_trading.datasets.yahoo_chart.LARGEST_TABLE", 100_000)
    fake.headers["Content-Encoding"] = "gzip"
    fake.answers["GOOD"] = [answer(gzip.compress(b" " * 5_000_000))]
    with pytest.raises(DatasetError, match="an answer of more than 100000 bytes was not read on"):
        yahoo("GOOD", retries=3).load()
    assert fake.asked == ["GOOD"]


PLACES = ["meta", "timestamp", "indicators", "indicators.quote", "indicators.adjclose", "meta.exchangeTimezoneName"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(place=st.sampled_from([*PLACES, "meta.symbol", "meta.firstTradeDate", "meta.regularMarketTime"]), value=ANYTHING)
def test_any_chart_is_looked_at_without_another_error(place, value):
    body = chart("GOOD", DAYS, [5.0, 10.0, 15.0])
    *where, name = place.split(".")
    inside = body["chart"]["result"][0]
    for step in where:
        inside = inside[step]
    inside[name] = value
    with contextlib.suppress(BadAnswerError):
        _look_at(json.dumps(body).encode(), "GOOD", date(2020, 1, 1), date(2020, 1, 10))
