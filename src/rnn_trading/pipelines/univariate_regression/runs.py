"""Forecasts of several steps: rolling windows and the mid-price."""

from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from rnn_trading.models.parameters import SequenceNetworkParameters, TrainingParameters, UnrollingParameters
from rnn_trading.parameters import parameters
from rnn_trading.series.scaling import Scaling
from rnn_trading.series.series import (
    FREE_RUN,
    POINT_BY_POINT,
    TRUTH,
    RunParameters,
    Runs,
    block_min_max,
    exponential_smoothing,
    runs_over_test,
)
from rnn_trading.skill.metrics.panels import error_metrics
from rnn_trading.skill.record import Experiment
from rnn_trading.skill.rivals.series import averaging_rivals, ewma, run_rivals
from rnn_trading.skill.tasks import MODEL
from rnn_trading.splits.chronological import SplitParameters, known_rows

from .nodes import training_summary

EVOLUTION_STAGES = 10


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


def forecast_runs(
    model: Any,
    series: pd.DataFrame,
    windows: pd.DataFrame,
    dates: pd.DataFrame,
    scaling: dict[str, Any],
    runs: RunParameters,
) -> pd.DataFrame:
    """Forecast the test rows in three ways: each from the truth before it, in restarted runs, in one free run.

    Returns
    -------
    pandas.DataFrame
        ``run``, ``date`` of the last known value, ``step``, ``target_date``, ``truth``, ``prediction``.
    """
    from rnn_trading.models.free_run import free_run  # noqa: PLC0415  TensorFlow is imported only to forecast

    lags, values, units = windows.shape[1] - 1, series["value"], Scaling(**scaling)
    return pd.concat(
        [
            kind.table(values).assign(
                **{MODEL: free_run(model, kind.histories(values, lags), kind.steps, units).ravel()}
            )
            for kind in _three_ways(values, dates, runs)
        ],
        ignore_index=True,
    )


def forecast_runs_with_rivals(
    series: pd.DataFrame, windows: pd.DataFrame, dates: pd.DataFrame, runs: RunParameters
) -> pd.DataFrame:
    """Forecast the same runs with :func:`rnn_trading.skill.rivals.series.run_rivals`: one column a rival."""
    lags, values = windows.shape[1] - 1, series["value"]
    rivals = run_rivals(known_rows(series, dates["split"])["value"].to_numpy(), lags)
    return pd.concat(
        [
            _flat({name: forecast(kind.histories(values, lags), kind.steps) for name, forecast in rivals.items()})
            for kind in _three_ways(values, dates, runs)
        ],
        ignore_index=True,
    )


def collect_runs(forecasts: pd.DataFrame, rivals: pd.DataFrame) -> pd.DataFrame:
    """Put forecasts and rivals side by side."""
    return pd.concat([forecasts, rivals], axis="columns")


def _three_ways(series: pd.Series, dates: pd.DataFrame, runs: RunParameters) -> list[Runs]:
    test = _test_dates(dates)
    restarted = runs_over_test(series, test, runs)
    positions = series.index.get_indexer(test)
    return [Runs(POINT_BY_POINT, positions, 1), restarted, Runs(FREE_RUN, positions[:1], len(positions))]


def _test_dates(dates: pd.DataFrame) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(dates.index[dates["split"] == "test"])


def _flat(forecasts: dict[str, NDArray[np.float64]]) -> pd.DataFrame:
    return pd.DataFrame({name: values.ravel() for name, values in forecasts.items()})


def prepare_mid_price(
    series: pd.DataFrame, dates: pd.DataFrame, scaling: dict[str, Any], preparation: PreparationParameters
) -> dict[str, Any]:
    """Scale the mid-price; as published in blocks, and with a smoothed training part.

    Returns
    -------
    dict
        ``scaled``: columns ``value`` and ``split``, all dates; the training part, which begins with the first
        value, scaled by its blocks, what follows by the last of them. ``run_scaling``: the scaling of what
        follows; see :class:`rnn_trading.series.scaling.Scaling`.
    """
    values, known = series["value"].to_numpy(), len(known_rows(series, dates["split"])["value"])
    units = Scaling(**scaling)
    if preparation.block is None:
        train = (values[:known] - units.offset) / units.size
    else:
        train, (smallest, size) = block_min_max(values[:known], preparation.block)
        units = Scaling("none", smallest, size)
    if preparation.smoothing is not None:
        train = exponential_smoothing(train, preparation.smoothing)
    scaled = np.concatenate([train, (values[known:] - units.offset) / units.size])
    split = dates["split"].astype("str").reindex(series.index)
    split.iloc[:known] = "train"
    return {
        "scaled": pd.DataFrame({"value": scaled, "split": split}, index=series.index),
        "run_scaling": units.as_dict(),
    }


def train_on_segments(
    scaled: pd.DataFrame,
    windows: pd.DataFrame,
    runs: RunParameters,
    unrolling: UnrollingParameters,
    experiment: Experiment,
    split: SplitParameters,
    architecture: SequenceNetworkParameters,
    training: TrainingParameters,
) -> dict[str, Any]:
    """Fit the stepwise network on unrolled segments, its states carried from segment to segment.

    Returns
    -------
    dict
        ``model``: the network with free shapes, `keras.Model`. ``history``, ``training``: as
        :func:`.nodes.train_network`. ``evolution``: scaled forecasts of the test runs after some epochs, columns
        ``epoch``, ``start``, ``step``, ``forecast``.
    """
    # TensorFlow takes seconds to import: only a run that trains pays for it.
    from rnn_trading.models.free_run import ForecastEvolution  # noqa: PLC0415
    from rnn_trading.models.sequence_network import build_stepwise_network  # noqa: PLC0415
    from rnn_trading.models.training import train  # noqa: PLC0415
    from rnn_trading.models.unrolled import ResetStates, UnrolledSegments  # noqa: PLC0415

    _check_batch(training, unrolling, experiment)
    values, seed = scaled["value"], training.seed
    train_values, held_out = (values[scaled["split"] == part].to_numpy() for part in ("train", split.validate_on))
    forecaster = build_stepwise_network(architecture)
    warm_up = runs_over_test(values, _test_dates(scaled), runs).histories(values, windows.shape[1] - 1)
    epochs = np.unique(np.linspace(1, training.epochs, min(EVOLUTION_STAGES, training.epochs)).astype(int))
    evolution = ForecastEvolution(forecaster, warm_up, runs.steps, set(epochs.tolist()))
    fit = train(
        lambda: build_stepwise_network(architecture, unrolling.steps, unrolling.readers),
        UnrolledSegments(train_values, unrolling, seed, title=f"{experiment.name}, training rows"),
        UnrolledSegments(
            held_out, unrolling, seed, targets_within=1, title=f"{experiment.name}, {split.validate_on} rows"
        ),
        training,
        experiment.name,
        callbacks=[ResetStates(), evolution],
    )
    forecaster.set_weights(fit.model.get_weights())
    return {
        "model": forecaster,
        "history": pd.DataFrame(fit.history),
        "training": training_summary(fit, split, training),
        "evolution": pd.DataFrame(evolution.rows),
    }


def _check_batch(training: TrainingParameters, unrolling: UnrollingParameters, experiment: Experiment) -> None:
    if training.batch_size != unrolling.readers:
        raise ValueError(
            f"{experiment.name}: every reader is a row of the batch, so that training.batch_size must equal "
            f"unrolling.readers. Received: {training.batch_size} and {unrolling.readers}."
        )


def forecast_mid_price(
    model: Any,
    series: pd.DataFrame,
    scaled: pd.DataFrame,
    windows: pd.DataFrame,
    dates: pd.DataFrame,
    run_scaling: dict[str, Any],
    runs: RunParameters,
) -> pd.DataFrame:
    """Warm up on the values before each run, forecast its steps, and bring them back to points.

    Returns
    -------
    pandas.DataFrame
        As :func:`forecast_runs`.
    """
    from rnn_trading.models.free_run import stepwise_free_run  # noqa: PLC0415  see forecast_runs

    chosen = runs_over_test(series["value"], _test_dates(dates), runs)
    warm_up = chosen.histories(scaled["value"], windows.shape[1] - 1)
    units = Scaling(**run_scaling)
    forecasts = stepwise_free_run(model, warm_up, runs.steps) * units.size + units.offset
    return chosen.table(series["value"]).assign(**{MODEL: forecasts.ravel()})


def forecast_mid_price_with_rivals(
    series: pd.DataFrame, windows: pd.DataFrame, dates: pd.DataFrame, runs: RunParameters, averages: AverageParameters
) -> pd.DataFrame:
    """Forecast the same runs with the run rivals and the published averages: one column a rival."""
    values, lags = series["value"], windows.shape[1] - 1
    chosen = runs_over_test(values, _test_dates(dates), runs)
    rivals = run_rivals(known_rows(series, dates["split"])["value"].to_numpy(), lags)
    windows_before = chosen.histories(values, lags)
    forecasts = {name: forecast(windows_before, runs.steps) for name, forecast in rivals.items()}
    history = chosen.histories(values, max(lags, averages.mean_of))
    return _flat(forecasts | averaging_rivals(history, runs.steps, averages.mean_of, averages.ewma_weight))


def average_one_step(
    scaled: pd.DataFrame, dates: pd.DataFrame, report: dict[str, Any], averages: AverageParameters
) -> dict[str, Any]:
    """The published averages as forecasts of the next value of the (scaled, smoothed) training part.

    Returns
    -------
    dict
        ``one_step_averages``: columns ``truth``, ``mean_of_last_N``, ``ewma``, index: dates. ``run_report``: the
        report, with half the mean squared error of each average, in scaled units, as
        ``one_step_averages_half_mse``.
    """
    train = known_rows(scaled, dates["split"])["value"]
    length = averages.mean_of
    if len(train) <= length:
        raise ValueError(
            f"A mean of {length} values needs more than {length} training values. Received: {len(train)}. Lower "
            "averages.mean_of or use a longer history."
        )
    windows = np.lib.stride_tricks.sliding_window_view(train.to_numpy(), length)[:-1]
    forecasts = {f"mean_of_last_{length}": windows.mean(axis=1), "ewma": ewma(windows, 1 - averages.ewma_weight)}
    truth = train.to_numpy()[length:]
    half = {name: error_metrics(values, truth)["rmse"] ** 2 / 2 for name, values in forecasts.items()}
    return {
        "one_step_averages": pd.DataFrame({TRUTH: truth, **forecasts}, index=train.index[length:]),
        "run_report": {**report, "one_step_averages_half_mse": half},
    }
