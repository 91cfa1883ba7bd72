"""Where published splits and runs begin, by rule; what is said of an epoch that nobody chose."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.experiments.series import split_dates
from rnn_trading.series.series import RunParameters, runs_over, window_rows
from rnn_trading.splits.chronological import SplitParameters, TrainValues, chronological_split
from tests.helpers import ONCE

RULE = SplitParameters(
    validation_from=None,
    test_from=None,
    until=None,
    held_out=None,
    purge=0,
    validate_on="test",
    train_values=TrainValues(values=11_000, share=0.65),
)


def series_of(values):
    return pd.Series(np.arange(float(values)), index=pd.date_range("1970-01-01", periods=values, name="date"))


@pytest.mark.parametrize(("values", "before", "starts"), [(12_075, 11_000, 20), (5_031, 3_270, 20), (1_000, 650, 7)])
def test_the_mid_price_is_split_after_11_000_values_or_a_share(values, before, starts):
    """Runs begin at the split and every 50 values: 20 of them, or as many as fit."""
    series = series_of(values)
    parts = split_dates(window_rows(series, 50), RULE, ONCE)["split"]
    test = parts.index[parts == "test"]
    assert series[test[0]] == before
    assert (parts == "train").sum() == before - 50  # the first window has 50 values and its target
    runs = runs_over(series, test, RunParameters(steps=50, starts=20, every=50))
    assert runs.first_targets.tolist() == [before + 50 * number for number in range(starts)]


def test_a_rule_that_leaves_no_window_or_names_a_date_too_is_refused():
    with pytest.raises(ValueError, match="split.train_values: 39 of 60 values are fewer than one window of 50"):
        split_dates(window_rows(series_of(60), 50), RULE, ONCE)
    with pytest.raises(ValueError, match="expected test_from: null beside split.train_values"):
        SplitParameters(**{**vars(RULE), "test_from": "2020-01-01"})
    with pytest.raises(ValueError, match="counts the values of one series"):
        chronological_split(series_of(60).index, RULE)
