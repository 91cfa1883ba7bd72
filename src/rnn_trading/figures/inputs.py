"""Figures of what goes into a network: a series as it came, as it is scaled, and one window of it."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rnn_trading.figures.panels import BLUE, ORANGE, date_axis, legend_above, styled, titled

# Behind lines; the darker one is the later part.
SHADES = {"validation": "#EAEAEA", "test": "#C9DCEC"}


@dataclass(frozen=True)
class Times:
    """The horizontal axis of a series: dates, or points that are counted from the first of a wave.

    Parameters
    ----------
    first_day
        Date of the first point of a wave, whose points are one day apart; None: dates.

    Examples
    --------
    >>> days = pd.DatetimeIndex(["2020-01-01", "2020-01-03"])
    >>> Times(pd.Timestamp("2020-01-01")).of(days).tolist()
    [0, 2]
    >>> Times().of(days) is days
    True
    """

    first_day: pd.Timestamp | None = None

    def of(self, dates: pd.DatetimeIndex) -> pd.Index:
        """Where dates stand on the axis."""
        return dates if self.first_day is None else (dates - self.first_day).days

    def name(self, at: pd.Timestamp) -> str:
        """A date in a legend.

        Examples
        --------
        >>> Times().name(pd.Timestamp("2020-01-03")), Times(pd.Timestamp("2020-01-01")).name(pd.Timestamp("2020-01-03"))
        ('2020-01-03', 'point 2')
        """
        return f"{at:%Y-%m-%d}" if self.first_day is None else f"point {(at - self.first_day).days:,}"

    def label(self, axes: Axes) -> None:
        """Say what the axis shows."""
        if self.first_day is None:
            date_axis(axes)
        else:
            axes.set(xlabel="Point of the wave")


DATES = Times()


def shade_parts(axes: Axes, parts: pd.Series, times: Times = DATES) -> None:
    """Shade the validation and the test rows, and say in the legend from when on.

    Parameters
    ----------
    axes
        With the axis of ``times``.
    parts
        Index: dates; see :func:`rnn_trading.splits.chronological.chronological_split`. A part without rows is left out.
    times
        See :class:`Times`.
    """
    for part, shade in SHADES.items():
        dates = pd.DatetimeIndex(parts.index[parts == part])
        if len(dates):
            first, last = times.of(dates[[0, -1]])
            # Below the grid.
            axes.axvspan(first, last, color=shade, linewidth=0, zorder=0, label=f"{part}, from {times.name(dates[0])}")


@styled
def raw_and_scaled(series: pd.Series, scaled: pd.Series | None, parts: pd.Series, unit: str, title: str) -> Figure:
    """A series as it came and, below, as it is scaled, with validation and test shaded.

    Parameters
    ----------
    series
        Index: dates; in ``unit``.
    scaled
        The same scaled; None: the scale of a value depends on its window, so that there is no scaled series.
    parts
        See :func:`shade_parts`.
    unit
        Unit of the series.
    title
        Title of the figure.
    """
    shown = {unit: series} | ({} if scaled is None else {"scaled units": scaled})
    figure = Figure(figsize=(11, 1 + 3.2 * len(shown)))
    for axes, (label, values) in zip(
        figure.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0], shown.items(), strict=True
    ):
        shade_parts(axes, parts)
        axes.plot(values.index, values, color=BLUE, linewidth=1.3)
        axes.set(ylabel=label)
        date_axis(axes)
    legend_above(figure.axes[0], len(SHADES))
    return titled(figure, title)


@styled
def series_and_window(
    series: pd.Series,
    window: tuple[pd.Series, pd.Series | None],
    parts: pd.Series,
    axis: tuple[str, Times],
    title: str,
) -> Figure:
    """A whole series and one window of it with the value that follows, as it came and as a network sees it.

    Parameters
    ----------
    series
        Index: dates.
    window
        The values of a window and, last, its target, index: dates; the same scaled, with its unit as its name, None: as
        it came.
    parts
        See :func:`shade_parts`.
    axis
        Unit of the series, and its times.
    title
        Title of the figure.
    """
    (raw, seen), (unit, times) = window, axis
    figure = Figure(figsize=(11, 7.5))
    drawn: dict[str, Axes] = figure.subplot_mosaic([["whole", "whole"], ["raw", "raw" if seen is None else "seen"]])
    shade_parts(drawn["whole"], parts, times)
    drawn["whole"].plot(times.of(series.index), series, color=BLUE, linewidth=1.3)
    drawn["whole"].set(ylabel=unit)
    legend_above(drawn["whole"], len(SHADES))
    windows = {"raw": (raw, unit, "One window, as it came")} | (
        {} if seen is None else {"seen": (seen, str(seen.name), "The same, as the network sees it")}
    )
    for name, (values, label, says) in windows.items():
        at = times.of(values.index)
        drawn[name].plot(at[:-1], values.iloc[:-1], color=BLUE, marker=".", label=f"window of {len(values) - 1}")
        drawn[name].plot(at[-1:], values.iloc[-1:], "o", color=ORANGE, markersize=9, label="next value")
        drawn[name].set(ylabel=label)
        drawn[name].set_title(says, loc="left", fontsize=12)
        drawn[name].legend()
    for axes in drawn.values():
        times.label(axes)
    return titled(figure, title)
