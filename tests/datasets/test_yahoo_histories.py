"""Histories that are kept: they grow, are looked at, and those of former versions are taken over."""

import re

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.yahoo import YahooPricesDataset
from tests.datasets.fake_yahoo import DAYS

LONG = pd.Series(np.arange(1.0, 262.0), pd.bdate_range("2019-01-01", periods=261))


def test_a_second_load_asks_nobody(yahoo, fake):
    first, _ = yahoo("GOOD").load()
    asked = len(fake.requests)
    pd.testing.assert_frame_equal(yahoo("GOOD").load()[0], first)
    assert len(fake.requests) == asked


def test_a_history_grows_at_its_end(yahoo, fake):
    fake.histories["GOOD"] = LONG[:131]  # to 2 July 2019
    wanted = {"start": "2019-01-01", "end": "2019-07-03"}
    yahoo("GOOD", **wanted).load()
    fake.histories["GOOD"] = LONG
    prices, _ = yahoo("GOOD", **wanted | {"end": "2019-12-31"}).load()
    assert prices["adj_close"].tolist() == LONG[:-1].tolist()
    _, since, until = fake.requests[-1]
    assert since == pd.Timestamp("2019-06-01")  # thirty days before the last that is kept, and one for time zones
    assert until == pd.Timestamp("2020-01-01")
    assert (
        yahoo("GOOD", start="2019-03-01", end="2019-04-01").load()[0]["adj_close"].tolist() == LONG["2019-03"].tolist()
    )
    assert len(fake.requests) == 2


def test_a_history_whose_past_has_changed_is_fetched_whole(yahoo, fake, caplog):
    caplog.set_level("INFO")
    wanted = {"start": "2019-01-01", "end": "2019-07-03"}
    fake.histories["GOOD"] = LONG[:131]
    yahoo("GOOD", **wanted).load()
    fake.histories["GOOD"] = LONG / 2  # a split
    prices, _ = yahoo("GOOD", **wanted | {"end": "2019-12-31"}).load()
    assert prices["adj_close"].tolist() == (LONG[:-1] / 2).tolist()
    assert "fetched whole again, since adjusted prices have changed: GOOD" in caplog.text
    assert [start for _, start, _ in fake.requests][1:] == [pd.Timestamp("2019-06-01"), pd.Timestamp("2018-12-31")]


def test_a_ticker_that_died_keeps_its_history(yahoo, fake, caplog):
    fake.histories["GOOD"] = LONG[:50]
    wanted = {"start": "2019-01-01", "end": "2019-07-03"}
    first, reading = yahoo("GOOD", **wanted).load()
    assert "ended before 2019-07-03: GOOD" in reading.recognised
    assert yahoo("GOOD", **wanted | {"end": "2019-10-01"}).load()[0]["adj_close"].equals(first["adj_close"])
    del fake.histories["GOOD"]  # and is forgotten
    assert yahoo("GOOD", **wanted | {"end": "2019-12-01"}).load()[0]["adj_close"].equals(first["adj_close"])
    assert "GOOD ends with what is kept: Yahoo, GOOD: answered with 404" in caplog.text


def test_days_that_are_not_over_are_not_taken(yahoo, fake):
    today = pd.Timestamp.now("America/New_York").normalize().tz_localize(None)
    days = pd.date_range(today - pd.Timedelta(days=5), today)
    fake.histories["GOOD"] = pd.Series(np.arange(1.0, 7.0), days)
    prices, _ = yahoo("GOOD", start=f"{days[0]:%Y-%m-%d}", end="2999-01-01").load()
    assert prices.index.get_level_values("date").max() == days[-2]


def test_a_day_on_which_yahoo_is_late_is_asked_for_again(yahoo, fake):
    today = pd.Timestamp.now("America/New_York").normalize().tz_localize(None)
    days = pd.bdate_range(end=today - pd.Timedelta(days=1), periods=6)
    history = pd.Series(np.arange(1.0, 7.0), days)
    wanted = {"start": f"{days[0]:%Y-%m-%d}", "end": f"{today:%Y-%m-%d}"}
    fake.histories["GOOD"] = history[:-1]
    assert len(yahoo("GOOD", **wanted).load()[0]) == 5
    fake.histories["GOOD"] = history
    assert len(yahoo("GOOD", **wanted).load()[0]) == 6
    yahoo("GOOD", **wanted).load()
    assert len(fake.requests) == 2


def test_dates_without_a_price_are_no_history(yahoo, fake):
    fake.histories["GOOD"] = LONG["2019-06":]
    yahoo("GOOD", start="2019-01-01", end="2019-12-01").load()
    with pytest.raises(DatasetError, match="GOOD: no prices from 2019-01-01 to 2019-05-01"):
        yahoo("GOOD", start="2019-01-01", end="2019-05-01").load()
    with pytest.raises(DatasetError, match="GOOD: no day from 2900-01-01 on is over"):
        yahoo("GOOD", start="2900-01-01", end="2900-05-01").load()
    assert len(fake.requests) == 1


def damaged(path):
    path.write_bytes(path.read_bytes()[:-100])


def of_a_former_form(path):
    pd.DataFrame({"date": DAYS, "adj_close": [1.0, 2.0, 3.0]}).to_parquet(path)


def changed(column, value):
    def change(path):
        table = pd.read_parquet(path)
        attributes = table.attrs
        table.loc[table.index[1], column] = value
        table.attrs = attributes
        table.to_parquet(path)

    return change


def of_another(path):
    table = pd.read_parquet(path)
    table.attrs["name"] = "FINE"
    table.to_parquet(path)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (damaged, "Drop it"),
        (lambda path: path.write_bytes(b""), "Parquet file size is 0 bytes. Drop it"),
        (of_a_former_form, "expected daily prices from Yahoo, form 2 of GOOD. Received: None of None"),
        (of_another, "expected .* of GOOD. Received: .* of FINE"),
        (changed("close", -1.0), "its values are not those that were kept"),
        (changed("close", np.nan), "its values are not those that were kept"),
    ],
)
def test_a_bad_file_is_named_with_the_command_that_drops_it(yahoo, fake, tmp_path, spoil, message):
    yahoo("GOOD FINE").load()
    spoil(tmp_path / "GOOD.parquet")
    with pytest.raises(DatasetError, match=f"(?s)GOOD.parquet cannot be used: .*{message}") as error:
        yahoo("GOOD FINE").load()
    command = re.search("rm (.*)", str(error.value))
    (tmp_path / command[1].rsplit("/", 1)[-1]).unlink()
    assert len(yahoo("GOOD FINE").load()[0]) == 6
    assert fake.asked == ["GOOD", "FINE", "GOOD"]


def former(folder, ticker, closes):
    """A file as versions before 0.10 kept it."""
    days = pd.bdate_range("2016-01-04", periods=len(closes))
    table = pd.DataFrame({"date": days, "ticker": ticker, "adj_close": closes, "adj_volume": 1e5})
    table.to_parquet(folder / f"{ticker}_2016-01-01_2016-02-01.parquet")


def test_files_of_former_versions_are_taken_over(yahoo, fake, tmp_path):
    former(tmp_path, "GOOD", [10.0, 10.1, 10.2])
    former(tmp_path, "FPEX", [-0.8, -0.5, 1.1])
    wanted = {"start": "2016-01-01", "end": "2016-02-01"}
    prices, reading = yahoo("GOOD FPEX", **wanted).load()
    assert prices.loc["GOOD", "adj_close"].tolist() == [10.0, 10.1, 10.2]
    (said,) = [said for said in reading.recognised if "FPEX" in said]
    assert "2 of 3 adjusted closes are not above 0, from 2016-01-04 to 2016-01-05 (lowest -0.8)" in said
    assert f"They are kept in {tmp_path}/FPEX_2016-01-01_2016-02-01.parquet; rm " in said
    assert said.endswith("Leave FPEX out of --params tickers, or take a later start.")
    (tmp_path / "GOOD_2016-01-01_2016-02-01.parquet").unlink()
    assert yahoo("GOOD", **wanted).load()[0].equals(prices)
    assert not fake.requests


def test_a_damaged_file_of_a_former_version_is_named(yahoo, tmp_path):
    (tmp_path / "GOOD_2020-01-01_2020-01-10.parquet").write_bytes(b"PAR1")
    with pytest.raises(DatasetError, match=r"GOOD_2020-01-01_2020-01-10.parquet cannot be used.*rm .*01-10.parquet"):
        yahoo("GOOD").load()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tickers": " "}, "separated by spaces"),
        ({"tickers": "GOOD ../../GOOD"}, r"tickers: '../../GOOD' is no symbol of Yahoo's"),
        ({"tickers": "GOOD?range=1d"}, "is no symbol of Yahoo's"),
        ({"tickers": "G" * 300}, "is no symbol of Yahoo's"),
        ({"start": "0216-01-01"}, "start: expected a date such as 2017-12-31, from 1900 on"),
        ({"end": "31.12.2019"}, "end: expected a date"),
        ({"end": "2019-12-31"}, "Expected a start before the end. Received: 2020-01-01 and 2019-12-31"),
        ({"fewest_arrive": 20}, "fewest_arrive: expected a share"),
    ],
)
def test_what_cannot_be_asked_for(tmp_path, changes, message):
    options = {"tickers": "GOOD", "start": "2020-01-01", "end": "2020-02-01", "filepath": str(tmp_path)}
    with pytest.raises(DatasetError, match=message):
        YahooPricesDataset(**options | changes)
