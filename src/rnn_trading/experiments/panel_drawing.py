"""Figures of an experiment on a panel: outcomes by quintile of the forecast, coefficients by date."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading import figures
from rnn_trading.experiments import drawing, wiring
from rnn_trading.figures import Figure
from rnn_trading.skill.formats import format_score, format_signed
from rnn_trading.skill.metrics.panels import information_coefficients, quantile_returns

# Of each table, what a row's return is the return of, and the dates of a rolling mean over four weeks.
PERIODS = {"returns_weekly": ("week", 4), "returns_daily": ("day", 20)}


def figures_of(table: str, unit: str | None = None) -> wiring.Drawn:
    """By its name, what draws each figure of an experiment on a table.

    ``unit`` is what the network forecasts; None: the return of the period.
    """
    period, dates = PERIODS[table]
    return {
        "learning_curves": partial(drawing.learning_curves, unit=unit or f"return of the {period}"),
        "quintiles": partial(quintiles, period=period),
        "rolling_ic": partial(rolling_ic, dates=dates, period=period),
        "model_and_rivals": drawing.model_and_rivals,
    }


def quintiles(predictions: pd.DataFrame, skill: dict[str, Any], *, period: str = "week") -> Figure:
    """Mean outcome by quintile of the prediction within its date; ``period`` is what the return is the return of."""
    outcome = "Share of rises" if skill["headline"]["metric"] == "auc" else f"Mean return of the {period}"
    by_date = quantile_returns(*_by_date(predictions))
    return figures.panels.quintile_means(by_date, outcome, drawing.title(_spread(by_date, skill), skill))


def _spread(by_date: pd.DataFrame, skill: dict[str, Any]) -> str:
    """What the highest fifth has more than the lowest, and whether means rise from each fifth to the next."""
    spread = skill["model"]["metrics"]["quintile_spread"]
    if spread is None:
        return "Outcome by predicted quintile"
    rising = "monotone" if by_date.mean().is_monotonic_increasing else "not monotone"
    return f"Highest less lowest fifth: {format_signed(100 * spread)} percentage points, {rising}"


def rolling_ic(predictions: pd.DataFrame, skill: dict[str, Any], *, dates: int = 4, period: str = "week") -> Figure:
    """Information coefficient of the dates, its rolling mean over so many dates, one a ``period``."""
    by_date = information_coefficients(*_by_date(predictions))
    mean, overall = (format_score(skill["model"]["metrics"][name]) for name in ("ic_mean", "ic_pooled"))
    what = f"Information coefficient: {mean} by {period}, {overall} over all rows"
    return figures.panels.rolling_information_coefficient(by_date, dates, drawing.title(what, skill), period)


def _by_date(predictions: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64], pd.DatetimeIndex]:
    forecast, truth = (predictions[name].to_numpy() for name in ("prediction", "truth"))
    return forecast, truth, pd.DatetimeIndex(predictions["date"])
