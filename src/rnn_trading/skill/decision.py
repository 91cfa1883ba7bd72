"""What is decided of a model: which tiers of rivals it beats, and the finding that follows."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from rnn_trading.skill.encompassing import encompassing
from rnn_trading.skill.formats import format_score, format_share
from rnn_trading.skill.rivals.lists import tier_of
from rnn_trading.skill.rivals.tiers import TIERS, Tier
from rnn_trading.skill.rows import FOLD, MODEL, rows_of
from rnn_trading.skill.standing import Status, standing
from rnn_trading.skill.statistics import TRUTH, Statistic
from rnn_trading.skill.tasks import TASKS, Task, TaskName, statistic_for

Kind = Literal["every", "naive", "chance", "none", "worse", "few"]
# The best finding first.
KINDS: tuple[Kind, ...] = ("every", "naive", "chance", "none", "worse", "few")
SKILL: tuple[Kind, ...] = ("every", "naive", "chance")  # better than chance, at least
CONSTANT = "a_constant"
ONE_OF: dict[Tier, str] = {"chance": "chance", "naive": "a naive rival", "strong": "a strong rival"}
ALL_OF: dict[Tier, str] = {"chance": "chance", "naive": "the naive rivals", "strong": "the strong rivals"}
STRONG_WORDS: dict[Status, str] = {
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
    task_name: TaskName,
    predictions: pd.DataFrame,
    validation: pd.DataFrame | None = None,
    overlap: int = 1,
    tried: int = 1,
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
    tried
        Configurations of which this may be the best one: every p-value of a better model is corrected for them; see
        :func:`rnn_trading.skill.standing.after_tries`.

    Returns
    -------
    dict
        ``finding`` (in words) and ``finding_kind``; of the statistic its name (``statistic``), ``words``, ``why``,
        ``larger_is_better``, ``matters`` and ``relative``; ``value`` of the model with ``interval``, ``counted`` (how
        many ``units``); ``rival``, ``difference``, ``difference_interval``, ``p_value`` and ``doubtful`` of the
        comparison that decided the finding; ``tiers``: of each, None without a rival, or what
        :func:`rnn_trading.skill.standing.standing` gives; ``encompassing``: see
        :func:`rnn_trading.skill.encompassing.encompassing`; ``task`` and ``overlap``, as given. NaN where there is no
        test.

    Examples
    --------
    The rival is off by 1 % or by 2 %, the model by a tenth of that.

    >>> off = np.tile([0.01, 0.02], 30)
    >>> table = pd.DataFrame({"date": pd.bdate_range("2020-01-01", periods=60), "truth": 100.0 * (1 + off)})
    >>> table = table.assign(prediction=100.0 * (1 + 0.9 * off), persistence=100.0)
    >>> decision = decide("level", table)
    >>> decision["finding"], decision["rival"], round(decision["difference"], 3)
    ('Skill beyond every rival', 'persistence', -1.173)
    """
    task = TASKS[task_name]
    rows, rivals = predictions[rows_of(predictions, task.only)].reset_index(drop=True), rivals_in(task, predictions)
    statistic = statistic_for(task, rows, [MODEL, *rivals])
    own = statistic.of(rows, MODEL, None, overlap) if len(rows) else None
    tiers = _tiers(statistic, rows, rivals, overlap, tried)
    found = finding(statistic, tiers, len(rows) if own and own.counted else 0, task.fewest_rows)
    test = deciding_tier(found, tiers)
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
        "p_value": test["p_value"] if test else math.nan,
        "doubtful": bool(test and test["doubtful"]),
        "tiers": tiers,
        "task": task_name,
        "overlap": overlap,
        "encompassing": encompassing(task, statistic, rows, validation, overlap, tried),
    }


def rivals_in(task: Task, predictions: pd.DataFrame) -> list[str]:
    """Names of the columns that are rivals.

    Examples
    --------
    >>> rivals_in(TASKS["level"], pd.DataFrame(columns=["date", "prediction", "truth", "persistence"]))
    ['persistence']
    """
    return [column for column in predictions if column not in (*task.keys, FOLD, MODEL, TRUTH)]


def best_rival(decision: dict[str, Any]) -> tuple[str | None, float | None]:
    """The best of all rivals by what decided, and its value; None of each where none has one.

    Parameters
    ----------
    decision
        See :func:`decide`, or as read from a record.

    Examples
    --------
    >>> tests = [{"rival": "har", "rival_value": 0.7}, {"rival": "ewma", "rival_value": 0.8}]
    >>> best_rival({"larger_is_better": False, "tiers": {"chance": None, "naive": {"tests": tests}}})
    ('har', 0.7)
    >>> best_rival({"larger_is_better": False, "tiers": {"chance": None}})
    (None, None)
    """
    tests = [test for tier in decision["tiers"].values() if tier for test in tier["tests"]]
    tests = [test for test in tests if test["rival"] != CONSTANT]  # what luck gets is no forecast of the record
    there = [test for test in tests if test["rival_value"] is not None and not math.isnan(test["rival_value"])]
    if not there:
        return None, None
    first = (max if decision["larger_is_better"] else min)(there, key=lambda test: test["rival_value"])
    return first["rival"], first["rival_value"]


def _tiers(statistic: Statistic, rows: pd.DataFrame, rivals: Iterable[str], overlap: int, tried: int) -> dict[str, Any]:
    by_tier: dict[Tier, list[str]] = {tier: [] for tier in TIERS}
    for rival in rivals:
        by_tier[tier_of(rival)].append(rival)
    if not by_tier["chance"] and statistic.luck is not None and len(rows):
        # What luck gets is known, so that it is a rival whoever else is there.
        rows, by_tier["chance"] = rows.assign(**{CONSTANT: statistic.luck}), [CONSTANT]
    return {
        tier: standing(statistic, {name: statistic.of(rows, MODEL, name, overlap) for name in names}, tried)
        if names and len(rows)
        else None
        for tier, names in by_tier.items()
    }


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
    if not statistic.relative:
        return f"{text} (less than {format_score(tier['detectable'])} would go unseen)"
    share = tier["detectable"] / abs(tier["rival_value"]) if tier["rival_value"] else math.inf
    if share >= 1:
        return f"{text} (no improvement would be seen for sure)"
    return f"{text} (an error smaller by less than {format_share(share)} would go unseen)"


def _skill(statuses: dict[Tier, Status]) -> Finding:
    """The finding where at least the lowest tier is beaten, and none but the strong one is better."""
    if list(statuses) == ["chance"]:
        return Finding("chance", "Better than chance, the only rival", "chance")
    if all(each == "beaten" for each in statuses.values()):
        return Finding("every", "Skill beyond every rival", list(statuses)[-1])
    if statuses.get("naive") == "beaten":
        return Finding("naive", f"Skill beyond naive rivals, {STRONG_WORDS[statuses['strong']]}", "naive")
    if "naive" not in statuses:
        return Finding("chance", f"Better than chance, {STRONG_WORDS[statuses['strong']]}", "chance")
    only = "and strong rivals, not than every naive one" if statuses.get("strong") == "beaten" else "only"
    return Finding("chance", f"Better than chance {only}", "chance")


def deciding_tier(found: Finding, tiers: dict[str, Any]) -> dict[str, Any] | None:
    """The tier without whose comparison the finding would be another one; None where nothing decided.

    For a claim of skill, the one with the largest p-value of all that had to fall.

    Examples
    --------
    >>> tiers = {"chance": {"p_value": 0.03}, "naive": {"p_value": 0.01}, "strong": None}
    >>> deciding_tier(Finding("every", "", "naive"), tiers)
    {'p_value': 0.03}
    """
    if found.tier is None:
        return None
    if found.kind not in SKILL:
        return tiers[found.tier]
    fallen = [tiers[tier] for tier in TIERS[: TIERS.index(found.tier) + 1] if tiers[tier]]
    return max(fallen, key=lambda tier: tier["p_value"])
