"""Naive rivals for texts: counts of words, or the mean of their vectors, and a logistic regression."""

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from rnn_trading.skill.metrics import Vector

logger = logging.getLogger(__name__)

# Inverse strength of the L2 penalty, the library's own default; TF-IDF rows have length 1.
PENALTY = 1.0


@dataclass(frozen=True)
class TextRivalRows:
    """What rivals are fitted on or forecast from.

    Attributes
    ----------
    counts
        How often each word occurs in each whole text, sparse, ``(texts, words)``.
    seen_counts
        The same of the words that the network sees after cutting, sparse, ``(texts, ids)``.
    """

    counts: csr_array
    seen_counts: csr_array


def text_rivals(train: TextRivalRows, label: Vector, test: TextRivalRows, vectors: NDArray[np.float32]) -> pd.DataFrame:
    """Probabilities of label 1 by four rivals.

    Parameters
    ----------
    train, test
        Texts to fit on and to forecast.
    label
        0 or 1, both present, ``(training texts,)``.
    vectors
        Pretrained vector of each word, float32 ``(words, dimensions)``, zero for words without one.

    Returns
    -------
    pandas.DataFrame
        One row a test text. ``majority``: the training share of positives. ``tfidf_logistic_regression`` on all words
        of the whole text (sublinear counts); ``tfidf_of_the_words_seen``: the same on what the network sees;
        ``mean_vector_logistic_regression`` on the mean pretrained vector of the whole text's words.
    """
    train_means, test_means = _mean_vectors(train.counts, vectors), _mean_vectors(test.counts, vectors)
    of_means = make_pipeline(StandardScaler(), _logistic())
    return pd.DataFrame(
        {
            "majority": np.full(test.counts.shape[0], label.mean()),
            "tfidf_logistic_regression": _fit(_tfidf(), train.counts, label, test.counts),
            "tfidf_of_the_words_seen": _fit(_tfidf(), train.seen_counts, label, test.seen_counts),
            "mean_vector_logistic_regression": _fit(of_means, train_means, label, test_means),
        }
    )


def _logistic() -> LogisticRegression:
    return LogisticRegression(C=PENALTY, max_iter=1000)


def _tfidf() -> Any:
    return make_pipeline(TfidfTransformer(sublinear_tf=True), _logistic())


def _fit(estimator: Any, train: Any, label: Vector, test: Any) -> Vector:
    logger.info(
        "Fitting a rival, a logistic regression on %s columns and %s texts", *map("{:,}".format, train.shape[::-1])
    )
    return estimator.fit(train, label).predict_proba(test)[:, 1]


def _mean_vectors(counts: csr_array, vectors: NDArray[np.float32]) -> Vector:
    """Mean over the words that have a vector; zero for a text with none."""
    known = (vectors != 0).any(axis=1).astype(float)
    of_known = np.maximum(counts @ known, 1.0)
    return np.asarray(diags_array(1 / of_known) @ (counts @ vectors.astype(float)))
