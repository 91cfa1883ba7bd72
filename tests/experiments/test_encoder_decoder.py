"""Rows that a network of paths is trained on: none of them knows what comes after its part."""

from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_trading.experiments.encoder_decoder import beside_recursion, rows_of_part
from rnn_trading.experiments.macro import WindowParameters, split_months
from rnn_trading.experiments.runs import split_run_dates
from rnn_trading.series.series import RunParameters, window_rows
from rnn_trading.splits.chronological import SplitParameters
from rnn_trading.splits.walk_forward import WalkForwardParameters

LAGS, ROWS = 3, 30


def parts(train=16, validation=7):
    names = ["train"] * train + ["validation"] * validation + ["test"] * (ROWS - train - validation)
    return pd.DataFrame({"split": names}, index=pd.date_range("2020-01-01", periods=ROWS, name="date"))


def values(seed=0):
    return np.random.default_rng(seed).normal(size=(LAGS + ROWS, 2))


@given(st.integers(1, 7), st.sampled_from(["train", "validation"]))
def test_what_comes_after_a_part_changes_none_of_its_rows(steps, part):
    """Every value after the last date of the part is another: windows and paths are the same to the bit."""
    dates, before = parts(), values()
    last = LAGS + int(np.flatnonzero(dates["split"] == part)[-1])
    after = before.copy()
    after[last + 1 :] += 100
    for one, other in zip(
        rows_of_part(before, dates, part, steps, "it"), rows_of_part(after, dates, part, steps, "it"), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    # And no row fewer: the last path ends with the last date of the part.
    windows, paths = rows_of_part(before, dates, part, steps, "it")
    np.testing.assert_array_equal(paths[-1, -1], before[last])
    assert len(paths) == (dates["split"] == part).sum() - steps + 1
    np.testing.assert_array_equal(windows[0, 1:], windows[1, :-1] if len(windows) > 1 else windows[0, 1:])


def test_dates_that_are_left_out_break_a_path():
    dates = parts()
    dates.iloc[10, 0] = None
    assert len(rows_of_part(values(), dates, "train", 4, "it")[1]) == (10 - 3) + (5 - 3)


def test_a_part_that_is_shorter_than_a_path_is_refused():
    with pytest.raises(
        ValueError, match="mine: a path of 8 steps must lie in the validation rows as a whole. Received: 7"
    ):
        rows_of_part(values(), parts(), "validation", 8, "mine")


def split_at(validation_from, test_from):
    return SplitParameters(
        validation_from=validation_from.date(),
        test_from=test_from.date(),
        until=None,
        held_out=None,
        purge=0,
        validate_on="validation",
    )


@pytest.mark.parametrize(
    ("validation", "folds", "at_once", "message"),
    [
        (5, 1, True, None),
        (4, 1, True, "validation of fold 1 is shorter than a path of 5 steps that is forecast at once: expected at"),
        (4, 1, False, None),  # the validation is not forecast, and a warning says so
        (6, 2, False, "validation of fold 1 is shorter than runs of 5 steps need: expected at least 7 dates"),
    ],
)
def test_a_validation_that_is_shorter_than_a_path_is_refused_with_the_split(validation, folds, at_once, message):
    """Long before a network is trained on paths that are not there."""
    days = pd.date_range("2020-01-01", periods=60)
    windows = window_rows(pd.Series(np.arange(60.0), days), 3)
    split = split_at(days[-14 - validation], days[-14])
    given = windows, split, WalkForwardParameters(folds=folds, validation=validation), RunParameters(steps=5, starts=3)
    with pytest.raises(ValueError, match=message) if message else nullcontext():
        split_run_dates(*given, at_once=at_once)


@pytest.mark.parametrize(("folds", "validation", "refused"), [(1, 4, True), (2, 4, True), (2, 5, False)])
def test_a_validation_that_is_shorter_than_a_path_of_months_is_refused_with_the_split(folds, validation, refused):
    months = pd.date_range("2000-01-01", periods=60, freq="MS")
    table = pd.DataFrame({"first": np.arange(60.0), "second": 1.0}, months)
    split = split_at(months[-10 - validation], months[-10])
    walk = WalkForwardParameters(folds=folds, validation=validation)
    windows = WindowParameters(start=None, until=None, lags=3, path_steps=5, scaled_on="train")
    message = "The validation of fold 1 is shorter than a path of 5 months: expected at least 5 dates"
    with pytest.raises(ValueError, match=message) if refused else nullcontext():
        split_months(table, windows, split, walk)


def test_recursion_stands_beside_its_rivals_on_the_rows_of_paths():
    recursion = pd.DataFrame({"run": ["point_by_point", "free_run", "restarted"], "prediction": [1.0, 2.0, 3.0]})
    made = beside_recursion(recursion, pd.DataFrame({"drift": [4.0, 5.0, 6.0]}))
    assert made.index.tolist() == [0, 1]
    assert made.to_dict("list") == {"drift": [4, 6], "recursion": [1, 3]}
