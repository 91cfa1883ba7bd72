"""Series, windows and runs, by hand."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.series.series import (
    RunParameters,
    SeriesParameters,
    SineParameters,
    block_min_max,
    exponential_smoothing,
    overlapping_runs,
    runs_over,
    sine_wave,
    split_windows,
    take_series,
    window_flags,
    window_rows,
)
from rnn_trading.tables.prices import PriceError

DAYS = pd.date_range("2020-01-06", periods=6, name="date")
INDEX = pd.DataFrame(
    {
        "close": [100.0, 110.0, 99.0, 99.0, 99.0, 108.9],
        "high": [101.0, 112.0, 111.0, 100.0, 100.0, 110.0],
        "low": [99.0, 100.0, 97.0, 98.0, 98.0, 100.0],
    },
    index=DAYS,
)


def of(form, lags=2, start=None, until=None):
    return SeriesParameters(form=form, start=start, until=until, lags=lags)


def test_the_three_forms():
    assert take_series(INDEX, of("close")).tolist() == INDEX["close"].tolist()
    assert take_series(INDEX, of("absolute_return")).tolist() == pytest.approx([10, 10, 0, 0, 10])
    assert take_series(INDEX, of("absolute_return")).index[0] == DAYS[1]
    assert take_series(INDEX, of("mid_price")).tolist() == [100, 106, 104, 99, 99, 105]


def test_dates_bound_the_prices():
    assert take_series(INDEX, of("close", start="2020-01-07", until="2020-01-08")).tolist() == [110, 99]


def test_windows_by_hand():
    rows = window_rows(take_series(INDEX, of("close")), 3)
    assert rows.columns.tolist() == ["3", "2", "1", "truth"]
    assert rows.to_numpy().tolist() == [[100, 110, 99, 99], [110, 99, 99, 99], [99, 99, 99, 108.9]]
    assert rows.index.tolist() == DAYS[3:].tolist()  # dated by the target
    lags, targets = split_windows(rows)
    assert lags[0].tolist() == [100, 110, 99]
    assert targets.tolist() == [99, 99, 108.9]


def test_windows_that_touch_a_stale_or_extreme_close_are_marked():
    rows = window_rows(take_series(INDEX, of("close")), 1)
    flags = window_flags(INDEX, rows, stale_after_sessions=2)
    # The third close of 99 is the second unchanged session; it is a target on 01-10 and a lag on 01-11.
    assert flags["stale_price"].tolist() == [False, False, False, True, True]
    assert not flags["extreme_return"].any()
    jump = INDEX.assign(close=[100.0, 500.0, 499.0, 498.0, 497.0, 496.0])
    extreme = window_flags(jump, window_rows(jump["close"], 1), stale_after_sessions=2)
    assert extreme["extreme_return"].tolist() == [True, True, False, False, False]


def test_the_sine_wave_is_the_published_one():
    wave = sine_wave(SineParameters(points=5001, period=100, phase=1.0, decimals=9, start="2000-01-01", lags=50))
    assert len(wave) == 5001
    assert wave.iloc[0] == 0.841470985  # sin(1)
    assert wave.iloc[25] == 0.540302306  # sin(1 + pi / 2) = cos(1)
    assert wave.iloc[100] == wave.iloc[0]
    assert len(window_rows(wave, 50)) == 4951


@pytest.mark.parametrize(
    ("table", "parameters", "message"),
    [
        (
            INDEX,
            of("close", start="2021-01-01"),
            "Expected days from 2021-01-01 to None. Received: prices from 2020-01-06",
        ),
        (
            INDEX[["close", "high"]],
            of("mid_price"),
            "mean of high and low, without low there is none. Received: the columns close",
        ),
        (
            INDEX.assign(low=[1.0, np.nan, *[1.0] * 4]),
            of("mid_price"),
            r"on every day; 2020-01-07 lacks one \(1 such day\)",
        ),
        (INDEX.assign(close=7.0), of("close"), "All 6 values of close from 2020-01-06 to 2020-01-11 are 7"),
        (INDEX.assign(close=7.0), of("absolute_return"), "All 5 values of absolute_return .* are 0"),
    ],
)
def test_unusable_series_are_refused(table, parameters, message):
    with pytest.raises(PriceError, match=message):
        take_series(table, parameters)


def test_a_series_shorter_than_a_window_and_its_target_is_refused():
    assert len(window_rows(INDEX["close"], 5)) == 1
    with pytest.raises(PriceError, match="Windows of 6 values with a target need at least 7 values. Received: 6"):
        window_rows(INDEX["close"], 6)


SERIES = pd.Series(np.arange(20.0), index=pd.date_range("2020-01-01", periods=20, name="date"))


def test_runs_one_after_the_other():
    runs = runs_over(SERIES, SERIES.index[9:], RunParameters(steps=4, starts=None))
    assert runs.first_targets.tolist() == [9, 13]  # a third would need the values 17 to 20
    assert runs.histories(SERIES, 3).tolist() == [[6, 7, 8], [10, 11, 12]]
    assert runs.truths(SERIES).tolist() == [[9, 10, 11, 12], [13, 14, 15, 16]]
    table = runs.table(SERIES)
    assert table["truth"].tolist() == list(range(9, 17))
    assert table["step"].tolist() == [1, 2, 3, 4] * 2
    assert table["date"].tolist() == [SERIES.index[8]] * 4 + [SERIES.index[12]] * 4
    assert table["target_date"].tolist() == SERIES.index[9:17].tolist()


def test_overlapping_runs_are_counted():
    def most(steps, starts):
        return overlapping_runs(
            runs_over(SERIES, SERIES.index[9:], RunParameters(steps=steps, starts=starts)).table(SERIES)
        )

    assert most(4, None) == 1
    assert most(4, 3) == 2  # starts 9, 12 and 16: day 12 belongs to the first two
    assert most(8, 4) == 4


def test_a_history_never_comes_from_the_end_of_the_series():
    runs = runs_over(SERIES, SERIES.index[3:], RunParameters(steps=4, starts=None))
    with pytest.raises(PriceError, match="A run that starts at value 3 has no 5 values before it"):
        runs.histories(SERIES, 5)


def test_runs_from_a_number_of_starts():
    runs = runs_over(SERIES, SERIES.index[9:], RunParameters(steps=4, starts=3))
    assert runs.first_targets.tolist() == [9, 12, 16]


@pytest.mark.parametrize(
    ("starts", "needed"), [(None, "One run of 12 steps: expected at least 12"), (3, "3 runs .* least 14")]
)
def test_too_few_test_rows_for_a_run_are_refused(starts, needed):
    with pytest.raises(PriceError, match=f"{needed} test rows. Received: 11, from 2020-01-10 to 2020-01-20"):
        runs_over(SERIES, SERIES.index[9:], RunParameters(steps=12, starts=starts))


def test_blocks_are_scaled_each_on_its_own():
    scaled, last = block_min_max(np.array([1.0, 2, 3, 10, 20, 30, 5, 9]), 3)
    assert scaled.tolist() == [0, 0.5, 1, 0, 0.5, 1, 0, 1]
    assert last == (5, 4)
    with pytest.raises(PriceError, match="The 2 values from position 2 are all 4"):
        block_min_max(np.array([1.0, 2, 4, 4]), 2)


def test_exponential_smoothing_starts_from_zero():
    assert exponential_smoothing(np.array([1.0, 1.0, 0.0]), 0.5).tolist() == [0.5, 0.75, 0.375]
