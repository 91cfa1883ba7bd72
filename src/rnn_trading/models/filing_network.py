"""A GRU over the words of a long document, in both directions or in one, to one number."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras
from rnn_trading.models.counted import Counted, counted_score, set_counted
from rnn_trading.models.parameters import FilingNetworkParameters
from rnn_trading.models.text_layers import beside_each_other, embedded, mean_of_words, set_vectors, states_of

INPUT, CHANGES = "Words", "Changes"


def build_filing_network(
    architecture: FilingNetworkParameters,
    tokens: int | None,
    ids: int,
    target: tuple[float, float] = (0.0, 1.0),
    name: str = "FilingGRU",
    vectors: NDArray[np.float32] | None = None,
    changes: int = 0,
    counted: Counted | None = None,
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
    changes
        Of an architecture with ``changes``, the number of ids that say of a word what is new, 0 being the padding.
    counted
        What is counted beside; None: nothing.

    Returns
    -------
    keras.Model
        Input ``Words`` int32 ``(batch, tokens)``, 0 for padding; with ``changes`` also ``Changes``, of the same shape:
        what is said of each word, see :func:`rnn_trading.filings.changes.changes_of`. Output float32 ``(batch, 1)``.

    Raises
    ------
    ValueError
        If pretrained embeddings are asked for and not given for every id.
    """
    steps, inputs = _steps(architecture, tokens, ids, vectors, changes)
    steps = keras.layers.BatchNormalization(momentum=architecture.momentum, name="NormalisedWords")(steps)
    made = states_of(steps, architecture.units, architecture.states, architecture.bidirectional)
    states = beside_each_other([*made, *([mean_of_words(steps)] if architecture.words_mean else [])])
    states = keras.layers.BatchNormalization(momentum=architecture.momentum, name="NormalisedStates")(states)
    states = keras.layers.Dropout(architecture.dropout, name="Dropout")(states)
    hidden = keras.layers.Dense(architecture.dense_units, activation=architecture.dense_activation, name="Hidden")
    begins = {"kernel_initializer": "zeros"} if architecture.zero_start else {}
    forecast = keras.layers.Dense(1, name="Forecast", **begins)(hidden(states))
    if counted is not None:
        forecast = keras.layers.Add(name="Together")([forecast, counted_score(inputs[0], counted)])
    if architecture.standardise:
        mean, deviation = target
        forecast = keras.layers.Rescaling(deviation, offset=mean, name="Return")(forecast)
    return set_counted(set_vectors(keras.Model(inputs, forecast, name=name), vectors), counted)


def _steps(
    architecture: FilingNetworkParameters,
    tokens: int | None,
    ids: int,
    vectors: NDArray[np.float32] | None,
    changes: int,
) -> tuple[Any, list[Any]]:
    """The embedded words, ``(batch, tokens, dimensions)``, and the inputs that they are made of."""
    masked, length = architecture.mask_padding, None if architecture.mask_padding else tokens
    inputs = [keras.Input((length,), name=INPUT, dtype="int32")]
    steps = embedded(inputs[0], architecture.embeddings, architecture.dimensions, ids, masked, vectors)
    if architecture.changes:
        inputs.append(keras.Input((length,), name=CHANGES, dtype="int32"))
        # It begins where a word counts the same, new or not.
        factor = keras.layers.Embedding(
            changes, steps.shape[-1], embeddings_initializer="ones", mask_zero=masked, name="ChangeFactors"
        )
        steps = keras.layers.Multiply(name="WordsByChange")([steps, factor(inputs[1])])
    if architecture.embedding_dropout:
        steps = keras.layers.SpatialDropout1D(architecture.embedding_dropout, name="EmbeddingDropout")(steps)
    return steps, inputs
