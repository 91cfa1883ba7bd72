"""Whether a model adds anything to its best rival, better or not (Chong and Hendry, 1986; Harvey and others, 1998)."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from rnn_trading.skill.inference.means import SIGNIFICANCE
from rnn_trading.skill.losses import PROBABILITY_FLOOR
from rnn_trading.skill.metrics.series import LAST_VALUE
from rnn_trading.skill.ranks import relative_ranks
from rnn_trading.skill.rows import FOLD, MODEL, folds_in, rows_of
from rnn_trading.skill.standing import after_tries
from rnn_trading.skill.statistics import TRUTH, Compared, Statistic
from rnn_trading.skill.tasks import Task

BOTH, ALONE = "combination", "rival_alone"
FEWEST_ROWS = 30
# What is forecast of a loss that needs positive forecasts is at least this share of the mean validation truth.
LEAST_SHARE = 0.1


def encompassing(
    task: Task, statistic: Statistic, rows: pd.DataFrame, validation: pd.DataFrame | None, overlap: int, tried: int = 1
) -> dict[str, Any]:
    """Weigh the model and its best rival on the validation rows, and test both together against that rival on the test.

    Weights are fitted fold by fold: validation rows of one fold may be test rows of the one before, so that weights
    fitted on all of them would know what they are tested on. The rival is the best on the validation rows of the first
    fold, which lie before every test row.

    Parameters
    ----------
    task
        Its ``combined`` says on which scale forecasts are weighed: as ``logits`` (logistic regression), as ``ranks``
        within each date or over all rows, as ``changes`` from the last value, or ``as they are`` (least squares with a
        constant).
    statistic
        By which forecasts are compared.
    rows, validation
        Of the test and of the validation; see :func:`rnn_trading.skill.decision.decide`.
    overlap
        Periods over which a truth reaches.
    tried
        Configurations of which this may be the best one, for which p-values are corrected; see
        :func:`rnn_trading.skill.standing.after_tries`.

    Returns
    -------
    dict
        ``rival``: the best on the validation rows of the first fold. ``weights`` of the ``model`` and of the ``rival``;
        of several folds their mean, folds weighing as many test rows as they have, and ``weights_by_fold``. On the test
        rows:
        ``value`` of the combination, ``rival_value``, ``difference``, ``interval``, ``p_value`` (two-sided) and
        ``doubtful``; where it is a forecast like others, and no rank, also its ``metrics``. ``adds``: whether the model
        has a positive weight, and the combination is better at 5 % than the rival as it is and than the rival with a
        weight (and constant) of its own: else what is found may be a better scale of the rival. The p-value is the
        larger of the two. ``further``: by the name of a rival that the task always asks for, the same of that one,
        where another is the best. Or ``why_not``.

    Raises
    ------
    ValueError
        If a fold has a validation row that does not lie before its test rows, or validation rows do not say of which
        fold they are.

    Examples
    --------
    Truth is the sum of what the model and the rival know. Together they know it all.

    >>> from rnn_trading.skill.tasks import TASKS
    >>> one, other = np.tile([1.0, 2.0, 1.0, 3.0], 20), np.tile([1.0, 1.0, 2.0, 2.0, 1.0], 16)
    >>> table = pd.DataFrame({"date": pd.bdate_range("2020-01-01", periods=80), "truth": one + other})
    >>> table = table.assign(prediction=one, har=other)
    >>> task = TASKS["volatility"]
    >>> result = encompassing(task, task.statistic, table, table, overlap=1)
    >>> result["rival"], {name: round(weight, 6) for name, weight in result["weights"].items()}
    ('har', {'model': 1.0, 'rival': 1.0})
    """
    folds = _folds(task, rows, validation)
    for each in folds:
        if len(each.known) < FEWEST_ROWS or not len(rows):
            why = f"Two weights need at least {FEWEST_ROWS} validation rows{each.words}. Received: {len(each.known)}."
            return {"why_not": why}
    rival = _best(task, statistic, folds[0].known, overlap)
    for each in folds:
        if rival is None or _nothing_to_weigh(task, each.known, rival, first=each is folds[0]):
            return {"why_not": f"The model, every rival, or the truth is constant on the validation rows{each.words}."}
    further = [name for name in task.weighed_with if name in rows and name != rival]
    of = {name: _weighed_with(task, statistic, rows, folds, name, overlap, tried) for name in [str(rival), *further]}
    return of.pop(str(rival)) | ({"further": of} if of else {})


def _weighed_with(
    task: Task, statistic: Statistic, rows: pd.DataFrame, folds: "list[_Fold]", rival: str, overlap: int, tried: int
) -> dict[str, Any]:
    """The model and one rival, weighed and tested."""
    names = [MODEL, rival]
    weights, both = _by_fold(task, folds, names)
    _, alone = _by_fold(task, folds, names[1:])
    table = rows.assign(**{BOTH: both, ALONE: alone})
    both_of = (statistic.of(table, BOTH, other, overlap) for other in (names[1], ALONE))
    as_it_is, weighed = (after_tries(statistic, each, tried) for each in both_of)
    mean = np.average(weights, axis=0, weights=[each.test.sum() for each in folds]) if len(folds) > 1 else weights[0]
    several = [{"fold": each.fold, **_named(of)} for each, of in zip(folds, weights, strict=True)]
    return {
        "rival": rival,
        "weights": _named(mean),
        **({"weights_by_fold": several} if len(folds) > 1 else {}),
        "value": as_it_is.value,
        **({} if task.combined == "ranks" else {"metrics": task.evaluate(table, BOTH)}),
        "rival_value": as_it_is.rival_value,
        "difference": as_it_is.difference,
        "interval": as_it_is.interval,
        "p_value": max(as_it_is.p_value, weighed.p_value),
        "doubtful": as_it_is.doubtful or weighed.doubtful,
        "adds": bool(mean[0] > 0) and all(_better(statistic, each) for each in (as_it_is, weighed)),
    }


@dataclass(frozen=True)
class _Fold:
    """A fold: which of all rows are its test, the validation rows before them, and where that is, in words."""

    fold: int
    rows: pd.DataFrame
    test: NDArray[np.bool_]
    known: pd.DataFrame
    words: str


def _folds(task: Task, rows: pd.DataFrame, validation: pd.DataFrame | None) -> list[_Fold]:
    known = rows.iloc[:0] if validation is None else validation[rows_of(validation, task.only)]
    numbers = folds_in(rows) if len(rows) else [1]
    if len(numbers) > 1 and FOLD not in known:
        raise ValueError(f"Expected validation rows with a column {FOLD!r}, as the test rows of {len(numbers)} folds.")
    found = []
    for fold in numbers:
        test, before = (
            (table[FOLD] == fold).to_numpy() if FOLD in table and len(rows) else np.ones(len(table), dtype=bool)
            for table in (rows, known)
        )
        where = f" of fold {fold}" if len(numbers) > 1 else ""
        each = _Fold(fold, rows[test], test, known[before].reset_index(drop=True), where)
        if task.dated and FOLD in known:
            _check_order(each)
        found.append(each)
    return found


def _check_order(fold: _Fold) -> None:
    """Refuse weights that know what they are tested on."""
    if len(fold.rows) and len(fold.known):
        last, first = pd.to_datetime(fold.known["date"]).max(), pd.to_datetime(fold.rows["date"]).min()
        if last >= first:
            raise ValueError(
                f"Fold {fold.fold}: expected validation rows before {first}, its first test row. Received: one of "
                f"{last}. Look at the dates of the folds."
            )


def _nothing_to_weigh(task: Task, known: pd.DataFrame, rival: str, *, first: bool) -> bool:
    """Whether a forecast or the truth is constant. The rival was chosen because it is not, on the first fold."""
    constant = np.ptp(known[MODEL]) == 0 or known[TRUTH].nunique() < 2
    return bool(constant or (not first and np.ptp(_scaled(task, known, rival)) == 0))


def _by_fold(task: Task, folds: list[_Fold], names: list[str]) -> tuple[list[NDArray[np.float64]], NDArray[np.float64]]:
    """Weights of forecasts in each fold, and what they come to on the test rows of all."""
    weights, together = [], np.empty(len(folds[0].test))
    for each in folds:
        of_fold, together[each.test] = _combined(task, each.known, each.rows, names)
        weights.append(of_fold)
    return weights, together


def _named(weights: NDArray[np.float64]) -> dict[str, float]:
    return {"model": float(weights[0]), "rival": float(weights[1])}


def _better(statistic: Statistic, compared: Compared) -> bool:
    return statistic.gain(compared) > 0 and compared.p_value < SIGNIFICANCE


def _best(task: Task, statistic: Statistic, known: pd.DataFrame, overlap: int) -> str | None:
    """The rival that is best on the validation rows, of those that are not constant."""
    rivals = [name for name in known if name not in (*task.keys, FOLD, MODEL, TRUTH)]
    sign = 1 if statistic.larger_is_better else -1
    varying = [name for name in rivals if np.ptp(_scaled(task, known, name)) > 0]
    values = {name: sign * statistic.of(known, name, None, overlap).value for name in varying}
    values = {name: value for name, value in values.items() if not math.isnan(value)}
    return max(values, key=values.__getitem__) if values else None


def _scaled(task: Task, rows: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """A forecast, or the truth, on the scale on which it is weighed."""
    values = rows[column].to_numpy(dtype=float)
    if task.combined == "logits" and column != TRUTH:
        return scipy.special.logit(np.clip(values, PROBABILITY_FLOOR, 1 - PROBABILITY_FLOOR))
    if task.combined == "changes":
        return values - rows[LAST_VALUE].to_numpy(dtype=float)
    if task.combined == "ranks":
        dates = pd.factorize(rows["date"])[0] if task.units == "dates" else np.zeros(len(rows), dtype=np.int64)
        return relative_ranks(values, dates)
    return values


def _combined(
    task: Task, known: pd.DataFrame, rows: pd.DataFrame, names: list[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights of forecasts, fitted on the known rows, and what they come to on other rows."""
    features, test = (np.column_stack([_scaled(task, each, name) for name in names]) for each in (known, rows))
    target = _scaled(task, known, TRUTH)
    if task.combined == "logits":
        import sklearn  # noqa: PLC0415  takes a second to import

        fitted = sklearn.linear_model.LogisticRegression(C=np.inf, max_iter=1000).fit(features, target > 0.5)
        return fitted.coef_[0], fitted.predict_proba(test)[:, 1]
    constant = np.ones((len(features), 1))
    *weights, shift = np.linalg.lstsq(np.hstack([features, constant]), target)[0]
    combined = test @ np.array(weights) + shift
    if task.combined == "changes":
        combined = combined + rows[LAST_VALUE].to_numpy(dtype=float)
    if task.positive:
        combined = np.maximum(combined, LEAST_SHARE * target.mean())
    return np.array(weights), combined
