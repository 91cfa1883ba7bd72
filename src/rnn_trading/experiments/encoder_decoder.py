"""Whole paths at once, by an encoder-decoder, beside the network of an experiment that feeds on its own forecasts.

Series, split, scaling and rivals are those of that network; it stands among the rivals as ``recursion``.
"""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from kedro.pipeline import Node, Pipeline
from numpy.typing import NDArray

from rnn_trading import figures
from rnn_trading.experiments import drawing, macro, wiring
from rnn_trading.experiments.fitting import fitted
from rnn_trading.experiments.folds import FitOf, Folds, experiment, of_the_folds_of
from rnn_trading.experiments.runs import AxesParameters, error_by_step, model_and_rivals, ways
from rnn_trading.experiments.series import JUDGE
from rnn_trading.figures import Figure
from rnn_trading.models.parameters import EncoderDecoderParameters, TrainingParameters
from rnn_trading.models.states import States
from rnn_trading.plan import Plan
from rnn_trading.series.scaling import Scaling
from rnn_trading.series.series import FREE_RUN, RunParameters
from rnn_trading.skill.formats import format_score
from rnn_trading.skill.rivals.lists import RECURSION
from rnn_trading.skill.rows import MODEL
from rnn_trading.splits.chronological import SplitName, SplitParameters, watched_part
from rnn_trading.splits.windows import windows_and_paths

Array = NDArray[np.float64]
RUNS_OF_RECURSION = "Runs of the network that feeds on its own forecasts"


def rows_of_part(
    values: Array, split_dates: pd.DataFrame, part: SplitName, steps: int, title: str
) -> tuple[Array, Array]:
    """Windows of a part, and the paths that follow them, none of which reaches into the next part.

    Parameters
    ----------
    values
        ``(time, series)``, oldest first.
    split_dates
        Column ``split``; one row for each value that follows a window: as many as the last of ``values``.
    part, steps
        Which part; steps of a path.
    title
        Of the experiment, for the error message.

    Returns
    -------
    tuple of numpy.ndarray
        Windows ``(rows, lags, series)`` and paths ``(rows, steps, series)``.

    Raises
    ------
    ValueError
        If no whole path lies in the part.
    """
    inside = (split_dates["split"] == part).to_numpy()
    windows, paths = windows_and_paths(values, len(values) - len(inside), steps, inside)
    if not len(paths):
        raise ValueError(
            f"{title}: a path of {steps} steps must lie in the {part} rows as a whole. Received: {int(inside.sum())} "
            f"{part} rows. Lower the steps of a path, or move the boundaries of split."
        )
    return windows, paths


def train_on_paths(
    series: pd.DataFrame,
    split_dates: pd.DataFrame,
    scaling: dict[str, Any],
    runs: RunParameters,
    split: SplitParameters,
    architecture: EncoderDecoderParameters,
    training: TrainingParameters,
    training_state: States,
    fit: FitOf,
) -> dict[str, Any]:
    """Fit the network on the training windows and the paths that follow them.

    Returns
    -------
    dict
        See :func:`rnn_trading.experiments.series.train_network`.
    """
    # TensorFlow takes seconds to import: only a run that trains pays for it.
    from rnn_trading.models.interface import Input, Interface  # noqa: PLC0415
    from rnn_trading.models.networks import Blueprint  # noqa: PLC0415
    from rnn_trading.models.sequence_network import INPUT  # noqa: PLC0415

    values, units = series[["value"]].to_numpy(), Scaling(**scaling)

    def rows(part: SplitName) -> Any:
        before, after = rows_of_part(values, split_dates, part, runs.steps, fit.title)
        lags, paths = before[:, :, 0], after[:, :, 0]
        inputs, targets = (units.scale(each, lags)[:, :, None].astype(np.float32) for each in (lags, paths))
        return {INPUT: inputs}, targets

    interface = Interface({INPUT: Input((len(values) - len(split_dates), 1))}, path=runs.steps)
    watched = split.validate_on and rows(split.validate_on)
    result = fit.train(Blueprint(architecture, interface), rows("train"), watched, training, training_state)
    return fitted(result, training, split.validate_on, best_validation_loss=result.best_validation_loss)


def forecast_paths(
    model: Any,
    series: pd.DataFrame,
    windows: pd.DataFrame,
    split_dates: pd.DataFrame,
    scaling: dict[str, Any],
    runs: RunParameters,
) -> pd.DataFrame:
    """Forecast the restarted runs, each at once, and each test row from the truth before it, as the first of a path.

    Returns
    -------
    pandas.DataFrame
        As :func:`rnn_trading.experiments.runs.forecast_runs`, without the free run, which has no end that a path has.
    """
    from rnn_trading.models import encoder_decoder  # noqa: PLC0415  TensorFlow is imported only to forecast

    lags, values, units = windows.shape[1] - 1, series["value"], Scaling(**scaling)
    tables = []
    for part, kind in ways(values, split_dates, runs):
        if kind.kind == FREE_RUN:
            continue
        before = kind.histories(values, lags)
        inputs = units.scale(before, before).astype(np.float32)
        scaled = encoder_decoder.forecast_paths(model, inputs[:, :, None])[:, : kind.steps, 0]
        paths = units.restore(scaled, inputs[:, -1:].astype(np.float64), before)
        tables.append(kind.table(values).assign(split=part, **{MODEL: paths.ravel()}))
    return pd.concat(tables, ignore_index=True)


def beside_recursion(recursion: pd.DataFrame, rivals_of_recursion: pd.DataFrame) -> pd.DataFrame:
    """The rivals of the network that feeds on its own forecasts, and that network: one column each.

    Parameters
    ----------
    recursion, rivals_of_recursion
        Forecasts of that network and of its rivals, row by row.

    Returns
    -------
    pandas.DataFrame
        Of the same rows, but for those of a free run.

    Examples
    --------
    >>> recursion = pd.DataFrame({"run": ["restarted", "free_run", "restarted"], "prediction": [1.0, 2.0, 3.0]})
    >>> beside_recursion(recursion, pd.DataFrame({"drift": [4.0, 5.0, 6.0]})).to_dict("list")
    {'drift': [4.0, 6.0], 'recursion': [1.0, 3.0]}
    """
    table = rivals_of_recursion.assign(**{RECURSION: recursion[MODEL]})
    return table[recursion["run"] != FREE_RUN].reset_index(drop=True)


def train_on_joint_paths(
    scaled: pd.DataFrame,
    split_dates: pd.DataFrame,
    windows: macro.WindowParameters,
    split: SplitParameters,
    architecture: EncoderDecoderParameters,
    training: TrainingParameters,
    training_state: States,
    fit: FitOf,
) -> dict[str, Any]:
    """Fit the network on the training windows of several series and the paths that follow.

    Returns
    -------
    dict
        See :func:`rnn_trading.experiments.fitting.fitted`.
    """
    from rnn_trading.models.interface import Input, Interface  # noqa: PLC0415  see train_on_paths
    from rnn_trading.models.networks import Blueprint  # noqa: PLC0415
    from rnn_trading.models.sequence_network import INPUT  # noqa: PLC0415

    def rows(part: SplitName) -> Any:
        before, paths = rows_of_part(scaled.to_numpy(), split_dates, part, windows.path_steps, fit.title)
        return {INPUT: before.astype(np.float32)}, paths.astype(np.float32)

    series = scaled.shape[1]
    interface = Interface({INPUT: Input((windows.lags, series))}, outputs=series, path=windows.path_steps)
    result = fit.train(
        Blueprint(architecture, interface), rows("train"), rows(watched_part(split)), training, training_state
    )
    return fitted(result, training, watched_part(split))


def paths_over_truth(predictions: pd.DataFrame, skill: dict[str, Any], axes: AxesParameters) -> Figure:
    """Paths at once, and the runs of the other network, over the truth."""
    at_once, step_by_step = (
        format_score(each["rmse"]) for each in (skill["model"]["metrics"], skill["rivals"][RECURSION])
    )
    finding = f"Off by {at_once} {axes.unit} (RMSE) where paths are forecast at once, by {step_by_step} step by step"
    return figures.series.paths_over_truth(
        predictions, (RECURSION, RUNS_OF_RECURSION), axes.unit, axes.first_day, drawing.title(finding, skill)
    )


def of_one_series(recursion: str, plan: Plan) -> Pipeline:
    """The experiment ``RECURSION.encoder_decoder`` on the runs of an experiment on one series.

    Parameters
    ----------
    recursion
        That experiment; ``params:RECURSION.encoder_decoder`` has the blocks ``experiment``, ``model`` and ``training``.
    plan
        How many folds and seeds it has.
    """
    drawn: wiring.Drawn = {
        "outcomes_and_forecasts": paths_over_truth,
        "error_by_step": error_by_step,
        "learning_curves": drawing.learning_curves,
        "model_and_rivals": model_and_rivals,
    }
    fit = wiring.train(train_on_paths), wiring.forecast(forecast_paths)
    own = ("series", "windows", "flags", "report", "split_dates")
    return _beside(recursion, plan, [JUDGE, wiring.draw(drawn)], fit, own, ("split", "runs", "axes"))


def of_several_series(recursion: str, plan: Plan) -> Pipeline:
    """The experiment ``RECURSION.encoder_decoder`` on the path of an experiment on several series.

    Parameters
    ----------
    recursion
        That experiment; ``params:RECURSION.encoder_decoder`` has the blocks ``experiment``, ``model`` and ``training``.
    plan
        How many folds and seeds it has.
    """
    drawn: wiring.Drawn = {
        "learning_curves": partial(drawing.losses_by_seed, loss="MAE"),
        "forecasts_in_time": macro.forecasts_in_time,
        "paths": macro.paths,
        "error_by_step": macro.error_by_step,
        "model_and_rivals": partial(drawing.model_and_rivals, measured=macro.MEASURED),
    }
    at_once = wiring.given(macro.forecast_months, at_once=True)
    fit = wiring.train(train_on_joint_paths), wiring.forecast(at_once, series="params:macro")
    nodes = [wiring.judge(macro.judge, series="params:macro"), wiring.draw(drawn, series="params:macro")]
    return _beside(recursion, plan, nodes, fit, ("split_dates",), ("split", "windows"), macro.SHARED)


def _beside(
    recursion: str,
    plan: Plan,
    nodes: list[Node],
    fit: tuple[Node, ...],
    own: tuple[str, ...],
    blocks: tuple[str, ...],
    shared: tuple[str, ...] = (),
) -> Pipeline:
    """Nodes that take datasets and blocks of parameters of another experiment, and of each of its folds."""
    name = f"{recursion}.encoder_decoder"
    of_folds = of_the_folds_of(
        *(recursion, "split_dates", "scaling", "scaled"),
        recursion="model_predictions",
        rivals_of_recursion="rival_predictions",
    )
    return experiment(
        name,
        nodes,
        Folds(plan.of(name), (wiring.rivals(beside_recursion),), fit, of_folds, newest=("scaling",)),
        {inside: f"{recursion}.{inside}" for inside in own} | {each: each for each in shared},
        {f"params:{block}": f"params:{recursion}.{block}" for block in blocks},
    )
