"""Experiments on one series whose network corrects a simple forecast: its next value, or a path at once.

Windows, split and rivals are those of the other experiments on one series. What the network sees are channels of each
day (:mod:`rnn_trading.series.channels`), in units of the day of the forecast, and the simple forecast that it starts
from (:mod:`rnn_trading.experiments.starts`).
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading import figures
from rnn_trading.experiments import drawing, wiring
from rnn_trading.experiments.explaining import MOST_ROWS, explained
from rnn_trading.experiments.fitting import fitted
from rnn_trading.experiments.folds import FitOf
from rnn_trading.experiments.runs import AxesParameters, by_every_rival, ways
from rnn_trading.experiments.series import TRUTH
from rnn_trading.experiments.starting import STARTED
from rnn_trading.experiments.starts import OF_THE_DAY, OFFSET, SIZE, UNIT, start_from, start_runs_from, truths_inside
from rnn_trading.figures import Figure
from rnn_trading.models.parameters import ResidualNetworkParameters, TrainingParameters
from rnn_trading.models.states import States
from rnn_trading.series.channels import WITHOUT_UNIT, InputParameters, channels_of
from rnn_trading.series.series import RunParameters, Runs
from rnn_trading.skill.formats import words
from rnn_trading.skill.record import Experiment
from rnn_trading.skill.rivals.pretrained import PretrainedParameters
from rnn_trading.skill.rows import MODEL
from rnn_trading.skill.tasks import TASKS
from rnn_trading.splits.chronological import SplitName, SplitParameters, watched_part
from rnn_trading.splits.windows import sliding_windows

Array = NDArray[np.float64]
LOSS_UNIT = "units of the day"
Inputs = dict[str, NDArray[np.float32]]


def make_channels(
    series: pd.DataFrame, report: dict[str, Any], inputs: InputParameters, index_prices: pd.DataFrame | None = None
) -> dict[str, Any]:
    """Channels of each day, and in the report which of those wanted the data have not.

    Returns
    -------
    dict
        ``channels``: see :func:`rnn_trading.series.channels.channels_of`. ``report_of_inputs``: the report, with
        ``channels``, ``channels_left_out``, ``channels_filled`` (days with the value of the day before), and
        ``channels_of_one_value``, which say nothing.
    """
    made = channels_of(series, index_prices, inputs.channels)
    still = [name for name in made.table if np.ptp(made.table[name]) == 0]
    told = {"channels": [*made.table], "channels_left_out": made.left_out}
    told |= {"channels_filled": made.filled, "channels_of_one_value": still}
    return {"channels": made.table, "report_of_inputs": report | told}


def inputs_at(rows: NDArray[np.int64], channels: pd.DataFrame, start: pd.DataFrame) -> Inputs:
    """What the network is given of some rows, in the units of their days.

    Parameters
    ----------
    rows
        Positions in ``start``.
    channels, start
        See :func:`make_channels` and :func:`rnn_trading.experiments.starts.start_from`. A window has as many days as
        there are channels before the first row.

    Returns
    -------
    dict
        ``Channels`` ``(rows, lags, channels)``, ``Start`` ``(rows, 1)``, or of a path ``(rows, steps, 1)``, and, if
        anything is known, ``Known`` ``(rows, features)``; all float32.
    """
    from rnn_trading.models.residual_network import CHANNELS, KNOWN, START  # noqa: PLC0415  see train_network

    of_rows = start.iloc[rows]
    seen = sliding_windows(channels.to_numpy(), len(channels) - len(start))[:, rows].transpose(1, 2, 0)
    divided = ~channels.columns.isin(WITHOUT_UNIT)
    made = {
        CHANNELS: np.where(divided, seen / of_rows[UNIT].to_numpy()[:, None, None], seen),
        KNOWN: of_rows[[name for name in start if name.startswith(OF_THE_DAY)]].to_numpy(),
        START: as_path(in_units(of_rows[steps_of(start)].to_numpy(), of_rows)),
    }
    return {name: values.astype(np.float32) for name, values in made.items() if values.shape[1]}


def as_path(values: Array) -> Array:
    """Values ``(rows, steps)`` as a network has a path of one series: ``(rows, steps, 1)``; one step stays as it is."""
    return values if values.shape[1] == 1 else values[:, :, None]


def steps_of(start: pd.DataFrame) -> list[str]:
    """Names of the columns of steps."""
    return [name for name in start if name.isdigit()]


def in_units(values: Array, start: pd.DataFrame) -> Array:
    """Values of the series ``(rows, steps)`` as the network has them."""
    return (values - start[[OFFSET]].to_numpy()) / start[[SIZE]].to_numpy()


def restored(forecasts: Array, start: pd.DataFrame) -> Array:
    """Forecasts of the network ``(rows, steps)`` in units of the series."""
    return start[[OFFSET]].to_numpy() + forecasts * start[[SIZE]].to_numpy()


def train_network(
    series: pd.DataFrame,
    channels: pd.DataFrame,
    start: pd.DataFrame,
    split_dates: pd.DataFrame,
    split: SplitParameters,
    architecture: ResidualNetworkParameters,
    training: TrainingParameters,
    training_state: States,
    fit: FitOf,
) -> dict[str, Any]:
    """Fit the network on the training windows, and the values or paths that follow.

    Returns
    -------
    dict
        See :func:`rnn_trading.experiments.fitting.fitted`; losses are in units of the day of the forecast. ``training``
        has ``start``, the name of the forecast that the network starts from.
    """
    # TensorFlow takes seconds to import: only a run that trains pays for it.
    from rnn_trading.models.networks import Blueprint  # noqa: PLC0415

    def rows(part: SplitName) -> tuple[Inputs, NDArray[np.float32]]:
        chosen, truths = truths_inside(series, start.index, split_dates, part, len(steps_of(start)))
        if not len(chosen):
            raise ValueError(
                f"{fit.title}: a path of {len(steps_of(start))} steps must lie in the {part} rows as a whole. "
                f"Received: {int((split_dates['split'] == part).sum())} {part} rows. Lower runs.steps, or move the "
                "boundaries of split."
            )
        target = as_path(in_units(truths, start.iloc[chosen]))
        return inputs_at(chosen, channels, start), target.astype(np.float32)

    train, watched = rows("train"), rows(watched_part(split))
    blueprint = Blueprint(architecture, interface_of(train[0]))
    result = fit.train(blueprint, train, watched, training, training_state)
    return fitted(result, training, watched_part(split), start=start[STARTED].iloc[0])


def interface_of(inputs: Inputs) -> Any:
    """The interface of the network of some inputs."""
    from rnn_trading.models.interface import Input, Interface  # noqa: PLC0415  see train_network
    from rnn_trading.models.residual_network import START  # noqa: PLC0415

    shapes = {name: Input(values.shape[1:]) for name, values in inputs.items()}
    *path, outputs = inputs[START].shape[1:]
    return Interface(shapes, outputs=outputs, path=path[0] if path else None)


def forecast_next(
    model: Any, channels: pd.DataFrame, windows: pd.DataFrame, start: pd.DataFrame, split_dates: pd.DataFrame
) -> pd.DataFrame:
    """Forecast the next value from every row of a part; see :func:`rnn_trading.experiments.series.forecast_rows`."""
    parts = split_dates["split"].reindex(windows.index)
    rows = np.flatnonzero(parts.notna())
    forecasts, wanted = _paths_from(model, rows, channels, start)[:, 0], windows.iloc[rows]
    columns = {"split": parts[wanted.index].astype("str"), MODEL: forecasts, TRUTH: wanted[TRUTH]}
    return pd.DataFrame(columns, index=wanted.index).rename_axis("date")


def forecast_runs(
    model: Any,
    series: pd.DataFrame,
    channels: pd.DataFrame,
    start: pd.DataFrame,
    split_dates: pd.DataFrame,
    runs: RunParameters,
    *,
    kinds: tuple[str, ...],
) -> pd.DataFrame:
    """Forecast paths at once: the restarted runs and, as the first of a path, each test row from the truth before it.

    Parameters
    ----------
    kinds
        Of runs that are forecast, of :func:`rnn_trading.experiments.runs.ways`. A free run has no end that a path has.

    Returns
    -------
    pandas.DataFrame
        As :func:`rnn_trading.experiments.runs.forecast_runs`.
    """
    values, lags, tables = series["value"], len(channels) - len(start), []
    for part, kind in runs_of(values, split_dates, runs, kinds):
        paths = _paths_from(model, kind.first_targets - lags, channels, start)[:, : kind.steps]
        tables.append(kind.table(values).assign(split=part, **{MODEL: paths.ravel()}))
    return pd.concat(tables, ignore_index=True)


def rivals_of_runs(
    series: pd.DataFrame,
    windows: pd.DataFrame,
    split_dates: pd.DataFrame,
    runs: RunParameters,
    pretrained: PretrainedParameters,
    *,
    kinds: tuple[str, ...],
) -> pd.DataFrame:
    """Forecast the same runs by every rival: one column each."""
    chosen = [kind for _, kind in runs_of(series["value"], split_dates, runs, kinds)]
    return by_every_rival(chosen, series, windows, split_dates, pretrained)


def runs_of(
    values: pd.Series, split_dates: pd.DataFrame, runs: RunParameters, kinds: tuple[str, ...]
) -> list[tuple[SplitName, Runs]]:
    """Runs of some kinds, with the part that each forecasts; see :func:`rnn_trading.experiments.runs.ways`."""
    return [(part, kind) for part, kind in ways(values, split_dates, runs) if kind.kind in kinds]


def _paths_from(model: Any, rows: NDArray[np.int64], channels: pd.DataFrame, start: pd.DataFrame) -> Array:
    from rnn_trading.models.predicting import predict_all  # noqa: PLC0415  see train_network

    forecasts = predict_all(model, inputs_at(rows, channels, start))
    return restored(forecasts.reshape(len(rows), -1), start.iloc[rows])


def explain(
    last_model: Any,
    series: pd.DataFrame,
    channels: pd.DataFrame,
    last_start: pd.DataFrame,
    last_split_dates: pd.DataFrame,
    experiment: Experiment,
) -> dict[str, Any]:
    """What the forecasts of the newest test rows rest on; see :func:`rnn_trading.experiments.explaining.explained`.

    The loss is QLIKE of a volatility (less what no forecast changes), else the squared error, in units of each day.
    """
    from rnn_trading.models.residual_network import CHANNELS, KNOWN  # noqa: PLC0415  see train_network

    start, positive = last_start, TASKS[experiment.task].positive
    rows, truths = truths_inside(series, start.index, last_split_dates, "test", len(steps_of(start)))
    rows, truths = rows[-MOST_ROWS:], truths[-MOST_ROWS:]
    target = as_path(in_units(truths, start.iloc[rows]))

    def loss(forecasts: Array) -> float:
        of_rows = np.log(forecasts) + target / forecasts if positive else (forecasts - target) ** 2
        return float(of_rows.mean())

    known = [name.removeprefix(OF_THE_DAY) for name in start if name.startswith(OF_THE_DAY)]
    names = {CHANNELS: [*channels], KNOWN: known}
    measured = "QLIKE" if positive else "the squared error in units of the day"
    first = "step 1" if len(steps_of(start)) > 1 else ""
    date = f"{start.index[rows[-1]]:%Y-%m-%d}"
    return explained(last_model, inputs_at(rows, channels, start), loss, names, date, measured, first)


def paths_over_truth(predictions: pd.DataFrame, skill: dict[str, Any], axes: AxesParameters) -> Figure:
    """Paths of the network, and those of the best rival, over the truth."""
    best = skill["headline"]["best_rival"]
    title = drawing.title(f"Runs at once: {drawing.headline_against(skill)}", skill)
    label = f"Runs of {words(best)}, the best rival"
    return figures.series.paths_over_truth(predictions, (best, label), axes.unit, axes.first_day, title)


EXPLAIN = wiring.node(explain, "explanation", gpu=True)
CHANNELS_OF_INDEX = wiring.node(make_channels, "channels", "report_of_inputs", index_prices="index_prices")
CHANNELS_OF_A_WAVE = wiring.node(make_channels, "channels", "report_of_inputs")
START_OF_THE_NEXT = wiring.node(start_from, "start", "start_report", name="start_from")
START_OF_PATHS = wiring.node(start_runs_from, "start", "start_report", name="start_from")
TRAIN = wiring.train(train_network)
FORECAST_NEXT = wiring.forecast(forecast_next)
