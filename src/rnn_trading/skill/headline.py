"""The headline score of a record: its interval, that of its best rival, and the score without some rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.skill.inference.bootstrap import (
    DRAWS,
    FEWEST_BLOCKS,
    FEWEST_CLUSTERS,
    block_for,
    cluster_bootstrap,
    cluster_influence,
    independent,
    interval,
    without_each,
)
from rnn_trading.skill.inference.counts import OfCounts
from rnn_trading.skill.inference.tails import heavy_tailed
from rnn_trading.skill.metrics.panels import mean_coefficient_without_each
from rnn_trading.skill.metrics.scores import Score, mean_information_coefficient
from rnn_trading.skill.rows import MODEL, Metrics, rows_of
from rnn_trading.skill.statistics import TRUTH
from rnn_trading.skill.tasks import Task

MOST_INFLUENTIAL = 10
# Of fewer, an interval of 95 % holds the truth in less than 90 % (benchmarks/coverage.py).
FEW_INDEPENDENT = 30
ZERO_VOLUME = "zero_volume"
NO_VOLUME, WORST = "rows that touch a session without volume", "the three worst months"


def headline(task: Task, predictions: pd.DataFrame, metrics: dict[str, Metrics], overlap: int) -> dict[str, Any]:
    """The headline score of the model and of its best rival, with 95 % intervals.

    Parameters
    ----------
    task
        Says which score, on which rows, and what is drawn together.
    predictions
        See :func:`rnn_trading.skill.record.skill_record`.
    metrics
        Of the rivals, by their names.
    overlap
        Clusters that follow each other and share outcomes.

    Returns
    -------
    dict
        ``metric``, ``words``, ``larger_is_better``, ``value`` and ``interval`` of the model; ``best_rival`` (None if no
        rival has the metric), ``rival_value``, ``rival_interval``; ``drawn``: what was drawn, or why nothing, in words;
        ``worth``: how many independent clusters that is worth, ``too_narrow``: whether these are too few, or few of
        them carry the score (:func:`rnn_trading.skill.inference.tails.heavy_tailed`); ``draws``.
        Blocks are as long as :func:`rnn_trading.skill.inference.bootstrap.block_for` says for the influence of clusters
        on the score of the model, on that of the rival, and on their difference, whichever is longest. Intervals are
        NaN with fewer than :data:`rnn_trading.skill.inference.bootstrap.FEWEST_CLUSTERS` clusters or
        :data:`rnn_trading.skill.inference.bootstrap.FEWEST_BLOCKS` blocks within which outcomes overlap.

    Examples
    --------
    The model is off by 1 point, yesterday's level by 2; four dates are too few for an interval.

    >>> from rnn_trading.skill.tasks import TASKS
    >>> truth = pd.Series([100.0, 101.0, 103.0, 106.0])
    >>> predictions = pd.DataFrame({"date": pd.date_range("2020-01-01", periods=4), "truth": truth})
    >>> predictions = predictions.assign(prediction=truth + 1, persistence=truth - 2)
    >>> result = headline(TASKS["level"], predictions, {"persistence": {"rmse": 2.0}}, overlap=1)
    >>> result["value"], result["best_rival"], result["rival_value"]
    (1.0, 'persistence', 2.0)
    >>> result["drawn"]
    'No interval: 4 dates of test rows, and at least 10 are needed.'
    """
    rows = predictions[rows_of(predictions, task.only)].reset_index(drop=True)
    clusters = task.clusters(rows)
    count = int(clusters.nunique())
    everything, best = np.arange(len(rows)), task.headline.best(metrics)
    model = task.headline.score(rows, MODEL)
    rival = None if best is None else task.headline.score(rows, best)
    why_not = _why_nothing_is_drawn(task, count, task.block or overlap)
    drawn, what, blocks = np.full(DRAWS, np.nan), why_not, _Blocks(1, float("nan"), False)
    if why_not is None:
        blocks = _blocks(task, model, rival, clusters, overlap)
        drawn, what = cluster_bootstrap(model, clusters, blocks.length), _what_is_drawn(task, count, blocks)
    result: dict[str, Any] = {
        "metric": task.headline.metric,
        "words": task.headline.words,
        "larger_is_better": task.headline.larger_is_better,
        "value": model(everything),
        "interval": list(interval(drawn)),
        "best_rival": best,
        "drawn": what,
        "worth": blocks.worth if np.isfinite(blocks.worth) else None,
        "too_narrow": blocks.worth < FEW_INDEPENDENT or blocks.heavy,
        "draws": DRAWS,
    }
    if rival is None:
        return result | {"rival_value": None, "rival_interval": None}
    # The seed of the draws is fixed: both see the same rows.
    drawn_rival = cluster_bootstrap(rival, clusters, blocks.length) if why_not is None else drawn
    return result | {"rival_value": rival(everything), "rival_interval": list(interval(drawn_rival))}


@dataclass(frozen=True)
class _Blocks:
    """Clusters that are drawn together, what all are worth in independent ones, whether a few carry the score."""

    length: int
    worth: float
    heavy: bool


def _blocks(task: Task, model: Score, rival: Score | None, clusters: pd.Series, overlap: int) -> _Blocks:
    if task.block is not None:
        return _Blocks(task.block, float(clusters.nunique()), heavy=False)
    influence = [cluster_influence(model, clusters)]
    if rival is not None:
        of_rival = cluster_influence(rival, clusters)
        influence += [of_rival, influence[0] - of_rival]
    # One length for all, so that model and rival see the same draws.
    length, worth = max(block_for(each, overlap) for each in influence), min(independent(each) for each in influence)
    return _Blocks(length, worth, any(heavy_tailed(each) for each in influence[:2]))


def _what_is_drawn(task: Task, count: int, blocks: _Blocks) -> str:
    clusters = task.clustered or task.units
    text = f"Intervals are from draws of {count:,} {clusters}{f' in blocks of {blocks.length}' * (blocks.length > 1)}."
    reasons = []
    if blocks.worth < FEW_INDEPENDENT:
        worth = f"they are worth {blocks.worth:.0f} independent ones"
        reasons.append("they are few" if round(blocks.worth) >= count else worth)
    if blocks.heavy:
        reasons.append(f"a few {clusters} carry most of what the score varies by")
    if not reasons:
        return text
    why = " and ".join(reasons)
    return f"{text} {why[0].upper()}{why[1:]}, so that the intervals are too narrow."


def _why_nothing_is_drawn(task: Task, count: int, overlap: int) -> str | None:
    """Why there is no interval; None if there is one."""
    counted = f"No interval: {count:,} {task.clustered or task.units} of test rows"
    if count < FEWEST_CLUSTERS:
        return f"{counted}, and at least {FEWEST_CLUSTERS} are needed."
    if count < FEWEST_BLOCKS * overlap:
        return f"{counted} are fewer than {FEWEST_BLOCKS} blocks of {overlap}, within which outcomes overlap."
    return None


def attribution(
    task: Task,
    predictions: pd.DataFrame,
    flags: pd.DataFrame,
    months: NDArray[np.bool_] | None,
    best: str | None,
) -> list[dict[str, Any]]:
    """The headline score again without some rows, to see how much it owes to them.

    Suspicious rows, and those of sessions without volume, can be artefacts. Months of large loss and influential groups
    are none: they happened. The score without them says how much hangs on few months or names.

    Parameters
    ----------
    task, predictions
        As in :func:`headline`.
    flags
        Boolean, rows of the predictions x kinds. ``zero_volume`` is a cause of its own, the others together are the
        suspicious rows of the task.
    months
        Rows of the three worst months, in which the rivals' mean loss was largest; None where rows have no date.
    best
        Name of the best rival, or None.

    Returns
    -------
    list of dict
        ``without`` (in words), ``rows`` of the headline and ``rows_left_out`` of them, ``value``, ``rival_value``,
        ``removed``: by how much the score of the model gets worse, negative if it gets better; ``hindsight``: whether
        the rows were chosen by what they do to the score; and ``names`` of the groups that were. Where a cause does not
        exist for these data, ``without`` and ``why``.
        The most influential groups are those without whose rows, one group at a time, the score of the model is worst:
        they are chosen with hindsight, so that even luck loses by it.

    Examples
    --------
    All errors are 1, but that of the last row, which touches a stale price: it is 5.

    >>> from rnn_trading.skill.tasks import TASKS
    >>> predictions = pd.DataFrame({"date": pd.date_range("2020-01-01", periods=4), "truth": 100.0})
    >>> predictions["prediction"] = [101.0, 99.0, 101.0, 105.0]
    >>> flags = pd.DataFrame({"stale_price": [False, False, False, True]})
    >>> stale, silent, *_ = attribution(TASKS["level"], predictions, flags, months=None, best=None)
    >>> stale["rows_left_out"], stale["value"], round(stale["removed"], 3)
    (1, 1.0, -1.646)
    >>> silent
    {'without': 'rows that touch a session without volume', 'why': 'these data have no volumes'}
    """
    keep = rows_of(predictions, task.only).to_numpy()
    rows, flags = predictions[keep].reset_index(drop=True), flags[keep].reset_index(drop=True)
    sign = 1 if task.headline.larger_is_better else -1
    complete = _score(task, rows, MODEL)

    def without(words: str, mask: NDArray[np.bool_], names: list[str] | None = None) -> dict[str, Any]:
        value = _score(task, rows[~mask], MODEL)
        return {
            "without": words,
            "rows": len(rows),
            "rows_left_out": int(mask.sum()),
            "value": value,
            "rival_value": None if best is None else _score(task, rows[~mask], best),
            "removed": sign * (complete - value),
            "hindsight": names is not None,
            "names": names or [],
        }

    causes = [without(task.suspicious, suspicious_rows(flags))]
    if ZERO_VOLUME in flags:
        causes.append(without(NO_VOLUME, flags[ZERO_VOLUME].to_numpy()))
    else:
        causes.append({"without": NO_VOLUME, "why": "these data have no volumes"})
    if months is not None and months[keep].any():
        causes.append(without(WORST, months[keep]))
    else:
        why = "these rows have no date" if months is None else "there are no more than three months"
        causes.append({"without": WORST, "why": why})
    if task.groups is None or task.groups not in rows:
        return [*causes, {"without": "the most influential tickers, firms or authors", "why": task.no_groups}]
    words = f"the {MOST_INFLUENTIAL} most influential {task.groups}s"
    if rows[task.groups].nunique() <= MOST_INFLUENTIAL:
        return [*causes, {"without": words, "why": f"there are no more than {MOST_INFLUENTIAL} {task.groups}s"}]
    chosen = most_influential(task, rows)
    return [*causes, without(words, rows[task.groups].isin(chosen).to_numpy(), chosen)]


def suspicious_rows(flags: pd.DataFrame) -> NDArray[np.bool_]:
    """Rows with any flag, as a Boolean mask ``(rows,)``; ``zero_volume`` is a cause of its own and does not count.

    Examples
    --------
    >>> flags = pd.DataFrame({"stale_price": [True, False, False], "zero_volume": [False, True, False]})
    >>> suspicious_rows(flags).tolist()
    [True, False, False]
    """
    return flags.drop(columns=ZERO_VOLUME, errors="ignore").any(axis="columns").to_numpy()


def most_influential(task: Task, rows: pd.DataFrame) -> list[str]:
    """Names of the 10 groups without each of which alone the headline score of the model is worst, the first first.

    Examples
    --------
    The forecasts of A rank its outcomes rightly, those of B wrongly. The AUC is worst without A.

    >>> from rnn_trading.skill.tasks import TASKS
    >>> rows = pd.DataFrame({"ticker": ["A", "A", "B", "B"], "prediction": [0.9, 0.1, 0.4, 0.6], "truth": [1, 0, 1, 0]})
    >>> most_influential(TASKS["classification"], rows)
    ['A', 'B']
    """
    codes, names = pd.factorize(rows[task.groups])
    score = task.headline.score(rows, MODEL)
    if isinstance(score, OfCounts):
        alone = without_each(score, codes)
    elif task.headline.score is mean_information_coefficient and not rows.duplicated([task.groups, "date"]).any():
        forecast, truth = (rows[name].to_numpy(dtype=float) for name in (MODEL, TRUTH))
        alone = mean_coefficient_without_each(forecast, truth, pd.DatetimeIndex(rows["date"]), codes)
    else:  # what was computed of whole dates is computed again on the rows that are left
        alone = without_each(lambda left: _score(task, rows.iloc[left], MODEL), codes)
    order = pd.Series(alone, index=names).sort_values(ascending=task.headline.larger_is_better, kind="stable")
    return order.index[:MOST_INFLUENTIAL].tolist()


def _score(task: Task, rows: pd.DataFrame, column: str) -> float:
    return task.headline.score(rows, column)(np.arange(len(rows)))
