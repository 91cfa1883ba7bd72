"""A bidirectional GRU over the words of a long document, to one number."""

from rnn_trading.models.backend import keras
from rnn_trading.models.parameters import FilingNetworkParameters

INPUT = "Words"


def build_filing_network(
    architecture: FilingNetworkParameters,
    tokens: int | None,
    ids: int,
    target: tuple[float, float] = (0.0, 1.0),
    name: str = "FilingGRU",
) -> keras.Model:
    """Build the untrained network.

    Parameters
    ----------
    architecture
        See :class:`rnn_trading.models.parameters.FilingNetworkParameters`.
    tokens
        Words in a document; where padding is masked, documents of any number of words are taken.
    ids
        Number of ids, 0 being the padding.
    target
        Mean and standard deviation of the target in the training rows, used by ``standardise``. They become constants
        of the model, which gives plain returns in any case.
    name
        Name of the network.

    Returns
    -------
    keras.Model
        Input ``Words`` int32 ``(batch, tokens)``, 0 for padding; output float32 ``(batch, 1)``.
    """
    words = keras.Input((None if architecture.mask_padding else tokens,), name=INPUT, dtype="int32")
    steps = keras.layers.Embedding(  # (batch, tokens, dimensions)
        ids, architecture.dimensions, mask_zero=architecture.mask_padding, name="Embedding"
    )(words)
    if architecture.embedding_dropout:
        steps = keras.layers.SpatialDropout1D(architecture.embedding_dropout, name="EmbeddingDropout")(steps)
    steps = keras.layers.BatchNormalization(momentum=architecture.momentum, name="NormalisedWords")(steps)
    of_every_step = architecture.states == "mean"
    gru = keras.layers.GRU(architecture.units, return_sequences=of_every_step, name="GRU")
    states = keras.layers.Bidirectional(gru, name="BidirectionalGRU")(steps)  # (batch[, tokens], 2 units)
    if of_every_step:
        states = keras.layers.GlobalAveragePooling1D(name="Mean")(states)
    states = keras.layers.BatchNormalization(momentum=architecture.momentum, name="NormalisedStates")(states)
    states = keras.layers.Dropout(architecture.dropout, name="Dropout")(states)
    hidden = keras.layers.Dense(architecture.dense_units, activation=architecture.dense_activation, name="Hidden")
    forecast = keras.layers.Dense(1, name="Forecast")(hidden(states))
    if architecture.standardise:
        mean, deviation = target
        forecast = keras.layers.Rescaling(deviation, offset=mean, name="Return")(forecast)
    return keras.Model([words], forecast, name=name)
