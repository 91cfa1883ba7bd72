"""What decided, by fold and by year, of a model and of its rivals; and in how many folds the model is ahead.

Nothing is tested here: a fold or a year alone has too few dates, and among many of them some are lucky. They say
whether the score of all rows rests on a few of them.
"""

import math
from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.skill.rivals.lists import tier_of
from rnn_trading.skill.rivals.tiers import Tier
from rnn_trading.skill.rows import FOLD, MODEL, best, rows_of
from rnn_trading.skill.statistics import Statistic
from rnn_trading.skill.tasks import Task

BESIDE: tuple[Tier, ...] = ("naive", "strong")
Scored = list[dict[str, Any]]


def scores_by_fold(task: Task, statistic: Statistic, predictions: pd.DataFrame, rivals: list[str]) -> Scored:
    """Of each fold, the scores of the model and of its rivals on the test rows of the fold.

    Parameters
    ----------
    task
        Its rows, and its headline.
    statistic
        What decided.
    predictions
        See :func:`rnn_trading.skill.record.skill_record`; without a column ``fold``, all rows are of one fold.
    rivals
        Their names. The best one, the best naive and the best strong one by what decided over all test rows are the
        same for every fold.

    Returns
    -------
    list of dict
        ``fold``, ``first_date`` and ``last_date`` (text) and ``rows``; ``value`` of the model by the statistic, and its
        headline ``score``; ``best``, ``naive`` and ``strong``, each None or ``rival`` and its ``value``;
        ``best_of_fold``: the rival that is best on the rows of the fold, with its ``value``; ``ahead``: whether the
        model is better than ``best``, None where one of the two has no value.

    Examples
    --------
    >>> from rnn_trading.skill.tasks import TASKS
    >>> days = pd.date_range("2000-01-01", periods=4, freq="MS")
    >>> table = pd.DataFrame({"date": days, "fold": [1, 1, 2, 2], "truth": 1.0, "run": "one_step"})
    >>> table = table.assign(prediction=[2.0, 2.0, 4.0, 4.0], persistence=3.0, series="a", units="network", step=1)
    >>> scored = scores_by_fold(TASKS["macro"], TASKS["macro"].statistic, table, ["persistence"])
    >>> [(each["fold"], each["value"], each["best"]["value"], each["ahead"]) for each in scored]
    [(1, 1.0, 2.0, True), (2, 3.0, 2.0, False)]
    """
    rows = _rows(task, predictions)
    folds = rows[FOLD] if FOLD in rows else pd.Series(1, index=rows.index)
    return [{"fold": int(fold)} | of_fold for fold, of_fold in _scored(task, statistic, rows, folds, rivals).items()]


def scores_by_year(task: Task, statistic: Statistic, predictions: pd.DataFrame, rivals: list[str]) -> Scored:
    """The same of each calendar year, by ``target_date`` where the predictions have one.

    ``year`` stands instead of ``fold``, and no year has a ``best_of_fold``.

    Examples
    --------
    >>> from rnn_trading.skill.tasks import TASKS
    >>> days = pd.to_datetime(["2019-11-01", "2019-12-01", "2020-01-01"])
    >>> table = pd.DataFrame({"date": days, "truth": 1.0, "run": "one_step", "series": "a", "units": "network"})
    >>> table = table.assign(prediction=[2.0, 2.0, 4.0], persistence=3.0, step=1)
    >>> scored = scores_by_year(TASKS["macro"], TASKS["macro"].statistic, table, ["persistence"])
    >>> [(each["year"], each["rows"], each["value"], each["ahead"]) for each in scored]
    [(2019, 2, 1.0, True), (2020, 1, 3.0, False)]
    """
    rows = _rows(task, predictions)
    scored = _scored(task, statistic, rows, _dates(rows).dt.year, rivals)
    return [{"year": int(year)} | _without_lucky(of_year) for year, of_year in scored.items()]


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
    rows = predictions[rows_of(predictions, task.only)].reset_index(drop=True)
    return rows.assign(date=pd.DatetimeIndex(rows["date"]))  # text would be sorted as text


def _dates(rows: pd.DataFrame) -> pd.Series:
    return pd.to_datetime(rows["target_date" if "target_date" in rows else "date"])


def _without_lucky(scored: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in scored.items() if name != "best_of_fold"}


def _scored(
    task: Task, statistic: Statistic, rows: pd.DataFrame, groups: pd.Series, rivals: list[str]
) -> dict[Any, dict[str, Any]]:
    """Of each group of rows, the scores of the model and of the rivals that stand beside it."""
    of_all = {name: statistic.value_of(rows, name) for name in rivals}
    chosen: dict[str, str | None] = {"best": _best(statistic, of_all)}
    for tier in BESIDE:
        chosen[tier] = _best(statistic, {name: value for name, value in of_all.items() if tier_of(name) == tier})
    values = {name: _values(statistic, rows, groups, name) for name in (MODEL, *rivals)}
    found = {}
    for group in sorted(groups.unique()):
        part = rows[groups == group]
        here = {name: float(of_groups.get(group, math.nan)) for name, of_groups in values.items()}
        beside = {place: rival and {"rival": rival, "value": here[rival]} for place, rival in chosen.items()}
        lucky = _best(statistic, {name: here[name] for name in rivals})
        dates = _dates(part)
        found[group] = {
            "first_date": f"{dates.min():%Y-%m-%d}",
            "last_date": f"{dates.max():%Y-%m-%d}",
            "rows": len(part),
            "value": here[MODEL],
            "score": task.headline.score(part, MODEL)(np.arange(len(part))),
            **beside,
            "best_of_fold": lucky and {"rival": lucky, "value": here[lucky]},
            "ahead": _ahead(statistic, here[MODEL], beside["best"]),
        }
    return found


def _values(statistic: Statistic, rows: pd.DataFrame, groups: pd.Series, column: str) -> pd.Series:
    """What a forecast has in each group; a run of several steps is in the group of its first row."""
    if statistic.by_sample is None:
        return pd.Series({group: statistic.value_of(rows[groups == group], column) for group in groups.unique()})
    samples = statistic.by_sample(rows, column)
    group_of = groups.groupby(rows["date"]).first()
    return samples.groupby(group_of.reindex(samples.index)).mean()


def _best(statistic: Statistic, values: dict[str, float]) -> str | None:
    metrics = {name: {statistic.name: value} for name, value in values.items()}
    return best(metrics, statistic.name, statistic.larger_is_better)


def _ahead(statistic: Statistic, value: float, best_rival: Any) -> bool | None:
    if not best_rival or math.isnan(value) or math.isnan(best_rival["value"]):
        return None
    rival = best_rival["value"]
    return bool(value > rival if statistic.larger_is_better else value < rival)
