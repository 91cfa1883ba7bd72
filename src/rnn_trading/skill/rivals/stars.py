"""Rivals for texts with an ordered label: its mean, the length, and ridge regressions on words or their vectors."""

import logging
from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_trading.skill.losses import SQUARED_ERROR
from rnn_trading.skill.rivals.fitting import fit_best, forecast_of, slope
from rnn_trading.skill.rivals.text import FOLDS, Forecast, KnownTexts, TextRows, log_words, mean_vectors, tfidf
from rnn_trading.skill.rivals.tiers import Rivals

logger = logging.getLogger(__name__)

# Penalties, the strongest first, of which the one with the smallest squared error on the validation texts is taken, or,
# where there are none, by cross-validation on the training texts.
PENALTIES = (100.0, 10.0, 3.0, 1.0, 0.3, 0.1)


def training_mean(known: KnownTexts) -> Forecast:
    """The mean label of the training texts."""
    mean = known.train[1].mean()
    return lambda rows: np.full(rows.counts.shape[0], mean)


def review_length(known: KnownTexts) -> Forecast:
    """One slope on the logarithm of the number of words."""
    rows, label = known.train
    forecast = slope(log_words(rows), label)
    return lambda others: forecast(log_words(others))


def tfidf_ridge(known: KnownTexts) -> Forecast:
    """Ridge regression on TF-IDF of all words of the whole text (sublinear counts)."""
    return _ridge(tfidf(), lambda rows: rows.counts, known)


def tfidf_ridge_of_the_words_seen(known: KnownTexts) -> Forecast:
    """The same on what the network sees."""
    return _ridge(tfidf(), lambda rows: rows.seen_counts, known)


def tfidf_ridge_with_pairs(known: KnownTexts) -> Forecast:
    """The same on all words and pairs of words of the whole text."""
    return _ridge(tfidf(), TextRows.words_and_pairs, known)


def mean_vector_ridge(known: KnownTexts) -> Forecast:
    """Ridge regression on the mean pretrained vector of the whole text's words."""
    import sklearn  # noqa: PLC0415  see tfidf in text.py

    scaler = sklearn.preprocessing.StandardScaler()
    return _ridge(scaler, lambda rows: mean_vectors(rows.counts, known.vectors), known)


# A new rival is a function above, and its name here.
STARS = Rivals(
    chance=(training_mean,),
    naive=(review_length,),
    strong=(tfidf_ridge, tfidf_ridge_of_the_words_seen, tfidf_ridge_with_pairs, mean_vector_ridge),
)


def _ridge(first: Any, features: Callable[[TextRows], Any], known: KnownTexts) -> Forecast:
    import sklearn  # noqa: PLC0415  see tfidf in text.py

    estimator = sklearn.pipeline.make_pipeline(first, sklearn.linear_model.Ridge())
    by_folds = sklearn.model_selection.GridSearchCV(
        estimator,
        {"ridge__alpha": PENALTIES},
        scoring="neg_mean_squared_error",
        cv=sklearn.model_selection.KFold(FOLDS, shuffle=True, random_state=known.seed),
    )
    train, validation = ((features(rows), label) for rows, label in (known.train, known.validation))
    logger.info(
        "Fitting a rival, a ridge regression on %s columns and %s texts", *map("{:,}".format, train[0].shape[::-1])
    )
    fitted = fit_best(estimator, ("ridge__alpha", PENALTIES), train, validation, SQUARED_ERROR, by_folds)
    return lambda rows: forecast_of(fitted, features(rows))
