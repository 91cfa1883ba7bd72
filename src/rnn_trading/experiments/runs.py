"""Experiments on runs of several steps of one series: forecasts that feed on themselves."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
from kedro.pipeline import Node

from rnn_trading import figures
from rnn_trading.experiments import drawing, wiring
from rnn_trading.experiments.series import known_series
from rnn_trading.figures import Figure
from rnn_trading.parameters import parameters
from rnn_trading.series.scaling import Scaling
from rnn_trading.series.series import (
    FREE_RUN,
    POINT_BY_POINT,
    RunParameters,
    Runs,
    runs_over_test,
)
from rnn_trading.skill.rivals.fitting import fit_rivals
from rnn_trading.skill.rivals.series import RUNS, Matrix, recursive
from rnn_trading.skill.tasks import MODEL

Paths = Callable[[Matrix, int], Matrix]  # windows and steps to (runs, steps)


@parameters
class AxesParameters:
    """What the axes of a series say.

    Parameters
    ----------
    unit
        Unit of the values.
    first_point
        Date of the first point of a wave, whose points are counted instead of dated; null: dates.
    """

    unit: str
    first_point: date | None


def forecast_runs(
    model: Any,
    series: pd.DataFrame,
    windows: pd.DataFrame,
    split_dates: pd.DataFrame,
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
            for kind in _three_ways(values, split_dates, runs)
        ],
        ignore_index=True,
    )


def fit_run_rivals(series: pd.DataFrame, windows: pd.DataFrame, split_dates: pd.DataFrame) -> dict[str, Paths]:
    """Fit the rivals of runs on the training rows: by name, what forecasts paths."""
    fits = fit_rivals(RUNS, known_series(series, windows, split_dates))
    return {name: partial(recursive, next_value) for name, next_value in fits.items()}


def forecast_runs_with_rivals(
    series: pd.DataFrame, windows: pd.DataFrame, split_dates: pd.DataFrame, runs: RunParameters
) -> pd.DataFrame:
    """Forecast the same runs by every rival: one column each."""
    lags, values = windows.shape[1] - 1, series["value"]
    rivals = fit_run_rivals(series, windows, split_dates)
    return pd.concat(
        [
            flat({name: forecast(kind.histories(values, lags), kind.steps) for name, forecast in rivals.items()})
            for kind in _three_ways(values, split_dates, runs)
        ],
        ignore_index=True,
    )


def _three_ways(series: pd.Series, dates: pd.DataFrame, runs: RunParameters) -> list[Runs]:
    test = dates_of_test(dates)
    restarted = runs_over_test(series, test, runs)
    positions = series.index.get_indexer(test)
    return [Runs(POINT_BY_POINT, positions, 1), restarted, Runs(FREE_RUN, positions[:1], len(positions))]


def dates_of_test(split_dates: pd.DataFrame) -> pd.DatetimeIndex:
    """Dates of the test rows."""
    return pd.DatetimeIndex(split_dates.index[split_dates["split"] == "test"])


def flat(forecasts: dict[str, Matrix]) -> pd.DataFrame:
    """Forecasts ``(runs, steps)`` by name as columns, run after run."""
    return pd.DataFrame({name: values.ravel() for name, values in forecasts.items()})


def runs_over_truth(predictions: pd.DataFrame, skill: dict[str, Any], axes: AxesParameters) -> Figure:
    """The three kinds of forecasts over the truth."""
    first_day = None if axes.first_point is None else pd.Timestamp(axes.first_point)
    return figures.series.runs_over_truth(
        predictions, axes.unit, first_day, drawing.title("Forecasts of several steps", skill)
    )


def error_by_step(skill: dict[str, Any], axes: AxesParameters) -> Figure:
    """Error of the runs by step."""
    return drawing.error_by_step(skill, unit=axes.unit)


def model_and_rivals(skill: dict[str, Any], axes: AxesParameters) -> Figure:
    """The headline score of the model beside that of its rivals."""
    return drawing.model_and_rivals(skill, measured=f"over all steps ({axes.unit})")


FORECAST = wiring.forecast(forecast_runs)
RIVALS_FORECAST = wiring.rivals(forecast_runs_with_rivals)
DRAW: Node = wiring.draw(
    {
        "outcomes_and_forecasts": runs_over_truth,
        "error_by_step": error_by_step,
        "learning_curves": drawing.learning_curves,
        "model_and_rivals": model_and_rivals,
    }
)
