"""Probabilities that are said again so that they are what they promise: by a logistic curve, or by steps.

Both are fitted on the validation rows, fold by fold, and judged on the test rows. Steps keep the order of the rows of a
fold, or make some equal. A curve keeps it, too, unless forecasts of the validation rows are more often wrong than
right: then it falls. No finding rests on either.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import scipy

from rnn_trading.skill.formats import format_score
from rnn_trading.skill.losses import LOG_LOSS, PROBABILITY_FLOOR, Vector
from rnn_trading.skill.metrics.reliability import calibration_error, error_by_luck, reliability
from rnn_trading.skill.rows import FOLD, MODEL, folds_in
from rnn_trading.skill.statistics import TRUTH
from rnn_trading.skill.tasks import TASKS, TaskName

PROBABILITIES: tuple[TaskName, ...] = ("classification", "sentiment")
AS_FORECAST, PLATT, ISOTONIC = "as_forecast", "platt", "isotonic"
# Of validation forecasts and truths, what makes other probabilities of new forecasts.
Fitted = Callable[[Vector], Vector]


def platt(forecast: Vector, truth: Vector) -> Fitted:
    """A logistic curve of the logit (Platt, 1999), without a penalty.

    As there, each of the ``n`` rows of label 1 counts as ``(n + 1) / (n + 2)``, and of the ``m`` of label 0 as
    ``1 / (m + 2)``, so that there is a curve even where forecasts tell the labels apart without a mistake.

    Parameters
    ----------
    forecast, truth
        Probabilities and labels of the validation rows, both labels among them, ``(rows,)``.

    Examples
    --------
    Half of what got 0.9 happened, and half of what got 0.1:

    >>> again = platt(np.array([0.9, 0.9, 0.1, 0.1]), np.array([0.0, 1.0, 0.0, 1.0]))
    >>> again(np.array([0.1, 0.5, 0.9])).round(3).tolist()
    [0.5, 0.5, 0.5]

    All of what got 0.9 happened, and none of what got 0.1:

    >>> again = platt(np.array([0.9, 0.9, 0.1, 0.1]), np.array([1.0, 1.0, 0.0, 0.0]))
    >>> again(np.array([0.1, 0.5, 0.9])).round(3).tolist()
    [0.25, 0.5, 0.75]
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  takes a second to import

    happened = truth > 0.5
    ones = int(happened.sum())
    target = np.where(happened, (ones + 1) / (ones + 2), 1 / (len(truth) - ones + 2))
    logits, labels = np.tile(_logit(forecast), 2)[:, None], np.repeat([1, 0], len(truth))
    curve = LogisticRegression(C=np.inf).fit(logits, labels, sample_weight=np.concatenate([target, 1 - target]))
    intercept, slope = float(curve.intercept_[0]), float(curve.coef_[0, 0])
    return lambda new: scipy.special.expit(intercept + slope * _logit(new))


def isotonic(forecast: Vector, truth: Vector) -> Fitted:
    """Steps that never fall (Zadrozny and Elkan, 2002); beyond the validation forecasts, the outermost step.

    Parameters
    ----------
    forecast, truth
        As for :func:`platt`.

    Examples
    --------
    >>> again = isotonic(np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.0, 1.0, 0.0, 1.0]))
    >>> again(np.array([0.05, 0.2, 0.3, 0.9])).tolist()
    [0.0, 0.5, 0.5, 1.0]
    """
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415  takes a second to import

    steps = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(forecast, truth)
    return lambda new: np.asarray(steps.predict(new), dtype=float)


WAYS: dict[str, Callable[[Vector, Vector], Fitted]] = {PLATT: platt, ISOTONIC: isotonic}


def judge_calibration(
    name: TaskName, predictions: pd.DataFrame, validation: pd.DataFrame | None, rivals: list[str]
) -> dict[str, Any] | None:
    """What probabilities are worth as they were forecast, and said again.

    Parameters
    ----------
    name
        Kind of forecast.
    predictions, validation
        See :func:`rnn_trading.skill.record.skill_record`.
    rivals
        Names of their columns.

    Returns
    -------
    dict or None
        None of forecasts that are no probabilities, and without test rows. ``rows`` (of the test), ``fitted_on``
        (validation rows, of all folds; 0: nothing is said again), ``why`` (None, or why nothing is), ``ways``: of
        ``as_forecast``, ``platt`` and ``isotonic`` the ``calibration_error``, ``error_by_luck`` (what it would be of
        right probabilities), ``log_loss`` (nats), ``brier``, and ``bins`` (see
        :func:`rnn_trading.skill.metrics.reliability.reliability`, errors by date or document); ``rival`` (that with the
        smallest mean log-loss: its ``name`` and the same of its forecasts), and ``words``.

    Examples
    --------
    The model promises .9 or .1; what happens does so in 6 and 4 of 10 cases.

    >>> truth = np.tile([1.0] * 6 + [0.0] * 4 + [1.0] * 4 + [0.0] * 6, 5)
    >>> table = pd.DataFrame({"id": range(100), "truth": truth, "prediction": np.tile([0.9, 0.1], 50).repeat(10)[:100]})
    >>> found = judge_calibration("sentiment", table.assign(prior=0.5), table.assign(prior=0.5), ["prior"])
    >>> {way: round(each["calibration_error"], 3) for way, each in found["ways"].items()}
    {'as_forecast': 0.3, 'platt': 0.004, 'isotonic': 0.0}
    """
    if name not in PROBABILITIES or predictions.empty:
        return None
    predictions = predictions.reset_index(drop=True)
    validation = predictions.iloc[:0] if validation is None else validation
    task, truth = TASKS[name], predictions[TRUTH].to_numpy(dtype=float)
    clusters = task.clusters(predictions)
    why = _why_none(predictions, validation)
    said = {AS_FORECAST: _probabilities(predictions[MODEL])}
    if why is None:
        said |= {way: _said_again(fit, predictions, validation) for way, fit in WAYS.items()}
    losses = {rival: float(LOG_LOSS.of(_probabilities(predictions[rival]), truth).mean()) for rival in rivals}
    best = min(losses, key=losses.__getitem__)
    found = {
        "rows": len(predictions),
        "fitted_on": 0 if why else len(validation),
        "why": why,
        "ways": {way: _judged(forecast, truth, clusters) for way, forecast in said.items()},
        "rival": {"name": best} | _judged(_probabilities(predictions[best]), truth, clusters),
    }
    return found | {"words": in_words(found)}


def _why_none(predictions: pd.DataFrame, validation: pd.DataFrame) -> str | None:
    """Why nothing can be fitted; None where it can."""
    if validation.empty:
        return "there are no validation rows"
    classes = [_of_fold(validation, fold)[TRUTH].nunique() for fold in folds_in(predictions)]
    return None if min(classes) > 1 else "the validation rows of a fold have one label alone"


def _said_again(fit: Callable[[Vector, Vector], Fitted], predictions: pd.DataFrame, validation: pd.DataFrame) -> Vector:
    """Probabilities of the test rows, each fold by what was fitted on its own validation rows."""
    said = np.empty(len(predictions))
    for fold in folds_in(predictions):
        known = _of_fold(validation, fold)
        again = fit(_probabilities(known[MODEL]), known[TRUTH].to_numpy(dtype=float))
        rows = _of_fold(predictions, fold)
        said[rows.index] = again(_probabilities(rows[MODEL]))
    return said


def _of_fold(table: pd.DataFrame, fold: int) -> pd.DataFrame:
    return table[table[FOLD] == fold] if FOLD in table else table


def _probabilities(forecasts: pd.Series) -> Vector:
    """Forecasts as probabilities: those of a linear layer may lie outside of 0 to 1."""
    return np.clip(forecasts.to_numpy(dtype=float), 0.0, 1.0)


def _logit(forecast: Vector) -> Vector:
    return scipy.special.logit(np.clip(forecast, PROBABILITY_FLOOR, 1 - PROBABILITY_FLOOR))


def _judged(forecast: Vector, truth: Vector, clusters: pd.Series) -> dict[str, Any]:
    bins = reliability(forecast, truth, clusters)
    return {
        "calibration_error": calibration_error(bins),
        "error_by_luck": error_by_luck(bins),
        "log_loss": float(LOG_LOSS.of(forecast, truth).mean()),
        "brier": float(((forecast - truth) ** 2).mean()),
        "bins": bins.to_dict(orient="list"),
    }


def in_words(calibration: dict[str, Any]) -> str:
    """How far probabilities are off, in a few sentences.

    Examples
    --------
    >>> each = {"calibration_error": 0.012, "error_by_luck": 0.009, "log_loss": 0.69}
    >>> in_words({"ways": {"as_forecast": each}, "why": "there are no validation rows"}).partition(" Not")[0]
    'Probabilities are off by 0.012 on average (log-loss 0.690); right ones would be off by 0.009, by luck alone.'
    >>> ways = {"as_forecast": each, "platt": each, "isotonic": each | {"log_loss": 0.7}}
    >>> in_words({"ways": ways, "why": None}).partition(". ")[2].partition(", they")[2]
    ' are off by 0.012 (0.690) with Platt scaling, by 0.012 (0.700) with isotonic regression.'
    """
    ways = calibration["ways"]
    off = {way: [format_score(each[name]) for name in ("calibration_error", "log_loss")] for way, each in ways.items()}
    plain = "Probabilities are off by {} on average (log-loss {})".format(*off[AS_FORECAST])
    luck = ways[AS_FORECAST]["error_by_luck"]
    if not np.isnan(luck):
        plain += f"; right ones would be off by {format_score(luck)}, by luck alone"
    if calibration["why"]:
        return f"{plain}. Not fitted again: {calibration['why']}."
    again = "they are off by {} ({}) with Platt scaling, by {} ({}) with isotonic regression."
    return f"{plain}. Fitted again on the validation rows, {again.format(*off[PLATT], *off[ISOTONIC])}"
