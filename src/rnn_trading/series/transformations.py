"""Transformations that make a series stationary, and their inverses, for single forecasts and for whole paths."""

from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from rnn_trading.parameters import parameters
from rnn_trading.tables.checks import TableError
from rnn_trading.tables.wording import counted


@parameters
class TransformationParameters:
    """One series and its transformation.

    Parameters
    ----------
    name
        Name of the series, as in the table.
    method
        ``none``; ``difference``: the value less the one ``period`` steps before; ``log_difference``: the same of
        natural logarithms, near the relative change.
    period
        Steps between the two values; not used by ``none``.
    unit
        Unit of the series, for the axes of figures.

    Examples
    --------
    >>> cpi = TransformationParameters(name="cpi", method="log_difference", period=12)
    >>> cpi.lost, cpi.transformed_unit
    (12, 'log change over 12 months')
    """

    name: Annotated[str, Field(min_length=1)]
    method: Literal["none", "difference", "log_difference"]
    period: Annotated[int, Field(ge=1)]
    unit: Annotated[str, Field(min_length=1)] = "own units"

    @property
    def transformed_unit(self) -> str:
        """Unit of the transformed series, whose steps are months."""
        over = "1 month" if self.period == 1 else f"{self.period} months"
        changes = {"difference": f"change over {over}, {self.unit}", "log_difference": f"log change over {over}"}
        return changes.get(self.method, self.unit)

    @property
    def lost(self) -> int:
        """Values at the start that have no transformed value."""
        return 0 if self.method == "none" else self.period


def transform(series: pd.Series, transformation: TransformationParameters) -> pd.Series:
    """Transform a series; the first values, which have nothing to be compared with, are missing.

    Parameters
    ----------
    series
        Numbers, oldest first, indexed by date. A missing value makes those that are compared with it missing.
    transformation
        See :class:`TransformationParameters`.

    Returns
    -------
    pandas.Series
        float64, with the index of the series.

    Raises
    ------
    TableError
        If there are no more values than ``period``, or a value is not positive under a logarithm.

    Examples
    --------
    >>> cpi = pd.Series([100.0, 105.0, 106.0], index=pd.date_range("2020-01-01", periods=3, freq="MS"))
    >>> transform(cpi, TransformationParameters(name="cpi", method="difference", period=1)).tolist()
    [nan, 5.0, 1.0]
    >>> transform(cpi, TransformationParameters(name="cpi", method="log_difference", period=2)).round(4).tolist()
    [nan, nan, 0.0583]
    """
    if transformation.method == "none":
        return series.astype("float64")
    if len(series) <= transformation.period:
        raise TableError(
            f"{transformation.name}: a difference over {transformation.period} steps needs more values than that. "
            f"Received: {len(series)}. Use a longer history or a shorter period."
        )
    if transformation.method == "difference":
        return series.diff(transformation.period)
    bad = series <= 0
    if bad.any():
        raise TableError(
            f"{transformation.name}: {series[bad].iloc[0]:g} on {series.index[bad][0]:%Y-%m-%d} has no logarithm "
            f"({counted(int(bad.sum()), 'such value')}). Expected positive values. Use method: difference or none."
        )
    return np.log(series).diff(transformation.period)


def invert_path(
    forecasts: NDArray[np.float64], history: NDArray[np.float64], transformation: TransformationParameters
) -> NDArray[np.float64]:
    """Bring a path of transformed forecasts back to original units.

    Parameters
    ----------
    forecasts
        Transformed, one a step, ``(steps,)``.
    history
        Original values until the step before the first forecast, oldest first, at least ``period`` of them. From step
        ``period + 1`` on, a forecast is added to an earlier forecast.
    transformation
        As the series was transformed.

    Returns
    -------
    numpy.ndarray
        float64, ``(steps,)``.

    Raises
    ------
    ValueError
        If the history is shorter than the period.

    Examples
    --------
    >>> yearly = TransformationParameters(name="cpi", method="difference", period=2)
    >>> invert_path(np.array([1.0, 2.0, 3.0]), np.array([100.0, 105.0]), yearly).tolist()
    [101.0, 107.0, 104.0]
    """
    if transformation.method == "none":
        return np.array(forecasts, dtype=np.float64)
    period = transformation.period
    if len(history) < period:
        raise ValueError(
            f"{transformation.name}: the inverse of a difference over {period} steps needs as many values before the "
            f"path. Received: {len(history)}."
        )
    known = np.concatenate([history[-period:], np.empty(len(forecasts))])
    for step, forecast in enumerate(forecasts):
        base = known[step]  # the value ``period`` steps before the one that is forecast
        known[period + step] = base + forecast if transformation.method == "difference" else base * np.exp(forecast)
    return known[period:]
