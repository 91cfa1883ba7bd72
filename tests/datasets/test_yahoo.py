"""The real yfinance against a server on loopback that answers like Yahoo's chart endpoint."""

import pandas as pd
import pytest
from kedro.io import AbstractDataset, DataCatalog, DatasetError

from rnn_trading.datasets.retries import TooManyRequestsError
from rnn_trading.datasets.yahoo import YahooFilingPricesDataset, YahooIndexDataset
from tests.datasets.fake_yahoo import DAYS, answer


def test_adjusted_prices_arrive_as_the_canonical_table(yahoo):
    prices, reading = yahoo("GOOD FINE").load()
    assert prices.index.unique("ticker").tolist() == ["FINE", "GOOD"]
    assert prices.loc["GOOD", "adj_close"].tolist() == [5.0, 10.0, 15.0]
    assert prices.loc["GOOD"].index.tolist() == [pd.Timestamp(day) for day in DAYS]
    assert prices.loc["GOOD", "adj_volume"].tolist() == [100.0, 200.0, 300.0]
    assert reading.recognised == ("Yahoo, closes adjusted for splits and dividends: 2 of 2 tickers",)
    assert not any(reading.counts.values())


def test_too_many_requests_stop_all(yahoo, fake):
    fake.headers["Retry-After"] = "120"
    fake.answers["FINE"] = [answer(b"Too Many Requests", 429)]
    with pytest.raises(TooManyRequestsError, match=r"Run again in 2 minutes, after .* is kept in .*: 1 of 3 tickers"):
        yahoo("GOOD FINE LOST", retries=3).load()
    assert fake.asked == ["GOOD", "FINE"]


def test_what_does_not_arrive_is_counted_and_the_run_goes_on(yahoo, fake, caplog):
    prices, reading = yahoo("GOOD LOST").load()
    assert prices.index.unique("ticker").tolist() == ["GOOD"]
    assert reading.counts["tickers_that_did_not_arrive"] == 1
    assert "did not arrive: LOST" in reading.recognised
    assert "left out: Yahoo, LOST: answered with 404: No data found" in caplog.text
    assert yahoo("GOOD LOST").load()[1] == reading
    assert fake.asked == ["GOOD", "LOST", "LOST"]


@pytest.mark.parametrize(("tickers", "fewest"), [("LOST GONE", 0.0), ("GOOD LOST GONE", 0.5), ("GOOD LOST", 1.0)])
def test_too_few_that_arrive_are_an_error(yahoo, tickers, fewest):
    with pytest.raises(DatasetError, match=r"(?s)tickers did not arrive.*leave them out of --params tickers\..*LOST: "):
        yahoo(tickers, fewest_arrive=fewest).load()


def test_after_three_without_a_connection_nobody_is_asked(yahoo, fake, caplog):
    yahoo("GOOD").load()
    names = ["A1", "A2", "A3", "A4", "A5"]
    fake.answers = {name: [None] for name in names}
    prices, _ = yahoo(" ".join([*names, "GOOD"]), fewest_arrive=0).load()
    assert fake.asked == ["GOOD", "A1", "A2", "A3"]
    assert len(prices) == 3
    assert "A5: not asked for, since Yahoo could not be reached 3 times in a row" in caplog.text


def test_bad_prices_are_reported_with_their_ticker(yahoo, fake, tmp_path):
    days = pd.bdate_range("2020-01-02", periods=4)
    fake.histories["FPEX"] = pd.Series([-0.8, -0.2, 0.4, 1.0], days)
    prices, reading = yahoo("GOOD FPEX").load()
    assert prices.index.unique("ticker").tolist() == ["GOOD"]
    assert reading.counts["tickers_with_bad_prices"] == 1
    assert reading.recognised[1].startswith(
        "left out: FPEX: 2 of 4 adjusted closes are not above 0, from 2020-01-02 to 2020-01-03 (lowest -0.8), as where "
        "dividends sum to more than the price. Leave FPEX out of --params tickers, or take a later start, such as "
        "2020-01-06."
    )
    assert [path.name for path in tmp_path.iterdir()] == ["GOOD.parquet"]
    assert yahoo("GOOD FPEX", start="2020-01-06").load()[1].counts["tickers_with_bad_prices"] == 0


def test_an_index_arrives_with_its_ranges(fake, tmp_path):
    fake.histories["^GSPC"] = fake.histories["GOOD"]

    def dataset(**changes):
        options = {"symbol": "^GSPC", "start": "2020-01-01", "end": "2020-01-10", "retries": 0}
        return YahooIndexDataset(**options | changes, filepath=str(tmp_path), wait=0, timeout=5)

    index, reading = dataset().load()
    assert index.columns.tolist() == ["close", "open", "high", "low", "volume"]
    assert index["close"].tolist() == [5.0, 10.0, 15.0]
    assert index.index.tolist() == [pd.Timestamp(day) for day in DAYS]
    assert reading.recognised == ("Yahoo, ^GSPC",)
    asked = len(fake.requests)
    pd.testing.assert_frame_equal(dataset().load()[0], index)
    assert len(fake.requests) == asked
    fake.histories["BAD"] = -fake.histories["GOOD"]
    with pytest.raises(DatasetError, match=r"BAD: 3 of 3 adjusted closes .* Take another --params index_symbol, or"):
        dataset(symbol="BAD").load()
    with pytest.raises(DatasetError, match="expected one Yahoo symbol"):
        dataset(symbol="^GSPC ^DJI")


@pytest.fixture
def wiki(tmp_path):
    """A store with GONE, which died and is not at Yahoo, and a class of shares under its name there."""
    days = pd.DatetimeIndex(["2015-12-31", "2020-01-02", "2020-01-03"])
    rows = [
        (ticker, day, close) for ticker in ("GONE", "BRK_B") for day, close in zip(days, [1.0, 2.0, 3.0], strict=True)
    ]
    path = tmp_path / "wiki.parquet"
    pd.DataFrame(rows, columns=["ticker", "date", "adj_close"]).to_parquet(path)
    return {"type": "rnn_trading.datasets.filings_file.FilingPricesFileDataset", "filepath": str(path)}


@pytest.fixture
def filing_prices(fake, tmp_path):
    options = {"first_year": 2020, "last_year": 2020, "filepath": str(tmp_path / "cache"), "retries": 0, "wait": 0}
    return lambda tickers, **changes: YahooFilingPricesDataset(tickers=tickers, **options | changes)


def test_prices_of_filings_can_be_made_again_from_their_configuration(filing_prices, wiki):
    made = filing_prices("GOOD", otherwise=wiki, fewest_arrive=0.75)
    config = DataCatalog({"made": made}).to_config()[0]["made"]
    assert (config["otherwise"], config["fewest_arrive"], config["tickers"]) == (wiki, 0.75, "GOOD")
    assert AbstractDataset.from_config("again", config)._describe() == made._describe()


def test_prices_of_filings_reach_beyond_their_years(filing_prices, fake):
    prices, reading = filing_prices("GOOD").load()
    assert prices.index.names == ["ticker", "date"]
    assert prices.loc["GOOD", "adj_close"].tolist() == [5.0, 10.0, 15.0]
    assert fake.requests[0][1:] == (pd.Timestamp("2019-08-31"), pd.Timestamp("2021-03-02"))
    assert not any(reading.counts.values())


def test_what_yahoo_lacks_is_taken_from_the_other_source(filing_prices, wiki):
    """Three tickers: one at Yahoo; one that died, in the store alone; one nowhere, which is counted."""
    prices, reading = filing_prices("GOOD GONE NOWHERE BRK-B", otherwise=wiki).load()
    assert prices.loc["GOOD", "source"].unique().tolist() == ["yahoo"]
    assert prices.loc["GONE", "adj_close"].tolist() == [2.0, 3.0]
    assert prices.loc["GONE", "source"].unique().tolist() == ["otherwise"]
    assert prices.loc["BRK-B", "adj_close"].tolist() == [2.0, 3.0]
    assert "NOWHERE" not in prices.index.unique("ticker")
    assert reading.counts == {"tickers_that_did_not_arrive": 1, "tickers_with_bad_prices": 0}
    assert reading.recognised[:2] == (
        "Yahoo: 1 of 4 tickers",
        f"{wiki['filepath']}: 2 of 3 that Yahoo lacks: GONE, BRK-B",
    )
    assert "did not arrive: NOWHERE" in reading.recognised


def test_a_store_that_is_not_there_is_said(filing_prices, wiki, tmp_path):
    absent = wiki | {"filepath": str(tmp_path / "nowhere.h5")}
    _, reading = filing_prices("GOOD GONE", otherwise=absent).load()
    assert reading.recognised[1] == f"{tmp_path}/nowhere.h5 is not there: it was not asked for GONE"
    with pytest.raises(DatasetError, match=r"(?s)leave them out of --params filing_tickers.*GONE: answered with 404"):
        filing_prices("GONE", otherwise=absent).load()
