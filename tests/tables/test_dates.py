"""Dates that are texts or numbers: read where there is one way, asked about where there are two."""

import datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_trading.tables.dates import FORMS, read_dates

# Examples are few: a form is a form.
FEW = settings(max_examples=25)
DAYS = st.lists(st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)), min_size=1)


@pytest.mark.parametrize("form", FORMS)
@FEW
@given(days=DAYS)
def test_a_form_that_has_one_reading_is_read(form, days):
    read = read_dates(pd.Series([day.strftime(form) for day in days], dtype="str"))
    assert [day.date() for day in read.values] == days
    assert read.question == ""


@pytest.mark.parametrize("form", ["%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%m-%d-%Y"])
@FEW
@given(days=DAYS)
def test_day_and_month_are_read_right_or_asked_about(form, days):
    days = sorted(days)
    read = read_dates(pd.Series([day.strftime(form) for day in days], dtype="str"))
    if any(day.day > 12 for day in days):
        assert (read.question, read.form) == ("", form)
        assert [day.date() for day in read.values] == days
    else:
        assert read.question


@pytest.mark.parametrize(
    ("column", "dates"),
    [
        (["2020-01-02 16:00", "2020-1-3T09:30:00-05:00"], ["2020-01-02", "2020-01-03"]),
        ([20200102, 20200103], ["2020-01-02", "2020-01-03"]),
        ([20200102.0, None], ["2020-01-02", "NaT"]),
        (["1/30/2020 16:00:00", "1/31/2020 16:00:00"], ["2020-01-30", "2020-01-31"]),
        (["2020-01-02", "02/01/2020"], ["2020-01-02", "NaT"]),
        (["2020-01-02x", "2020-02-30"], ["NaT", "NaT"]),
        (["00/01/2020", "1/0/2020", "45/45/2020"], ["NaT", "NaT", "NaT"]),
        ([None, None], ["NaT", "NaT"]),
        ([datetime.date(2020, 1, 2), None], ["2020-01-02", "NaT"]),
        (pd.to_datetime(["2020-01-02 16:00"]).tz_localize("Asia/Tokyo"), ["2020-01-02"]),
        (["\u0662\u0660\u0662\u0660-01-02"], ["NaT"]),  # digits of another script
    ],
)
def test_dates(column, dates):
    read = read_dates(pd.Series(column))
    assert read.values.astype("str").fillna("NaT").tolist() == dates
    assert read.question == ""


@pytest.mark.parametrize(
    ("column", "question"),
    [
        (["1/2/2020", "1/3/2020"], "'1/2/2020' is 2 January or 1 February"),
        (["13/1/2020", "1/13/2020"], "'1/13/2020' has its day second, and other dates have it first"),
        # Excel has turned the first twelve days of a month around: no order is left.
        (["1/2/2020", "2/2/2020", "13/02/2020", "3/1/2020", "3/2/2020"], "its day first, .* in no order"),
        (["1/2/20", "1/3/20"], "'1/2/20' has a year of two digits"),
        ([43832, 43833], "'43832' looks like a day as Excel counts them"),
        ([1577923200, 1578009600], "'1577923200' looks like a time since 1970"),
        (["1577923200000"], "looks like a time since 1970"),
    ],
)
def test_questions(column, question):
    read = read_dates(pd.Series(column))
    assert pd.Series([read.question]).str.contains(question).all()


def test_order_is_expected_within_groups():
    texts = pd.Series(["01/30/2020", "01/31/2020", "01/30/2020", "01/31/2020"])
    assert read_dates(texts).question
    assert not read_dates(texts, within=pd.Series(["A", "A", "B", "B"])).question
    assert not read_dates(texts[::-1], within=pd.Series(["A", "A", "B", "B"])).question  # newest first


def test_a_form_that_is_told_is_the_only_one():
    read = read_dates(pd.Series(["05/06/07", "2020-01-02"]), form="%d/%m/%y")
    assert read.values.astype("str").fillna("NaT").tolist() == ["2007-06-05", "NaT"]
