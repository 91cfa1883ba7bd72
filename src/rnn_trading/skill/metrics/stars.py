"""Metrics of forecasts of an ordered label, such as stars."""

from typing import Any

import numpy as np

from rnn_trading.skill.inference.auc import auc_interval, placements
from rnn_trading.skill.inference.rank_correlation import rank_correlation
from rnn_trading.skill.losses import Vector


def evaluate_stars(forecast: Vector, truth: Vector) -> dict[str, Any]:
    """All metrics of one forecast.

    Parameters
    ----------
    forecast
        Expected label, ``(documents,)``, none missing.
    truth
        Label, whole numbers, ``(documents,)``.

    Returns
    -------
    dict
        ``rank_correlation`` (Spearman), ``rmse`` and ``mae`` in labels, ``accuracy`` (share of forecasts that, rounded
        to a whole number, are the label), ``auc`` of labels above the middle against those below, with
        ``auc_interval`` (95 %), and ``documents``. The middle lies half-way between the smallest and the largest label
        of these documents; documents whose label is the middle are left out of the AUC, which is NaN without any on
        one side. Without documents there is nothing but ``documents``.

    Examples
    --------
    >>> metrics = evaluate_stars(np.array([1.2, 2.0, 4.4, 3.9]), np.array([1, 3, 4, 5]))
    >>> round(metrics["rank_correlation"], 6), metrics["accuracy"], metrics["auc"]
    (0.8, 0.5, 1.0)
    >>> round(metrics["mae"], 3), round(metrics["rmse"], 3)
    (0.675, 0.776)
    """
    forecast, truth = np.asarray(forecast, dtype=float), np.asarray(truth, dtype=float)
    if len(truth) == 0:
        return {"documents": 0}
    middle = (truth.min() + truth.max()) / 2
    away = truth != middle
    positive = (truth[away] > middle).astype(float)
    both = len(positive) > 0 and np.ptp(positive) > 0
    return {
        "rank_correlation": rank_correlation(forecast, truth),
        "rmse": float(np.sqrt(((forecast - truth) ** 2).mean())),
        "mae": float(np.abs(forecast - truth).mean()),
        "accuracy": float((np.rint(forecast) == truth).mean()),
        "auc": float(placements(forecast[away], positive)[0].mean()) if both else float("nan"),
        "auc_interval": auc_interval(forecast[away], positive) if both else [float("nan")] * 2,
        "documents": len(truth),
    }
