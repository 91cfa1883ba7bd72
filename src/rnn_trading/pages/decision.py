"""How a finding was decided, in words and cells: three tiers of rivals, and what the model adds to the best rival."""

from typing import Any

from rnn_trading.skill.formats import (
    NOTHING,
    TOO_NARROW,
    format_interval,
    format_p_value,
    format_range,
    format_score,
    format_share,
    format_signed,
    words,
)
from rnn_trading.skill.rivals.tiers import TIERS

from .parts import NO_BREAK, cell, number

TIER_COLUMNS = ("Rivals", "Outcome", "Rival that decided", "Difference", "p", "Found in 80 % of cases")
TIER_NUMBERS = ("Difference", "p", "Found in 80 % of cases")
TIER_WORDS = {
    "chance": ("Chance", "knows nothing of the row"),
    "naive": ("Naive", "a rule of one signal, with at most one slope"),
    "strong": ("Strong", "a fitted model"),
}
STATUS_WORDS = {
    "beaten": "every one beaten",
    "level": "level with the best",
    "worse": "worse than at least one",
    "undecided": "not told apart",
}
ABSENT = "no rival of this tier"


def decided_by(decision: dict[str, Any]) -> str:
    """The statistic that decides, its value, and on how much it rests."""
    value = format_interval(decision["value"], *decision["interval"])
    matters = format_score(decision["matters"])
    if decision["relative"]:
        matters = f"{format_share(decision['matters'])} of the rival's value"
    better = "more" if decision["larger_is_better"] else "less"
    return (
        f"The {decision['words']} decides; {better} is better. The model has {value}, over {decision['counted']:,} "
        f"{decision['units']}. A difference that matters is {matters} or more."
    )


def tier_rows(decision: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """One row of cells a tier, the weakest first; see :data:`TIER_COLUMNS`."""
    return [_tier_row(name, decision["tiers"].get(name)) for name in TIERS]


def _tier_row(name: str, tier: dict[str, Any] | None) -> list[dict[str, Any]]:
    title, says = TIER_WORDS[name]
    if tier is None:
        return [cell(title, title, says), cell(ABSENT, ABSENT), *(cell(NOTHING, NOTHING) for _ in TIER_COLUMNS[2:])]
    low, high = tier["interval"]
    mark = TOO_NARROW if tier["doubtful"] else ""
    between = format_range(low, high).replace(" ", NO_BREAK)
    return [
        cell(title, title, says),
        cell(STATUS_WORDS[tier["status"]], tier["status"], _counted(tier)),
        cell(words(tier["rival"]), tier["rival"], format_score(tier["rival_value"])),
        cell(format_signed(tier["difference"]), number(tier["difference"]), between and between + mark),
        cell((format_p_value(tier["p_value"]) or NOTHING) + mark, number(tier["p_value"])),
        cell(format_score(tier["detectable"]), number(tier["detectable"])),
    ]


def _counted(tier: dict[str, Any]) -> str:
    rivals = len(tier["tests"])
    return f"{rivals} rival" if rivals == 1 else f"{rivals} rivals"


def encompassing(decision: dict[str, Any]) -> str:
    """Whether the model adds to the best rival, in one sentence."""
    found = decision["encompassing"]
    if "why_not" in found:
        return f"Whether the model adds to its best rival was not asked. {found['why_not']}"
    model, rival = found["weights"]["model"], found["weights"]["rival"]
    low, high = found["interval"]
    difference = format_interval(found["difference"], low, high, signed=True)
    p_value = format_p_value(found["p_value"])
    adds = "The model adds to" if found["adds"] else "No gain is found from adding the model to"
    doubtful = TOO_NARROW if found["doubtful"] else ""
    return (
        f"{adds} {words(found['rival'])}, the best rival on the validation rows: with weights from there "
        f"({format_score(model)} and {format_score(rival)}) both together have {format_score(found['value'])} where "
        f"that rival alone has {format_score(found['rival_value'])}: "
        f"{difference}{', ' if p_value else ''}{p_value}{doubtful}."
    )


def from_elsewhere(skill: dict[str, Any]) -> list[str]:
    """What is said of rivals that were trained elsewhere, in sentences; a record of before 0.12 has none.

    Examples
    --------
    >>> one = {"says": "Chronos bolt may have seen the test", "apart": True, "forecast": "median"}
    >>> one |= {"rival": "chronos_bolt", "metrics": {"rmse": 9.5}}
    >>> headline = {"metric": "rmse", "words": "RMSE in index points", "value": 10.0}
    >>> from_elsewhere({"headline": headline, "elsewhere": [one]})
    ['Chronos bolt may have seen the test. RMSE in index points: 9.500, the model 10.00. Its forecast is the median of \
its distribution.']
    """
    headline = skill["headline"]
    sentences = []
    for one in skill.get("elsewhere", []):
        text = one["says"]
        if one["apart"]:
            score = format_score(one["metrics"].get(headline["metric"]))
            text += f". {headline['words']}: {score}, the model {format_score(headline['value'])}"
        sentences.append(f"{text}. Its forecast is the {one['forecast']} of its distribution.")
    return sentences


def tests_apart(skill: dict[str, Any]) -> list[dict[str, Any]]:
    """Tests against rivals that stand apart, each as one of the second view: first the one by what decides."""
    decision, tests = skill["decision"], []
    for one in skill.get("elsewhere", []):
        decided = one.get("test")
        if decided:
            named = {"name": decision["words"], "rival": one["rival"], "mean_difference": decided["difference"]}
            tests.append(named | {"p_value": decided["p_value"], decision["units"]: decision["counted"]})
        tests += one.get("tests", [])
    return tests
