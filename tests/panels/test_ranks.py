"""Returns of a panel as ranks among the tickers of their period."""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from rnn_trading.panels.ranks import EVEN_DEVIATION, RankInputs, ranked, standard_ranks
from rnn_trading.panels.view import PanelWindows


def panel(past, rows=((0, 3), (1, 3))):
    past = np.asarray(past, dtype=float)
    places = np.array(rows, dtype=np.int32)
    return PanelWindows(
        past=past,
        tickers=pd.Index([f"T{k}" for k in range(past.shape[1])]),
        periods=pd.date_range("2020-01-05", periods=len(past), freq="W"),
        ticker_code=places[:, 0],
        period=places[:, 1],
        future=np.zeros(len(places)),
        lags=2,
        order="oldest_first",
        winsorise=None,
    )


def test_ranks_are_those_of_scipy_in_every_period():
    returns = np.random.default_rng(1).normal(size=(4, 50))
    returns[1, 3] = np.nan
    returns[2, :10] = 0.0  # ties
    found = ranked(panel(returns)).past
    for period, values in enumerate(returns):
        there = np.isfinite(values)
        expected = rankdata(values[there])
        np.testing.assert_allclose(
            found[period, there], (expected - (there.sum() + 1) / 2) / there.sum() / EVEN_DEVIATION
        )
        assert np.isnan(found[period, ~there]).all()


def test_many_even_ranks_have_a_deviation_of_one():
    assert abs(standard_ranks(np.arange(10_000.0)).std() - 1) < 1e-3
    assert standard_ranks(np.empty(0)).shape == (0,)


def test_ranks_of_a_period_know_no_other_one():
    returns = np.random.default_rng(2).normal(size=(4, 6))
    changed = returns.copy()
    changed[3] *= -1
    np.testing.assert_array_equal(ranked(panel(returns)).past[:3], ranked(panel(changed)).past[:3])


def test_inputs_are_put_together_for_the_rows_that_are_asked_for():
    returns = np.arange(8.0).reshape(4, 2)
    inputs = RankInputs(panel(returns), np.array([[0.5], [-0.5]], dtype=np.float32), np.array([0.1, 0.2], np.float32))
    taken = inputs.take(np.array([1]))
    assert {name: values.tolist() for name, values in taken.items()} == {
        "Channels": [[[3.0], [5.0]]],
        "Known": [[-0.5]],
        "Start": [[np.float32(0.2)]],
    }
    turned = RankInputs(replace(inputs.panel, order="newest_first"), inputs.known, inputs.start)
    np.testing.assert_array_equal(turned.take(np.array([1]))["Channels"], taken["Channels"])  # the oldest first
    without = RankInputs(panel(returns), np.empty((2, 0), np.float32), np.zeros(2, np.float32))
    assert set(without.take(np.arange(2))) == {"Channels", "Start"}


def test_later_periods_and_tickers_without_a_row_are_no_part_of_what_is_trained_on():
    returns = np.random.default_rng(3).normal(size=(5, 3))
    rows = [(0, 2), (1, 3)]
    changed = returns.copy()
    changed[3:, :] += 1
    changed[:, 2] += 1
    nothing = np.empty((2, 0), np.float32), np.zeros(2, np.float32)
    one, two = (RankInputs(panel(each, rows), *nothing) for each in (returns, changed))
    assert all(np.array_equal(a, b) for a, b in zip(one.arrays(), two.arrays(), strict=True))
    assert [*RankInputs(panel(returns, rows).take(np.arange(0)), nothing[0][:0], nothing[1][:0]).arrays()] == []
