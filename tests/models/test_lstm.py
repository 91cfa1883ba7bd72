"""The fused layer is `keras.layers.LSTM`, computed another way: same outputs, gradients, weights, saved form."""

import numpy as np
import pytest

import rnn_trading.models  # noqa: F401  quietens TensorFlow before it is imported

keras = pytest.importorskip("keras")
import tensorflow as tf  # noqa: E402

from rnn_trading.models.lstm import FusedLSTM  # noqa: E402


def pair(**options):
    """The fused layer and Keras' with the same weights, and an input (batch, timesteps, feature)."""
    keras.utils.set_random_seed(0)
    sequences = tf.random.normal((6, 12, 4))
    fused, plain = FusedLSTM(8, **options), keras.layers.LSTM(8, **options)
    fused(sequences), plain(sequences)
    # Non-zero biases, so that a gate in the wrong place shows.
    weights = [weight + 0.3 * np.random.default_rng(1).normal(size=weight.shape) for weight in plain.get_weights()]
    fused.set_weights(weights), plain.set_weights(weights)
    return fused, plain, sequences


def outputs_and_gradients(layer, sequences, **call):
    with tf.GradientTape() as tape:
        tape.watch(sequences)
        outputs = layer(sequences, **call)
        loss = sum(tf.reduce_sum(tf.sin(output)) for output in tf.nest.flatten(outputs))
    return tf.nest.flatten(outputs), tape.gradient(loss, [sequences, *layer.trainable_variables])


@pytest.mark.parametrize("options", [{}, {"return_sequences": True}, {"return_state": True}], ids=str)
def test_outputs_and_gradients_equal_keras(options):
    fused, plain, sequences = pair(**options)
    assert fused._kernel_applies(None)
    for ours, theirs in zip(*(outputs_and_gradients(layer, sequences) for layer in (fused, plain)), strict=True):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)


def test_initial_state_is_used():
    fused, plain, sequences = pair()
    state = [tf.ones((6, 8)), -tf.ones((6, 8))]
    np.testing.assert_allclose(fused(sequences, initial_state=state), plain(sequences, initial_state=state), atol=1e-5)


@pytest.mark.parametrize(
    "options",
    [{"recurrent_dropout": 0.3}, {"activation": "relu"}, {"go_backwards": True}, {"use_bias": False}],
    ids=str,
)
def test_what_the_kernel_cannot_do_falls_back_to_keras(options):
    fused, plain, sequences = pair(**options)
    assert not fused._kernel_applies(None)
    np.testing.assert_allclose(fused(sequences), plain(sequences), atol=1e-6)


def test_a_mask_falls_back_to_keras():
    fused, plain, sequences = pair()
    mask = tf.constant(np.arange(12)[None, :] < np.arange(1, 7)[:, None])
    np.testing.assert_allclose(fused(sequences, mask=mask), plain(sequences, mask=mask), atol=1e-6)
    assert not np.allclose(fused(sequences, mask=mask), fused(sequences))


def test_dropout_in_training_only():
    fused, _, sequences = pair(dropout=0.5)
    still = [fused(sequences, training=False).numpy() for _ in range(2)]
    np.testing.assert_array_equal(*still)
    moved = [fused(sequences, training=True).numpy() for _ in range(2)]
    assert not np.allclose(moved[0], moved[1])
    # Inverted dropout keeps the expected input: the mean over many masks is near the still output.
    mean = np.mean([fused(sequences, training=True).numpy() for _ in range(400)], axis=0)
    assert np.abs(mean - still[0]).mean() < 0.1
