"""Tables of prices in the forms that people have: recognised, asked about, or refused with what to do."""

import pandas as pd
import pytest

from rnn_trading.tables.index_layouts import to_index
from rnn_trading.tables.index_prices import parse_index
from rnn_trading.tables.layouts import to_long
from rnn_trading.tables.names import FILING_ID, TICKER, Told
from rnn_trading.tables.prices import PriceError, parse_prices


def table(text):
    """A CSV as its reader gives it: every cell is text, names of columns may repeat."""
    header, *rows = [line.split(",") for line in text.strip().splitlines()]
    return pd.DataFrame(rows, dtype="str").set_axis(header, axis="columns")


def long(raw, **told):
    return to_long(table(raw) if isinstance(raw, str) else raw, "row {}".format, "prices.csv", Told(**told), PriceError)


def prices(raw, **told):
    found = long(raw, **told)
    parsed, _ = parse_prices(found.table, "prices.csv", found.describe_row)
    return {f"{ticker} {date:%Y-%m-%d}": price for (ticker, date), price in parsed["adj_close"].items()}


TWO = {"AAPL 2020-01-02": 72.5, "AAPL 2020-01-03": 71.75, "MSFT 2020-01-02": 153.5, "MSFT 2020-01-03": 151.25}
LONG = """
Symbol,Date,Open,Close,Adj Close,Volume
AAPL,2020-01-02,74,75,72.5,100
AAPL,2020-01-03,74,74,71.75,100
MSFT,2020-01-02,158,160,153.5,100
MSFT,2020-01-03,158,158,151.25,100
"""
WIDE = "date,AAPL,MSFT\n2020-01-02,72.5,153.5\n2020-01-03,71.75,151.25"
BY_FIELD = """
Price,Adj Close,Adj Close,Close,Close,Volume,Volume
Ticker,AAPL,MSFT,AAPL,MSFT,AAPL,MSFT
Date,,,,,,
2020-01-02,72.5,153.5,75,160,100,200
2020-01-03,71.75,151.25,74,158,100,200
"""
BY_TICKER = """
Ticker,MSFT,MSFT,AAPL,AAPL
Price,Close,Volume,Close,Volume
Date,,,,
2020-01-02,153.5,200,72.5,100
2020-01-03,151.25,200,71.75,100
"""
STOOQ = """
<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>
AAPL.US,D,20200102,000000,74,75,73,72.5,100,0
AAPL.US,D,20200103,000000,74,75,73,71.75,100,0
MSFT.US,D,20200102,000000,74,75,73,153.5,100,0
MSFT.US,D,20200103,000000,74,75,73,151.25,100,0
"""


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (LONG, "long: date='Date', ticker='Symbol', adj_close='Adj Close', adj_volume='Volume'"),
        (WIDE, "wide, 2 tickers"),
        (WIDE.replace("date", ""), "wide, 2 tickers"),
        (",Date,AAPL,MSFT\n0,2020-01-02,72.5,153.5\n1,2020-01-03,71.75,151.25", "wide, 2 tickers"),
        (BY_FIELD, "yfinance, 2 tickers: adj_close='Adj Close', adj_volume='Volume'"),
        (BY_FIELD.replace("Date,,,,,,\n", "").replace("Price", "").replace("Ticker", ""), "yfinance, 2 tickers: adj"),
        (
            BY_FIELD.replace("Date,,,,,,\n", "").replace("Price", "Date").replace("Ticker", ""),
            "yfinance, 2 tickers: adj",
        ),
        (BY_TICKER, "yfinance, 2 tickers: adj_close='Close', adj_volume='Volume', adjusted by yfinance"),
        (STOOQ.replace(".US", ""), "long: date='<DATE>', ticker='<TICKER>', adj_close='<CLOSE>', adj_volume='<VOL>'"),
        (
            WIDE.replace("AAPL", "AAPL_Close").replace("MSFT", "MSFT_Close"),
            "a field and a ticker in each name, 2 tickers",
        ),
    ],
)
def test_forms_of_files_are_recognised(raw, words):
    assert prices(raw) == TWO
    assert long(raw).reading.recognised[0].startswith(words)


def test_the_parquet_forms_of_yfinance_are_recognised():
    by_field = pd.MultiIndex.from_product([["Close", "Volume"], ["AAPL", "MSFT"]], names=["Price", "Ticker"])
    days = pd.DatetimeIndex(["2020-01-02", "2020-01-03"], name="Date")
    levels = pd.DataFrame([[72.5, 153.5, 1, 2], [71.75, 151.25, 3, 4]], index=days, columns=by_field)
    assert prices(levels) == TWO
    assert prices(levels.swaplevel(axis="columns").sort_index(axis="columns")) == TWO
    assert prices(levels.reset_index()) == TWO
    assert prices(levels.set_axis([str(pair) for pair in by_field], axis="columns")) == TWO
    assert prices(levels.set_axis(["_".join(pair) for pair in by_field], axis="columns").reset_index()) == TWO
    assert prices(levels["Close"].rename_axis(index=None)) == TWO
    stacked = levels.stack(level="Ticker", future_stack=True)
    assert prices(stacked) == prices(stacked.reset_index()) == TWO
    volumes = long(levels).table
    assert volumes.loc[volumes["ticker"] == "MSFT", "adj_volume"].tolist() == [2, 4]


@pytest.mark.parametrize(
    ("raw", "warned"),
    [(LONG, False), (LONG.replace(",Adj Close", ",Other"), True), (STOOQ, True), (BY_TICKER, False), (WIDE, True)],
)
def test_closes_that_are_not_said_to_be_adjusted_are_told(raw, warned):
    assert (long(raw).unadjusted is not None) == warned
    assert long("Ticker,Date,Close\nA,2020-01-02,1", columns={"adj_close": "Close"}).unadjusted is None


def test_lines_and_volumes_stay_with_their_ticker():
    found = long(BY_FIELD.replace("153.5", "-1"))
    with pytest.raises(PriceError, match=r"column 'adj_close', row 2 \(MSFT, 2020-01-02\): .* Received: '-1'"):
        parse_prices(found.table, "prices.csv", found.describe_row)
    assert found.table["adj_volume"].tolist() == ["100", "100", "200", "200"]


def test_a_first_day_without_prices_is_no_header():
    raw = "Date,Open,Close\n2020-01-01,null,null\n2020-01-02,null,1.5\n2020-01-03,null,2.5"
    index = to_index(table(raw), "row {}".format, "index.csv", Told("index"), PriceError)
    assert index.reading.recognised == ("one index: date='Date', close='Close', open='Open'",)


def test_odd_tickers_are_tickers():
    raw = "Date,LOW,NA,TRUE,TIME,0005\n2020-01-02,1,2,3,4,5"
    assert list(prices(raw)) == [f"{ticker} 2020-01-02" for ticker in ("0005", "LOW", "NA", "TIME", "TRUE")]
    numbers = pd.DataFrame({"ticker": [5.0, 700.0], "date": "2020-01-02", "adj_close": 1.0})
    assert list(prices(numbers)) == ["5 2020-01-02", "700 2020-01-02"]


@pytest.mark.parametrize(
    ("raw", "told", "message"),
    [
        (
            "Ticker,Symbol,Date,Close\nA,B,2020-01-02,1",
            {},
            "'Ticker' and 'Symbol' could both be ticker. Say which: --params prices_columns.ticker=Ticker",
        ),
        (
            "Ticker,Date,Adj Close,Adjusted Close\nA,2020-01-02,1,2",
            {},
            r'could both be adj_close. Say which: --params "prices_columns.adj_close=Adj Close"',
        ),
        ("Ticker,Date,Close,Close\nA,2020-01-02,1,2", {}, "column 'Close' stands twice"),
        (
            "Ticker,Date,Clsoe\nA,2020-01-02,1",
            {},
            r"column 'adj_close' is missing. Received: 'Ticker', 'Date', 'Clsoe'. Is 'Clsoe' the adj_close\? Name it: "
            "--params prices_columns.adj_close=NAME",
        ),
        (
            "Date,Open,High,Low,Close,Volume\n2020-01-02,1,1,1,1,1",
            {},
            "no ticker: these are prices of one ticker. .* Give a folder with one such file",
        ),
        (
            "filing_id,text\n1,Some text",
            {},
            r"columns 'date', 'ticker' and 'adj_close' are missing. Received: 'filing_id'",
        ),
        (
            "Date,A,A_Volume\n2020-01-02,1,5",
            {},
            "Received also 'A_Volume'. Remove it; or, if it is a ticker: --params prices_layout=wide",
        ),
        ("Date,A,B,A\n2020-01-02,1,2,3", {}, "'A' stands over two columns"),
        (
            "Date,A,B\n2020-01-02,1%,2%",
            {},
            "'ticker' and 'adj_close' are missing.*Or, if every .*: --params prices_layout=wide",
        ),
        (
            "ticker,2020-01-02,2020-01-03\nA,1,2",
            {},
            "'date' and 'adj_close' are missing.*dates stand side by side: turn",
        ),
        ("Date\n2020-01-02", {"layout": "wide"}, "there is no column beside the dates"),
        (WIDE, {"layout": "long"}, "columns 'ticker' and 'adj_close' are missing"),
        (WIDE, {"layout": "yfinance"}, "expected a field and a ticker over each column"),
        (BY_TICKER.replace("Close", "Open"), {}, "column 'adj_close' is missing. Received: 'Open', 'Volume'"),
        (BY_FIELD.replace("MSFT", "AAPL"), {}, "'Adj Close' of 'AAPL' stands over two columns"),
        (
            LONG,
            {"columns": {"adj_close": "adj close price"}},
            "prices_columns.adj_close: there is no column 'adj close price'. Did you mean 'Adj Close'",
        ),
    ],
)
def test_what_cannot_be_known_is_asked(raw, told, message):
    with pytest.raises(PriceError, match=message):
        long(raw, **told)


def test_a_message_names_eight_columns_at_most():
    with pytest.raises(PriceError) as error:
        long(",".join(f"text{number}" for number in range(500)) + "\n" + ",".join(["word"] * 500))
    assert "'text7', ... (500 in all)" in str(error.value)
    assert len(str(error.value)) < 400


def test_a_user_decides():
    raw = "Symbol,Ticker,Date,Close,Last\nApple,AAPL,2020-01-02,1.5,2.5"
    told = {"columns": {"ticker": "Ticker", "adj_close": "Last", "date": None}}
    assert prices(raw, **told) == {"AAPL 2020-01-02": 2.5}
    assert prices("Date,A_Close,VOLUME\n2020-01-02,1,2", layout="wide") == {
        "A_Close 2020-01-02": 1.0,
        "VOLUME 2020-01-02": 2.0,
    }
    for told, message in [
        ({"layout": "tall"}, "prices_layout: expected one of auto"),
        ({"bad_rows": 2}, "prices_bad_rows"),
        ({"date_format": 5}, "prices_date_format: expected a form"),
    ]:
        with pytest.raises(ValueError, match=message):
            Told(**told)


def test_prices_around_filings_go_by_filing():
    raw = table("Ticker,filing_id,Date,Close\nA,7,2020-01-02,1.5")
    found = to_long(raw, "row {}".format, "prices.csv", Told("filing_prices"), PriceError, (FILING_ID, TICKER))
    assert found.table.columns.tolist() == ["date", "filing_id", "adj_close"]


INDEX = {"2020-01-02": 3257.85, "2020-01-03": 3234.85}


@pytest.mark.parametrize(
    ("raw", "columns"),
    [
        ("observation_date,SP500\n2020-01-01,.\n2020-01-02,3257.85\n2020-01-03,3234.85", ["close"]),
        (
            "Date,Open,High,Low,Close,Adj Close,Volume\n2020-01-02,1,1,1,3257.85,1,5\n2020-01-03,1,1,1,3234.85,1,5",
            ["close", "open", "high", "low", "volume"],
        ),
        ("Date,Close/Last,Volume\n01/13/2020,,\n01/03/2020,3234.85,--\n01/02/2020,3257.85,--", ["close", "volume"]),
        (
            "Date,Price,Open,Vol.,Change %\nJan 02; 2020,3257.85,1,1.2M,1%\nJan 03; 2020,3234.85,1,5K,1%",
            ["close", "open", "volume"],
        ),
        (
            "Price,Close,High\nTicker,^GSPC,^GSPC\nDate,,\n2020-01-02,3257.85,1\n2020-01-03,3234.85,1",
            ["close", "high"],
        ),
        ("<TICKER>,<DATE>,<CLOSE>\n^SPX,20200102,3257.85\n^SPX,20200103,3234.85", ["close"]),
        ("Day,Last\n2020-01-02,3257.85\n2020-01-03,3234.85", ["close"]),
        (",SP500\n2020-01-02,3257.85\n2020-01-03,3234.85", ["close"]),
    ],
)
def test_forms_of_an_index_are_recognised(raw, columns):
    raw = table(raw).replace(";", ",", regex=True)
    found = to_index(raw, "row {}".format, "index.csv", Told("index"), PriceError)
    parsed, _ = parse_index(found.table, "index.csv", found.describe_row)
    assert {f"{date:%Y-%m-%d}": close for date, close in parsed["close"].items()} == INDEX
    assert parsed.columns.tolist() == columns


@pytest.mark.parametrize(
    ("raw", "told", "message"),
    [
        (
            "Date,A,B\n2020-01-02,1,2",
            {},
            "column 'close' is missing. Received: 'Date', 'A', 'B'. No column looks like a .*index_columns.close=NAME",
        ),
        (
            "Date,Ticker,Close\n2020-01-02,A,2\n2020-01-02,B,2",
            {},
            "expected one index. Received several in the column 'Ticker': 'A', 'B'",
        ),
        (BY_FIELD, {}, "expected one index. Received several tickers: 'AAPL', 'MSFT'"),
        ("Date,Last,Price\n2020-01-02,1,2", {}, "'Last' and 'Price' could both be close"),
    ],
)
def test_what_cannot_be_known_of_an_index_is_asked(raw, told, message):
    with pytest.raises(PriceError, match=message):
        to_index(table(raw), "row {}".format, "index.csv", Told("index", **told), PriceError)
