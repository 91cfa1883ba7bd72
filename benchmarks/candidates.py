"""Tests that could decide over forecasts, each against one rival; see ``power.py``."""

from collections.abc import Callable

import pandas as pd

from rnn_trading.skill.inference.comparison import clark_west, compare_losses
from rnn_trading.skill.losses import LOG_LOSS, SQUARED_ERROR, Loss
from rnn_trading.skill.metrics.documents import compare_document_losses
from rnn_trading.skill.metrics.filings import compare_filing_losses
from rnn_trading.skill.rows import MODEL
from rnn_trading.skill.statistics import TRUTH
from rnn_trading.skill.tasks import TASKS, TaskName

Candidate = Callable[[pd.DataFrame, int], tuple[float, float]]  # p-value and gain


def _by_loss(loss: Loss, rival: str, scale: str | None = None) -> Candidate:
    """Diebold-Mariano against a rival; errors in units of a column, where one is named."""

    def test(table: pd.DataFrame, overlap: int) -> tuple[float, float]:
        unit = 1.0 if scale is None else table[scale].to_numpy()
        one, other, truth = (table[name].to_numpy() / unit for name in (MODEL, rival, TRUTH))
        found = compare_losses(loss, one, other, truth, pd.DatetimeIndex(table["date"]), overlap)
        return found["p_value"], -found["mean_difference"]

    return test


def _by_clark_west(rival: str) -> Candidate:
    def test(table: pd.DataFrame, overlap: int) -> tuple[float, float]:
        one, other, truth = (table[name].to_numpy() for name in (MODEL, rival, TRUTH))
        found = clark_west(one, other, truth, pd.DatetimeIndex(table["date"]), overlap)
        return 2 * found["p_value"], found["mean_difference"]  # two-sided, as the others

    return test


def _by_statistic(rival: str, task: TaskName) -> Candidate:
    def test(table: pd.DataFrame, overlap: int) -> tuple[float, float]:
        found = TASKS[task].statistic.of(table, MODEL, rival, overlap)
        return found.p_value, TASKS[task].statistic.gain(found)

    return test


def _by_documents(loss: Loss, rival: str) -> Candidate:
    def test(table: pd.DataFrame, _: int) -> tuple[float, float]:
        found = compare_document_losses(loss, *(table[name].to_numpy() for name in (MODEL, rival, TRUTH)))
        return found["p_value"], -found["mean_difference"]

    return test


def _by_filings(rival: str) -> Candidate:
    def test(table: pd.DataFrame, _: int) -> tuple[float, float]:
        found = compare_filing_losses(table, MODEL, rival)
        return found["p_value"], -found["mean_difference"]

    return test


# Tests that could decide, each against one rival; the last of each kind does.
CANDIDATES: dict[TaskName, dict[str, Candidate]] = {
    "regression": {
        "by squared error (zero)": _by_loss(SQUARED_ERROR, "zero"),
        "by Clark-West (zero)": _by_clark_west("zero"),
        "by rank (zero)": _by_statistic("zero", "regression"),
    },
    "classification": {
        "by log-loss (constant)": _by_loss(LOG_LOSS, "constant_share"),
        "by rank (constant)": _by_statistic("constant_share", "classification"),
    },
    "volatility": {
        "by squared error (egarch)": _by_loss(SQUARED_ERROR, "egarch"),
        "by QLIKE (egarch)": _by_statistic("egarch", "volatility"),
    },
    "level": {
        "by points (persistence)": _by_loss(SQUARED_ERROR, "persistence"),
        "by Clark-West (persistence)": _by_clark_west("persistence"),
        "by squared return (persistence)": _by_loss(SQUARED_ERROR, "persistence", "persistence"),
        "by standardised return (persistence)": _by_statistic("persistence", "level"),
    },
    "runs": {
        "by points (persistence)": _by_loss(SQUARED_ERROR, "persistence"),
        "by squared change (persistence)": _by_loss(SQUARED_ERROR, "persistence", "persistence"),
        "by error of a run (persistence)": _by_statistic("persistence", "runs"),
    },
    "macro": {
        "by squared error (autoregression)": _by_loss(SQUARED_ERROR, "autoregression"),
        "by absolute error (autoregression)": _by_statistic("autoregression", "macro"),
    },
    "sentiment": {
        "by log-loss (TF-IDF)": _by_documents(LOG_LOSS, "tfidf_logistic_regression"),
        "by DeLong (TF-IDF)": _by_statistic("tfidf_logistic_regression", "sentiment"),
    },
    "stars": {
        "by squared error (TF-IDF)": _by_documents(SQUARED_ERROR, "tfidf_ridge"),
        "by rank (TF-IDF)": _by_statistic("tfidf_ridge", "stars"),
    },
    "filings": {
        "by squared error (zero)": _by_filings("zero"),
        "by rank (zero)": _by_statistic("zero", "filings"),
    },
}
