"""A GRU over the words of a text, in one direction or in both."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras
from rnn_trading.models.ordinal import ordinal_forecast
from rnn_trading.models.parameters import TextNetworkParameters
from rnn_trading.models.text_layers import embedding, set_vectors, states_of

INPUT = "Words"


def build_text_network(
    architecture: TextNetworkParameters,
    tokens: int | None,
    ids: int,
    vectors: NDArray[np.float32] | None = None,
    log_odds: Sequence[float] = (),
) -> keras.Model:
    """Build the untrained network.

    Parameters
    ----------
    architecture
        See :class:`rnn_trading.models.parameters.TextNetworkParameters`.
    tokens
        Words in a text; where padding is masked, texts of any number of words are taken.
    ids
        Number of ids, 0 being the padding.
    vectors
        Pretrained embeddings, float32 ``(ids, dimensions)``.
    log_odds
        Of an ordered label; see :class:`rnn_trading.models.interface.Interface`. Empty: the label is 0 or 1.

    Returns
    -------
    keras.Model
        Input ``Words`` int32 ``(batch, tokens)``, 0 for padding; output float32 ``(batch, 1)``: the probability of
        label 1; or ``(batch, thresholds)``: those of lying above each threshold of an ordered label.

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
    state = states_of(  # (batch, units), in both directions (batch, 2 units)
        steps,
        architecture.units,
        architecture.states,
        architecture.bidirectional,
        dropout=architecture.input_dropout,
        recurrent_dropout=architecture.recurrent_dropout,
        reset_after=architecture.reset_after,
    )
    if log_odds:
        probability = ordinal_forecast(state, log_odds)
    else:
        probability = keras.layers.Dense(1, activation="sigmoid", name="Probability")(state)
    return set_vectors(keras.Model([words], probability, name="TextGRU"), vectors)
