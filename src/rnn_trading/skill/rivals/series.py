"""Naive rivals for one series. Each sees what the network sees, and is fitted on the training rows alone.

Windows are ``(rows, lags)``, oldest value first, in the units of the series; targets are ``(rows,)``. A window is also
the origin of a run of several steps, where a rival feeds on its own forecasts or repeats itself.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LinearRegression, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from statsmodels.tsa.ar_model import ar_select_order

from rnn_trading.skill.metrics.panels import SQUARED_ERROR

logger = logging.getLogger(__name__)

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
NextValue = Callable[[Matrix], Vector]  # windows to the value that follows each
RIDGE_PENALTIES = np.logspace(-4, 6, 11)
EWMA_DECAYS = np.round(np.arange(0.5, 1.0, 0.01), 2)
HAR_DAYS = (1, 5, 22)
MOST_AR_LAGS = 20


@dataclass(frozen=True)
class RivalWindows:
    """What rivals of next-day forecasts are fitted on or forecast from.

    Attributes
    ----------
    series
        All values until the last training target.
    train, validation
        Windows and targets. Without validation rows both are empty.
    test
        Windows to forecast from.
    """

    series: Vector
    train: tuple[Matrix, Vector]
    validation: tuple[Matrix, Vector]
    test: Matrix


def level_rivals(known: RivalWindows) -> pd.DataFrame:
    """Next-day levels by four rivals.

    Returns
    -------
    pandas.DataFrame
        One row a test row. ``persistence``: the last value. ``drift``: the last value times one plus the mean
        training return. ``autoregression``: see :func:`autoregression`. ``ridge`` on all lags, the penalty
        chosen by leave-one-out on the training rows.
    """
    series, test = known.series, known.test
    ridge = make_pipeline(StandardScaler(), RidgeCV(RIDGE_PENALTIES)).fit(*known.train)
    return pd.DataFrame(
        {
            "persistence": persistence(test),
            "drift": relative_drift(series)(test),
            "autoregression": autoregression(series, test.shape[1])(test),
            "ridge": ridge.predict(test),
        }
    )


def volatility_rivals(known: RivalWindows) -> pd.DataFrame:
    """Next-day absolute returns by four rivals.

    Returns
    -------
    pandas.DataFrame
        One row a test row. ``ewma``: the exponentially weighted mean of the window, with the decay that has the
        smallest squared error on the validation rows, or, where there are none, on the training rows. ``har``:
        regression on the means of the last 1, 5 and 22 days (Corsi, 2009). ``linear_regression`` on all lags, by
        least squares. ``training_mean``.
    """
    train, test = known.train, known.test
    windows, targets = known.validation if len(known.validation[1]) else train
    errors = [SQUARED_ERROR.of(ewma(windows, decay), targets).mean() for decay in EWMA_DECAYS]
    decay = float(EWMA_DECAYS[int(np.argmin(errors))])
    logger.info("EWMA: a decay of %.2f has the smallest squared error", decay)
    har = LinearRegression().fit(har_means(train[0]), train[1])
    linear = LinearRegression().fit(*train)
    return pd.DataFrame(
        {
            "ewma": ewma(test, decay),
            "har": har.predict(har_means(test)),
            "linear_regression": linear.predict(test),
            "training_mean": np.full(len(test), train[1].mean()),
        }
    )


def persistence(windows: Matrix) -> Vector:
    """The last value of each window."""
    return windows[:, -1]


def relative_drift(series: Vector) -> NextValue:
    """The last value times one plus the mean return of a series of positive values."""
    growth = 1 + float((series[1:] / series[:-1] - 1).mean())
    return lambda windows: windows[:, -1] * growth


def additive_drift(series: Vector) -> NextValue:
    """The last value plus the mean step of a series."""
    step = float(np.diff(series).mean())
    return lambda windows: windows[:, -1] + step


def autoregression(series: Vector, lags: int) -> NextValue:
    """An autoregression with a constant whose order, up to 20 or the length of a window, has the smallest AIC.

    Parameters
    ----------
    series
        Values to fit on, oldest first.
    lags
        Length of a window.
    """
    # An order beyond a third of the series leaves too few rows to fit on.
    most = min(MOST_AR_LAGS, lags, len(series) // 3)
    fitted = ar_select_order(series, maxlag=most, ic="aic", trend="c").model.fit()
    constant, weights = float(fitted.params[0]), np.asarray(fitted.params[1:], dtype=np.float64)
    logger.info("Autoregression: order %d has the smallest AIC", len(weights))
    # The first weight belongs to the newest value.
    return lambda windows: constant + windows[:, windows.shape[1] - len(weights) :] @ weights[::-1]


def ewma(windows: Matrix, decay: float) -> Vector:
    """Exponentially weighted mean of each window: weight ``decay ** k`` for the value k before the last."""
    weights = decay ** np.arange(windows.shape[1] - 1, -1, -1)
    return windows @ (weights / weights.sum())


def har_means(windows: Matrix) -> Matrix:
    """Means of the last 1, 5 and 22 values (fewer in a shorter window): ``(rows, 3)``."""
    return np.column_stack([windows[:, -days:].mean(axis=1) for days in HAR_DAYS])


def repeated(values: Vector, steps: int) -> Matrix:
    """One forecast for every step: ``(runs, steps)``."""
    return np.repeat(values[:, None], steps, axis=1)


def recursive(next_value: NextValue, windows: Matrix, steps: int) -> Matrix:
    """Several steps from each window, every forecast entering the window of the next: ``(runs, steps)``."""
    windows = windows.copy()
    forecasts = np.empty((len(windows), steps))
    for step in range(steps):
        forecasts[:, step] = next_value(windows)
        windows = np.column_stack([windows[:, 1:], forecasts[:, step]])
    return forecasts


def run_rivals(series: Vector, lags: int) -> dict[str, Callable[[Matrix, int], Matrix]]:
    """Fit three rivals for runs of several steps.

    Parameters
    ----------
    series
        All values until the last training target.
    lags
        Length of a window.

    Returns
    -------
    dict
        ``persistence``, ``drift`` (relative if all training values are positive, else additive) and
        ``autoregression``: functions of windows ``(runs, lags)`` and steps to forecasts ``(runs, steps)``.
    """
    drift = relative_drift(series) if (series > 0).all() else additive_drift(series)
    return {
        "persistence": lambda windows, steps: repeated(persistence(windows), steps),
        "drift": partial(recursive, drift),
        "autoregression": partial(recursive, autoregression(series, lags)),
    }


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
    return {
        f"mean_of_last_{mean_of}": repeated(windows[:, -mean_of:].mean(axis=1), steps),
        "ewma": repeated(ewma(windows, 1 - ewma_weight), steps),
    }
