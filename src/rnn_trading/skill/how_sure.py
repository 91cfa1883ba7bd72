"""How sure forecasts are: intervals of those that are numbers, calibration of those that are probabilities."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from rnn_trading.skill.calibration import judge_calibration
from rnn_trading.skill.intervals.judging import judge_intervals
from rnn_trading.skill.tasks import TaskName


def how_sure(
    name: TaskName,
    predictions: pd.DataFrame,
    validation: pd.DataFrame | None,
    rivals: list[str],
    months: Sequence[str],
    overlap: int,
) -> dict[str, Any]:
    """``intervals`` and ``calibration`` of a record, of which one is None; nothing of it decides.

    Parameters
    ----------
    name, predictions, validation, rivals, months, overlap
        See :func:`rnn_trading.skill.intervals.judging.judge_intervals`.

    Examples
    --------
    >>> table = pd.DataFrame({"id": [1, 2], "truth": [0.0, 1.0], "prediction": [0.2, 0.7], "prior": 0.5})
    >>> found = how_sure("sentiment", table, None, ["prior"], [], 1)
    >>> found["intervals"], round(found["calibration"]["ways"]["as_forecast"]["calibration_error"], 3)
    (None, 0.25)
    """
    return {
        "intervals": judge_intervals(name, predictions, validation, rivals, months, overlap),
        "calibration": judge_calibration(name, predictions, validation, rivals),
    }
