"""Calendars that cannot be right: what is refused, what is left out and counted, and what passes."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_trading.tables.calendar import CalendarError, CalendarParameters, DateParameters, check_dates, check_sessions
from rnn_trading.tables.prices import parse_prices
from tests.helpers import REAL_DATA, panel_to_prices, random_panel

BLOCK = ("data_ingestion",)
WEEKS = pd.date_range("2016-01-04", "2016-12-30")  # all days, from a Monday to a Friday
NOTHING = {"dates_outside": 0, "lone_dates": 0} | dict.fromkeys(
    ("repeated_weekend_sessions", "weekend_sessions", "repeated_sessions"), 0
)


def panel(dates: pd.DatetimeIndex, tickers: int = 3, seed: int = 0) -> pd.DataFrame:
    walks = np.random.default_rng(seed).normal(0, 0.02, (len(dates), tickers)).cumsum(axis=0)
    return pd.DataFrame(50 * np.exp(walks), index=dates, columns=[f"T{n}" for n in range(tickers)])


def on(dates: pd.DatetimeIndex, *weekdays: int) -> pd.DatetimeIndex:
    return dates[dates.day_of_week.isin(weekdays)]


def check(prices: pd.DataFrame, **calendar):
    table = panel_to_prices(prices) if prices.index.name is None and prices.index.nlevels == 1 else prices
    return check_sessions(table, CalendarParameters(**calendar), "x.csv", BLOCK)


def refusal(prices: pd.DataFrame, **calendar) -> str:
    with pytest.raises(CalendarError) as error:
        check(prices, **calendar)
    return str(error.value)


def filled(prices: pd.DataFrame, step: str) -> pd.DataFrame:
    return prices.resample(step).ffill()


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
    assert parse_prices(raw, "x.csv", timezone=zone).index.unique("date").equals(days.rename("date"))
    read = parse_prices(raw, "x.csv")
    try:
        _, reading = check(read)
    except CalendarError:
        return
    right = read.index.unique("date").equals(days.rename("date"))
    assert right or any("on days of rest" in note for note in reading.recognised)


# Weeks of other exchanges


def test_an_exchange_that_rests_on_other_days_can_say_so():
    riyadh = panel(on(WEEKS, 6, 0, 1, 2, 3))
    left, reading = check(riyadh, rest_days="Friday Saturday")
    assert len(left) == 3 * len(riyadh)
    assert reading.counts == NOTHING
    assert reading.recognised == ()
    assert '"data_ingestion.calendar.rest_days=Friday Saturday"' in refusal(riyadh)


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
    assert reading.recognised == ("1 sessions on days of rest, the first 2016-10-30, which are few: kept",)
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


# Sessions that say nothing new


@pytest.mark.parametrize("tickers", [1, 2, 20])
def test_filled_weekends_and_holidays_are_left_out_and_the_rest_is_as_it_was(tickers):
    holidays = pd.DatetimeIndex(["2016-01-18", "2016-02-15", "2016-03-25", "2016-05-30", "2016-09-05", "2016-12-26"])
    prices = panel(on(WEEKS, 0, 1, 2, 3, 4).difference(holidays), tickers)
    left, reading = check(filled(prices, "D"))
    pd.testing.assert_frame_equal(left, panel_to_prices(prices), check_index_type=False)
    assert reading.counts == NOTHING | {"repeated_weekend_sessions": 102, "repeated_sessions": 6}
    assert "102 of 362 sessions (28.2%) are on Saturdays or Sundays and repeat" in refusal(
        filled(prices, "D"), repeated_sessions="refuse"
    )
    kept, reading = check(filled(prices, "D"), repeated_sessions="keep")
    assert len(kept) == 362 * tickers
    assert reading.counts == NOTHING


def test_filled_holidays_alone_are_left_out_where_several_tickers_cannot_all_stand_still():
    holidays = pd.DatetimeIndex(["2016-01-18", "2016-02-15", "2016-03-25", "2016-05-30", "2016-09-05", "2016-12-26"])
    prices = panel(on(WEEKS, 0, 1, 2, 3, 4).difference(holidays), 20)
    left, reading = check(filled(prices, "B"))
    pd.testing.assert_frame_equal(left, panel_to_prices(prices), check_index_type=False)
    assert reading.counts == NOTHING | {"repeated_sessions": 6}
    message = refusal(filled(prices, "B"), repeated_sessions="refuse")
    assert "6 of 260 sessions (2.3%) repeat the prices of the session before, the first of them 2016-01" in message


def test_prices_in_coarse_ticks_stand_still_and_are_kept():
    coarse = panel(on(WEEKS, 0, 1, 2, 3, 4), 2).div(4).round(0).mul(4)
    still = (coarse.diff() == 0).all(axis=1).sum()
    assert still > 10
    left, reading = check(coarse)
    assert len(left) == 2 * len(coarse)
    assert reading.counts == NOTHING


def index(closes: pd.Series, **columns) -> pd.DataFrame:
    return pd.DataFrame({"close": closes.to_numpy()} | columns, index=closes.index.rename("date"))


def test_one_unchanged_close_of_an_index_is_no_holiday():
    closes = panel(on(WEEKS, 0, 1, 2, 3, 4), 1)["T0"]
    closes.iloc[[50, 90]] = closes.iloc[[49, 89]].to_numpy()
    assert len(check(index(closes))[0]) == len(closes)


def test_an_index_that_was_carried_over_new_year_was_filled_up():
    days = pd.bdate_range("2012-01-03", "2016-12-30")
    closed = days[(days.month == 1) & (days.day == 1) | (days.month == 12) & (days.day == 25)]
    closes = panel(days.difference(closed), 1)["T0"]
    left, reading = check(index(filled(closes, "B")))
    pd.testing.assert_frame_equal(left, index(closes))
    assert reading.counts == NOTHING | {"repeated_sessions": len(closed)}


def test_volumes_and_ranges_tell_an_unchanged_close_from_a_filled_day():
    closes = filled(panel(on(WEEKS, 0, 1, 2, 3, 4), 1)["T0"], "D")
    resting = closes.index.day_of_week > 4
    flat = index(closes, high=closes + ~resting, low=closes - ~resting, volume=np.where(resting, 0.0, 9.0))
    assert check(flat)[1].counts == NOTHING | {"repeated_weekend_sessions": 102}
    still = panel(on(WEEKS, 0, 1, 2, 3, 4), 3)
    still.iloc[[50, 90]] = still.iloc[[49, 89]].to_numpy()
    assert check(still)[1].counts == NOTHING | {"repeated_sessions": 2}
    volumes = still.mul(0).add(np.arange(len(still)) + 1.0, axis=0)
    assert check(panel_to_prices(still, volumes))[1].counts == NOTHING


def test_filled_shares_beside_a_market_that_never_closes():
    shares, coin = filled(panel(on(WEEKS, 0, 1, 2, 3, 4), 2), "D"), panel(WEEKS[: 5 + 7 * 51], 1, seed=1)["T0"]
    left, reading = check(shares.assign(coin=coin))
    assert left.loc["coin"].index.tolist() == coin.index.tolist()
    assert left.loc["T0"].index.day_of_week.max() == 4
    assert reading.counts == NOTHING | {"repeated_weekend_sessions": 102}


def test_weekends_on_a_line_between_their_neighbours_are_no_market():
    prices = panel(on(WEEKS, 0, 1, 2, 3, 4)).resample("D").interpolate()
    assert "and lie on straight lines between those around them" in refusal(prices)
    left, _ = check(prices, weekends="leave_out")
    assert left.index.unique("date").day_of_week.max() == 4


def test_shifted_days_are_found_under_filled_ones():
    prices = panel(on(WEEKS, 0, 1, 2, 3, 4))
    for shift in (-1, 1):
        moved = prices.set_axis(prices.index + pd.Timedelta(days=shift))
        assert "look shifted by a time zone" in refusal(filled(moved, "D"))
    left, reading = check(filled(panel(on(WEEKS, 6, 0, 1, 2, 3)), "D"), rest_days="Friday Saturday")
    assert set(left.index.unique("date").day_of_week) == {6, 0, 1, 2, 3}
    assert reading.counts == NOTHING | {"repeated_weekend_sessions": 102}


def test_sundays_that_were_filled_beside_saturdays_that_were_not():
    prices = panel(on(WEEKS, 0, 1, 2, 3, 4, 5))
    left, reading = check(filled(prices, "D"))
    pd.testing.assert_frame_equal(left, panel_to_prices(prices), check_index_type=False)
    assert reading.counts == NOTHING | {"repeated_weekend_sessions": 51}


def test_a_panel_that_never_moves_is_left_to_the_checks_of_stale_prices():
    still = panel(on(WEEKS, 0, 1, 2, 3, 4)) * 0 + 5
    assert len(check(still)[0]) == 3 * len(still)
    left, reading = check(filled(still, "D"))
    assert len(left) == 3 * len(still)
    assert reading.counts == NOTHING | {"repeated_weekend_sessions": 102}


# Dates


@pytest.mark.parametrize("year", ["0216", "1899", "2106", "9999"])
def test_dates_that_nobody_can_have_meant_are_named_and_cost_no_time(year):
    raw = panel_to_prices(panel(on(WEEKS, 0, 1, 2, 3, 4))).reset_index()
    raw["date"] = raw["date"].astype("str")
    raw.loc[[3, 300], "date"] = [f"{year}-05-06", f"{year}-05-05"]
    message = refusal(parse_prices(raw, "x.csv"), last="2020-12-31")
    assert (
        f"2 of 780 rows have a date outside of 1900-01-01 to 2020-12-31, the first of them {year}-05-05 (ticker T1)"
        in (message)
    )
    left, reading = check(parse_prices(raw, "x.csv"), last="2020-12-31", outside="leave_out")
    assert len(left) == 778
    assert reading.counts == NOTHING | {"dates_outside": 2}


def test_tomorrow_is_the_last_date_that_is_believed():
    assert DateParameters().bounds() == (date(1900, 1, 1), date.today() + timedelta(days=1))
    days = pd.DatetimeIndex(["2000-01-01", pd.Timestamp.today().normalize() + pd.Timedelta(days=3)], name="date")
    with pytest.raises(CalendarError, match="1 of 2 rows have a date outside of 1900-01-01 to "):
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
    assert f"1 of 781 rows are of dates far from all others, the first of them {lone} (ticker T2)" in message
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


def test_names_of_days_are_checked():
    assert CalendarParameters(rest_days="friday saturday").resting == (4, 5)
    with pytest.raises(ValueError, match=r"rest_days: expected names .* Did you mean Friday\? Received: Frida"):
        CalendarParameters(rest_days="Frida Saturday")


@pytest.mark.skipif(not REAL_DATA.exists(), reason="needs ../shared/data")
def test_real_prices_are_as_they_were():
    prices = parse_prices(pd.read_parquet(REAL_DATA / "us_stocks_daily_2007_2017.parquet"), "real prices")
    left, reading = check(prices)
    assert left is prices
    assert reading.counts == NOTHING


def test_random_panels_of_the_tests_are_as_they_were():
    prices = panel_to_prices(random_panel(300, 5, 0, gaps=0.1))
    left, reading = check(prices)
    assert left is prices
    assert reading.counts == NOTHING
