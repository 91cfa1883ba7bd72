"""Experiments on several macro series whose network corrects the path of a simple forecast, all months at once.

Series, windows, split, scaling and rivals are those of :mod:`rnn_trading.experiments.macro`.
"""

from typing import Annotated, Any

import numpy as np
import pandas as pd
from kedro.pipeline import Pipeline
from numpy.typing import NDArray
from pydantic import Field

from rnn_trading.experiments import macro, wiring
from rnn_trading.experiments.explaining import CALLED, explained
from rnn_trading.experiments.fitting import fitted
from rnn_trading.experiments.folds import SPLIT_OF_FOLD, FitOf, Folds
from rnn_trading.experiments.folds import experiment as folded
from rnn_trading.experiments.macro import MONTHS_OF_A_YEAR, WindowParameters
from rnn_trading.experiments.paths import Array, histories_before, table_of_forecasts
from rnn_trading.experiments.residual import Inputs, interface_of
from rnn_trading.experiments.starting import STARTED, STARTS, choose_start, chosen_on, rivals_called
from rnn_trading.models.parameters import ResidualNetworkParameters, TrainingParameters
from rnn_trading.models.states import States
from rnn_trading.parameters import parameters
from rnn_trading.plan import Plan
from rnn_trading.series.monthly import MacroParameters
from rnn_trading.skill.metrics.macro import ABSOLUTE_ERROR
from rnn_trading.skill.record import Experiment
from rnn_trading.skill.rivals.macro import KnownMonths, Paths
from rnn_trading.splits.chronological import SplitName, SplitParameters, known_rows, rows_in, watched_part
from rnn_trading.splits.windows import sliding_windows

UNITS = "unit"


@parameters
class MacroInputParameters:
    """The simple forecast that the network starts from.

    Parameters
    ----------
    start
        Names of rivals. Their paths are what the network corrects; of several the best one month ahead on the
        validation months.
    """

    start: Annotated[tuple[str, ...], Field(min_length=1)]


def start_from(
    scaled: pd.DataFrame,
    split_dates: pd.DataFrame,
    windows: WindowParameters,
    inputs: MacroInputParameters,
    experiment: Experiment,
) -> dict[str, Any]:
    """Fit the simple forecasts on the training months, take the best one, and forecast the path from every month.

    Returns
    -------
    dict
        ``start``: index: the months that windows forecast; columns ``SERIES.1`` and so on, the path of each series,
        ``SERIES.unit``, the deviation of its changes in the training months, all scaled, and ``start``, the name of
        the forecast. ``start_report``: ``start``, and ``starts``, the mean absolute error of each.

    Raises
    ------
    ValueError
        If a name is no rival, or windows are shorter than what it may need.
    """
    rivals = rivals_called(inputs.start, STARTS[experiment.task], experiment.name)
    places = {part: np.flatnonzero(split_dates["split"] == part) + windows.lags for part in ("train", "validation")}
    held_out = histories_before(scaled, places["validation"]), scaled.to_numpy()[places["validation"]]
    known = known_rows(scaled, split_dates["split"])
    fits = {name: rival(KnownMonths(known, MONTHS_OF_A_YEAR, held_out)) for name, rival in rivals.items()}
    choose = places[chosen_on(split_dates["split"])]

    def error(name: str) -> float:
        before, truth = _windows(scaled, choose, windows.lags), scaled.to_numpy()[choose]
        forecasts = _paths_of(fits[name], before, 1, name, experiment.name)[:, 0]
        return float(ABSOLUTE_ERROR.of(forecasts, truth).mean())

    report = choose_start({name: error(name) for name in fits}, experiment.name)
    chosen = report[STARTED]
    every = np.arange(windows.lags, len(scaled))
    before = _windows(scaled, every, windows.lags)
    paths = _paths_of(fits[chosen], before, windows.path_steps, chosen, experiment.name)
    unit = known.diff().std(ddof=0)
    columns: dict[str, Any] = {STARTED: chosen}
    for k, name in enumerate(scaled):
        columns |= {f"{name}.{step + 1}": paths[:, step, k] for step in range(windows.path_steps)}
        columns[f"{name}.{UNITS}"] = unit[name]
    return {
        "start": pd.DataFrame(columns, index=scaled.index[every]),
        "start_report": report,
    }


def _paths_of(fit: Paths, windows: Array, steps: int, start: str, name: str) -> Array:
    """Paths by one rival, if windows hold all that it looks back on: its order is fitted."""
    try:
        return fit(windows, steps)
    except (ValueError, IndexError) as error:
        raise ValueError(
            f"{name}: {start}, which the network may start from, looks back on more months than a window has. "
            f"Received: windows.lags={windows.shape[1]}. Raise it, or set inputs.start to [persistence] ({error})."
        ) from error


def _windows(scaled: pd.DataFrame, targets: NDArray[np.int64], lags: int) -> Array:
    """The rows before each target, ``(targets, lags, series)``."""
    return sliding_windows(scaled.to_numpy(), lags)[:, targets - lags].transpose(1, 2, 0)


def inputs_at(rows: NDArray[np.int64], scaled: pd.DataFrame, start: pd.DataFrame) -> Inputs:
    """What the network is given of some rows of ``start``: all float32.

    Returns
    -------
    dict
        ``Channels`` ``(rows, lags, 2 series)``: of each month the value less the last one, and the change, in units of
        the changes. ``Start`` ``(rows, steps, series)``: the path less the last value, in these units.
    """
    from rnn_trading.models.residual_network import CHANNELS, START  # noqa: PLC0415  see train_network

    lags = len(scaled) - len(start)
    before, unit = _windows(scaled, rows + lags, lags), _units(scaled, start)
    last = before[:, -1:]
    changes = np.diff(before, axis=1, prepend=before[:, :1])
    seen = np.concatenate([(before - last) / unit, changes / unit], axis=2)
    path = (_paths(scaled, start)[rows] - last) / unit
    return {CHANNELS: seen.astype(np.float32), START: path.astype(np.float32)}


def _units(scaled: pd.DataFrame, start: pd.DataFrame) -> Array:
    return start[[f"{name}.{UNITS}" for name in scaled]].iloc[0].to_numpy(dtype=float)


def _paths(scaled: pd.DataFrame, start: pd.DataFrame) -> Array:
    """``(rows, steps, series)``."""
    steps = (start.shape[1] - 1) // scaled.shape[1] - 1
    columns = [start[[f"{name}.{step}" for step in range(1, steps + 1)]].to_numpy() for name in scaled]
    return np.stack(columns, axis=2)


def train_network(
    scaled: pd.DataFrame,
    start: pd.DataFrame,
    split_dates: pd.DataFrame,
    split: SplitParameters,
    architecture: ResidualNetworkParameters,
    training: TrainingParameters,
    training_state: States,
    fit: FitOf,
) -> dict[str, Any]:
    """Fit the network on the training windows and what follows them; months beyond the part are not known to it.

    Returns
    -------
    dict
        See :func:`rnn_trading.experiments.fitting.fitted`; ``training`` has ``start``.
    """
    # TensorFlow takes seconds to import: only a run that trains pays for it.
    from rnn_trading.models.networks import Blueprint  # noqa: PLC0415
    from rnn_trading.models.residual_network import START  # noqa: PLC0415

    def rows(part: SplitName) -> tuple[Inputs, NDArray[np.float32]]:
        chosen = np.flatnonzero(rows_in(split_dates["split"], start.index, part))
        given = inputs_at(chosen, scaled, start)
        return given, _targets(chosen, scaled, start, given[START].shape[1])

    train, watched = rows("train"), rows(watched_part(split))
    result = fit.train(Blueprint(architecture, interface_of(train[0])), train, watched, training, training_state)
    return fitted(result, training, watched_part(split), start=start[STARTED].iloc[0])


def _targets(rows: NDArray[np.int64], scaled: pd.DataFrame, start: pd.DataFrame, steps: int) -> NDArray[np.float32]:
    """The path that follows each row, less its last value, in units of the changes; NaN beyond the last row.

    Float32, ``(rows, steps, series)``.
    """
    lags, last = len(scaled) - len(start), rows[-1]
    values = np.full((last + 1 + steps, scaled.shape[1]), np.nan)
    values[: last + 1] = scaled.to_numpy()[lags : lags + last + 1]
    paths = sliding_windows(values, steps)[:, rows].transpose(1, 2, 0)
    before = scaled.to_numpy()[rows + lags - 1][:, None]
    return ((paths - before) / _units(scaled, start)).astype(np.float32)


def forecast_months(
    model: Any,
    macro: pd.DataFrame,
    scaled: pd.DataFrame,
    scaling: dict[str, Any],
    start: pd.DataFrame,
    split_dates: pd.DataFrame,
    series: MacroParameters,
    windows: WindowParameters,
) -> pd.DataFrame:
    """Forecast every test and validation month from the truth before it, and the path from the first test month.

    Returns
    -------
    pandas.DataFrame
        See :func:`rnn_trading.experiments.paths.forecast_table`; column ``prediction``.
    """
    from rnn_trading.models.predicting import predict_all  # noqa: PLC0415  see train_network

    lags, unit = len(scaled) - len(start), _units(scaled, start)

    def paths(targets: NDArray[np.int64], steps: int) -> Array:
        forecasts = predict_all(model, inputs_at(targets - lags, scaled, start))[:, :steps]
        return scaled.to_numpy()[targets - 1][:, None] + forecasts * unit

    return table_of_forecasts(paths, *(macro, scaled, scaling, split_dates, series, windows.path_steps))


def explain(
    last_model: Any, last_scaled: pd.DataFrame, last_start: pd.DataFrame, last_split_dates: pd.DataFrame
) -> dict[str, Any]:
    """What the forecasts of the test months rest on; see :func:`rnn_trading.experiments.explaining.explained`.

    The loss is the mean absolute error one month ahead, in units of the changes.
    """
    from rnn_trading.models.residual_network import CHANNELS, START  # noqa: PLC0415  see train_network

    rows = np.flatnonzero(rows_in(last_split_dates["split"], last_start.index, "test"))
    given = inputs_at(rows, last_scaled, last_start)
    truth = _targets(rows, last_scaled, last_start, given[START].shape[1])[:, 0]
    names = [f"{name}, {what}" for what in ("distance from the last", "change") for name in last_scaled]

    def loss(forecasts: Array) -> float:
        return float(np.abs(forecasts[:, 0] - truth).mean())

    date, first = f"{last_start.index[rows[-1]]:%Y-%m-%d}", f"{last_scaled.columns[0]} one month ahead"
    measured = "the absolute error one month ahead"
    return explained(last_model, given, loss, {CHANNELS: names, START: [CALLED]}, date, measured, first)


def macro_experiment(name: str, plan: Plan) -> Pipeline:
    """An experiment on ``macro``, under its own namespace, from the transformations to the figures.

    Parameters
    ----------
    name
        Of the experiment; ``params:NAME`` has the blocks of :func:`rnn_trading.experiments.macro.macro_experiment`, and
        ``inputs``.
    plan
        How many folds and seeds it has.
    """
    start = wiring.node(start_from, "start", "start_report")
    fit = wiring.train(train_network), wiring.forecast(forecast_months, series="params:macro")
    folds = Folds(
        plan.of(name),
        (SPLIT_OF_FOLD, macro.SCALE, start, macro.RIVALS_FORECAST),
        fit,
        newest=("scaling", "start_report"),
    )
    once = [*macro.SPLIT, wiring.node(explain, "explanation", gpu=True), *macro.judged(explained=True)]
    return folded(name, once, folds, macro.SHARED)
