"""A recurrent network that starts from a simple forecast and learns what it lacks.

The last layer begins with zeros: the untrained network forecasts the start, in single precision, and training leaves
it only where that pays.
"""

import math
from typing import Any

from rnn_trading.models.backend import keras
from rnn_trading.models.interface import Interface
from rnn_trading.models.lstm import FusedLSTM
from rnn_trading.models.parameters import ResidualNetworkParameters

CHANNELS, KNOWN, START = "Channels", "Known", "Start"
RECURRENT = {"lstm": FusedLSTM, "gru": keras.layers.GRU}
INITIAL = {"zeros": "zeros", "drawn": "glorot_uniform"}


def build_residual_network(architecture: ResidualNetworkParameters, interface: Interface) -> keras.Model:
    """Build the untrained network.

    Parameters
    ----------
    architecture
        See :class:`rnn_trading.models.parameters.ResidualNetworkParameters`.
    interface
        With the inputs ``Channels`` ``(lags, channels)``, oldest first; ``Start``, of the shape of a forecast; and, if
        anything is known of what is forecast, ``Known`` ``(features,)``, which stands beside every step.

    Returns
    -------
    keras.Model
        These inputs, float32, none missing; output float32 of the shape of the start. A path is forecast at once, by
        one unit a step.
    """
    inputs = interface.symbolic()
    states = inputs[CHANNELS]
    if KNOWN in inputs:
        known = keras.layers.RepeatVector(states.shape[1], name="AtEachStep")(inputs[KNOWN])
        states = keras.layers.Concatenate(name="Seen")([states, known])
    for level, units in enumerate(architecture.units, start=1):
        sequences = level < len(architecture.units)
        name = f"{architecture.layer.upper()}{level}"
        states = RECURRENT[architecture.layer](units, return_sequences=sequences, name=name)(states)
    if architecture.dropout:
        states = keras.layers.Dropout(architecture.dropout, name="Dropout")(states)
    return keras.Model([*inputs.values()], _corrected(architecture, states, inputs[START]), name="ResidualNetwork")


def _corrected(architecture: ResidualNetworkParameters, states: Any, start: Any) -> Any:
    """The start, and what the last layer makes of it."""
    shape = start.shape[1:]
    last = keras.layers.Dense(math.prod(shape), kernel_initializer=INITIAL[architecture.last_layer], name="Correction")(
        states
    )
    correction = keras.layers.Reshape(shape, name="OfTheForecast")(last)
    if architecture.link == "multiply":
        factor = keras.layers.Activation("exponential", name="Factor")(correction)
        return keras.layers.Multiply(name="Forecast")([start, factor])
    return keras.layers.Add(name="Forecast")([start, correction])
