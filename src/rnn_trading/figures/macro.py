"""Figures of several macro series, in the style of :mod:`rnn_trading.figures.panels`."""

import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from rnn_trading.figures.inputs import SHADES
from rnn_trading.figures.panels import BLUE, ORANGE, date_axis, styled, titled
from rnn_trading.figures.styles import every, rival_styles
from rnn_trading.skill.formats import format_score, words
from rnn_trading.skill.metrics.macro import ORIGINAL

YEARS_SHOWN = 10
LONGEST_UNIT = 24  # characters beside an axis


@styled
def raw_and_transformed(
    macro: pd.DataFrame, transformed: pd.DataFrame, units: dict[str, tuple[str, str]], title: str
) -> Figure:
    """Every series as it came and as it is forecast.

    Parameters
    ----------
    macro, transformed
        Index: months; one column a series.
    units
        By series, of its values as they came and transformed.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(13, 1 + 3 * macro.shape[1]))
    for row, name in zip(figure.subplots(macro.shape[1], 2, squeeze=False), macro, strict=True):
        shown = zip(row, (macro, transformed), ("as it came", "as it is forecast"), units[name], strict=True)
        for axes, table, label, unit in shown:
            axes.plot(table.index, table[name], color=BLUE, linewidth=1.5)
            axes.set_title(f"{name}, {label}", loc="left", fontsize=12)
            axes.set_ylabel(textwrap.fill(unit, LONGEST_UNIT))
            date_axis(axes)
    return titled(figure, title)


@styled
def forecasts_in_time(
    macro: pd.DataFrame, forecasts: tuple[pd.DataFrame, dict[str, float]], run: str, units: dict[str, str], title: str
) -> Figure:
    """Each series in its last ten years with the forecast of the network, and the test months with every rival's too.

    Parameters
    ----------
    macro
        Index: months; one column a series.
    forecasts
        ``units``, ``run``, ``series``, ``target_date``, ``prediction``, ``truth``, rivals; and by series the mean
        absolute error of the network, in original units.
    run
        Kind of forecasts to show.
    units
        By series, of its values as they came.
    title
        Title of the figure.
    """
    predictions, errors = forecasts
    rows = predictions[(predictions["units"] == ORIGINAL) & (predictions["run"] == run)]
    figure = Figure(figsize=(15, 1 + 4 * macro.shape[1]))
    for (years, months), name in zip(figure.subplots(macro.shape[1], 2, squeeze=False), macro, strict=True):
        of_series = rows[rows["series"] == name]
        first, last = of_series["target_date"].iloc[[0, -1]]
        shown = macro.loc[last - pd.DateOffset(years=YEARS_SHOWN) : last, name]
        years.axvspan(first, last, color=SHADES["test"], linewidth=0, zorder=0, label="test months")
        for axes, values in ((years, shown), (months, shown.loc[first:])):
            axes.plot(values.index, values, color="black", linewidth=3, label="truth")
            axes.set(ylabel=units[name])
            date_axis(axes)
        _draw_rivals(months, of_series)
        for axes in (years, months):
            marked: dict[str, Any] = {"marker": "o", "markevery": every(len(of_series)), "markersize": 5}
            axes.plot(*_line(of_series, "prediction"), color=ORANGE, label="network", **marked)
        years.set_title(f"{name}: MAE {format_score(errors[name])} {units[name]}", loc="left", fontsize=12)
        months.set_title("The test months, with every rival", loc="left", fontsize=12)
        years.legend(loc="best", fontsize=11)
        months.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=10, handlelength=4)
    return titled(figure, title)


def _draw_rivals(axes: Axes, rows: pd.DataFrame) -> None:
    keys = {"fold", "units", "run", "series", "date", "step", "target_date", "prediction", "truth"}
    for rival, style in rival_styles([column for column in rows if column not in keys]).items():
        axes.plot(*_line(rows, rival), label=words(rival), markevery=every(len(rows)), **style)


def _line(rows: pd.DataFrame, column: str) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """Dates and forecasts; broken where a path ends and that of the next fold begins, which nobody joined."""
    dates, values = rows["target_date"].to_numpy(), rows[column].to_numpy(dtype=float)
    ends = np.flatnonzero(np.diff(rows["step"]) < 0) + 1
    return np.insert(dates, ends, np.datetime64("NaT")), np.insert(values, ends, np.nan)
