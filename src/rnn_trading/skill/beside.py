"""A careful network beside the corrected form of the published one."""

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.skill.formats import format_p_value, format_score
from rnn_trading.skill.inference.means import SIGNIFICANCE
from rnn_trading.skill.rows import FOLD, MODEL, rows_of
from rnn_trading.skill.standing import after_tries
from rnn_trading.skill.statistics import TRUTH, Compared
from rnn_trading.skill.tasks import TASKS, statistic_for
from rnn_trading.skill.tries import tried_in

logger = logging.getLogger(__name__)
SAME = 1e-9  # as a share: two computations of one score are no further apart
RECOMPUTED = 1e-6  # from forecasts in single precision
CORRECTED = "corrected_network"
Forecasts = Mapping[str, Callable[[], pd.DataFrame]]  # by protocol, what reads the test rows


@dataclass(frozen=True)
class Beside:
    """How a careful network compares with the corrected one.

    Attributes
    ----------
    difference
        What decided of the careful network, less that of the corrected one; NaN where they are not compared.
    is_better
        Whether the careful one is better by it; None where they are not compared.
    p_value
        Two-sided, of no difference, date by date; NaN where it was not tested.
    words
        The same for a reader; None unless both records are there.
    """

    difference: float = math.nan
    is_better: bool | None = None
    p_value: float = math.nan
    words: str | None = None


def beside_corrected(
    careful: dict[str, Any] | None, corrected: dict[str, Any] | None, forecasts: Forecasts | None = None
) -> Beside:
    """Compare a careful network with the corrected one by what decided.

    They are compared where their records have the same source, as many test rows between the same dates, and the same
    statistic over as many dates, weeks, runs or documents. Where the forecasts that both were judged by are there, for
    the same rows, the difference is tested as one to a rival is, with the p-value of as many configurations as the
    careful record counts. Else, and where a table of forecasts cannot be read, a rival must have the same value in both
    records, which shows that the rows and their units are the same, and nothing is tested.

    Parameters
    ----------
    careful, corrected
        Records of one model, as read; None where there is none.
    forecasts
        Test rows of both, with the keys of the task, ``prediction`` and ``truth``.

    Examples
    --------
    >>> tests = [{"rival": "persistence", "rival_value": 1.02}]
    >>> decision = {"words": "loss", "larger_is_better": False, "value": 0.9, "counted": 60}
    >>> decision |= {"tiers": {"chance": None, "naive": {"tests": tests}, "strong": None}}
    >>> data = {"source": "mine.csv", "test": {"rows": 60, "first_date": "2020-01-01", "last_date": "2020-03-24"}}
    >>> corrected = {"data": data, "decision": decision}
    >>> careful = corrected | {"decision": decision | {"value": 0.8}}
    >>> beside_corrected(careful, corrected).words
    'better than the corrected network by 0.100 of what decided, not tested'
    >>> beside_corrected(careful, corrected | {"data": data | {"source": "other.csv"}}).words
    'not compared with the corrected network: other test rows'
    """
    if careful is None or corrected is None:
        return Beside()
    why_not = _differ(careful, corrected)
    compared = None if why_not else _tested(careful, corrected, forecasts or {})
    if compared is not None:
        return _in_words(compared, careful["decision"]["larger_is_better"])
    ours, theirs = careful["decision"], corrected["decision"]
    if not why_not and not _share_a_rival(ours, theirs):
        why_not = "other test rows, or rivals that were fitted on other rows"
    if why_not:
        return Beside(words=f"not compared with the corrected network: {why_not}")
    difference = ours["value"] - theirs["value"]
    if difference == 0:
        words = "as good as the corrected network by what decided, not tested"
        return Beside(difference, is_better=False, words=words)
    better = (difference > 0) == ours["larger_is_better"]
    by = f"by {format_score(abs(difference))} of what decided, not tested"
    return Beside(difference, better, words=f"{'better' if better else 'worse'} than the corrected network {by}")


def _tested(careful: dict[str, Any], corrected: dict[str, Any], forecasts: Forecasts) -> Compared | None:
    """The careful network against the corrected one on the rows of both; None if they are not those of the records."""
    decision = careful["decision"]
    if {"careful", "corrected"} - {*forecasts} or decision.get("task") not in TASKS:  # before 0.12 it was not said
        return None
    try:
        ours, theirs = (forecasts[way]() for way in ("careful", "corrected"))
    except (OSError, ValueError) as error:
        logger.warning("A table of forecasts cannot be read, and nothing is tested by it: %s", error)
        return None
    task = TASKS[decision["task"]]
    keys = [*task.keys, *({FOLD} & {*ours} & {*theirs})]
    if len(ours) != len(theirs) or not {*keys, MODEL, TRUTH} <= {*ours} & {*theirs}:
        return None
    others = theirs[[*keys, MODEL, TRUTH]].rename(columns={MODEL: CORRECTED, TRUTH: "other_truth"})
    both = ours.merge(others, on=keys)
    one_each = len(both) == len(ours) and not both.duplicated(keys).any()
    if not one_each or not np.allclose(both[TRUTH], both["other_truth"], rtol=SAME, atol=0.0):
        return None
    rows = both[rows_of(both, task.only)].reset_index(drop=True)
    statistic = statistic_for(task, rows, [MODEL, CORRECTED])
    compared = statistic.of(rows, MODEL, CORRECTED, decision["overlap"])
    judged = decision["value"] - corrected["decision"]["value"]
    if not math.isclose(compared.difference, judged, rel_tol=RECOMPUTED, abs_tol=RECOMPUTED * abs(decision["value"])):
        return None  # a later run has written forecasts that nothing has judged yet
    trials = careful.get("trials")
    return after_tries(statistic, compared, max(tried_in(trials), (trials or {}).get("tries_now") or 1))


def _in_words(compared: Compared, larger_is_better: bool) -> Beside:
    difference, p_value = compared.difference, compared.p_value
    better = bool(difference != 0 and (difference > 0) == larger_is_better)
    way, by = "better" if better else "worse", f"by {format_score(abs(difference))} of what decided"
    if not difference or math.isnan(p_value):
        return Beside(difference, better, p_value, "as good as the corrected network by what decided")
    said = f"{format_p_value(p_value)}{' †' if compared.doubtful else ''}"
    words = f"{way} than the corrected network {by} ({said})"
    if p_value >= SIGNIFICANCE:
        words = f"not told from the corrected network: {way} {by} ({said})"
    return Beside(difference, better, p_value, words)


def _differ(careful: dict[str, Any], corrected: dict[str, Any]) -> str:
    """Why two records are not compared; empty if they are."""
    ours, theirs = careful["decision"], corrected["decision"]
    if None in (ours["value"], theirs["value"]):
        return "no value"
    if ours["words"] != theirs["words"]:
        return "another statistic decided"
    if _rows(careful) != _rows(corrected):
        return "other test rows"
    return ""


def _rows(record: dict[str, Any]) -> tuple[Any, ...]:
    test = record["data"]["test"] or {}
    dates = (test.get(name) for name in ("rows", "first_date", "last_date"))
    return record["data"]["source"], *dates, record["decision"]["counted"]


def _share_a_rival(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """Whether a rival has the same value in both decisions."""
    mine, other = _values(ours), _values(theirs)
    return any(math.isclose(value, other[rival], rel_tol=SAME) for rival, value in mine.items() if rival in other)


def _values(decision: dict[str, Any]) -> dict[str, float]:
    """Of each rival the statistic that decided."""
    tests = [test for tier in decision["tiers"].values() if tier for test in tier["tests"]]
    return {test["rival"]: test["rival_value"] for test in tests if test["rival_value"] is not None}
