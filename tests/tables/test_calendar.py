"""Calendars that cannot be right: what is refused, what is left out and counted, and what passes."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_trading.tables.calendar import CalendarError, CalendarParameters, DateParameters, check_dates
from rnn_trading.tables.names import Told
from rnn_trading.tables.prices import parse_prices
from tests.helpers import REAL_DATA, panel_to_prices, random_panel
from tests.tables.days import NOTHING, WEEKS, check, on, panel, refusal

# Shifted dates


@pytest.mark.parametrize(
    ("shift", "day", "partner", "zone"),
    [
        (-1, "2016-01-03, a Sunday", "Friday", "Asia/Tokyo"),
        (1, "2016-01-09, a Saturday", "Monday", "America/Los_Angeles"),
    ],
)
def test_days_that_a_time_zone_shifted_are_refused_with_their_share(shift, day, partner, zone):
    prices = panel(on(WEEKS, 0, 1, 2, 3, 4))
    message = refusal(prices.set_axis(prices.index + pd.Timedelta(days=shift)))
    assert f"x.csv: 52 of 260 sessions (20.0%) are on Saturdays or Sundays, the first of them {day}" in message
    assert f"most of these weeks have no {partner}: the dates look shifted by a time zone" in message
    assert f"--params timezone={zone}" in message
    # To leave these sessions out would lose a working day of each week.
    assert "look shifted" in refusal(prices.set_axis(prices.index + pd.Timedelta(days=shift)), weekends="leave_out")


def test_half_a_year_of_summer_time_is_enough():
    days = on(WEEKS, 0, 1, 2, 3, 4)
    universal = days.tz_localize("Europe/London").tz_convert("UTC").tz_localize(None).normalize()
    assert "the first of them 2016-03-27, a Sunday" in refusal(panel(days).set_axis(universal))


def test_one_shifted_ticker_of_many_is_found_and_named():
    prices = panel_to_prices(panel(on(WEEKS, 0, 1, 2, 3, 4), tickers=60))
    index = prices.index.to_frame()
    index.loc["T7", "date"] = (index.loc["T7", "date"] - pd.Timedelta(days=1)).to_numpy()
    prices = prices.set_axis(pd.MultiIndex.from_frame(index)).sort_index()
    assert "those of 1 of 60 (ticker T7), are on Saturdays or Sundays" in refusal(prices)


def test_shifted_days_without_their_weekends_have_no_friday():
    days = on(WEEKS, 0, 1, 2, 3, 4) - pd.Timedelta(days=1)
    message = refusal(panel(on(days, 0, 1, 2, 3, 4)))
    assert "none of 208 sessions from 2016-01-04 to 2016-12-29 is on a Friday" in message
    assert '"data_ingestion.calendar.rest_days=Saturday Sunday Friday"' in message


def test_one_ticker_of_many_that_never_has_a_friday_is_found_and_named():
    prices = panel_to_prices(panel(on(WEEKS, 0, 1, 2, 3, 4), tickers=20))
    index = prices.index.to_frame()
    index.loc["T7", "date"] = (index.loc["T7", "date"] - pd.Timedelta(days=1)).to_numpy()
    prices = prices.set_axis(pd.MultiIndex.from_frame(index)).sort_index()
    prices = prices[prices.index.get_level_values("date").day_of_week < 5]
    message = refusal(prices)
    assert "none of 208 sessions of 1 of 20 (ticker T7) from 2016-01-04 to 2016-12-29 is on a Friday" in message
    assert '"data_ingestion.calendar.rest_days=Saturday Sunday Friday"' in message
    assert len(check(prices, rest_days="Saturday Sunday Friday")[0]) == len(prices)
    # A ticker that has just come says nothing of weekdays.
    new = pd.concat([prices.drop("T7"), prices.loc[["T7"]].head(14)]).sort_index()
    assert check(new)[1].counts == NOTHING


ZONES = ["Asia/Tokyo", "Australia/Sydney", "Asia/Kolkata", "Europe/London", "America/New_York", "America/Los_Angeles"]


@given(
    zone=st.sampled_from(ZONES),
    hour=st.sampled_from([0, 15, 16, 20]),
    start=st.dates(date(1995, 1, 1), date(2020, 1, 1)),
    weeks=st.integers(3, 30),
    holidays=st.sets(st.integers(0, 149), max_size=8),
)
def test_no_time_zone_shifts_days_silently_and_its_name_gives_them_back(zone, hour, start, weeks, holidays):
    days = pd.bdate_range(start, periods=5 * weeks).delete([day for day in holidays if day < 5 * weeks])
    days = days.astype("datetime64[us]")
    stamps = (days + pd.Timedelta(hours=hour)).tz_localize(zone).tz_convert("UTC")
    closes = panel(days, tickers=2).set_axis(stamps).rename_axis(index="date", columns="ticker")
    raw = closes.stack().rename("adj_close").reset_index()
    assert parse_prices(raw, "x.csv", told=Told(timezone=zone))[0].index.unique("date").equals(days.rename("date"))
    read, _ = parse_prices(raw, "x.csv")
    try:
        _, reading = check(read)
    except CalendarError:
        return
    dates = read.index.unique("date")
    # Where summer time ends within days, no shifted day is one of rest: nobody can see it.
    right = dates.equals(days.rename("date")) or dates.day_of_week.max() < 5
    assert right or any("on days of rest" in note for note in reading.recognised)


# Weeks of other exchanges


def test_an_exchange_that_rests_on_other_days_can_say_so():
    riyadh = panel(on(WEEKS, 6, 0, 1, 2, 3))
    left, reading = check(riyadh, rest_days="Friday Saturday")
    assert len(left) == 3 * len(riyadh)
    assert reading.counts == NOTHING
    assert reading.recognised == ()
    assert '"data_ingestion.calendar.rest_days=Friday Saturday"' in refusal(riyadh)
    # There, Sunday is the first day of a week, and Thursday the last.
    for shift, found, missing in ((-1, "2016-01-09, a Saturday", "Thursday"), (1, "2016-01-08, a Friday", "Sunday")):
        moved = riyadh.set_axis(riyadh.index + pd.Timedelta(days=shift))
        message = refusal(moved, rest_days="Friday Saturday")
        assert (
            f"the first of them {found}, and most of these weeks have no {missing}: the dates look shifted" in message
        )


def test_markets_that_never_close_pass_and_are_said():
    left, reading = check(panel(WEEKS))
    assert len(left) == 3 * len(WEEKS)
    assert reading.recognised == ("an exchange that is open on Saturdays and Sundays, 2016-01-09 to 2016-12-25",)
    assert check(panel(WEEKS), rest_days="none")[1].recognised == ()
    two_weeks = panel(WEEKS[2:16])
    assert len(check(two_weeks)[0]) == 3 * 14


def test_six_days_a_week_as_in_new_york_until_1952():
    days = pd.date_range("1940-01-01", "1960-12-30")
    summers = days.month.isin([7, 8]) & (days.year > 1945)
    saturdays = (days.day_of_week == 5) & (days < "1952-05-25") & ~summers
    left, reading = check(panel(days[(days.day_of_week < 5) | saturdays], tickers=1))
    assert len(left) == (days.day_of_week < 5).sum() + saturdays.sum()
    assert reading.recognised == ("an exchange that is open on Saturdays, 1940-01-06 to 1952-05-24",)


def test_a_stray_session_on_a_weekend_is_kept_and_said(caplog):
    days = on(WEEKS, 0, 1, 2, 3, 4).union([pd.Timestamp("2016-10-30")])  # a Sunday, as at the festival of lights
    left, reading = check(panel(days))
    assert len(left) == 3 * len(days)
    assert reading.recognised == ("1 session on days of rest, the first 2016-10-30: 0.38% of the rows, kept",)
    assert "2016-10-30" in caplog.text


def test_weekends_here_and_there_are_refused_left_out_or_kept():
    some = on(WEEKS, 5)[::3]
    days = on(WEEKS, 0, 1, 2, 3, 4).union(some)
    message = refusal(panel(days))
    assert "17 of 277 sessions (6.1%) are on Saturdays or Sundays, and are there in a few weeks only" in message
    left, reading = check(panel(days), weekends="leave_out")
    assert left.index.unique("date").day_of_week.max() == 4
    assert reading.counts == NOTHING | {"weekend_sessions": 17}
    assert len(check(panel(days), weekends="keep")[0]) == 3 * len(days)


# Dates


@pytest.mark.parametrize("year", ["0216", "1899", "2106", "9999"])
def test_dates_that_nobody_can_have_meant_are_named_and_cost_no_time(year):
    raw = panel_to_prices(panel(on(WEEKS, 0, 1, 2, 3, 4))).reset_index()
    raw["date"] = raw["date"].astype("str")
    raw.loc[[3, 300], "date"] = [f"{year}-05-06", f"{year}-05-05"]
    message = refusal(parse_prices(raw, "x.csv")[0], last="2020-12-31")
    assert (
        f"2 of 780 rows have a date outside of 1900-01-01 to 2020-12-31, the first of them {year}-05-05 (ticker T1)"
        in (message)
    )
    assert "%y" not in message  # nobody said that years have two digits
    left, reading = check(parse_prices(raw, "x.csv")[0], last="2020-12-31", outside="leave_out")
    assert len(left) == 778
    assert reading.counts == NOTHING | {"dates_outside": 2}


def test_tomorrow_is_the_last_date_that_is_believed():
    assert DateParameters().bounds() == (date(1900, 1, 1), date.today() + timedelta(days=1))
    days = pd.DatetimeIndex(["2000-01-01", pd.Timestamp.today().normalize() + pd.Timedelta(days=3)], name="date")
    with pytest.raises(CalendarError, match="1 of 2 rows has a date outside of 1900-01-01 to "):
        check_dates(pd.DataFrame({"rate": [1.0, 2.0]}, index=days), DateParameters(), "x.csv", ("macro",))


def test_nothing_left_is_an_error():
    days = pd.DatetimeIndex(["0216-01-01"], name="date")
    parameters = DateParameters(outside="leave_out", last="2020-12-31")
    with pytest.raises(CalendarError, match=r"x.csv: no row of 1 has a date from 1900-01-01 to 2020-12-31"):
        check_dates(pd.DataFrame({"rate": [1.0]}, index=days), parameters, "x.csv", ("macro",))


@pytest.mark.parametrize("lone", ["1926-05-05", "2019-05-06"])
def test_a_date_far_from_all_others_is_named_with_its_ticker(lone):
    prices = panel(on(WEEKS, 0, 1, 2, 3, 4).union([pd.Timestamp(lone)]))
    prices.loc[lone, ["T0", "T1"]] = np.nan
    message = refusal(prices)
    assert f"1 of 781 rows is of dates far from all others, the first of them {lone} (ticker T2)" in message
    assert "the others go from 2016-01-04 to 2016-12-30" in message
    left, reading = check(prices, lone_dates="leave_out")
    assert len(left) == 780
    assert reading.counts == NOTHING | {"lone_dates": 1}
    assert len(check(prices, lone_dates="keep")[0]) == 781


def test_a_long_pause_of_an_exchange_leaves_no_lone_dates():
    days = on(WEEKS, 0, 1, 2, 3, 4)
    assert len(check(panel(days[(days < "2016-07-31") | (days > "2016-12-11")]))[0]) > 0  # as New York in 1914


@pytest.mark.parametrize(
    ("step", "name"), [("W-FRI", "weekly"), ("W", "weekly"), ("ME", "monthly"), ("QE", "quarterly")]
)
def test_prices_that_are_not_daily_are_refused_by_name(step, name):
    prices = panel(pd.date_range("2000-01-01", periods=60, freq=step))
    assert f"x.csv: expected daily prices. Received: {name} ones" in refusal(prices)
    if step == "W-FRI":
        assert len(check(prices, not_daily="keep")[0]) == 180


def test_weekends_are_left_out_as_stated_where_an_exchange_seems_open():
    left, reading = check(panel(WEEKS), weekends="leave_out")
    assert left.index.get_level_values("date").day_of_week.max() == 4
    assert reading.counts["weekend_sessions"] > 100


def test_names_of_days_are_checked():
    assert CalendarParameters(rest_days="friday saturday").resting == (4, 5)
    with pytest.raises(ValueError, match=r"rest_days: expected names .* Did you mean Friday\? Received: Frida"):
        CalendarParameters(rest_days="Frida Saturday")


@pytest.mark.skipif(not REAL_DATA.exists(), reason="needs ../shared/data")
def test_real_prices_are_as_they_were():
    prices, _ = parse_prices(pd.read_parquet(REAL_DATA / "us_stocks_daily_2007_2017.parquet"), "real prices")
    left, reading = check(prices)
    assert left is prices
    assert reading.counts == NOTHING


def test_random_panels_of_the_tests_are_as_they_were():
    prices = panel_to_prices(random_panel(300, 5, 0, gaps=0.1))
    left, reading = check(prices)
    assert left is prices
    assert reading.counts == NOTHING
