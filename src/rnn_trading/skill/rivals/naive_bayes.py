"""Weights of words by naive Bayes, for a linear model on them (Wang and Manning, 2012)."""

from typing import Any

import numpy as np
import scipy
from sklearn.base import BaseEstimator, TransformerMixin

from rnn_trading.skill.losses import Vector
from rnn_trading.text.pairs import leanings


class NaiveBayesWeights(TransformerMixin, BaseEstimator):
    """Whether a word stands in a text, times the logarithm of how much more of the positive texts' words it is.

    See :func:`rnn_trading.text.pairs.leanings`.

    Examples
    --------
    Word 0 stands in both positive texts, word 1 in the negative one.

    >>> import scipy
    >>> counts = scipy.sparse.csr_array(np.array([[2.0, 0], [1, 0], [0, 1]]))
    >>> weights = NaiveBayesWeights().fit(counts, np.array([1.0, 1.0, 0.0]))
    >>> weights.transform(counts).toarray().round(3).tolist()
    [[0.811, 0.0], [0.811, 0.0], [0.0, -0.981]]
    """

    def fit(self, counts: Any, label: Vector) -> "NaiveBayesWeights":
        """Measure the weights, ``(words,)``, on counts, sparse ``(texts, words)``, and labels, 0 or 1."""
        there = _present(counts)
        of_all, positive = (np.asarray(rows.sum(axis=0)).ravel() for rows in (there, there[label == 1]))
        self.weights_ = leanings(of_all, positive)
        return self

    def transform(self, counts: Any) -> "scipy.sparse.csr_array":
        """The weight of each word that stands in a text, sparse ``(texts, words)``."""
        return (_present(counts) @ scipy.sparse.diags_array(self.weights_)).tocsr()


def _present(counts: Any) -> "scipy.sparse.csr_array":
    return (scipy.sparse.csr_array(counts) > 0).astype(np.float64)
