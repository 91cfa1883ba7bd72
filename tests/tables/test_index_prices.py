"""Index prices: the canonical table and missing days."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.tables.index_prices import (
    IndexIngestionParameters,
    index_quality,
    parse_index,
    refuse_missing_days,
    validate_index,
)
from rnn_trading.tables.names import Told
from rnn_trading.tables.prices import PriceError

RAW = pd.DataFrame(
    {
        "date": ["2020-01-07", "2020-01-06", "2020-01-08"],
        "close": [11.0, 10.0, np.nan],
        "high": [12.0, 10.5, 12.0],
        "low": [10.0, 9.5, 11.0],
        "note": ["a", "b", "c"],
    }
)
LIMITS = IndexIngestionParameters(
    source="the file", stale_after_sessions=2, longest_gap_days=7, most_missing_weekdays=0.06
)


def test_the_canonical_table():
    table, reading = parse_index(RAW, "x.csv")
    assert reading.counts["missing_prices"] == 1
    assert table.columns.tolist() == ["close", "high", "low"]
    assert table["close"].tolist() == [10, 11]  # in order of time; the day without a close is gone
    assert table.index.tolist() == [pd.Timestamp("2020-01-06"), pd.Timestamp("2020-01-07")]
    pd.testing.assert_frame_equal(validate_index(table), table)


def test_dates_of_another_form_are_read_only_when_told():
    american = RAW.assign(date=["1/7/2020", "1/6/2020", "1/8/2020"])
    with pytest.raises(
        PriceError,
        match="'date': '1/7/2020' is 7 January or 1 July. Say .*index_date_format='%m/%d/%Y'",
    ):
        parse_index(american, "x.csv")
    assert parse_index(american, "x.csv", told=Told("index", date_format="%m/%d/%Y"))[0]["close"].tolist() == [10, 11]
    with pytest.raises(
        PriceError,
        match="the form of its dates: expected a year, a month and a day.*index_date_format.*Received: '%m/%d'",
    ):
        parse_index(american, "x.csv", told=Told("index", date_format="%m/%d"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"date": ["2020-01-06"] * 3}, r"'close', row 0 \(2020-01-06\): expected every date once. .*; also row 1"),
        ({"close": [1.0, 0.0, 1.0]}, "'close', row 1 .*: expected a positive, finite price. Received: 0.0"),
        ({"close": [1.0, -3.0, 1.0]}, "'close', row 1 .*: expected a positive, finite price. Received: -3.0"),
        ({"close": [1.0, "ten", 1.0]}, "'close', row 1 .*: expected a number. Received: 'ten'"),
        ({"low": [10.0, 11.0, 11.0]}, "'high', row 1 .*: expected a high that is not below the low"),
        ({"close": [1.0, np.nan, np.nan]}, "expected at least 2 days with a close. Received: 1"),
    ],
)
def test_unusable_prices_are_refused(change, message):
    with pytest.raises(PriceError, match=message):
        parse_index(RAW.assign(**change), "x.csv")


def test_what_is_wrong_beyond_doubt_is_left_out_and_counted():
    days = pd.DataFrame(
        {"date": ["2020-01-06", "2020-01-07", "2020-01-07", "2020-01-08"], "close": [1.0, 2.0, 2.0, 0.0]}
    )
    table, reading = parse_index(days, "x.csv")
    assert table["close"].tolist() == [1.0, 2.0]
    assert (reading.counts["repeated_rows"], reading.counts["prices_of_zero_at_the_end"]) == (1, 1)
    table, reading = parse_index(days.assign(close=[1.0, 2.0, 3.0, 4.0]), "x.csv", told=Told("index", bad_rows=0.5))
    assert table["close"].tolist() == [1.0, 4.0]  # of two closes that contradict each other, none is known to be right
    assert reading.counts["bad_rows"] == 2


def test_a_missing_column_is_named():
    with pytest.raises(PriceError, match=r"column 'close' is missing. Expected: date, close\[, open, high"):
        parse_index(RAW.drop(columns="close"), "x.csv")


def closes(dates):
    return pd.DataFrame({"close": np.arange(1.0, len(dates) + 1)}, index=pd.DatetimeIndex(dates, name="date"))


def test_missing_days_are_refused():
    days = pd.bdate_range("2020-01-01", "2020-12-31")
    refuse_missing_days(closes(days), LIMITS)
    with pytest.raises(
        PriceError, match="the file: no close between 2020-03-06 and 2020-03-17, 11 days. Expected at most 7"
    ):
        refuse_missing_days(closes(days[(days <= "2020-03-06") | (days >= "2020-03-17")]), LIMITS)
    with pytest.raises(PriceError, match=r"9.9% of the weekdays from 2020-01-01 to 2020-12-31 have no close"):
        refuse_missing_days(closes(np.delete(days, slice(5, None, 10))), LIMITS)


def test_quality_is_counted():
    table = closes(pd.bdate_range("2020-01-06", periods=8)).assign(close=[1.0, 2, 2, 2, 2, 3, 3, 1])
    report = index_quality(table, stale_after_sessions=2)
    assert report["unchanged_closes"] == 4
    assert report["stale_closes"] == 2
    assert report["longest_gap_days"] == 3
    assert report["weekdays_without_a_close"] == 0
    assert report["largest_daily_return"] == 1.0
    assert report["opens_outside_the_range"] == 0


def test_opens_outside_of_their_range_are_counted():
    table = pd.DataFrame(
        {"open": [0.1, 2.0, 3.1, 2.5 * (1 + 1e-12)], "low": 1.0, "high": [3.0, 3.0, 3.0, 2.5], "close": 2.0},
        index=pd.bdate_range("2020-01-06", periods=4, name="date"),
    )
    assert index_quality(table, stale_after_sessions=2)["opens_outside_the_range"] == 2
    assert index_quality(table.drop(columns="low"), stale_after_sessions=2)["opens_outside_the_range"] == 0


@pytest.mark.parametrize(
    "broken",
    [
        lambda table: table.reset_index(),
        lambda table: table.rename(columns={"close": "last"}),
        lambda table: table[::-1],
        lambda table: table.assign(close=0.0),
    ],
)
def test_the_catalog_refuses_a_table_that_is_not_canonical(broken):
    with pytest.raises(PriceError, match="index_prices: expected"):
        validate_index(broken(parse_index(RAW, "x.csv")[0]))
