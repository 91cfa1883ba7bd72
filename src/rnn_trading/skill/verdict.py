"""The verdict: what was decided, in sentences."""

import math
from typing import Any

from rnn_trading.skill.decision import KINDS, SKILL, worst
from rnn_trading.skill.formats import format_p_value, format_published, format_score, words
from rnn_trading.skill.rivals.tiers import Tier
from rnn_trading.skill.tasks import Task

BEST: dict[Tier, str] = {"naive": "the best naive rival", "strong": "the best strong rival"}
AMONG: dict[Tier, str] = {"naive": "a naive rival", "strong": "a strong rival"}
DOUBTFUL = "†"


def verdict(
    task: Task,
    decision: dict[str, Any],
    score: float,
    published: tuple[Any, str | None],
    without: list[str],
    known: dict[str, Any],
) -> str:
    r"""What was decided of a model, in sentences.

    Parameters
    ----------
    task
        Kind of forecast.
    decision
        See :func:`rnn_trading.skill.decision.decide`.
    score
        The headline score of the model.
    published
        The published figure of that score, or None, and on which data.
    without
        What changes without some rows; see :func:`without_rows`.
    known
        Of the model and of the data: ``networks``, ``stopped_on``, ``chosen``, ``best_epoch``, ``epochs_allowed``,
        ``caveat``.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from rnn_trading.skill.decision import decide
    >>> from rnn_trading.skill.tasks import TASKS
    >>> off = np.tile([0.01, 0.02], 30)
    >>> table = pd.DataFrame({"date": pd.bdate_range("2020-01-01", periods=60), "truth": 100.0 * (1 + off)})
    >>> table = table.assign(prediction=100.0 * (1 + 0.9 * off), persistence=100.0)
    >>> text = verdict(TASKS["level"], decide("level", table), 0.16, (17.7, "other data"), [], {"networks": 3})
    >>> print(text.replace(". ", ".\n"))
    Skill beyond every rival.
    Squared error of the return (percent squared) 0.025 (95 %: 0.024 to 0.026).
    Better than persistence, the best naive rival (2.500; p < 0.001).
    RMSE in index points 0.160; published 17.7, on other data.
    """
    sentences = [
        decision["finding"],
        _value(decision),
        *_tiers(decision),
        _encompassing(decision["encompassing"]),
        _score(task, decision, score, *published),
        *without,
        *_caveats(decision, known),
    ]
    return " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in sentences if sentence)


def _value(decision: dict[str, Any]) -> str:
    if math.isnan(decision["value"]):
        return f"{decision['words']} does not exist on these rows"
    text = f"{decision['words']} {format_score(decision['value'])}"
    low, high = decision["interval"]
    if math.isnan(low):
        return text
    chance = decision["tiers"]["chance"]
    p_value = f"; {format_p_value(chance['p_value'])} against chance" if chance else ""
    return f"{text} (95 %: {format_score(low)} to {format_score(high)}{p_value})"


def _tiers(decision: dict[str, Any]) -> list[str]:
    """The comparisons with the best rivals; those that cannot be told from the model share a sentence."""
    there = {tier: decision["tiers"][tier] for tier in BEST if decision["tiers"][tier] is not None}
    open_ones = {tier: each for tier, each in there.items() if _undecided(each)}
    sentences = [_tier(decision, tier, each) for tier, each in there.items() if tier not in open_ones]
    if open_ones:
        names = ", nor from ".join(f"{_rival(tier, each)} ({_figures(each)})" for tier, each in open_ones.items())
        unseen = format_score(max(each["detectable"] for each in open_ones.values()))
        sentences.append(f"Not told from {names}: on {_counted(decision)} a difference below {unseen} goes unseen")
    return sentences


def _undecided(found: dict[str, Any]) -> bool:
    return found["status"] == "undecided" and not math.isnan(found["p_value"])


def _rival(tier: Tier, found: dict[str, Any]) -> str:
    return f"{words(found['rival'])}, {BEST[tier]}"


def _figures(found: dict[str, Any], p_value: str = "p_value") -> str:
    dagger = DOUBTFUL if found["doubtful"] else ""
    return f"{format_score(found['rival_value'])}; {format_p_value(found[p_value])}{dagger}"


def _counted(decision: dict[str, Any]) -> str:
    return f"{decision['counted']:,} {decision['units']}"


def _tier(decision: dict[str, Any], tier: Tier, found: dict[str, Any]) -> str:
    """The comparison with the best rival of a tier."""
    rival, value = _rival(tier, found), format_score(found["rival_value"])
    if math.isnan(found["p_value"]):
        return f"No test against {rival} ({value}): {_counted(decision)} are too few, or all alike"
    if found["status"] == "beaten":
        return f"Better than {rival} ({_figures(found)})"
    if found["status"] == "worse":
        test = worst(found["tests"], decision["larger_is_better"])
        name = rival if test["rival"] == found["rival"] else f"{words(test['rival'])}, {AMONG[tier]}"
        return f"Worse than {name} ({_figures(test, 'p_holm')})"
    margin = abs(decision["matters"] * (found["rival_value"] if decision["relative"] else 1))
    dagger = DOUBTFUL if found["doubtful"] else ""
    return f"Level with {rival} ({value}): a difference of {format_score(margin)} is ruled out{dagger}"


def _encompassing(found: dict[str, Any]) -> str:
    if "why_not" in found or math.isnan(found["p_value"]):
        return ""
    pair = f"{format_score(found['value'])} against {format_score(found['rival_value'])}"
    pair = f"{pair}; {format_p_value(found['p_value'])}"
    if found["adds"]:
        return f"It adds to {words(found['rival'])}: together they have {pair}"
    return f"Nothing was found that it adds to {words(found['rival'])} (together {pair})"


def _score(task: Task, decision: dict[str, Any], score: float, figure: Any, published_on: str | None) -> str:
    """The headline score, where it is not what decided, and the published one."""
    text = "" if task.headline.metric == task.statistic.metric else f"{task.headline.words} {format_score(score)}"
    if isinstance(figure, int | float):
        text += f"{'; ' if text else ''}published {format_published(figure)}, on {published_on}"
    return text


def without_rows(task: Task, decision: dict[str, Any], clean: dict[str, Any], calm: dict[str, Any] | None) -> list[str]:
    """What changes without the suspicious rows, and without the three worst months, where enough rows are left.

    Parameters
    ----------
    task
        Says which rows are suspicious.
    decision, clean, calm
        On all rows, without the suspicious ones, without the worst months (None: these rows have no date).

    Examples
    --------
    >>> from rnn_trading.skill.tasks import TASKS
    >>> found = {"finding_kind": "chance", "finding": "Better than chance only", "value": 0.05}
    >>> gone = {"finding_kind": "none", "finding": "Cannot be told from chance", "value": 0.01}
    >>> without_rows(TASKS["regression"], found, found, gone)
    ['without the three worst months: cannot be told from chance']
    """
    sentences = []
    for what, other in ((task.suspicious, clean), ("the three worst months", calm)):
        if other is not None and other["finding_kind"] != "few" and worse(other, decision):
            sentences.append(f"without {what}: {other['finding'][0].lower()}{other['finding'][1:]}")
    return sentences


def worse(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether a decision claims less skill than another one, which claims some.

    Examples
    --------
    >>> worse({"finding_kind": "chance"}, {"finding_kind": "every"})
    True
    >>> worse({"finding_kind": "worse"}, {"finding_kind": "none"})
    False
    """
    return other["finding_kind"] in SKILL and KINDS.index(one["finding_kind"]) > KINDS.index(other["finding_kind"])


def _caveats(decision: dict[str, Any], known: dict[str, Any]) -> list[str]:
    sentences = []
    if decision["doubtful"]:
        why = f"{decision['units']} that are few, depend on each other, or have heavy tails"
        sentences.append(f"{DOUBTFUL} {why}: the p-value may be too small")
    if known.get("networks") == 1:
        sentences.append("one network was trained: another seed may give another finding")
    if known.get("stopped_on") == "test":
        chosen = " and the network chosen" if "chosen" in known else ""
        sentences.append(f"training was stopped{chosen} on the test rows: the scores are too good")
    best = known.get("best_epoch")
    by_seed = list(best.values()) if isinstance(best, dict) else [best]
    if "epochs_allowed" in known and (last := by_seed.count(known["epochs_allowed"])):
        of = f" of {last} of {len(by_seed)} networks" if len(by_seed) > 1 else ""
        sentences.append(f"the best epoch{of} was the last one allowed: longer training may change it")
    return sentences + ([known["caveat"]] if known.get("caveat") else [])
