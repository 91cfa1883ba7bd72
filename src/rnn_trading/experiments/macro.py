"""Experiments on several macro series that are forecast together, one month ahead and along a path."""

from datetime import date
from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from kedro.pipeline import Node, Pipeline
from pydantic import Field

from rnn_trading import figures
from rnn_trading.experiments import drawing, wiring
from rnn_trading.experiments.explaining import FIGURES
from rnn_trading.experiments.fitting import fitted
from rnn_trading.experiments.folds import SPLIT_OF_FOLD, FitOf, Folds, experiment
from rnn_trading.experiments.paths import Array, forecast_table, histories_before
from rnn_trading.figures import Figure
from rnn_trading.models.parameters import SequenceNetworkParameters, TrainingParameters
from rnn_trading.models.states import States
from rnn_trading.parameters import parameters
from rnn_trading.plan import Plan
from rnn_trading.series.monthly import MacroError, MacroParameters, refuse_gaps
from rnn_trading.series.transformations import transform
from rnn_trading.skill.metrics.macro import ONE_STEP, ORIGINAL, PATH
from rnn_trading.skill.record import Experiment, skill_record
from rnn_trading.skill.rivals.fitting import fit_rivals
from rnn_trading.skill.rivals.macro import MACRO, KnownMonths
from rnn_trading.skill.rows import MODEL
from rnn_trading.splits.chronological import (
    SplitName,
    SplitParameters,
    known_rows,
    rows_in,
    watched_part,
)
from rnn_trading.splits.walk_forward import (
    WalkForwardParameters,
    describe_split,
    refuse_short_test,
    refuse_short_validation,
)
from rnn_trading.splits.walk_forward import walk_forward as folds_of
from rnn_trading.splits.windows import joint_windows

MONTHS_OF_A_YEAR = 12
SHARED = ("macro", "macro_report")
MEASURED = "one month ahead (network's units)"


@parameters
class WindowParameters:
    """Windows and paths.

    Parameters
    ----------
    start, until
        First and last month of the series; null: all there are.
    lags
        Months in a window.
    path_steps
        Months of the path from the first test month.
    scaled_on
        Rows whose smallest and largest values become 0 and 1: ``train``, ``all`` (as published), or ``none``:
        series stay in their own units, as in the book.
    """

    start: date | None
    until: date | None
    lags: Annotated[int, Field(ge=1)]
    path_steps: Annotated[int, Field(ge=2)]
    scaled_on: Literal["train", "all", "none"]


def transform_series(macro: pd.DataFrame, series: MacroParameters, windows: WindowParameters) -> pd.DataFrame:
    """Transform every series between its bounds and leave out the first months, which have no transformed value.

    Returns
    -------
    pandas.DataFrame
        Index: months; one column a series, in the units of its transformation.

    Raises
    ------
    MacroError
        If there is no month between the bounds, or a series has a gap there.
    """
    start, until = (pd.Timestamp(day) if day else None for day in (windows.start, windows.until))
    chosen = macro.loc[start:until]
    if chosen.empty:
        raise MacroError(
            f"Expected months from {windows.start} to {windows.until}. Received: {macro.index[0]:%Y-%m} to "
            f"{macro.index[-1]:%Y-%m}. Move windows.start or windows.until."
        )
    refuse_gaps(chosen, series.source)
    transformed = pd.DataFrame({each.name: transform(chosen[each.name], each) for each in series.series})
    return transformed.iloc[max(each.lost for each in series.series) :]


def split_months(
    transformed: pd.DataFrame, windows: WindowParameters, split: SplitParameters, walk_forward: WalkForwardParameters
) -> pd.DataFrame:
    """Assign the months that windows forecast to train, validation and test of every fold.

    Returns
    -------
    pandas.DataFrame
        Index: months from the first that has a whole window before it. See
        :func:`rnn_trading.splits.walk_forward.walk_forward`.

    Raises
    ------
    ValueError
        If there are fewer months than a window, the training, and a path need, or a fold tests or validates on fewer
        than a path, on which an encoder-decoder is trained, too.
    """
    needed = windows.lags + 1 + windows.path_steps
    if len(transformed) < needed:
        raise MacroError(
            f"Windows of {windows.lags} months, a target and a path of {windows.path_steps} months need at least "
            f"{needed} transformed months. Received: {len(transformed)}. Use a longer history, or lower windows.lags "
            "or windows.path_steps."
        )
    dates = folds_of(transformed.index[windows.lags :], split, walk_forward)
    what = f"a path of {windows.path_steps} months"
    refuse_short_test(dates, windows.path_steps, what)
    refuse_short_validation(dates, windows.path_steps, what)
    return dates


def scale_series(transformed: pd.DataFrame, split_dates: pd.DataFrame, windows: WindowParameters) -> dict[str, Any]:
    """Scale every series to 0 .. 1 by the smallest and largest of its values that may be known.

    Returns
    -------
    dict
        ``scaled``: as ``transformed``. ``scaling``: by series, ``offset`` and ``size``.

    Raises
    ------
    MacroError
        If the values of a series that may be known are all equal.
    """
    if windows.scaled_on == "none":
        scaling = {name: {"offset": 0.0, "size": 1.0} for name in transformed}
        return {"scaled": transformed, "scaling": scaling}
    known = transformed if windows.scaled_on == "all" else known_rows(transformed, split_dates["split"])
    offset, size = known.min(), known.max() - known.min()
    if (size == 0).any():
        name = size.index[size == 0][0]
        raise MacroError(
            f"{name}: its {len(known)} transformed values until {known.index[-1]:%Y-%m-%d} are all "
            f"{offset[name]:g}: they cannot be scaled. Check the series, its transformation and the split."
        )
    scaling = {name: {"offset": float(offset[name]), "size": float(size[name])} for name in transformed}
    return {"scaled": (transformed - offset) / size, "scaling": scaling}


def scaled_by(transformed: pd.DataFrame, scaling: dict[str, Any]) -> pd.DataFrame:
    """Scale every series by constants that were fitted before; see :func:`scale_series`.

    Examples
    --------
    >>> scaled_by(pd.DataFrame({"rate": [3.0, 5.0]}), {"rate": {"offset": 3.0, "size": 4.0}})["rate"].tolist()
    [0.0, 0.5]
    """
    offset, size = (pd.Series({name: scaling[name][each] for name in transformed}) for each in ("offset", "size"))
    return (transformed - offset) / size


def train_network(
    scaled: pd.DataFrame,
    split_dates: pd.DataFrame,
    windows: WindowParameters,
    split: SplitParameters,
    architecture: SequenceNetworkParameters,
    training: TrainingParameters,
    training_state: States,
    fit: FitOf,
) -> dict[str, Any]:
    """Fit the network on the training windows of all series.

    Returns
    -------
    dict
        See :func:`rnn_trading.experiments.fitting.fitted`.
    """
    # TensorFlow takes seconds to import: only a run that trains pays for it.
    from rnn_trading.models.interface import Input, Interface  # noqa: PLC0415
    from rnn_trading.models.networks import Blueprint  # noqa: PLC0415
    from rnn_trading.models.sequence_network import INPUT  # noqa: PLC0415

    inputs, targets = joint_windows(scaled.to_numpy(), windows.lags)

    def rows(part: SplitName) -> Any:
        mask = rows_in(split_dates["split"], scaled.index[windows.lags :], part)
        return {INPUT: inputs[mask].astype(np.float32)}, targets[mask].astype(np.float32)

    series = scaled.shape[1]
    interface = Interface({INPUT: Input((windows.lags, series))}, outputs=series)
    result = fit.train(
        Blueprint(architecture, interface), rows("train"), rows(watched_part(split)), training, training_state
    )
    return fitted(result, training, watched_part(split))


def forecast_months(
    model: Any,
    macro: pd.DataFrame,
    scaled: pd.DataFrame,
    scaling: dict[str, Any],
    split_dates: pd.DataFrame,
    series: MacroParameters,
    windows: WindowParameters,
    *,
    at_once: bool = False,
) -> pd.DataFrame:
    """Forecast every test and validation month from the truth before it, and the path from the first test month.

    A network that forecasts paths ``at_once`` does not feed on its own forecasts; one month ahead is its first step.

    Returns
    -------
    pandas.DataFrame
        See :func:`rnn_trading.experiments.paths.forecast_table`; column ``prediction``.
    """
    from rnn_trading.models.encoder_decoder import forecast_paths  # noqa: PLC0415  see train_network
    from rnn_trading.models.free_run import joint_free_run  # noqa: PLC0415

    def paths(histories: Array, steps: int) -> Array:
        before = histories[:, -windows.lags :]
        return forecast_paths(model, before)[:, :steps] if at_once else joint_free_run(model, before, steps)

    return forecast_table(paths, *(macro, scaled, scaling, split_dates, series, windows.path_steps))


def forecast_with_rivals(
    macro: pd.DataFrame,
    scaled: pd.DataFrame,
    scaling: dict[str, Any],
    split_dates: pd.DataFrame,
    series: MacroParameters,
    windows: WindowParameters,
) -> pd.DataFrame:
    """Fit the rivals on the training months and make the same forecasts: one column a rival."""
    validation = scaled.index.get_indexer(split_dates.index[split_dates["split"] == "validation"])
    held_out = histories_before(scaled, validation), scaled.to_numpy()[validation]
    rivals = fit_rivals(MACRO, KnownMonths(known_rows(scaled, split_dates["split"]), MONTHS_OF_A_YEAR, held_out))
    inputs = (macro, scaled, scaling, split_dates, series, windows.path_steps)
    return pd.DataFrame({name: forecast_table(paths, *inputs)[MODEL] for name, paths in rivals.items()})


def judge(
    predictions: pd.DataFrame,
    validation_predictions: pd.DataFrame,
    split_dates: pd.DataFrame,
    macro_report: dict[str, Any],
    training: dict[str, Any],
    series: MacroParameters,
    experiment: Experiment,
    protocol: str,
) -> dict[str, Any]:
    """Write the skill record of the averaged network.

    Returns
    -------
    dict
        See :func:`rnn_trading.skill.record.skill_record`. As published and in the book also
        ``model.published_comparison``: the network one step ahead against the path of the vector autoregression.
    """
    record = skill_record(
        experiment,
        protocol,
        predictions,
        # Statistical offices publish no stale or extreme prices; what could be wrong was refused.
        pd.DataFrame({"suspicious": np.zeros(len(predictions), dtype=bool)}),
        describe_split(split_dates, split_dates.index) | macro_report,
        training,
        overlap=max(1, *(each.lost for each in series.series)),
        validation=validation_predictions,
    )
    if protocol != "corrected" and experiment.published:
        record["model"]["published_comparison"] = {
            "network_mae_one_step": record["model"]["metrics"]["mae"],
            "vector_autoregression_mae_of_its_path": record["rivals"]["vector_autoregression"]["path"]["mae"],
            "flaw": "one forecast is told the truth every month, the other is told it once",
        }
    return record


def raw_and_transformed(
    macro: pd.DataFrame,
    transformed: pd.DataFrame,
    split_dates: pd.DataFrame,
    skill: dict[str, Any],
    series: MacroParameters,
) -> Figure:
    """Every series as it came and as it is forecast."""
    units = {each.name: (each.unit, each.transformed_unit) for each in series.series}
    months, test = len(transformed), int((split_dates["split"] == "test").sum())
    what = f"{len(units)} series, {months} months from {transformed.index[0]:%Y-%m}: the last {test} are the test"
    return figures.macro.raw_and_transformed(macro, transformed, units, drawing.title(what, skill))


def forecasts_in_time(
    macro: pd.DataFrame, predictions: pd.DataFrame, skill: dict[str, Any], series: MacroParameters
) -> Figure:
    """Forecasts one month ahead."""
    title = f"One month ahead: {drawing.headline_against(skill)}"
    return _forecasts(macro, predictions, skill, series, (ONE_STEP, title))


def paths(macro: pd.DataFrame, predictions: pd.DataFrame, skill: dict[str, Any], series: MacroParameters) -> Figure:
    """Forecasts of one path."""
    errors = {name: metrics["path"]["mae"] for name, metrics in skill["rivals"].items()}
    best = min(errors, key=errors.__getitem__)
    of_path = drawing.against("MAE", skill["model"]["metrics"]["path"]["mae"], best, errors[best])
    title = f"A path that is told the truth once: {of_path}"
    return _forecasts(macro, predictions, skill, series, (PATH, title))


def _forecasts(
    macro: pd.DataFrame,
    predictions: pd.DataFrame,
    skill: dict[str, Any],
    series: MacroParameters,
    shown: tuple[str, str],
) -> Figure:
    (run, what), units = shown, {each.name: each.unit for each in series.series}
    by_series = skill["model"]["metrics"]["by_series"]
    errors = {name: by_series[name][ORIGINAL][run]["mae"] for name in units}
    title = drawing.title(f"{what} (network's units)", skill)
    return figures.macro.forecasts_in_time(macro, (predictions, errors), run, units, title)


def error_by_step(skill: dict[str, Any]) -> Figure:
    """Error of the path by step."""
    labels = "months", "MAE (network's units)"
    return drawing.errors_by_step(skill, labels, lambda metrics: metrics["path"]["mae_by_step"])


def macro_experiment(name: str, plan: Plan) -> Pipeline:
    """An experiment on ``macro``, under its own namespace, from the transformations to the figures.

    Parameters
    ----------
    name
        Of the experiment; ``params:NAME`` has the blocks ``experiment``, ``windows``, ``split``, ``walk_forward``,
        ``model`` and ``training``, and ``seeds``.
    plan
        How many folds and seeds it has.
    """
    fit = wiring.train(train_network), wiring.forecast(forecast_months, series="params:macro")
    folds = Folds(plan.of(name), (SPLIT_OF_FOLD, SCALE, RIVALS_FORECAST), fit, newest=("scaling",))
    return experiment(name, [*SPLIT, *judged()], folds, SHARED)


def judged(*, explained: bool = False) -> list[Node]:
    """The nodes that judge and draw; where the record is explained, figures of that are further ones."""
    drawn: wiring.Drawn = {
        "raw_and_transformed": raw_and_transformed,
        "learning_curves": partial(drawing.losses_by_seed, loss="MAE"),
        "forecasts_in_time": forecasts_in_time,
        "paths": paths,
        "error_by_step": error_by_step,
        "model_and_rivals": partial(drawing.model_and_rivals, measured=MEASURED),
    }
    drawn |= FIGURES if explained else {}
    judging = wiring.judge(judge, explained=explained, series="params:macro")
    return [judging, wiring.draw(drawn, series="params:macro")]


# The nodes of an experiment on several series; experiments that share them have networks of their own.
SPLIT = (
    wiring.node(transform_series, "transformed", series="params:macro"),
    wiring.node(split_months, "split_dates"),
)
SCALE = wiring.node(scale_series, "scaled", "scaling")
RIVALS_FORECAST = wiring.rivals(forecast_with_rivals, series="params:macro")
