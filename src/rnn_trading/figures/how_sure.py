"""Figures of intervals and of probabilities: what they promise beside what came."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from rnn_trading.figures.panels import BLUE, GREEN, GREY, ORANGE, legend_below, say, styled, titled
from rnn_trading.figures.styles import TIER_COLOURS, every
from rnn_trading.skill.formats import format_score, words
from rnn_trading.skill.rivals.lists import tier_of

# Of each level, how its intervals are drawn.
LEVELS: dict[str, dict[str, Any]] = {"80": {"color": BLUE, "marker": "s"}, "95": {"color": ORANGE, "marker": "o"}}
FEW_GROUPS = 8  # of more steps than these, widths are lines
ERRORS = 2  # standard errors in a bar
WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "as_forecast": ("as forecast", {"color": ORANGE, "marker": "o", "linewidth": 2.6}),
    "platt": ("Platt scaling", {"color": BLUE, "marker": "s", "linestyle": "--"}),
    "isotonic": ("isotonic", {"color": GREEN, "marker": "^", "linestyle": ":"}),
}


@styled
def nothing(why: str, title: str) -> Figure:
    """A figure that says why there is nothing to draw."""
    figure = Figure(figsize=(9, 3))
    return say(figure, figure.subplots(), why, title)


@styled
def intervals(found: dict[str, Any], title: str) -> Figure:
    """Share of truths within their intervals, by year, over all test rows and in the worst months; and mean widths.

    Parameters
    ----------
    found
        See :func:`rnn_trading.skill.intervals.judging.judge_intervals`.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(12, 5.4))
    held, widths = figure.subplots(1, 2, width_ratios=(1.7, 1))
    for number, (level, style) in enumerate(LEVELS.items()):
        of_level = found["levels"][level]
        held.axhline(float(level) / 100, color=style["color"], linestyle="--", linewidth=1.4)
        named = _parts(of_level)
        places = np.arange(len(named)) + 0.16 * (number - 0.5)
        shares = np.array([part["coverage"] for part in named.values()])
        errors = np.array([ERRORS * (part["error"] or 0.0) for part in named.values()])
        # A share is at most 1, and so is what is drawn of its error.
        both = np.stack([errors, np.minimum(errors, 1 - shares)])
        held.errorbar(places, shares, both, linestyle="none", capsize=3, label=f"{level} % intervals", **style)
    held.set_xticks(range(len(named)), [*named], rotation=90 if len(named) > FEW_GROUPS else 0)
    held.set(ylabel="Truths within their interval", xlabel=f"Bars: {ERRORS} standard errors; dashed: as promised")
    held.yaxis.set_major_formatter(PercentFormatter(1.0))
    held.grid(visible=False, axis="x")
    _draw_widths(widths, found)
    both_axes = [axes.get_legend_handles_labels() for axes in (held, widths)]
    handles, labels = ([each for of_axes in both_axes for each in of_axes[place]] for place in (0, 1))
    legend_below(figure, handles, labels, columns=4)
    return titled(figure, title)


def _parts(of_level: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By their label, the rows of each year, all rows, and those of the worst months."""
    years = {str(year["year"]): year for year in of_level["by_year"] or []}
    worst = {"worst\nmonths": of_level["worst_months"]} if of_level["worst_months"] else {}
    return years | {"all": of_level} | worst


def _draw_widths(axes: Axes, found: dict[str, Any]) -> None:
    """Mean widths of the model beside its rival: by step, where there are some; else of each level."""
    rival = found["rival"]
    of_tier = TIER_COLOURS[tier_of(rival)]
    axes.set_ylabel(f"Mean width ({found['unit']})")
    if found["newest"]["by"] == "step":
        of_rival = {"color": of_tier, "linestyle": "--", "fillstyle": "none"}
        for level, style in LEVELS.items():
            of_level = found["levels"][level]
            _by_step(axes, of_level["by_group"], **style)
            # The levels have one line in the legend: their markers are those of the model's.
            label = f"width, {words(rival)}" if level == "95" else None
            _by_step(axes, of_level["rival"]["by_group"], **style | of_rival, label=label)
        axes.set(xlabel="Steps ahead", ylim=(0, None))
        return
    drawn = (("model", ORANGE, -0.5), (words(rival), of_tier, 0.5))
    for name, colour, side in drawn:
        of_levels = [found["levels"][level] for level in LEVELS]
        heights = [(of if name == "model" else of["rival"])["width"] for of in of_levels]
        bars = axes.bar(np.arange(len(LEVELS)) + 0.36 * side, heights, 0.32, color=colour, label=f"width, {name}")
        axes.bar_label(bars, [format_score(height) for height in heights], fontsize=11, padding=2)
    axes.set_xticks(range(len(LEVELS)), [f"{level} %" for level in LEVELS])
    axes.set_xlabel("Intervals")
    axes.grid(visible=False, axis="x")
    axes.margins(y=0.12)


def _by_step(axes: Axes, by_step: dict[str, Any], **style: Any) -> None:
    widths = [each["width"] for each in by_step.values()]
    axes.plot(np.arange(1, len(widths) + 1), widths, markevery=every(len(widths)), **style)


@styled
def calibration(found: dict[str, Any], title: str) -> Figure:
    """Share of what happened by probability in ten bins, as it was forecast and fitted again, and where forecasts lie.

    Parameters
    ----------
    found
        See :func:`rnn_trading.skill.calibration.judge_calibration`.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(9, 7.4))
    axes = figure.subplots()
    ends = []
    for way, (name, style) in WAYS.items():
        if way in found["ways"]:
            ends += _curve(axes, found["ways"][way], name, **style)
    rival = found["rival"]
    colour = TIER_COLOURS[tier_of(rival["name"])]
    ends += _curve(axes, rival, words(rival["name"]), color=colour, marker="D", fillstyle="none", linestyle="-.")
    low, high = max(0.0, min(ends)), min(1.0, max(ends))
    margin = 0.04 * (high - low)
    axes.plot([low, high], [low, high], color=GREY, linestyle="--", linewidth=1.2, zorder=1)
    axes.annotate(
        "as promised", (high, high), (-14, 0), textcoords="offset points", ha="right", va="center", color=GREY
    )
    axes.set(
        xlabel="Probability, mean of a tenth of the rows",
        ylabel=f"What happened, with {ERRORS} standard errors",
        xlim=(low - margin, high + margin),
        ylim=(low - margin, high + margin),
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0))
    handles, labels = axes.get_legend_handles_labels()
    legend_below(figure, handles, labels, columns=2)
    return titled(figure, title)


def _curve(axes: Axes, of_way: dict[str, Any], name: str, **style: Any) -> list[float]:
    """Draw the bins of one way; returns what the axes must show."""
    bins = of_way["bins"]
    promised, shares = (np.array(bins[each], dtype=float) for each in ("probability", "share"))
    errors = ERRORS * np.nan_to_num(np.array(bins["error"], dtype=float))
    label = f"{name} (off by {format_score(of_way['calibration_error'])})"
    both = np.stack([np.minimum(errors, shares), np.minimum(errors, 1 - shares)])
    axes.errorbar(promised, shares, both, capsize=2, elinewidth=1, label=label, **style)
    return [*promised, *(shares - both[0]), *(shares + both[1])]
