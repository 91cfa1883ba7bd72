"""Figures of several folds, years and seeds."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rnn_trading.figures.panels import BLUE, GREY, ORANGE, legend_below, say, styled, titled
from rnn_trading.figures.styles import MODEL_COLOUR, TIER_COLOURS
from rnn_trading.plan import FOLD_PREFIX, SEED_PREFIX
from rnn_trading.skill.decision import best_rival
from rnn_trading.skill.formats import words
from rnn_trading.skill.rivals.lists import tier_of

MOST_LABELS = 12  # of folds, below an axis
COLUMNS = 4  # of panels
MODEL_STYLE: dict[str, Any] = {"marker": "o", "color": MODEL_COLOUR, "markersize": 9, "linestyle": "none", "zorder": 3}
RIVAL_STYLE: dict[str, Any] = {"marker": "D", "fillstyle": "none", "markersize": 8, "linestyle": "none", "zorder": 2}


@styled
def folds_and_years(skill: dict[str, Any], quantity: str, no_skill: float | None, title: str) -> Figure:
    """What decided, of the model and of its best rival, by fold, by year and by seed: a panel of each.

    Parameters
    ----------
    skill
        A skill record. Folds have a panel if there are several, years if rows have dates, seeds if there are several.
    quantity
        Label of what decided.
    no_skill
        Its value for a forecast without skill; None if it has none.
    title
        Title of the figure.
    """
    by_seed = len((skill["model"].get("by_seed") or {}).get("seeds", [])) > 1
    by_fold, by_year = len(skill["by_fold"] or []) > 1, bool(skill["by_year"])
    above = [draw for draw, there in ((_by_fold, by_fold), (_by_seed, by_seed)) if there]
    lines = [line for line in (above, [_by_year] if by_year else []) if line]
    if not lines:
        figure = Figure(figsize=(9, 3))
        return say(
            figure, figure.subplots(), "One network, and rows without a date: there is nothing to compare.", title
        )
    figure = Figure(figsize=(12, 1.2 + 3.9 * len(lines)))
    rows = figure.add_gridspec(len(lines), 1)
    labelled: dict[str, Any] = {}
    for row, line in enumerate(lines):
        # Folds need more room than seeds.
        places = rows[row].subgridspec(1, len(line), width_ratios=[2, 1][: len(line)])
        for column, draw in enumerate(line):
            axes = figure.add_subplot(places[column])
            # Seeds differ by little: a line far from all of them would hide by how much.
            if no_skill is not None and draw in (_by_fold, _by_year):
                axes.axhline(no_skill, color=GREY, linestyle=":", linewidth=1.4, label="no skill")
            draw(axes, skill)
            axes.set(ylabel=quantity)
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
                labelled.setdefault(label, handle)
    legend_below(figure, [*labelled.values()], [*labelled], columns=5)
    return titled(figure, title)


def _by_fold(axes: Axes, skill: dict[str, Any]) -> None:
    folds = skill["by_fold"]
    places = np.arange(1, len(folds) + 1)
    _side_by_side(axes, places, folds)
    best = [(fold["best_of_fold"] or {}).get("value", np.nan) for fold in folds]
    axes.hlines(best, places - 0.28, places + 0.28, color="black", linewidth=1.4, label="best rival of the fold")
    if len(folds) <= MOST_LABELS:
        # The years of a fold, the second in two digits: a panel has room for no more.
        spans = [(fold["first_date"][:4], fold["last_date"][:4]) for fold in folds]
        names = [first if first == last else f"{first}\nto {last}" for first, last in spans]
        axes.set_xticks(places, names, fontsize=12 if len(folds) <= COLUMNS else 10)
        axes.set(xlabel="Fold, by the years of its test")
    else:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.set(xlabel="Fold")
    axes.set(xlim=(0.4, len(folds) + 0.6))
    axes.grid(visible=False, axis="x")


def _by_year(axes: Axes, skill: dict[str, Any]) -> None:
    years = skill["by_year"]
    places = np.array([year["year"] for year in years])
    _side_by_side(axes, places, years)
    axes.set(xlabel="Year of the test rows", xlim=(places[0] - 0.7, places[-1] + 0.7))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def _side_by_side(axes: Axes, places: Any, scored: list[dict[str, Any]]) -> None:
    """A mark of the model and of its best rival for each fold or year, and a line between the two."""
    ours = np.array([_or_nan(each["value"]) for each in scored])
    rival = scored[0]["best"]
    if rival:
        theirs = np.array([_or_nan(each["best"]["value"]) for each in scored])
        colour = TIER_COLOURS[tier_of(rival["rival"])]
        axes.vlines(places, ours, theirs, color="#BBBBBB", linewidth=2, zorder=1)
        axes.plot(places, theirs, color=colour, markeredgewidth=2, label=words(rival["rival"]), **RIVAL_STYLE)
    axes.plot(places, ours, label="model", **MODEL_STYLE)


def _by_seed(axes: Axes, skill: dict[str, Any]) -> None:
    seeds = skill["model"]["by_seed"]["decided"]["seeds"]
    values = [_or_nan(value) for value in seeds.values()]
    places = np.arange(1, len(values) + 1)
    style: dict[str, Any] = MODEL_STYLE | {"fillstyle": "none", "markeredgewidth": 2}
    axes.plot(places, values, label="one seed alone", **style)
    averaged = skill["model"].get("networks") == len(seeds)
    _lines(axes, skill["decision"], "average of the seeds" if averaged else "model")
    names = [name.removeprefix(SEED_PREFIX) for name in seeds]
    if len(names) <= MOST_LABELS:
        axes.set_xticks(places, names)
    axes.set(xlabel="Seed", xlim=(0.4, len(values) + 0.6))
    axes.grid(visible=False, axis="x")


def _lines(axes: Axes, decision: dict[str, Any], model: str) -> None:
    """What the model has, and its best rival."""
    axes.axhline(_or_nan(decision["value"]), color=MODEL_COLOUR, label=model)
    rival, value = best_rival(decision)
    if rival:
        # The mark of the rival stands in the legend where folds or years are drawn, too.
        colour = TIER_COLOURS[tier_of(rival)]
        axes.axhline(_or_nan(value), color=colour, linestyle="--", label=f"{words(rival)}, all test rows")


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


@styled
def curves_of_fits(
    history: pd.DataFrame, best_epochs: dict[str, int], held_out: str, quantity: tuple[str, str], title: str
) -> Figure:
    """What decided, of every fit by epoch: a panel a fold, a line a seed; the dot is the epoch that was kept.

    Parameters
    ----------
    history
        Columns ``fold``, ``seed``, ``epoch``, ``rows`` (``train``, ``validation``), ``quantity``, ``value``.
    best_epochs
        Epoch that was kept, by the name of the fit.
    held_out
        What the rows called ``validation`` are.
    quantity
        Name of the recorded quantity that decided when to stop, and its label.
    title
        Title of the figure.
    """
    rows = history[history["quantity"] == quantity[0]]
    folds = sorted(rows["fold"].unique())
    lines = -(-len(folds) // COLUMNS)
    columns = -(-len(folds) // lines)  # as many in each line, where that can be
    figure = Figure(figsize=(12, 1.4 + 2.9 * lines))
    grid = figure.subplots(lines, columns, squeeze=False, sharex=True)
    for place, axes in enumerate(grid.ravel()):
        if place >= len(folds):
            axes.set_axis_off()
            continue
        _of_fold(axes, rows[rows["fold"] == folds[place]], best_epochs, held_out)
        axes.set_title(f"Fold {folds[place]}", loc="left", fontsize=12)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
        if place % columns == 0:
            axes.set(ylabel=quantity[1])
        if place + columns >= len(folds):
            axes.set(xlabel="Epoch")
            axes.tick_params(labelbottom=True)
    handles, labels = grid[0, 0].get_legend_handles_labels()
    legend_below(figure, handles, labels, columns=3)
    return titled(figure, title)


def _of_fold(axes: Axes, rows: pd.DataFrame, best_epochs: dict[str, int], held_out: str) -> None:
    for number, ((fold, seed), of_fit) in enumerate(rows.groupby(["fold", "seed"])):
        best = best_epochs[f"{FOLD_PREFIX}{fold}.{SEED_PREFIX}{seed}"]
        for part, colour, dashes, label in (
            ("train", BLUE, (3, 1.5), "train, a seed each"),
            ("validation", ORANGE, (), f"{held_out}, a seed each"),
        ):
            curve = of_fit[of_fit["rows"] == part].set_index("epoch")["value"]
            if curve.empty:  # what callbacks measure is of the watched rows alone
                continue
            style: dict[str, Any] = {"color": colour, "linewidth": 1.3, "alpha": 0.8}
            axes.plot(curve.index, curve, dashes=dashes or (None, None), label=_once(number, label), **style)
        axes.plot(
            best, curve[best], "o", color="black", markersize=5, zorder=3, label=_once(number, "epoch that was kept")
        )


def _once(number: int, label: str) -> str | None:
    return label if number == 0 else None
