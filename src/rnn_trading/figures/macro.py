"""Figures of several macro series, in the style of :mod:`rnn_trading.figures.panels`."""

import pandas as pd
from matplotlib.figure import Figure

from rnn_trading.figures.panels import BLUE, ORANGE, date_axis, styled, titled
from rnn_trading.figures.styles import every, rival_styles
from rnn_trading.skill.formats import words
from rnn_trading.skill.metrics.macro import ORIGINAL

MONTHS_BEFORE = 24


@styled
def raw_and_transformed(macro: pd.DataFrame, transformed: pd.DataFrame, title: str) -> Figure:
    """Every series as it came and as it is forecast.

    Parameters
    ----------
    macro, transformed
        Index: months; one column a series.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(13, 1 + 3 * macro.shape[1]))
    for row, name in zip(figure.subplots(macro.shape[1], 2, squeeze=False), macro, strict=True):
        for axes, table, label in zip(row, (macro, transformed), ("as it came", "transformed"), strict=True):
            axes.plot(table.index, table[name], color=BLUE, linewidth=1.5)
            axes.set_title(f"{name}, {label}", loc="left", fontsize=12)
            axes.set(ylabel="original units" if label == "as it came" else "transformed units")
            date_axis(axes)
    return titled(figure, title)


@styled
def forecasts_in_time(macro: pd.DataFrame, predictions: pd.DataFrame, run: str, title: str) -> Figure:
    """Each series with the forecasts of the network and of every rival, in original units.

    Parameters
    ----------
    macro
        Index: months; one column a series.
    predictions
        ``units``, ``run``, ``series``, ``target_date``, ``prediction``, ``truth``, rivals.
    run
        Kind of forecasts to show.
    title
        Title of the figure.
    """
    rows = predictions[(predictions["units"] == ORIGINAL) & (predictions["run"] == run)]
    keys = {"units", "run", "series", "date", "step", "target_date", "prediction", "truth"}
    rivals = [column for column in predictions if column not in keys]
    figure = Figure(figsize=(12, 1 + 4 * macro.shape[1]))
    for axes, name in zip(figure.subplots(macro.shape[1], 1, sharex=True), macro, strict=True):
        of_series = rows[rows["series"] == name]
        last = macro.index.get_loc(of_series["target_date"].iloc[-1])
        shown = macro[name].iloc[max(0, last - len(of_series) - MONTHS_BEFORE) : last + 1]
        axes.plot(shown.index, shown, color="black", linewidth=1.8, label="truth")
        for rival, style in rival_styles(rivals).items():
            marked = {"label": words(rival), "markevery": every(len(of_series))} | style
            axes.plot(of_series["target_date"], of_series[rival], **marked)
        marked = {"marker": "o", "markevery": every(len(of_series)), "label": "network"}
        axes.plot(of_series["target_date"], of_series["prediction"], color=ORANGE, linewidth=2.8, **marked)
        axes.set_title(name, loc="left", fontsize=12)
        axes.set(ylabel="original units")
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=11, handlelength=4)
        date_axis(axes)
    return titled(figure, title)
