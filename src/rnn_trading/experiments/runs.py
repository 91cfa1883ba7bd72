"""Experiments on runs of several steps of one series: forecasts that feed on themselves."""

import logging
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from kedro.pipeline import Node

from rnn_trading import figures
from rnn_trading.experiments import drawing, wiring
from rnn_trading.experiments.series import SCALED, known_series, split_dates
from rnn_trading.figures import Figure
from rnn_trading.parameters import parameters
from rnn_trading.series.scaling import Scaling
from rnn_trading.series.series import (
    FREE_RUN,
    POINT_BY_POINT,
    RESTARTED,
    RunParameters,
    Runs,
    runs_over,
)
from rnn_trading.skill.metrics.series import LAST_VALUE
from rnn_trading.skill.rivals.fitting import fit_rivals
from rnn_trading.skill.rivals.pretrained import Pretrained, PretrainedParameters, load
from rnn_trading.skill.rivals.series import RUNS, Matrix, recursive
from rnn_trading.skill.rows import MODEL
from rnn_trading.splits.chronological import SplitName, SplitParameters
from rnn_trading.splits.walk_forward import WalkForwardParameters, refuse_short_test, refuse_short_validation

# Units of a window as a network sees it, by what its values are divided by.
SEEN = {"none": "scaled units", "first": "change from the first value", "last": "change from the last value, scaled"}
logger = logging.getLogger(__name__)

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

    @property
    def first_day(self) -> pd.Timestamp | None:
        """The first point as pandas has it."""
        return None if self.first_point is None else pd.Timestamp(self.first_point)


def split_run_dates(
    windows: pd.DataFrame,
    split: SplitParameters,
    walk_forward: WalkForwardParameters,
    runs: RunParameters,
    *,
    at_once: bool = False,
) -> pd.DataFrame:
    """Assign the dates of the targets to parts; see :func:`rnn_trading.experiments.series.split_dates`.

    Parameters
    ----------
    windows, split, walk_forward, runs
        Of the experiment.
    at_once
        Whether a network is trained on whole paths, too, which must lie in the validation.

    Raises
    ------
    ValueError
        If the test of a fold is shorter than the runs need, or, of several folds, the validation; or if the validation
        is shorter than a path that a network is trained on. Of one fold it may be shorter otherwise: then there are no
        forecasts of it.
    """
    table = split_dates(windows, split, walk_forward)
    needed, what = runs.fewest_rows, f"runs of {runs.steps} steps need"
    refuse_short_test(table, needed, what)
    if walk_forward.folds > 1:
        refuse_short_validation(table, needed, what)
    elif at_once:
        refuse_short_validation(table, runs.steps, f"a path of {runs.steps} steps that is forecast at once")
    return table


def forecast_runs(
    model: Any,
    series: pd.DataFrame,
    windows: pd.DataFrame,
    split_dates: pd.DataFrame,
    scaling: dict[str, Any],
    runs: RunParameters,
) -> pd.DataFrame:
    """Forecast the test rows in three ways: each from the truth before it, in restarted runs, in one free run.

    Of the validation rows there are restarted runs alone.

    Returns
    -------
    pandas.DataFrame
        ``split`` (``test``, ``validation``), ``run``, ``date`` of the last known value, ``step``, ``target_date``,
        ``truth``, ``prediction``.
    """
    from rnn_trading.models.free_run import free_run  # noqa: PLC0415  TensorFlow is imported only to forecast

    lags, values, units = windows.shape[1] - 1, series["value"], Scaling(**scaling)
    return pd.concat(
        [
            kind.table(values).assign(
                split=part, **{MODEL: free_run(model, kind.histories(values, lags), kind.steps, units).ravel()}
            )
            for part, kind in ways(values, split_dates, runs)
        ],
        ignore_index=True,
    )


def fit_run_rivals(series: pd.DataFrame, windows: pd.DataFrame, split_dates: pd.DataFrame) -> dict[str, Paths]:
    """Fit the rivals of runs on the training rows: by name, what forecasts paths."""
    fits = fit_rivals(RUNS, known_series(series, windows, split_dates))
    return {name: partial(recursive, next_value) for name, next_value in fits.items()}


def forecast_runs_with_rivals(
    series: pd.DataFrame,
    windows: pd.DataFrame,
    split_dates: pd.DataFrame,
    runs: RunParameters,
    pretrained: PretrainedParameters,
) -> pd.DataFrame:
    """Forecast the same runs by every rival: one column each."""
    kinds = [kind for _, kind in ways(series["value"], split_dates, runs)]
    return by_every_rival(kinds, series, windows, split_dates, pretrained)


def by_every_rival(
    kinds: Iterable[Runs],
    series: pd.DataFrame,
    windows: pd.DataFrame,
    split_dates: pd.DataFrame,
    pretrained: PretrainedParameters,
) -> pd.DataFrame:
    """Forecast runs of several kinds, one after the other, by every rival: one column each."""
    lags, values, other = windows.shape[1] - 1, series["value"], load(pretrained)
    rivals, tables = fit_run_rivals(series, windows, split_dates), []
    for kind in kinds:
        before = kind.histories(values, lags)
        fitted = {name: forecast(before, kind.steps) for name, forecast in rivals.items()}
        tables.append(flat(fitted | from_elsewhere(other, kind, values)))
    return pd.concat(tables, ignore_index=True)


def from_elsewhere(models: list[Pretrained], runs: Runs, series: pd.Series) -> dict[str, Matrix]:
    """Runs by models that were trained elsewhere, each from all values before it: ``(runs, steps)`` by name."""
    values = series.to_numpy(dtype=np.float64)
    return {each.name: each.paths(values, runs.first_targets, runs.steps) for each in models}


def ways(series: pd.Series, dates: pd.DataFrame, runs: RunParameters) -> list[tuple[SplitName, Runs]]:
    """What is forecast, in this order: of the test rows all three ways, of the validation rows restarted runs."""
    positions = series.index.get_indexer(dates_of(dates, "test"))
    point_by_point, free = Runs(POINT_BY_POINT, positions, 1), Runs(FREE_RUN, positions[:1], len(positions))
    restarted = restarted_runs(series, dates, runs)
    of_test: list[tuple[SplitName, Runs]] = [("test", kind) for kind in (point_by_point, restarted.pop("test"), free)]
    return [*of_test, *restarted.items()]


def restarted_runs(series: pd.Series, split_dates: pd.DataFrame, runs: RunParameters) -> dict[SplitName, Runs]:
    """Restarted runs over the test rows, and by the same rule over the validation rows.

    Parameters
    ----------
    series
        Oldest value first.
    split_dates
        See :func:`rnn_trading.experiments.series.split_dates`.
    runs
        See :class:`rnn_trading.series.series.RunParameters`.

    Returns
    -------
    dict
        ``test`` and, unless the validation rows are fewer than the runs need, ``validation``.

    Raises
    ------
    PriceError
        If the test rows are fewer than the runs need.

    Examples
    --------
    >>> series = pd.Series(range(9), index=pd.date_range("2020-01-01", periods=9))
    >>> parts = pd.DataFrame({"split": ["train"] * 3 + ["validation"] * 2 + ["test"] * 4}, index=series.index)
    >>> from rnn_trading.series.series import RunParameters
    >>> chosen = restarted_runs(series, parts, RunParameters(steps=2, starts=None))
    >>> {part: runs.truths(series).tolist() for part, runs in chosen.items()}
    {'test': [[5.0, 6.0], [7.0, 8.0]], 'validation': [[3.0, 4.0]]}
    """
    chosen: dict[SplitName, Runs] = {"test": runs_over(series, dates_of(split_dates, "test"), runs)}
    validation = dates_of(split_dates, "validation")
    if len(validation) >= runs.fewest_rows:
        chosen["validation"] = runs_over(series, validation, runs)
    elif len(validation):
        logger.warning(
            "The %d validation rows are fewer than the %d that the runs need: there are no forecasts of them",
            *(len(validation), runs.fewest_rows),
        )
    return chosen


def dates_of(split_dates: pd.DataFrame, part: SplitName) -> pd.DatetimeIndex:
    """Dates of the rows of a part."""
    return pd.DatetimeIndex(split_dates.index[split_dates["split"] == part])


def flat(forecasts: dict[str, Matrix]) -> pd.DataFrame:
    """Forecasts ``(runs, steps)`` by name as columns, run after run."""
    return pd.DataFrame({name: values.ravel() for name, values in forecasts.items()})


def series_and_window(
    series: pd.DataFrame,
    windows: pd.DataFrame,
    split_dates: pd.DataFrame,
    scaling: dict[str, Any],
    skill: dict[str, Any],
    axes: AxesParameters,
) -> Figure:
    """The whole series, and the first window of the test with the value that follows it."""
    values, units = series["value"], Scaling(**scaling)
    last = values.index.get_indexer(dates_of(split_dates, "test")[:1])[0]
    window = values.iloc[last + 1 - windows.shape[1] : last + 1]
    row = window.to_numpy()[None, :]
    changed = not np.array_equal(scaled := units.scale(row, row[:, :-1])[0], row[0])
    drawn = window, pd.Series(scaled, window.index, name=SEEN[units.base]) if changed else None
    parts = {part: skill["data"][part]["rows"] for part in ("train", "test")}
    what = f"Windows of {windows.shape[1] - 1} values: {parts['train']:,} to train on, {parts['test']:,} in the test"
    times = figures.inputs.Times(axes.first_day)
    return figures.inputs.series_and_window(
        values, drawn, split_dates["split"], (axes.unit, times), drawing.title(what, skill)
    )


def runs_over_truth(predictions: pd.DataFrame, skill: dict[str, Any], axes: AxesParameters) -> Figure:
    """The three kinds of forecasts over the truth."""
    steps = predictions.loc[predictions["run"] == RESTARTED, "step"].max()
    title = drawing.title(f"Runs of {steps} steps: {drawing.headline_against(skill)}", skill)
    return figures.series.runs_over_truth(predictions, axes.unit, axes.first_day, title)


def by_epochs(
    short: pd.DataFrame,
    medium: pd.DataFrame,
    long: pd.DataFrame,
    short_skill: dict[str, Any],
    medium_skill: dict[str, Any],
    long_skill: dict[str, Any],
    axes: AxesParameters,
) -> Figure:
    """The three kinds of forecasts of one network after three numbers of epochs."""
    skills = short_skill, medium_skill, long_skill
    # Of a number of epochs that is given, so that it is the same in every fit.
    epochs = [drawing.of_last_fit(skill["model"]["epochs"]) for skill in skills]
    rmse = [errors_of_kinds(skill) for skill in skills]
    persistence = short_skill["rivals"][LAST_VALUE]["rmse"]
    found = figures.epochs.what_epochs_change(epochs, [each[RESTARTED] for each in rmse], LAST_VALUE, persistence)
    title = drawing.title(found, short_skill)
    return figures.epochs.runs_by_epochs([short, medium, long], epochs, rmse, axes.unit, title)


def errors_of_kinds(skill: dict[str, Any]) -> dict[str, float]:
    """RMSE of the model by kind of forecast, from its record."""
    metrics = skill["model"]["metrics"]
    others = {kind: metrics[kind]["rmse"] for kind in (POINT_BY_POINT, FREE_RUN)}
    return {RESTARTED: metrics["rmse"], **others}


def error_by_step(skill: dict[str, Any], axes: AxesParameters) -> Figure:
    """Error of the runs by step."""
    return drawing.error_by_step(skill, unit=axes.unit)


def model_and_rivals(skill: dict[str, Any], axes: AxesParameters) -> Figure:
    """The headline score of the model beside that of its rivals."""
    return drawing.model_and_rivals(skill, measured=f"over all steps ({axes.unit})")


SPLIT = wiring.node(split_run_dates, "split_dates", name="split_dates")
# Where an encoder-decoder is trained on the paths of the same runs.
SPLIT_FOR_PATHS = wiring.node(wiring.given(split_run_dates, at_once=True), "split_dates", name="split_dates")
FORECAST = wiring.forecast(forecast_runs)
RIVALS_FORECAST = wiring.rivals(forecast_runs_with_rivals)
DRAW: Node = wiring.draw(
    {
        "series_and_window": series_and_window,
        "outcomes_and_forecasts": runs_over_truth,
        "error_by_step": error_by_step,
        "learning_curves": drawing.learning_curves,
        "model_and_rivals": model_and_rivals,
    },
    **SCALED,
)
