"""What is decided of a model: which tiers of rivals it beats, and the finding that follows."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from rnn_trading.skill.encompassing import encompassing
from rnn_trading.skill.formats import format_score, format_share
from rnn_trading.skill.inference.means import SIGNIFICANCE
from rnn_trading.skill.inference.multiplicity import holm
from rnn_trading.skill.rivals.lists import tier_of
from rnn_trading.skill.rivals.tiers import TIERS, Tier
from rnn_trading.skill.rows import MODEL, rows_of
from rnn_trading.skill.statistics import TRUTH, Compared, Statistic
from rnn_trading.skill.tasks import TASKS, Task, TaskName

Status = Literal["beaten", "level", "worse", "undecided"]
Kind = Literal["every", "naive", "chance", "none", "worse", "few"]
# The best finding first.
KINDS: tuple[Kind, ...] = ("every", "naive", "chance", "none", "worse", "few")
SKILL: tuple[Kind, ...] = ("every", "naive", "chance")  # better than chance, at least
ONE_OF: dict[Tier, str] = {"chance": "chance", "naive": "a naive rival", "strong": "a strong rival"}
ALL_OF: dict[Tier, str] = {"chance": "chance", "naive": "the naive rivals", "strong": "the strong rivals"}
STRONG_WORDS: dict[Status, str] = {
    "beaten": "and beyond strong rivals",
    "level": "level with strong ones",
    "undecided": "not told from strong ones",
    "worse": "worse than a strong one",
}


@dataclass(frozen=True)
class Finding:
    """What is said of a model.

    Attributes
    ----------
    kind
        See :data:`KINDS`.
    text
        In words.
    tier
        Whose rivals decided it; None where nothing did.
    """

    kind: Kind
    text: str
    tier: Tier | None = None


def decide(
    task_name: TaskName, predictions: pd.DataFrame, validation: pd.DataFrame | None = None, overlap: int = 1
) -> dict[str, Any]:
    """Compare a model with each of its rivals by the statistic of its kind, tier by tier.

    A tier is beaten if each of its rivals, tested alone at 5 %, falls: that all must fall makes up for their number
    (intersection-union; Berger, 1982). A model is worse than a tier if it is worse than one of its rivals by a p-value
    corrected for their number (Holm, 1979). It is level with a tier if the 95 % interval of its distance to the best
    rival lies within the difference that matters. What is none of these is undecided.

    Parameters
    ----------
    task_name
        Kind of forecast.
    predictions, validation
        Rows of the test and of the validation: the keys of the task, ``prediction``, ``truth``, and one column a rival.
    overlap
        Periods over which a truth reaches; see :func:`rnn_trading.skill.inference.means.mean_test`.

    Returns
    -------
    dict
        ``finding`` (in words) and ``finding_kind``; of the statistic its name (``statistic``), ``words``, ``why``,
        ``larger_is_better``, ``matters`` and ``relative``; ``value`` of the model with ``interval``, ``counted`` (how
        many ``units``);
        ``rival``, ``difference``, ``difference_interval``, ``p_value`` and ``doubtful`` of the comparison that decided
        the finding; ``tiers``: of each, None without a rival, or ``status`` and the comparison with its best rival, and
        all of them in ``tests``; ``encompassing``: see :func:`rnn_trading.skill.encompassing.encompassing`. NaN where
        there is no test.

    Examples
    --------
    The rival is off by 1 % or by 2 %, the model by a tenth of that.

    >>> off = np.tile([0.01, 0.02], 30)
    >>> table = pd.DataFrame({"date": pd.bdate_range("2020-01-01", periods=60), "truth": 100.0 * (1 + off)})
    >>> table = table.assign(prediction=100.0 * (1 + 0.9 * off), persistence=100.0)
    >>> decision = decide("level", table)
    >>> decision["finding"], decision["rival"], round(decision["difference"], 3)
    ('Skill beyond every rival', 'persistence', -2.475)
    """
    task = TASKS[task_name]
    statistic, rows = task.statistic, predictions[rows_of(predictions, task.only)].reset_index(drop=True)
    tiers = _tiers(statistic, rows, rivals_in(task, predictions), overlap)
    found = finding(statistic, tiers, len(rows), task.fewest_rows)
    own = statistic.of(rows, MODEL, None, overlap) if len(rows) else None
    test = deciding_test(statistic, found, tiers)
    return {
        "finding": found.text,
        "finding_kind": found.kind,
        "statistic": statistic.name,
        "words": statistic.in_words(rows),
        "why": statistic.why,
        "larger_is_better": statistic.larger_is_better,
        "matters": statistic.matters,
        "relative": statistic.relative,
        "value": own.value if own else math.nan,
        "interval": own.interval if own else (math.nan, math.nan),
        "counted": own.counted if own else 0,
        "units": task.counted,
        "rival": test["rival"] if test else None,
        "difference": test["difference"] if test else math.nan,
        "difference_interval": test["interval"] if test else (math.nan, math.nan),
        "p_value": _p_value(found, test),
        "doubtful": bool(test and test["doubtful"]),
        "tiers": tiers,
        "encompassing": encompassing(task, rows, validation, overlap),
    }


def rivals_in(task: Task, predictions: pd.DataFrame) -> list[str]:
    """Names of the columns that are rivals.

    Examples
    --------
    >>> rivals_in(TASKS["level"], pd.DataFrame(columns=["date", "prediction", "truth", "persistence"]))
    ['persistence']
    """
    return [column for column in predictions if column not in (*task.keys, MODEL, TRUTH)]


def _tiers(statistic: Statistic, rows: pd.DataFrame, rivals: Iterable[str], overlap: int) -> dict[str, Any]:
    by_tier: dict[Tier, list[str]] = {tier: [] for tier in TIERS}
    for rival in rivals:
        by_tier[tier_of(rival)].append(rival)
    return {
        tier: _tier(statistic, {name: statistic.of(rows, MODEL, name, overlap) for name in names})
        if names and len(rows)
        else None
        for tier, names in by_tier.items()
    }


def _tier(statistic: Statistic, compared: dict[str, Compared]) -> dict[str, Any]:
    """Comparisons with the rivals of a tier, and what they come to together."""
    corrected = holm(np.array([each.p_value for each in compared.values()]))
    tests = [
        {"rival": name, **asdict(each), "p_holm": float(p_holm)}
        for (name, each), p_holm in zip(compared.items(), corrected, strict=True)
    ]
    sign = 1 if statistic.larger_is_better else -1
    best = max(tests, key=lambda test: sign * test["rival_value"])
    return best | {"status": status(statistic, tests, best), "tests": tests}


def status(statistic: Statistic, tests: list[dict[str, Any]], best: dict[str, Any]) -> Status:
    """What the tests against the rivals of a tier come to.

    Parameters
    ----------
    statistic
        Says which way is better, and which difference matters.
    tests
        ``difference``, ``p_value`` and ``p_holm`` of each.
    best
        That against the best rival: ``interval`` and ``rival_value``.

    Examples
    --------
    >>> from rnn_trading.skill.statistics import REVIEWS
    >>> test = {"difference": 0.004, "p_value": 0.1, "p_holm": 0.1, "interval": (-0.001, 0.009), "rival_value": 0.9}
    >>> status(REVIEWS, [test], test), status(REVIEWS, [test | {"p_value": 0.01}], test)
    ('level', 'beaten')
    """
    sign = 1 if statistic.larger_is_better else -1
    if all(sign * test["difference"] > 0 and test["p_value"] < SIGNIFICANCE for test in tests):
        return "beaten"
    if any(sign * test["difference"] < 0 and test["p_holm"] < SIGNIFICANCE for test in tests):
        return "worse"
    margin = statistic.margin(best["rival_value"])
    low, high = best["interval"]
    return "level" if -margin <= low and high <= margin else "undecided"


def finding(statistic: Statistic, tiers: dict[str, Any], rows: int, fewest_rows: int) -> Finding:
    """The finding that follows from the tiers; a tier without a rival does not count.

    Parameters
    ----------
    statistic
        What decided.
    tiers
        See :func:`decide`.
    rows, fewest_rows
        How many there are, and of how many a verdict can be made.

    Examples
    --------
    >>> from rnn_trading.skill.statistics import REVIEWS
    >>> tiers = {"chance": {"status": "beaten"}, "naive": {"status": "undecided"}, "strong": {"status": "worse"}}
    >>> finding(REVIEWS, tiers, 1000, 0).text
    'Better than chance only'
    >>> finding(REVIEWS, tiers, 50, 100).text
    'Too few rows for a verdict (50, of at least 100)'
    """
    there = {tier: tiers[tier] for tier in TIERS if tiers[tier] is not None}
    if rows < max(1, fewest_rows) or not there:
        return Finding("few", f"Too few rows for a verdict ({rows:,}, of at least {max(1, fewest_rows):,})")
    statuses: dict[Tier, Status] = {tier: each["status"] for tier, each in there.items()}
    lowest: Tier = next(iter(there))
    for tier, status_of in statuses.items():
        if status_of == "worse" and (tier == lowest or tier != "strong"):
            return Finding("worse", f"Worse than {ONE_OF[tier]}", tier)
    if statuses[lowest] != "beaten":
        return Finding("none", _unseen(statistic, lowest, there[lowest]), lowest)
    return _skill(statuses)


def _unseen(statistic: Statistic, lowest: Tier, tier: dict[str, Any]) -> str:
    text = f"Cannot be told from {ALL_OF[lowest]}"
    if math.isnan(tier["detectable"]):
        return f"{text}: there is no test"
    seen = tier["detectable"]
    if statistic.relative and tier["rival_value"]:
        return f"{text} (less than {format_share(seen / tier['rival_value'])} would go unseen)"
    return f"{text} (less than {format_score(seen)} would go unseen)"


def _skill(statuses: dict[Tier, Status]) -> Finding:
    """The finding where at least the lowest tier is beaten, and none but the strong one is better."""
    if all(each == "beaten" for each in statuses.values()):
        return Finding("every", "Skill beyond every rival", list(statuses)[-1])
    strong = statuses.get("strong", "beaten")
    if statuses.get("naive") == "beaten":
        return Finding("naive", f"Skill beyond naive rivals, {STRONG_WORDS[strong]}", "naive")
    if "naive" not in statuses:
        return Finding("chance", f"Better than chance, {STRONG_WORDS[strong]}", "chance")
    return Finding("chance", "Better than chance only", "chance")


def deciding_test(statistic: Statistic, found: Finding, tiers: dict[str, Any]) -> dict[str, Any] | None:
    """The comparison without which the finding would be another one.

    For a claim of skill, the one with the largest p-value of all that had to fall. For none, that with the best rival.
    For a worse model, the one with the smallest corrected p-value.

    Examples
    --------
    >>> tests = [{"rival": "zero", "p_value": 0.01}, {"rival": "training_mean", "p_value": 0.03}]
    >>> from rnn_trading.skill.statistics import RANKS_BY_DATE
    >>> tiers = {"chance": {"tests": tests}, "naive": None, "strong": None}
    >>> deciding_test(RANKS_BY_DATE, Finding("chance", "", "chance"), tiers)
    {'rival': 'training_mean', 'p_value': 0.03}
    """
    if found.tier is None:
        return None
    tier = tiers[found.tier]
    if found.kind == "none":
        return next(test for test in tier["tests"] if test["rival"] == tier["rival"])
    if found.kind == "worse":
        return worst(tier["tests"], statistic.larger_is_better)
    fallen = TIERS[: TIERS.index(found.tier) + 1]
    tests = [test for each in fallen if tiers[each] for test in tiers[each]["tests"]]
    return max(tests, key=lambda test: test["p_value"])


def _p_value(found: Finding, test: dict[str, Any] | None) -> float:
    if test is None:
        return math.nan
    return test["p_holm"] if found.kind == "worse" else test["p_value"]


def worst(tests: list[dict[str, Any]], larger_is_better: bool) -> dict[str, Any]:
    """Of the rivals that are better than the model, the one with the smallest corrected p-value.

    Examples
    --------
    >>> tests = [{"difference": 0.2, "p_holm": 0.001}, {"difference": -0.1, "p_holm": 0.01}]
    >>> worst(tests, larger_is_better=True)["p_holm"]
    0.01
    """
    sign = 1 if larger_is_better else -1
    better = [test for test in tests if sign * test["difference"] < 0 and not math.isnan(test["p_holm"])]
    return min(better, key=lambda test: test["p_holm"])
