"""Builders of every network from windows of one or more series to their next values."""

from typing import Any

from rnn_trading.models.backend import keras
from rnn_trading.models.gates import ElmanCell, GatedGRUCell, GatedLSTMCell
from rnn_trading.models.lstm import FusedLSTM
from rnn_trading.models.parameters import SequenceNetworkParameters
from rnn_trading.models.skips import beside_input

INPUT = "Values"
# Of layers written out, the cell and the name.
CELLS: dict[str, tuple[type[keras.layers.Layer], str]] = {
    "rnn_by_gates": (ElmanCell, "RNN"),
    "lstm_by_gates": (GatedLSTMCell, "LSTM"),
    "gru_by_gates": (GatedGRUCell, "GRU"),
}


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
    return keras.Model([values], _head(architecture, _stack(architecture, values), series), name=name)


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
    states = _stack(architecture, values, every_step=True, stateful=readers is not None)
    return keras.Model([values], _head(architecture, states, 1), name="StepwiseNetwork")


def _stack(architecture: SequenceNetworkParameters, values: Any, every_step: bool = False, **options: Any) -> Any:
    states = keras.layers.Flatten(name="Window")(values) if architecture.layer == "dense" else values
    for level, units in enumerate(architecture.units, start=1):
        if architecture.skip and level > 1:
            states = beside_input(states, values, level)
        states = _layer(architecture, units, level, every_step or level < len(architecture.units), **options)(states)
        if architecture.dropout:
            states = keras.layers.Dropout(architecture.dropout, name=f"Dropout{level}")(states)
    return states


def _head(architecture: SequenceNetworkParameters, states: Any, series: int) -> Any:
    for level, units in enumerate(architecture.dense_units, start=1):
        states = keras.layers.Dense(units, activation=architecture.dense_activation, name=f"Hidden{level}")(states)
    return keras.layers.Dense(series, name="Forecast")(states)


def _layer(
    architecture: SequenceNetworkParameters, units: int, level: int, sequences: bool, **options: Any
) -> keras.layers.Layer:
    if architecture.layer == "dense":
        return keras.layers.Dense(units, activation=architecture.dense_activation, name=f"Dense{level}")
    options |= {"return_sequences": sequences}
    if architecture.layer in CELLS:
        cell, name = CELLS[architecture.layer]
        return keras.layers.RNN(cell(units, name=f"Cell{level}"), name=f"{name}{level}", **options)
    options |= {"dropout": architecture.input_dropout, "recurrent_dropout": architecture.recurrent_dropout}
    if architecture.layer == "rnn":
        return keras.layers.SimpleRNN(units, name=f"RNN{level}", **options)
    if architecture.layer == "gru":
        return keras.layers.GRU(units, name=f"GRU{level}", **options)
    lstm = FusedLSTM if architecture.lstm == "fused" else keras.layers.LSTM
    return lstm(units, name=f"LSTM{level}", **options)
