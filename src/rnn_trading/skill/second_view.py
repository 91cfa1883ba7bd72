"""Tests of losses, and others, that do not decide: the second view of a model and its rivals."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.series.series import TRUTH
from rnn_trading.skill.inference.comparison import clark_west, compare_losses
from rnn_trading.skill.losses import Loss
from rnn_trading.skill.metrics.documents import compare_document_losses
from rnn_trading.skill.metrics.filings import compare_filing_losses, compare_filing_ranks
from rnn_trading.skill.rows import MODEL, Metrics, best, rows_of

Tests = list[dict[str, Any]]
Comparison = Callable[[pd.DataFrame, dict[str, Metrics], int], Tests]
VAR = "vector_autoregression"
# Rivals that a model contains: with the right weights it would forecast the same.
NESTED = ("zero", "constant_share", "training_mean", "persistence")


def by_loss(
    loss: Loss, table: pd.DataFrame, metrics: dict[str, Metrics], overlap: int, only: dict[str, str] | None = None
) -> Tests:
    """Diebold-Mariano against every rival, the one with the smallest mean loss first; nothing without rows.

    Parameters
    ----------
    loss
        Loss of a row.
    table
        Keys, ``prediction``, ``truth``, rivals.
    metrics
        Has the names of the rivals.
    overlap
        See :func:`rnn_trading.skill.inference.comparison.compare_losses`.
    only
        Values of key columns: the rows to compare on, of a table that has several kinds.

    Returns
    -------
    list of dict
        ``rival``, the values of ``only``, and what :func:`rnn_trading.skill.inference.comparison.compare_losses` gives.
        A rival whose mean loss is NaN is left out.

    Examples
    --------
    The squared errors of the model are 1 and 0 in turn, those of the rivals 4 and 9.

    >>> from rnn_trading.skill.losses import SQUARED_ERROR
    >>> truth = pd.Series(np.arange(6.0))
    >>> table = pd.DataFrame({"date": pd.date_range("2020-01-01", periods=6), "truth": truth})
    >>> table = table.assign(prediction=truth + [1, 0, 1, 0, 1, 0], persistence=truth - 2, drift=truth + 3)
    >>> for test in by_loss(SQUARED_ERROR, table, {"prediction": {}, "drift": {}, "persistence": {}}, overlap=1):
    ...     print(test["rival"], test["mean_difference"], test["dates"])
    persistence -3.5 6
    drift -8.5 6
    """
    rows = table[rows_of(table, only or {})]
    if rows.empty:
        return []
    truth, dates = rows[TRUTH].to_numpy(), pd.DatetimeIndex(rows["date"])
    mean_loss = {name: float(np.mean(loss.of(rows[name].to_numpy(), truth))) for name in _rivals(metrics)}
    defined = sorted((value, name) for name, value in mean_loss.items() if not math.isnan(value))
    return [
        {"rival": name, **(only or {})}
        | compare_losses(loss, rows[MODEL].to_numpy(), rows[name].to_numpy(), truth, dates, overlap)
        for _, name in defined
    ]


def by_clark_west(
    table: pd.DataFrame, metrics: dict[str, Metrics], overlap: int, only: dict[str, str] | None = None
) -> Tests:
    """Clark and West's test against the rivals that a model contains: it takes off what fitting more costs in noise.

    Examples
    --------
    >>> table = pd.DataFrame({"date": pd.date_range("2020-01-01", periods=6), "truth": [2.0, -1.0, 2.0, -2.0, 2, -1]})
    >>> table = table.assign(prediction=[1.0, -1.0, 1.0, -1.0, 1.0, -1.0], zero=0.0, ridge=1.0)
    >>> [(test["rival"], test["mean_difference"]) for test in by_clark_west(table, {"zero": {}, "ridge": {}}, 1)]
    [('zero', 3.3333333333333335)]
    """
    rows = table[rows_of(table, only or {})]
    if rows.empty:
        return []
    model, truth, dates = rows[MODEL].to_numpy(), rows[TRUTH].to_numpy(), pd.DatetimeIndex(rows["date"])
    return [
        {"rival": name, **(only or {})} | clark_west(model, rows[name].to_numpy(), truth, dates, overlap)
        for name in _rivals(metrics)
        if name in NESTED
    ]


def by_loss_of_series(
    loss: Loss, table: pd.DataFrame, metrics: dict[str, Metrics], overlap: int, only: dict[str, str]
) -> Tests:
    """For every series by itself, :func:`by_loss` against its best rival and against the vector autoregression."""
    tests = []
    for name in table["series"].unique():
        of_series = by_loss(loss, table, metrics, overlap, only | {"series": name})
        tests += [test for place, test in enumerate(of_series) if place == 0 or test["rival"] == VAR]
    return tests


def by_document_loss(loss: Loss, metric: str, table: pd.DataFrame, metrics: dict[str, Metrics], _: int) -> Tests:
    """Paired test of a loss of documents against the rival that is best by a metric of it, smaller being better.

    Examples
    --------
    >>> from rnn_trading.skill.losses import LOG_LOSS
    >>> table = pd.DataFrame({"truth": [1.0, 0.0], "prediction": [0.5, 0.5], "counts": [0.5, 0.5]})
    >>> metrics = {"counts": {"log_loss": 0.69}, "mean": {"log_loss": 0.9}}
    >>> test = by_document_loss(LOG_LOSS, "log_loss", table, metrics, 1)[0]
    >>> test["rival"], test["mean_difference"], test["p_value"]
    ('counts', 0.0, nan)
    """
    rival = best(_rivals(metrics), metric, larger_is_better=False)
    if rival is None:
        return []
    forecasts = (table[name].to_numpy() for name in (MODEL, rival, TRUTH))
    return [{"rival": rival} | compare_document_losses(loss, *forecasts)]


def by_filing_loss(table: pd.DataFrame, metrics: dict[str, Metrics], _: int) -> Tests:
    """Difference in squared error to the rival with the smallest one.

    Examples
    --------
    >>> table = pd.DataFrame({"date": ["2020-03-02", "2020-03-09"], "truth": [0.0, 0.0]})
    >>> table = table.assign(prediction=[1.0, 1.0], zero=[0.0, 2.0])
    >>> test = by_filing_loss(table, {"zero": {"rmse": 1.41}}, 1)[0]
    >>> test["rival"], test["mean_difference"], test["weeks"]
    ('zero', -1.0, 2)
    """
    rival = best(_rivals(metrics), "rmse", larger_is_better=False)
    return [] if rival is None else [{"rival": rival} | compare_filing_losses(table, MODEL, rival)]


def by_filing_rank(table: pd.DataFrame, metrics: dict[str, Metrics], _: int) -> Tests:
    """Difference in information coefficient to the rival that ranks best; nothing if no rival ranks.

    Examples
    --------
    >>> table = pd.DataFrame({"date": ["2020-03-02"] * 3, "firm": ["A", "B", "C"], "truth": [1, 2, 3]})
    >>> table = table.assign(prediction=[1, 2, 3], momentum=[3, 2, 1])
    >>> tests = by_filing_rank(table, {"momentum": {"ic": -1.0}}, 1)
    >>> [(test["rival"], round(test["mean_difference"], 6)) for test in tests]
    [('momentum', 2.0), ('momentum', 2.0)]
    """
    rival = best(_rivals(metrics), "ic", larger_is_better=True)
    if rival is None:
        return []
    return [{"rival": rival} | compared for compared in compare_filing_ranks(table, MODEL, rival)]


def _rivals(metrics: dict[str, Metrics]) -> dict[str, Metrics]:
    return {name: values for name, values in metrics.items() if name != MODEL}
