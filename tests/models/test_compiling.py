"""What the parameters of an optimizer become."""

import numpy as np
import pytest

import rnn_trading.models  # noqa: F401  quietens TensorFlow before it is imported
from rnn_trading.models.backend import keras
from rnn_trading.models.compiling import optimizer_of
from tests.helpers import TRAINING, changed


@pytest.mark.parametrize(("name", "rho"), [("adam", None), ("rmsprop", 0.9)])
def test_weights_decay_and_biases_do_not(name, rho):
    settings = changed(TRAINING.optimizer, name=name, rho=rho, learning_rate=0.1, weight_decay=0.5)
    layer = keras.layers.Dense(1, kernel_initializer="ones", bias_initializer="ones")
    layer.build((None, 2))
    optimizer = optimizer_of(changed(TRAINING, optimizer=settings))
    optimizer.build(layer.trainable_weights)
    # A gradient of zero moves nothing: what is left is the decay, the rate times its share.
    optimizer.apply([np.zeros((2, 1), np.float32), np.zeros(1, np.float32)], layer.trainable_weights)
    np.testing.assert_allclose(layer.kernel, 1 - 0.1 * 0.5, rtol=1e-6)
    np.testing.assert_array_equal(layer.bias, [1.0])


def test_without_decay_nothing_decays():
    assert optimizer_of(TRAINING).weight_decay is None
