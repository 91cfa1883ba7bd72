"""A GRU over the words of a text, in one direction or in both, and a score of what it counts."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras
from rnn_trading.models.counted import Counted, counted_score, set_counted
from rnn_trading.models.ordinal import ordinal_forecast
from rnn_trading.models.parameters import TextNetworkParameters
from rnn_trading.models.text_layers import (
    beside_each_other,
    embedded,
    mean_of_words,
    set_vectors,
    states_of,
)

INPUT = "Words"


def build_text_network(
    architecture: TextNetworkParameters,
    tokens: int | None,
    ids: int,
    vectors: NDArray[np.float32] | None = None,
    log_odds: Sequence[float] = (),
    counted: Counted | None = None,
    share: float = 0.5,
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
    counted
        What is counted; None for an architecture that counts nothing.
    share
        Of label 1 in the training rows, where a network with ``zero_start`` begins.

    Returns
    -------
    keras.Model
        Input ``Words`` int32 ``(batch, tokens)``, 0 for padding; output float32 ``(batch, 1)``: the probability of
        label 1; or ``(batch, thresholds)``: those of lying above each threshold of an ordered label.

    Raises
    ------
    ValueError
        If pretrained embeddings are asked for and not given for every id, or what is counted is asked for and not
        given.
    """
    if (counted is None) != (architecture.counted is None):
        raise ValueError(
            f"What is counted: expected {'none' if architecture.counted is None else 'words and pairs'}, by "
            f"model.counted. Received: {'none' if counted is None else f'{len(counted.pairs):,} pairs'}."
        )
    words = keras.Input((None if architecture.mask_padding else tokens,), name=INPUT, dtype="int32")
    features = _features(architecture, words, ids, vectors)
    score = None if counted is None else counted_score(words, counted)
    if log_odds:
        probability = ordinal_forecast(features, log_odds, zero=architecture.zero_start, further=score)
    else:
        probability = _probability(features, share if architecture.zero_start else None, score)
    return set_counted(set_vectors(keras.Model([words], probability, name="TextGRU"), vectors), counted)


def _features(architecture: TextNetworkParameters, words: Any, ids: int, vectors: NDArray[np.float32] | None) -> Any:
    """What is made of the words in their order, ``(batch, features)``."""
    steps = embedded(  # (batch, tokens, dimensions)
        words, architecture.embeddings, architecture.dimensions, ids, architecture.mask_padding, vectors
    )
    if architecture.embedding_dropout:
        steps = keras.layers.SpatialDropout1D(architecture.embedding_dropout, name="EmbeddingDropout")(steps)
    made = states_of(  # each (batch, units), in both directions (batch, 2 units)
        steps,
        architecture.units,
        architecture.states,
        architecture.bidirectional,
        dropout=architecture.input_dropout,
        recurrent_dropout=architecture.recurrent_dropout,
        reset_after=architecture.reset_after,
    )
    features = beside_each_other([*made, *([mean_of_words(steps)] if architecture.words_mean else [])])
    return keras.layers.Dropout(architecture.dropout, name="Dropout")(features) if architecture.dropout else features


def _probability(features: Any, start: float | None, score: Any) -> Any:
    """The probability of label 1; its log-odds are those of the features, and a further score if there is one."""
    begins = {} if start is None else {"kernel_initializer": "zeros", "bias_initializer": _log_odds(start)}
    if score is None:
        return keras.layers.Dense(1, activation="sigmoid", name="Probability", **begins)(features)
    own = keras.layers.Dense(1, name="LogOdds", **begins)(features)
    return keras.layers.Activation("sigmoid", name="Probability")(keras.layers.Add(name="Together")([own, score]))


def _log_odds(share: float) -> keras.initializers.Initializer:
    return keras.initializers.Constant(math.log(share / (1 - share)))
