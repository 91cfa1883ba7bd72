"""Naive rivals for filings: constants, counts of words, length and tone, and how much a report has changed."""

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import Ridge, RidgeCV
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from rnn_trading.skill.metrics.panels import Vector

logger = logging.getLogger(__name__)

# Penalties of which cross-validation, or leaving out one filing at a time, takes the best on the training filings. The
# largest leave next to nothing but the mean.
TFIDF_PENALTIES, PENALTIES, FOLDS = np.logspace(-1, 4, 6), np.logspace(0, 6, 7), 4


@dataclass(frozen=True)
class FilingRivalRows:
    """What rivals are fitted on or forecast from; rows are in the order of their dates.

    Attributes
    ----------
    counts
        How often each word of the vocabulary stands in each whole filing, sparse, ``(filings, ids)``.
    tone
        Logarithm of the number of words, share of positive and of negative words, ``(filings, 3)``.
    similarity
        Of each filing to the firm's previous one, 0 to 1; NaN where there is none, ``(filings,)``.
    """

    counts: csr_array
    tone: NDArray[np.float64]
    similarity: NDArray[np.float64]


def filing_rivals(train: FilingRivalRows, target: Vector, test: FilingRivalRows) -> pd.DataFrame:
    """Returns forecast by five rivals.

    Parameters
    ----------
    train, test
        Filings to fit on and to forecast.
    target
        Return that followed, ``(training filings,)``.

    Returns
    -------
    pandas.DataFrame
        One row a test filing. ``zero``; ``training_mean``; ``tfidf_ridge`` on the words of the whole filing (sublinear
        counts), its penalty chosen on the training filings, later ones forecast from earlier ones;
        ``length_and_tone_ridge`` on the length and the shares of words of praise and of warning, after Loughran and
        McDonald (2011); ``similarity_to_previous``: ridge on how similar a report is to the firm's previous one, after
        Cohen, Malloy and Nguyen (2020), and on whether there is one.
    """
    tfidf = GridSearchCV(
        make_pipeline(TfidfTransformer(sublinear_tf=True), Ridge()),
        {"ridge__alpha": TFIDF_PENALTIES},
        scoring="neg_mean_squared_error",
        cv=TimeSeriesSplit(FOLDS),
    )
    tone, change = (make_pipeline(StandardScaler(), RidgeCV(PENALTIES)) for _ in range(2))
    filled = float(np.nanmean(train.similarity)) if np.isfinite(train.similarity).any() else 0.0
    changes = [_change(rows.similarity, filled) for rows in (train, test)]
    return pd.DataFrame(
        {
            "zero": np.zeros(len(test.tone)),
            "training_mean": np.full(len(test.tone), target.mean()),
            "tfidf_ridge": _fit(tfidf, train.counts, target, test.counts),
            "length_and_tone_ridge": _fit(tone, train.tone, target, test.tone),
            "similarity_to_previous": _fit(change, changes[0], target, changes[1]),
        }
    )


def _change(similarity: NDArray[np.float64], filled: float) -> NDArray[np.float64]:
    missing = np.isnan(similarity)
    return np.column_stack([np.where(missing, filled, similarity), missing.astype(float)])


def _fit(estimator: Any, train: Any, target: Vector, test: Any) -> Vector:
    logger.info(
        "Fitting a rival, a ridge regression on %s columns and %s filings", *map("{:,}".format, train.shape[::-1])
    )
    with threadpool_limits(1):  # thousands of small products
        return estimator.fit(train, target).predict(test)


def similarity_to_previous(
    counts: csr_array, train: NDArray[np.int64], firms: pd.Series, dates: pd.Series
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
    weights = TfidfTransformer(sublinear_tf=True).fit(counts[train]).transform(counts)
    table = pd.DataFrame({"firm": firms.to_numpy(), "date": dates.to_numpy(), "row": np.arange(len(firms))})
    table = table.sort_values(["firm", "date"], kind="stable")
    previous = table.groupby("firm")["row"].shift()
    pairs = table.assign(previous=previous).dropna(subset="previous")
    rows, earlier = pairs["row"].to_numpy(), pairs["previous"].to_numpy(dtype=np.int64)
    similarity = np.full(len(firms), np.nan)
    similarity[rows] = np.asarray(weights[rows].multiply(weights[earlier]).sum(axis=1)).ravel()
    return similarity
