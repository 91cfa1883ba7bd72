"""Rivals for texts: their length; counts of words, or the mean of their vectors, and a logistic regression."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from rnn_trading.skill.losses import LOG_LOSS, Vector
from rnn_trading.skill.rivals.fitting import fit_best, forecast_of, logistic_slope
from rnn_trading.skill.rivals.tiers import Rivals

logger = logging.getLogger(__name__)

# Inverse strengths of the L2 penalty, of which the one with the smallest log-loss is taken: on the validation texts,
# or, where there are none, by cross-validation on the training texts. With the library's default, 1, the probabilities
# of TF-IDF are far too timid, and too easily beaten.
STRENGTHS, FOLDS = (0.1, 1.0, 10.0, 100.0), 3
# Words by naive Bayes are weighted already, and many: they want stronger penalties.
STRENGTHS_OF_WEIGHTED = (0.01, 0.1, 1.0, 10.0)
# A pair of words that stands in fewer training texts is not counted.
FEWEST_TEXTS = 5


@dataclass(frozen=True)
class TextRows:
    """What a rival forecasts from.

    Attributes
    ----------
    counts
        How often each word occurs in each whole text, sparse, ``(texts, words)``.
    seen_counts
        The same of the words that the network sees after cutting, sparse, ``(texts, ids)``.
    pairs
        How often each pair of neighbouring words occurs in each whole text, of those that stand in at least
        :data:`FEWEST_TEXTS` training texts, sparse, ``(texts, pairs)``.
    """

    counts: "scipy.sparse.csr_array"
    seen_counts: "scipy.sparse.csr_array"
    pairs: "scipy.sparse.csr_array"

    def words_and_pairs(self) -> "scipy.sparse.csr_array":
        """Both, side by side, ``(texts, words + pairs)``."""
        return scipy.sparse.hstack([self.counts, self.pairs], format="csr")


@dataclass(frozen=True)
class KnownTexts:
    """What a rival is fitted and chosen on.

    Attributes
    ----------
    train
        The training texts and their labels, ``(texts,)``: 0 or 1, both present; or stars.
    validation
        The same of the validation texts, of which there may be none.
    vectors
        Pretrained vector of each word, float32 ``(words, dimensions)``, zero for words without one.
    seed
        Of the folds of the cross-validation that chooses the penalties.
    """

    train: tuple[TextRows, Vector]
    validation: tuple[TextRows, Vector]
    vectors: NDArray[np.float32]
    seed: int


Forecast = Callable[[TextRows], Vector]  # texts to the probability of label 1, or to the expected label


def majority(known: KnownTexts) -> Forecast:
    """The training share of positives."""
    share = known.train[1].mean()
    return lambda rows: np.full(rows.counts.shape[0], share)


def review_length(known: KnownTexts) -> Forecast:
    """A logistic regression on the logarithm of the number of words, without a penalty."""
    rows, label = known.train
    forecast = logistic_slope(log_words(rows), label)
    return lambda others: forecast(log_words(others))


def tfidf() -> Any:
    """The weights of words that rivals on all words share: TF-IDF of sublinear counts."""
    import sklearn  # noqa: PLC0415  takes a second to import

    return sklearn.feature_extraction.text.TfidfTransformer(sublinear_tf=True)


def tfidf_logistic_regression(known: KnownTexts) -> Forecast:
    """TF-IDF of all words of the whole text (sublinear counts)."""
    return _logistic(tfidf(), lambda rows: rows.counts, known)


def tfidf_of_the_words_seen(known: KnownTexts) -> Forecast:
    """The same on what the network sees."""
    return _logistic(tfidf(), lambda rows: rows.seen_counts, known)


def naive_bayes_logistic_regression(known: KnownTexts) -> Forecast:
    """All words and pairs of words of the whole text, weighted by naive Bayes (Wang and Manning, 2012)."""
    from rnn_trading.skill.rivals.naive_bayes import NaiveBayesWeights  # noqa: PLC0415  see tfidf

    return _logistic(NaiveBayesWeights(), TextRows.words_and_pairs, known, STRENGTHS_OF_WEIGHTED)


def mean_vector_logistic_regression(known: KnownTexts) -> Forecast:
    """The mean pretrained vector of the whole text's words."""
    import sklearn  # noqa: PLC0415  see tfidf

    scaler = sklearn.preprocessing.StandardScaler()
    return _logistic(scaler, lambda rows: mean_vectors(rows.counts, known.vectors), known)


# A new rival is a function above, and its name here.
SENTIMENT = Rivals(
    chance=(majority,),
    naive=(review_length,),
    strong=(
        *(tfidf_logistic_regression, tfidf_of_the_words_seen),
        *(naive_bayes_logistic_regression, mean_vector_logistic_regression),
    ),
)


def _logistic(
    first: Any, features: Callable[[TextRows], Any], known: KnownTexts, strengths: tuple[float, ...] = STRENGTHS
) -> Forecast:
    import sklearn  # noqa: PLC0415  see tfidf

    estimator = sklearn.pipeline.make_pipeline(first, sklearn.linear_model.LogisticRegression(max_iter=1000))
    by_folds = sklearn.model_selection.GridSearchCV(
        estimator,
        {"logisticregression__C": strengths},
        scoring="neg_log_loss",
        cv=sklearn.model_selection.StratifiedKFold(FOLDS, shuffle=True, random_state=known.seed),
    )
    train, validation = ((features(rows), label) for rows, label in (known.train, known.validation))
    logger.info(
        "Fitting a rival, a logistic regression on %s columns and %s texts", *map("{:,}".format, train[0].shape[::-1])
    )
    fitted = fit_best(estimator, ("logisticregression__C", strengths), train, validation, LOG_LOSS, by_folds)
    return lambda rows: forecast_of(fitted, features(rows))


def log_words(rows: TextRows) -> Vector:
    """Logarithm of the number of words of each whole text, ``(texts,)``."""
    return np.log(np.maximum(np.asarray(rows.counts.sum(axis=1)).ravel(), 1.0))


def mean_vectors(counts: "scipy.sparse.csr_array", vectors: NDArray[np.float32]) -> Vector:
    """Mean over the words of a text that have a vector, ``(texts, dimensions)``; zero for a text with none."""
    known = (vectors != 0).any(axis=1).astype(float)
    of_known = np.maximum(counts @ known, 1.0)
    return np.asarray(scipy.sparse.diags_array(1 / of_known) @ (counts @ vectors.astype(float)))
