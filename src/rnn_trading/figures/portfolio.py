"""Figures of portfolios: what is left of forecasts after costs."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator, PercentFormatter

from rnn_trading.figures.panels import BLUE, GREEN, GREY, ORANGE, date_axis, legend_below, say, styled, titled
from rnn_trading.portfolio.parameters import SESSIONS_A_YEAR
from rnn_trading.portfolio.verdict import number

LINES = ("gross", "net", "equal_net", "index")
LABELS = {
    "gross": "gross",
    "net": "net",
    "equal_net": "equal weights of the same names, net",
    "index": "index",
    "prediction": "by the forecasts",
    "buy_and_hold": "bought and held",
    "constant": "constant position",
}
STYLES: dict[str, dict[str, Any]] = {
    "gross": {"color": ORANGE, "linestyle": (0, (4, 1.5)), "linewidth": 1.6},
    "net": {"color": ORANGE, "linewidth": 2.6},
    "equal_net": {"color": BLUE, "linestyle": (0, (1, 1.2)), "linewidth": 1.8},
    "index": {"color": GREY, "linestyle": (0, (6, 1.5, 1, 1.5)), "linewidth": 1.6},
}
OTHERS: tuple[dict[str, Any], ...] = (
    {"color": ORANGE, "linewidth": 2.6},
    {"color": BLUE, "linestyle": (0, (1, 1.2)), "linewidth": 1.8},
    {"color": GREY, "linestyle": (0, (6, 1.5, 1, 1.5)), "linewidth": 1.6},
)
MONTHS = ("J", "F", "M", "A", "M", "J", "J", "A", "S", "O", "N", "D")
LEGEND: dict[str, Any] = {"fontsize": 12}
MOST_YEARS = 10  # that have room side by side
MOST_FOLD = 6  # above the lowest wealth, that equal steps between ticks still show well


def _title(what: str, record: dict[str, Any]) -> str:
    return f"{what}\n{record['of']}, {record['protocol'].replace('_', ' ')}"


def _percent(value: float | None, decimals: int = 1) -> str:
    return number(None if value is None else 100 * value, decimals)


def _wealth_axis(axes: Axes) -> None:
    """A logarithmic axis, on which equal growth is equally high, with ticks in plain numbers."""
    low, high = axes.dataLim.intervaly
    axes.set_yscale("log")
    far = high / low > MOST_FOLD
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)) if far else MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda wealth, _: f"{wealth:g}"))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.axhline(1, color=GREY, linewidth=1)


@styled
def equity(returns: pd.DataFrame, record: dict[str, Any]) -> Figure:
    """Wealth that stays invested, from 1.

    Parameters
    ----------
    returns
        Index ``date``; ``gross``, ``net``, ``equal_net`` and, where there is one, ``index``.
    record
        See :func:`rnn_trading.portfolio.record.record_of`.
    """
    figure = Figure(figsize=(13, 5.4))
    axes = figure.subplots()
    for name in LINES:
        if name in returns:
            axes.plot(returns.index, (1 + returns[name].fillna(0.0)).cumprod(), label=LABELS[name], **STYLES[name])
    _wealth_axis(axes)
    axes.set(xlabel="Date", ylabel="Wealth, from 1, reinvested (log scale)")
    date_axis(axes)
    legend_below(figure, *axes.get_legend_handles_labels(), columns=4, **LEGEND)
    return titled(figure, _title(record["verdict"], record))


@styled
def drawdown(below: pd.Series, record: dict[str, Any]) -> Figure:
    """How far wealth was below its peak, net of costs.

    Parameters
    ----------
    below
        See :func:`rnn_trading.portfolio.measures.drawdowns`.
    record
        See :func:`equity`.
    """
    figure = Figure(figsize=(9, 4.6))
    axes = figure.subplots()
    axes.fill_between(below.index, below, 0, color=ORANGE, alpha=0.35, linewidth=0)
    axes.plot(below.index, below, color=ORANGE, linewidth=1.2)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set(xlabel="Date", ylabel="Below the peak, net")
    date_axis(axes)
    return titled(figure, _title(f"Largest loss from a peak, net: {_percent(below.min())} %", record))


@styled
def quantiles(by_date: pd.DataFrame, record: dict[str, Any]) -> Figure:
    """Mean return from an entry to the next, of the names in each quantile of the forecasts, gross.

    Parameters
    ----------
    by_date
        Dates x quantiles.
    record
        See :func:`equity`.
    """
    figure = Figure(figsize=(9, 4.6))
    axes = figure.subplots()
    if by_date.empty:
        return say(
            figure, axes, "No date has forecasts that fill all quantiles.", _title("Returns by quantile", record)
        )
    means, half = by_date.mean(), 1.96 * by_date.std() / np.sqrt(len(by_date))
    axes.bar(means.index, means, color=BLUE, width=0.65)
    axes.errorbar(means.index, means, yerr=half, fmt="none", ecolor="black", capsize=6, elinewidth=1.6)
    axes.axhline(means.mean(), color=ORANGE, linestyle="--", label="mean of all quantiles")
    axes.set(
        xlabel=f"Quantile of the forecast within its date ({len(means)}: highest)", ylabel="Mean return of a holding"
    )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    legend_below(figure, *axes.get_legend_handles_labels(), columns=1, **LEGEND)
    spread = means.iloc[-1] - means.iloc[0]
    what = f"Highest less lowest quantile: {_percent(spread, 2)} % a holding, gross"
    return titled(figure, _title(f"{what}; 95 % intervals over {len(by_date):,} dates", record))


@styled
def years(returns: pd.DataFrame, record: dict[str, Any]) -> Figure:
    """Sum of the returns of each year, gross and net."""
    figure = Figure(figsize=(9, 4.6))
    axes = figure.subplots()
    sums = returns[["gross", "net"]].groupby(pd.DatetimeIndex(returns.index).year).sum()
    places = np.arange(len(sums))
    axes.bar(places - 0.2, sums["gross"], width=0.38, color=BLUE, label="gross")
    axes.bar(places + 0.2, sums["net"], width=0.38, color=ORANGE, label="net", hatch="//", edgecolor="white")
    axes.axhline(0, color=GREY, linewidth=1)
    step = -(-len(places) // MOST_YEARS)
    axes.set_xticks(places[::step], [str(year) for year in sums.index[::step]])
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set(xlabel="Year", ylabel="Sum of the year's returns")
    legend_below(figure, *axes.get_legend_handles_labels(), columns=2, **LEGEND)
    above = int((sums["net"] > 0).sum())
    return titled(figure, _title(f"Net, {above} of {len(sums)} years are above zero", record))


@styled
def turnover(returns: pd.DataFrame, record: dict[str, Any]) -> Figure:
    """What is bought and sold in each month, in multiples of wealth."""
    figure = Figure(figsize=(9, 4.6))
    axes = figure.subplots()
    by_month = returns["traded"].resample("MS").sum()
    axes.step(by_month.index, by_month, where="post", color=BLUE, linewidth=1.6, label="bought and sold in a month")
    axes.axhline(by_month.mean(), color=ORANGE, linestyle="--", label="mean")
    axes.set(xlabel="Month", ylabel="Traded, in multiples of wealth", ylim=(0, None))
    date_axis(axes)
    legend_below(figure, *axes.get_legend_handles_labels(), columns=2, **LEGEND)
    cost = _percent(sum(record["costs"].values()))
    what = f"{number(record['turnover'], 0)} times the wealth are traded a year, at costs of {cost} % of it"
    return titled(figure, _title(what, record))


@styled
def coefficients(by_month: pd.DataFrame, record: dict[str, Any]) -> Figure:
    """Information coefficient by month, of what was earned.

    Parameters
    ----------
    by_month
        Years x months; see :func:`rnn_trading.portfolio.information.by_month`.
    record
        See :func:`equity`.
    """
    figure = Figure(figsize=(10, 1.9 + 0.42 * len(by_month)))
    axes = figure.subplots()
    values = by_month.to_numpy(dtype=float)
    largest = float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 1.0
    # From blue over white to orange: told apart with every common colour vision.
    drawn = axes.imshow(values, cmap="PuOr_r", vmin=-largest, vmax=largest, aspect="auto")
    axes.set_xticks(range(12), MONTHS)
    axes.set_yticks(range(len(by_month)), [str(year) for year in by_month.index])
    axes.grid(visible=False)
    axes.set(xlabel="Month", ylabel="Year")
    figure.colorbar(drawn, ax=axes, label="Mean Spearman IC")
    found = values[np.isfinite(values)]
    what = f"Information coefficient of what was earned: above zero in {int((found > 0).sum())} of {len(found)} months"
    return titled(figure, _title(what, record))


@styled
def costs(record: dict[str, Any]) -> Figure:
    """Mean return a year by the cost of a side, with that of the portfolio marked."""
    figure = Figure(figsize=(9, 4.6))
    axes = figure.subplots()
    points = pd.DataFrame(record["curve"])
    axes.plot(points["basis_points"], points["mean"], color=BLUE, marker="o", label="mean return a year")
    at = record["parameters"]["costs"]["basis_points"]
    net = record["net"]
    if net["interval"][0] is not None:
        low, high = net["interval"]
        axes.plot([at, at], [low, high], color=ORANGE, marker="_", markersize=14, label="95 % interval")
    axes.plot(at, net["mean"], "D", color=ORANGE, markersize=10, label=f"at {at:g} bp")
    axes.axhline(0, color=GREY, linewidth=1)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set(xlabel="Cost of a side (basis points)", ylabel="Mean return a year")
    legend_below(figure, *axes.get_legend_handles_labels(), columns=3, **LEGEND)
    even = record["break_even"]
    what = "Nothing is traded" if even is None else f"Nothing is left at a cost of {number(even)} bp a side"
    what = "Nothing is left even without costs" if even is not None and even < 0 else what
    return titled(figure, _title(what, record))


@styled
def exposure(returns: pd.DataFrame, record: dict[str, Any]) -> Figure:
    """Long, short and net exposure after each close."""
    figure = Figure(figsize=(9, 4.6))
    axes = figure.subplots()
    axes.plot(returns.index, returns["long"], color=BLUE, linewidth=1.2, label="long")
    axes.plot(returns.index, -returns["short"], color=ORANGE, linewidth=1.2, linestyle=(0, (4, 1.5)), label="short")
    axes.plot(returns.index, returns["long"] - returns["short"], color=GREEN, linewidth=1.6, label="net")
    axes.axhline(0, color=GREY, linewidth=1)
    axes.set(xlabel="Date", ylabel="Share of wealth")
    date_axis(axes)
    legend_below(figure, *axes.get_legend_handles_labels(), columns=3, **LEGEND)
    of = record["exposure"]
    what = (
        f"On average {number(of['long'], 2)} long and {number(of['short'], 2)} short, in {number(of['names'], 0)} names"
    )
    return titled(figure, _title(what, record))


@styled
def timing(returns: pd.DataFrame, timed: dict[str, Any]) -> Figure:
    """Wealth by positions in one series, a panel an experiment.

    Parameters
    ----------
    returns
        ``experiment``, ``date``, ``forecaster``, ``return``: net.
    timed
        By experiment; see :func:`rnn_trading.portfolio.timing.time_series`.
    """
    figure = Figure(figsize=(10, 1.4 + 3.6 * max(1, len(timed))))
    if not timed:
        return say(figure, figure.subplots(), "No forecasts of a level or a price are there.", "Timing of one series")
    labelled: dict[str, Any] = {}
    for axes, (name, of) in zip(figure.subplots(len(timed), 1, squeeze=False)[:, 0], timed.items(), strict=True):
        made = returns[returns["experiment"] == name].pivot(index="date", columns="forecaster", values="return")
        shown = [each for each in ("prediction", of["best_rival"], "buy_and_hold") if each in made]
        for forecaster, style in zip(shown, OTHERS, strict=False):
            label = "by the best rival" if forecaster == of["best_rival"] else LABELS[forecaster]
            (line,) = axes.plot(made.index, (1 + made[forecaster]).cumprod(), label=label, **style)
            labelled.setdefault(label, line)
        _wealth_axis(axes)
        axes.set(ylabel="Wealth, from 1 (log scale)")
        axes.set_title(f"{name}\n{of['verdict']}", loc="left", fontsize=12, wrap=True)
        date_axis(axes)
    legend_below(figure, [*labelled.values()], [*labelled], columns=3, **LEGEND)
    ahead = sum(of["net"]["mean"] > of["rivals"]["buy_and_hold"]["mean"] for of in timed.values())
    return titled(figure, f"Timing of one series, net: {ahead} of {len(timed)} earn more than buying and holding")


@styled
def volatility(returns: pd.DataFrame, targeting: dict[str, Any] | None, sessions: int) -> Figure:
    """Realised volatility of positions that aim at a target.

    Parameters
    ----------
    returns
        Gross, by session; a column a forecaster.
    targeting
        See :func:`rnn_trading.portfolio.targeting.target_volatility`; None: there are no forecasts.
    sessions
        Over which volatility is measured.
    """
    figure = Figure(figsize=(10, 4.8))
    axes: Axes = figure.subplots()
    if targeting is None:
        return say(figure, axes, "No forecasts of a volatility are there.", "Volatility targeting")
    rival = targeting["best_rival"]
    names = [name for name in ("prediction", rival, "constant") if name in returns]
    for name, style in zip(names, OTHERS, strict=False):
        realised = returns[name].rolling(sessions).std() * np.sqrt(SESSIONS_A_YEAR)
        label = "by the best rival" if name == rival else LABELS[name]
        axes.plot(returns.index, realised, label=label, **style)
    axes.axhline(targeting["target"], color="black", linewidth=1, label="target")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set(xlabel="Date", ylabel=f"Volatility a year, over {sessions} sessions", ylim=(0, None))
    date_axis(axes)
    legend_below(figure, *axes.get_legend_handles_labels(), columns=4, **LEGEND)
    found = {name: number(100 * targeting["by_forecaster"][name]["distance"]) for name in names}
    others = ", ".join(f"{'best rival' if name == rival else name} {found[name]}" for name in names[1:])
    what = f"Mean distance to {100 * targeting['target']:g} %: {found['prediction']} points"
    return titled(figure, f"{what} by the forecasts ({others})\nunivariate_regression.volatility")
