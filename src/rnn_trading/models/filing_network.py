"""A GRU over the words of a long document, in both directions or in one, to one number."""

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras
from rnn_trading.models.parameters import FilingNetworkParameters
from rnn_trading.models.text_layers import embedding, set_vectors, states_of

INPUT = "Words"


def build_filing_network(
    architecture: FilingNetworkParameters,
    tokens: int | None,
    ids: int,
    target: tuple[float, float] = (0.0, 1.0),
    name: str = "FilingGRU",
    vectors: NDArray[np.float32] | None = None,
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
    vectors
        Pretrained embeddings, float32 ``(ids, dimensions)``.

    Returns
    -------
    keras.Model
        Input ``Words`` int32 ``(batch, tokens)``, 0 for padding; output float32 ``(batch, 1)``.

    Raises
    ------
    ValueError
        If pretrained embeddings are asked for and not given for every id.
    """
    words = keras.Input((None if architecture.mask_padding else tokens,), name=INPUT, dtype="int32")
    layer = embedding(architecture.embeddings, architecture.dimensions, ids, architecture.mask_padding, vectors)
    steps = layer(words)  # (batch, tokens, dimensions)
    if architecture.embedding_dropout:
        steps = keras.layers.SpatialDropout1D(architecture.embedding_dropout, name="EmbeddingDropout")(steps)
    steps = keras.layers.BatchNormalization(momentum=architecture.momentum, name="NormalisedWords")(steps)
    states = states_of(steps, architecture.units, architecture.states, architecture.bidirectional)
    states = keras.layers.BatchNormalization(momentum=architecture.momentum, name="NormalisedStates")(states)
    states = keras.layers.Dropout(architecture.dropout, name="Dropout")(states)
    hidden = keras.layers.Dense(architecture.dense_units, activation=architecture.dense_activation, name="Hidden")
    forecast = keras.layers.Dense(1, name="Forecast")(hidden(states))
    if architecture.standardise:
        mean, deviation = target
        forecast = keras.layers.Rescaling(deviation, offset=mean, name="Return")(forecast)
    return set_vectors(keras.Model([words], forecast, name=name), vectors)
