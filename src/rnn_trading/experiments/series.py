"""Experiments on one series: its next value from a window of those before it."""

import dataclasses
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from kedro.pipeline import Node, Pipeline
from numpy.typing import NDArray

from rnn_trading import figures
from rnn_trading.experiments import drawing, wiring
from rnn_trading.experiments.fitting import fitted
from rnn_trading.experiments.folds import FIRST, SPLIT_OF_FOLD, FitOf, Folds
from rnn_trading.experiments.folds import experiment as folded
from rnn_trading.figures import Figure
from rnn_trading.models.parameters import SequenceNetworkParameters, TrainingParameters
from rnn_trading.models.states import States
from rnn_trading.plan import FOLD_PREFIX, Plan
from rnn_trading.series.scaling import Scaling, ScalingParameters, fit_scaling, refuse_zero_bases
from rnn_trading.series.series import (
    RETURN,
    TRUTH,
    SeriesParameters,
    overlapping_runs,
    signed_returns,
    split_windows,
    take_series,
    window_flags,
    window_rows,
)
from rnn_trading.skill.formats import format_share
from rnn_trading.skill.record import Experiment, skill_record
from rnn_trading.skill.rivals import pretrained as elsewhere
from rnn_trading.skill.rivals.fitting import forecast_with
from rnn_trading.skill.rivals.pretrained import PretrainedParameters
from rnn_trading.skill.rivals.returns import SIGNED_RETURNS, Origins
from rnn_trading.skill.rivals.series import LEVEL, VOLATILITY, KnownSeries, above_zero
from rnn_trading.skill.rows import MODEL
from rnn_trading.skill.tasks import TASKS
from rnn_trading.splits.chronological import (
    SplitName,
    SplitParameters,
    known_rows,
    rows_in,
)
from rnn_trading.splits.walk_forward import WalkForwardParameters, describe_split
from rnn_trading.splits.walk_forward import walk_forward as folds_of
from rnn_trading.tables.index_prices import IndexIngestionParameters

RIVALS = {"level": LEVEL, "volatility": VOLATILITY}
WINDOWS = ("series", "windows", "flags", "report")
# What is judged and drawn is scaled as in the first fold: that of the ``model`` may have been fitted on the test.
SCALED: dict[str, Any] = {"scaling": f"{FIRST}scaling"}


def window_index(
    index_prices: pd.DataFrame,
    index_report: dict[str, Any],
    series: SeriesParameters,
    ingestion: IndexIngestionParameters,
) -> dict[str, Any]:
    """Take one series of an index and cut it into windows.

    Returns
    -------
    dict
        ``series``: column ``value``, and, beside absolute returns, ``return``, the signed ones. ``windows``: lags and
        ``truth``, dated by the target. ``flags``: windows that touch a stale or extreme close. ``report``: source and
        counts.
    """
    values = take_series(index_prices, series)
    windows = window_rows(values, series.lags)
    flags = window_flags(index_prices, windows, ingestion.stale_after_sessions)
    report = {**index_report, "series": series.form, "flagged": {name: int(flags[name].sum()) for name in flags}}
    table = values.to_frame()
    if series.form == "absolute_return":
        table[RETURN] = signed_returns(index_prices, values.index)
    return {"series": table, "windows": windows, "flags": flags, "report": report}


def split_dates(windows: pd.DataFrame, split: SplitParameters, walk_forward: WalkForwardParameters) -> pd.DataFrame:
    """Assign the dates of the targets to train, validation and test of every fold.

    ``split.train_values`` counts the values of the series, of which the first window has all but its target.

    Returns
    -------
    pandas.DataFrame
        Index: dates. See :func:`rnn_trading.splits.walk_forward.walk_forward`.
    """
    if split.train_values is not None:
        lags = windows.shape[1] - 1
        first = split.train_values.of(lags + len(windows)) - lags
        if first < 1:
            raise ValueError(
                f"split.train_values: {first + lags} of {lags + len(windows)} values are fewer than one window of "
                f"{lags} and its target. Raise split.train_values.share or lower series.lags."
            )
        split = dataclasses.replace(split, train_values=None, test_from=windows.index[first].date())
    return folds_of(windows.index, split, walk_forward)


def fit_series_scaling(
    series: pd.DataFrame, windows: pd.DataFrame, split_dates: pd.DataFrame, scaling: ScalingParameters
) -> dict[str, Any]:
    """Find the constants of the scaling from what may be known: training rows, or everything as published.

    Returns
    -------
    dict
        See :class:`rnn_trading.series.scaling.Scaling`.
    """
    rows = windows if scaling.fitted_on == "all" else _rows(windows, split_dates, "train")
    values = series["value"] if scaling.fitted_on == "all" else known_rows(series, split_dates["split"])["value"]
    constants = fit_scaling(scaling, values.to_numpy(), *split_windows(rows))
    refuse_zero_bases(constants.base, split_windows(windows)[0])
    return constants.as_dict()


def train_network(
    windows: pd.DataFrame,
    split_dates: pd.DataFrame,
    scaling: dict[str, Any],
    split: SplitParameters,
    architecture: SequenceNetworkParameters,
    training: TrainingParameters,
    training_state: States,
    fit: FitOf,
) -> dict[str, Any]:
    """Fit the network on the training windows, watching the rows that the split names, or a share of the windows.

    Returns
    -------
    dict
        See :func:`rnn_trading.experiments.fitting.fitted`; losses are in scaled units. ``training`` has the
        ``best_validation_loss``, too.
    """
    # TensorFlow takes seconds to import: only a run that trains pays for it.
    from rnn_trading.models.interface import Input, Interface  # noqa: PLC0415
    from rnn_trading.models.networks import Blueprint  # noqa: PLC0415
    from rnn_trading.models.sequence_network import INPUT  # noqa: PLC0415

    def rows(part: SplitName) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.float32]]:
        lags, targets = split_windows(_rows(windows, split_dates, part))
        units = Scaling(**scaling)
        scaled, target = units.scale(lags, lags), units.scale(targets[:, None], lags)
        return {INPUT: scaled[:, :, None].astype(np.float32)}, target[:, 0].astype(np.float32)

    interface = Interface({INPUT: Input((windows.shape[1] - 1, 1))})
    watched = split.validate_on and rows(split.validate_on)
    result = fit.train(Blueprint(architecture, interface), rows("train"), watched, training, training_state)
    return fitted(result, training, split.validate_on, best_validation_loss=result.best_validation_loss)


def forecast_rows(
    model: Any, windows: pd.DataFrame, split_dates: pd.DataFrame, scaling: dict[str, Any]
) -> pd.DataFrame:
    """Forecast every row of a part in the units of the series.

    Returns
    -------
    pandas.DataFrame
        Index ``date``. ``split`` (``train``, ``validation``, ``test``), ``prediction``, ``truth``.
    """
    from rnn_trading.models.free_run import free_run  # noqa: PLC0415  see train_network

    parts = split_dates["split"].reindex(windows.index)
    wanted = windows[parts.notna().to_numpy()]
    forecasts = free_run(model, split_windows(wanted)[0], 1, Scaling(**scaling))[:, 0]
    columns = {"split": parts[wanted.index].astype("str"), MODEL: forecasts, TRUTH: wanted[TRUTH]}
    return pd.DataFrame(columns, index=wanted.index).rename_axis("date")


def known_series(
    series: pd.DataFrame, windows: pd.DataFrame, split_dates: pd.DataFrame, *, positive: bool = False
) -> KnownSeries:
    """What rivals may be fitted on, and whether their forecasts must be positive."""
    train, validation = (split_windows(_rows(windows, split_dates, part)) for part in ("train", "validation"))
    return KnownSeries(known_rows(series, split_dates["split"])["value"].to_numpy(), train, validation, positive)


def forecast_with_rivals(
    series: pd.DataFrame,
    windows: pd.DataFrame,
    split_dates: pd.DataFrame,
    experiment: Experiment,
    pretrained: PretrainedParameters,
) -> pd.DataFrame:
    """Fit the rivals of the experiment's task on the training rows and forecast the validation and test rows.

    A volatility has more rivals where the signed returns are known. A rival that was trained elsewhere is fitted to
    nothing: it takes all values before each row.

    Returns
    -------
    pandas.DataFrame
        One column a rival, index ``date`` of the validation and test rows.
    """
    held_out = pd.concat([_rows(windows, split_dates, part) for part in ("validation", "test")])
    known = known_series(series, windows, split_dates, positive=TASKS[experiment.task].positive)
    table = forecast_with(RIVALS[experiment.task], known, split_windows(held_out)[0], held_out.index)
    if experiment.task == "volatility" and RETURN in series:
        train = origins_of(known_rows(series, split_dates["split"]), _rows(windows, split_dates, "train"))
        table = table.join(forecast_with(SIGNED_RETURNS, train, origins_of(series, held_out), held_out.index))
    return table.assign(**_from_elsewhere(series, held_out.index, known, pretrained))


def _from_elsewhere(
    series: pd.DataFrame, dates: pd.Index, known: KnownSeries, pretrained: PretrainedParameters
) -> dict[str, NDArray[np.float64]]:
    """The next value by a model that was trained elsewhere, above zero where that is wanted; nothing without one."""
    values, places = series["value"].to_numpy(dtype=np.float64), series.index.get_indexer(dates)
    found = {each.name: each.paths(values, places, 1)[:, 0] for each in elsewhere.load(pretrained)}
    if known.positive:
        found = {name: above_zero(lambda as_they_are: as_they_are, known.train[1])(of) for name, of in found.items()}
    return found


def origins_of(series: pd.DataFrame, rows: pd.DataFrame) -> Origins:
    """Signed returns of a series, and the days of some rows; see :class:`rnn_trading.skill.rivals.returns.Origins`."""
    returns = series[RETURN].to_numpy(dtype=np.float64, copy=True)
    returns.flags.writeable = False  # a rival that changes them would change them for the next
    return Origins(returns, series.index.get_indexer(rows.index), rows.shape[1] - 1)


def judge(
    predictions: pd.DataFrame,
    validation_predictions: pd.DataFrame,
    flags: pd.DataFrame,
    split_dates: pd.DataFrame,
    report: dict[str, Any],
    scaling: dict[str, Any],
    training: dict[str, Any],
    experiment: Experiment,
    protocol: str,
) -> dict[str, Any]:
    """Write the skill record; see :func:`rnn_trading.skill.record.skill_record`.

    Scores in the units of the network are those of one fold, by its ``scaling``: each has one of its own.
    """
    one_scale = scaling["base"] == "none" and training["folds"] == 1
    tables = predictions, validation_predictions, flags, split_dates
    return _record(experiment, protocol, tables, report, training, scaling["size"] if one_scale else None)


def judge_in_own_units(
    predictions: pd.DataFrame,
    validation_predictions: pd.DataFrame,
    flags: pd.DataFrame,
    split_dates: pd.DataFrame,
    report: dict[str, Any],
    training: dict[str, Any],
    experiment: Experiment,
    protocol: str,
) -> dict[str, Any]:
    """As :func:`judge`, of a network whose units are those of each day."""
    tables = predictions, validation_predictions, flags, split_dates
    return _record(experiment, protocol, tables, report, training, None)


def _record(
    experiment: Experiment,
    protocol: str,
    tables: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame],
    report: dict[str, Any],
    training: dict[str, Any],
    scale: float | None,
) -> dict[str, Any]:
    predictions, validation_predictions, flags, split_dates = tables
    column = "target_date" if "target_date" in predictions else "date"
    return skill_record(
        experiment,
        protocol,
        predictions,
        flags.loc[pd.DatetimeIndex(predictions[column])],
        describe_split(split_dates, split_dates.index) | report,
        training,
        scale=scale,
        overlap=overlapping_runs(predictions) if "run" in predictions else 1,
        validation=validation_predictions,
    )


def outcomes_and_forecasts(
    predictions: pd.DataFrame, skill: dict[str, Any], experiment: Experiment, *, what: str, unit: str
) -> Figure:
    """Test outcomes and forecasts of the model and of its best rival; ``what`` is forecast, in ``unit``."""
    best = TASKS[experiment.task].headline.best(skill["rivals"]) or skill["tests"][0]["rival"]
    title = drawing.title(f"{what}: {drawing.headline_against(skill)}", skill)
    return figures.series.series_and_forecasts(predictions, best, unit, title)


def raw_and_scaled(
    series: pd.DataFrame, split_dates: pd.DataFrame, scaling: dict[str, Any], skill: dict[str, Any], *, unit: str
) -> Figure:
    """The series as it came and as the first fold scales it.

    Where each window has a scale of its own, as it came alone.
    """
    values, units = series["value"], Scaling(**scaling)
    scaled = units.scale(values, values) if units.base == "none" else None
    what = beyond_training(series, split_dates, scaled=scaled is not None)
    return figures.inputs.raw_and_scaled(values, scaled, split_dates["split"], unit, drawing.title(what, skill))


def beyond_training(series: pd.DataFrame, split_dates: pd.DataFrame, *, scaled: bool) -> str:
    """Which share of the test values lies outside the range of the training values; of several folds, of the first.

    Where a figure shows values as they are ``scaled``, they are scaled as in that fold.

    Examples
    --------
    >>> days = pd.date_range("2020-01-01", periods=5)
    >>> parts = pd.DataFrame({"split": ["train", "test", "test", "test"]}, index=days[1:])
    >>> values = pd.DataFrame({"value": [1.0, 3.0, 2.0, 4.0, 0.5]}, index=days)
    >>> beyond_training(values, parts, scaled=True)
    '67 % of the 3 test values lie outside the range of the 2 training values'
    >>> parts["fold_2"] = ["train", "train", "train", "test"]
    >>> beyond_training(values, parts, scaled=True)
    '67 % of the 3 test values lie outside the range of the 2 training values of fold 1, whose scaling is shown'
    """
    known = known_rows(series, split_dates["split"])["value"]
    test = series.loc[split_dates.index[split_dates["split"] == "test"], "value"]
    share = format_share(float(((test < known.min()) | (test > known.max())).mean()))
    several = f"{FOLD_PREFIX}2" in split_dates
    of_first = f" of fold 1{', whose scaling is shown' if scaled else ''}" if several else ""
    found = f"{share} of the {len(test):,} test values lie outside the range of the {len(known):,} training values"
    return f"{found}{of_first}"


def _rows(windows: pd.DataFrame, dates: pd.DataFrame, part: SplitName) -> pd.DataFrame:
    return windows[rows_in(dates["split"], windows.index, part)]


# The nodes of an experiment on one series; experiments that share windows, split and rivals take some of them each.
WINDOW_INDEX = wiring.node(
    *(window_index, *WINDOWS), name="window_series", index_report="index_prices_report", ingestion="params:index_prices"
)
SPLIT = wiring.node(split_dates, "split_dates")
SCALE = wiring.node(fit_series_scaling, "scaling", name="fit_scaling")
TRAIN = wiring.train(train_network)
FORECAST = wiring.forecast(forecast_rows)
RIVALS_FORECAST = wiring.rivals(forecast_with_rivals)
JUDGE = wiring.judge(judge, from_elsewhere=True, **SCALED)


def draw(what: str, unit: str, **further: Any) -> Node:
    """The node that draws the figures of an experiment on the next value of one series.

    Parameters
    ----------
    what, unit
        What is forecast, and its unit.
    further
        By the name of its dataset, a function that draws a figure.
    """
    figures: wiring.Drawn = {
        "learning_curves": drawing.learning_curves,
        "outcomes_and_forecasts": partial(outcomes_and_forecasts, what=what, unit=unit),
        "model_and_rivals": drawing.model_and_rivals,
    }
    return wiring.draw(figures | further)


def series_experiment(
    name: str, plan: Plan, windows: Node, drawn: Node, shared: Iterable[str] | Mapping[str, str]
) -> Pipeline:
    """An experiment on the next value of one series, under its own namespace, from the windows to the figures.

    Parameters
    ----------
    name
        Of the experiment; ``params:NAME`` has the blocks ``experiment``, ``split``, ``walk_forward``, ``scaling``,
        ``model`` and ``training``, and ``seeds``.
    plan
        How many folds and seeds it has.
    windows
        The node that makes ``series``, ``windows``, ``flags`` and ``report``; see :func:`window_index`.
    drawn
        The node that draws; see :func:`draw`.
    shared
        Tables that it takes.
    """
    folds = Folds(plan.of(name), (SPLIT_OF_FOLD, SCALE, RIVALS_FORECAST), (TRAIN, FORECAST), newest=("scaling",))
    return folded(name, [windows, SPLIT, JUDGE, drawn], folds, shared)
