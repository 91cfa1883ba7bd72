"""A GRU over the words of a text."""

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras
from rnn_trading.models.parameters import TextNetworkParameters

INPUT = "Words"


def build_text_network(
    architecture: TextNetworkParameters, tokens: int | None, ids: int, vectors: NDArray[np.float32] | None = None
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

    Returns
    -------
    keras.Model
        Input ``Words`` int32 ``(batch, tokens)``, 0 for padding; output float32 ``(batch, 1)``: the probability of
        label 1.

    Raises
    ------
    ValueError
        If pretrained embeddings are asked for and not given for every id.
    """
    words = keras.Input((None if architecture.mask_padding else tokens,), name=INPUT, dtype="int32")
    states = _embedding(architecture, ids, vectors)(words)  # (batch, tokens, dimensions)
    if architecture.embedding_dropout:
        states = keras.layers.SpatialDropout1D(architecture.embedding_dropout, name="EmbeddingDropout")(states)
    state = keras.layers.GRU(  # (batch, units)
        architecture.units,
        dropout=architecture.input_dropout,
        recurrent_dropout=architecture.recurrent_dropout,
        reset_after=architecture.reset_after,
        name="GRU",
    )(states)
    probability = keras.layers.Dense(1, activation="sigmoid", name="Probability")(state)
    model = keras.Model([words], probability, name="TextGRU")
    if vectors is not None:
        # Not by an initializer: that would be saved, number by number, in the model's configuration.
        model.get_layer("Embedding").set_weights([vectors])
    return model


def _embedding(
    architecture: TextNetworkParameters, ids: int, vectors: NDArray[np.float32] | None
) -> keras.layers.Embedding:
    learned = architecture.embeddings == "learned"
    if (vectors is None) != learned or (vectors is not None and len(vectors) != ids):
        raise ValueError(
            f"{'No vectors' if learned else f'A vector for each of the {ids:,} ids'} expected for "
            f"{architecture.embeddings} embeddings. Received: {'none' if vectors is None else f'{len(vectors):,}'}."
        )
    return keras.layers.Embedding(
        ids,
        architecture.dimensions if vectors is None else vectors.shape[1],
        trainable=learned,
        mask_zero=architecture.mask_padding,
        name="Embedding",
    )
