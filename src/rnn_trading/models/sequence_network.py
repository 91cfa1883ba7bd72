"""Builders of every network from windows of one or more series to their next values."""

from typing import Any

from rnn_trading.models.backend import keras
from rnn_trading.models.gates import GatedLSTMCell
from rnn_trading.models.lstm import FusedLSTM
from rnn_trading.models.parameters import SequenceNetworkParameters

INPUT = "Values"


def build_sequence_network(
    architecture: SequenceNetworkParameters, lags: int | None, series: int = 1, name: str = "SequenceNetwork"
) -> keras.Model:
    """Build the untrained network.

    Parameters
    ----------
    architecture
        See :class:`rnn_trading.models.parameters.SequenceNetworkParameters`.
    lags, series
        Steps in a window; values in a step.
    name
        Name of the network.

    Returns
    -------
    keras.Model
        Input ``Values`` float32 ``(batch, lags, series)``, oldest first, scaled, none missing; output float32
        ``(batch, series)``, scaled.
    """
    values = keras.Input((lags, series), name=INPUT)
    states = keras.layers.Flatten(name="Window")(values) if architecture.layer == "dense" else values
    for level, units in enumerate(architecture.units, start=1):
        states = _layer(architecture, units, level, level < len(architecture.units))(states)
        if architecture.dropout:
            states = keras.layers.Dropout(architecture.dropout, name=f"Dropout{level}")(states)
    return keras.Model([values], _head(architecture, states, series), name=name)


def build_stepwise_network(
    architecture: SequenceNetworkParameters, steps: int | None = None, readers: int | None = None
) -> keras.Model:
    """Build the untrained network that forecasts at every step of a sequence.

    Parameters
    ----------
    architecture
        As above; a recurrent layer.
    steps, readers
        Shape of a batch. With ``readers`` the network is stateful: row i of a batch goes on where row i of the
        batch before ended, until its states are reset.

    Returns
    -------
    keras.Model
        Input ``Values`` float32 ``(batch, steps, 1)``; output float32 ``(batch, steps, 1)``: the forecast made
        after each step. The weights do not depend on ``steps`` and ``readers``.

    Raises
    ------
    ValueError
        If the layer is not recurrent.
    """
    if architecture.layer == "dense":
        raise ValueError("A network that carries a state needs a recurrent layer. Received: model.layer=dense.")
    values = keras.Input((steps, 1), batch_size=readers, name=INPUT)
    states = values
    for level, units in enumerate(architecture.units, start=1):
        states = _layer(architecture, units, level, True, stateful=readers is not None)(states)
        if architecture.dropout:
            states = keras.layers.Dropout(architecture.dropout, name=f"Dropout{level}")(states)
    return keras.Model([values], _head(architecture, states, 1), name="StepwiseNetwork")


def _head(architecture: SequenceNetworkParameters, states: Any, series: int) -> Any:
    for level, units in enumerate(architecture.dense_units, start=1):
        states = keras.layers.Dense(units, activation=architecture.dense_activation, name=f"Hidden{level}")(states)
    return keras.layers.Dense(series, name="Forecast")(states)


def _layer(
    architecture: SequenceNetworkParameters, units: int, level: int, sequences: bool, **options: Any
) -> keras.layers.Layer:
    if architecture.layer == "dense":
        return keras.layers.Dense(units, activation=architecture.dense_activation, name=f"Dense{level}")
    if architecture.layer == "lstm_by_gates":
        cell = GatedLSTMCell(units, name=f"Cell{level}")
        return keras.layers.RNN(cell, return_sequences=sequences, name=f"LSTM{level}", **options)
    options |= {"dropout": architecture.input_dropout, "recurrent_dropout": architecture.recurrent_dropout}
    if architecture.layer == "gru":
        return keras.layers.GRU(units, return_sequences=sequences, name=f"GRU{level}", **options)
    lstm = FusedLSTM if architecture.lstm == "fused" else keras.layers.LSTM
    return lstm(units, return_sequences=sequences, name=f"LSTM{level}", **options)
