"""What both text networks are made of: embedded words, recurrent states, and what is made of the states."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras
from rnn_trading.models.parameters import pooled

States = Literal["last", "mean", "max", "attention"]
# Layer of the pretrained vectors where there are learned ones beside them.
VECTORS = "Vectors"


def embedding(
    embeddings: Literal["learned", "pretrained"],
    dimensions: int | None,
    ids: int,
    masked: bool,
    vectors: NDArray[np.float32] | None,
    name: str = "Embedding",
) -> keras.layers.Embedding:
    """The embedding of words; pretrained vectors are put into it by :func:`set_vectors`.

    Parameters
    ----------
    embeddings, dimensions
        As in :class:`rnn_trading.models.parameters.TextNetworkParameters`.
    ids
        Number of ids, 0 being the padding.
    masked
        Whether padded steps are left out by the layers behind it.
    vectors
        Pretrained, float32 ``(ids, dimensions)``; None for learned ones.
    name
        Of the layer.

    Raises
    ------
    ValueError
        If pretrained embeddings are asked for and not given for every id, or given and not asked for.
    """
    learned = embeddings == "learned"
    if (vectors is None) != learned or (vectors is not None and len(vectors) != ids):
        raise ValueError(
            f"{'No vectors' if learned else f'A vector for each of the {ids:,} ids'} expected for "
            f"{embeddings} embeddings. Received: {'none' if vectors is None else f'{len(vectors):,}'}."
        )
    return keras.layers.Embedding(
        ids,
        dimensions if vectors is None else vectors.shape[1],
        trainable=learned,
        mask_zero=masked,
        name=name,
    )


def embedded(
    words: Any,
    embeddings: Literal["learned", "pretrained", "both"],
    dimensions: int | None,
    ids: int,
    masked: bool,
    vectors: NDArray[np.float32] | None,
) -> Any:
    """Words as vectors, ``(batch, tokens, features)``: learned, pretrained, or both beside each other.

    Parameters
    ----------
    words
        Ids, ``(batch, tokens)``.
    embeddings, dimensions, ids, masked, vectors
        See :func:`embedding`.
    """
    if embeddings != "both":
        return embedding(embeddings, dimensions, ids, masked, vectors)(words)
    own = embedding("learned", dimensions, ids, masked, None)(words)
    given = embedding("pretrained", None, ids, masked, vectors, name=VECTORS)(words)
    return keras.layers.Concatenate(name="Embeddings")([own, given])


def set_vectors(model: keras.Model, vectors: NDArray[np.float32] | None) -> keras.Model:
    """Put pretrained vectors, if there are any, into the embedding of a network, and return the network."""
    if vectors is not None:
        name = VECTORS if any(layer.name == VECTORS for layer in model.layers) else "Embedding"
        # Not by an initializer: that would be saved, number by number, in the model's configuration.
        model.get_layer(name).set_weights([vectors])
    return model


def states_of(
    steps: Any, units: int, states: States | tuple[States, ...], bidirectional: bool, **options: Any
) -> list[Any]:
    """What a GRU, in one direction or in both, makes of a text.

    Parameters
    ----------
    steps
        ``(batch, tokens, features)``, with the mask of the embedding if it has one.
    units
        In each direction.
    states
        ``last``: of each direction, after all of its words; ``mean`` over the words; ``max``: see
        :class:`MaxPooling`; ``attention``: see :class:`AttentionPooling`; or several of the three latter.
    bidirectional
        Whether a second GRU reads from the last word to the first (Schuster and Paliwal, 1997).
    options
        Further arguments of `keras.layers.GRU`.

    Returns
    -------
    list of Tensor
        For each of the states, ``(batch, units)``, or ``(batch, 2 units)`` in both directions.
    """
    layer = keras.layers.GRU(units, return_sequences=states != "last", name="GRU", **options)
    if bidirectional:
        layer = keras.layers.Bidirectional(layer, name="BidirectionalGRU")
    found = layer(steps)
    return [found] if states == "last" else [POOLING[each]()(found) for each in pooled(states)]


def beside_each_other(features: list[Any]) -> Any:
    """Several vectors of a text as one, ``(batch, features)``."""
    return keras.layers.Concatenate(name="Features")(features) if features[1:] else features[0]


def mean_of_words(steps: Any) -> Any:
    """The mean of the embedded words of a text, ``(batch, features)``."""
    return keras.layers.GlobalAveragePooling1D(name="MeanOfWords")(steps)


@keras.saving.register_keras_serializable("rnn_trading")
class AttentionPooling(keras.layers.Layer):
    """The mean of states, weighted by how much each says: additive attention with a learned question.

    A state h has the key ``tanh(W h + b)``, and the weight ``softmax(v . key)`` over the steps (Bahdanau, Cho and
    Bengio, 2015; with a learned vector v in the place of a decoder's state as in Yang and others, 2016, equations 5 to
    7). A masked step has the weight 0. With as many keys as features F the layer has ``F (F + 1) + F`` weights.

    `keras.layers.AdditiveAttention` compares two inputs, and has neither W nor v of its own.

    Call arguments
    --------------
    inputs
        float32, ``(batch, steps, features)``.
    mask
        Boolean, ``(batch, steps)``, optional. If all steps of a row are masked, they count alike.

    Examples
    --------
    The weights begin where all states count nearly alike; of two steps the second is padding here:

    >>> states = np.array([[[1.0, 2.0], [9.0, 9.0]]], dtype=np.float32)
    >>> pooled = AttentionPooling()(states, mask=np.array([[True, False]]))
    >>> np.asarray(pooled).tolist()
    [[1.0, 2.0]]
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the layers of keys and of their scores."""
        features = input_shape[-1]
        self.keys = keras.layers.Dense(features, activation="tanh", name="Keys", dtype=self.dtype_policy)
        self.scores = keras.layers.Dense(1, use_bias=False, name="Scores", dtype=self.dtype_policy)
        self.keys.build(input_shape)
        self.scores.build(input_shape)

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The weighted mean, ``(batch, features)``."""
        return keras.ops.sum(self.weights_of(inputs, mask) * inputs, axis=1)

    def weights_of(self, inputs: Any, mask: Any = None) -> Any:
        """The weight of each step, ``(batch, steps, 1)``; they sum to 1."""
        scores = self.scores(self.keys(inputs))  # (batch, steps, 1)
        if mask is not None:
            scores = keras.ops.where(keras.ops.expand_dims(mask, -1), scores, _smallest(scores))
        return keras.ops.softmax(scores, axis=1)

    def get_config(self) -> dict[str, Any]:
        """What the layer is made again from: Keras' own way leaves out the name, which is among the options."""
        return {**super().get_config()}

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """Steps are gone, and their mask with them."""

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """``(batch, features)``."""
        return (input_shape[0], input_shape[-1])


@keras.saving.register_keras_serializable("rnn_trading")
class MaxPooling(keras.layers.Layer):
    """The largest value of each feature over the steps.

    `keras.layers.GlobalMaxPooling1D` takes no mask.

    Call arguments
    --------------
    inputs
        float32, ``(batch, steps, features)``.
    mask
        Boolean, ``(batch, steps)``, optional. If all steps of a row are masked, they count alike.

    Examples
    --------
    The second step is padding:

    >>> states = np.array([[[1.0, -2.0], [9.0, 9.0], [0.0, -1.0]]], dtype=np.float32)
    >>> np.asarray(MaxPooling()(states, mask=np.array([[True, False, True]]))).tolist()
    [[1.0, -1.0]]
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The largest values, ``(batch, features)``."""
        if mask is not None:
            mask = mask | ~keras.ops.any(mask, axis=1, keepdims=True)
            inputs = keras.ops.where(keras.ops.expand_dims(mask, -1), inputs, _smallest(inputs))
        return keras.ops.max(inputs, axis=1)

    def get_config(self) -> dict[str, Any]:
        """What the layer is made again from: Keras' own way leaves out the name, which is among the options."""
        return {**super().get_config()}

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """Steps are gone, and their mask with them."""

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """``(batch, features)``."""
        return (input_shape[0], input_shape[-1])


def _smallest(values: Any) -> float:
    return float(np.finfo(keras.backend.standardize_dtype(values.dtype)).min)


POOLING: dict[str, Callable[[], keras.layers.Layer]] = {
    "mean": lambda: keras.layers.GlobalAveragePooling1D(name="Mean"),
    "max": lambda: MaxPooling(name="Max"),
    "attention": lambda: AttentionPooling(name="Attention"),
}
