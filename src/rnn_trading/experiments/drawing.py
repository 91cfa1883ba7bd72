"""Figures that experiments on several kinds of data have in common.

Each function takes the datasets that its arguments are named after; see :mod:`rnn_trading.experiments.wiring`.
"""

from typing import Any

import pandas as pd

from rnn_trading import figures
from rnn_trading.figures import Figure
from rnn_trading.skill.formats import words

# Of each headline metric, its name on an axis, and its value for a forecast without skill, where it has one.
METRICS: dict[str, tuple[str, float | None]] = {
    "auc": ("AUC", 0.5),
    "ic_mean": ("Mean weekly IC", 0.0),
    "rank_correlation": ("Rank correlation", 0.0),
    "ic": ("Information coefficient", 0.0),
    "r2": ("R2", 0.0),
    "rmse": ("RMSE", None),
    "mae": ("MAE", None),
}


def title(what: str, skill: dict[str, Any]) -> str:
    """What a figure shows, and below it the experiment, the protocol, and whether the data are simulated."""
    simulated = ", simulated data" if skill["data"].get("simulated") else ""
    return f"{what}\n{skill['experiment']}, {words(skill['protocol'])}{simulated}"


def learning_curves(
    history: pd.DataFrame, training: dict[str, Any], skill: dict[str, Any], *, unit: str = "scaled units"
) -> Figure:
    """Every recorded quantity by epoch; ``unit`` is that of the target."""
    stopped = training["best_epoch"], training["stopped_on"]
    return figures.panels.learning_curves(history, *stopped, unit, title("Training", skill))


def losses_by_seed(history: pd.DataFrame, training: dict[str, Any], skill: dict[str, Any], *, loss: str) -> Figure:
    """What decided, of every network of an average; ``loss`` is what its loss is called.

    The mean absolute error is shown where it is recorded: there it decides.
    """
    quantity = ("mae", "MAE") if (history["quantity"] == "mae").any() else ("loss", loss)
    stopped = training["best_epoch"], training["stopped_on"]
    return figures.panels.losses_by_seed(history, *stopped, quantity, title("Training", skill))


def model_and_rivals(skill: dict[str, Any], *, measured: str = "on the test rows") -> Figure:
    """The headline score of the model beside that of its rivals; ``measured`` says on what, and in which unit."""
    metric = skill["headline"]["metric"]
    name, no_skill = METRICS[metric]
    return figures.panels.model_beside_rivals(
        skill, metric, f"{name} {measured}", no_skill, title("Model beside its rivals", skill)
    )


def error_by_step(skill: dict[str, Any], *, unit: str) -> Figure:
    """Error of runs of several steps by step, of the model and of its rivals."""
    return figures.panels.error_by_step(
        skill["model"]["metrics"]["rmse_by_step"],
        {name: metrics["rmse_by_step"] for name, metrics in skill["rivals"].items()},
        ("Steps ahead", f"RMSE ({unit})"),
        title("Error by step", skill),
    )
