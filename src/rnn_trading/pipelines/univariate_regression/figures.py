"""The figures of each experiment, published ones first."""

from datetime import date
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from rnn_trading.figures import panels as plots
from rnn_trading.figures import series as series_plots
from rnn_trading.parameters import parameters
from rnn_trading.series.scaling import Scaling
from rnn_trading.skill.record import Experiment
from rnn_trading.skill.tasks import TASKS

POINTS, PERCENT, SCALED = "index points", "absolute return, %", "scaled units"


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


def draw_level(
    forecasts: pd.DataFrame,
    history: pd.DataFrame,
    training_summary: dict[str, Any],
    skill: dict[str, Any],
    experiment: Experiment,
) -> dict[str, Figure]:
    """Both published figures, and the network beside its rivals.

    Returns
    -------
    dict
        ``rolling_rmse``, ``panel``, ``model_and_rivals``.
    """
    where = _where(experiment, skill)
    metrics = {"train": skill["model"]["training_rows"], "test": skill["model"]["metrics"]}
    return {
        "rolling_rmse": series_plots.rolling_rmse(
            *(history, training_summary["best_epoch"], training_summary["stopped_on"]), SCALED, f"Training\n{where}"
        ),
        "panel": series_plots.level_panel(forecasts, metrics, POINTS, f"Next-day level\n{where}"),
        "model_and_rivals": plots.model_beside_rivals(
            skill, "rmse", f"RMSE on the test rows ({POINTS})", None, f"Model beside its rivals\n{where}"
        ),
    }


def draw_volatility(
    predictions: pd.DataFrame,
    history: pd.DataFrame,
    training_summary: dict[str, Any],
    skill: dict[str, Any],
    experiment: Experiment,
) -> dict[str, Figure]:
    """Training, forecasts, and the network beside its rivals.

    Returns
    -------
    dict
        ``learning_curves``, ``outcomes_and_forecasts``, ``model_and_rivals``.
    """
    where = _where(experiment, skill)
    best = TASKS[experiment.task].headline.best(skill["rivals"])
    return {
        "learning_curves": _learning_curves(history, training_summary, where),
        "outcomes_and_forecasts": series_plots.series_and_forecasts(
            predictions, best or skill["tests"][0]["rival"], PERCENT, f"Next-day volatility\n{where}"
        ),
        "model_and_rivals": plots.model_beside_rivals(
            skill, "r2", "R2 on the test rows", 0.0, f"Model beside its rivals\n{where}"
        ),
    }


def draw_comparison(comparison: dict[str, Any], protocol: str) -> Figure:
    """All networks and rivals of the volatility, with the model confidence sets."""
    return series_plots.networks_and_rivals(
        comparison, f"Next-day volatility: networks and rivals\n{protocol.replace('_', ' ')}"
    )


def draw_runs(
    predictions: pd.DataFrame,
    history: pd.DataFrame,
    training_summary: dict[str, Any],
    skill: dict[str, Any],
    experiment: Experiment,
    axes: AxesParameters,
) -> dict[str, Figure]:
    """The published forecasts over the truth, their error by step, training, and the network beside its rivals.

    Returns
    -------
    dict
        ``outcomes_and_forecasts``, ``error_by_step``, ``learning_curves``, ``model_and_rivals``.
    """
    where = _where(experiment, skill)
    first_day = None if axes.first_point is None else pd.Timestamp(axes.first_point)
    forecasts = series_plots.runs_over_truth(predictions, axes.unit, first_day, f"Forecasts of several steps\n{where}")
    return {"outcomes_and_forecasts": forecasts, **_of_any_runs(history, training_summary, skill, axes.unit, where)}


def draw_mid_price(
    predictions: pd.DataFrame,
    evolution: pd.DataFrame,
    averages: pd.DataFrame,
    run_scaling: dict[str, Any],
    history: pd.DataFrame,
    training_summary: dict[str, Any],
    skill: dict[str, Any],
    experiment: Experiment,
) -> dict[str, Figure]:
    """The published averages and the evolution of forecasts, and what they lacked.

    Returns
    -------
    dict
        ``one_step_averages``, ``evolution_of_forecasts``, ``error_by_step``, ``learning_curves``,
        ``model_and_rivals``.
    """
    where, units = _where(experiment, skill), Scaling(**run_scaling)
    in_points = evolution.assign(forecast=evolution["forecast"] * units.size + units.offset)
    return {
        "one_step_averages": series_plots.one_step_averages(
            averages, skill["data"]["one_step_averages_half_mse"], f"Averaging, one step ahead\n{where}"
        ),
        "evolution_of_forecasts": series_plots.evolution_of_forecasts(
            predictions, in_points, training_summary["best_epoch"], POINTS, f"Evolution of forecasts\n{where}"
        ),
        **_of_any_runs(history, training_summary, skill, POINTS, where),
    }


def _of_any_runs(
    history: pd.DataFrame, training_summary: dict[str, Any], skill: dict[str, Any], unit: str, where: str
) -> dict[str, Figure]:
    return {
        "error_by_step": plots.error_by_step(
            skill["model"]["metrics"]["rmse_by_step"],
            {name: metrics["rmse_by_step"] for name, metrics in skill["rivals"].items()},
            ("Steps ahead", f"RMSE ({unit})"),
            f"Error by step\n{where}",
        ),
        "learning_curves": _learning_curves(history, training_summary, where),
        "model_and_rivals": plots.model_beside_rivals(
            skill, "rmse", f"RMSE over all steps ({unit})", None, f"Model beside its rivals\n{where}"
        ),
    }


def _learning_curves(history: pd.DataFrame, training_summary: dict[str, Any], where: str) -> Figure:
    best_epoch, stopped_on = training_summary["best_epoch"], training_summary["stopped_on"]
    return plots.learning_curves(history, best_epoch, stopped_on, SCALED, f"Training\n{where}")


def _where(experiment: Experiment, skill: dict[str, Any]) -> str:
    return f"{experiment.name}, {skill['protocol'].replace('_', ' ')}"
