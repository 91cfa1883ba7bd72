"""Forecasts of several steps by one network after different numbers of epochs."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from rnn_trading.figures.panels import legend_below, styled, titled
from rnn_trading.figures.series import over_truth
from rnn_trading.series.series import FREE_RUN, POINT_BY_POINT, RESTARTED
from rnn_trading.tables.wording import counted

DECIDES = 1.1  # a ratio of errors
KINDS = {POINT_BY_POINT: "Point by point", RESTARTED: "Restarted runs", FREE_RUN: "One free run"}


@styled
def runs_by_epochs(
    predictions: Sequence[pd.DataFrame],
    epochs: Sequence[int],
    rmse: Sequence[dict[str, float]],
    unit: str,
    title: str,
) -> Figure:
    """One row a number of epochs, one column a kind of forecast, each over the truth, with its error.

    Parameters
    ----------
    predictions
        Of each row: ``run``, ``target_date``, ``date``, ``prediction``, ``truth``.
    epochs
        Of each row.
    rmse
        Of each row, the error by kind of forecast, in the unit of the series.
    unit
        Unit of the series.
    title
        Title of the figure.
    """
    figure = Figure(figsize=(14, 3.1 * len(epochs) + 1.2))
    grid = figure.subplots(len(epochs), len(KINDS), sharex=True, sharey="col")
    for row, table, count, errors in zip(grid, predictions, epochs, rmse, strict=True):
        for axes, (kind, words) in zip(row, KINDS.items(), strict=True):
            rows = table[table["run"] == kind]
            over_truth(axes, rows, rows["target_date"], apart=kind == RESTARTED)
            axes.set_title(f"{words}, {counted(count, 'epoch')}: RMSE {_digits(errors[kind])}", loc="left", fontsize=12)
            axes.xaxis.set_major_locator(AutoDateLocator(maxticks=5))
            axes.xaxis.set_major_formatter(ConciseDateFormatter(axes.xaxis.get_major_locator()))
        row[0].set(ylabel=unit.capitalize())
    handles, labels = grid[0, 0].get_legend_handles_labels()
    legend_below(figure, handles, labels, columns=2)
    return titled(figure, title)


def what_epochs_change(epochs: Sequence[int], errors: Sequence[float], rival: str, error_of_rival: float) -> str:
    """The error of restarted runs after each number of epochs, beside that of a rival, in a sentence.

    Examples
    --------
    >>> what_epochs_change([1, 50], [83.3, 60.21], "persistence", 58.1)
    'The number of epochs decides: runs are off by 83.3 after 1 epoch, by 60.2 after 50 epochs; persistence by 58.1'
    >>> what_epochs_change([1, 50], [60.3, 60.21], "persistence", 58.1).partition(":")[0]
    'The number of epochs changes little'
    """
    changes = "decides" if max(errors) > DECIDES * min(errors) else "changes little"
    parts = [
        f"by {_digits(error)} after {counted(count, 'epoch')}" for count, error in zip(epochs, errors, strict=True)
    ]
    return f"The number of epochs {changes}: runs are off {', '.join(parts)}; {rival} by {_digits(error_of_rival)}"


def _digits(error: float) -> str:
    """Three digits, and no power of ten."""
    return f"{error:,.0f}" if error >= 1000 else f"{error:.3g}"
