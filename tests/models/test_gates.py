"""The LSTM written out gate by gate is Keras' LSTM."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnn_trading.models.gates import GATES, GatedLSTMCell

UNITS, FEATURES, STEPS = 6, 3, 9


@pytest.fixture
def sequences():
    return tf.constant(np.random.default_rng(0).normal(size=(5, STEPS, FEATURES)), tf.float32)


def layers(sequences, **options):
    """The cell under `keras.layers.RNN` and Keras' LSTM, with equal weights."""
    gated = keras.layers.RNN(GatedLSTMCell(UNITS), **options)
    plain = keras.layers.LSTM(UNITS, **options)
    gated(sequences)
    plain(sequences)
    plain.set_weights([weights + 0.1 for weights in plain.get_weights()])  # no bias of zero hides a fault
    gated.set_weights(by_gate(plain.get_weights()))
    return gated, plain


def by_gate(weights):
    """Keras' three arrays, gates side by side in the order of :data:`GATES`, as three arrays a gate."""
    blocks = [np.split(array, len(GATES), axis=-1) for array in weights]
    return [block[gate] for gate in range(len(GATES)) for block in blocks]


@pytest.mark.parametrize("return_sequences", [False, True])
def test_outputs_are_equal(sequences, return_sequences):
    gated, plain = layers(sequences, return_sequences=return_sequences)
    np.testing.assert_allclose(gated(sequences), plain(sequences), atol=1e-5)


def test_gradients_are_equal(sequences):
    gated, plain = layers(sequences)

    def gradients(layer):
        with tf.GradientTape() as tape:
            tape.watch(sequences)
            loss = tf.reduce_sum(layer(sequences) ** 2)
        return tape.gradient(loss, [sequences, *[weight.value for weight in layer.trainable_weights]])

    ours, theirs = gradients(gated), gradients(plain)
    np.testing.assert_allclose(ours[0], theirs[0], atol=1e-5)
    for one, other in zip(ours[1:], by_gate([gradient.numpy() for gradient in theirs[1:]]), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_states_are_carried(sequences):
    """Two halves with the states handed over are the whole."""
    gated, _ = layers(sequences, return_state=True)
    whole, *_ = gated(sequences)
    _, *states = gated(sequences[:, :4])
    second, *_ = gated(sequences[:, 4:], initial_state=states)
    np.testing.assert_allclose(second, whole, atol=1e-6)


def test_the_first_weights_are_those_of_keras():
    cell = GatedLSTMCell(50)
    cell.build((None, 30))
    recurrent = np.concatenate([getattr(cell, f"recurrent_kernel_{gate}").numpy() for gate in GATES], axis=1)
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(50), atol=1e-5)  # orthogonal over all gates
    assert (cell.bias_forget.numpy() == 1).all()
    assert (cell.bias_input.numpy() == 0).all()
    limit = np.sqrt(6 / (30 + 200))
    kernels = np.concatenate([getattr(cell, f"kernel_{gate}").numpy() for gate in GATES])
    assert 0.95 * limit < np.abs(kernels).max() <= limit


def test_it_is_rebuilt_from_its_configuration(sequences, tmp_path):
    values = keras.Input((STEPS, FEATURES))
    model = keras.Model(values, keras.layers.RNN(GatedLSTMCell(UNITS))(values))
    model.save(tmp_path / "gated.keras")
    loaded = keras.saving.load_model(tmp_path / "gated.keras")
    np.testing.assert_array_equal(loaded(sequences), model(sequences))
