"""The verdict: what was decided, in sentences."""

import math
from typing import Any

from rnn_trading.skill.decision import KINDS, SKILL
from rnn_trading.skill.formats import format_p_value, format_published, format_score, words
from rnn_trading.skill.rivals.tiers import Tier
from rnn_trading.skill.tasks import Task

BEST: dict[Tier, str] = {"naive": "the best naive rival", "strong": "the best strong rival"}
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
        *(_tier(decision, tier) for tier in BEST),
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


def _tier(decision: dict[str, Any], tier: Tier) -> str:
    """The comparison with the best rival of a tier."""
    found = decision["tiers"][tier]
    if found is None:
        return ""
    status, rival = found["status"], f"{words(found['rival'])}, {BEST[tier]}"
    value, p_value = format_score(found["rival_value"]), format_p_value(found["p_value"])
    dagger = DOUBTFUL if found["doubtful"] else ""
    counted = f"{decision['counted']:,} {decision['units']}"
    if math.isnan(found["p_value"]):
        return f"No test against {rival} ({value}): {counted} are too few, or all alike"
    if status == "beaten":
        return f"Better than {rival} ({value}; {p_value}{dagger})"
    if status == "worse":
        test = min(found["tests"], key=lambda test: test["p_holm"] if not math.isnan(test["p_holm"]) else math.inf)
        name = rival if test["rival"] == found["rival"] else words(test["rival"])
        return f"Worse than {name} ({format_score(test['rival_value'])}; {format_p_value(test['p_holm'])}{dagger})"
    if status == "level":
        margin = abs(decision["matters"] * (found["rival_value"] if decision["relative"] else 1))
        return f"Level with {rival} ({value}): a difference of {format_score(margin)} is ruled out{dagger}"
    unseen = f"a difference below {format_score(found['detectable'])} goes unseen"
    return f"Not told from {rival} ({value}; {p_value}{dagger}): on {counted} {unseen}"


def _encompassing(found: dict[str, Any]) -> str:
    if "why_not" in found or math.isnan(found["p_value"]):
        return ""
    pair = f"{format_score(found['value'])} against {format_score(found['rival_value'])}"
    pair = f"{pair}; {format_p_value(found['p_value'])}"
    if found["adds"]:
        return f"It adds to {words(found['rival'])}: together they have {pair}"
    return f"It was not seen to add to {words(found['rival'])} (together {pair})"


def _score(task: Task, decision: dict[str, Any], score: float, figure: Any, published_on: str | None) -> str:
    """The headline score, where it is not what decided, and the published one."""
    text = "" if task.headline.metric == decision["statistic"] else f"{task.headline.words} {format_score(score)}"
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
        sentences.append(f"{DOUBTFUL} {decision['units']} few, dependent or wild: the p-value may be too small")
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
