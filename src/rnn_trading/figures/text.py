"""Figures of texts and of their forecasts, in the style of :mod:`rnn_trading.figures.panels`."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from rnn_trading.figures.panels import BLUE, GREY, ORANGE, legend_above, plain_numbers, styled, titled
from rnn_trading.skill.formats import words

BINS = 60


@styled
def text_lengths(lengths: NDArray[np.int64], tokens: int, what: str, title: str) -> Figure:
    """How long the texts are, on a logarithmic axis, and how much of them a network sees.

    Parameters
    ----------
    lengths
        Words of each text, ``(texts,)``; a text without words is not shown.
    tokens
        Words that the network takes.
    what
        What the texts are, in the plural.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(9, 4.6))
    axes = figure.subplots()
    ends = max(1, lengths.min()), max(lengths.max(), tokens) + 1
    axes.hist(lengths, bins=np.geomspace(*ends, BINS + 1).tolist(), color=BLUE)
    axes.axvline(tokens, color=ORANGE, linestyle="--", label=f"the network sees {tokens:,} words")
    axes.axvline(float(np.median(lengths)), color=GREY, linestyle=":", label=f"median: {np.median(lengths):,.0f} words")
    axes.set(xlabel="Words", ylabel=what.capitalize(), xscale="log", xlim=ends)
    plain_numbers(axes.xaxis)
    legend_above(axes, 2)
    return titled(figure, title)


@styled
def forecasts_by_label(predictions: pd.DataFrame, best: str | None, title: str) -> Figure:
    """Forecasts of the texts of each label, of the network and of its best rival.

    Parameters
    ----------
    predictions
        ``truth``, whole numbers; ``prediction``, and a column for each rival.
    best
        Name of the best rival; None: there is none.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(9, 5.6))
    axes = figure.subplots()
    labels = np.sort(predictions["truth"].unique())
    shown = [("network", "prediction", ORANGE)] + ([(words(best), best, BLUE)] if best else [])
    places = np.arange(len(labels))
    for number, (name, column, colour) in enumerate(shown):
        of_label = [predictions.loc[predictions["truth"] == label, column].to_numpy() for label in labels]
        # The middle half, and all but a twentieth at each end.
        axes.boxplot(
            of_label,
            positions=places + 0.36 * (number - (len(shown) - 1) / 2),
            widths=0.3,
            whis=(5, 95),
            showfliers=False,
            patch_artist=True,
            manage_ticks=False,
            boxprops={"facecolor": colour},
            medianprops={"color": "black"},
            label=name,
        )
    axes.hlines(labels, places - 0.45, places + 0.45, color="black", linestyle=":", label="the stars given", zorder=3)
    axes.set_xticks(places, [f"{label:g}\n{(predictions['truth'] == label).sum():,}" for label in labels])
    axes.set(xlabel="Stars given, and number of test reviews", ylabel="Stars forecast")
    axes.legend(loc="lower right", fontsize=11)
    return titled(figure, title)
