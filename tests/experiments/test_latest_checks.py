"""What is refused before a forecast of the future."""

import dataclasses

import pandas as pd
import pytest

from rnn_trading.experiments.latest_checks import (
    LatestParameters,
    refuse_gap,
    refuse_old,
    refuse_other_calendar,
    refuse_other_dates,
    refuse_other_model,
    refuse_other_record,
    refuse_other_version,
)
from rnn_trading.experiments.newest import LatestError, Newest
from rnn_trading.skill.record import Experiment
from tests.helpers import changed

LATEST = LatestParameters(until=None, oldest=5, oldest_months=2, longest_gap_days=7, other_version=False)
WEEKEND = (5, 6)
DAYS = pd.bdate_range("2021-01-04", "2022-12-23")


def newest_of(sessions, monthly=False):
    tradeable = None if monthly else sessions[-1] + pd.Timedelta(days=3)
    return Newest(pd.DataFrame(), sessions, *(sessions[-1],) * 2, sessions[-1] + pd.Timedelta(days=3), tradeable)


def split_of(dates):
    return pd.DataFrame({"split": "train"}, index=dates)


def test_old_prices_are_refused_and_said_how_old_they_are():
    newest = newest_of(DAYS)
    refuse_old(newest, LATEST, WEEKEND, pd.Timestamp("2022-12-30"))
    with pytest.raises(LatestError, match="2022-12-23, 6 sessions before today, 2023-01-02. Expected at most 5"):
        refuse_old(newest, LATEST, WEEKEND, pd.Timestamp("2023-01-02"))
    refuse_old(newest, changed(LATEST, oldest=None), WEEKEND, pd.Timestamp("2030-01-01"))


def test_the_age_is_that_of_the_last_price_although_its_week_goes_on():
    refuse_old(dataclasses.replace(newest_of(DAYS[:-8]), there_until=DAYS[-1]), LATEST, WEEKEND, DAYS[-1])


def test_values_of_days_that_are_still_to_come_are_refused():
    refuse_old(newest_of(DAYS), LATEST, WEEKEND, DAYS[-1] - pd.Timedelta(days=1))  # it is tomorrow there
    with pytest.raises(
        LatestError, match="newest values are of 2022-12-23, after today, 2022-12-21. Set the clock right"
    ):
        refuse_old(newest_of(DAYS), LATEST, WEEKEND, DAYS[-1] - pd.Timedelta(days=2))


def test_the_record_of_another_experiment_is_refused():
    refuse_other_record({"experiment": "mine.level"}, "mine.level")
    with pytest.raises(LatestError, match="mine.level: expected its skill record.* Received: that of mine.weekly"):
        refuse_other_record({"experiment": "mine.weekly"}, "mine.level")


def test_months_have_an_age_of_their_own():
    newest = newest_of(pd.date_range("2022-01-01", "2022-10-01", freq="MS"), monthly=True)
    refuse_old(newest, LATEST, (), pd.Timestamp("2022-12-31"))
    with pytest.raises(LatestError, match="3 months before today, 2023-01-01. Expected at most 2 months"):
        refuse_old(newest, LATEST, (), pd.Timestamp("2023-01-01"))


def test_networks_of_another_design_are_refused_with_the_command_that_fits_them():
    experiment = Experiment(name="mine.level", task="level", published=None, published_on=None)
    here = changed(experiment, configuration={"hash": "abc"})
    refuse_other_model(here, [{"configuration": "abc"}], "corrected")
    refuse_other_model(experiment, [{"configuration": "abc"}], "corrected")  # a loader that told no design
    with pytest.raises(LatestError, match="design xyz, and abc here.*fit it anew: kedro run --pipelines mine.level$"):
        refuse_other_model(here, [{"configuration": "abc"}, {"configuration": "xyz"}], "corrected")


def test_networks_of_another_version_are_refused_unless_they_are_wanted():
    trials = [{"version": "0.13.0"}, {"version": "0.12.0"}]
    refuse_other_version("mine.level", trials[:1], "0.13.0", LATEST, "careful")
    with pytest.raises(
        LatestError, match=r"fitted by version 0\.12\.0 of this project, and this is 0\.13\.0.*other_vers"
    ):
        refuse_other_version("mine.level", trials, "0.13.0", LATEST, "careful")
    refuse_other_version("mine.level", trials, "0.13.0", changed(LATEST, other_version=True), "careful")


def test_a_date_that_the_networks_were_fitted_on_is_no_forecast():
    refuse_other_dates(newest_of(DAYS), split_of(DAYS), "mine.level")
    with pytest.raises(LatestError, match="end on 2022-12-13, and its networks were fitted on dates until 2022-12-23"):
        refuse_other_dates(newest_of(DAYS[:-8]), split_of(DAYS), "mine.level")


@pytest.mark.parametrize("holiday", ["2022-12-14", "2022-12-21"])
def test_another_calendar_is_refused_and_a_holiday_is_none(holiday):
    known = split_of(DAYS[:300])
    refuse_other_calendar(newest_of(DAYS.drop(holiday)), known, 5, "mine.level")
    later = pd.date_range(DAYS[300], DAYS[-1])
    every_day = newest_of(DAYS[:300].append(later))
    with pytest.raises(LatestError, match="newest window are of Monday, .*, Saturday, Sunday: another calendar"):
        refuse_other_calendar(every_day, known, 5, "mine.level")


def test_prices_without_the_dates_of_the_training_are_of_another_calendar():
    shifted = newest_of(DAYS[DAYS.day_of_week != 4])
    with pytest.raises(LatestError, match="60 of the 300 dates that it was trained on have no price here, 2021-01-08"):
        refuse_other_calendar(shifted, split_of(DAYS[:300]), 5, "mine.level")


def test_weeks_are_dated_by_a_sunday_without_a_price():
    weeks = pd.date_range("2021-01-10", "2022-06-01", freq="W")
    refuse_other_calendar(newest_of(DAYS), split_of(weeks), 50, "mine.weekly")
    lost = newest_of(DAYS[DAYS > "2021-06-06"])
    with pytest.raises(
        LatestError, match="22 of the 73 weeks that it was trained on have no price here, 2021-01-10 the"
    ):
        refuse_other_calendar(lost, split_of(weeks), 50, "mine.weekly")


def test_a_gap_in_the_newest_window_is_refused_and_one_before_it_is_not():
    newest = newest_of(DAYS.drop(DAYS[-30:-20]))
    refuse_gap(newest, 15, LATEST, "mine.level")
    with pytest.raises(LatestError, match="no price between 2022-11-11 and 2022-11-28, 17 days. Expected at most 7"):
        refuse_gap(newest, 25, LATEST, "mine.level")
    refuse_gap(newest, 25, changed(LATEST, longest_gap_days=17), "mine.level")
