"""Two stacked LSTMs over past returns, with a ticker embedding and the calendar month."""

import logging

import numpy as np

from rnn_trading.models.backend import keras
from rnn_trading.models.lstm import FusedLSTM
from rnn_trading.models.parameters import StackedLstmParameters
from rnn_trading.models.skips import beside_input

logger = logging.getLogger(__name__)

EMBEDDING = "TickerEmbedding"


def average_embedding(model: keras.Model, code: int) -> None:
    """Give a code that no training row has, and whose embedding is therefore untrained, the mean of all others.

    A network of the user's own that has no layer ``TickerEmbedding`` stays as it is, and a warning says so.
    """
    if EMBEDDING not in [layer.name for layer in model.layers]:
        logger.warning(
            "The network has no layer %s: what it makes of tickers without a training row was not trained", EMBEDDING
        )
        return
    layer = model.get_layer(EMBEDDING)
    (weights,) = layer.get_weights()
    weights[code] = np.delete(weights, code, axis=0).mean(axis=0)
    layer.set_weights([weights])


def build_stacked_lstm(
    architecture: StackedLstmParameters,
    lags: int | None,
    tickers: int,
    returns_scale: float = 1.0,
    target_scale: float = 1.0,
) -> keras.Model:
    """Build the untrained model.

    Parameters
    ----------
    architecture
        See :class:`rnn_trading.models.parameters.StackedLstmParameters`.
    lags
        Past returns in a row.
    tickers
        Number of ticker codes.
    returns_scale, target_scale
        Standard deviations of past returns and of the target in the training rows, used by ``standardise``.
        They become constants of the model, which takes and gives plain returns in any case.

    Returns
    -------
    keras.Model
        Inputs ``Returns`` float32 ``(batch, lags, 1)``, ``Tickers`` int32 ``(batch, 1)``, ``Months`` float32
        ``(batch, 12)``; output float32 ``(batch, 1)``. No input may be missing.
    """
    returns = keras.Input((lags, 1), name="Returns")
    codes = keras.Input((1,), name="Tickers", dtype="int32")
    months = keras.Input((12,), name="Months")
    layer = FusedLSTM if architecture.lstm == "fused" else keras.layers.LSTM
    values = returns
    if architecture.standardise:
        values = keras.layers.Rescaling(1 / returns_scale, name="Standardised")(returns)
    states = values
    for level, units in enumerate(architecture.lstm_units, start=1):
        if architecture.skip and level > 1:
            states = beside_input(states, values, level)
        states = layer(  # (batch, lags, units), the last (batch, units)
            units,
            dropout=architecture.dropout,
            recurrent_dropout=architecture.recurrent_dropout,
            return_sequences=level < len(architecture.lstm_units),
            name=f"LSTM{level}",
        )(states)
    embedding = keras.layers.Embedding(tickers, architecture.embedding, name=EMBEDDING)(codes)
    joined = keras.layers.Concatenate(name="Joined")(
        [states, keras.layers.Flatten(name="Ticker")(embedding), months]
    )  # (batch, units + embedding + 12)
    if architecture.batch_normalisation:
        joined = keras.layers.BatchNormalization(name="BatchNormalization")(joined)
    hidden = keras.layers.Dense(architecture.dense_units, activation=architecture.dense_activation, name="Hidden")(
        joined
    )
    prediction = keras.layers.Dense(1, activation=architecture.output, name="Prediction")(hidden)
    if architecture.standardise and architecture.output == "linear":
        prediction = keras.layers.Rescaling(target_scale, name="Return")(prediction)
    return keras.Model([returns, codes, months], prediction, name="StackedLSTM")
