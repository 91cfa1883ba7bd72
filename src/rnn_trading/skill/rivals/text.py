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
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from rnn_trading.skill.metrics.panels import Vector

logger = logging.getLogger(__name__)

# Inverse strengths of the L2 penalty, of which cross-validation on the training texts takes the one with the smallest
# log-loss. With the library's default, 1, the probabilities of TF-IDF are far too timid, and too easily beaten.
STRENGTHS, FOLDS = (0.1, 1.0, 10.0, 100.0), 3


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


def text_rivals(
    train: TextRivalRows, label: Vector, test: TextRivalRows, vectors: NDArray[np.float32], seed: int
) -> pd.DataFrame:
    """Probabilities of label 1 by four rivals.

    Parameters
    ----------
    train, test
        Texts to fit on and to forecast.
    label
        0 or 1, both present, ``(training texts,)``.
    vectors
        Pretrained vector of each word, float32 ``(words, dimensions)``, zero for words without one.
    seed
        Seed of the folds of the cross-validation that chooses the penalties.

    Returns
    -------
    pandas.DataFrame
        One row a test text. ``majority``: the training share of positives. ``tfidf_logistic_regression`` on all words
        of the whole text (sublinear counts); ``tfidf_of_the_words_seen``: the same on what the network sees;
        ``mean_vector_logistic_regression`` on the mean pretrained vector of the whole text's words.
    """
    train_means, test_means = _mean_vectors(train.counts, vectors), _mean_vectors(test.counts, vectors)
    on_counts, on_means = (_logistic(first, seed) for first in (TfidfTransformer(sublinear_tf=True), StandardScaler()))
    return pd.DataFrame(
        {
            "majority": np.full(test.counts.shape[0], label.mean()),
            "tfidf_logistic_regression": _fit(on_counts, train.counts, label, test.counts),
            "tfidf_of_the_words_seen": _fit(on_counts, train.seen_counts, label, test.seen_counts),
            "mean_vector_logistic_regression": _fit(on_means, train_means, label, test_means),
        }
    )


def _logistic(first: Any, seed: int) -> GridSearchCV:
    return GridSearchCV(
        make_pipeline(first, LogisticRegression(max_iter=1000)),
        {"logisticregression__C": STRENGTHS},
        scoring="neg_log_loss",
        cv=StratifiedKFold(FOLDS, shuffle=True, random_state=seed),
    )


def _fit(estimator: Any, train: Any, label: Vector, test: Any) -> Vector:
    logger.info(
        "Fitting a rival, a logistic regression on %s columns and %s texts", *map("{:,}".format, train.shape[::-1])
    )
    # Thousands of small products: threads of the linear algebra library wait for each other longer than they compute.
    with threadpool_limits(1):
        return estimator.fit(train, label).predict_proba(test)[:, 1]


def _mean_vectors(counts: csr_array, vectors: NDArray[np.float32]) -> Vector:
    """Mean over the words that have a vector; zero for a text with none."""
    known = (vectors != 0).any(axis=1).astype(float)
    of_known = np.maximum(counts @ known, 1.0)
    return np.asarray(diags_array(1 / of_known) @ (counts @ vectors.astype(float)))
