"""The simple forecast that a network starts from: rivals of its experiment, of which the validation rows choose."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.experiments.series import known_series, origins_of
from rnn_trading.experiments.starting import STARTED, STARTS, choose_start, chosen_on, rivals_called
from rnn_trading.series.channels import LEAST_SIZE, InputParameters, known_of_days, known_size
from rnn_trading.series.series import PERCENT, RETURN, TRUTH, RunParameters, split_windows
from rnn_trading.skill.metrics.series import QLIKE
from rnn_trading.skill.record import Experiment
from rnn_trading.skill.rivals.returns import SIGNED_RETURNS
from rnn_trading.skill.rivals.series import recursive
from rnn_trading.skill.rivals.tiers import Rivals
from rnn_trading.skill.tasks import TASKS
from rnn_trading.splits.chronological import known_rows, rows_in
from rnn_trading.splits.windows import any_in_window

Array = NDArray[np.float64]
# Columns: zero and unit of the network, in units of the series; the unit of its channels. The names of what is known of
# the day that is forecast begin with the last.
OFFSET, SIZE, UNIT, OF_THE_DAY = "offset", "size", "unit", "known_"
FEWEST_LAGS = 2


def start_from(
    series: pd.DataFrame,
    windows: pd.DataFrame,
    split_dates: pd.DataFrame,
    experiment: Experiment,
    inputs: InputParameters,
    *,
    steps: int = 1,
) -> dict[str, Any]:
    """Fit the simple forecasts on the training rows, take the best one, and forecast every row.

    Parameters
    ----------
    steps
        Of the path that is forecast.

    Returns
    -------
    dict
        ``start``: index of the windows. ``start``: the name of the forecast; ``1`` and so on: its values of each step;
        ``offset`` and ``size``: zero and unit of the network on that day, in units of the series; ``unit``: that of its
        channels; ``known_level`` and so on: what is known of the day, where the level is the logarithm of ``unit``,
        less its mean and over its deviation in the training rows. ``start_report``: ``start``, and ``starts``, the loss
        of each on the rows that chose.

    Raises
    ------
    ValueError
        If a name is no rival of the experiment.
    """
    positive = TASKS[experiment.task].positive
    _check_names(inputs.start, series, experiment)
    paths = {name: _paths(name, series, windows, split_dates, experiment, steps) for name in inputs.start}
    size = None if positive else _sizes(series, windows, experiment.name)
    part = chosen_on(split_dates["split"])
    if positive:
        paths = {name: _above_zero(path, windows, split_dates) for name, path in paths.items()}
    losses = {name: _loss(path, series, windows, split_dates, size, part) for name, path in paths.items()}
    report = choose_start(losses, experiment.name)
    chosen, path = report[STARTED], paths[report[STARTED]]
    zero, unit = (np.zeros(len(path)), path[:, 0]) if size is None else (windows["1"].to_numpy(), size)
    _refuse_no_unit(unit, windows.index, experiment.name)
    in_percent = size is not None and (series["value"] > 0).all()
    of_channels = unit * PERCENT / zero if in_percent else unit
    # In percent: points grow with the price, so that those of the test would be like none of the training.
    level = _standardised(np.log(of_channels), rows_in(split_dates["split"], windows.index, "train"))
    columns = {STARTED: chosen, OFFSET: zero, SIZE: unit, UNIT: of_channels}
    before = series.index[series.index.get_indexer(windows.index) - 1]
    known = known_of_days(windows.index, before, level, inputs.known).add_prefix(OF_THE_DAY)
    of_steps = pd.DataFrame(path, windows.index, [str(step) for step in range(1, steps + 1)])
    table = pd.concat([pd.DataFrame(columns, windows.index), known, of_steps], axis=1)
    return {"start": table, "start_report": report}


def start_runs_from(
    series: pd.DataFrame,
    windows: pd.DataFrame,
    split_dates: pd.DataFrame,
    experiment: Experiment,
    inputs: InputParameters,
    runs: RunParameters,
) -> dict[str, Any]:
    """The same of paths of as many steps as runs have."""
    return start_from(series, windows, split_dates, experiment, inputs, steps=runs.steps)


def _paths(
    name: str,
    series: pd.DataFrame,
    windows: pd.DataFrame,
    split_dates: pd.DataFrame,
    experiment: Experiment,
    steps: int,
) -> Array:
    """Forecasts of one rival from every row, ``(rows, steps)``, in units of the series."""
    signed = _named(SIGNED_RETURNS, name) if RETURN in series else None
    if signed is not None:
        train = windows[rows_in(split_dates["split"], windows.index, "train")]
        forecast = signed(origins_of(known_rows(series, split_dates["split"]), train))
        return forecast(origins_of(series, windows))[:, None]
    (rival,) = rivals_called([name], STARTS[experiment.task], experiment.name).values()
    known = known_series(series, windows, split_dates, positive=TASKS[experiment.task].positive)
    return recursive(rival(known), split_windows(windows)[0], steps)


def _above_zero(path: Array, windows: pd.DataFrame, split_dates: pd.DataFrame) -> Array:
    """Forecasts of at least a tenth of the mean training value: those after a window in which little moved are larger.

    A network multiplies what it starts from, and QLIKE knows no forecast of 0. What is not finite stays so.
    """
    train = windows.loc[rows_in(split_dates["split"], windows.index, "train"), TRUTH]
    return np.maximum(path, LEAST_SIZE * float(train.mean()))


def _check_names(names: Sequence[str], series: pd.DataFrame, experiment: Experiment) -> None:
    there = [each for each in STARTS[experiment.task] if RETURN in series or each not in SIGNED_RETURNS]
    rivals_called(names, there, experiment.name)


def _named(rivals: Rivals, name: str) -> Callable[..., Any] | None:
    return next((each for each in rivals if each.__name__ == name), None)


def _sizes(series: pd.DataFrame, windows: pd.DataFrame, name: str) -> Array:
    """How far changes go at the time of each row, in units of the series."""
    if windows.shape[1] - 1 < FEWEST_LAGS:
        raise ValueError(
            f"{name}: how far changes go is known from the change before a day, in a window of at least {FEWEST_LAGS} "
            f"values. Received: series.lags={windows.shape[1] - 1}. Raise it."
        )
    size = known_size(series).reindex(windows.index).to_numpy()
    return size * windows["1"].to_numpy() / PERCENT if (series["value"] > 0).all() else size


def _refuse_no_unit(unit: Array, dates: pd.Index, name: str) -> None:
    """Raise where a day has no unit: nothing moved before it."""
    if (unit > 0).all():
        return
    raise ValueError(
        f"{name}: what is seen is divided by how far the series moved before. Received: a series that had not moved "
        f"before {dates[int(np.argmin(unit > 0))]:%Y-%m-%d} ({int((~(unit > 0)).sum()):,} such days). Move "
        "series.start, or check the prices."
    )


def _loss(
    path: Array, series: pd.DataFrame, windows: pd.DataFrame, split_dates: pd.DataFrame, size: Array | None, part: Any
) -> float:
    """Mean loss of forecasts on the rows of a part whose whole path lies there."""
    rows, truths = truths_inside(series, windows.index, split_dates, part, path.shape[1])
    if size is None:
        return float(QLIKE.of(path[rows].ravel(), truths.ravel()).mean())
    return float((((path[rows] - truths) / size[rows, None]) ** 2).mean())


def truths_inside(
    series: pd.DataFrame, dates: pd.Index, split_dates: pd.DataFrame, part: Any, steps: int
) -> tuple[NDArray[np.int64], Array]:
    """Rows of a part whose path of so many steps lies there as a whole, and that path.

    Returns
    -------
    tuple of numpy.ndarray
        Positions among the dates of all rows, ``(rows,)``, and values of the series, ``(rows, steps)``.

    Examples
    --------
    >>> days = pd.date_range("2020-01-01", periods=5)
    >>> series = pd.DataFrame({"value": [1.0, 2.0, 3.0, 4.0, 5.0]}, index=days)
    >>> parts = pd.DataFrame({"split": ["train", "train", "train", "test"]}, index=days[1:])
    >>> rows, truths = truths_inside(series, days[1:], parts, "train", steps=2)
    >>> rows.tolist(), truths.tolist()
    ([0, 1], [[2.0, 3.0], [3.0, 4.0]])
    """
    inside = rows_in(split_dates["split"], dates, part)
    values = series["value"].to_numpy(dtype=float)
    first = series.index.get_indexer(dates)
    if len(inside) < steps:
        return np.arange(0), np.empty((0, steps))
    rows = np.flatnonzero(~any_in_window(~inside[:, None], steps)[0])
    return rows, np.lib.stride_tricks.sliding_window_view(values, steps)[first[rows]]


def _standardised(values: Array, train: NDArray[np.bool_]) -> Array:
    deviation = values[train].std()
    return (values - values[train].mean()) / (deviation if deviation > 0 else 1.0)
