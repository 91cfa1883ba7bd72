"""Runs that feed on their own forecasts."""

import keras
import numpy as np
import pytest

from rnn_trading.models.free_run import free_run, joint_free_run, stepwise_free_run
from rnn_trading.models.parameters import SequenceNetworkParameters
from rnn_trading.models.predicting import predict
from rnn_trading.models.sequence_network import build_sequence_network, build_stepwise_network
from rnn_trading.series.scaling import Scaling

LAGS = 6
WINDOWS = 1000 * np.exp(np.random.default_rng(0).normal(0, 0.01, (5, LAGS)).cumsum(axis=1))
SCALINGS = {
    "none": Scaling("none", 0.0, 1.0),
    "min_max": Scaling("none", 700.0, 640.0),
    "first_value": Scaling("first", 1.0, 1.0),
    "last_value": Scaling("last", 1.0, 0.01),
}


def architecture(lstm):
    return SequenceNetworkParameters(
        layer="lstm",
        units=(8,),
        input_dropout=0.0,
        recurrent_dropout=0.0,
        dropout=0.0,
        dense_units=(),
        dense_activation="relu",
        lstm=lstm,
    )


def lstm(stepwise=False):
    keras.utils.set_random_seed(3)
    fused = architecture("fused")
    return build_stepwise_network(fused) if stepwise else build_sequence_network(fused, LAGS)


@keras.saving.register_keras_serializable("tests")
class LastInput(keras.layers.Layer):
    def call(self, inputs):
        return inputs[:, -1]


@pytest.mark.parametrize("scaling", SCALINGS.values(), ids=SCALINGS.keys())
def test_a_network_that_returns_its_last_input_repeats_it_to_the_bit(scaling):
    values = keras.Input((LAGS, 1))
    forecasts = free_run(keras.Model([values], LastInput()(values)), WINDOWS, 12, scaling)
    np.testing.assert_array_equal(forecasts, np.repeat(WINDOWS[:, -1:], 12, axis=1))


def test_a_linear_network_follows_its_path_in_closed_form():
    """The last value times .9, again and again."""
    values = keras.Input((LAGS, 1))
    forecast = keras.layers.Dense(1, use_bias=False)(keras.layers.Flatten()(values))
    model = keras.Model([values], forecast)
    model.set_weights([np.eye(LAGS)[:, [-1]] * 0.9])
    expected = WINDOWS[:, -1:] * 0.9 ** np.arange(1, 9)
    np.testing.assert_allclose(free_run(model, WINDOWS, 8, SCALINGS["none"]), expected, rtol=1e-6)


@pytest.mark.parametrize("name", SCALINGS)
def test_it_equals_one_prediction_a_step(name):
    """The slow way: re-base each window as it rolls, predict, bring back to prices, roll on."""
    model, scaling = lstm(), SCALINGS[name]
    expected = np.empty((len(WINDOWS), 9))
    for run, start in enumerate(WINDOWS):
        window = start.copy()
        for step in range(9):
            base = {"none": 1.0, "first": window[0], "last": window[-1]}[scaling.base]
            inputs = ((window / base - scaling.offset) / scaling.size).astype(np.float32)
            scaled = predict(model, {"Values": inputs[None, :, None]})[0]
            expected[run, step] = (scaled * scaling.size + scaling.offset) * base
            window = np.append(window[1:], expected[run, step])
    # The network knows a value of 1000 points to a ten-thousandth of a point.
    np.testing.assert_allclose(free_run(model, WINDOWS, 9, scaling), expected, rtol=1e-6, atol=1e-4)


def test_several_series_follow_their_path_in_closed_form():
    """A linear network of the last row: the path is powers of its matrix."""
    matrix = np.array([[0.5, 0.2], [-0.3, 0.8]])
    values = keras.Input((LAGS, 2))
    last = LastInput()(values)
    model = keras.Model([values], keras.layers.Dense(2, use_bias=False)(last))
    model.set_weights([matrix])
    windows = np.random.default_rng(0).normal(size=(4, LAGS, 2))
    expected = np.stack([windows[:, -1] @ np.linalg.matrix_power(matrix, step) for step in range(1, 8)], axis=1)
    np.testing.assert_allclose(joint_free_run(model, windows, 7), expected, atol=1e-6)


def test_later_windows_do_not_change_earlier_runs():
    model = lstm()
    together = free_run(model, WINDOWS, 5, SCALINGS["first_value"])
    alone = free_run(model, WINDOWS[:1], 5, SCALINGS["first_value"])
    np.testing.assert_allclose(together[:1], alone, rtol=1e-7)


def test_a_first_value_of_zero_is_refused():
    windows = WINDOWS.copy()
    windows[3, 0] = 0
    with pytest.raises(ValueError, match="The first value of window 3 is zero"):
        free_run(lstm(), windows, 2, SCALINGS["first_value"])


def test_a_stepwise_run_equals_carried_states():
    """Read the warm-up, then one value at a time with the states handed on."""
    model = lstm(stepwise=True)
    warm_up = (WINDOWS - 1000) / 50
    carried = build_stepwise_network(
        architecture("keras"),
        readers=len(warm_up),
    )
    carried.set_weights(model.get_weights())
    forecast = carried([warm_up[:, :, None].astype(np.float32)])[:, -1:]
    expected = [forecast[:, 0, 0]]
    for _ in range(6):
        forecast = carried([forecast])
        expected.append(forecast[:, 0, 0])
    np.testing.assert_allclose(stepwise_free_run(model, warm_up, 7), np.transpose(expected), atol=1e-5)
