"""Norms of gradients by lag, against products of Jacobians written down by hand."""

import numpy as np
import pytest

from rnn_trading.models.backend import keras, tf
from rnn_trading.models.gradients import gradient_norms, last_states
from rnn_trading.models.lstm import FusedLSTM

STEPS, SERIES, UNITS = 12, 2, 5


@pytest.fixture
def windows():
    return np.random.default_rng(0).normal(size=(4, STEPS, SERIES)).astype(np.float32)


def network(layer, **further):
    """A network whose weights are its own, so that no bias is zero."""
    values = keras.Input((STEPS, SERIES))
    model = keras.Model(values, keras.layers.Dense(1)(keras.layers.Dropout(0.5)(layer(UNITS, **further)(values))))
    generator = np.random.default_rng(1)
    model.set_weights([generator.normal(0, 0.5, weight.shape) for weight in model.get_weights()])
    return model


def slow_norms(kernel, recurrent, bias, window):
    """Of a simple RNN: d h_T / d x_(T-k) is the product of diag(1 - h^2) U^T over the steps after, times that of W."""
    states = [np.zeros(len(bias))]
    for values in window:
        states.append(np.tanh(values @ kernel + states[-1] @ recurrent + bias))
    norms, product = [], np.eye(len(bias))
    for state in states[:0:-1]:
        slope = np.diag(1 - state**2)
        norms.append(np.linalg.norm(product @ slope @ kernel.T))
        product = product @ slope @ recurrent.T
    return norms


def test_a_simple_rnn_has_the_product_of_jacobians(windows):
    model = network(keras.layers.SimpleRNN)
    weights = [weight.astype(np.float64) for weight in model.get_weights()[:3]]
    expected = [slow_norms(*weights, window) for window in windows]
    np.testing.assert_allclose(gradient_norms(last_states(model), windows), expected, rtol=1e-5)


def test_one_linear_unit_has_powers_of_its_weight(windows):
    """A unit that halves its state: w u^k, 3 at lag 0, 1.5 at lag 1; two series give the root of 3^2 + 4^2."""
    values = keras.Input((STEPS, SERIES))
    model = keras.Model(values, keras.layers.SimpleRNN(1, activation="linear")(values))
    model.set_weights([np.array([[3.0], [4.0]]), np.array([[0.5]]), np.array([0.1])])
    expected = 5 * 0.5 ** np.arange(STEPS)
    np.testing.assert_allclose(gradient_norms(last_states(model), windows), [expected] * 4, rtol=1e-6)


@pytest.mark.parametrize("layer", [FusedLSTM, keras.layers.GRU])
def test_other_cells_have_the_jacobian_of_tensorflow(layer, windows):
    states = last_states(network(layer))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(inputs := tf.constant(windows))
        outputs = states([inputs])
    # Of shape (windows, units, steps, series).
    jacobian = tape.batch_jacobian(outputs, inputs, experimental_use_pfor=False).numpy()
    expected = np.linalg.norm(jacobian, axis=(1, 3))[:, ::-1]
    np.testing.assert_allclose(gradient_norms(states, windows), expected, rtol=1e-4, atol=1e-7)


def test_windows_in_parts_are_the_same(windows, monkeypatch):
    states = last_states(network(keras.layers.SimpleRNN))
    whole = gradient_norms(states, windows)
    monkeypatch.setattr("rnn_trading.models.gradients.ROWS_AT_ONCE", 3 * UNITS)
    np.testing.assert_allclose(gradient_norms(states, windows), whole, rtol=1e-5)


def test_the_last_output_of_the_last_recurrent_layer_is_taken(windows):
    values = keras.Input((STEPS, SERIES))
    lower = keras.layers.GRU(3, return_sequences=True)(values)
    upper = keras.layers.SimpleRNN(UNITS, return_sequences=True)(lower)
    model = keras.Model(values, keras.layers.Dense(1)(keras.layers.GlobalAveragePooling1D()(upper)))
    states = last_states(model)
    expected = keras.Model(values, upper)(windows)[:, -1]
    np.testing.assert_array_equal(states([windows]), expected)
    dense = keras.Model(values, keras.layers.Dense(1)(keras.layers.Flatten()(values)))
    assert last_states(dense) is None
