"""Naive rivals of one series: each sees what the network sees, and is fitted on the training rows alone.

Windows are ``(rows, lags)``, oldest value first, in the units of the series; targets are ``(rows,)``. A window is also
the origin of a run of several steps, where a rival feeds on its own forecasts or repeats itself.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_trading.skill.losses import SQUARED_ERROR
from rnn_trading.skill.rivals.tiers import Rivals

logger = logging.getLogger(__name__)

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
NextValue = Callable[[Matrix], Vector]  # windows to the value that follows each
RIDGE_PENALTIES = np.logspace(-4, 6, 11)
EWMA_DECAYS = np.round(np.arange(0.5, 1.0, 0.01), 2)
HAR_DAYS = (1, 5, 22)
MOST_AR_LAGS = 20


@dataclass(frozen=True)
class KnownSeries:
    """What rivals are fitted on.

    Attributes
    ----------
    series
        All values until the last training target, oldest first; none missing.
    train, validation
        Windows and targets. Without validation rows both are empty.
    """

    series: Vector
    train: tuple[Matrix, Vector]
    validation: tuple[Matrix, Vector]


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


def autoregression(known: KnownSeries) -> NextValue:
    """An autoregression with a constant; see :func:`autoregression_of`."""
    return autoregression_of(known.series, known.train[0].shape[1])


def ridge(known: KnownSeries) -> NextValue:
    """Ridge regression on all lags, the penalty chosen by leave-one-out on the training rows."""
    import sklearn  # noqa: PLC0415  takes a second to import

    scaled = sklearn.preprocessing.StandardScaler()
    ridge = sklearn.linear_model.RidgeCV(RIDGE_PENALTIES)
    return sklearn.pipeline.make_pipeline(scaled, ridge).fit(*known.train).predict


def ewma(known: KnownSeries) -> NextValue:
    """The exponentially weighted mean of the window.

    Its decay has the smallest squared error on the validation rows, or, where there are none, on the training rows.
    """
    windows, targets = known.validation if len(known.validation[1]) else known.train
    errors = [SQUARED_ERROR.of(exponential_mean(windows, decay), targets).mean() for decay in EWMA_DECAYS]
    decay = float(EWMA_DECAYS[int(np.argmin(errors))])
    logger.info("EWMA: a decay of %.2f has the smallest squared error", decay)
    return lambda test: exponential_mean(test, decay)


def har(known: KnownSeries) -> NextValue:
    """Regression on the means of the last 1, 5 and 22 days (Corsi, 2009)."""
    import sklearn  # noqa: PLC0415  see ridge

    fitted = sklearn.linear_model.LinearRegression().fit(har_means(known.train[0]), known.train[1])
    return lambda windows: fitted.predict(har_means(windows))


def linear_regression(known: KnownSeries) -> NextValue:
    """Least squares on all lags."""
    import sklearn  # noqa: PLC0415  see ridge

    return sklearn.linear_model.LinearRegression().fit(*known.train).predict


def training_mean(known: KnownSeries) -> NextValue:
    """The mean of the training targets."""
    mean = known.train[1].mean()
    return lambda windows: np.full(len(windows), mean)


# The rivals of each kind of forecast: a new one is a function above, and its name here.
LEVEL = Rivals(naive=(persistence, drift), strong=(autoregression, ridge))
VOLATILITY = Rivals(chance=(training_mean,), naive=(ewma,), strong=(har, linear_regression))
RUNS = Rivals(naive=(persistence, drift), strong=(autoregression,))


def autoregression_of(series: Vector, lags: int) -> NextValue:
    """An autoregression with a constant whose order, up to 20 or the length of a window, has the smallest AIC.

    Parameters
    ----------
    series
        Values to fit on, oldest first.
    lags
        Length of a window.
    """
    from statsmodels.tsa.ar_model import ar_select_order  # noqa: PLC0415  takes a second to import

    # An order beyond a third of the series leaves too few rows to fit on.
    most = min(MOST_AR_LAGS, lags, len(series) // 3)
    fitted = ar_select_order(series, maxlag=most, ic="aic", trend="c").model.fit()
    constant, weights = float(fitted.params[0]), np.asarray(fitted.params[1:], dtype=np.float64)
    logger.info("Autoregression: order %d has the smallest AIC", len(weights))
    # The first weight belongs to the newest value.
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
