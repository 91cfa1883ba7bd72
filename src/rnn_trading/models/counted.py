"""Words and pairs of words that a network counts, beside those that it reads in order.

The wide part of a wide and deep network (Cheng and others, 2016): one learned weight for each word and for each pair of
neighbouring words. Each is multiplied by what naive Bayes says of it, the logarithm of how much more often it stands in
texts with a high label (Wang and Manning, 2012), so that a few passes over the texts are enough.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras
from rnn_trading.models.batches import Sequences
from rnn_trading.models.parameters import CountedParameters
from rnn_trading.text.pairs import leanings, once_a_text, pairs_in


@dataclass(frozen=True)
class Counted:
    """Which words and pairs are counted, and what is known of them.

    Attributes
    ----------
    pairs
        int64, ``(pairs,)``, rising: first id times the number of ids, plus second id.
    rarity
        float32, ``(ids + pairs,)``, of words by id, then of pairs: the logarithm of how rare a text with it is; 0 for
        what is not counted.
    leaning
        float32, ``(ids + pairs,)``: the logarithm of its share among all that texts with a high label hold, over that
        of the others.
    scale
        Of the score.
    """

    pairs: NDArray[np.int64]
    rarity: NDArray[np.float32]
    leaning: NDArray[np.float32]
    scale: float

    def arrays(self) -> list[NDArray[Any]]:
        """All numbers."""
        return [self.pairs, self.rarity, self.leaning, np.array(self.scale)]


def fit_counted(
    texts: Sequences, high: NDArray[np.bool_], ids: int, reserved: int, fewest_texts: int, scale: float
) -> Counted:
    """Choose the pairs, and measure words and pairs, on training texts.

    Parameters
    ----------
    texts
        What the network sees of them, ``(texts,)``.
    high
        Whether the label of each is high, ``(texts,)``.
    ids
        Number of ids, of which the first ``reserved`` are no words.
    reserved
        They are not counted, nor are pairs with them.
    fewest_texts
        Pairs that stand in fewer texts are not counted.
    scale
        See :class:`Counted`.

    Examples
    --------
    Ids 2 and 3 are words. Their pair stands in both good texts, and in no bad one.

    >>> from rnn_trading.text.text import TokenSequences
    >>> texts = TokenSequences(np.array([2, 3, 2, 3, 3, 2], dtype=np.int32), np.array([0, 2, 4, 6]))
    >>> counted = fit_counted(texts, np.array([True, True, False]), 4, 2, fewest_texts=2, scale=1.0)
    >>> counted.pairs.tolist(), counted.rarity.astype(float).round(3).tolist()
    ([11], [0.0, 0.0, 1.0, 1.0, 1.288])
    >>> counted.leaning.astype(float).round(3).tolist()
    [0.0, 0.0, -0.182, -0.182, 0.511]
    """
    pairs, in_pairs, high_pairs = _texts_with(*pairs_in(texts, ids, reserved), high)
    row = np.repeat(np.arange(len(texts.lengths)), texts.lengths)
    word = texts.ids >= reserved
    words, in_words, high_words = _texts_with(row[word], texts.ids[word].astype(np.int64), high)
    kept = in_pairs >= fewest_texts
    of_all, of_high = np.zeros((2, ids + int(kept.sum())))
    of_all[words], of_high[words] = in_words, high_words
    of_all[ids:], of_high[ids:] = in_pairs[kept], high_pairs[kept]
    there = of_all > 0
    rarity = np.log((1 + len(high)) / (1 + of_all)) + 1
    rarity, leaning = np.where(there, rarity, 0.0), leanings(of_all, of_high)
    return Counted(pairs[kept], rarity.astype(np.float32), leaning.astype(np.float32), scale)


def counted_by(
    settings: CountedParameters | None, texts: Sequences, label: NDArray[np.float64], ids: int, reserved: int
) -> Counted | None:
    """What a network counts, by training texts whose label is above the mean of all, or not; None: it counts nothing.

    Parameters
    ----------
    settings
        Of the architecture.
    texts, ids, reserved
        See :func:`fit_counted`.
    label
        Of each text, ``(texts,)``.
    """
    if settings is None:
        return None
    return fit_counted(texts, label > label.mean(), ids, reserved, settings.fewest_texts, settings.scale)


def _texts_with(
    row: NDArray[np.int64], values: NDArray[np.int64], high: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Distinct values, rising; in how many texts each stands, and in how many with a high label."""
    distinct, texts, places = once_a_text(row, values)
    number = np.bincount(places, minlength=len(distinct))
    of_high = np.bincount(places, weights=high[texts].astype(np.float64), minlength=len(distinct))
    return distinct, number.astype(np.int64), of_high.astype(np.float64)


@keras.saving.register_keras_serializable("rnn_trading")
class CountedWords(keras.layers.Layer):
    """The score of the words and pairs that stand in a text, however often: linear, one weight for each.

    ``scale * sum(w * leaning * rarity) / norm(rarity)`` over the distinct words and pairs of a text. The weights w
    begin at zero. Pairs, rarity and leaning are constants of the model, put into it by :func:`set_counted`.

    Parameters
    ----------
    ids, pairs
        Their numbers.
    scale
        See :class:`Counted`.

    Call arguments
    --------------
    words
        int32, ``(batch, tokens)``, 0 for padding, which counts for nothing.
    """

    def __init__(self, ids: int, pairs: int, scale: float, **options: Any) -> None:
        # Sums of squares over a long text are too large for half precision.
        super().__init__(**{"dtype": "float32"} | options)
        self.ids, self.pairs, self.scale = ids, pairs, scale

    def build(self, _: Any) -> None:
        """Make the weights, and room for the constants."""
        size = (self.ids + self.pairs,)
        self.weight = self.add_weight(shape=size, initializer="zeros", name="weight")
        self.keys = self.add_weight(
            shape=(self.pairs,), initializer="zeros", dtype="int64", trainable=False, name="keys"
        )
        self.rarity, self.leaning = (
            self.add_weight(shape=size, initializer="zeros", trainable=False, name=name)
            for name in ("rarity", "leaning")
        )

    def call(self, words: Any) -> Any:
        """The score, ``(batch, 1)``."""
        ops = keras.ops
        words = ops.cast(words, "int64")
        found = ops.sort(ops.concatenate([words, self._pairs_of(words)], axis=1), axis=1)
        first = ops.concatenate([found[:, :1] > 0, found[:, 1:] != found[:, :-1]], axis=1)
        rarity = ops.take(self.rarity, found) * ops.cast(first, self.rarity.dtype)
        score = ops.sum(ops.take(self.weight * self.leaning, found) * rarity, axis=1, keepdims=True)
        length = ops.sqrt(ops.sum(ops.square(rarity), axis=1, keepdims=True))
        return self.scale * ops.divide_no_nan(score, length)

    def _pairs_of(self, words: Any) -> Any:
        """Places of the pairs of each text among the weights, 0 for those that are not counted."""
        ops = keras.ops
        if not self.pairs:
            return words[:, :0]
        keys = ops.reshape(words[:, :-1] * self.ids + words[:, 1:], (-1,))
        at = ops.minimum(ops.searchsorted(self.keys, keys), self.pairs - 1)
        known = ops.equal(ops.take(self.keys, at), keys)
        places = ops.where(known, ops.cast(at, "int64") + self.ids, 0)
        return ops.reshape(places, ops.shape(words[:, :-1]))

    def get_config(self) -> dict[str, Any]:
        """What the layer is made again from."""
        return super().get_config() | {"ids": self.ids, "pairs": self.pairs, "scale": self.scale}

    def compute_mask(self, words: Any, mask: Any = None) -> None:
        """A score has no steps."""

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """``(batch, 1)``."""
        return (input_shape[0], 1)


LAYER = "Counted"


def counted_score(words: Any, counted: Counted) -> Any:
    """The score of a text by what is counted, ``(batch, 1)``."""
    ids = len(counted.rarity) - len(counted.pairs)
    return CountedWords(ids, len(counted.pairs), counted.scale, name=LAYER)(words)


def set_counted(model: keras.Model, counted: Counted | None) -> keras.Model:
    """Put the constants of what is counted, if anything is, into a network, and return the network."""
    if counted is not None:
        layer = model.get_layer(LAYER)
        constants = (layer.keys, counted.pairs), (layer.rarity, counted.rarity), (layer.leaning, counted.leaning)
        for weight, values in constants:
            weight.assign(values)
    return model
