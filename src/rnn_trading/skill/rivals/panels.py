"""Rivals of a panel: what a forecast must beat before it deserves the word skill.

Rivals see what the model sees (past returns and the month; not the ticker). Those on ranks also see the other rows of
the same date, whose past returns are known as early. All are fitted and chosen by the one rule of
:mod:`rnn_trading.skill.rivals.fitting`.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, pairwise
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.skill.losses import LOG_LOSS, SQUARED_ERROR, Loss
from rnn_trading.skill.ranks import relative_ranks
from rnn_trading.skill.rivals.fitting import best_of, fit_best, forecast_of, logistic_slope, slope
from rnn_trading.skill.rivals.tiers import Rivals

logger = logging.getLogger(__name__)

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
# The strongest penalty first. The last strength is the library's default, which is next to no penalty on so many rows.
RIDGE_PENALTIES, STRENGTHS = np.logspace(8, 0, 9), np.logspace(-6, 0, 7)
NEWEST_LAGS = 4  # left out by momentum
MOST_ROWS = 2**16  # whose windows are put together at a time


class Windows(Protocol):
    """A matrix of which pieces are taken: an array, or what puts them together when they are asked for."""

    @property
    def shape(self) -> tuple[int, ...]:
        """``(rows, lags)``."""

    def __getitem__(self, piece: Any) -> Matrix:
        """``[a:b]``, some rows, or ``[:, k]``, one lag."""


@dataclass(frozen=True)
class PanelRows:
    """What a rival forecasts from, one row a ticker and date.

    Attributes
    ----------
    windows
        Past returns, fractions, oldest first, ``(rows, lags)``; none missing. If they are a view, whoever asks for
        ``returns``, ``features`` or ``ranks`` makes a matrix of all rows, and should not keep it.
    months
        One-hot month, ``(rows, 12)``, of any type.
    dates
        A whole number for the date of each row, 0 or more, ``(rows,)``. All rows of a date are there.
    among
        All rows that were there when forecasts were made, and the places of these rows among them: a rank must not know
        which tickers have an outcome. None: these rows are all.

    Examples
    --------
    >>> rows = PanelRows(np.array([[0.1, 0.2], [0.3, -0.4]]), np.eye(12)[[0, 0]], np.array([7, 7]))
    >>> rows.last_return.tolist(), rows.features.shape
    ([0.2, -0.4], (2, 14))
    >>> rows.ranks.tolist()
    [[-0.25, 0.25, -0.25], [0.25, -0.25, 0.25]]
    """

    windows: Windows
    months: NDArray[Any]
    dates: NDArray[np.int64]
    among: "tuple[PanelRows, NDArray[np.int64]] | None" = None

    def __len__(self) -> int:
        """Rows."""
        return len(self.dates)

    def ranks_of(self, signal: "Callable[[PanelRows], Vector]") -> Vector:
        """A number of each row as its rank among all that were there on its date, ``(rows,)``.

        See :func:`rnn_trading.skill.ranks.relative_ranks`.

        Examples
        --------
        The second of three rows has no outcome, and is ranked all the same:

        >>> returns, dates = np.array([[0.1], [0.2], [0.3]]), np.array([0, 0, 0])
        >>> everyone = PanelRows(returns, np.zeros((3, 12)), dates)
        >>> some = PanelRows(returns[[0, 2]], np.zeros((2, 12)), dates[:2], among=(everyone, np.array([0, 2])))
        >>> some.ranks_of(lambda rows: rows.last_return).round(3).tolist()
        [-0.333, 0.333]
        """
        everyone, places = self.among or (self, slice(None))
        return relative_ranks(signal(everyone), everyone.dates)[places]

    @property
    def returns(self) -> Matrix:
        """Past returns, oldest first, ``(rows, lags)``."""
        return self.windows[:]

    @property
    def last_return(self) -> Vector:
        """The newest of the past returns, ``(rows,)``."""
        return self.windows[:, -1]

    def of_each(self, number: Callable[[Matrix], Vector]) -> Vector:
        """A number of each row, from its own past returns, ``(rows,)``: of so many rows at a time as fit into memory.

        Parameters
        ----------
        number
            Of returns ``(some rows, lags)`` the numbers ``(some rows,)``.
        """
        result = np.empty(len(self))
        for some in self._pieces():
            result[some] = number(self.windows[some])
        return result

    def _pieces(self) -> Iterator[slice]:
        """Rows in pieces of about one size."""
        ends = np.linspace(0, len(self), 1 + -(-len(self) // MOST_ROWS)).astype(int)
        return (slice(*piece) for piece in pairwise(ends.tolist()))

    @property
    def features(self) -> Matrix:
        """Returns and months side by side, ``(rows, lags + 12)``."""
        lags = self.windows.shape[1]
        result = np.empty((len(self), lags + self.months.shape[1]))
        for some in self._pieces():
            result[some, :lags], result[some, lags:] = self.windows[some], self.months[some]
        return result

    @property
    def volatility(self) -> Vector:
        """Standard deviation of the row's own past returns, ``(rows,)``."""
        return self.of_each(lambda returns: returns.std(axis=1))

    @property
    def ranks(self) -> Matrix:
        """Each past return and the volatility as its rank, ``(rows, lags + 1)``; see :meth:`ranks_of`."""
        lags = self.windows.shape[1]
        result = np.empty((len(self), lags + 1))
        for lag in range(lags):
            result[:, lag] = self.ranks_of(partial(_lag, lag=lag))
        result[:, lags] = self.ranks_of(lambda rows: rows.volatility)
        return result


def _lag(rows: PanelRows, lag: int) -> Vector:
    return rows.windows[:, lag]


@dataclass(frozen=True)
class KnownPanel:
    """What a rival is fitted and chosen on.

    Attributes
    ----------
    train
        The training rows, and what followed each, ``(rows,)``: 1 for a rise and 0 else, or a return as a fraction.
    validation
        The same of the validation rows, of which there may be none.
    classes
        Whether the target is 0 or 1, and forecasts are probabilities.
    seed
        Of whatever a rival draws.

    Raises
    ------
    ValueError
        If all of a training target that is 0 or 1 is the same.
    """

    train: tuple[PanelRows, Vector]
    validation: tuple[PanelRows, Vector]
    classes: bool
    seed: int

    def __post_init__(self) -> None:
        target = self.train[1]
        if self.classes and np.ptp(target) == 0:
            raise ValueError(
                f"Every training label is {target[0]:g}: nothing can be learned from one class. "
                "Check the prices and the split."
            )

    @property
    def mean(self) -> float:
        """Of the training target."""
        return float(self.train[1].mean())

    @property
    def loss(self) -> Loss:
        """By which is chosen."""
        return LOG_LOSS if self.classes else SQUARED_ERROR


Forecast = Callable[[PanelRows], Vector]  # rows to one number each: the probability of a rise, or a return
Features = Callable[[PanelRows], Matrix]


def constant_share(known: KnownPanel) -> Forecast:
    """The training share of rises."""
    return _constant(known.mean)


def zero(known: KnownPanel) -> Forecast:
    """No return at all."""
    return _constant(0.0)


def training_mean(known: KnownPanel) -> Forecast:
    """The mean training return."""
    return _constant(known.mean)


def sign_of_last_return(known: KnownPanel) -> Forecast:
    """The training share of rises among rows whose last return had the same sign."""
    return _share_by_group(known, lambda rows: np.sign(rows.last_return))


def zero_return_means_down(known: KnownPanel) -> Forecast:
    """The training share of rises among rows whose last return was, or was not, exactly 0: it finds dead tickers."""
    return _share_by_group(known, lambda rows: rows.last_return == 0)


def past_mean(known: KnownPanel) -> Forecast:
    """The mean of the row's own past returns."""
    return lambda rows: rows.of_each(lambda returns: returns.mean(axis=1))


def reversal(known: KnownPanel) -> Forecast:
    """One slope on the rank of minus the last return (Jegadeesh, 1990)."""
    return _slope_on_rank(known, lambda rows: -rows.last_return)


def momentum_52_4(known: KnownPanel) -> Forecast:
    """One slope on the rank of the sum of past returns without the newest four (Jegadeesh and Titman, 1993).

    Of 52 weekly returns it takes those from 52 to 5 weeks before; of another number of lags all but the newest four.
    Where there are no more than four, the forecast is a constant.
    """
    return _slope_on_rank(known, lambda rows: rows.of_each(lambda returns: returns[:, :-NEWEST_LAGS].sum(axis=1)))


def low_volatility(known: KnownPanel) -> Forecast:
    """One slope on the rank of minus the standard deviation of past returns (Ang, Hodrick, Xing and Zhang, 2006)."""
    return _slope_on_rank(known, lambda rows: -rows.volatility)


def logistic_regression(known: KnownPanel) -> Forecast:
    """A logistic regression on all features, the strength of its penalty chosen."""
    return _logistic(known, lambda rows: rows.features)


def logistic_regression_on_ranks(known: KnownPanel) -> Forecast:
    """The same on the ranks of past returns and of their volatility within each date."""
    return _logistic(known, lambda rows: rows.ranks)


def ridge(known: KnownPanel) -> Forecast:
    """Ridge regression on all features, its penalty chosen."""
    return _ridge(known, lambda rows: rows.features)


def ridge_on_ranks(known: KnownPanel) -> Forecast:
    """Ridge regression of the return's rank within its date on those of past returns and of their volatility.

    Its forecasts become returns by the slope of the training returns on their own ranks.
    """
    return _in_returns(_ridge(_with_ranks_as_target(known), lambda rows: rows.ranks), known)


def histogram_gradient_boosting(known: KnownPanel) -> Forecast:
    """Boosted trees on all features, their number chosen."""
    return _boosting(known, lambda rows: rows.features)


def boosting_on_ranks(known: KnownPanel) -> Forecast:
    """Boosted trees on the ranks of past returns and of their volatility within each date.

    Of a regression the target is a rank, too; see :func:`ridge_on_ranks`.
    """
    if known.classes:
        return _boosting(known, lambda rows: rows.ranks)
    return _in_returns(_boosting(_with_ranks_as_target(known), lambda rows: rows.ranks), known)


# The rivals of each kind of forecast: a new one is a function above, and its name here.
CLASSIFICATION = Rivals(
    chance=(constant_share,),
    naive=(sign_of_last_return, zero_return_means_down, reversal, momentum_52_4, low_volatility),
    strong=(logistic_regression, logistic_regression_on_ranks, histogram_gradient_boosting, boosting_on_ranks),
)
REGRESSION = Rivals(
    chance=(zero, training_mean),
    naive=(past_mean, reversal, momentum_52_4, low_volatility),
    strong=(ridge, ridge_on_ranks, histogram_gradient_boosting, boosting_on_ranks),
)


def _constant(value: float) -> Forecast:
    return lambda rows: np.full(len(rows), value)


def _share_by_group(known: KnownPanel, groups: Callable[[PanelRows], NDArray[np.generic]]) -> Forecast:
    """Training share of rises in the group of each row; the overall share for an unseen group."""
    rows, target = known.train
    shares = pd.Series(target).groupby(groups(rows)).mean()
    return lambda others: shares.reindex(groups(others)).fillna(known.mean).to_numpy()


def _slope_on_rank(known: KnownPanel, signal: Callable[[PanelRows], Vector]) -> Forecast:
    """A line, or a logistic curve, in the rank of a signal among the rows of its date."""

    def rank(rows: PanelRows) -> Vector:
        return rows.ranks_of(signal)

    rows, target = known.train
    forecast = (logistic_slope if known.classes else slope)(rank(rows), target)
    return lambda others: forecast(rank(others))


def _with_ranks_as_target(known: KnownPanel) -> KnownPanel:
    train, validation = ((rows, relative_ranks(target, rows.dates)) for rows, target in (known.train, known.validation))
    return replace(known, train=train, validation=validation)


def _in_returns(rank: Forecast, known: KnownPanel) -> Forecast:
    """Forecasts of ranks as returns, by the slope of the training returns on their own ranks.

    A slope on the forecasts of the training rows would be too steep: there they fit too well.
    """
    rows, target = known.train
    of_rank = slope(relative_ranks(target, rows.dates), target)
    return lambda others: of_rank(rank(others))


def _logistic(known: KnownPanel, features: Features) -> Forecast:
    import sklearn  # noqa: PLC0415  takes a second to import

    estimator = _scaled(sklearn.linear_model.LogisticRegression(solver="newton-cholesky"))
    return _chosen(known, features, estimator, ("logisticregression__C", STRENGTHS), otherwise=estimator)


def _ridge(known: KnownPanel, features: Features) -> Forecast:
    import sklearn  # noqa: PLC0415  see _logistic

    estimator, by_itself = sklearn.linear_model.Ridge(), sklearn.linear_model.RidgeCV(RIDGE_PENALTIES)
    return _chosen(known, features, _scaled(estimator), ("ridge__alpha", RIDGE_PENALTIES), otherwise=_scaled(by_itself))


def _scaled(estimator: Any) -> Any:
    import sklearn  # noqa: PLC0415  see _logistic

    return sklearn.pipeline.make_pipeline(sklearn.preprocessing.StandardScaler(), estimator)


def _chosen(
    known: KnownPanel, features: Features, estimator: Any, setting: tuple[str, Any], otherwise: Any
) -> Forecast:
    (train, validation), loss = _features_and_targets(known, features), known.loss
    fitted = fit_best(estimator, setting, train, validation, loss, otherwise)
    return lambda rows: forecast_of(fitted, features(rows))


def _boosting(known: KnownPanel, features: Features) -> Forecast:
    """Boosted trees, as many of them as have the smallest loss on the validation rows.

    Without validation rows the library decides, which stops on a tenth of the training rows if they are many.
    """
    import sklearn  # noqa: PLC0415  see _logistic

    kinds = sklearn.ensemble.HistGradientBoostingRegressor, sklearn.ensemble.HistGradientBoostingClassifier
    train, (of_validation, target) = _features_and_targets(known, features)
    stopping = False if len(target) else "auto"
    fitted = kinds[known.classes](random_state=known.seed, early_stopping=stopping).fit(*train)
    if not len(target):
        return lambda rows: forecast_of(fitted, features(rows))
    staged = fitted.staged_predict_proba if known.classes else fitted.staged_predict

    def by_trees(values: Matrix) -> Any:
        return (forecast[:, 1] if known.classes else forecast for forecast in staged(values))

    losses = [float(known.loss.of(forecast, target).mean()) for forecast in by_trees(of_validation)]
    trees = best_of(range(1, len(losses) + 1), lambda number: losses[number - 1], "number of trees")
    return lambda rows: next(islice(by_trees(features(rows)), trees - 1, None))


def _features_and_targets(known: KnownPanel, features: Features) -> tuple[tuple[Matrix, Vector], tuple[Matrix, Vector]]:
    (train, target), (validation, of_validation) = known.train, known.validation
    logger.info("Fitting a rival on %s rows", f"{len(target):,}")
    return (features(train), target), (features(validation), of_validation)
