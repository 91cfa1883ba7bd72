"""The day that a timestamp is of."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.tables.checks import SourceTable, TableError
from rnn_trading.tables.time_zones import checked_zone, with_a_time

TOKYO = pd.DatetimeIndex(["2016-01-03 15:00", "2016-01-04 15:00"])


def days(values, date_format=None, timezone=None):
    source = SourceTable(pd.DataFrame({"date": values}), "mine.csv", ("date",))
    return source.dates(date_format=date_format, timezone=timezone)


MONDAY, TUESDAY = pd.Timestamp("2016-01-04"), pd.Timestamp("2016-01-05")


@pytest.mark.parametrize(
    "stamps",
    [
        pd.Series(TOKYO.tz_localize("UTC")),
        pd.Series(TOKYO.tz_localize("UTC").tz_convert("America/New_York").astype("datetime64[ns, America/New_York]")),
        pd.Series(TOKYO),  # times without a zone are UTC's
        pd.Series(["2016-01-03T15:00:00Z", "2016-01-04 15:00:00+00:00"]),
        pd.Series(["2016-01-03 16:00:00+01:00", "2016-01-04 10:00:00-0500"]),
        pd.Series(["2016-01-03 15:00", "2016-01-04 15:00:00"]),
        pd.Series(TOKYO.tz_localize("UTC"), dtype="object"),
    ],
)
def test_timestamps_are_of_the_day_of_the_zone_that_is_named(stamps):
    read = days(stamps, timezone="Asia/Tokyo")
    assert read.tolist() == [MONDAY, TUESDAY]
    assert read.dtype == "datetime64[us]"


def test_without_a_zone_the_date_that_is_written_counts():
    dates = pd.Series(pd.DatetimeIndex(["2016-02-26", "2016-02-27 23:00"], tz="UTC"))
    assert days(dates).tolist() == [pd.Timestamp("2016-02-26"), pd.Timestamp("2016-02-27")]
    assert set(days(pd.Series(["2016-02-26T00:00:00Z", "2016-02-26 23:00-05:00"]))) == {pd.Timestamp("2016-02-26")}


def test_a_plain_date_has_no_zone_and_that_is_said(caplog):
    for dates in (pd.Series(["2016-01-04", "2016-01-05"]), pd.Series(pd.DatetimeIndex([MONDAY, TUESDAY]))):
        caplog.clear()
        assert days(dates, timezone="America/New_York").tolist() == [MONDAY, TUESDAY]
        assert "timezone=America/New_York changes nothing of 2 dates without a time" in caplog.text
    caplog.clear()
    # Midnight of one is not that of all: these are times.
    assert days(pd.Series(["2016-01-05 00:00", "2016-01-05 12:00"]), timezone="America/New_York").tolist() == [
        MONDAY,
        TUESDAY,
    ]
    assert not caplog.text


def test_other_forms_are_read_in_the_zone_too():
    text = pd.Series(["03.01.2016 15:00 +0000", "04.01.2016 15:00 +0000"])
    assert days(text, "%d.%m.%Y %H:%M %z", "Asia/Tokyo").tolist() == [MONDAY, TUESDAY]
    assert days(text.str.slice(0, 16), "%d.%m.%Y %H:%M", "Asia/Tokyo").tolist() == [MONDAY, TUESDAY]
    halves = pd.Series(["1/3/2016 3:00 PM", "1/4/2016 11:59 AM"])
    assert days(halves, "%m/%d/%Y %I:%M %p", "Asia/Tokyo").tolist() == [MONDAY, MONDAY]
    assert days(pd.Series(["04.01.2016", "05.01.2016"]), "%d.%m.%Y", "Asia/Tokyo").tolist() == [MONDAY, TUESDAY]


def test_a_time_whose_zone_is_not_known_is_missing_where_it_matters():
    stamps = pd.Series(["2016-01-04 15:00 EST", "2016-01-04 15:00Z"])
    assert days(stamps, timezone="Asia/Tokyo").isna().tolist() == [True, False]
    assert days(stamps).tolist() == [MONDAY, MONDAY]


@pytest.mark.parametrize("timezone", [None, "Asia/Tokyo"])
def test_what_cannot_be_read_is_missing(timezone):
    read = days(pd.Series(["2016-01-04", None, "", "2016-13-01", "soon", "01/02/2016", np.nan]), timezone=timezone)
    assert read.notna().tolist() == [True] + [False] * 6


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Tokyo", "Did you mean Asia/Tokyo?"),
        ("New York", "Did you mean America/New_York?"),
        ("Europe/Londn", "Did you mean Europe/London?"),
        ("+09:00", "is no time zone. Expected a name"),
        (9, "is no time zone. Expected a name"),
    ],
)
def test_an_unknown_zone_is_refused_with_close_names(name, hint):
    with pytest.raises(ValueError, match="timezone: ") as error:
        checked_zone(name)
    assert hint in str(error.value)


def test_times_of_day():
    text = [
        "2020-01-31",
        "2020-01-31 00:00:00",
        "2020-01-31T00:00:00+09:00",
        "2020-01-31 00:00:01",
        "2020-01-31T15:00Z",
    ]
    assert with_a_time(pd.Series(text)).tolist() == [False, False, False, True, True]
    assert with_a_time(pd.Series(TOKYO.append(pd.DatetimeIndex([MONDAY])))).tolist() == [True, True, False]


def bars(**columns):
    return SourceTable(pd.DataFrame(columns), "x.csv", ("date",))


def test_bars_of_hours_are_refused_with_their_first_day():
    times = ["2020-01-30", "2020-01-31 09:30", "2020-01-31 10:30", "2020-01-31 11:30"]
    source = bars(date=times)
    with pytest.raises(TableError) as error:
        source.refuse_bars_of_a_day(source.dates())
    assert str(error.value) == (
        "x.csv: 2020-01-31 has 3 rows, at 2020-01-31 09:30, 2020-01-31 10:30, ...: bars of hours or minutes (1 such "
        "day). Expected one row a day. Keep the last close of each day."
    )
    source = bars(date=times, ticker=["A", "A", "B", "B"])
    with pytest.raises(TableError, match="x.csv: B on 2020-01-31 has 2 rows, at 2020-01-31 10:30"):
        source.refuse_bars_of_a_day(source.dates(), "ticker")
    source = bars(date=times[:3], ticker=["A", "A", "B"])
    source.refuse_bars_of_a_day(source.dates(), "ticker")


def test_a_row_that_stands_twice_is_no_bar_of_an_hour():
    source = bars(date=["2020-01-31", "2020-01-31"])
    source.refuse_bars_of_a_day(source.dates())
    assert source.usable().all()
