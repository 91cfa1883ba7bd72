"""Metrics of probabilities of documents, which are independent of each other and have no date."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from rnn_trading.skill.inference.auc import auc_interval
from rnn_trading.skill.inference.comparison import POWER, SIGNIFICANCE
from rnn_trading.skill.metrics.panels import Loss, Vector, classification_metrics

CALIBRATION_BINS = 10
ROUNDING = 1e-12


def evaluate_documents(forecast: Vector, truth: Vector) -> dict[str, Any]:
    """All metrics of one forecast.

    Parameters
    ----------
    forecast
        Probability of label 1, ``(documents,)``.
    truth
        0 or 1, ``(documents,)``.

    Returns
    -------
    dict
        ``auc``, ``auc_interval`` (95 %), ``accuracy`` (at .5), ``log_loss``, ``brier`` (mean squared error),
        ``calibration_error`` (mean absolute distance of the share of positives from the mean probability, over the bins
        of :func:`calibration`, weighted by their documents), ``calibration`` (these bins), ``documents``.
    """
    forecast, truth = np.asarray(forecast, dtype=float), np.asarray(truth, dtype=float)
    if len(truth) == 0:
        return {"documents": 0}
    bins = calibration(forecast, truth)
    distance = (bins["share"] - bins["probability"]).abs()
    return classification_metrics(forecast, truth) | {
        "auc_interval": auc_interval(forecast, truth),
        "brier": float(((forecast - truth) ** 2).mean()),
        "calibration_error": float(np.average(distance, weights=bins["documents"])),
        "calibration": bins.to_dict(orient="list"),
        "documents": len(truth),
    }


def calibration(forecast: Vector, truth: Vector) -> pd.DataFrame:
    """Promised and observed shares of positives, in ten bins of equal width.

    Returns
    -------
    pandas.DataFrame
        One row a bin that has documents: ``probability`` (mean forecast), ``share`` (of positives), ``documents``.
    """
    bins = np.minimum((np.asarray(forecast) * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    table = pd.DataFrame({"bin": bins, "probability": forecast, "share": truth})
    groups = table.groupby("bin")
    return groups[["probability", "share"]].mean().assign(documents=groups.size()).reset_index(drop=True)


def compare_document_losses(loss: Loss, forecast: Vector, rival: Vector, truth: Vector) -> dict[str, Any]:
    """Paired t-test of the losses of two forecasts of the same, independent documents.

    Returns
    -------
    dict
        ``name``, ``loss``, ``statistic`` (negative: the forecast has the smaller loss), ``p_value`` (two-sided),
        ``documents``, ``mean_difference``, and ``detectable_difference``: the mean difference that such a test at 5 %
        would find four times out of five. NaN with fewer than two documents or where the losses never differ.
    """
    difference = loss.of(forecast, truth) - loss.of(rival, truth)
    statistic = p_value = detectable = float("nan")
    if len(difference) > 1 and np.ptp(difference) > ROUNDING:
        result = stats.ttest_1samp(difference, 0.0)
        statistic, p_value = float(result.statistic), float(result.pvalue)
        quantiles = stats.t.ppf([1 - SIGNIFICANCE / 2, POWER], len(difference) - 1)
        detectable = float(quantiles.sum() * stats.sem(difference))
    return {
        "name": "Paired t",
        "loss": f"{loss.name} by document",
        "statistic": statistic,
        "p_value": p_value,
        "mean_difference": float(difference.mean()) if len(difference) else float("nan"),
        "detectable_difference": detectable,
        "documents": len(difference),
    }
