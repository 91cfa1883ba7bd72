"""The level: what was published of the training rows, and its figures."""

from typing import Any

import pandas as pd

from rnn_trading import figures
from rnn_trading.experiments import drawing
from rnn_trading.figures import Figure
from rnn_trading.skill.metrics.series import LAST_VALUE
from rnn_trading.skill.rows import MODEL
from rnn_trading.skill.tasks import TASKS

POINTS, SCALED = "index points", "scaled units"


def add_training_metrics(
    model_predictions: pd.DataFrame, windows: pd.DataFrame, training: dict[str, Any]
) -> dict[str, Any]:
    """Add the metrics of the level on the training rows of the last fold, which were published too.

    Parameters
    ----------
    model_predictions, windows, training
        Of the networks that are judged.

    Returns
    -------
    dict
        ``training``, with ``training_rows``.
    """
    train = last_training_rows(model_predictions)
    with_last = train.assign(**{LAST_VALUE: windows.loc[train.index, "1"]})
    return {**training, "training_rows": TASKS["level"].evaluate(with_last, MODEL)}


def last_training_rows(model_predictions: pd.DataFrame) -> pd.DataFrame:
    """Of the fold that trained on most; earlier folds tested some of them."""
    last = model_predictions["fold"] == model_predictions["fold"].max()
    return model_predictions[last & (model_predictions["split"] == "train")]


def rolling_rmse(
    history: pd.DataFrame, training: dict[str, Any], skill: dict[str, Any], *, unit: str = SCALED
) -> Figure:
    """The published figure of the training; of several fits, that of the last fold and its first seed."""
    history, training, which = drawing.last_fit(history, training)
    stopped = drawing.watched(training)
    kept = drawing.kept(history, *stopped)
    title = drawing.title(f"{kept} ({which})" if which else kept, skill)
    return figures.series.rolling_rmse(history, *stopped, unit, title)


def panel(model_predictions: pd.DataFrame, skill: dict[str, Any]) -> Figure:
    """The published panel: forecasts in time and against outcomes, errors of training and test rows."""
    metrics = {"train": skill["model"]["training_rows"], "test": skill["model"]["metrics"]}
    title = drawing.title(f"Next-day level: {drawing.headline_against(skill)}", skill)
    test = model_predictions[model_predictions["split"] == "test"]
    rows = pd.concat([last_training_rows(model_predictions), test])
    return figures.series.level_panel(rows, metrics, POINTS, title)
