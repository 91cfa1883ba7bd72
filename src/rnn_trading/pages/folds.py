"""Folds, years and seeds of a record in words and cells."""

import statistics
from typing import Any

from rnn_trading.plan import FOLD_PREFIX
from rnn_trading.skill.formats import NOTHING, capital, format_fact, format_score, format_signed, words

from .parts import cell, number

FOLD_COLUMNS = ("Fold", "Train", "Validation", "Test")
TIME_NUMBERS = ("Model", "Best rival overall", "Best naive", "Best strong", "Difference")
BESIDE = ("best", "naive", "strong")
PARTS = ("train", "validation", "test")
ORDER = {True: "ahead", False: "behind", None: NOTHING}
SPREAD = {"spread": "standard deviation"}


def fold_rows(skill: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Cells of the dates of every fold; nothing of one fold, whose parts have a table of their own."""
    folds = skill["data"].get("folds") or []
    return [
        [cell(str(fold["fold"]).capitalize(), f"{fold['fold']:>4}"), *(_span(fold.get(part)) for part in PARTS)]
        for fold in folds
        if len(folds) > 1
    ]


def _span(part: dict[str, Any] | None) -> dict[str, Any]:
    if not part or not part["rows"]:
        return cell(NOTHING, "")
    first, last = part.get("first_date"), part.get("last_date")
    return cell(f"{first} to {last}" if first else "", first or "", f"{part['rows']:,} rows")


def time_heads(skill: dict[str, Any]) -> list[str]:
    """Columns of the tables of folds and of years, after the first one; the last is the headline score."""
    return [*TIME_NUMBERS, "Ahead", skill["headline"]["words"]]


def in_time(scored: list[dict[str, Any]] | None, which: str) -> list[list[dict[str, Any]]]:
    """Cells of the scores of folds or of years; ``which`` is ``fold`` or ``year``. Nothing of a single one."""
    if not scored or len(scored) < 2:
        return []
    return [
        [
            cell(str(each[which]), f"{each[which]:04}", _when(each, which)),
            cell(format_score(each["value"]), number(each["value"])),
            *(_rival(each[place]) for place in BESIDE),
            _difference(each),
            cell(ORDER[each["ahead"]], ORDER[each["ahead"]]),
            cell(format_score(each["score"]), number(each["score"])),
        ]
        for each in scored
    ]


def _when(scored: dict[str, Any], which: str) -> str:
    rows = f"{scored['rows']:,} rows"
    return rows if which == "year" else f"{scored['first_date']} to {scored['last_date']}, {rows}"


def _rival(rival: dict[str, Any] | None) -> dict[str, Any]:
    if rival is None:
        return cell(NOTHING, NOTHING)
    return cell(format_score(rival["value"]), number(rival["value"]), words(rival["rival"]))


def _difference(scored: dict[str, Any]) -> dict[str, Any]:
    """The model's value less that of its best rival."""
    values = scored["value"], (scored["best"] or {}).get("value")
    value = None if None in values else values[0] - values[1]
    return cell(format_signed(value), number(value))


def seed_heads(skill: dict[str, Any]) -> list[str]:
    """Columns of the table of seeds: the seed, what decided, then all metrics, the headline first."""
    decided = (skill["model"].get("by_seed") or {}).get("decided")
    return ["Seed", *([capital(decided["words"])] if decided else []), *(words(name) for name in _metrics(skill))]


def seed_rows(skill: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Cells of each network, of their mean and of their spread; nothing of one network."""
    by_seed = skill["model"].get("by_seed") or {}
    if "mean" not in by_seed:
        return []
    rows = by_seed["seeds"] | {name: by_seed[name] for name in ("mean", "spread")}
    decided = by_seed.get("decided")
    values = {} if decided is None else decided["seeds"] | {name: decided[name] for name in ("mean", "spread")}
    return [
        [
            cell(SPREAD.get(name, words(name)), name),
            *([cell(format_score(values[name]), number(values[name]))] if values else []),
            *(cell(format_score(of.get(metric)), number(of.get(metric))) for metric in _metrics(skill)),
        ]
        for name, of in rows.items()
    ]


def seeds_say(skill: dict[str, Any]) -> str:
    """What the table of seeds holds, and which of the networks are judged."""
    networks, seeds = skill["model"].get("networks"), len((skill["model"].get("by_seed") or {}).get("seeds", []))
    of_them = "all" if networks == seeds else "the first" if networks == 1 else f"the first {networks}"
    judged = f"The average of {of_them} is judged." if of_them != "the first" else "The first one is judged."
    return f"Networks that differ in their seed alone, each on all test rows. {judged}"


def _metrics(skill: dict[str, Any]) -> list[str]:
    names = [*((skill["model"].get("by_seed") or {}).get("mean") or {})]
    headline = skill["headline"]["metric"]
    return sorted(names, key=lambda name: name != headline)


def of_fits(value: Any) -> Any:
    """Numbers of many fits in words: from the smallest to the largest, and the median.

    Examples
    --------
    >>> of_fits({f"fold_1.seed_{seed}": 3 + seed for seed in range(8)})
    '3 to 10, median 6.500, of 8 fits'
    >>> of_fits({"epochs": {"fold_final.seed_1": 3, "fold_final.seed_2": 4}})
    {'epochs': '3 to 4, median 3.500, of 2 fits'}
    """
    if not isinstance(value, dict) or not value:
        return value
    numbers = [*value.values()]
    if not all(str(name).startswith(FOLD_PREFIX) and isinstance(each, int | float) for name, each in value.items()):
        return {name: of_fits(each) for name, each in value.items()}
    if len({*numbers}) == 1:
        return f"{format_fact(numbers[0])} in each of {len(numbers)} fits"
    low, high, middle = (format_fact(each) for each in (min(numbers), max(numbers), statistics.median(numbers)))
    return f"{low} to {high}, median {middle}, of {len(numbers)} fits"
