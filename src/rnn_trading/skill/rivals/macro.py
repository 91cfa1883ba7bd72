"""Rivals for several series that are forecast together.

Every rival makes both kinds of forecasts, from the same origins as the network: a path of several steps that feeds on
itself, of which one step from the truth is the shortest. Histories are ``(runs, rows, series)``, oldest row first.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.skill.metrics.macro import ABSOLUTE_ERROR
from rnn_trading.skill.rivals.fitting import best_of
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
    validation
        Histories before the validation months, and these months ``(runs, series)``, to choose on. Without validation
        months both are empty.
    """

    values: pd.DataFrame
    season: int
    validation: tuple[Array, Array]


def vector_autoregression(known: KnownMonths) -> Paths:
    """A vector autoregression with a constant (Lütkepohl, 2005).

    Its order, at least 1, has the smallest mean absolute error on the validation months, or, where there are none, the
    smallest AIC. It is at most two seasons, or what leaves three rows a parameter.
    """
    from statsmodels.tsa.api import VAR  # noqa: PLC0415  takes a second to import

    values = known.values
    most = min(2 * known.season, len(values) // (3 * values.shape[1]))
    model = VAR(values.to_numpy())
    before, months = known.validation
    if not len(months):
        order = max(1, int(model.select_order(most).aic))
        logger.info("Vector autoregression: order %d has the smallest AIC", order)
        return _paths(model.fit(order))
    fits = {order: _paths(model.fit(order)) for order in range(1, max(1, most) + 1)}

    def error(order: int) -> float:
        return float(ABSOLUTE_ERROR.of(fits[order](before, 1)[:, 0], months).mean())

    return fits[best_of([*fits], error, "order of vector autoregression")]


def _paths(fitted: Any) -> Paths:
    order = fitted.k_ar
    return lambda histories, steps: np.stack([fitted.forecast(history[-order:], steps) for history in histories])


def autoregression(known: KnownMonths) -> Paths:
    """An autoregression for each series; see :func:`rnn_trading.skill.rivals.series.autoregression_of`."""
    before, months = known.validation
    fitted = [
        autoregression_of(values.to_numpy(), MOST_AR_LAGS, (before[:, :, k], months[:, k]), ABSOLUTE_ERROR)
        for k, (_, values) in enumerate(known.values.items())
    ]

    def forecast(histories: Array, steps: int) -> Array:
        paths = [recursive(next_value, histories[:, :, k], steps) for k, next_value in enumerate(fitted)]
        return np.stack(paths, axis=-1)

    return forecast


def persistence(known: KnownMonths) -> Paths:
    """The last row."""
    return lambda histories, steps: np.repeat(histories[:, -1:], steps, axis=1)


def seasonal_persistence(known: KnownMonths) -> Paths:
    """The value a year before the target: the last ``season`` rows of each history, again and again.

    A history that is shorter raises a ValueError.
    """
    season = known.season

    def forecast(histories: Array, steps: int) -> Array:
        if histories.shape[1] < season:
            raise ValueError(f"a season has {season} months, a history {histories.shape[1]}")
        return histories[:, -season:][:, np.arange(steps) % season]

    return forecast


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
