"""Rows that a network of paths is trained on: none of them knows what comes after its part."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_trading.experiments.encoder_decoder import beside_recursion, rows_of_part

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


def test_recursion_stands_beside_its_rivals_on_the_rows_of_paths():
    recursion = pd.DataFrame({"run": ["point_by_point", "free_run", "restarted"], "prediction": [1.0, 2.0, 3.0]})
    made = beside_recursion(recursion, pd.DataFrame({"drift": [4.0, 5.0, 6.0]}))
    assert made.index.tolist() == [0, 1]
    assert made.to_dict("list") == {"drift": [4, 6], "recursion": [1, 3]}
