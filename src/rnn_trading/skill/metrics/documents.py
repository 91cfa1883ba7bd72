"""Metrics of probabilities of documents, which are independent of each other and have no date."""

from typing import Any

import numpy as np
import scipy

from rnn_trading.skill.inference.auc import auc_interval
from rnn_trading.skill.inference.means import POWER, SIGNIFICANCE
from rnn_trading.skill.losses import Loss, Vector
from rnn_trading.skill.metrics.panels import classification_metrics
from rnn_trading.skill.metrics.reliability import calibration_error, reliability

ROUNDING = 1e-12


def evaluate_documents(forecast: Vector, truth: Vector) -> dict[str, Any]:
    """All metrics of one forecast.

    Parameters
    ----------
    forecast
        Probability of label 1, ``(documents,)``, none missing.
    truth
        0 or 1, ``(documents,)``.

    Returns
    -------
    dict
        ``auc``, ``auc_interval`` (95 %), ``accuracy`` (at .5), ``log_loss``, ``brier`` (mean squared error),
        ``calibration_error`` (see :func:`rnn_trading.skill.metrics.reliability.calibration_error`), ``documents``.
        Without documents there is nothing but ``documents``.

    Examples
    --------
    >>> metrics = evaluate_documents(np.array([0.9, 0.9, 0.3, 0.1]), np.array([1, 1, 0, 0]))
    >>> metrics["auc"], metrics["accuracy"], round(metrics["brier"], 3)
    (1.0, 1.0, 0.03)
    """
    forecast, truth = np.asarray(forecast, dtype=float), np.asarray(truth, dtype=float)
    if len(truth) == 0:
        return {"documents": 0}
    return classification_metrics(forecast, truth) | {
        "auc_interval": auc_interval(forecast, truth),
        "brier": float(((forecast - truth) ** 2).mean()),
        "calibration_error": calibration_error(reliability(forecast, truth)),
        "documents": len(truth),
    }


def compare_document_losses(loss: Loss, forecast: Vector, rival: Vector, truth: Vector) -> dict[str, Any]:
    """Paired t-test of the losses of two forecasts of the same, independent documents.

    Parameters
    ----------
    loss
        Loss of a document.
    forecast, rival, truth
        Probabilities of label 1, and 0 or 1, ``(documents,)``, none missing.

    Returns
    -------
    dict
        ``name``, ``loss``, ``statistic`` (negative: the forecast has the smaller loss), ``p_value`` (two-sided),
        ``documents``, ``mean_difference``, and ``detectable_difference``: the mean difference that such a test at 5 %
        would find four times out of five. NaN with fewer than two documents or where the losses never differ.

    Examples
    --------
    The squared errors of the forecast are .25 each, those of the rival 1, .25 and .25. Their differences are -.75, 0
    and 0, with a mean of -.25 and a standard error of .25.

    >>> from rnn_trading.skill.losses import SQUARED_ERROR
    >>> forecast, rival, truth = np.array([0.5, 0.5, 0.5]), np.array([0.0, 0.5, 0.5]), np.array([1.0, 1.0, 1.0])
    >>> test = compare_document_losses(SQUARED_ERROR, forecast, rival, truth)
    >>> test["mean_difference"], round(test["statistic"], 6), round(test["p_value"], 3)
    (-0.25, -1.0, 0.423)
    """
    difference = loss.of(forecast, truth) - loss.of(rival, truth)
    statistic = p_value = detectable = float("nan")
    if len(difference) > 1 and np.ptp(difference) > ROUNDING:
        result = scipy.stats.ttest_1samp(difference, 0.0)
        statistic, p_value = float(result.statistic), float(result.pvalue)
        quantiles = scipy.stats.t.ppf([1 - SIGNIFICANCE / 2, POWER], len(difference) - 1)
        detectable = float(quantiles.sum() * scipy.stats.sem(difference))
    return {
        "name": "Paired t",
        "loss": f"{loss.name} by document",
        "statistic": statistic,
        "p_value": p_value,
        "mean_difference": float(difference.mean()) if len(difference) else float("nan"),
        "detectable_difference": detectable,
        "documents": len(difference),
    }
