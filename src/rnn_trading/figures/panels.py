"""Figures in one style: titled, labelled with units, colour-blind safe, readable at half size.

Every function returns a new `matplotlib.figure.Figure` and touches no global state of matplotlib but the style
of that figure.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, PercentFormatter, ScalarFormatter

from rnn_trading.matplotlib_lock import MATPLOTLIB

# Okabe and Ito (2008), distinguishable with every common colour vision.
BLUE, ORANGE, GREEN, PURPLE, YELLOW, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#666666"
RIVAL_COLOURS = (GREY, GREEN, PURPLE, YELLOW, "#56B4E9")
STYLE: dict[Any, Any] = {
    "figure.dpi": 110,
    "savefig.dpi": 150,
    "font.size": 13,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "lines.linewidth": 2.2,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}
QUANTITIES = {"auc": "AUC", "accuracy": "Accuracy (share of rows)"}
WIDE_RANGE = 5  # a linear axis would press all later epochs to the bottom
Parameters = ParamSpec("Parameters")


def styled(draw: Callable[Parameters, Figure]) -> Callable[Parameters, Figure]:
    """Draw in the style of the project, without touching that of the session."""

    @wraps(draw)
    def drawn(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Figure:
        with MATPLOTLIB, mpl.rc_context(STYLE):
            return draw(*args, **kwargs)

    return drawn


@styled
def learning_curves(history: pd.DataFrame, best_epoch: int, held_out: str, unit: str, title: str) -> Figure:
    """Every recorded quantity by epoch, with the epoch that was kept.

    Parameters
    ----------
    history
        Columns ``epoch``, ``rows`` (``train``, ``validation``), ``quantity``, ``value``.
    best_epoch
        Epoch whose weights were kept, from 1.
    held_out
        What the rows called ``validation`` are: ``validation``, or ``test`` if training was stopped on it.
    unit
        Unit of the truth.
    title
        Title of the figure.
    """
    # The learning rate has no validation value.
    quantities = list(dict.fromkeys(history.loc[history["rows"] == "validation", "quantity"]))
    labels = QUANTITIES | {"loss": f"Loss (squared {unit})" if "rmse" in quantities else "Loss (nats)"}
    labels["rmse"] = f"RMSE ({unit})"
    figure = Figure(figsize=(5 * len(quantities), 4.4))
    for axes, quantity in zip(figure.subplots(1, len(quantities), squeeze=False)[0], quantities, strict=True):
        curves = history[history["quantity"] == quantity].pivot_table(index="epoch", columns="rows", values="value")
        axes.plot(curves.index, curves["train"], color=BLUE, marker="o", markersize=4, label="train")
        axes.plot(curves.index, curves["validation"], color=ORANGE, marker="s", markersize=4, label=held_out)
        axes.axvline(best_epoch, color=GREY, linestyle="--", label=f"best epoch: {best_epoch}")
        axes.set(xlabel="Epoch", ylabel=labels[quantity], xlim=(0.5, curves.index.max() + 0.5))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        if curves.max(axis=None) > WIDE_RANGE * curves.min(axis=None) > 0:
            axes.set_yscale("log")
            _plain_numbers(axes.yaxis)
        axes.legend()
    return titled(figure, title)


@styled
def losses_by_seed(
    history: pd.DataFrame, best_epochs: dict[str, int], held_out: str, quantity: tuple[str, str], title: str
) -> Figure:
    """What decided, of every network by epoch; the dot is the epoch that was kept.

    Parameters
    ----------
    history
        Columns ``seed``, ``epoch``, ``rows`` (``train``, ``validation``), ``quantity``, ``value``.
    best_epochs
        Epoch that was kept, by seed.
    held_out
        What the rows called ``validation`` are: ``validation`` or ``test``.
    quantity
        Name of the recorded quantity that decided when to stop, and its label.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(12, 4.6))
    losses = history[history["quantity"] == quantity[0]]
    for axes, rows, name in zip(figure.subplots(1, 2), ("train", "validation"), ("train", held_out), strict=True):
        for number, (seed, of_seed) in enumerate(losses[losses["rows"] == rows].groupby("seed")):
            curve = of_seed.set_index("epoch")["value"]
            best = best_epochs[str(seed)]
            axes.plot(
                curve.index, curve, color=BLUE, linewidth=1.2, alpha=0.7, label="a seed each" if number == 0 else None
            )
            axes.plot(best, curve[best], "o", color=ORANGE, label="epoch that was kept" if number == 0 else None)
        axes.set(xlabel="Epoch", ylabel=f"{quantity[1]}, {name} rows")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend()
    return titled(figure, title)


@styled
def quintile_means(by_date: pd.DataFrame, quantity: str, title: str) -> Figure:
    """Mean outcome by predicted quintile, with its 95 % interval over dates.

    Parameters
    ----------
    by_date
        Dates x quintiles: mean outcome of each date, as a fraction.
    quantity
        Label of the outcome.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(8, 5))
    axes = figure.subplots()
    if by_date.empty:
        return say(figure, axes, "No date has the 5 tickers that quintiles need.", title)
    mean = by_date.mean()
    half_width = 1.96 * by_date.std() / np.sqrt(len(by_date))
    shares = mean.min() > 0.2  # near one half: bars from zero would hide the differences, cut bars would lie
    if not shares:
        axes.bar(mean.index, mean, color=BLUE, width=0.65)
    axes.errorbar(
        mean.index,
        mean,
        yerr=half_width,
        fmt="o" if shares else "none",
        color=BLUE,
        markersize=10,
        ecolor=BLUE if shares else "black",
        capsize=6,
        elinewidth=1.6,
    )
    axes.axhline(mean.mean(), color=ORANGE, linestyle="--", label="mean of all quintiles")
    axes.set(xlabel="Quintile of the prediction within its date (5: highest)", ylabel=quantity)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.legend(loc="upper left", bbox_to_anchor=(0, -0.16))
    return titled(figure, f"{title}\n95 % intervals over {len(by_date):,} dates")


@styled
def rolling_information_coefficient(by_date: pd.Series, window: int, title: str) -> Figure:
    """Rolling mean of the information coefficient by date, with its overall mean.

    Parameters
    ----------
    by_date
        Information coefficient of each date; NaN where it does not exist.
    window
        Dates in the rolling mean.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(10, 4.4))
    axes = figure.subplots()
    defined = by_date.dropna()
    if len(defined) < window:
        return say(figure, axes, "Too few dates have an information coefficient.", title)
    rolling = defined.rolling(window).mean()
    axes.plot(rolling.index, rolling, color=BLUE, linewidth=1.6, label=f"mean of {window} weeks")
    axes.axhline(0, color=GREY, linewidth=1)
    axes.axhline(defined.mean(), color=ORANGE, linestyle="--", label=f"mean: {defined.mean():.3f}")
    axes.set(xlabel="Date of the week", ylabel=f"Spearman IC, mean of {window} weeks")
    axes.legend(loc="upper left", bbox_to_anchor=(0, -0.16), ncols=2)
    return titled(figure, title)


@styled
def model_beside_rivals(
    record: dict[str, Any], metric: str, quantity: str, no_skill: float | None, title: str
) -> Figure:
    """One metric of the model and of every rival, on all test rows and without suspicious ones.

    Parameters
    ----------
    record
        A skill record.
    metric
        Key of the metric.
    quantity
        Label of the metric.
    no_skill
        Its value for a forecast without skill; None if it has none.
    title
        Title of the figure.
    """
    scores = {"model": record["model"]["metrics"][metric]}
    scores |= {name.replace("_", " "): values[metric] for name, values in record["rivals"].items()}
    clean: dict[str, Any] = dict.fromkeys(scores)
    if record["without_stale"]["rows_left_out"]:
        clean["model"] = record["without_stale"]["model"].get(metric)
        for name, values in record["without_stale"]["rivals"].items():
            clean[name.replace("_", " ")] = values.get(metric)
    names = list(scores)[::-1]
    figure = Figure(figsize=(9, 2.2 + 0.6 * len(names)))
    axes = figure.subplots()
    if no_skill is not None:
        axes.axvline(no_skill, color=GREY, linestyle="--", label="no skill")
    published = (record["published"] or {}).get(metric)
    if published is not None:
        axes.axvline(published, color=ORANGE, linestyle=":", label=f"published, on {record['published_on']}")
    for scored, marker, colour, label in (
        (scores, "o", BLUE, "all test rows"),
        (clean, "D", GREEN, "without suspicious rows"),
    ):
        defined = [(row, scored[name]) for row, name in enumerate(names) if scored[name] is not None]
        if not defined:
            continue
        axes.plot(
            [value for _, value in defined],
            [row for row, _ in defined],
            marker,
            color=colour,
            markersize=11 if marker == "o" else 6,
            label=label,
        )
    _mark_intervals(axes, record, metric, names)
    for row, name in enumerate(names):
        if scores[name] is None:
            axes.annotate(
                *("ranks nothing" if no_skill is not None else "does not exist", (no_skill or 0.0, row), (8, 0)),
                textcoords="offset points",
                va="center",
                color=GREY,
                bbox={"color": "white", "pad": 1},
            )
    axes.set_yticks(range(len(names)), names)
    axes.get_yticklabels()[-1].set_fontweight("bold")
    axes.set(xlabel=quantity, ylim=(-0.6, len(names) - 0.4))
    known = [score for score in scores.values() if score is not None]
    if no_skill is None and max(known) > WIDE_RANGE * min(known) > 0:
        axes.set_xscale("log")
        _plain_numbers(axes.xaxis)
    figure.legend(loc="outside lower left", ncols=2)
    return titled(figure, title)


@styled
def error_by_step(network: list[float], rivals: dict[str, list[float]], labels: tuple[str, str], title: str) -> Figure:
    """Error of runs of several steps by step, the network beside its rivals.

    Parameters
    ----------
    network, rivals
        Error from step 1 on; of rivals by name.
    labels
        Labels of the two axes.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(10, 5))
    axes = figure.subplots()
    for (name, values), colour in zip(rivals.items(), RIVAL_COLOURS, strict=False):
        axes.plot(range(1, len(values) + 1), values, "--", color=colour, label=name.replace("_", " "))
    axes.plot(range(1, len(network) + 1), network, color=ORANGE, linewidth=3, label="network")
    axes.set(xlabel=labels[0], ylabel=labels[1], ylim=(0, None))
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return titled(figure, title)


def _mark_intervals(axes: Axes, record: dict[str, Any], metric: str, names: list[str]) -> None:
    """95 % intervals: of the headline score, which the model and its best rival have, and of metrics that have one."""
    metrics = {"model": record["model"]["metrics"]} | record["rivals"]
    keys = (f"{metric}_interval", f"{metric}_interval_by_date")
    intervals = {name: next((values[key] for key in keys if key in values), None) for name, values in metrics.items()}
    headline = record["headline"]
    if headline["metric"] == metric:
        intervals |= {"model": headline["interval"]}
        intervals |= {headline["best_rival"]: headline["rival_interval"]} if headline["best_rival"] else {}
    spoken = {name.replace("_", " "): interval for name, interval in intervals.items()}
    for row, name in enumerate(names):
        interval = spoken[name]
        if interval and interval[0] is not None:
            label = "95 % interval" if name == "model" else None
            axes.plot(interval, (row, row), color=BLUE, linewidth=1.4, marker="|", zorder=1, label=label)


def _plain_numbers(axis: Axis) -> None:
    """Label a logarithmic axis .1, .2, .5, 1, not with powers of ten."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(ScalarFormatter())
    axis.set_minor_formatter(NullFormatter())


def say(figure: Figure, axes: Axes, words: str, title: str) -> Figure:
    """A figure that says why there is nothing to draw."""
    axes.text(0.5, 0.5, words, ha="center", va="center", transform=axes.transAxes)
    axes.set(xticks=[], yticks=[])
    return titled(figure, title)


def titled(figure: Figure, title: str) -> Figure:
    """Give a figure its title, on the left."""
    figure.suptitle(title, fontweight="bold", fontsize=14, x=0.01, ha="left")
    return figure


def date_axis(axes: Axes) -> None:
    """Few dates, none said twice."""
    locator = AutoDateLocator()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
