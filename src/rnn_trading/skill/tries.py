"""What the number of tries makes of a decision."""

import math
from typing import Any

from rnn_trading.skill.formats import format_p_value, format_score, words
from rnn_trading.skill.inference.luck import best_by_luck
from rnn_trading.skill.rivals.tiers import TIERS

CORRECTED = "p-values of what it is better than are corrected for that"
NO_OTHER = "No other fit of this experiment and source is in the register of trials"


def tried_in(trials: dict[str, Any] | None) -> int:
    """How many tries there were: configurations, and sets of seeds of each; 1 where nobody counted.

    Examples
    --------
    >>> tried_in({"configurations": 3, "tries": 30}), tried_in({"configurations": 3}), tried_in(None)
    (30, 3, 1)
    """
    return 1 if trials is None else int(trials.get("tries") or trials["configurations"])


def trials_of(decision: dict[str, Any], trials: dict[str, Any] | None) -> dict[str, Any] | None:
    """What was tried before a decision, and what luck alone would have made of that.

    Parameters
    ----------
    decision
        See :func:`rnn_trading.skill.decision.decide`.
    trials
        What the register says; see :func:`rnn_trading.register.counting.tried`. None: nobody counted.

    Returns
    -------
    dict or None
        What the register says, and ``best_by_luck``: of so many forecasts none of which is better than the best rival
        of the lowest tier, what the best would have reached by the deciding statistic: ``value``, with the ``rival``
        and its ``rival_value``; None where there is no interval, where that would be an error below zero, or the model
        is no better than that rival: how far a bad forecast is off says nothing of luck. ``p_corrected`` of the
        comparison that decided, and ``p_alone``, what it would be if nothing else had been tried: the same where the
        model is not the better one. None: it was not counted.

    Examples
    --------
    >>> test = {"rival": "a_constant", "rival_value": 0.5, "interval": (0.0004, 0.0396), "difference": 0.02}
    >>> tier = test | {"best": "a_constant", "p_alone": 0.045, "tests": [test]}
    >>> decision = {"larger_is_better": True, "tiers": {"chance": tier}, "p_value": 0.09, "rival": "a_constant"}
    >>> decision["difference"] = 0.02
    >>> found = trials_of(decision, {"configurations": 2, "fits": 6})
    >>> round(found["best_by_luck"]["value"], 4), found["p_corrected"], found["p_alone"]
    (0.5056, 0.09, 0.045)
    """
    if trials is None:
        return None
    there = [tier for name in TIERS if (tier := decision["tiers"].get(name))]
    decided = next((tier for tier in there if tier["rival"] == decision["rival"]), None)
    return trials | {
        "best_by_luck": _best_by_luck(decision, there[0], tried_in(trials)) if there else None,
        "p_corrected": decision["p_value"],
        "p_alone": decided["p_alone"] if decided and _is_better(decision, decision) else decision["p_value"],
    }


def _is_better(decision: dict[str, Any], compared: dict[str, Any]) -> bool:
    """Whether the model is the better one of a comparison."""
    sign = 1 if decision["larger_is_better"] else -1
    return bool(sign * compared["difference"] > 0)


def _best_by_luck(decision: dict[str, Any], lowest: dict[str, Any], tries: int) -> dict[str, Any] | None:
    best = next(test for test in lowest["tests"] if test["rival"] == lowest["best"])
    if not _is_better(decision, best):
        return None
    value = best_by_luck(best["rival_value"], best["interval"], decision["larger_is_better"], tries)
    # An error below zero is none; QLIKE crosses it seldom.
    if math.isnan(value) or (not decision["larger_is_better"] and value < 0 <= best["rival_value"]):
        return None
    return {"value": value, "rival": best["rival"], "rival_value": best["rival_value"]}


def configurations(trials: dict[str, Any]) -> str:
    """How many there are, in words; of several sets of seeds, how many of these.

    Examples
    --------
    >>> configurations({"configurations": 1}), configurations({"configurations": 1200})
    ('1 configuration', '1,200 configurations')
    >>> configurations({"configurations": 2, "tries": 30})
    '30 sets of seeds of 2 configurations'
    """
    number, tries = trials["configurations"], tried_in(trials)
    text = f"{number:,} configuration{'s' * (number != 1)}"
    return text if tries == number else f"{tries:,} sets of seeds of {text}"


def out_of_date(trials: dict[str, Any], now: int | None) -> str:
    """What a reader of a record must know that was judged before all tries were made; nothing if there are no more.

    Parameters
    ----------
    trials
        What was tried when it was judged; see :func:`trials_of`.
    now
        How many there are by now; see :func:`rnn_trading.register.counting.tries_now`. None: nobody counted again.

    Examples
    --------
    >>> out_of_date({"configurations": 1}, 10), out_of_date({"configurations": 3}, 3)
    ('judged after 1 try, now there are 10: its p-values are not corrected for them', '')
    """
    then = tried_in(trials)
    if now is None or now <= then:
        return ""
    tries = "1 try" if then == 1 else f"{then:,} tries"
    return f"judged after {tries}, now there are {now:,}: its p-values are not corrected for them"


def late_of(record: dict[str, Any]) -> str:
    """See :func:`out_of_date`; of a record that was counted again.

    Examples
    --------
    >>> late_of({"trials": {"configurations": 2, "tries_now": 2}}), late_of({"trials": None}), late_of({})
    ('', '', '')
    """
    trials = record.get("trials") or {}
    return out_of_date(trials, trials.get("tries_now")) if trials else ""


def in_words(trials: dict[str, Any] | None) -> str:
    """What a reader of a verdict must know; nothing after a single try, or where nobody counted.

    Parameters
    ----------
    trials
        See :func:`trials_of`.

    Examples
    --------
    >>> luck = {"value": 0.5056, "rival": "a_constant", "rival_value": 0.5}
    >>> in_words({"configurations": 3, "best_by_luck": luck})
    '3 configurations were tried: the best of so many no better than a constant would have 0.506 by luck; p-values of \
what it is better than are corrected for that'
    >>> in_words({"configurations": 1, "best_by_luck": luck})
    ''
    """
    if tried_in(trials) == 1 or trials is None:
        return ""
    text, luck = f"{configurations(trials)} were tried", trials["best_by_luck"]
    if luck is None:
        return f"{text}; {CORRECTED}"
    what = f"the best of so many no better than {words(luck['rival'])} would have {format_score(luck['value'])} by luck"
    return f"{text}: {what}; {CORRECTED}"


def what_was_tried(trials: dict[str, Any] | None) -> str:
    r"""What the page of an experiment says of the register: how much was tried, since when, and what luck makes of it.

    Parameters
    ----------
    trials
        See :func:`trials_of`; None: nobody counted.

    Examples
    --------
    >>> told = {"configurations": 1, "fits": 25, "since": "2026-01-31T12:05:00Z", "new": True, "unreadable": []}
    >>> print(what_was_tried(told | {"best_by_luck": None}).replace(". ", ".\n"))
    1 configuration of this experiment was tested on these dates.
    The register of trials has 25 fits since 2026-01-31.
    No other fit of this experiment and source is in the register of trials: what is not in it, nobody knows.
    >>> of_a_grid = told | {"best_by_luck": None, "networks": 50, "new": False}
    >>> what_was_tried(of_a_grid).partition("has ")[2]
    '25 fits, each the best by the validation rows of a grid, 50 networks in all, since 2026-01-31.'
    >>> what_was_tried(None)
    'How many configurations were tried before this one was not counted.'
    """
    if trials is None:
        return "How many configurations were tried before this one was not counted."
    one, fits, versions = tried_in(trials) == 1, trials["fits"], trials.get("versions", 1)
    sentences = [
        f"{configurations(trials)} of this experiment {'was' if one else 'were'} tested on these dates. The register "
        f"of trials has {fits:,} fit{'s' * (fits != 1)}{_of_networks(trials)} since {trials['since'][:10]}"
    ]
    before = trials.get("before", 0)
    if before:
        were = "was tested before it" if before == 1 else "were tested before it, or elsewhere"
        sentences.append(f"{before:,} of these {were}, and the parameter experiment.tried_before says so")
    if trials["new"] and not before:
        sentences.append(f"{NO_OTHER}: what is not in it, nobody knows")
    if versions > 1:
        sentences.append(
            f"There are up to {versions:,} fits of the same configuration, fold and seed: the code, or what it was "
            "trained on, changed in between, which is counted as no try"
        )
    if trials["unreadable"]:
        count = len(trials["unreadable"])
        sentences.append(f"{count:,} of its parts cannot be read: there may have been more")
    luck = trials["best_by_luck"]
    if luck is not None and not one:
        by_luck = f"{format_score(luck['value'])} by the statistic that decided ({words(luck['rival'])}: "
        sentences.append(
            f"The best of so many no better than {words(luck['rival'])} would have {by_luck}"
            f"{format_score(luck['rival_value'])}). Of what decided, {_p_values(trials)}"
        )
    return " ".join(f"{sentence}." for sentence in sentences)


def _of_networks(trials: dict[str, Any]) -> str:
    """How many networks were trained for the fits, where there were more."""
    networks = trials.get("networks", 0)
    if networks <= trials["fits"]:
        return ""
    return f", each the best by the validation rows of a grid, {networks:,} networks in all,"


def _p_values(trials: dict[str, Any]) -> str:
    if trials["p_alone"] == trials["p_corrected"]:
        return f"{format_p_value(trials['p_alone']) or 'there is no p-value'}, which does not change"
    alone, corrected = (format_p_value(trials[name]) or "there is no p-value" for name in ("p_alone", "p_corrected"))
    return f"{alone} alone and {corrected} for all tries"
