"""The mid-price: preparation of the training part, training on unrolled segments, forecasts of runs, averages."""

from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from rnn_trading import figures
from rnn_trading.experiments import drawing
from rnn_trading.experiments.fitting import fitted
from rnn_trading.experiments.folds import FitOf
from rnn_trading.experiments.runs import dates_of, fit_run_rivals, flat, from_elsewhere, restarted_runs
from rnn_trading.experiments.series import beyond_training
from rnn_trading.figures import Figure
from rnn_trading.models.parameters import SequenceNetworkParameters, TrainingParameters, UnrollingParameters
from rnn_trading.models.states import States
from rnn_trading.parameters import parameters
from rnn_trading.series.scaling import Scaling
from rnn_trading.series.series import TRUTH, RunParameters, block_min_max, exponential_smoothing, runs_over
from rnn_trading.skill.formats import words
from rnn_trading.skill.metrics.panels import error_metrics
from rnn_trading.skill.rivals.lists import LAST_CLOSE
from rnn_trading.skill.rivals.pretrained import PretrainedParameters, load
from rnn_trading.skill.rivals.series import averaging_rivals, exponential_mean
from rnn_trading.skill.rows import MODEL
from rnn_trading.splits.chronological import SplitParameters, known_rows, watched_part

EVOLUTION_STAGES = 10
POINTS = "index points"


@parameters
class PreparationParameters:
    """How the training part of the mid-price is made ready.

    Parameters
    ----------
    block
        Values that are scaled to 0 .. 1 together, as published, in place of ``scaling``; null: the whole training
        part is scaled by ``scaling``.
    smoothing
        Weight of the newest value in an exponential mean that replaces the training values, as published; null:
        training values stay as they are.
    """

    block: Annotated[int, Field(ge=2)] | None
    smoothing: Annotated[float, Field(gt=0, le=1)] | None


@parameters
class AverageParameters:
    """The published averaging baselines: values in the plain mean, weight of the newest in the exponential one."""

    mean_of: Annotated[int, Field(ge=1)]
    ewma_weight: Annotated[float, Field(gt=0, le=1)]


def prepare_mid_price(
    series: pd.DataFrame, split_dates: pd.DataFrame, scaling: dict[str, Any], preparation: PreparationParameters
) -> dict[str, Any]:
    """Scale the mid-price; as published in blocks, and with a smoothed training part.

    Returns
    -------
    dict
        ``scaled``: columns ``value`` and ``split``, all dates; the training part, which begins with the values that
        its first window needs, scaled by its blocks, the rest by the last of them. ``run_scaling``: the scaling of the
        rest; see :class:`rnn_trading.series.scaling.Scaling`.

    Examples
    --------
    The training of this fold begins on the third day, with windows of one value.

    >>> days = pd.date_range("2020-01-01", periods=5)
    >>> series = pd.DataFrame({"value": [1.0, 2.0, 3.0, 4.0, 5.0]}, index=days)
    >>> parts = pd.DataFrame({"split": [None, "train", "train", "test"]}, index=days[1:])
    >>> scaling = {"base": "none", "offset": 2.0, "size": 2.0}
    >>> as_it_is = PreparationParameters(block=None, smoothing=None)
    >>> print(prepare_mid_price(series, parts, scaling, as_it_is)["scaled"])
                value  split
    2020-01-01   -0.5    NaN
    2020-01-02    0.0  train
    2020-01-03    0.5  train
    2020-01-04    1.0  train
    2020-01-05    1.5   test
    """
    values, known = series["value"].to_numpy(), known_rows(series, split_dates["split"]).index
    training = series.index.slice_indexer(known[0], known[-1])
    units = Scaling(**scaling)
    if preparation.block is None:
        train = (values[training] - units.offset) / units.size
    else:
        train, (smallest, size) = block_min_max(values[training], preparation.block)
        units = Scaling("none", smallest, size)
    if preparation.smoothing is not None:
        train = exponential_smoothing(train, preparation.smoothing)
    scaled = (values - units.offset) / units.size
    scaled[training] = train
    split = split_dates["split"].astype("str").reindex(series.index)
    split.iloc[training] = "train"
    return {
        "scaled": pd.DataFrame({"value": scaled, "split": split}, index=series.index),
        "run_scaling": units.as_dict(),
    }


def train_on_segments(
    scaled: pd.DataFrame,
    windows: pd.DataFrame,
    runs: RunParameters,
    unrolling: UnrollingParameters,
    split: SplitParameters,
    architecture: SequenceNetworkParameters,
    training: TrainingParameters,
    training_state: States,
    fit: FitOf,
) -> dict[str, Any]:
    """Fit the stepwise network on unrolled segments, its states carried from segment to segment.

    Returns
    -------
    dict
        See :func:`rnn_trading.experiments.series.train_network`; the ``model`` has free shapes. ``evolution``: scaled
        forecasts of the test runs after some epochs, columns ``epoch``, ``start``, ``step``, ``forecast``.
    """
    # TensorFlow takes seconds to import: only a run that trains pays for it.
    from rnn_trading.models.interface import Input, Interface  # noqa: PLC0415
    from rnn_trading.models.networks import Blueprint, build_network  # noqa: PLC0415
    from rnn_trading.models.sequence_network import INPUT  # noqa: PLC0415
    from rnn_trading.models.unrolled import ResetStates, UnrolledSegments  # noqa: PLC0415

    watched, title = watched_part(split), fit.title
    _check(architecture, training, unrolling, title, watched)
    values = scaled["value"]
    train_values, held_out = (values[scaled["split"] == part].to_numpy() for part in ("train", watched))
    of_segments = Interface({INPUT: Input((unrolling.steps, 1))}, every_step=True, readers=unrolling.readers)
    forecaster = build_network(architecture, Interface({INPUT: Input((None, 1))}, every_step=True))
    evolution = _evolution(forecaster, scaled, windows.shape[1] - 1, runs, training)
    result = fit.train(
        Blueprint(architecture, of_segments, like=forecaster),
        UnrolledSegments(train_values, unrolling, title=f"{title}, training rows"),
        UnrolledSegments(held_out, unrolling, targets_within=1, title=f"{title}, {watched} rows"),
        training,
        *(training_state, ResetStates(), *evolution),
    )
    forecaster.set_weights(result.model.get_weights())
    made = fitted(result, training, watched, best_validation_loss=result.best_validation_loss)
    return made | {"model": forecaster, "evolution": pd.DataFrame([row for each in evolution for row in each.rows])}


def _evolution(
    forecaster: Any, scaled: pd.DataFrame, lags: int, runs: RunParameters, training: TrainingParameters
) -> list[Any]:
    """What keeps the test runs after some epochs; nothing for a fit that has no test."""
    from rnn_trading.models.free_run import ForecastEvolution  # noqa: PLC0415  see train_on_segments

    values, test = scaled["value"], dates_of(scaled, "test")
    if test.empty:
        return []
    of_test = runs_over(values, test, runs)
    epochs = np.unique(np.linspace(1, training.epochs, min(EVOLUTION_STAGES, training.epochs)).astype(int))
    outcomes = of_test.truths(values) if training.monitor == "run_half_mse" else None
    warm_up = of_test.histories(values, lags)
    return [ForecastEvolution(forecaster, warm_up, runs.steps, set(epochs.tolist()), outcomes)]


def _check(
    architecture: SequenceNetworkParameters,
    training: TrainingParameters,
    unrolling: UnrollingParameters,
    title: str,
    watched: str,
) -> None:
    if architecture.grid:
        raise ValueError(
            f"{title}: a network on unrolled segments has one size, since it forecasts by a copy with other shapes. "
            f"Expected model.grid: []. Received: {len(architecture.grid)} entries."
        )
    if training.monitor == "run_half_mse" and watched != "test":
        raise ValueError(
            f"{title}: training.monitor: run_half_mse is the error of the test runs, on which the published "
            f"network chose its epoch. Expected split.validate_on: test, or monitor: loss. Received: {watched}."
        )
    if training.batch_size != unrolling.readers:
        raise ValueError(
            f"{title}: every reader is a row of the batch, so that training.batch_size must equal "
            f"unrolling.readers. Received: {training.batch_size} and {unrolling.readers}."
        )


def forecast_mid_price(
    model: Any,
    series: pd.DataFrame,
    scaled: pd.DataFrame,
    windows: pd.DataFrame,
    split_dates: pd.DataFrame,
    run_scaling: dict[str, Any],
    runs: RunParameters,
) -> pd.DataFrame:
    """Warm up on the values before each run, forecast its steps, and bring them back to points.

    Returns
    -------
    pandas.DataFrame
        As :func:`rnn_trading.experiments.runs.forecast_runs`.
    """
    from rnn_trading.models.free_run import stepwise_free_run  # noqa: PLC0415  see forecast_runs

    values, lags, units = series["value"], windows.shape[1] - 1, Scaling(**run_scaling)
    tables = []
    for part, chosen in restarted_runs(values, split_dates, runs).items():
        warm_up = chosen.histories(scaled["value"], lags)
        forecasts = stepwise_free_run(model, warm_up, runs.steps) * units.size + units.offset
        tables.append(chosen.table(values).assign(split=part, **{MODEL: forecasts.ravel()}))
    return pd.concat(tables, ignore_index=True)


def forecast_mid_price_with_rivals(
    series: pd.DataFrame,
    windows: pd.DataFrame,
    split_dates: pd.DataFrame,
    runs: RunParameters,
    averages: AverageParameters,
    pretrained: PretrainedParameters,
    index_prices: pd.DataFrame,
) -> pd.DataFrame:
    """Forecast the same runs with the run rivals, the published averages and the last close: one column a rival.

    The close of a day is newer than the middle of its range: a network that reads closes must beat it.
    """
    closes = index_prices["close"].reindex(series.index).to_numpy(dtype=float)
    values, lags, other = series["value"], windows.shape[1] - 1, load(pretrained)
    rivals = fit_run_rivals(series, windows, split_dates)
    tables = []
    for chosen in restarted_runs(values, split_dates, runs).values():
        windows_before = chosen.histories(values, lags)
        forecasts = {name: forecast(windows_before, runs.steps) for name, forecast in rivals.items()}
        history = chosen.histories(values, max(lags, averages.mean_of))
        forecasts |= averaging_rivals(history, runs.steps, averages.mean_of, averages.ewma_weight)
        forecasts[LAST_CLOSE] = np.repeat(closes[chosen.first_targets - 1][:, None], runs.steps, axis=1)
        tables.append(flat(forecasts | from_elsewhere(other, chosen, values)))
    return pd.concat(tables, ignore_index=True)


def average_one_step(
    scaled: pd.DataFrame, split_dates: pd.DataFrame, report: dict[str, Any], averages: AverageParameters
) -> dict[str, Any]:
    """The published averages as forecasts of the next value of the (scaled, smoothed) training part.

    Returns
    -------
    dict
        ``one_step_averages``: columns ``truth``, ``mean_of_last_N``, ``ewma``, index: dates. ``run_report``: the
        report, with half the mean squared error of each average, in scaled units, as
        ``one_step_averages_half_mse``.
    """
    train = known_rows(scaled, split_dates["split"])["value"]
    length = averages.mean_of
    if len(train) <= length:
        raise ValueError(
            f"A mean of {length} values needs more than {length} training values. Received: {len(train)}. Lower "
            "averages.mean_of or use a longer history."
        )
    windows = np.lib.stride_tricks.sliding_window_view(train.to_numpy(), length)[:-1]
    exponential = exponential_mean(windows, 1 - averages.ewma_weight)
    forecasts = {f"mean_of_last_{length}": windows.mean(axis=1), "ewma": exponential}
    truth = train.to_numpy()[length:]
    half = {name: error_metrics(values, truth)["rmse"] ** 2 / 2 for name, values in forecasts.items()}
    return {
        "one_step_averages": pd.DataFrame({TRUTH: truth, **forecasts}, index=train.index[length:]),
        "run_report": {**report, "one_step_averages_half_mse": half},
    }


def raw_and_scaled(
    series: pd.DataFrame, scaled: pd.DataFrame, split_dates: pd.DataFrame, skill: dict[str, Any]
) -> Figure:
    """The mid-price in time, and as the network of the first fold reads it.

    As published it is scaled in blocks, and its training part smoothed.
    """
    title = drawing.title(beyond_training(series, split_dates, scaled=True), skill)
    return figures.inputs.raw_and_scaled(series["value"], scaled["value"], split_dates["split"], POINTS, title)


def one_step_averages(one_step_averages: pd.DataFrame, skill: dict[str, Any]) -> Figure:
    """The published averages as forecasts of the next value."""
    half_mse = skill["data"]["one_step_averages_half_mse"]
    shown = "; ".join(f"{words(name)}: {value:.5f}" for name, value in half_mse.items())
    title = drawing.title(f"One step ahead, half the mean squared error. {shown[:1].upper()}{shown[1:]}", skill)
    return figures.series.one_step_averages(one_step_averages, half_mse, title)


def evolution_of_forecasts(
    series: pd.DataFrame,
    windows: pd.DataFrame,
    predictions: pd.DataFrame,
    evolution: pd.DataFrame,
    run_scaling: dict[str, Any],
    training: dict[str, Any],
    skill: dict[str, Any],
) -> Figure:
    """Forecasts of the test runs after some epochs, over every day from the first window on."""
    units = Scaling(**run_scaling)
    in_points = evolution.assign(forecast=evolution["forecast"] * units.size + units.offset)
    title = drawing.title(f"Runs of the network that was kept: {drawing.headline_against(skill)}", skill)
    first = series.index.get_loc(predictions["date"].min()) + 2 - windows.shape[1]
    truth = series["value"].iloc[first:]
    runs = predictions, in_points
    kept = drawing.of_last_fit(training["best_epoch"])
    return figures.series.evolution_of_forecasts(truth, runs, kept, POINTS, title)
