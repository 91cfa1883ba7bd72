"""Naive rivals of a panel: what a forecast must beat before it deserves the word skill.

Rivals see what the model sees (past returns and the month; not the ticker), and are fitted on the training rows alone.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.skill.rivals.tiers import Rivals

logger = logging.getLogger(__name__)

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
RIDGE_PENALTIES = np.logspace(0, 8, 9)


@dataclass(frozen=True)
class PanelRows:
    """What a rival forecasts from, one row a ticker and date.

    Attributes
    ----------
    returns
        Past returns, fractions, oldest first, ``(rows, lags)``; none missing.
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


@dataclass(frozen=True)
class KnownPanel:
    """What a rival is fitted on.

    Attributes
    ----------
    rows
        The training rows.
    target
        What followed each, ``(rows,)``: 1 for a rise and 0 else, or a return as a fraction.
    classes
        Whether the target is 0 or 1, and forecasts are probabilities.
    seed
        Of whatever a rival draws.

    Raises
    ------
    ValueError
        If all of a target that is 0 or 1 is the same.
    """

    rows: PanelRows
    target: Vector
    classes: bool
    seed: int

    def __post_init__(self) -> None:
        if self.classes and np.ptp(self.target) == 0:
            raise ValueError(
                f"Every training label is {self.target[0]:g}: nothing can be learned from one class. "
                "Check the prices and the split."
            )


Forecast = Callable[[PanelRows], Vector]  # rows to one number each: the probability of a rise, or a return


def constant_share(known: KnownPanel) -> Forecast:
    """The training share of rises."""
    return _constant(float(known.target.mean()))


def sign_of_last_return(known: KnownPanel) -> Forecast:
    """The training share of rises among rows whose last return had the same sign."""
    return _share_by_group(known, lambda rows: np.sign(rows.last_return))


def zero_return_means_down(known: KnownPanel) -> Forecast:
    """The training share of rises among rows whose last return was, or was not, exactly 0: it finds dead tickers."""
    return _share_by_group(known, lambda rows: rows.last_return == 0)


def logistic_regression(known: KnownPanel) -> Forecast:
    """A logistic regression on all features."""
    import sklearn  # noqa: PLC0415  takes a second to import

    return _probabilities(_scaled(sklearn.linear_model.LogisticRegression(max_iter=1000)), known)


def zero(known: KnownPanel) -> Forecast:
    """No return at all."""
    return _constant(0.0)


def past_mean(known: KnownPanel) -> Forecast:
    """The mean of the row's own past returns."""
    return lambda rows: rows.returns.mean(axis=1)


def ridge(known: KnownPanel) -> Forecast:
    """Ridge regression on all features, its penalty chosen by leave-one-out on the training rows."""
    import sklearn  # noqa: PLC0415  see logistic_regression

    return _values(_scaled(sklearn.linear_model.RidgeCV(RIDGE_PENALTIES)), known)


def histogram_gradient_boosting(known: KnownPanel) -> Forecast:
    """Boosted trees on all features."""
    import sklearn  # noqa: PLC0415  see logistic_regression

    if known.classes:
        return _probabilities(sklearn.ensemble.HistGradientBoostingClassifier(random_state=known.seed), known)
    return _values(sklearn.ensemble.HistGradientBoostingRegressor(random_state=known.seed), known)


# The rivals of each kind of forecast: a new one is a function above, and its name here.
CLASSIFICATION = Rivals(
    chance=(constant_share,),
    naive=(sign_of_last_return, zero_return_means_down),
    strong=(logistic_regression, histogram_gradient_boosting),
)
REGRESSION = Rivals(chance=(zero,), naive=(past_mean,), strong=(ridge, histogram_gradient_boosting))


def _constant(value: float) -> Forecast:
    return lambda rows: np.full(len(rows.last_return), value)


def _scaled(estimator: Any) -> Any:
    import sklearn  # noqa: PLC0415  see logistic_regression

    return sklearn.pipeline.make_pipeline(sklearn.preprocessing.StandardScaler(), estimator)


def _probabilities(estimator: Any, known: KnownPanel) -> Forecast:
    fitted = _fit(estimator, known)
    return lambda rows: fitted.predict_proba(rows.features)[:, 1]


def _values(estimator: Any, known: KnownPanel) -> Forecast:
    fitted = _fit(estimator, known)
    return lambda rows: fitted.predict(rows.features)


def _fit(estimator: Any, known: KnownPanel) -> Any:
    name = estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator
    logger.info("Fitting the rival %s on %s rows", type(name).__name__, f"{len(known.target):,}")
    return estimator.fit(known.rows.features, known.target)


def _share_by_group(known: KnownPanel, groups: Callable[[PanelRows], NDArray[np.generic]]) -> Forecast:
    """Training share of rises in the group of each row; the overall share for an unseen group."""
    shares = pd.Series(known.target).groupby(groups(known.rows)).mean()
    return lambda rows: shares.reindex(groups(rows)).fillna(known.target.mean()).to_numpy()
