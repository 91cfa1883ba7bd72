"""A linear output under the loss of probabilities, the book's: what is clipped, by hand."""

import numpy as np
import pytest

from rnn_trading.models.backend import keras, tf
from rnn_trading.skill.losses import LOG_LOSS

TRUTH = np.array([[1.0], [0.0], [1.0], [0.0]], dtype=np.float32)
# Above 1 and right, below 0 and right, below 0 and wrong, inside.
FORECAST = np.array([[1.5], [-0.2], [-0.3], [0.4]], dtype=np.float32)


def test_the_loss_clips_what_is_no_probability_and_so_does_the_judge():
    loss = float(keras.losses.BinaryCrossentropy()(TRUTH, FORECAST))
    by_hand = -(2 * np.log(1 - 1e-7) + np.log(1e-7) + np.log(0.6)) / 4
    assert loss == pytest.approx(by_hand, rel=1e-6)
    assert LOG_LOSS.of(FORECAST[:, 0].astype(np.float64), TRUTH[:, 0]).mean() == pytest.approx(by_hand, rel=1e-6)


def test_only_what_is_inside_has_a_gradient():
    forecast = tf.Variable(FORECAST)
    with tf.GradientTape() as tape:
        loss = keras.losses.BinaryCrossentropy()(TRUTH, forecast)
    # d/df of -log(1 - f) / 4 at .4
    np.testing.assert_allclose(tape.gradient(loss, forecast).numpy()[:, 0], [0, 0, 0, 1 / (4 * 0.6)], rtol=1e-5)
