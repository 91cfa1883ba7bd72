"""Rivals for filings: constants, counts of words, length and tone, and how much a report has changed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from rnn_trading.skill.losses import SQUARED_ERROR, Vector
from rnn_trading.skill.rivals.fitting import fit_best, forecast_of, slope
from rnn_trading.skill.rivals.text import tfidf
from rnn_trading.skill.rivals.tiers import Rivals

logger = logging.getLogger(__name__)

# Penalties, the strongest first, of which the one with the smallest squared error on the validation filings is taken.
# Where there are none: on the training filings, by cross-validation, or by leaving out one filing at a time. The
# strongest leave next to nothing but the mean.
TFIDF_PENALTIES, PENALTIES, FOLDS = np.logspace(4, -1, 6), np.logspace(6, 0, 7), 4


@dataclass(frozen=True)
class FilingRows:
    """What a rival forecasts from; rows are in the order of their dates.

    Attributes
    ----------
    counts
        How often each word of the vocabulary stands in each whole filing, sparse, ``(filings, ids)``.
    tone
        Logarithm of the number of words, share of positive and of negative words, ``(filings, 3)``.
    similarity
        Of each filing to the firm's previous one, 0 to 1; NaN where there is none, ``(filings,)``.
    """

    counts: "scipy.sparse.csr_array"
    tone: NDArray[np.float64]
    similarity: NDArray[np.float64]


@dataclass(frozen=True)
class KnownFilings:
    """What a rival is fitted and chosen on.

    Attributes
    ----------
    train
        The training filings, and the return that followed each, ``(filings,)``.
    validation
        The same of the validation filings, of which there may be none.
    """

    train: tuple[FilingRows, Vector]
    validation: tuple[FilingRows, Vector]


Forecast = Callable[[FilingRows], Vector]  # filings to the return that follows, as a fraction


def zero(known: KnownFilings) -> Forecast:
    """No return at all."""
    return lambda rows: np.zeros(len(rows.tone))


def training_mean(known: KnownFilings) -> Forecast:
    """The mean training return."""
    mean = known.train[1].mean()
    return lambda rows: np.full(len(rows.tone), mean)


def tfidf_ridge(known: KnownFilings) -> Forecast:
    """Ridge regression on the words of the whole filing (TF-IDF, sublinear counts).

    Without validation filings its penalty is chosen on the training filings, later ones forecast from earlier ones.
    """
    import sklearn  # noqa: PLC0415  takes a second to import

    estimator = sklearn.pipeline.make_pipeline(tfidf(), sklearn.linear_model.Ridge())
    by_folds = sklearn.model_selection.GridSearchCV(
        estimator,
        {"ridge__alpha": TFIDF_PENALTIES},
        scoring="neg_mean_squared_error",
        cv=sklearn.model_selection.TimeSeriesSplit(FOLDS),
    )
    return _ridge(known, lambda rows: rows.counts, estimator, TFIDF_PENALTIES, otherwise=by_folds)


def length_and_tone_ridge(known: KnownFilings) -> Forecast:
    """Ridge on the length and the shares of words of praise and of warning, after Loughran and McDonald (2011)."""
    import sklearn  # noqa: PLC0415  see tfidf_ridge

    ridge, by_itself = (
        sklearn.pipeline.make_pipeline(sklearn.preprocessing.StandardScaler(), estimator)
        for estimator in (sklearn.linear_model.Ridge(), sklearn.linear_model.RidgeCV(PENALTIES))
    )
    return _ridge(known, lambda rows: rows.tone, ridge, PENALTIES, otherwise=by_itself)


def similarity_to_previous(known: KnownFilings) -> Forecast:
    """One slope on how similar a report is to the firm's previous one, after Cohen, Malloy and Nguyen (2020).

    A report that has none is as similar as the mean of the training reports.
    """
    rows, target = known.train
    there = rows.similarity[np.isfinite(rows.similarity)]
    mean = there.mean() if len(there) else 0.0

    def filled(similarity: Vector) -> Vector:
        return np.where(np.isnan(similarity), mean, similarity)

    forecast = slope(filled(rows.similarity), target)
    return lambda others: forecast(filled(others.similarity))


# A new rival is a function above, and its name here.
FILINGS = Rivals(
    chance=(zero, training_mean),
    naive=(similarity_to_previous,),
    strong=(tfidf_ridge, length_and_tone_ridge),
)


def _ridge(
    known: KnownFilings, features: Callable[[FilingRows], Any], estimator: Any, penalties: Any, otherwise: Any
) -> Forecast:
    train, validation = ((features(rows), target) for rows, target in (known.train, known.validation))
    logger.info(
        "Fitting a rival, a ridge regression on %s columns and %s filings", *map("{:,}".format, train[0].shape[::-1])
    )
    fitted = fit_best(estimator, ("ridge__alpha", penalties), train, validation, SQUARED_ERROR, otherwise)
    return lambda rows: forecast_of(fitted, features(rows))


def cosine_to_previous(
    counts: "scipy.sparse.csr_array", train: NDArray[np.int64], firms: pd.Series, dates: pd.Series
) -> NDArray[np.float64]:
    """Cosine of each filing's TF-IDF with that of the firm's previous one.

    Parameters
    ----------
    counts
        Of words, sparse, ``(filings, ids)``.
    train
        Positions of the training filings, which alone decide how rare a word is.
    firms, dates
        Of each filing, ``(filings,)``; the previous one is that with the next earlier date, in whatever part.

    Returns
    -------
    numpy.ndarray
        ``(filings,)``; NaN for a firm's first filing.
    """
    weights = tfidf().fit(counts[train]).transform(counts)
    table = pd.DataFrame({"firm": firms.to_numpy(), "date": dates.to_numpy(), "row": np.arange(len(firms))})
    table = table.sort_values(["firm", "date"], kind="stable")
    previous = table.groupby("firm")["row"].shift()
    pairs = table.assign(previous=previous).dropna(subset="previous")
    rows, earlier = pairs["row"].to_numpy(), pairs["previous"].to_numpy(dtype=np.int64)
    similarity = np.full(len(firms), np.nan)
    similarity[rows] = np.asarray(weights[rows].multiply(weights[earlier]).sum(axis=1)).ravel()
    return similarity
