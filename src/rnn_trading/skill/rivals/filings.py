"""Naive rivals for filings: constants, counts of words, length and tone, and how much a report has changed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from rnn_trading.skill.losses import Vector
from rnn_trading.skill.rivals.fitting import one_thread
from rnn_trading.skill.rivals.tiers import Rivals

logger = logging.getLogger(__name__)

# Penalties of which cross-validation, or leaving out one filing at a time, takes the best on the training filings. The
# largest leave next to nothing but the mean.
TFIDF_PENALTIES, PENALTIES, FOLDS = np.logspace(-1, 4, 6), np.logspace(0, 6, 7), 4


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
    """What a rival is fitted on: the training filings, and the return that followed each, ``(filings,)``."""

    rows: FilingRows
    target: Vector


Forecast = Callable[[FilingRows], Vector]  # filings to the return that follows, as a fraction


def zero(known: KnownFilings) -> Forecast:
    """No return at all."""
    return lambda rows: np.zeros(len(rows.tone))


def training_mean(known: KnownFilings) -> Forecast:
    """The mean training return."""
    mean = known.target.mean()
    return lambda rows: np.full(len(rows.tone), mean)


def tfidf_ridge(known: KnownFilings) -> Forecast:
    """Ridge regression on the words of the whole filing (TF-IDF, sublinear counts).

    Its penalty is chosen on the training filings, later ones forecast from earlier ones.
    """
    import sklearn  # noqa: PLC0415  takes a second to import

    tfidf = sklearn.feature_extraction.text.TfidfTransformer(sublinear_tf=True)
    estimator = sklearn.model_selection.GridSearchCV(
        sklearn.pipeline.make_pipeline(tfidf, sklearn.linear_model.Ridge()),
        {"ridge__alpha": TFIDF_PENALTIES},
        scoring="neg_mean_squared_error",
        cv=sklearn.model_selection.TimeSeriesSplit(FOLDS),
    )
    return _fit(estimator, lambda rows: rows.counts, known)


def length_and_tone_ridge(known: KnownFilings) -> Forecast:
    """Ridge on the length and the shares of words of praise and of warning, after Loughran and McDonald (2011)."""
    return _fit(_scaled_ridge(), lambda rows: rows.tone, known)


def similarity_to_previous(known: KnownFilings) -> Forecast:
    """Ridge on how similar a report is to the firm's previous one, and on whether there is one.

    After Cohen, Malloy and Nguyen (2020).
    """
    of_training = known.rows.similarity
    filled = float(np.nanmean(of_training)) if np.isfinite(of_training).any() else 0.0
    return _fit(_scaled_ridge(), lambda rows: _change(rows.similarity, filled), known)


# A new rival is a function above, and its name here.
FILINGS = Rivals(chance=(zero, training_mean), strong=(tfidf_ridge, length_and_tone_ridge, similarity_to_previous))


def _scaled_ridge() -> Any:
    import sklearn  # noqa: PLC0415  see tfidf_ridge

    scaler, ridge = sklearn.preprocessing.StandardScaler(), sklearn.linear_model.RidgeCV(PENALTIES)
    return sklearn.pipeline.make_pipeline(scaler, ridge)


def _change(similarity: NDArray[np.float64], filled: float) -> NDArray[np.float64]:
    missing = np.isnan(similarity)
    return np.column_stack([np.where(missing, filled, similarity), missing.astype(float)])


def _fit(estimator: Any, features: Callable[[FilingRows], Any], known: KnownFilings) -> Forecast:
    train = features(known.rows)
    logger.info(
        "Fitting a rival, a ridge regression on %s columns and %s filings", *map("{:,}".format, train.shape[::-1])
    )
    with one_thread():
        estimator.fit(train, known.target)

    def forecast(rows: FilingRows) -> Vector:
        with one_thread():
            return estimator.predict(features(rows))

    return forecast


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
    import sklearn  # noqa: PLC0415  see tfidf_ridge

    tfidf = sklearn.feature_extraction.text.TfidfTransformer(sublinear_tf=True)
    weights = tfidf.fit(counts[train]).transform(counts)
    table = pd.DataFrame({"firm": firms.to_numpy(), "date": dates.to_numpy(), "row": np.arange(len(firms))})
    table = table.sort_values(["firm", "date"], kind="stable")
    previous = table.groupby("firm")["row"].shift()
    pairs = table.assign(previous=previous).dropna(subset="previous")
    rows, earlier = pairs["row"].to_numpy(), pairs["previous"].to_numpy(dtype=np.int64)
    similarity = np.full(len(firms), np.nan)
    similarity[rows] = np.asarray(weights[rows].multiply(weights[earlier]).sum(axis=1)).ravel()
    return similarity
