"""Naive rivals for texts: counts of words, or the mean of their vectors, and a logistic regression."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from rnn_trading.skill.losses import Vector
from rnn_trading.skill.rivals.fitting import one_thread
from rnn_trading.skill.rivals.tiers import Rivals

logger = logging.getLogger(__name__)

# Inverse strengths of the L2 penalty, of which cross-validation on the training texts takes the one with the smallest
# log-loss. With the library's default, 1, the probabilities of TF-IDF are far too timid, and too easily beaten.
STRENGTHS, FOLDS = (0.1, 1.0, 10.0, 100.0), 3


@dataclass(frozen=True)
class TextRows:
    """What a rival forecasts from.

    Attributes
    ----------
    counts
        How often each word occurs in each whole text, sparse, ``(texts, words)``.
    seen_counts
        The same of the words that the network sees after cutting, sparse, ``(texts, ids)``.
    """

    counts: "scipy.sparse.csr_array"
    seen_counts: "scipy.sparse.csr_array"


@dataclass(frozen=True)
class KnownTexts:
    """What a rival is fitted on.

    Attributes
    ----------
    rows
        The training texts.
    label
        0 or 1, both present, ``(texts,)``.
    vectors
        Pretrained vector of each word, float32 ``(words, dimensions)``, zero for words without one.
    seed
        Of the folds of the cross-validation that chooses the penalties.
    """

    rows: TextRows
    label: Vector
    vectors: NDArray[np.float32]
    seed: int


Forecast = Callable[[TextRows], Vector]  # texts to the probability of label 1


def majority(known: KnownTexts) -> Forecast:
    """The training share of positives."""
    share = known.label.mean()
    return lambda rows: np.full(rows.counts.shape[0], share)


def tfidf_logistic_regression(known: KnownTexts) -> Forecast:
    """TF-IDF of all words of the whole text (sublinear counts)."""
    import sklearn  # noqa: PLC0415  takes a second to import

    tfidf = sklearn.feature_extraction.text.TfidfTransformer(sublinear_tf=True)
    return _logistic(tfidf, lambda rows: rows.counts, known)


def tfidf_of_the_words_seen(known: KnownTexts) -> Forecast:
    """The same on what the network sees."""
    import sklearn  # noqa: PLC0415  see tfidf_logistic_regression

    tfidf = sklearn.feature_extraction.text.TfidfTransformer(sublinear_tf=True)
    return _logistic(tfidf, lambda rows: rows.seen_counts, known)


def mean_vector_logistic_regression(known: KnownTexts) -> Forecast:
    """The mean pretrained vector of the whole text's words."""
    import sklearn  # noqa: PLC0415  see tfidf_logistic_regression

    scaler = sklearn.preprocessing.StandardScaler()
    return _logistic(scaler, lambda rows: _mean_vectors(rows.counts, known.vectors), known)


# A new rival is a function above, and its name here.
SENTIMENT = Rivals(
    chance=(majority,),
    strong=(tfidf_logistic_regression, tfidf_of_the_words_seen, mean_vector_logistic_regression),
)


def _logistic(first: Any, features: Callable[[TextRows], Any], known: KnownTexts) -> Forecast:
    import sklearn  # noqa: PLC0415  see tfidf_logistic_regression

    estimator = sklearn.model_selection.GridSearchCV(
        sklearn.pipeline.make_pipeline(first, sklearn.linear_model.LogisticRegression(max_iter=1000)),
        {"logisticregression__C": STRENGTHS},
        scoring="neg_log_loss",
        cv=sklearn.model_selection.StratifiedKFold(FOLDS, shuffle=True, random_state=known.seed),
    )
    train = features(known.rows)
    logger.info(
        "Fitting a rival, a logistic regression on %s columns and %s texts", *map("{:,}".format, train.shape[::-1])
    )
    with one_thread():
        estimator.fit(train, known.label)

    def forecast(rows: TextRows) -> Vector:
        with one_thread():
            return estimator.predict_proba(features(rows))[:, 1]

    return forecast


def _mean_vectors(counts: "scipy.sparse.csr_array", vectors: NDArray[np.float32]) -> Vector:
    """Mean over the words that have a vector; zero for a text with none."""
    known = (vectors != 0).any(axis=1).astype(float)
    of_known = np.maximum(counts @ known, 1.0)
    return np.asarray(scipy.sparse.diags_array(1 / of_known) @ (counts @ vectors.astype(float)))
