"""The score of each fold and of each year, of a model and of its rivals; and in how many folds the model is ahead.

Nothing is tested here: a fold or a year alone has too few dates, and among many of them some are lucky. They say
whether the score of all rows rests on a few of them.
"""

import math
from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.skill.rivals.lists import tier_of
from rnn_trading.skill.rivals.tiers import Tier
from rnn_trading.skill.rows import FOLD, MODEL, Metrics, rows_of
from rnn_trading.skill.statistics import Statistic
from rnn_trading.skill.tasks import Task

BESIDE: tuple[Tier, ...] = ("naive", "strong")
Scored = list[dict[str, Any]]


def scores_by_fold(task: Task, statistic: Statistic, predictions: pd.DataFrame, metrics: dict[str, Metrics]) -> Scored:
    """Of each fold, the scores of the model and of its rivals on the test rows of the fold.

    Parameters
    ----------
    task
        Its headline, on its rows.
    statistic
        What decided.
    predictions
        See :func:`rnn_trading.skill.record.skill_record`; without a column ``fold``, all rows are of one fold.
    metrics
        Of the rivals on all test rows, by their names. They choose the best rival, the best naive and the best strong
        one: the same for every fold.

    Returns
    -------
    list of dict
        ``fold``, ``first_date`` and ``last_date`` (text) and ``rows`` of the headline; ``value`` of the model;
        ``best``, ``naive`` and ``strong``, each None or ``rival``, its ``value``, and what decided: the ``statistic``
        of the model less that of the rival, where it is a mean over dates or runs; ``best_of_fold``: the rival that is
        best on the rows of the fold, with its ``value``; ``ahead``: whether the model is better than ``best``, None
        where one of the two has no score.

    Examples
    --------
    >>> from rnn_trading.skill.tasks import TASKS
    >>> table = pd.DataFrame({"date": pd.bdate_range("2020-01-01", periods=4), "fold": [1, 1, 2, 2], "truth": 100.0})
    >>> table = table.assign(prediction=[101.0, 101.0, 103.0, 103.0], persistence=102.0)
    >>> task = TASKS["level"]
    >>> scored = scores_by_fold(task, task.statistic, table, {"persistence": {"rmse": 2.0}})
    >>> [(each["fold"], each["value"], each["best"]["value"], each["ahead"]) for each in scored]
    [(1, 1.0, 2.0, True), (2, 3.0, 2.0, False)]
    """
    rows = _rows(task, predictions)
    folds = rows[FOLD] if FOLD in rows else pd.Series(1, index=rows.index)
    rivals = [name for name, of in metrics.items() if not math.isnan(of.get(task.headline.metric, math.nan))]
    return [
        {"fold": int(fold)} | scored | {"best_of_fold": _best_of(task, rows[folds == fold], rivals)}
        for fold, scored in _scored(task, statistic, rows, folds, metrics).items()
    ]


def scores_by_year(task: Task, statistic: Statistic, predictions: pd.DataFrame, metrics: dict[str, Metrics]) -> Scored:
    """The same of each calendar year, by ``target_date`` where the predictions have one; ``year`` instead of ``fold``.

    Examples
    --------
    >>> from rnn_trading.skill.tasks import TASKS
    >>> dates = pd.to_datetime(["2019-12-30", "2019-12-31", "2020-01-02"])
    >>> table = pd.DataFrame({"date": dates, "truth": 100.0, "prediction": [101.0, 101.0, 104.0], "persistence": 102.0})
    >>> task = TASKS["level"]
    >>> scored = scores_by_year(task, task.statistic, table, {"persistence": {"rmse": 2.0}})
    >>> [(each["year"], each["rows"], each["value"], each["ahead"]) for each in scored]
    [(2019, 2, 1.0, True), (2020, 1, 4.0, False)]
    """
    rows = _rows(task, predictions)
    scored = _scored(task, statistic, rows, _dates(rows).dt.year, metrics)
    return [{"year": int(year)} | of_year for year, of_year in scored.items()]


def folds_ahead(by_fold: Scored) -> dict[str, Any]:
    """In how many folds the model is ahead of its best rival, ``of`` how many in which both have a score.

    Examples
    --------
    >>> folds_ahead([{"ahead": True}, {"ahead": False}, {"ahead": True}, {"ahead": None}])
    {'count': 2, 'of': 3, 'share': 0.6666666666666666}
    """
    known = [each["ahead"] for each in by_fold if each["ahead"] is not None]
    return {"count": sum(known), "of": len(known), "share": sum(known) / len(known) if known else math.nan}


def _rows(task: Task, predictions: pd.DataFrame) -> pd.DataFrame:
    return predictions[rows_of(predictions, task.only)].reset_index(drop=True)


def _dates(rows: pd.DataFrame) -> pd.Series:
    return pd.to_datetime(rows["target_date" if "target_date" in rows else "date"])


def _scored(
    task: Task, statistic: Statistic, rows: pd.DataFrame, groups: pd.Series, metrics: dict[str, Metrics]
) -> dict[Any, dict[str, Any]]:
    """Of each group of rows, the scores of the model and of the rivals that stand beside it."""
    chosen: dict[str, str | None] = {"best": task.headline.best(metrics)}
    for tier in BESIDE:
        chosen[tier] = task.headline.best({name: of for name, of in metrics.items() if tier_of(name) == tier})
    decided = _decided(statistic, rows, groups, [name for name in dict.fromkeys(chosen.values()) if name])
    found = {}
    for group in sorted(groups.unique()):
        part = rows[groups == group]
        dates, value = _dates(part), _score(task, part, MODEL)
        beside = {
            place: rival
            and {"rival": rival, "value": _score(task, part, rival), "statistic": decided.get((rival, group), math.nan)}
            for place, rival in chosen.items()
        }
        found[group] = {
            "first_date": f"{dates.min():%Y-%m-%d}",
            "last_date": f"{dates.max():%Y-%m-%d}",
            "rows": len(part),
            "value": value,
            **beside,
            "ahead": _ahead(task, value, beside["best"]),
        }
    return found


def _decided(
    statistic: Statistic, rows: pd.DataFrame, groups: pd.Series, rivals: list[str]
) -> dict[tuple[str, Any], float]:
    """By rival and group, the mean of what the model has on each date or run, less what the rival has."""
    if statistic.by_sample is None or not len(rows):
        return {}
    rows = rows.assign(date=pd.DatetimeIndex(rows["date"]))
    group_of, model = groups.groupby(rows["date"]).first(), statistic.by_sample(rows, MODEL)
    found: dict[tuple[str, Any], float] = {}
    for rival in rivals:
        difference = model - statistic.by_sample(rows, rival)
        by_group = difference.groupby(group_of.reindex(difference.index)).mean()
        found |= {(rival, group): float(value) for group, value in by_group.items()}
    return found


def _ahead(task: Task, value: float, best: Any) -> bool | None:
    if not best or math.isnan(value) or math.isnan(best["value"]):
        return None
    return bool(value > best["value"] if task.headline.larger_is_better else value < best["value"])


def _best_of(task: Task, rows: pd.DataFrame, rivals: list[str]) -> dict[str, Any] | None:
    metric = task.headline.metric
    scores = {name: {metric: _score(task, rows, name)} for name in rivals}
    name = task.headline.best(scores)
    return None if name is None else {"rival": name, "value": scores[name][metric]}


def _score(task: Task, rows: pd.DataFrame, column: str) -> float:
    return task.headline.score(rows, column)(np.arange(len(rows)))
