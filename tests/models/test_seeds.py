"""What a seed reaches: initial weights and dropout of any network, whatever other threads draw."""

import logging
import random
import threading
from contextlib import contextmanager

import numpy as np
import pytest

from rnn_trading.models.backend import keras
from rnn_trading.models.gates import GatedLSTMCell
from rnn_trading.models.predicting import predict
from rnn_trading.models.seeds import seed_network
from rnn_trading.models.training import train
from tests.helpers import TRAINING
from tests.processes import PATIENCE, in_threads


def every_kind():
    """A network with layers that draw in every way that is known: at once, together, in cells, wrappers and copies."""
    values, words = keras.Input((5, 2), name="Values"), keras.Input((7,), name="Words", dtype="int32")
    states = keras.layers.Embedding(11, 4)(words)
    states = keras.layers.Bidirectional(keras.layers.GRU(3, dropout=0.2, return_sequences=True))(states)
    attended = keras.layers.MultiHeadAttention(2, 4)(states, states)
    gates = keras.layers.RNN(GatedLSTMCell(4))(values)
    convolved = keras.layers.GlobalMaxPooling1D()(keras.layers.SeparableConv1D(3, 2)(values))
    joined = keras.layers.Concatenate()([keras.layers.GlobalAveragePooling1D()(attended), gates, convolved])
    head = keras.Sequential([keras.Input((joined.shape[-1],)), keras.layers.Dropout(0.3), keras.layers.Dense(2)])
    return keras.Model([values, words], keras.layers.Dense(1)(Noisy()(head(joined))))


class Noisy(keras.layers.Layer):
    """Keeps what draws in a list."""

    def __init__(self):
        super().__init__()
        self.drawing = [keras.random.SeedGenerator()]

    def call(self, values, training=False):
        return keras.random.dropout(values, 0.1, seed=self.drawing[0]) if training else values


def state_of(model):
    return [variable.numpy().tolist() for variable in model.variables]


def seeded(build, seed):
    model = build()
    seed_network(model, seed)
    return model


def test_every_weight_and_every_dropout_is_of_the_seed(caplog):
    one, same, other = (seeded(every_kind, seed) for seed in (1, 1, 2))
    assert state_of(one) == state_of(same)
    for first, second in zip(one.variables, other.variables, strict=True):
        drawn = "kernel" in first.path or "embeddings" in first.path or "seed_generator" in first.path
        assert np.array_equal(first, second) != drawn, first.path
    assert len({tuple(np.ravel(weight)) for weight in one.get_weights() if np.ptp(weight)}) > 10  # none like another
    assert caplog.text == ""


def test_the_cell_by_gates_draws_all_gates_together():
    (layer,) = [each for each in seeded(every_kind, 1).layers if isinstance(getattr(each, "cell", None), GatedLSTMCell)]
    recurrent = np.hstack([getattr(layer.cell, f"recurrent_kernel_{g}") for g in ("input", "forget", "cell", "output")])
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(4), atol=1e-5)


def test_what_a_builder_set_stays_and_is_named_where_it_is_trained(caplog):
    vectors = np.random.default_rng(0).normal(size=(11, 4)).astype(np.float32)

    def build(trainable):
        words = keras.Input((7,), dtype="int32")
        embedding = keras.layers.Embedding(11, 4, name="Given", trainable=trainable)
        fixed = keras.layers.Dense(3, kernel_initializer=keras.initializers.GlorotUniform(7), name="Fixed")
        model = keras.Model(words, fixed(keras.layers.Flatten()(embedding(words))))
        embedding.set_weights([vectors])
        return model

    with caplog.at_level(logging.WARNING):
        frozen, other = (seeded(lambda: build(trainable=False), seed) for seed in (1, 2))
        assert caplog.text == ""
        seeded(lambda: build(trainable=True), 1)
    np.testing.assert_array_equal(frozen.get_layer("Given").get_weights()[0], vectors)
    assert state_of(frozen) == state_of(other)  # whoever gives a layer a seed has it
    assert "the seed does not reach the weights Given/embeddings: the builder set them, or" in caplog.text


@contextmanager
def noise():
    """A thread that draws from the global generators, and seeds them, all the time."""
    stop = threading.Event()

    def draw():
        number = 0
        while not stop.wait(1e-4):  # so that it leaves the training some time
            number += 1
            random.seed(number)
            np.random.seed(number)  # noqa: NPY002  the global generator is what this is about
            random.random(), np.random.random()  # noqa: NPY002

    thread = threading.Thread(target=draw, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def fit():
    """A short training on rows in drawn order."""
    generator = np.random.default_rng(0)
    inputs = {
        "Values": generator.normal(size=(50, 5, 2)).astype(np.float32),
        "Words": generator.integers(0, 11, (50, 7)).astype(np.int32),
    }
    rows = inputs, generator.normal(size=50).astype(np.float32)
    result = train(every_kind, rows, rows, TRAINING, "seeds")
    return result.history, predict(result.model, inputs).tolist(), state_of(result.model)


@pytest.mark.traced
def test_weights_are_equal_to_the_bit_alone_beside_noise_and_in_threads():
    alone = fit()
    with noise():
        assert fit() == alone
    assert in_threads([fit, fit]) == [alone, alone]
