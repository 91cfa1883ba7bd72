"""Two or more macro series, forecast together: transform, split, scale, train, forecast, judge."""

from datetime import date
from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray
from pydantic import Field

from rnn_trading.figures import macro as macro_plots
from rnn_trading.figures import panels as plots
from rnn_trading.models.parameters import EnsembleParameters, SequenceNetworkParameters, TrainingParameters
from rnn_trading.parameters import parameters
from rnn_trading.pipelines.multivariate.forecasts import forecast_table
from rnn_trading.series.monthly import MacroError, MacroParameters
from rnn_trading.series.transformations import transform
from rnn_trading.skill.metrics.macro import ONE_STEP, PATH
from rnn_trading.skill.record import Experiment, plain, skill_record
from rnn_trading.skill.rivals.macro import macro_rivals
from rnn_trading.skill.seeds import metrics_by_seed
from rnn_trading.skill.tasks import MODEL
from rnn_trading.splits.chronological import SplitParameters, chronological_split, describe_parts, known_rows, rows_in
from rnn_trading.splits.windows import joint_windows

MONTHS_OF_A_YEAR = 12
Array = NDArray[np.float64]


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
    """
    start, until = (pd.Timestamp(day) if day else None for day in (windows.start, windows.until))
    chosen = macro.loc[start:until]
    if chosen.empty:
        raise MacroError(
            f"Expected months from {windows.start} to {windows.until}. Received: {macro.index[0]:%Y-%m} to "
            f"{macro.index[-1]:%Y-%m}. Move windows.start or windows.until."
        )
    transformed = pd.DataFrame({each.name: transform(chosen[each.name], each) for each in series.series})
    return transformed.iloc[max(each.lost for each in series.series) :]


def split_months(transformed: pd.DataFrame, windows: WindowParameters, split: SplitParameters) -> pd.DataFrame:
    """Assign the months that windows forecast to train, validation and test.

    Returns
    -------
    pandas.DataFrame
        Index: months from the first that has a whole window before it. Column ``split``.

    Raises
    ------
    MacroError
        If there are fewer months than a window, the training, and a path need.
    """
    needed = windows.lags + 1 + windows.path_steps
    if len(transformed) < needed:
        raise MacroError(
            f"Windows of {windows.lags} months, a target and a path of {windows.path_steps} months need at least "
            f"{needed} transformed months. Received: {len(transformed)}. Use a longer history, or lower windows.lags "
            "or windows.path_steps."
        )
    dates = chronological_split(transformed.index[windows.lags :], split)
    test = int((dates == "test").sum())
    if test < windows.path_steps:
        raise MacroError(
            f"A path of {windows.path_steps} months needs as many test months. Received: {test}. Lower "
            "windows.path_steps, raise split.held_out or move split.test_from."
        )
    return dates.to_frame()


def scale_series(transformed: pd.DataFrame, dates: pd.DataFrame, windows: WindowParameters) -> dict[str, Any]:
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
    known = transformed if windows.scaled_on == "all" else known_rows(transformed, dates["split"])
    offset, size = known.min(), known.max() - known.min()
    if (size == 0).any():
        name = size.index[size == 0][0]
        raise MacroError(
            f"{name}: its {len(known)} transformed values until {known.index[-1]:%Y-%m-%d} are all "
            f"{offset[name]:g}: they cannot be scaled. Check the series, its transformation and the split."
        )
    scaling = {name: {"offset": float(offset[name]), "size": float(size[name])} for name in transformed}
    return {"scaled": (transformed - offset) / size, "scaling": scaling}


def train_networks(
    scaled: pd.DataFrame,
    dates: pd.DataFrame,
    windows: WindowParameters,
    experiment: Experiment,
    split: SplitParameters,
    architecture: SequenceNetworkParameters,
    training: TrainingParameters,
    ensemble: EnsembleParameters,
) -> dict[str, Any]:
    """Fit one network for each seed, and average them.

    Returns
    -------
    dict
        ``model``: the average, `keras.Model`, with the networks as its layers ``seed_N``. ``history``: columns
        ``seed``, ``epoch``, ``rows``, ``quantity``, ``value``. ``training``: see
        :func:`rnn_trading.models.ensemble.train_ensemble`, and ``stopped_on``.
    """
    # TensorFlow takes seconds to import: only a run that trains pays for it.
    from rnn_trading.models.ensemble import train_ensemble  # noqa: PLC0415
    from rnn_trading.models.sequence_network import INPUT, build_sequence_network  # noqa: PLC0415

    inputs, targets = joint_windows(scaled.to_numpy(), windows.lags)
    parts = {part: rows_in(dates["split"], scaled.index[windows.lags :], part) for part in ("train", split.validate_on)}
    train_rows, held_out = (
        ({INPUT: inputs[mask].astype(np.float32)}, targets[mask].astype(np.float32)) for mask in parts.values()
    )
    model, history, summary = train_ensemble(
        partial(build_sequence_network, architecture, windows.lags, scaled.shape[1]),
        *(train_rows, held_out, training, ensemble.networks, experiment.name),
    )
    return {
        "model": model,
        "history": pd.DataFrame(history),
        "training": summary | {"stopped_on": split.validate_on},
    }


def forecast_months(
    model: Any,
    macro: pd.DataFrame,
    scaled: pd.DataFrame,
    scaling: dict[str, Any],
    dates: pd.DataFrame,
    series: MacroParameters,
    windows: WindowParameters,
) -> dict[str, pd.DataFrame]:
    """Forecast every test month from the truth before it, and the path from the first of them.

    Returns
    -------
    dict
        ``forecasts``: see :func:`forecast_table`, column ``prediction``. ``forecasts_by_seed``: the same of the
        single networks, columns ``seed_N``.
    """
    from rnn_trading.models.ensemble import members  # noqa: PLC0415  see train_networks
    from rnn_trading.models.free_run import joint_free_run  # noqa: PLC0415

    def table(network: Any) -> pd.DataFrame:
        return forecast_table(
            lambda histories, steps: joint_free_run(network, histories[:, -windows.lags :], steps),
            *(macro, scaled, scaling, dates, series, windows.path_steps),
        )

    single = {name: table(network)[MODEL] for name, network in members(model).items()}
    forecasts = table(model)
    return {"forecasts": forecasts, "forecasts_by_seed": forecasts.drop(columns=MODEL).assign(**single)}


def forecast_with_rivals(
    macro: pd.DataFrame,
    scaled: pd.DataFrame,
    scaling: dict[str, Any],
    dates: pd.DataFrame,
    series: MacroParameters,
    windows: WindowParameters,
) -> pd.DataFrame:
    """Fit the rivals on the training months and make the same forecasts: one column a rival."""
    rivals = macro_rivals(known_rows(scaled, dates["split"]), MONTHS_OF_A_YEAR)
    inputs = (macro, scaled, scaling, dates, series, windows.path_steps)
    return pd.DataFrame({name: forecast_table(paths, *inputs)[MODEL] for name, paths in rivals.items()})


def collect_predictions(forecasts: pd.DataFrame, rivals: pd.DataFrame) -> pd.DataFrame:
    """Put forecasts and rivals side by side."""
    return forecasts.join(rivals)


def judge(
    predictions: pd.DataFrame,
    forecasts_by_seed: pd.DataFrame,
    dates: pd.DataFrame,
    macro_report: dict[str, Any],
    training_summary: dict[str, Any],
    series: MacroParameters,
    experiment: Experiment,
    protocol: str,
) -> dict[str, Any]:
    """Write the skill record of the averaged network, with the spread over seeds.

    Returns
    -------
    dict
        See :func:`rnn_trading.skill.record.skill_record`. ``model.by_seed``: see
        :func:`rnn_trading.skill.seeds.metrics_by_seed`. As published also
        ``model.published_comparison``: the network one step ahead against the path of the vector autoregression.
    """
    names = [column for column in forecasts_by_seed if column.startswith("seed_")]
    by_seed = metrics_by_seed("macro", predictions, forecasts_by_seed[names], ("mae", "rmse", "path.mae"))
    record = skill_record(
        experiment,
        protocol,
        predictions,
        # Statistical offices publish no stale or extreme prices; what could be wrong was refused.
        pd.DataFrame({"suspicious": np.zeros(len(predictions), dtype=bool)}),
        {**describe_parts(dates.index, dates["split"]), **macro_report},
        {**training_summary, "by_seed": plain(by_seed)},
        overlap=max(1, *(each.lost for each in series.series)),
    )
    if protocol == "as_published":
        record["model"]["published_comparison"] = {
            "network_mae_one_step": record["model"]["metrics"]["mae"],
            "vector_autoregression_mae_of_its_path": record["rivals"]["vector_autoregression"]["path"]["mae"],
            "flaw": "one forecast is told the truth every month, the other is told it once",
        }
    return record


def draw_figures(
    macro: pd.DataFrame,
    transformed: pd.DataFrame,
    predictions: pd.DataFrame,
    history: pd.DataFrame,
    training_summary: dict[str, Any],
    skill: dict[str, Any],
    experiment: Experiment,
) -> dict[str, Figure]:
    """Draw the published figures, and the paths beside their rivals.

    Returns
    -------
    dict
        ``raw_and_transformed``, ``learning_curves``, ``forecasts_in_time``, ``paths``, ``error_by_step``,
        ``model_and_rivals``.
    """
    where = f"{experiment.name}, {skill['protocol'].replace('_', ' ')}"
    return {
        "raw_and_transformed": macro_plots.raw_and_transformed(macro, transformed, f"The series\n{where}"),
        "learning_curves": plots.losses_by_seed(
            history,
            training_summary["best_epoch"],
            training_summary["stopped_on"],
            ("loss", "MAE"),
            f"Training\n{where}",
        ),
        "forecasts_in_time": macro_plots.forecasts_in_time(
            macro,
            predictions,
            ONE_STEP,
            f"One month ahead, told the truth every month\n{where}",
        ),
        "paths": macro_plots.forecasts_in_time(
            macro, predictions, PATH, f"The path from the first test month, told the truth once\n{where}"
        ),
        "error_by_step": plots.error_by_step(
            skill["model"]["metrics"]["path"]["mae_by_step"],
            {name: metrics["path"]["mae_by_step"] for name, metrics in skill["rivals"].items()},
            ("Months ahead", "MAE (network's units)"),
            f"Error of the path by step\n{where}",
        ),
        "model_and_rivals": plots.model_beside_rivals(
            skill, "mae", "MAE one month ahead (network's units)", None, f"Model beside its rivals\n{where}"
        ),
    }
