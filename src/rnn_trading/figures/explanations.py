"""Figures of what a network's forecasts rest on."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rnn_trading.figures.panels import BLUE, GREY, styled, titled
from rnn_trading.figures.styles import DASHES, LINE_MARKS, MODEL_COLOUR
from rnn_trading.skill.formats import words

COLOURS = (MODEL_COLOUR, BLUE, "#009E73", "#8A8A8A", "#CC79A7")
SEQUENCE_RANK, MOST_WORDS = 2, 20
# Characters of a line below a bar, and beside an axis; bars whose names are turned.
LINE, LABEL, MOST_UPRIGHT = 12, 32, 3


@styled
def by_lag(
    values: Mapping[str, Sequence],
    features: Mapping[str, Sequence[str]],
    label: str,
    title: str,
    luck: float | None = None,
) -> Figure:
    """A line for each feature of a sequence, by lag; bars for features that have no lag.

    Parameters
    ----------
    values
        By input: ``(lags, features)``, newest first, or ``(features,)``.
    features
        Their names.
    label
        What the values are.
    title
        Of the figure.
    luck
        Size of what may be luck: a band on both sides of 0; None: nobody knows.
    """
    by_input = {name: np.asarray(each, dtype=float) for name, each in values.items()}
    sequences = [name for name, each in by_input.items() if each.ndim == SEQUENCE_RANK]
    others = {
        feature: value
        for name in by_input
        if name not in sequences
        for feature, value in zip(features[name], by_input[name], strict=True)
    }
    figure = Figure(figsize=(11, 5.2))
    widths = [3, min(1, 0.4 + 0.2 * len(others))] if others else [3]
    axes = figure.subplots(1, len(widths), width_ratios=widths, sharey=True, squeeze=False)[0]
    lines = [(each, by_input[name][:, place]) for name in sequences for place, each in enumerate(features[name])]
    for place, (name, line) in enumerate(lines):
        style = {"color": COLOURS[place % len(COLOURS)], "marker": LINE_MARKS[place % len(LINE_MARKS)], "markersize": 4}
        dashes = {} if place == 0 else {"dashes": DASHES[(place - 1) % len(DASHES)]}
        axes[0].plot(np.arange(1, len(line) + 1), line, label=words(name), linewidth=1.5, **style, **dashes)
    if luck:
        axes[0].axhspan(-luck, luck, color=GREY, alpha=0.15, label="may be luck")
        axes[0].margins(y=0.15)
    axes[0].axhline(0, color=GREY, linewidth=1)
    axes[0].set(xlabel="Lag (1: the newest)", ylabel=textwrap.fill(label, LABEL))
    axes[0].legend()
    if others:
        names = [textwrap.fill(words(name), LINE) for name in others]
        axes[1].bar(names, [*others.values()], color=BLUE, width=0.6)
        axes[1].axhline(0, color=GREY, linewidth=1)
        axes[1].margins(x=0.2)
        axes[1].tick_params(axis="x", rotation=0 if len(others) < MOST_UPRIGHT else 90)
        axes[1].set(xlabel="Known of\neach row")
    return titled(figure, title)


@styled
def by_word(found: Mapping[str, Any], title: str) -> Figure:
    """The words of a text that move its forecast most, in their order, and the attention that they are given.

    Parameters
    ----------
    found
        ``words``, ``effects`` and ``attention`` of one text; see
        :func:`rnn_trading.experiments.text_explaining.words_of_one_text`.
    title
        Of the figure.
    """
    effects = np.asarray(found["effects"], dtype=float)
    shown = np.sort(np.argsort(-np.abs(effects), kind="stable")[:MOST_WORDS])
    labels = [f"{found['words'][place]} ({place + 1})" for place in shown]
    panels = [("Forecast less that without the word", effects[shown], BLUE)]
    if found["attention"] is not None:
        panels.append(("Weight in attention", np.asarray(found["attention"])[shown], MODEL_COLOUR))
    figure = Figure(figsize=(11, 6.4))
    for axes, (label, values, colour) in zip(
        figure.subplots(1, len(panels), sharey=True, squeeze=False)[0], panels, strict=True
    ):
        axes.barh(np.arange(len(shown)), values, color=colour, height=0.65)
        axes.axvline(0, color=GREY, linewidth=1)
        axes.set(xlabel=label, yticks=np.arange(len(shown)), yticklabels=labels)
        axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.invert_yaxis()
    return titled(figure, title)
