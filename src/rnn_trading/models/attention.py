"""How much each word of a text weighs in a network that pools its states by attention."""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_trading.models.backend import keras
from rnn_trading.models.text_layers import AttentionPooling

Side = Literal["front", "back"]
WORDS = "Words"


def attention_weights(
    model: keras.Model, words: ArrayLike, padding: Side = "back", **beside: ArrayLike
) -> NDArray[np.float64]:
    """The weight of every word of one text, as attention sees it.

    Of an average of networks the mean of their weights. A weight says what the network looks at, and not which way it
    pushes the forecast.

    Parameters
    ----------
    model
        A network with :class:`rnn_trading.models.text_layers.AttentionPooling`, or an average of such networks.
    words
        Ids of the words that the network sees, int ``(words,)``, at least one, without padding.
    padding
        Where a network of a fixed length has its padding, as in ``reading.padding``.
    beside
        Further inputs by name, int ``(words,)``, of a network that has them.

    Returns
    -------
    numpy.ndarray
        float64, ``(words,)``; they sum to 1, or to less where padding has attention, too.

    Raises
    ------
    ValueError
        If the network has no attention, or ``words`` are no row of ids.

    Examples
    --------
    Before it is trained, attention to states that are all alike is the same for every word.

    >>> inputs = keras.Input((None,), name="Words", dtype="int32")
    >>> steps = keras.layers.Embedding(4, 2, embeddings_initializer="zeros")(inputs)
    >>> network = keras.Model(inputs, AttentionPooling()(steps))
    >>> attention_weights(network, [1, 2, 3, 1]).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    rows = {name: np.asarray(ids, dtype=np.int32) for name, ids in {WORDS: words, **beside}.items()}
    for name, ids in rows.items():
        if ids.ndim != 1 or not ids.size:
            raise ValueError(f"Attention: expected one row of ids for {name}. Received: the shape {ids.shape}.")
    found = [_weights_of(network, layer, rows, padding) for network, layer in _attention_in(model)]
    if not found:
        raise ValueError(
            f"Attention: expected a network with model.states=attention. Received: {model.name}, whose layers are "
            f"{', '.join(layer.name for layer in model.layers)}."
        )
    return np.mean(found, axis=0)


def has_attention(model: keras.Model) -> bool:
    """Whether a network, or one of an average, pools states by attention."""
    return bool(_attention_in(model))


def _attention_in(model: Any) -> list[tuple[keras.Model, AttentionPooling]]:
    """Layers of attention, each with the network that it stands in."""
    own = [(model, layer) for layer in model.layers if isinstance(layer, AttentionPooling)]
    return own + [each for layer in model.layers if hasattr(layer, "layers") for each in _attention_in(layer)]


def _weights_of(
    network: keras.Model, layer: AttentionPooling, rows: dict[str, NDArray[np.int32]], padding: Side
) -> NDArray[np.float64]:
    given = layer.input if isinstance(layer.input, list) else [layer.input]  # beside the states a mask, if there is one
    inputs = [_at_length(rows[each.name], each.shape[1], padding)[None] for each in network.inputs]
    states = keras.Model(network.inputs, given[0])(inputs)
    weights = np.asarray(layer.weights_of(states), dtype=np.float64)[0, :, 0]
    words = len(rows[WORDS])
    return weights[-words:] if padding == "front" else weights[:words]


def _at_length(ids: NDArray[np.int32], length: int | None, padding: Side) -> NDArray[np.int32]:
    """Ids of a text, filled up with zeros where the network has a fixed length."""
    missing = 0 if length is None else length - len(ids)
    return np.pad(ids, (missing, 0) if padding == "front" else (0, missing))
