"""Rivals of one series: each sees what the network sees. See :mod:`rnn_trading.skill.rivals.fitting` for the one rule.

Windows are ``(rows, lags)``, oldest value first, in the units of the series; targets are ``(rows,)``. A window is also
the origin of a run of several steps, where a rival feeds on its own forecasts or repeats itself.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_trading.skill.losses import SQUARED_ERROR, Loss
from rnn_trading.skill.rivals.fitting import best_of, fit_best, one_thread
from rnn_trading.skill.rivals.reservoir import last_states, own_units, smallest_deviation
from rnn_trading.skill.rivals.tiers import Rivals

logger = logging.getLogger(__name__)

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
NextValue = Callable[[Matrix], Vector]  # windows to the value that follows each
RIDGE_PENALTIES = np.logspace(-4, 6, 11)
EWMA_DECAYS = np.round(np.arange(0.5, 1.0, 0.01), 2)
HAR_DAYS = (1, 5, 22)
MOST_AR_LAGS = 20
LOWEST_SHARE = 0.1


@dataclass(frozen=True)
class KnownSeries:
    """What rivals are fitted on.

    Attributes
    ----------
    series
        All values until the last training target, oldest first; none missing.
    train, validation
        Windows and targets, to fit on and to choose on. Without validation rows both are empty.
    positive
        Whether forecasts must be above zero, as those of a volatility.
    """

    series: Vector
    train: tuple[Matrix, Vector]
    validation: tuple[Matrix, Vector]
    positive: bool = False


def persistence(known: KnownSeries) -> NextValue:
    """The last value."""
    return lambda windows: windows[:, -1]


def drift(known: KnownSeries) -> NextValue:
    """The last value times one plus the mean training return; plus the mean step where a value is not positive."""
    series = known.series
    if (series > 0).all():
        growth = 1 + float((series[1:] / series[:-1] - 1).mean())
        return lambda windows: windows[:, -1] * growth
    step = float(np.diff(series).mean())
    return lambda windows: windows[:, -1] + step


def momentum(known: KnownSeries) -> NextValue:
    """The last value plus the mean of the last changes: what went up goes on to rise.

    How many changes, up to all of a window, has the smallest squared error on the validation rows, or, where there are
    none, on the training rows. A window of one value has no change: its value is the forecast.
    """
    windows, targets = known.validation if len(known.validation[1]) else known.train
    most = windows.shape[1] - 1
    if not most:
        return persistence(known)

    def error(changes: int) -> float:
        return float(SQUARED_ERROR.of(carried_on(windows, changes), targets).mean())

    changes = best_of(range(most, 0, -1), error, "number of changes of momentum")
    return lambda test: carried_on(test, changes)


def autoregression(known: KnownSeries) -> NextValue:
    """An autoregression with a constant; see :func:`autoregression_of`."""
    return autoregression_of(known.series, known.train[0].shape[1], known.validation, SQUARED_ERROR)


def ridge(known: KnownSeries) -> NextValue:
    """Ridge regression on all lags.

    Its penalty has the smallest squared error on the validation rows, or, where there are none, when single training
    rows are left out.
    """
    return ridge_on(known.train, known.validation)


def echo_state_network(known: KnownSeries) -> NextValue:
    """An echo state network (Jaeger, 2001): a ridge regression on the states of a fixed random network.

    Each window is standardised by its own mean and deviation, and so is the value that follows; the regression takes
    the states after the window and its last value. For the penalty see :func:`ridge`, for the network
    :mod:`rnn_trading.skill.rivals.reservoir`. Forecasts that must be positive are at least a tenth of the mean target.
    """
    smallest = smallest_deviation(known.train[0])

    def features(windows: Matrix) -> Matrix:
        mean, deviation = own_units(windows, smallest)
        standard = (windows - mean[:, None]) / deviation[:, None]
        return np.column_stack([last_states(standard), standard[:, -1]])

    def regressed(windows: Matrix, targets: Vector) -> tuple[Matrix, Vector]:
        mean, deviation = own_units(windows, smallest)
        return features(windows), (targets - mean) / deviation

    with one_thread():
        readout = ridge_on(regressed(*known.train), regressed(*known.validation))

    def next_value(windows: Matrix) -> Vector:
        mean, deviation = own_units(windows, smallest)
        return mean + deviation * readout(features(windows))

    return above_zero(next_value, known.train[1]) if known.positive else next_value


def ewma(known: KnownSeries) -> NextValue:
    """The exponentially weighted mean of the window.

    Its decay has the smallest squared error on the validation rows, or, where there are none, on the training rows. Of
    what is positive a forecast is at least a tenth of the mean training target.
    """
    windows, targets = known.validation if len(known.validation[1]) else known.train

    def error(decay: float) -> float:
        return float(SQUARED_ERROR.of(exponential_mean(windows, decay), targets).mean())

    decay = best_of(EWMA_DECAYS.tolist(), error, "decay of an exponential mean")

    def next_value(test: Matrix) -> Vector:
        return exponential_mean(test, decay)

    return above_zero(next_value, known.train[1]) if known.positive else next_value


def har(known: KnownSeries) -> NextValue:
    """Regression on the means of the last 1, 5 and 22 days (Corsi, 2009), above zero; see :func:`least_squares`."""
    fitted = least_squares(har_means(known.train[0]), known.train[1])
    return lambda windows: fitted(har_means(windows))


def linear_regression(known: KnownSeries) -> NextValue:
    """Least squares on all lags, above zero; see :func:`least_squares`."""
    return least_squares(*known.train)


def training_mean(known: KnownSeries) -> NextValue:
    """The mean of the training targets."""
    mean = known.train[1].mean()
    return lambda windows: np.full(len(windows), mean)


# The rivals of each kind of forecast: a new one is a function above, and its name here.
# A volatility has no momentum: its changes turn back.
LEVEL = Rivals(naive=(persistence, drift, momentum), strong=(autoregression, ridge, echo_state_network))
VOLATILITY = Rivals(chance=(training_mean,), naive=(ewma,), strong=(har, linear_regression, echo_state_network))
RUNS = Rivals(naive=(persistence, drift, momentum), strong=(autoregression, echo_state_network))


def carried_on(windows: Matrix, changes: int) -> Vector:
    """The last value of each window plus the mean of its last changes, ``(rows,)``.

    Examples
    --------
    >>> carried_on(np.array([[0.0, 1.0, 3.0]]), 1).tolist(), carried_on(np.array([[0.0, 1.0, 3.0]]), 2).tolist()
    ([5.0], [4.5])
    """
    return windows[:, -1] + (windows[:, -1] - windows[:, -1 - changes]) / changes


def ridge_on(train: tuple[Matrix, Vector], validation: tuple[Matrix, Vector]) -> Callable[[Matrix], Vector]:
    """A ridge regression on standardised features; for its penalty see :func:`ridge`.

    Parameters
    ----------
    train, validation
        Features ``(rows, features)`` and targets ``(rows,)``; of the validation there may be none.
    """
    import sklearn  # noqa: PLC0415  takes a second to import

    scaled, linear = sklearn.preprocessing.StandardScaler(), sklearn.linear_model
    plain, left_out = (
        sklearn.pipeline.make_pipeline(scaled, each) for each in (linear.Ridge(), linear.RidgeCV(RIDGE_PENALTIES))
    )
    penalties = ("ridge__alpha", RIDGE_PENALTIES[::-1].tolist())
    return fit_best(plain, penalties, train, validation, SQUARED_ERROR, otherwise=left_out).predict


def autoregression_of(series: Vector, lags: int, validation: tuple[Matrix, Vector], loss: Loss) -> NextValue:
    """An autoregression with a constant, of an order up to 20 or the length of a window.

    Its order has the smallest mean loss on the validation rows, or, where there are none, the smallest AIC.

    Parameters
    ----------
    series
        Values to fit on, oldest first.
    lags
        Length of a window.
    validation
        Windows, at least as long as the order, and the values that follow; empty without validation rows.
    loss
        Of one step.
    """
    from statsmodels.tsa.ar_model import AutoReg, ar_select_order  # noqa: PLC0415  takes a second to import

    # An order beyond a third of the series leaves too few rows to fit on.
    most = min(MOST_AR_LAGS, lags, len(series) // 3)
    if not len(validation[1]):
        weights = ar_select_order(series, maxlag=most, ic="aic", trend="c").model.fit().params
        logger.info("Autoregression: order %d has the smallest AIC", len(weights) - 1)
        return _next_value(weights)
    fits = {order: _next_value(AutoReg(series, lags=order).fit().params) for order in range(most + 1)}
    windows, targets = validation
    order = best_of(
        [*fits], lambda each: float(loss.of(fits[each](windows), targets).mean()), "order of autoregression"
    )
    return fits[order]


def _next_value(params: Vector) -> NextValue:
    """The forecast by a constant and weights, of which the first belongs to the newest value."""
    constant, weights = float(params[0]), np.asarray(params[1:], dtype=np.float64)
    return lambda windows: constant + windows[:, windows.shape[1] - len(weights) :] @ weights[::-1]


def exponential_mean(windows: Matrix, decay: float) -> Vector:
    """Exponentially weighted mean of each window: weight ``decay ** k`` for the value k before the last.

    Examples
    --------
    >>> exponential_mean(np.array([[1.0, 2.0, 4.0]]), 0.5).tolist()  # (4 + 2 / 2 + 1 / 4) / 1.75
    [3.0]
    """
    weights = decay ** np.arange(windows.shape[1] - 1, -1, -1)
    return windows @ (weights / weights.sum())


def least_squares(features: Matrix, targets: Vector) -> Callable[[Matrix], Vector]:
    """A linear regression of volatility, whose forecasts are at least a tenth of the mean target.

    A line can fall to zero and below, which no volatility is, and of which there is no QLIKE.

    Parameters
    ----------
    features
        ``(rows, features)``.
    targets
        Of the training rows, ``(rows,)``, not negative.

    Examples
    --------
    >>> forecast = least_squares(np.array([[1.0], [2.0], [3.0]]), np.array([1.0, 2.0, 3.0]))
    >>> forecast(np.array([[4.0], [-1.0]])).round(6).tolist()
    [4.0, 0.2]
    """
    import sklearn  # noqa: PLC0415  see ridge_on

    return above_zero(sklearn.linear_model.LinearRegression().fit(features, targets).predict, targets)


def above_zero(forecast: Callable[[Matrix], Vector], targets: Vector) -> Callable[[Matrix], Vector]:
    """Forecasts of at least a tenth of the mean training target ``(rows,)``.

    Examples
    --------
    >>> above_zero(lambda windows: windows[:, -1] - 2, np.array([1.0, 3.0]))(np.array([[1.0], [5.0]])).tolist()
    [0.2, 3.0]
    """
    lowest = LOWEST_SHARE * targets.mean()
    return lambda others: np.maximum(forecast(others), lowest)


def har_means(windows: Matrix) -> Matrix:
    """Means of the last 1, 5 and 22 values (fewer in a shorter window): ``(rows, 3)``."""
    return np.column_stack([windows[:, -days:].mean(axis=1) for days in HAR_DAYS])


def recursive(next_value: NextValue, windows: Matrix, steps: int) -> Matrix:
    """Several steps from each window, every forecast entering the window of the next: ``(runs, steps)``.

    Examples
    --------
    >>> recursive(lambda windows: windows.sum(axis=1), np.array([[1.0, 2.0]]), 3).tolist()
    [[3.0, 5.0, 8.0]]
    """
    windows = windows.copy()
    forecasts = np.empty((len(windows), steps))
    for step in range(steps):
        forecasts[:, step] = next_value(windows)
        windows = np.column_stack([windows[:, 1:], forecasts[:, step]])
    return forecasts


def averaging_rivals(windows: Matrix, steps: int, mean_of: int, ewma_weight: float) -> dict[str, Matrix]:
    """The published averages, repeated over every step of a run.

    Parameters
    ----------
    windows
        Values before each run, at least ``mean_of`` of them.
    steps
        Steps of every run.
    mean_of
        Values in the plain mean.
    ewma_weight
        Weight of the newest value in the exponential mean; the older ones share the rest alike.

    Returns
    -------
    dict
        ``mean_of_last_N`` and ``ewma``, ``(runs, steps)`` each.
    """
    averages = {
        f"mean_of_last_{mean_of}": windows[:, -mean_of:].mean(axis=1),
        "ewma": exponential_mean(windows, 1 - ewma_weight),
    }
    return {name: np.repeat(values[:, None], steps, axis=1) for name, values in averages.items()}
