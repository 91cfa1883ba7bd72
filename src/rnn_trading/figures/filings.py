"""Figures of returns after filings, in the style of :mod:`rnn_trading.figures.panels`."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from rnn_trading.figures.panels import BLUE, GREY, ORANGE, styled, titled

FEWEST_BINS, MOST_BINS = 8, 30
FEWEST_FOR_FIFTHS = 25
QUINTILES = 5


@styled
def forecasts_and_returns(predictions: pd.DataFrame, title: str) -> Figure:
    """Every test filing by forecast and return, the distributions of both; from 25 on, mean returns by fifths.

    Parameters
    ----------
    predictions
        ``prediction`` and ``truth``, fractions.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(9, 8))
    grid = figure.add_gridspec(2, 2, width_ratios=(5, 1), height_ratios=(1, 5))
    joint = figure.add_subplot(grid[1, 0])
    above = figure.add_subplot(grid[0, 0], sharex=joint)
    beside = figure.add_subplot(grid[1, 1], sharey=joint)
    forecast, truth = predictions["prediction"], predictions["truth"]
    joint.plot(forecast, truth, "o", color=BLUE, markersize=5, alpha=0.45, label="a filing")
    if len(forecast) >= FEWEST_FOR_FIFTHS:
        _draw_fifths(joint, forecast, truth)
    joint.axhline(0, color=GREY, linewidth=1)
    bins = max(FEWEST_BINS, min(MOST_BINS, len(forecast) // 5))
    above.hist(forecast, bins=bins, color=BLUE)
    beside.hist(truth, bins=bins, color=BLUE, orientation="horizontal")
    above.tick_params(labelbottom=False)
    beside.tick_params(labelleft=False)
    above.set(ylabel="Filings")
    beside.set(xlabel="Filings")
    joint.set(xlabel="Forecast of the return after the filing", ylabel="Return after the filing")
    joint.xaxis.set_major_formatter(PercentFormatter(1.0))
    joint.yaxis.set_major_formatter(PercentFormatter(1.0))
    joint.legend(loc="upper left", fontsize=11)
    return titled(figure, title)


def _draw_fifths(joint: Axes, forecast: pd.Series, truth: pd.Series) -> None:
    fifth = (forecast.rank(method="first") - 1) * QUINTILES // len(forecast)
    means = pd.DataFrame({"forecast": forecast, "truth": truth}).groupby(fifth).mean()
    joint.plot(
        means["forecast"], means["truth"], "D-", color=ORANGE, markersize=8, label="mean of a fifth of the forecasts"
    )
