"""Forecasts of a known, small skill, made from the outcomes: whoever judges must see it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.skill.metrics.series import LAST_VALUE
from rnn_trading.skill.rows import MODEL, rows_of
from rnn_trading.skill.statistics import TRUTH
from rnn_trading.skill.tasks import TASKS, TaskName

Vector = NDArray[np.float64]
SMALLEST_PROBABILITY, SMALLEST_SHARE_OF_MEAN = 0.01, 0.05


@dataclass(frozen=True)
class _Scale:
    """On which scale outcomes are forecast, and the way back to forecasts."""

    outcomes: Callable[[pd.DataFrame], Vector]
    forecasts: Callable[[pd.DataFrame, Vector], Vector]


def _truth(rows: pd.DataFrame) -> Vector:
    return rows[TRUTH].to_numpy(dtype=float)


def _returns(rows: pd.DataFrame) -> Vector:
    return _truth(rows) / rows[LAST_VALUE].to_numpy(dtype=float) - 1


def _levels(rows: pd.DataFrame, returns: Vector) -> Vector:
    return rows[LAST_VALUE].to_numpy(dtype=float) * (1 + returns)


def _probabilities(_: pd.DataFrame, values: Vector) -> Vector:
    return np.clip(values, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)


def _positive(rows: pd.DataFrame, values: Vector) -> Vector:
    return np.maximum(values, SMALLEST_SHARE_OF_MEAN * _truth(rows).mean())


_PLAIN = _Scale(_truth, lambda _, values: values)
_PROBABILITY, _LEVEL = _Scale(_truth, _probabilities), _Scale(_returns, _levels)
SCALES: dict[TaskName, _Scale] = {
    "classification": _PROBABILITY,
    "regression": _PLAIN,
    "level": _LEVEL,
    "volatility": _Scale(_truth, _positive),
    "runs": _LEVEL,
    "macro": _PLAIN,
    "sentiment": _PROBABILITY,
    "stars": _PLAIN,
    "filings": _PLAIN,
}


def with_planted_forecast(task: TaskName, predictions: pd.DataFrame, strength: float, seed: int) -> pd.DataFrame:
    """The predictions with another forecast: of each outcome the best one, given what correlates so much with it.

    Parameters
    ----------
    task
        Kind of forecast.
    predictions
        Keys, prediction, truth and rivals; neither the keys nor the rivals are changed.
    strength
        Correlation of the forecast with the outcomes, on their scale: returns on the last value for levels and runs,
        the truth as it is for all others.
    seed
        Of the noise.

    Returns
    -------
    pandas.DataFrame
        The rows that are judged. The forecast is the mean of the outcomes, plus the square of the strength times what
        an outcome differs from it, plus noise: the mean of an outcome, given its forecast, is the forecast. Each macro
        series, and each step of a run, has its own mean and spread.

    Examples
    --------
    >>> rows = pd.DataFrame({"truth": np.random.default_rng(1).normal(size=10_000), "prediction": 0.0})
    >>> planted = with_planted_forecast("regression", rows, strength=0.05, seed=2)
    >>> correlation = planted["prediction"].corr(planted["truth"])
    >>> spread = planted["prediction"].std() / planted["truth"].std()
    >>> round(float(correlation), 2), round(float(spread), 2)
    (0.05, 0.05)
    """
    scale, rows = SCALES[task], predictions[rows_of(predictions, TASKS[task].only)]
    outcomes = pd.Series(scale.outcomes(rows), index=rows.index)
    groups = [rows[name] for name in ("series", "step") if name in rows] or (outcomes * 0)
    mean, spread = (outcomes.groupby(groups).transform(how).to_numpy() for how in ("mean", "std"))
    noise = np.random.default_rng([seed, 12]).normal(size=len(rows))
    signal = strength**2 * (outcomes.to_numpy() - mean) + strength * np.sqrt(1 - strength**2) * spread * noise
    return rows.assign(**{MODEL: scale.forecasts(rows, mean + signal)})
