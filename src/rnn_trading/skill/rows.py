"""Rows of predictions, and the best of several forecasts."""

import math
from typing import Any

import pandas as pd

MODEL = "prediction"
# Column that says of which fold a row is, from 1; a table without it has one fold.
FOLD = "fold"
# Column that says when the truth of a row became known, where that is neither its date nor its target's.
KNOWN = "known"
Metrics = dict[str, Any]


def rows_of(table: pd.DataFrame, only: dict[str, str]) -> pd.Series:
    """Mask of the rows whose key columns have the values given.

    Examples
    --------
    >>> table = pd.DataFrame({"run": ["one_step", "path", "one_step"], "series": ["cpi", "cpi", "rate"]})
    >>> rows_of(table, {"run": "one_step", "series": "cpi"}).tolist()
    [True, False, False]
    >>> rows_of(table, {}).tolist()
    [True, True, True]
    """
    mask = pd.Series(True, index=table.index)
    for key, value in only.items():
        mask &= table[key] == value
    return mask


def folds_in(table: pd.DataFrame) -> list[int]:
    """The folds of a table, in ascending order; of one without the column, there is one.

    Examples
    --------
    >>> folds_in(pd.DataFrame({"fold": [2, 1, 2]})), folds_in(pd.DataFrame({"truth": [0.5]}))
    ([1, 2], [1])
    """
    return sorted(int(fold) for fold in table[FOLD].unique()) if FOLD in table else [1]


def best(metrics: dict[str, Metrics], metric: str, larger_is_better: bool) -> str | None:
    """Name of the forecast that is best by a metric; None if none has it.

    Examples
    --------
    >>> metrics = {"counts": {"auc": 0.8}, "mean": {"auc": float("nan")}, "coin": {}}
    >>> best(metrics, "auc", larger_is_better=True)
    'counts'
    """
    scores = {name: values.get(metric, math.nan) for name, values in metrics.items()}
    scores = {name: score for name, score in scores.items() if not math.isnan(score)}
    if not scores:
        return None
    return (max if larger_is_better else min)(scores, key=scores.__getitem__)
