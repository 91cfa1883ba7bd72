"""Cells written out equation by equation are Keras' layers."""

from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnn_trading.models.gates import ElmanCell, GatedGRUCell, GatedLSTMCell

UNITS, FEATURES, STEPS = 6, 3, 9


class Pair(NamedTuple):
    """A cell written out, the layer of Keras that it is, and the arguments of both."""

    cell: type
    plain: type
    arguments: dict[str, Any]


PAIRS = {
    "rnn": Pair(ElmanCell, keras.layers.SimpleRNN, {}),
    "gru": Pair(GatedGRUCell, keras.layers.GRU, {"reset_after": True}),
    "gru of 2014": Pair(GatedGRUCell, keras.layers.GRU, {"reset_after": False}),
    "lstm": Pair(GatedLSTMCell, keras.layers.LSTM, {}),
}


@pytest.fixture
def sequences():
    return tf.constant(np.random.default_rng(0).normal(size=(5, STEPS, FEATURES)), tf.float32)


@pytest.fixture(params=PAIRS.values(), ids=PAIRS.keys())
def pair(request):
    return request.param


def layers(pair, sequences, **options):
    """The cell under `keras.layers.RNN` and Keras' layer, with equal weights."""
    gated = keras.layers.RNN(pair.cell(UNITS, **pair.arguments), **options)
    plain = pair.plain(UNITS, **pair.arguments, **options)
    gated(sequences)
    plain(sequences)
    plain.set_weights([weights + 0.1 for weights in plain.get_weights()])  # no bias of zero hides a fault
    gated.set_weights(by_gate(pair, plain.get_weights()))
    return gated, plain


def by_gate(pair, weights):
    """Keras' arrays, gates side by side, as arrays a gate; a second row of biases goes last."""
    kernel, recurrent, bias = weights
    first, *second = bias if bias.ndim > 1 else [bias]
    blocks = [np.split(array, len(pair.cell.gates), axis=-1) for array in (kernel, recurrent, first)]
    ours = [block[gate] for gate in range(len(pair.cell.gates)) for block in blocks]
    return ours + [part for row in second for part in np.split(row, len(pair.cell.gates))]


@pytest.mark.parametrize("return_sequences", [False, True])
def test_outputs_are_equal(pair, sequences, return_sequences):
    gated, plain = layers(pair, sequences, return_sequences=return_sequences)
    np.testing.assert_allclose(gated(sequences), plain(sequences), atol=1e-5)


def test_gradients_are_equal(pair, sequences):
    gated, plain = layers(pair, sequences)

    def gradients(layer):
        with tf.GradientTape() as tape:
            tape.watch(sequences)
            loss = tf.reduce_sum(layer(sequences) ** 2)
        return tape.gradient(loss, [sequences, *[weight.value for weight in layer.trainable_weights]])

    ours, theirs = gradients(gated), gradients(plain)
    np.testing.assert_allclose(ours[0], theirs[0], atol=1e-5)
    for one, other in zip(ours[1:], by_gate(pair, [gradient.numpy() for gradient in theirs[1:]]), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_states_are_carried(pair, sequences):
    """Two halves with the states handed over are the whole."""
    gated, _ = layers(pair, sequences, return_state=True)
    whole, *_ = gated(sequences)
    _, *states = gated(sequences[:, :4])
    assert len(states) == pair.cell.states
    second, *_ = gated(sequences[:, 4:], initial_state=states)
    np.testing.assert_allclose(second, whole, atol=1e-6)


def test_the_first_weights_are_those_of_keras(pair):
    cell = pair.cell(50, **pair.arguments)
    cell.build((None, 30))
    recurrent = np.concatenate([getattr(cell, f"recurrent_kernel_{gate}").numpy() for gate in cell.gates], axis=1)
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(50), atol=1e-5)  # orthogonal over all gates
    biases = {weight.name: weight.numpy() for weight in cell.weights if "bias" in weight.name}
    assert all((bias == (name == "bias_forget")).all() for name, bias in biases.items())
    limit = np.sqrt(6 / (30 + 50 * len(cell.gates)))
    kernels = np.concatenate([getattr(cell, f"kernel_{gate}").numpy() for gate in cell.gates])
    assert 0.95 * limit < np.abs(kernels).max() <= limit


def test_it_is_rebuilt_from_its_configuration(pair, sequences, tmp_path):
    values = keras.Input((STEPS, FEATURES))
    model = keras.Model(values, keras.layers.RNN(pair.cell(UNITS, **pair.arguments))(values))
    model.save(tmp_path / "gated.keras")
    loaded = keras.saving.load_model(tmp_path / "gated.keras")
    np.testing.assert_array_equal(loaded(sequences), model(sequences))
