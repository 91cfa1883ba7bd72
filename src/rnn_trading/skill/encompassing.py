"""Whether a model adds anything to its best rival, better or not (Chong and Hendry, 1986; Harvey and others, 1998)."""

import math
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from rnn_trading.skill.inference.means import SIGNIFICANCE
from rnn_trading.skill.losses import PROBABILITY_FLOOR
from rnn_trading.skill.metrics.series import LAST_VALUE
from rnn_trading.skill.rows import MODEL, rows_of
from rnn_trading.skill.statistics import TRUTH
from rnn_trading.skill.tasks import Task

BOTH, ALONE = "combination", "rival_alone"
FEWEST_ROWS = 30


def encompassing(task: Task, rows: pd.DataFrame, validation: pd.DataFrame | None, overlap: int) -> dict[str, Any]:
    """Weigh the model and its best rival on the validation rows, and test both against that rival alone on the test.

    Parameters
    ----------
    task
        Its statistic compares; its ``combined`` says on which scale forecasts are weighed: as ``logits`` (logistic
        regression with a constant), as ``changes`` from the last value, or as they are (least squares without a
        constant).
    rows, validation
        Of the test and of the validation; see :func:`rnn_trading.skill.decision.decide`.
    overlap
        Periods over which a truth reaches.

    Returns
    -------
    dict
        ``rival``: the best on the validation rows. ``weights`` of the ``model`` and of the ``rival``. ``value`` of the
        combination, ``rival_value`` of the rival with its own weight, ``difference``, ``interval``, ``p_value``
        (two-sided), ``doubtful`` on the test rows; ``adds``: whether the combination is better, at 5 %. Or ``why_not``.

    Examples
    --------
    Truth is the sum of what the model and the rival know. Together they know it all.

    >>> from rnn_trading.skill.tasks import TASKS
    >>> one, other = np.tile([1.0, 2.0, 1.0, 3.0], 20), np.tile([1.0, 1.0, 2.0, 2.0, 1.0], 16)
    >>> table = pd.DataFrame({"date": pd.bdate_range("2020-01-01", periods=80), "truth": one + other})
    >>> table = table.assign(prediction=one, har=other)
    >>> result = encompassing(TASKS["volatility"], table, table, overlap=1)
    >>> result["rival"], {name: round(weight, 6) for name, weight in result["weights"].items()}
    ('har', {'model': 1.0, 'rival': 1.0})
    """
    known = None if validation is None else validation[rows_of(validation, task.only)].reset_index(drop=True)
    if known is None or len(known) < FEWEST_ROWS or not len(rows):
        count = 0 if known is None else len(known)
        return {"why_not": f"Two weights need at least {FEWEST_ROWS} validation rows. Received: {count}."}
    rival = _best(task, known, overlap)
    if rival is None or np.ptp(known[MODEL]) == 0:
        return {"why_not": "The model or every rival is constant on the validation rows."}
    weights = _weights(task, known, [MODEL, rival])
    both = rows.assign(
        **{BOTH: _combined(task, rows, [MODEL, rival], weights)},
        **{ALONE: _combined(task, rows, [rival], _weights(task, known, [rival]))},
    )
    compared = task.statistic.of(both, BOTH, ALONE, overlap)
    return {
        "rival": rival,
        "weights": {"model": float(weights[0]), "rival": float(weights[1])},
        "value": compared.value,
        "rival_value": compared.rival_value,
        "difference": compared.difference,
        "interval": compared.interval,
        "p_value": compared.p_value,
        "doubtful": compared.doubtful,
        "adds": bool(task.statistic.gain(compared) > 0 and compared.p_value < SIGNIFICANCE),
    }


def _best(task: Task, known: pd.DataFrame, overlap: int) -> str | None:
    """The rival that is best on the validation rows, of those that are not constant."""
    rivals = [name for name in known if name not in (*task.keys, MODEL, TRUTH)]
    sign = 1 if task.statistic.larger_is_better else -1
    varying = [name for name in rivals if np.ptp(_scaled(task, known, name)) > 0]
    values = {name: sign * task.statistic.of(known, name, None, overlap).value for name in varying}
    values = {name: value for name, value in values.items() if not math.isnan(value)}
    return max(values, key=values.__getitem__) if values else None


def _scaled(task: Task, rows: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """A forecast on the scale on which it is weighed."""
    values = rows[column].to_numpy(dtype=float)
    if task.combined == "logits":
        return scipy.special.logit(np.clip(values, PROBABILITY_FLOOR, 1 - PROBABILITY_FLOOR))
    if task.combined == "changes":
        return values - rows[LAST_VALUE].to_numpy(dtype=float)
    return values


def _weights(task: Task, known: pd.DataFrame, names: list[str]) -> NDArray[np.float64]:
    """Weights of forecasts; of logits with the constant last."""
    features = np.column_stack([_scaled(task, known, name) for name in names])
    if task.combined == "logits":
        import sklearn  # noqa: PLC0415  takes a second to import

        fitted = sklearn.linear_model.LogisticRegression(C=np.inf, max_iter=1000).fit(features, known[TRUTH] > 0.5)
        return np.append(fitted.coef_[0], fitted.intercept_)
    target = known[TRUTH].to_numpy(dtype=float)
    if task.combined == "changes":
        target = target - known[LAST_VALUE].to_numpy(dtype=float)
    return np.asarray(np.linalg.lstsq(features, target)[0])


def _combined(task: Task, rows: pd.DataFrame, names: list[str], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    features = np.column_stack([_scaled(task, rows, name) for name in names])
    if task.combined == "logits":
        return scipy.special.expit(features @ weights[:-1] + weights[-1])
    combined = features @ weights
    return combined + rows[LAST_VALUE].to_numpy(dtype=float) if task.combined == "changes" else combined
