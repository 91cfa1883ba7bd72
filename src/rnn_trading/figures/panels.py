"""Figures in one style: titled, labelled with units, colour-blind safe, readable at half size.

Every function returns a new `matplotlib.figure.Figure` and touches no global state of matplotlib but the style
of that figure.
"""

import textwrap
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
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, PercentFormatter, StrMethodFormatter

from rnn_trading.figures.styles import MODEL_COLOUR, TIER_COLOURS, by_tier, every, rival_styles
from rnn_trading.matplotlib_lock import MATPLOTLIB
from rnn_trading.skill.formats import format_score, words
from rnn_trading.skill.rivals.lists import tier_of

# Okabe and Ito (2008), distinguishable with every common colour vision.
BLUE, ORANGE, GREEN, GREY = "#0072B2", MODEL_COLOUR, "#009E73", "#666666"
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
QUANTITIES = {
    "auc": "AUC",
    "accuracy": "Accuracy (share of rows)",
    "run_half_mse": "Half MSE of the runs (scaled units)",
    "ic": "Information coefficient",
    "first_step": "MAE of the first step (units of the network)",
}
LONGEST_LABEL = 60  # characters of a legend
WIDE_RANGE = 5  # a linear axis would press all later epochs to the bottom
MODEL = "model"  # in the records
Parameters = ParamSpec("Parameters")


def styled(draw: Callable[Parameters, Figure]) -> Callable[Parameters, Figure]:
    """Draw in the style of the project, without touching that of the session."""

    @wraps(draw)
    def drawn(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Figure:
        with MATPLOTLIB, mpl.rc_context(STYLE):
            return draw(*args, **kwargs)

    return drawn


@styled
def learning_curves(
    history: pd.DataFrame, best_epoch: int | None, held_out: str, unit: str, title: str, loss: str | None = None
) -> Figure:
    """Every recorded quantity by epoch, with the epoch that was kept.

    Parameters
    ----------
    history
        Columns ``epoch``, ``rows`` (``train``, ``validation``), ``quantity``, ``value``.
    best_epoch
        Epoch that was chosen, from 1; 0: the network as it began; None: the last was kept.
    held_out
        What the rows called ``validation`` are: ``validation``, ``test`` if training was stopped on it, or a share of
        the training rows.
    unit
        Unit of the truth.
    title
        Title of the figure.
    loss
        What the loss is called; None: the squared error where an RMSE was recorded, else the log-loss.
    """
    # The learning rate has no validation value.
    quantities = list(dict.fromkeys(history.loc[history["rows"] == "validation", "quantity"]))
    loss = loss or (f"Loss (squared {unit})" if "rmse" in quantities else "Loss (nats)")
    labels = QUANTITIES | {"loss": loss, "rmse": f"RMSE ({unit})", "mae": f"MAE ({unit})"}
    figure = Figure(figsize=(5 * len(quantities), 4.4))
    for axes, quantity in zip(figure.subplots(1, len(quantities), squeeze=False)[0], quantities, strict=True):
        curves = history[history["quantity"] == quantity].pivot_table(index="epoch", columns="rows", values="value")
        if "train" in curves:
            axes.plot(curves.index, curves["train"], color=BLUE, marker="o", markersize=4, label="train")
        axes.plot(curves.index, curves["validation"], color=ORANGE, marker="s", markersize=4, label=held_out)
        if best_epoch is not None:
            axes.axvline(best_epoch, color=GREY, linestyle="--", label=f"best epoch: {best_epoch}")
        axes.set(xlabel="Epoch", ylabel=labels[quantity], xlim=(curves.index.min() - 0.5, curves.index.max() + 0.5))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        if curves.max(axis=None) > WIDE_RANGE * curves.min(axis=None) > 0:
            axes.set_yscale("log")
            plain_numbers(axes.yaxis)
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
    # What callbacks measure is of the watched rows alone.
    parts = [part for part in (("train", "train"), ("validation", held_out)) if (losses["rows"] == part[0]).any()]
    for axes, (rows, name) in zip(figure.subplots(1, len(parts), squeeze=False)[0], parts, strict=True):
        for number, (seed, of_seed) in enumerate(losses[losses["rows"] == rows].groupby("seed")):
            curve = of_seed.set_index("epoch")["value"]
            best = best_epochs[str(seed)]
            axes.plot(
                curve.index, curve, color=BLUE, linewidth=1.2, alpha=0.7, label="a seed each" if number == 0 else None
            )
            if best in curve:  # before the first epoch nothing is known of the training rows
                axes.plot(best, curve[best], "o", color=ORANGE, label="epoch that was kept" if number == 0 else None)
        axes.set(xlabel="Epoch", ylabel=f"{quantity[1]}, {name} rows")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
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
    figure = Figure(figsize=(9, 5))
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
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.legend(loc="upper left", bbox_to_anchor=(0, -0.16))
    return titled(figure, f"{title}\n95 % intervals over {len(by_date):,} dates")


@styled
def rolling_information_coefficient(by_date: pd.Series, window: int, title: str, period: str = "week") -> Figure:
    """Rolling mean of the information coefficient by date, with its overall mean.

    Parameters
    ----------
    by_date
        Information coefficient of each date; NaN where it does not exist.
    window
        Dates in the rolling mean.
    title
        Title of the figure.
    period
        What lies between two dates.
    """
    figure = Figure(figsize=(10, 4.4))
    axes = figure.subplots()
    defined = by_date.dropna()
    if len(defined) < window:
        return say(figure, axes, "Too few dates have an information coefficient.", title)
    rolling = defined.rolling(window).mean()
    axes.plot(rolling.index, rolling, color=BLUE, linewidth=1.6, label=f"mean of {window} {period}s")
    axes.axhline(0, color=GREY, linewidth=1)
    axes.axhline(defined.mean(), color=ORANGE, linestyle="--", label=f"mean: {format_score(defined.mean())}")
    date_axis(axes)
    axes.set(
        xlabel="Date" if period == "day" else f"Date of the {period}", ylabel=f"Spearman IC, mean of {window} {period}s"
    )
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
    names = [*by_tier(record["rivals"]), MODEL]
    scores = _scores(record, metric)
    clean = _scores(record["without_stale"], metric) if record["without_stale"]["rows_left_out"] else {}
    figure = Figure(figsize=(10, 2.4 + 0.5 * len(names)))
    axes = figure.subplots()
    if no_skill is not None:
        axes.axvline(no_skill, color=GREY, linestyle="--", linewidth=1.4, label="no skill")
    published = (record["published"] or {}).get(metric)
    if published is not None:
        axes.axvline(published, color="black", linestyle=":", label=f"published, on {record['published_on']}")
    of_all, of_clean = {"markersize": 11}, {"markersize": 7, "fillstyle": "none", "markeredgewidth": 1.8}
    # The last is drawn with a label: the model, whose marks a legend shows.
    for row, name in enumerate(names):
        last = name == MODEL
        colour = MODEL_COLOUR if last else TIER_COLOURS[tier_of(name)]
        for scored, marker, label, style in (
            (scores, "o", "all test rows", of_all),
            (clean, "D", "without suspicious rows", of_clean),
        ):
            if (value := scored.get(name)) is not None:
                axes.plot(value, row, marker, color=colour, label=label if last else None, zorder=3, **style)
        _mark_interval(axes, record, metric, name, (row, colour))
        if scores[name] is None:
            _say_why(axes, row, no_skill)
    axes.set_yticks(range(len(names)), map(words, names))
    axes.get_yticklabels()[-1].set_fontweight("bold")
    axes.set(xlabel=quantity, ylim=(-0.6, len(names) - 0.4))
    _name_tiers(axes, names)
    known = [score for score in scores.values() if score is not None]
    if no_skill is None and max(known) > WIDE_RANGE * min(known) > 0:
        axes.set_xscale("log")
        plain_numbers(axes.xaxis)
    legend_below(figure, *axes.get_legend_handles_labels(), columns=3)
    return titled(figure, title)


def _scores(record: dict[str, Any], metric: str) -> dict[str, float | None]:
    """Of the model and of every rival; None where a forecast has no such score."""
    metrics = {MODEL: record["model"].get("metrics", record["model"])} | record["rivals"]
    return {name: values.get(metric) for name, values in metrics.items()}


def _say_why(axes: Axes, row: int, no_skill: float | None) -> None:
    axes.annotate(
        *("ranks nothing" if no_skill is not None else "does not exist", (no_skill or 0.0, row), (8, 0)),
        textcoords="offset points",
        va="center",
        color=GREY,
        bbox={"color": "white", "pad": 1},
    )


def _name_tiers(axes: Axes, names: list[str]) -> None:
    """Beside the rows of each tier its name, and a line between it and the next."""
    rows: dict[Any, list[int]] = {}
    for row, name in enumerate(names):
        rows.setdefault(None if name == MODEL else tier_of(name), []).append(row)
    for tier, of_tier in rows.items():
        if tier is None:
            continue
        axes.axhline(of_tier[-1] + 0.5, color="#BBBBBB", linewidth=0.8)
        place: dict[str, Any] = {
            "xycoords": ("axes fraction", "data"),
            "textcoords": "offset points",
            "va": "center",
            "fontsize": 12,
        }
        middle = (of_tier[0] + of_tier[-1]) / 2
        axes.annotate(tier, (1, middle), (8, 0), color=TIER_COLOURS[tier], fontweight="bold", **place)


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
    for name, style in rival_styles(rivals).items():
        steps = range(1, len(rivals[name]) + 1)
        axes.plot(steps, rivals[name], label=words(name), markevery=every(len(steps)), **style)
    axes.plot(range(1, len(network) + 1), network, color=ORANGE, linewidth=3, label="network")
    axes.set(xlabel=labels[0], ylabel=labels[1], ylim=(0, None))
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), handlelength=4)
    return titled(figure, title)


def _mark_interval(axes: Axes, record: dict[str, Any], metric: str, name: str, at: tuple[int, str]) -> None:
    """The 95 % interval of a forecast in a row and a colour: of the headline score, or of a metric that has one."""
    metrics = {MODEL: record["model"]["metrics"]} | record["rivals"]
    keys = (f"{metric}_interval", f"{metric}_interval_by_date")
    interval = next((metrics[name][key] for key in keys if key in metrics[name]), None)
    headline, (row, colour) = record["headline"], at
    if headline["metric"] == metric and name in (MODEL, headline["best_rival"]):
        interval = headline["interval" if name == MODEL else "rival_interval"]
    if interval and interval[0] is not None:
        label = "95 % interval" if name == MODEL else None
        axes.plot(interval, (row, row), color=colour, linewidth=1.6, marker="|", zorder=2, label=label)


def legend_below(figure: Figure, handles: Any, labels: Any, columns: int, **style: Any) -> None:
    """A legend below all axes, in as many columns as the figure has room for; long labels are broken."""
    shown = [textwrap.fill(label, LONGEST_LABEL) for label in labels]
    for count in range(columns, 0, -1):
        legend = figure.legend(handles, shown, loc="outside lower left", ncols=count, **style)
        if count == 1 or legend.get_window_extent().width < figure.bbox.width:
            return
        legend.remove()


def legend_above(axes: Axes, columns: int) -> None:
    """A legend between axes and their title, where no line is."""
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, fontsize=11)


def plain_numbers(axis: Axis) -> None:
    """Label a logarithmic axis .1, .2, .5, 1, not with powers of ten."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axis.set_minor_formatter(NullFormatter())


def say(figure: Figure, axes: Axes, words: str, title: str) -> Figure:
    """A figure that says why there is nothing to draw."""
    axes.text(0.5, 0.5, words, ha="center", va="center", transform=axes.transAxes)
    axes.set(xticks=[], yticks=[])
    return titled(figure, title)


def titled(figure: Figure, title: str) -> Figure:
    """Give a figure its title, on the left; a line that is too long for the figure is broken."""
    figure.suptitle(title, fontweight="bold", fontsize=14, x=0.01, ha="left", wrap=True)
    return figure


def date_axis(axes: Axes) -> None:
    """Few dates, none said twice."""
    locator = AutoDateLocator()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
