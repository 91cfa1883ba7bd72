"""The echo state network: beside a slow loop, in any units, and on a series that no line forecasts."""

import numpy as np
import pytest

from rnn_trading.skill.rivals.fitting import fit_rivals
from rnn_trading.skill.rivals.reservoir import (
    LEAK,
    SPECTRAL_RADIUS,
    UNITS,
    last_states,
    own_units,
    smallest_deviation,
    weights,
)
from rnn_trading.skill.rivals.series import LEVEL, KnownSeries, echo_state_network, recursive

LAGS = 12


def rows(series):
    windows = np.lib.stride_tricks.sliding_window_view(series, LAGS + 1)
    return windows[:, :-1], windows[:, -1]


def known(series, positive=False):
    return KnownSeries(series[:600], rows(series[:600]), rows(series[600 - LAGS : 800]), positive)


def henon(points):
    """The map of Henon (1976), x = 1 - 1.4 x'^2 + 0.3 x'', which has almost no linear memory."""
    series = np.zeros(points + 100)
    for step in range(2, len(series)):
        series[step] = 1 - 1.4 * series[step - 1] ** 2 + 0.3 * series[step - 2]
    return series[100:]


def test_states_equal_those_of_a_loop_over_windows_steps_and_units():
    windows = np.random.default_rng(0).normal(size=(3, 7))
    recurrent, of_input, biases = weights()
    for window, expected in zip(windows, last_states(windows), strict=True):
        states = [0.0] * UNITS
        for value in window:
            drive = [
                sum(recurrent[unit][other] * states[other] for other in range(UNITS))
                + of_input[unit] * value
                + biases[unit]
                for unit in range(UNITS)
            ]
            states = [(1 - LEAK) * state + LEAK * np.tanh(each) for state, each in zip(states, drive, strict=True)]
        np.testing.assert_allclose(states, expected, rtol=1e-10)


def test_what_lies_far_back_is_forgotten():
    """The property that gives the network its name: two pasts, one end."""
    windows = np.random.default_rng(1).normal(size=(2, 400))
    windows[1, 100:] = windows[0, 100:]
    early, late = (last_states(windows[:, :steps]) for steps in (100, 400))
    assert SPECTRAL_RADIUS < 1
    assert np.abs(early[0] - early[1]).max() > 0.1
    assert np.abs(late[0] - late[1]).max() < 1e-6


def test_a_nonlinear_map_is_forecast_where_lines_fail():
    series = henon(1200)
    test = rows(series[800 - LAGS :])
    fits = fit_rivals(LEVEL, known(series))
    r2 = {name: 1 - ((fit(test[0]) - test[1]) ** 2).mean() / test[1].var() for name, fit in fits.items()}
    assert r2["echo_state_network"] > 0.9
    assert max(value for name, value in r2.items() if name != "echo_state_network") < 0.4


def test_units_and_level_do_not_matter():
    series = henon(900)
    windows = rows(series[800:])[0]
    plain, changed = echo_state_network(known(series)), echo_state_network(known(5000 + 200 * series))
    np.testing.assert_allclose(changed(5000 + 200 * windows), 5000 + 200 * plain(windows), rtol=1e-6)
    assert np.array_equal(plain(windows), echo_state_network(known(series))(windows))  # nothing is drawn anew


def test_a_wave_is_carried_on():
    wave = np.sin(2 * np.pi * np.arange(900) / 40)
    runs = recursive(echo_state_network(known(wave)), rows(wave[800:])[0][:1], 80)
    np.testing.assert_allclose(runs[0], wave[812:892], atol=0.02)


def test_a_volatility_stays_above_zero():
    absolute = np.abs(np.random.default_rng(2).normal(size=900))
    collapse = 1e-6 * absolute[800 : 800 + LAGS][None]
    plain, positive = (echo_state_network(known(absolute, each))(collapse) for each in (False, True))
    lowest = 0.1 * absolute[LAGS:600].mean()
    assert plain[0] < lowest
    assert positive[0] == pytest.approx(lowest)


def test_windows_that_do_not_move_are_forecast_as_they_are():
    series = np.random.default_rng(3).normal(100, 1, 900)
    series[200:260] = 100.0
    dead = np.full((1, LAGS), 97.0)
    smallest = smallest_deviation(rows(series[:600])[0])
    assert 0.005 < smallest < 0.01
    assert own_units(dead, smallest)[1].tolist() == [smallest]
    assert echo_state_network(known(series))(dead)[0] == pytest.approx(97, abs=1)
    assert smallest_deviation(dead) == 1.0
