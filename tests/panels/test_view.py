"""A view gives what the table gives, to the bit, and clips by bounds that know nothing of the rows after."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_trading.panels import moments
from rnn_trading.panels.clipping import fit_clipping
from rnn_trading.panels.moments import deviation_of_windows, summed
from rnn_trading.panels.past_returns import PastReturns
from rnn_trading.panels.sequence_parameters import WinsoriseParameters
from rnn_trading.panels.sequences import build_sequences
from tests.helpers import panel_to_prices, random_panel
from tests.panels.cases import random_windows

BOUNDS = {"0": [-0.01, 0.02], "1": [-0.05, 0.03], "5": [0.0, 0.01]}


@pytest.mark.parametrize("protocol", ["corrected", "as_published"])
def test_windows_equal_the_rows_of_the_table_to_the_bit(sequence_of, last_dates, protocol):
    changes = {"lags": 7, "prices_from": None, "returns_from": None, "until": None, "universe": {"rule": "all"}}
    sequence = sequence_of(protocol, "weekly", **changes)
    made = build_sequences(panel_to_prices(random_panel(400, 6, 3, gaps=0.02)), sequence, [last_dates])
    panel, bounds = made.panel, made.report["clipped_at"]
    assert [*bounds] == [*map(str, range(7) if protocol == "as_published" else range(1, 8))]
    np.testing.assert_array_equal(panel.windows(bounds), made.table[panel.lag_columns].to_numpy())
    np.testing.assert_array_equal(panel.column("0", bounds), made.table["0"])
    some = np.random.default_rng(0).permutation(len(panel))[:50]
    np.testing.assert_array_equal(panel.windows(bounds, some), made.table[panel.lag_columns].to_numpy()[some])
    pd.testing.assert_frame_equal(panel.take(some).table(bounds), made.table.iloc[some], check_exact=True)


@given(st.integers(0, 1000), st.sampled_from(["oldest_first", "newest_first"]), st.integers(2, 9))
def test_every_window_is_what_came_before_its_period(seed, order, lags):
    """Against one slice of the ticker's returns a row."""
    panel = random_windows(seed, lags=lags, order=order)
    step = 1 if order == "oldest_first" else -1
    slow = [
        panel.past[period - lags : period, ticker][::step]
        for ticker, period in zip(panel.ticker_code, panel.period, strict=True)
    ]
    np.testing.assert_array_equal(panel.windows({}), slow)
    np.testing.assert_array_equal(PastReturns(panel, {})[:], np.array(slow)[:, ::step])
    lower, upper = np.array([BOUNDS.get(lag, [-np.inf, np.inf]) for lag in panel.lag_columns]).T
    np.testing.assert_array_equal(panel.windows(BOUNDS), np.clip(slow, lower, upper))
    assert panel.index.equals(pd.MultiIndex.from_arrays([panel.tickers[panel.ticker_code], panel.dates]))


def test_rows_outside_of_the_matrix_are_refused():
    panel = random_windows()
    with pytest.raises(ValueError, match=r"period of a row of a panel is from 5 to 29. Received: 4 to 28"):
        dataclasses.replace(panel, period=panel.period - 1)
    with pytest.raises(ValueError, match=r"ticker of a row of a panel is from 0 to 3. Received: 1 to 4"):
        dataclasses.replace(panel, ticker_code=panel.ticker_code + 1)
    with pytest.raises(ValueError, match=r"30 periods, 3 tickers"):
        dataclasses.replace(panel, tickers=panel.tickers[:3])


def test_bounds_are_those_of_the_training_rows_alone():
    clip = WinsoriseParameters(lower=0.1, upper=0.9, first_lag=0, last_lag=3, fitted_on="train")
    panel = random_windows()
    training = np.asarray(panel.dates < "2020-05-01")
    bounds = fit_clipping(panel, training, clip)
    table = panel.table({})[training]
    assert bounds == {lag: np.quantile(table[lag], [0.1, 0.9]).tolist() for lag in ("0", "1", "2", "3")}
    later = panel.periods >= "2020-05-01"
    other = dataclasses.replace(
        panel,
        past=np.where(later[:, None], 9.0, panel.past),
        future=np.where(training, panel.future, 9.0),
    )
    assert fit_clipping(other, training, clip) == bounds
    everything = dataclasses.replace(clip, fitted_on="all")
    assert fit_clipping(other, training, everything) != fit_clipping(panel, training, everything)
    assert fit_clipping(panel, training, None) == {}


@pytest.mark.parametrize("order", ["oldest_first", "newest_first"])
@pytest.mark.parametrize("most", [128, 1000, 2**20])
def test_the_deviation_of_all_windows_is_that_of_numpy_to_the_bit(monkeypatch, order, most):
    monkeypatch.setattr(moments, "MOST_AT_ONCE", most)
    panel = random_windows(periods=120, tickers=40, lags=20, order=order)
    assert deviation_of_windows(panel, BOUNDS) == panel.columns(panel.lag_columns, BOUNDS).std()
    assert np.isnan(deviation_of_windows(panel.take(np.arange(0)), {}))


@given(st.integers(0, 3000), st.integers(8, 300))
def test_a_sum_in_pieces_is_that_of_numpy_to_the_bit(length, most):
    numbers = np.random.default_rng(length).normal(size=length)
    pieces = []

    def values(start, stop):
        pieces.append(stop - start)
        return numbers[start:stop]

    # NumPy adds up to 128 numbers in one go: smaller pieces are other sums.
    assert summed(values, 0, length, max(most, 128)) == numbers.sum()
    assert max(pieces) <= max(most, 128)
