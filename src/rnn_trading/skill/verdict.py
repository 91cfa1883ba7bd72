"""The verdict: what was decided, in sentences."""

import math
from typing import Any

from rnn_trading.skill.decision import KINDS, SKILL
from rnn_trading.skill.formats import capital, format_p_value, format_published, format_score, words
from rnn_trading.skill.rivals.tiers import Tier
from rnn_trading.skill.tasks import Task
from rnn_trading.skill.tries import in_words

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
        What changes without some rows; see :func:`without_months`.
    known
        Of the model and of the data: ``networks``, ``stopped_on``, ``chosen_on``, ``chosen``, ``best_epoch``,
        ``epochs``, ``epochs_allowed``, ``by_seed``, ``caveat``; and of the record ``by_fold``, ``folds_ahead``,
        ``trials`` and ``elsewhere``.

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
    Squared error of the return over its known volatility 0.012 (95 %: 0.011 to 0.013).
    Better than persistence, the best naive rival (1.185; p < 0.001).
    RMSE in index points 0.160; published 17.7, on other data.
    """
    enough = decision["finding_kind"] != "few"
    sentences = [
        decision["finding"],
        decision.get("on_all_rows", ""),
        _value(decision),
        *(_tiers(decision) if enough else []),
        _encompassing(decision) if enough else "",
        _score(task, score, *published),
        _folds(known),
        _worst_seed(known),
        *without,
        *_caveats(decision, known),
    ]
    return " ".join(f"{capital(sentence)}." for sentence in sentences if sentence)


def _value(decision: dict[str, Any]) -> str:
    if math.isnan(decision["value"]):
        return ""
    text = f"{decision['words']} {format_score(decision['value'])}"
    low, high = decision["interval"]
    if math.isnan(low) or decision["finding_kind"] == "few":
        return text
    chance = decision["tiers"]["chance"]
    told = chance and not math.isnan(chance["p_value"])
    p_value = f"; {format_p_value(chance['p_value'])}{_dagger(chance)} against chance" if told else ""
    return f"{text} (95 %: {format_score(low)} to {format_score(high)}{p_value})"


def _tiers(decision: dict[str, Any]) -> list[str]:
    """The comparisons that decided; those of rivals that cannot be told from the model share a sentence."""
    there = {tier: decision["tiers"][tier] for tier in BEST if decision["tiers"][tier] is not None}
    open_ones = {tier: each for tier, each in there.items() if _undecided(each)}
    sentences = [_tier(decision, tier, each) for tier, each in there.items() if tier not in open_ones]
    if open_ones:
        names = ", nor from ".join(f"{_rival(tier, each)} ({_figures(each)})" for tier, each in open_ones.items())
        unseen = [format_score(each["detectable"]) for each in open_ones.values()]
        several = f"differences below {' and '.join(unseen)} go unseen"
        what = several if len(unseen) > 1 else f"a difference below {unseen[0]} goes unseen"
        sentences.append(f"Not told from {names}: on {_counted(decision)} {what}")
    return sentences


def _undecided(found: dict[str, Any]) -> bool:
    return found["status"] == "undecided" and not math.isnan(found["p_value"])


def _rival(tier: Tier, found: dict[str, Any]) -> str:
    return f"{words(found['rival'])}, {(BEST if found['rival'] == found['best'] else AMONG)[tier]}"


def _figures(found: dict[str, Any]) -> str:
    # Of a rival that is better, the p-value is corrected for the choice among those of its tier.
    several = f" for {len(found['tests'])} rivals" if found["gain"] < 0 and len(found["tests"]) > 1 else ""
    return f"{format_score(found['rival_value'])}; {format_p_value(found['p_value'])}{several}{_dagger(found)}"


def _dagger(found: dict[str, Any]) -> str:
    return DOUBTFUL if found["doubtful"] else ""


def _counted(decision: dict[str, Any]) -> str:
    return f"{decision['counted']:,} {decision['units']}"


def _tier(decision: dict[str, Any], tier: Tier, found: dict[str, Any]) -> str:
    """The comparison that decided how the model stands to a tier."""
    rival, value = _rival(tier, found), format_score(found["rival_value"])
    if math.isnan(found["p_value"]) and found["status"] != "level":
        return f"No test against {rival} ({value}): too few {decision['units']} ({decision['counted']:,}), or all alike"
    if found["status"] == "level":
        margin = abs(decision["matters"] * (found["rival_value"] if decision["relative"] else 1))
        return f"Level with {rival} ({value}): a difference of {format_score(margin)} is ruled out{_dagger(found)}"
    return f"{'Better' if found['status'] == 'beaten' else 'Worse'} than {rival} ({_figures(found)})"


def _encompassing(decision: dict[str, Any]) -> str:
    found = decision["encompassing"]
    if "why_not" in found:
        return ""
    if math.isnan(found["p_value"]):
        weight = format_score(found["weights"]["model"])
        return f"Beside {words(found['rival'])} its weight is {weight}, so that nothing is added"
    pair = f"{format_score(found['value'])} against {format_score(found['rival_value'])}"
    gain = found["difference"] if decision["larger_is_better"] else -found["difference"]
    if gain <= 0:  # its p-value would be of a loss
        return f"It adds nothing to {words(found['rival'])} (together {pair})"
    pair = f"{pair}; {format_p_value(found['p_value'])}{_dagger(found)}"
    if found["adds"]:
        return f"It adds to {words(found['rival'])}: together they have {pair}"
    return f"Nothing was found that it adds to {words(found['rival'])} (together {pair})"


def _score(task: Task, score: float, figure: Any, published_on: str | None) -> str:
    """The headline score, where it is not what decided, and the published one."""
    told = math.isnan(score) or task.headline.metric == task.statistic.metric
    text = "" if told else f"{task.headline.words} {format_score(score)}"
    if isinstance(figure, int | float) and not math.isnan(figure):
        text += f"{'; ' if text else ''}published {format_published(figure)}, on {published_on}"
    return text


def _folds(known: dict[str, Any]) -> str:
    """On how many folds the model was judged, and in how many it is ahead; nothing of one fold."""
    folds = known.get("by_fold") or []
    if len(folds) < 2:
        return ""
    text = f"judged on {len(folds)} folds from {folds[0]['first_date']} to {folds[-1]['last_date']}"
    best, ahead = folds[0]["best"], known["folds_ahead"]
    if not best or not ahead["of"]:
        return text
    return f"{text}; ahead of its best rival, {words(best['rival'])}, in {ahead['count']} of {ahead['of']}"


def _worst_seed(known: dict[str, Any]) -> str:
    """What is decided of the worst network alone; nothing of one network."""
    by_seed = known.get("by_seed") or {}
    if "worst" not in by_seed:
        return ""
    worst, found = by_seed["worst"], by_seed["worst_finding"]["finding"]
    score = f"{by_seed['decided']['words']} {format_score(worst['value'])}"
    return f"{words(worst['seed'])} alone, the worst of {len(by_seed['seeds'])} ({score}): {small(found)}"


def without_months(decision: dict[str, Any], calm: dict[str, Any] | None) -> list[str]:
    """What changes without the three worst months, where enough rows are left.

    Parameters
    ----------
    decision, calm
        On all rows, and without these months (None: the rows have no date).

    Examples
    --------
    >>> found = {"finding_kind": "chance", "finding": "Better than chance only", "value": 0.05}
    >>> gone = {"finding_kind": "none", "finding": "Cannot be told from chance", "value": 0.01}
    >>> without_months(found, gone)
    ['without the three worst months: cannot be told from chance']
    """
    if calm is None or calm["finding_kind"] == "few" or not worse(calm, decision):
        return []
    return [f"without the three worst months: {small(calm['finding'])}"]


def small(sentence: str) -> str:
    """A sentence as it stands within another one.

    Examples
    --------
    >>> small("Better than chance only")
    'better than chance only'
    """
    return f"{sentence[0].lower()}{sentence[1:]}"


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
    shown = [tier for tier in decision["tiers"].values() if tier] + [decision["encompassing"]]
    if (
        any(each.get("doubtful") and not math.isnan(each["p_value"]) for each in shown)
        and decision["finding_kind"] != "few"
    ):
        why = f"{decision['units']} that are few, depend on each other, or are skewed"
        sentences.append(f"{DOUBTFUL} {why}: the p-value may be too small")
    sentences.append(in_words(known.get("trials")) if decision["finding_kind"] != "few" else "")
    if known.get("networks") == 1:
        several = len(known.get("by_fold") or []) > 1
        trained = "one seed was trained in each fold" if several else "one network was trained"
        sentences.append(f"{trained}: another seed may give another finding")
    sentences += _epoch_kept(known)
    sentences += [each["says"] for each in known.get("elsewhere", []) if each["apart"]]
    return sentences + ([known["caveat"]] if known.get("caveat") else [])


def _epoch_kept(known: dict[str, Any]) -> list[str]:
    """Which epoch was kept, where that says something about the scores."""
    if "chosen_on" in known and known["chosen_on"] is None:
        of_all = {*_of_each(known["epochs"])}
        if of_all == {1}:
            return ["one epoch was trained"]
        count = f" {of_all.pop()}" if len(of_all) == 1 else ""
        return [f"all{count} epochs were run and the last was kept"]
    sentences = []
    if known.get("stopped_on") == "test":
        chosen = " and the network chosen" if "chosen" in known else ""
        sentences.append(f"training was stopped{chosen} on the test rows: the scores are too good")
    elif known.get("chosen_on") == "test":
        chosen = "epoch and network were" if "chosen" in known else "the epoch was"
        sentences.append(f"{chosen} chosen on the test rows: the scores are too good")
    best = _of_each(known.get("best_epoch"))
    if last := _stopped_by_their_number(known):
        of = f" of {last} of {len(best)} networks" if len(best) > 1 else ""
        sentences.append(f"the best epoch{of} was the last one allowed: longer training may change it")
    return sentences


def _stopped_by_their_number(known: dict[str, Any]) -> int:
    """How many networks had their best epoch as the last one that they were allowed."""
    allowed, best = known.get("epochs_allowed"), known.get("best_epoch")
    if isinstance(allowed, dict):  # of every fold the network that was chosen
        return sum(epoch == allowed[fit.partition(".")[0]] for fit, epoch in best.items()) if best else 0
    return _of_each(best).count(allowed) if allowed is not None else 0


def _of_each(fact: Any) -> list[Any]:
    """Of each fit, what is one fact where there is one fit, and a dict by fit where there are several."""
    return [*fact.values()] if isinstance(fact, dict) else [fact]
