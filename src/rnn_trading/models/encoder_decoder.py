"""A network that reads a window and forecasts a whole path at once.

After Cho and others (2014) and Sutskever, Vinyals and Le (2014).

The encoder's last state is all that the decoder learns of the window. It is given to each step of the decoder, whose
states become one forecast a step. There is no teacher forcing: no step is told the true values of the steps before it,
in training as in forecasting, so that what is trained is what forecasts.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras, tf
from rnn_trading.models.free_run import concrete, in_parts
from rnn_trading.models.interface import Interface
from rnn_trading.models.lstm import FusedLSTM
from rnn_trading.models.parameters import EncoderDecoderParameters
from rnn_trading.models.sequence_network import INPUT
from rnn_trading.models.traced import traced

RECURRENT = {"lstm": FusedLSTM, "gru": keras.layers.GRU}


def build_encoder_decoder(architecture: EncoderDecoderParameters, interface: Interface) -> keras.Model:
    """Build the untrained network.

    Parameters
    ----------
    architecture
        See :class:`rnn_trading.models.parameters.EncoderDecoderParameters`.
    interface
        With a ``path``.

    Returns
    -------
    keras.Model
        Input ``Values`` float32 ``(batch, lags, series)``, oldest first, scaled, none missing; output float32
        ``(batch, path, series)``, scaled.

    Raises
    ------
    ValueError
        If the interface wants no path.
    """
    if interface.path is None:
        raise ValueError(
            "An encoder-decoder forecasts a path. Received: an interface without one. Use it in an experiment on paths."
        )
    recurrent, values = RECURRENT[architecture.layer], interface.symbolic()[INPUT]
    states = values
    for level, units in enumerate(architecture.units, start=1):
        sequences = level < len(architecture.units)
        states = recurrent(units, return_sequences=sequences, name=f"Encoder{level}")(states)
        if architecture.dropout:
            states = keras.layers.Dropout(architecture.dropout, name=f"Dropout{level}")(states)
    at_each_step = keras.layers.RepeatVector(interface.path, name="AtEachStep")(states)
    decoded = recurrent(architecture.decoder_units, return_sequences=True, name="Decoder")(at_each_step)
    path = interface.forecast(decoded)
    if architecture.forecasts == "changes":
        last = keras.layers.Cropping1D((values.shape[1] - 1, 0), name="LastValue")(values)
        path = keras.layers.Add(name="Path")([last, path])
    return keras.Model([values], path, name="EncoderDecoder")


def forecast_paths(model: keras.Model, windows: NDArray[np.floating]) -> NDArray[np.float64]:
    """Forecast the whole path after each window, at once.

    Parameters
    ----------
    model
        ``(batch, lags, series)`` to ``(batch, path, series)``, both scaled.
    windows
        ``(runs, lags, series)``, oldest value first, scaled.

    Returns
    -------
    numpy.ndarray
        float64, ``(runs, path, series)``, scaled.
    """

    def make(network: keras.Model) -> Any:
        @tf.function(jit_compile=False)
        def run(inputs: tf.Tensor) -> tf.Tensor:
            return network([inputs], training=False)

        return concrete(run, windows, tf.float32)

    with traced(model) as borrowed:
        return in_parts(borrowed.function(("paths", windows.shape[1:]), make), windows, tf.float32)
