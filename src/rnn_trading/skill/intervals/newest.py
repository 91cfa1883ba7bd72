"""Intervals of forecasts whose truth is not known yet, from the state that a record keeps."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

# Of all intervals, in percent, the narrow ones first.
LEVELS = (80, 95)
# What a width is called that is the same for every forecast.
EVERY = "every"
SIDES = ("lower", "upper")
COLUMNS = tuple(f"{side}_{level}" for level in LEVELS for side in SIDES)


def newest_intervals(
    intervals: Mapping[str, Any] | None, forecasts: pd.Series, groups: pd.Series | None = None
) -> pd.DataFrame:
    """Intervals of new forecasts, with the widths that were right when the last test rows had become known.

    Parameters
    ----------
    intervals
        ``intervals`` of a skill record; see :func:`rnn_trading.skill.intervals.judging.judge_intervals`. None, of
        probabilities and of records of before 0.13, or one that says ``why`` there are none: nothing but NaN.
    forecasts
        In the units of the predictions table: where there are two, in the original ones. Missing ones are allowed.
    groups
        Where ``intervals["newest"]["by"]`` is not None: of each forecast, in their order, the step (from 1), the
        series or the ticker that it is of. Left aside elsewhere.

    Returns
    -------
    pandas.DataFrame
        ``lower_80``, ``upper_80``, ``lower_95``, ``upper_95``: float64, in the units of the forecasts, with their
        index. NaN where a forecast is missing, or nothing was measured of its group; a new ticker has the width of all.

    Raises
    ------
    ValueError
        If widths differ by group, and no groups are given, or not as many as forecasts.

    Examples
    --------
    >>> state = {"until": "2020-01-31", "by": None, "lowest": 0.0, "widths": {"every": {"80": [1, 2], "95": [3, 4]}}}
    >>> forecasts = pd.Series([10.0, 2.0], index=["a", "b"])
    >>> print(newest_intervals({"newest": state}, forecasts))
       lower_80  upper_80  lower_95  upper_95
    a       9.0      12.0       7.0      14.0
    b       1.0       4.0       0.0       6.0
    >>> newest_intervals(None, forecasts)["upper_95"].tolist()
    [nan, nan]
    """
    newest = (intervals or {}).get("newest")
    if newest is None:
        return pd.DataFrame(np.nan, index=forecasts.index, columns=[*COLUMNS])
    of_rows = _groups(newest["by"], forecasts, groups)
    values, found = forecasts.to_numpy(dtype=float), {}
    for level in LEVELS:
        below, above = (_widths(newest["widths"], of_rows, level, side) for side in (0, 1))
        found[f"lower_{level}"] = not_below(newest["lowest"], values, values - below)
        found[f"upper_{level}"] = values + above
    return pd.DataFrame(found, index=forecasts.index)


def not_below(lowest: float | None, forecasts: Any, lower: Any) -> Any:
    """Lower ends of intervals of what is never below a value; a forecast that is stays within its interval.

    Examples
    --------
    >>> not_below(0.0, np.array([1.0, 1.0, -3.0]), np.array([0.5, -1.0, -4.0])).tolist()
    [0.5, 0.0, -3.0]
    """
    return lower if lowest is None else np.minimum(np.maximum(lower, lowest), forecasts)


def _groups(by: str | None, forecasts: pd.Series, groups: pd.Series | None) -> list[str]:
    """The name of the group of each forecast, as a record has it."""
    if by is None:
        return [EVERY] * len(forecasts)
    if groups is None or len(groups) != len(forecasts):
        given = "none" if groups is None else f"{len(groups)}"
        raise ValueError(
            f"Widths of intervals differ by {by}: expected the {by} of each of {len(forecasts)} forecasts. "
            f"Received: {given}. Give `groups`."
        )
    return [str(group) for group in groups]


def _widths(widths: Mapping[str, Any], groups: list[str], level: int, side: int) -> Any:
    """Of each forecast, how far its interval reaches below (0) or above it (1)."""
    of_groups = {name: of_group[str(level)][side] for name, of_group in widths.items()}
    return np.array([of_groups.get(group, of_groups.get(EVERY, np.nan)) for group in groups], dtype=float)
