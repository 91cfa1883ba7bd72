"""Naive rivals for several series that are forecast together.

Every rival makes both kinds of forecasts, from the same origins as the network: a path of several steps that feeds on
itself, of which one step from the truth is the shortest. Histories are ``(runs, rows, series)``, oldest row first.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.skill.rivals.series import MOST_AR_LAGS, autoregression_of, recursive
from rnn_trading.skill.rivals.tiers import Rivals

logger = logging.getLogger(__name__)

Array = NDArray[np.float64]
Paths = Callable[[Array, int], Array]  # histories and steps to (runs, steps, series)


@dataclass(frozen=True)
class KnownMonths:
    """What rivals are fitted on.

    Attributes
    ----------
    values
        Until the last training target, index: months, one column a series; none missing.
    season
        Rows in a year.
    """

    values: pd.DataFrame
    season: int


def vector_autoregression(known: KnownMonths) -> Paths:
    """A vector autoregression with a constant whose order, at least 1, has the smallest AIC (Lütkepohl, 2005).

    The order is at most two seasons, or what leaves three rows a parameter.
    """
    from statsmodels.tsa.api import VAR  # noqa: PLC0415  takes a second to import

    values = known.values
    most = min(2 * known.season, len(values) // (3 * values.shape[1]))
    model = VAR(values.to_numpy())
    order = max(1, int(model.select_order(most).aic))
    fitted = model.fit(order)
    logger.info("Vector autoregression: order %d has the smallest AIC", order)
    return lambda histories, steps: np.stack([fitted.forecast(history[-order:], steps) for history in histories])


def autoregression(known: KnownMonths) -> Paths:
    """An autoregression for each series; see :func:`rnn_trading.skill.rivals.series.autoregression_of`."""
    values = known.values
    fitted = [autoregression_of(values[name].to_numpy(), MOST_AR_LAGS) for name in values]

    def forecast(histories: Array, steps: int) -> Array:
        paths = [recursive(next_value, histories[:, :, k], steps) for k, next_value in enumerate(fitted)]
        return np.stack(paths, axis=-1)

    return forecast


def persistence(known: KnownMonths) -> Paths:
    """The last row."""
    return lambda histories, steps: np.repeat(histories[:, -1:], steps, axis=1)


def seasonal_persistence(known: KnownMonths) -> Paths:
    """The value a year before the target: the last ``season`` rows of each history, again and again."""
    season = known.season
    return lambda histories, steps: histories[:, -season:][:, np.arange(steps) % season]


def training_mean(known: KnownMonths) -> Paths:
    """The mean of the training months."""
    mean = known.values.mean().to_numpy()
    return lambda histories, steps: np.broadcast_to(mean, (len(histories), steps, len(mean)))


# A new rival is a function above, and its name here.
MACRO = Rivals(
    chance=(training_mean,),
    naive=(persistence, seasonal_persistence),
    strong=(autoregression, vector_autoregression),
)
