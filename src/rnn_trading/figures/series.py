"""Figures of forecasts of one series, in the style of :mod:`rnn_trading.figures.panels`."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rnn_trading.figures.panels import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    date_axis,
    legend_above,
    legend_below,
    plain_numbers,
    styled,
    titled,
)
from rnn_trading.figures.styles import TIER_COLOURS
from rnn_trading.series.series import FREE_RUN, POINT_BY_POINT, RESTARTED
from rnn_trading.skill.formats import format_score, words

ROLLING_EPOCHS = 5
SMALLEST_GRADIENT = 1e-6  # of the largest: less is not shown
LINES: tuple[dict[str, Any], ...] = (
    {"color": GREY, "linestyle": "--"},
    {"color": ORANGE, "linestyle": "-"},
    {"color": BLUE, "linestyle": "-."},
)
# The truth is seen below a forecast that lies on it.
TRUTH_WIDTH = 3.2
PARTS = {"train": TIER_COLOURS["naive"], "test": ORANGE}


@styled
def rolling_rmse(history: pd.DataFrame, best_epoch: int | None, held_out: str, unit: str, title: str) -> Figure:
    """Mean of the RMSE over five epochs, on a logarithmic axis, with the epoch that was kept.

    Parameters
    ----------
    history
        Columns ``epoch``, ``rows`` (``train``, ``validation``), ``quantity``, ``value``; has ``rmse``.
    best_epoch
        Epoch that was chosen, from 1; None: the last was kept.
    held_out
        What the rows called ``validation`` are: ``validation`` or ``test``.
    unit
        Unit of the RMSE.
    title
        Title of the figure.
    """
    rmse = history[history["quantity"] == "rmse"].pivot_table(index="epoch", columns="rows", values="value")
    rolling = rmse.rolling(ROLLING_EPOCHS, min_periods=1).mean()
    figure = Figure(figsize=(9, 5))
    axes = figure.subplots()
    for rows, colour, label in (("train", BLUE, "train"), ("validation", ORANGE, held_out)):
        axes.plot(rolling.index, rolling[rows], color=colour, label=label)
        axes.plot(rmse.index, rmse[rows], color=colour, alpha=0.3, linewidth=1)
    if best_epoch is not None:
        axes.axvline(best_epoch, color=GREY, linestyle="--", label=f"best epoch: {best_epoch}")
    axes.set(xlabel="Epoch", ylabel=f"RMSE ({unit}), mean of {ROLLING_EPOCHS} epochs", yscale="log")
    plain_numbers(axes.yaxis)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.legend()
    return titled(figure, title)


def _coefficient(value: float | None) -> str:
    """That of a level is near 1, where three digits tell nothing; none where a forecast is constant."""
    return "none" if value is None else f"{value:.4f}"


@styled
def level_panel(forecasts: pd.DataFrame, metrics: dict[str, dict[str, float]], unit: str, title: str) -> Figure:
    """The published 2 x 2 panel: forecasts in time, the errors of both parts, and forecasts of each against outcomes.

    Parameters
    ----------
    forecasts
        Index: dates, ascending in each part; ``split`` (``train``, ``validation``, ``test``), ``prediction``,
        ``truth``. A day may be in two parts: a test of one fold trains the next. In time, the test is shown with as
        many days before it.
    metrics
        ``ic_pooled`` and ``rmse`` of ``train`` and ``test``.
    unit
        Unit of the series.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(13, 8.5))
    drawn = figure.subplot_mosaic([["time", "errors"], ["train", "test"]])
    time, errors = drawn["time"], drawn["errors"]
    is_test = forecasts["split"] == "test"
    test = forecasts[is_test]
    shown = pd.concat([forecasts[~is_test & (forecasts.index < test.index[0])].tail(len(test)), test])
    time.plot(shown.index, shown["truth"], color="black", linewidth=TRUTH_WIDTH, label="outcome")
    for part, colour in PARTS.items():
        rows, score = forecasts[forecasts["split"] == part], metrics[part]
        late = shown[shown["split"] == part]
        time.plot(late.index, late["prediction"], "--", color=colour, linewidth=1.2, label=f"forecast, {part}")
        error = rows["prediction"] - rows["truth"]
        label = f"{part}: RMSE {format_score(score['rmse'])}, mean {format_score(error.mean())}"
        errors.hist(error, bins=40, density=True, color=colour, histtype="step", linewidth=2, label=label)
        _against_outcomes(drawn[part], rows, colour, unit)
        drawn[part].set_title(f"{part.capitalize()}: IC {_coefficient(score['ic_pooled'])}", loc="left", fontsize=12)
    time.set(ylabel=unit)
    date_axis(time)
    errors.axvline(0, color=GREY, linewidth=1)
    errors.set(xlabel=f"Forecast less outcome ({unit})", ylabel="Density of the days", yscale="log")
    plain_numbers(errors.yaxis)
    for axes, columns in ((time, 3), (errors, 1)):
        legend_above(axes, columns)
    return titled(figure, title)


def _against_outcomes(axes: Axes, rows: pd.DataFrame, colour: str, unit: str) -> None:
    axes.scatter(rows["truth"], rows["prediction"], 6, colour, alpha=0.4)
    ends = [rows["truth"].min(), rows["truth"].max()]
    axes.plot(ends, ends, color=GREY, linestyle="--", linewidth=1)
    axes.set(xlabel=f"Outcome ({unit})", ylabel=f"Forecast ({unit})")


@styled
def series_and_forecasts(predictions: pd.DataFrame, best_rival: str, unit: str, title: str) -> Figure:
    """Test outcomes and forecasts in time, and forecasts of the model and of the best rival against outcomes.

    Parameters
    ----------
    predictions
        ``date``, ``prediction``, ``truth``, rivals.
    best_rival
        Column of the rival to show.
    unit
        Unit of the series.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(13, 8.5))
    time, model, rival = figure.subplot_mosaic([["time", "time"], ["model", "rival"]]).values()
    name = words(best_rival)
    time.plot(predictions["date"], predictions["truth"], color=GREY, linewidth=1.6, alpha=0.5, label="outcome")
    time.plot(predictions["date"], predictions[best_rival], color=GREEN, linewidth=1.4, label=f"best rival: {name}")
    time.plot(predictions["date"], predictions["prediction"], color=ORANGE, linewidth=1.4, label="network")
    date_axis(time)
    time.set(ylabel=unit)
    time.legend(ncols=3)
    high = float(predictions["truth"].quantile(0.999))
    for axes, column, label, colour in (
        (model, "prediction", "network", ORANGE),
        (rival, best_rival, name, GREEN),
    ):
        axes.scatter(predictions[column], predictions["truth"], 8, colour, alpha=0.4)
        axes.plot([0, high], [0, high], color=GREY, linestyle="--", linewidth=1)
        axes.set(xlabel=f"Forecast of the {label} ({unit})", ylabel=f"Outcome ({unit})", ylim=(0, high))
    return titled(figure, title)


@styled
def networks_and_rivals(comparison: dict[str, Any], title: str) -> Figure:
    """R2 and QLIKE of every network and rival; filled: in the 90 % model confidence set.

    Parameters
    ----------
    comparison
        ``networks``, ``metrics``, and a ``confidence_set`` for each loss.
    title
        Title of the figure.
    """
    metrics = comparison["metrics"]
    names = sorted(metrics, key=lambda name: metrics[name]["r2"])
    figure = Figure(figsize=(13, 1.8 + 0.42 * len(names)))
    panels = (
        ("r2", "R2 on the test rows (more is better)", "squared error"),
        ("qlike", "QLIKE (less is better)", "QLIKE"),
    )
    for axes, (metric, label, loss) in zip(figure.subplots(1, 2, sharey=True), panels, strict=True):
        confidence_set = comparison[loss]["confidence_set"]
        for row, name in enumerate(names):
            if metrics[name][metric] is None:
                axes.text(0.02, row, "does not exist", transform=axes.get_yaxis_transform(), va="center", color=GREY)
                continue
            colour = ORANGE if name in comparison["networks"] else BLUE
            inside = name in confidence_set["included"]
            axes.plot(
                metrics[name][metric], row, "o", color=colour, markersize=11, fillstyle="full" if inside else "none"
            )
        axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
        axes.set(xlabel=label, ylim=(-0.6, len(names) - 0.4))
    handles = [
        axes.plot([], [], "o", color=colour, markersize=11, fillstyle=fill, label=label)[0]
        for colour, fill, label in (
            (ORANGE, "full", "network, in the 90 % model confidence set"),
            (ORANGE, "none", "network, outside"),
            (BLUE, "full", "rival, in the set"),
            (BLUE, "none", "rival, outside"),
        )
    ]
    legend_below(figure, handles, [handle.get_label() for handle in handles], columns=4, fontsize=11)
    return titled(figure, title)


@styled
def gradient_by_lag(
    norms: pd.DataFrame, names: dict[str, str], reached: dict[bool, dict[str, int | None]], title: str
) -> Figure:
    """Norm of the gradient of the last states by lag, on a logarithmic axis, before and after training.

    Parameters
    ----------
    norms
        ``network``, ``trained``, ``lag``, ``norm``, ``windows``.
    names
        Of each network, that of its layer.
    reached
        Untrained and trained, the lag of each network from which on its norm is below 1 % of its largest; None: none.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(13, 6))
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    for axes, (trained, lags) in zip(panels, reached.items(), strict=True):
        for number, (network, lag) in enumerate(lags.items()):
            line = norms[(norms["trained"] == trained) & (norms["network"] == network)].set_index("lag")["norm"]
            style = LINES[number % len(LINES)]
            axes.plot(line.index, line, label=names[network], **style)
            if lag is not None:
                axes.plot(lag, line[lag], "o", color=style["color"], markersize=9)
        axes.set_title("After training" if trained else "Before training", loc="left", fontsize=12)
        axes.set(xlabel="Lag k, in days before the last day of the window", yscale="log")
        axes.plot([], [], "o", color=GREY, markersize=9, label="from here on below 1 % of its largest")
    panels[1].legend(loc="upper right")
    if len(norms):
        largest = norms["norm"].max()
        panels[0].set(
            ylabel=f"Norm of dh(T) / dx(T−k), median of {norms['windows'].max():,} windows",
            ylim=(largest * SMALLEST_GRADIENT, largest * 2),
        )
    return titled(figure, title)


@styled
def runs_over_truth(predictions: pd.DataFrame, unit: str, first_day: pd.Timestamp | None, title: str) -> Figure:
    """The three published forecasts over the truth: point by point, restarted runs, one free run.

    Parameters
    ----------
    predictions
        ``run``, ``target_date``, ``date``, ``step``, ``prediction``, ``truth``.
    unit
        Unit of the series.
    first_day
        Date of the first point of a wave whose points are no days: they are counted from there. None: dates.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(11, 11))
    labels = {
        POINT_BY_POINT: "Point by point: the truth until the day before is known",
        RESTARTED: "Runs that feed on their own forecasts, restarted when they end",
        FREE_RUN: "One free run from the first test day",
    }
    for axes, (kind, label) in zip(figure.subplots(3, 1, sharex=True), labels.items(), strict=True):
        rows = predictions[predictions["run"] == kind]
        times = rows["target_date"] if first_day is None else (rows["target_date"] - first_day).dt.days
        over_truth(axes, rows, times, apart=kind != POINT_BY_POINT)
        axes.set_title(label, loc="left", fontsize=12)
        axes.set(ylabel=unit, xlabel="" if first_day is None else "Point of the wave")
        axes.legend(loc="best")
        if first_day is None:
            date_axis(axes)
    return titled(figure, title)


def over_truth(
    axes: Axes,
    rows: pd.DataFrame,
    times: pd.Series,
    column: str = "prediction",
    colour: str = ORANGE,
    *,
    apart: bool = True,
) -> None:
    """Draw forecasts over the truth, which is thick and black below them.

    Parameters
    ----------
    rows
        ``date``, ``truth`` and the forecast's ``column``.
    times
        Of each row.
    apart
        Whether each run, the rows of one ``date``, is a line of its own.
    """
    axes.plot(times, rows["truth"], color="black", linewidth=TRUTH_WIDTH, label="truth")
    for number, (_, run) in enumerate(rows.groupby("date") if apart else [(0, rows)]):
        label = "forecast" if number == 0 else None
        axes.plot(times[run.index], run[column], color=colour, linewidth=1.8, label=label)


@styled
def paths_over_truth(
    predictions: pd.DataFrame, other: tuple[str, str], unit: str, first_day: pd.Timestamp | None, title: str
) -> Figure:
    """Paths that a network forecasts at once over the truth, and below them other forecasts of the same runs.

    Parameters
    ----------
    predictions
        ``run``, ``target_date``, ``date``, ``step``, ``prediction``, ``truth``, and the other forecast.
    other
        Column of the other forecast, and what it is called.
    unit, first_day, title
        See :func:`runs_over_truth`.
    """
    rows = predictions[predictions["run"] == RESTARTED]
    times = rows["target_date"] if first_day is None else (rows["target_date"] - first_day).dt.days
    figure = Figure(figsize=(11, 8))
    column, label = other
    shown = {"prediction": ("Paths of the network, each forecast at once", ORANGE), column: (label, BLUE)}
    both = figure.subplots(2, 1, sharex=True, sharey=True)
    for axes, (column, (label, colour)) in zip(both, shown.items(), strict=True):
        over_truth(axes, rows, times, column, colour)
        axes.set_title(label, loc="left", fontsize=12)
        axes.set(ylabel=unit, xlabel="" if first_day is None else "Point of the wave")
        axes.legend(loc="upper left")
        if first_day is None:
            date_axis(axes)
    return titled(figure, title)


@styled
def one_step_averages(averages: pd.DataFrame, half_mse: dict[str, float], title: str) -> Figure:
    """The published averages as one-step forecasts of the training part.

    Parameters
    ----------
    averages
        Index: dates; ``truth`` and one column an average, in scaled units.
    half_mse
        Half the mean squared error of each.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(11, 7))
    for axes, (name, value) in zip(figure.subplots(len(half_mse), 1, sharex=True), half_mse.items(), strict=True):
        axes.plot(averages.index, averages["truth"], color="black", linewidth=TRUTH_WIDTH, label="truth")
        axes.plot(averages.index, averages[name], color=ORANGE, linewidth=1.2, label=words(name))
        axes.set(ylabel="Mid-price (scaled units)")
        axes.set_title(f"{words(name)}: half the mean squared error {value:.5f}", loc="left", fontsize=12)
        axes.legend()
        date_axis(axes)
    return titled(figure, title)


@styled
def evolution_of_forecasts(
    truth: pd.Series, runs: tuple[pd.DataFrame, pd.DataFrame], best_epoch: int, unit: str, title: str
) -> Figure:
    """Forecasts of the runs after some epochs, paler the earlier; and those of the network that was kept.

    Parameters
    ----------
    truth
        Index: dates; every day to show, those between the runs too.
    runs
        Of the network that was kept: ``date``, ``step``, ``target_date``, ``prediction``. After some epochs: ``epoch``,
        ``start``, ``step``, ``forecast``. In the unit of the series.
    best_epoch
        Epoch of the network that was kept.
    unit
        Unit of the series.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(11, 9))
    stages, kept = figure.subplots(2, 1, sharex=True)
    predictions, evolution = runs
    by_start = [run for _, run in predictions.groupby("date")]
    epochs = sorted(evolution["epoch"].unique())
    for axes in (stages, kept):
        axes.plot(truth.index, truth, color="black", linewidth=TRUTH_WIDTH, label="truth")
        axes.set(ylabel=unit)
    for number, epoch in enumerate(epochs):
        shade = 0.15 + 0.85 * (number + 1) / len(epochs)
        for start, run in evolution[evolution["epoch"] == epoch].groupby("start"):
            axes_label = f"epoch {epoch}" if start == 0 and epoch in (epochs[0], epochs[-1]) else None
            stages.plot(
                *(by_start[int(start)]["target_date"], run["forecast"]),
                color=BLUE,
                alpha=shade,
                linewidth=1.2,
                label=axes_label,
            )
    for number, run in enumerate(by_start):
        kept.plot(run["target_date"], run["prediction"], color=ORANGE, label="forecast" if number == 0 else None)
    shown = np.concatenate(
        [truth, predictions["prediction"], evolution.loc[evolution["epoch"] == epochs[-1], "forecast"]]
    )
    margin = 0.1 * float(np.ptp(shown))
    stages.set(ylim=(shown.min() - margin, shown.max() + margin))
    stages.set_title("Forecasts after some epochs, paler the earlier", loc="left", fontsize=12)
    kept.set_title(f"Forecasts of the network that was kept, epoch {best_epoch}", loc="left", fontsize=12)
    for axes in (stages, kept):
        axes.legend()
        date_axis(axes)
    return titled(figure, title)
