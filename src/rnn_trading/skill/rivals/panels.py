"""Naive rivals: what a forecast must beat before it deserves the word skill.

Rivals see what the model sees (past returns and the month; not the ticker), are fitted on the training rows
alone, and forecast the same test rows.
"""

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

logger = logging.getLogger(__name__)

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
RIDGE_PENALTIES = np.logspace(0, 8, 9)


@dataclass(frozen=True)
class RivalRows:
    """What rivals are fitted on or forecast from.

    Attributes
    ----------
    returns
        Past returns, ``(rows, lags)``.
    last_return
        The newest of them, ``(rows,)``.
    months
        One-hot month, ``(rows, 12)``.
    """

    returns: Matrix
    last_return: Vector
    months: Matrix

    @property
    def features(self) -> Matrix:
        """Everything side by side, ``(rows, lags + 12)``."""
        return np.hstack([self.returns, self.months])


def classification_rivals(train: RivalRows, label: Vector, test: RivalRows, seed: int) -> pd.DataFrame:
    """Probabilities of a rise by five rivals.

    Parameters
    ----------
    train, test
        Rows to fit on and to forecast.
    label
        0 or 1, ``(training rows,)``.
    seed
        Seed of the boosting's early-stopping sample.

    Returns
    -------
    pandas.DataFrame
        One row a test row. ``constant_share``: the training share of rises. ``sign_of_last_return``: that
        share among training rows whose last return had the same sign. ``zero_return_means_down``: the share
        among rows whose last return was, or was not, exactly 0, which finds dead tickers.
        ``logistic_regression`` and ``histogram_gradient_boosting`` on all features.

    Raises
    ------
    ValueError
        If the training labels are all equal.
    """
    if np.ptp(label) == 0:
        raise ValueError(
            f"Every training label is {label[0]:g}: nothing can be learned from one class. "
            "Check the prices and the split."
        )
    logistic = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    boosting = HistGradientBoostingClassifier(random_state=seed)
    return pd.DataFrame(
        {
            "constant_share": np.full(len(test.last_return), label.mean()),
            "sign_of_last_return": _share_by_group(np.sign(train.last_return), label, np.sign(test.last_return)),
            "zero_return_means_down": _share_by_group(train.last_return == 0, label, test.last_return == 0),
            "logistic_regression": _fit(logistic, train, label).predict_proba(test.features)[:, 1],
            "histogram_gradient_boosting": _fit(boosting, train, label).predict_proba(test.features)[:, 1],
        }
    )


def regression_rivals(train: RivalRows, target: Vector, test: RivalRows, seed: int) -> pd.DataFrame:
    """Returns forecast by four rivals.

    Parameters
    ----------
    train, test
        Rows to fit on and to forecast.
    target
        Return that followed, ``(training rows,)``.
    seed
        Seed of the boosting's early-stopping sample.

    Returns
    -------
    pandas.DataFrame
        One row a test row. ``zero``; ``past_mean``: the mean of the row's own past returns; ``ridge`` with the
        penalty chosen by leave-one-out on the training rows; ``histogram_gradient_boosting``.
    """
    ridge = make_pipeline(StandardScaler(), RidgeCV(RIDGE_PENALTIES))
    boosting = HistGradientBoostingRegressor(random_state=seed)
    return pd.DataFrame(
        {
            "zero": np.zeros(len(test.last_return)),
            "past_mean": test.returns.mean(axis=1),
            "ridge": _fit(ridge, train, target).predict(test.features),
            "histogram_gradient_boosting": _fit(boosting, train, target).predict(test.features),
        }
    )


def _fit(estimator: Any, train: RivalRows, target: Vector) -> Any:
    name = estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
    logger.info("Fitting the rival %s on %s rows", type(name).__name__, f"{len(target):,}")
    return estimator.fit(train.features, target)


def _share_by_group(train_groups: NDArray[np.generic], label: Vector, test_groups: NDArray[np.generic]) -> Vector:
    """Training share of rises in the group of each test row; the overall share for an unseen group."""
    shares = pd.Series(label).groupby(train_groups).mean()
    return shares.reindex(test_groups).fillna(label.mean()).to_numpy()
