"""Naive rivals for several series that are forecast together.

Every rival makes both kinds of forecasts, from the same origins as the network: a path of several steps that feeds on
itself, of which one step from the truth is the shortest. Histories are ``(runs, rows, series)``, oldest row first.
"""

import logging
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsmodels.tsa.api import VAR

from rnn_trading.skill.rivals.series import MOST_AR_LAGS, autoregression, recursive

logger = logging.getLogger(__name__)

Array = NDArray[np.float64]
Paths = Callable[[Array, int], Array]  # histories and steps to (runs, steps, series)


def macro_rivals(known: pd.DataFrame, season: int) -> dict[str, Paths]:
    """Fit five rivals.

    Parameters
    ----------
    known
        Values until the last training target, index: months, one column a series.
    season
        Rows in a year.

    Returns
    -------
    dict
        ``vector_autoregression``, its order by AIC; ``autoregression``, one for each series, orders by AIC;
        ``persistence``; ``seasonal_persistence``: the value a year before the target; ``training_mean``. The
        order of an autoregression is at most 20 or a third of the rows, that of the vector autoregression two
        seasons or what leaves three rows a parameter.
    """
    mean = known.mean().to_numpy()
    return {
        "vector_autoregression": vector_autoregression(known, 2 * season),
        "autoregression": separate_autoregressions(known),
        "persistence": lambda histories, steps: np.repeat(histories[:, -1:], steps, axis=1),
        "seasonal_persistence": lambda histories, steps: seasonal_persistence(histories, steps, season),
        "training_mean": lambda histories, steps: np.broadcast_to(mean, (len(histories), steps, len(mean))),
    }


def vector_autoregression(known: pd.DataFrame, most_lags: int) -> Paths:
    """A vector autoregression with a constant whose order, at least 1, has the smallest AIC (Lütkepohl, 2005)."""
    most = min(most_lags, len(known) // (3 * known.shape[1]))
    model = VAR(known.to_numpy())
    order = max(1, int(model.select_order(most).aic))
    fitted = model.fit(order)
    logger.info("Vector autoregression: order %d has the smallest AIC", order)

    def forecast(histories: Array, steps: int) -> Array:
        return np.stack([fitted.forecast(history[-order:], steps) for history in histories])

    return forecast


def separate_autoregressions(known: pd.DataFrame) -> Paths:
    """An autoregression for each series; see :func:`rnn_trading.skill.rivals.series.autoregression`."""
    fitted = [autoregression(known[name].to_numpy(), MOST_AR_LAGS) for name in known]

    def forecast(histories: Array, steps: int) -> Array:
        paths = [recursive(next_value, histories[:, :, k], steps) for k, next_value in enumerate(fitted)]
        return np.stack(paths, axis=-1)

    return forecast


def seasonal_persistence(histories: Array, steps: int, season: int) -> Array:
    """The last ``season`` rows of each history, again and again: ``(runs, steps, series)``."""
    return histories[:, -season:][:, np.arange(steps) % season]
