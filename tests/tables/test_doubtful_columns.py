"""Columns of prices that may be no tickers, and such of which two could be meant."""

import pandas as pd
import pytest

from rnn_trading.tables.prices import PriceError
from tests.tables.test_layouts import long, prices

NO_TICKERS = ("Year", "Month", "Day", "Weekday", "Week", "Total", "Average", "Mean", "Index", "Unnamed: 0", "A.1")


@pytest.mark.parametrize("name", NO_TICKERS)
def test_columns_that_are_no_tickers_are_asked_about(name):
    raw = f"Date,A,B,{name}\n2020-01-02,1,2,3\n2020-01-03,1,2,7"
    with pytest.raises(PriceError, match=f"Received also '{name}'. Remove it; or, if it is a ticker"):
        long(raw)
    assert f"{name} 2020-01-03" in prices(raw, layout="wide")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("Date,A,PRICE\n2020-01-02,1,2", "prices of one ticker.*if every other .*: --params prices_layout=wide"),
        ("Date,A,PRICE,Close\n2020-01-02,1,2,3", "could both .*if every other .*: --params prices_layout=wide"),
        (",DATE,A\n2020-01-02,1,2", "missing.*if every other .*: --params prices_layout=wide"),
        ("Date,DATE,A\n2020-01-02,1,2", "both be date. Say which: --params prices_columns.date=Date"),
        ("Date,ticker,symbol,Close\n2020-01-02,A,B,1", "'ticker' and 'symbol' could both be ticker"),
        (
            "Date,timestamp,ticker,Close\n2020-01-02,2020-01-03,A,1",
            "'Date' and 'timestamp' could both be date. Say which: --params prices_columns.date=Date",
        ),
    ],
)
def test_columns_that_could_both_be_meant_are_asked_about(raw, message):
    with pytest.raises(PriceError, match=message):
        long(raw)


def test_columns_that_say_the_same_are_one():
    raw = "timestamp,Date,Symbol,ticker,Close\n2020-01-02 16:00,2020-01-02,A,A,1.5"
    assert prices(raw) == {"A 2020-01-02": 1.5}
    assert prices(",DATE,PRICE\n2020-01-02,1.5,2.5", layout="wide") == {"DATE 2020-01-02": 1.5, "PRICE 2020-01-02": 2.5}


def test_tickers_that_are_whole_numbers_have_no_decimal_point():
    raw = pd.DataFrame([["2020-01-02", 1.5, 2.5]], columns=["date", 700.0, 5.0])
    assert prices(raw) == prices(raw.rename(columns=str)) == {"5 2020-01-02": 2.5, "700 2020-01-02": 1.5}
    assert prices(raw.rename(columns={5.0: "A"})) == {"700.0 2020-01-02": 1.5, "A 2020-01-02": 2.5}
