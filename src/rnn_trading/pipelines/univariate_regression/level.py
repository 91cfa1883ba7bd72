"""The level: what was published of its training rows, and its figures."""

from typing import Any

import pandas as pd

from rnn_trading import figures
from rnn_trading.experiments import drawing
from rnn_trading.figures import Figure
from rnn_trading.skill.metrics.series import LAST_VALUE
from rnn_trading.skill.tasks import MODEL, TASKS

POINTS, SCALED = "index points", "scaled units"


def add_training_metrics(
    model_predictions: pd.DataFrame, windows: pd.DataFrame, training: dict[str, Any]
) -> dict[str, Any]:
    """Add the metrics of the level on the training rows, as ``training_rows``: they were published too."""
    train = model_predictions[model_predictions["split"] == "train"]
    rows = train.assign(**{LAST_VALUE: windows.loc[train.index, "1"]})
    return {**training, "training_rows": TASKS["level"].evaluate(rows, MODEL)}


def rolling_rmse(history: pd.DataFrame, training: dict[str, Any], skill: dict[str, Any]) -> Figure:
    """The published figure of the training."""
    stopped = training["best_epoch"], training["stopped_on"]
    return figures.series.rolling_rmse(history, *stopped, SCALED, drawing.title("Training", skill))


def panel(model_predictions: pd.DataFrame, skill: dict[str, Any]) -> Figure:
    """The published panel: forecasts in time and against outcomes, errors of training and test rows."""
    metrics = {"train": skill["model"]["training_rows"], "test": skill["model"]["metrics"]}
    return figures.series.level_panel(model_predictions, metrics, POINTS, drawing.title("Next-day level", skill))
