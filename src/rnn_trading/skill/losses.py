"""Losses of single rows."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
PROBABILITY_FLOOR = 1e-7


@dataclass(frozen=True)
class Loss:
    """A loss of single rows: its name, and a function of forecasts and truths, both ``(rows,)``.

    Examples
    --------
    >>> SQUARED_ERROR.of(np.array([1.0, 2.0]), np.array([1.0, 5.0])).tolist()
    [0.0, 9.0]

    A probability of one half costs the logarithm of 2, whatever comes:

    >>> LOG_LOSS.of(np.array([0.5, 0.5]), np.array([0.0, 1.0])).round(4).tolist()
    [0.6931, 0.6931]
    """

    name: str
    of: Callable[[Vector, Vector], Vector]


def _log_loss(forecast: Vector, truth: Vector) -> Vector:
    probability = np.clip(forecast, PROBABILITY_FLOOR, 1 - PROBABILITY_FLOOR)
    return -np.where(np.asarray(truth) > 0.5, np.log(probability), np.log1p(-probability))


LOG_LOSS = Loss("log-loss", _log_loss)  # in nats, of probabilities
SQUARED_ERROR = Loss("squared error", lambda forecast, truth: (np.asarray(forecast) - np.asarray(truth)) ** 2)
