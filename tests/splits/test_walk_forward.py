"""Folds by hand, against skfolio's splitter and against their laws."""

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rnn_trading.splits.chronological import SplitParameters, TrainValues, chronological_split
from rnn_trading.splits.walk_forward import (
    WalkForwardParameters,
    describe_folds,
    refuse_one_class,
    refuse_short_test,
    refuse_short_validation,
    training_until,
    walk_forward,
)
from tests.helpers import changed

WEEKS = pd.date_range("2020-01-05", periods=20, freq="W")  # 2020-01-05 ... 2020-05-17
SPLIT = SplitParameters(
    validation_from=None, test_from=None, until=None, held_out=None, purge=0, validate_on="validation"
)
FROM_MARCH = changed(SPLIT, validation_from=datetime.date(2020, 2, 2), test_from=datetime.date(2020, 3, 1))


def dates_of(parts):
    return {part: [f"{day:%m-%d}" for day in parts.index[parts == part]] for part in parts.cat.categories}


def spans(dates, split, **walk):
    """First and last day of each part of each fold."""
    table = walk_forward(dates, split, WalkForwardParameters(**walk))
    folds = {name: dates_of(table[name]) for name in table if name != "split"}
    return {
        name: {part: f"{days[0]} {days[-1]}" for part, days in fold.items() if days} for name, fold in folds.items()
    }


def test_the_last_sixty_percent_are_tested():
    # 60 % of 20 weeks in three folds are 4 each, and as many are the validation.
    table = walk_forward(WEEKS, SPLIT, WalkForwardParameters(folds=3))
    assert table.columns.tolist() == ["split", "fold_1", "fold_2", "fold_3"]
    assert dates_of(table["fold_1"]) == {
        "train": ["01-05", "01-12", "01-19", "01-26"],
        "validation": ["02-02", "02-09", "02-16", "02-23"],
        "test": ["03-01", "03-08", "03-15", "03-22"],
    }
    assert dates_of(table["fold_2"]) == {
        "train": ["01-05", "01-12", "01-19", "01-26", "02-02", "02-09", "02-16", "02-23"],
        "validation": ["03-01", "03-08", "03-15", "03-22"],
        "test": ["03-29", "04-05", "04-12", "04-19"],
    }
    assert dates_of(table["fold_3"])["test"] == ["04-26", "05-03", "05-10", "05-17"]
    assert dates_of(table["split"])["train"] == ["01-05", "01-12", "01-19", "01-26"]
    assert dates_of(table["split"])["validation"] == ["02-02", "02-09", "02-16", "02-23"]
    assert dates_of(table["split"])["test"] == [f"{day:%m-%d}" for day in WEEKS[8:]]


def test_rolling_with_purge_embargo_and_a_final_fit():
    walk = {"folds": 2, "train": "rolling", "refit_every": 3, "validation": 2, "purge": 1, "embargo": 1}
    # From the end: 3 test weeks, 2 left out, 2 of validation, 2 left out; the first 8 weeks are the first training.
    assert spans(WEEKS, SPLIT, **walk, final_fit=True) == {
        "fold_1": {"train": "01-05 02-23", "validation": "03-15 03-22", "test": "04-12 04-26"},
        "fold_2": {"train": "01-26 03-15", "validation": "04-05 04-12", "test": "05-03 05-17"},
        "final": {"train": "03-01 04-19", "validation": "05-10 05-17"},
    }


def test_from_a_date_on_all_weeks_are_divided():
    """Twelve weeks from March on, in parts of 3, 3, 2, 2, 2; the validation begins in February, 4 weeks before."""
    assert spans(WEEKS, FROM_MARCH, folds=5) == {
        "fold_1": {"train": "01-05 01-26", "validation": "02-02 02-23", "test": "03-01 03-15"},
        "fold_2": {"train": "01-05 02-16", "validation": "02-23 03-15", "test": "03-22 04-05"},
        "fold_3": {"train": "01-05 03-08", "validation": "03-15 04-05", "test": "04-12 04-19"},
        "fold_4": {"train": "01-05 03-22", "validation": "03-29 04-19", "test": "04-26 05-03"},
        "fold_5": {"train": "01-05 04-05", "validation": "04-12 05-03", "test": "05-10 05-17"},
    }


def test_parts_of_a_length_from_a_date_on():
    """Of 4 weeks from February 2 to March 1, one is left out; what comes after the last fold belongs to none."""
    folds = spans(WEEKS, changed(FROM_MARCH, purge=1), folds=2, refit_every=3, final_fit=True)
    assert folds == {
        "fold_1": {"train": "01-05 01-19", "validation": "02-02 02-16", "test": "03-01 03-15"},
        "fold_2": {"train": "01-05 02-09", "validation": "02-23 03-08", "test": "03-22 04-05"},
        "final": {"train": "01-05 04-19", "validation": "05-03 05-17"},
    }


def test_until_ends_the_last_test_and_the_final_fit():
    split = changed(SPLIT, until=datetime.date(2020, 5, 12), held_out=2)
    assert spans(WEEKS, split, folds=3, final_fit=True) == {
        "fold_1": {"train": "01-05 03-15", "validation": "03-22 03-29", "test": "04-05 04-12"},
        "fold_2": {"train": "01-05 03-29", "validation": "04-05 04-12", "test": "04-19 04-26"},
        "fold_3": {"train": "01-05 04-12", "validation": "04-19 04-26", "test": "05-03 05-10"},
        "final": {"train": "01-05 04-26", "validation": "05-03 05-10"},
    }


@pytest.mark.parametrize("validate_on", ["test", None])
def test_without_a_validation_training_reaches_to_the_test(validate_on):
    split = changed(FROM_MARCH, validate_on=validate_on)
    final = {"final": {"train": "01-05 05-17"}} if validate_on is None else {}
    assert spans(WEEKS, split, folds=2, purge=1, final_fit=validate_on is None) == {
        "fold_1": {"train": "01-05 02-16", "test": "03-01 04-05"},
        "fold_2": {"train": "01-05 03-29", "test": "04-12 05-17"},
        **final,
    }


@pytest.mark.parametrize("split", [SPLIT, FROM_MARCH, changed(SPLIT, held_out=4, validate_on="test")], ids=str)
def test_one_fold_is_the_single_split(split):
    # Lengths of several folds are not those of the single split.
    walk = WalkForwardParameters(refit_every=7, validation=7, final_fit=split.validate_on != "test")
    dates = WEEKS.repeat(2)[::-1].rename("date")
    table = walk_forward(dates, split, walk)
    for name in ("split", "fold_1"):
        pd.testing.assert_series_equal(table[name].rename("split"), chronological_split(dates, split))
    wider = walk_forward(dates, split, WalkForwardParameters(purge=1, embargo=1))
    pd.testing.assert_series_equal(wider["split"], chronological_split(dates, changed(split, purge=2)))
    assert training_until(dates, split, walk) == table.index[table["split"] == "train"].max()


LENGTHS = st.integers(1, 6)


@given(LENGTHS, LENGTHS, LENGTHS, st.integers(0, 3), st.integers(0, 3), st.sampled_from(["expanding", "rolling"]))
def test_folds_are_those_of_skfolio(folds, test, validation, purge, embargo, train):
    """Its splitter makes two parts: it is asked for training and validation, and for validation and test."""
    from skfolio.model_selection import WalkForward  # a second to import, for this test alone

    assume(folds > 1)
    gap, length = purge + embargo, 5
    before = length + gap + validation + gap
    dates = pd.date_range("2020-01-01", periods=before + folds * test)
    walk = {"refit_every": test, "validation": validation, "purge": purge, "embargo": embargo, "train": train}
    table = walk_forward(dates, SPLIT, WalkForwardParameters(folds=folds, **walk))
    values = np.zeros((len(dates), 1))
    tests = WalkForward(test_size=test, train_size=before - gap, purged_size=gap).split(values)
    trains = WalkForward(
        test_size=test, train_size=length, purged_size=before - length, expand_train=train == "expanding"
    ).split(values)
    for number, ((watched, tested), (trained, again)) in enumerate(zip(tests, trains, strict=True), start=1):
        parts = table[f"fold_{number}"]
        places = {part: np.flatnonzero(parts == part).tolist() for part in parts.cat.categories}
        assert tested.tolist() == again.tolist() == places["test"]
        assert watched[-validation:].tolist() == places["validation"]
        assert trained.tolist() == places["train"]
    assert number == folds


@given(
    n=st.integers(12, 60),
    folds=st.integers(2, 5),
    gap=st.integers(0, 3),
    refit_every=st.none() | st.integers(1, 5),
    validation=st.none() | st.integers(1, 5),
    start=st.none() | st.integers(6, 30),
    rolling=st.booleans(),
)
def test_laws_of_folds(n, folds, gap, refit_every, validation, start, rolling):
    dates = pd.date_range("2020-01-01", periods=n)
    split = changed(SPLIT, test_from=start and dates[min(start, n - 1)].date(), purge=gap)
    walk = WalkForwardParameters(
        folds=folds,
        refit_every=refit_every,
        validation=validation,
        train="rolling" if rolling else "expanding",
        final_fit=True,
    )
    try:
        table = walk_forward(dates, split, walk)
    except ValueError as error:
        assert "walk_forward.folds=1" in str(error)  # refused, with the remedy
        return
    tested, lengths = [], []
    for name in [f"fold_{number}" for number in range(1, folds + 1)]:
        train, watched, test = (np.flatnonzero(table[name] == part) for part in ("train", "validation", "test"))
        assert train.size and watched.size and test.size
        assert watched[0] - train[-1] == test[0] - watched[-1] == gap + 1
        assert all((np.diff(part) == 1).all() for part in (train, watched, test))
        tested += test.tolist()
        lengths.append(len(train))
    assert tested == list(range(tested[0], tested[0] + len(tested)))
    assert np.flatnonzero(table["split"] == "test").tolist() == tested
    assert (len(set(lengths)) == 1) if rolling else (lengths == sorted(set(lengths)))
    final = table["final"].astype("str")
    assert "test" not in set(final)
    assert final.iloc[-1] == "validation"


@given(st.integers(2, 4), st.integers(1, 20))
def test_a_fold_does_not_see_what_comes_after_it(number, later):
    """Where lengths are given in dates, other dates after the end of a fold leave it as it is."""
    split = changed(FROM_MARCH, purge=1)
    walk = WalkForwardParameters(folds=number, refit_every=2, embargo=1, train="rolling")
    before = walk_forward(WEEKS, split, changed(walk, folds=5))
    end = np.flatnonzero(before[f"fold_{number}"] == "test")[-1] + 1
    other = WEEKS[:end].append(pd.date_range("2021-01-01", periods=later))
    after = walk_forward(other, split, walk)
    names = [f"fold_{fold}" for fold in range(1, number + 1)]
    pd.testing.assert_frame_equal(after[names].iloc[:end], before[names].iloc[:end], check_freq=False)


def test_the_record_says_the_dates_of_each_fold():
    walk = WalkForwardParameters(folds=2, refit_every=2, final_fit=True)
    described = describe_folds(walk_forward(WEEKS, SPLIT, walk), WEEKS.repeat(3))
    assert [fold["fold"] for fold in described] == [1, 2, "final"]
    assert described[0] == {
        "fold": 1,
        "train": {"rows": 42, "first_date": "2020-01-05", "last_date": "2020-04-05"},
        "validation": {"rows": 6, "first_date": "2020-04-12", "last_date": "2020-04-19"},
        "test": {"rows": 6, "first_date": "2020-04-26", "last_date": "2020-05-03"},
        "unused": {"rows": 6},
    }
    assert described[2]["test"] == {"rows": 0, "first_date": None, "last_date": None}


@pytest.mark.parametrize(
    ("split", "walk", "message"),
    [
        (
            {},
            {"folds": 20, "refit_every": 1},
            r"20 folds need 20 test dates \(1 each\), and some before them to train on",
        ),
        (
            {"held_out": 8},
            {"folds": 3},
            r"3 folds need 24 test dates .*. Received: 20 dates from 2020-01-05 to 2020-05-17. .*folds=1",
        ),
        (
            {"test_from": "2020-05-04"},
            {"folds": 3},
            r"need 3 test dates \(1 each\) from split.test_from=2020-05-04 on. Received: 2",
        ),
        (
            {"test_from": "2020-03-01"},
            {"folds": 3, "refit_every": 5},
            r"15 test dates \(5 each\) from .* Received: 12",
        ),
        ({"test_from": "2021-01-01"}, {"folds": 2}, "from split.test_from=2021-01-01 on. Received: 0"),
        ({"test_from": "2019-01-01"}, {"folds": 2}, r"need 20 test dates \(10 each\), and some before them"),
        (
            {},
            {"folds": 3, "purge": 1, "embargo": 1},
            r"fold 1 of 3 has no date to train on. Expected more than 8 dates before its test, which begins on "
            r"2020-03-01: 4 of validation, and 2 left out before validation and before test "
            r"\(purge 1, embargo 1\). Received: 8",
        ),
        ({"validate_on": "test"}, {"folds": 3, "embargo": 8}, r"0 of validation, and 8 left out before test"),
        ({"validate_on": "test"}, {"final_fit": True}, "the final fit has no test, on which .*=test stops"),
        (
            {"validation_from": "2020-02-23", "test_from": "2020-03-01"},
            {"folds": 2, "embargo": 1},
            "fold 1 of 2 has no validation. Expected split.validation_from at least 2 dates before the first test, "
            "which begins on 2020-03-01: a gap of 1 lies between. Received: 2020-02-23, with 1 from there to the test",
        ),
        ({"validation_from": "2020-04-05"}, {"folds": 3}, "Received: 2020-04-05, with 0 from there to the test. Move"),
        ({"until": "2019-01-01"}, {"folds": 2}, "No row is dated until 2019-01-01"),
        ({}, {"folds": 1, "embargo": 3}, "no date for validation: .* 3 dates .*purge 0, .embargo 3.: lower"),
    ],
)
def test_folds_that_dates_do_not_allow_are_refused(split, walk, message):
    days = {
        name: datetime.date.fromisoformat(day) for name, day in split.items() if isinstance(day, str) and "-" in day
    }
    with pytest.raises(ValueError, match=message):
        walk_forward(WEEKS, changed(SPLIT, **{**split, **days}), WalkForwardParameters(**walk))


def test_values_of_a_series_are_not_dates():
    split = changed(SPLIT, train_values=TrainValues(values=5, share=0.5))
    with pytest.raises(ValueError, match="split.train_values counts the values of one series"):
        walk_forward(WEEKS, split, WalkForwardParameters(folds=2))


def test_a_part_shorter_than_a_window_is_refused():
    table = walk_forward(WEEKS, SPLIT, WalkForwardParameters(folds=2, refit_every=3, validation=2, final_fit=True))
    refuse_short_validation(table, 2, "a path")
    refuse_short_test(table, 3, "a path")
    with pytest.raises(ValueError, match=r"validation of fold 1 is shorter than a path of 3 .* Received: 2 dates"):
        refuse_short_validation(table, 3, "a path of 3 months")
    with pytest.raises(ValueError, match=r"test is shorter than .* Raise split.held_out"):
        refuse_short_test(table[["split"]], 7, "a path of 7 months")


def test_a_part_with_one_class_is_refused():
    table = walk_forward(WEEKS, SPLIT, WalkForwardParameters(folds=2, refit_every=3, final_fit=True))
    index = pd.MultiIndex.from_product([["A", "B"], WEEKS], names=["ticker", "date"])
    labels = pd.Series([0, 1] * 20, index=index)
    refuse_one_class(labels, table, "mine")
    second = table.index[table["fold_2"] == "test"]
    labels[labels.index.get_level_values("date").isin(second)] = 1
    with pytest.raises(
        ValueError, match=r"mine: the test of fold 2 has one class only: all 6 rows, on 3 dates .* are 1"
    ):
        refuse_one_class(labels, table, "mine")
    labels[:] = 0
    with pytest.raises(ValueError, match="the train of fold 1 has one class only"):
        refuse_one_class(labels, table, "mine")
