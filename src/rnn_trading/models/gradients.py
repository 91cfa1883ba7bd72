"""How far back the gradient of a recurrent network reaches."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras, tf

ROWS_AT_ONCE = 512  # a window is a row for each unit


def last_states(model: keras.Model) -> keras.Model | None:
    """The part of a network up to the last output of its last recurrent layer.

    Parameters
    ----------
    model
        With one input.

    Returns
    -------
    keras.Model or None
        From the input to h_T, ``(batch, units)``, with the weights of the network; None if it has no recurrent layer
        of its own (one inside a wrapper is none).
    """
    recurrent = [layer for layer in model.layers if isinstance(layer, keras.layers.RNN)]
    if not recurrent:
        return None
    outputs = recurrent[-1].output
    return keras.Model(model.inputs, outputs[:, -1] if recurrent[-1].return_sequences else outputs)


def gradient_norms(states: keras.Model, windows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Norm of the derivative of the last states by each input, as Pascanu, Mikolov and Bengio (2013) study it.

    Of each window it is the Frobenius norm of the Jacobian d h_T / d x_(T-k): the root of the sum of squares over all
    units of h_T and all values of the step. Dropout is off.

    Parameters
    ----------
    states
        From windows to h_T; see :func:`last_states`.
    windows
        ``(windows, steps, series)``, oldest first, as the network takes them.

    Returns
    -------
    numpy.ndarray
        ``(windows, steps)``, by lag: column k is of the input k steps before the last. What is smaller than float32
        can hold is zero.

    Examples
    --------
    One unit whose state stays zero has the derivatives w u^k:

    >>> from rnn_trading.models.backend import keras
    >>> values = keras.Input((3, 1))
    >>> network = keras.Model([values], keras.layers.SimpleRNN(1)(values))
    >>> network.set_weights([np.full((1, 1), 2.0), np.full((1, 1), 0.5), np.zeros(1)])
    >>> gradient_norms(network, np.zeros((1, 3, 1), dtype=np.float32)).tolist()
    [[2.0, 1.0, 0.5]]
    """
    units = states.output_shape[-1]

    @tf.function(input_signature=[tf.TensorSpec((None, *windows.shape[1:]), tf.float32)])
    def jacobians(chunk: tf.Tensor) -> Any:
        """Each window once for every unit, so that one pass back gives the gradients of all units."""
        repeated = tf.repeat(chunk, units, axis=0)
        with tf.GradientTape() as tape:
            tape.watch(repeated)
            outputs = states([repeated], training=False)
        of_one_unit = tf.tile(tf.eye(units, dtype=outputs.dtype), (tf.shape(chunk)[0], 1))
        return tape.gradient(outputs, repeated, output_gradients=of_one_unit)

    at_once, norms = max(1, ROWS_AT_ONCE // units), []
    for first in range(0, len(windows), at_once):
        chunk = windows[first : first + at_once]
        # Squares in float64: in float32 those of small numbers vanish.
        gradients = jacobians(chunk).numpy().astype(np.float64).reshape(len(chunk), units, *windows.shape[1:])
        norms.append(np.sqrt((gradients**2).sum(axis=(1, 3)))[:, ::-1])
    return np.concatenate(norms)
