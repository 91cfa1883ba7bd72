"""Pairs of neighbouring words: numbered, and counted.

A pair has one number: the id of its first word times the number of ids, plus the id of its second.
"""

from typing import Protocol

import numpy as np
import scipy
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


class Texts(Protocol):
    """Ids of texts, end to end; see :class:`rnn_trading.text.text.TokenSequences`."""

    @property
    def ids(self) -> NDArray[np.int32]:
        """All texts, one after the other, ``(tokens,)``."""

    @property
    def lengths(self) -> Numbers:
        """Tokens of each, ``(texts,)``."""


def pairs_in(texts: Texts, ids: int, reserved: int) -> tuple[Numbers, Numbers]:
    """Text and number of every pair of neighbours, in order; two int64 arrays, ``(pairs,)``.

    Parameters
    ----------
    texts
        Ids of words.
    ids
        Number of ids.
    reserved
        The first ids, which are no words: there is no pair with one of them.

    Examples
    --------
    >>> from rnn_trading.text.text import TokenSequences
    >>> texts = TokenSequences(np.array([2, 3, 1, 3, 2], dtype=np.int32), np.array([0, 3, 5]))
    >>> [each.tolist() for each in pairs_in(texts, ids=4, reserved=2)]
    [[0, 1], [11, 14]]
    """
    row, words = np.repeat(np.arange(len(texts.lengths)), texts.lengths), texts.ids.astype(np.int64)
    both = (words[:-1] >= reserved) & (words[1:] >= reserved) & (row[:-1] == row[1:])
    return row[:-1][both], (words[:-1] * ids + words[1:])[both]


def once_a_text(row: Numbers, values: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Distinct values, rising; and text and place among them of every value, once a text.

    Examples
    --------
    >>> [each.tolist() for each in once_a_text(np.array([0, 0, 1]), np.array([7, 7, 5]))]
    [[5, 7], [0, 1], [1, 0]]
    """
    distinct, places = np.unique(values, return_inverse=True)
    size = max(1, len(distinct))
    once = np.unique(row * size + places)
    return distinct, once // size, once % size


def frequent_pairs(texts: Texts, ids: int, reserved: int, fewest_texts: int) -> Numbers:
    """Numbers of the pairs that stand in at least so many texts, rising, ``(pairs,)``; see :func:`pairs_in`."""
    distinct, _, places = once_a_text(*pairs_in(texts, ids, reserved))
    return distinct[np.bincount(places, minlength=len(distinct)) >= fewest_texts]


def pair_counts(texts: Texts, ids: int, reserved: int, pairs: Numbers) -> "scipy.sparse.csr_array":
    """How often some pairs stand in each text: sparse float64, ``(texts, pairs)``.

    Parameters
    ----------
    texts, ids, reserved
        See :func:`pairs_in`.
    pairs
        Their numbers, rising.

    Examples
    --------
    >>> from rnn_trading.text.text import TokenSequences
    >>> texts = TokenSequences(np.array([2, 3, 2, 3, 3, 2], dtype=np.int32), np.array([0, 4, 6]))
    >>> pair_counts(texts, ids=4, reserved=2, pairs=np.array([11, 15])).toarray().tolist()
    [[2.0, 0.0], [0.0, 0.0]]
    """
    row, numbers = pairs_in(texts, ids, reserved)
    known = np.isin(numbers, pairs)
    at = np.searchsorted(pairs, numbers[known])
    shape = (len(texts.lengths), len(pairs))
    matrix = scipy.sparse.coo_array((np.ones(len(at)), (row[known], at)), shape=shape).tocsr()
    matrix.sum_duplicates()
    return matrix


def leanings(of_all: NDArray[np.float64], of_high: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much more often words stand in texts with a high label, by naive Bayes (Wang and Manning, 2012).

    Parameters
    ----------
    of_all, of_high
        In how many texts, and in how many with a high label, each word or pair stands, ``(words,)``.

    Returns
    -------
    numpy.ndarray
        The logarithm of a word's share among all that texts with a high label hold, over that among the others, each
        with one text more; 0 for what stands in no text.

    Examples
    --------
    Of three texts, word 0 stands in the two with a high label, word 1 in the other, and word 2 in none.

    >>> leanings(np.array([2.0, 1.0, 0.0]), np.array([2.0, 0.0, 0.0])).round(3).tolist()
    [0.811, -0.981, 0.0]
    """
    there = of_all > 0
    high, others = ((each + 1) / max(1.0, (each + 1)[there].sum()) for each in (of_high, of_all - of_high))
    return np.where(there, np.log(high) - np.log(others), 0.0)
