"""Sessions that are still to come."""

from itertools import islice

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_trading.tables.coming import (
    coming_sessions,
    fixed_holidays,
    sessions_between,
    week_of,
    whole_weeks,
)

WEEKEND = (5, 6)
DAYS = st.dates(pd.Timestamp("1990-01-01").date(), pd.Timestamp("2030-12-31").date()).map(pd.Timestamp)
RESTING = st.sets(st.integers(0, 6), max_size=6).map(tuple)


def sessions(first, last, *closed):
    return pd.bdate_range(first, last).drop(list(closed))


@given(DAYS, RESTING)
def test_what_comes_is_later_and_never_a_day_of_rest(last, resting):
    found = [*islice(coming_sessions(pd.DatetimeIndex([last]), resting), 10)]
    assert found == sorted(set(found))
    assert found[0] > last
    assert not {day.weekday() for day in found} & {*resting}


def test_days_that_are_known_to_be_sessions_come_first():
    known = pd.DatetimeIndex(["2021-01-01", "2021-01-02", "2021-01-05"])
    found = coming_sessions(sessions("2020-12-01", "2021-01-01"), WEEKEND, known)
    assert [f"{day:%d}" for day in islice(found, 3)] == ["02", "05", "06"]  # a Saturday, if the prices say so


def test_a_holiday_of_every_year_is_learned_and_one_of_some_years_is_not():
    """Good Friday was on 19 April 2019 and 2 April 2021; New Year's Day of 2019 to 2021 on working days."""
    closed = ["2018-12-25", "2019-01-01", "2019-12-25", "2020-01-01", "2020-12-25", "2021-01-01"]
    days = sessions("2018-01-02", "2021-12-30", *closed, "2019-04-19", "2021-04-02")
    assert fixed_holidays(days, WEEKEND) == {(1, 1), (12, 25)}


def test_weekdays_of_other_exchanges():
    """From Sunday to Thursday."""
    thursday = pd.DatetimeIndex(["2022-12-22"])
    assert f"{next(coming_sessions(thursday, (4, 5))):%a}" == "Sun"
    assert f"{next(coming_sessions(thursday, ())):%a}" == "Fri"


def test_days_of_rest_only_are_refused():
    with pytest.raises(ValueError, match="every weekday is a day of rest"):
        next(coming_sessions(pd.DatetimeIndex(["2022-12-22"]), range(7)))


@pytest.mark.parametrize(
    ("last", "today", "ends"),
    [
        ("2022-12-16", "2022-12-16", "2022-12-16"),  # a Friday: the week is over with its last session
        ("2022-12-15", "2022-12-15", "2022-12-09"),  # a Thursday: it goes on
        ("2022-12-15", "2022-12-16", "2022-12-09"),  # on the Friday, whose price is still to come
        ("2022-12-15", "2022-12-17", "2022-12-09"),  # on a Saturday, on which it may still be Friday in the west
        ("2022-12-15", "2022-12-18", "2022-12-15"),  # on the Sunday: the Friday was a holiday
        ("2022-12-14", "2023-12-18", "2022-12-09"),  # a year later: prices end in the middle of the week
    ],
)
def test_a_week_that_goes_on_is_left_out(last, today, ends):
    days = sessions("2022-11-01", last)
    assert whole_weeks(days, WEEKEND, pd.Timestamp(today))[-1] == pd.Timestamp(ends)


@given(DAYS)
def test_a_week_is_dated_by_its_sunday_as_in_the_tables(day):
    assert week_of(day) == pd.Series(1.0, index=[day]).resample("W").last().index[0]


@given(DAYS, st.integers(0, 60), RESTING)
def test_sessions_between_are_counted_one_by_one(first, days, resting):
    last = first + pd.Timedelta(days=days)
    expected = sum(day.weekday() not in resting for day in pd.date_range(first, last)[1:])
    assert sessions_between(first, last, resting) == expected
