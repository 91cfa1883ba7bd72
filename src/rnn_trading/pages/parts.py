"""What the page of an experiment and the report of all have in common: cells of their tables."""

import math
from typing import Any

from rnn_trading.skill.formats import (
    NOTHING,
    TOO_NARROW,
    format_beside,
    format_published,
    format_range,
    format_score,
    format_signed,
)

NO_BREAK = "\u00a0"


def cell(text: str, key: Any, note: str | None = None) -> dict[str, Any]:
    """Text, what it is sorted by, whether it is a number, and a line below it; no label, mark or link."""
    number = isinstance(key, float | int)
    # What is not there comes last, whichever way the column is sorted.
    missing = number and math.isnan(key)
    further = dict.fromkeys(("label", "mark", "link"))
    return {"text": text, "key": "" if missing else key, "number": number, "note": note, **further}


def with_interval(value: float, low: float, high: float, mark: bool) -> dict[str, Any]:
    """A score, and its 95 % interval below it; ``mark`` if that is too narrow."""
    if both := format_range(low, high):
        note = f"{both}{TOO_NARROW if mark else ''}".replace(" ", NO_BREAK)
    else:
        note = "" if math.isnan(value) else "no interval"
    return cell(format_score(value), value, note)


def causes(record: dict[str, Any]) -> list[dict[str, str]]:
    """Of each cause in the attribution of a record, the score without its rows, and in a note what was left out."""
    return [_cause(cause) for cause in record["attribution"]]


def _cause(cause: dict[str, Any]) -> dict[str, str]:
    if cause.get("why"):
        return {"text": NOTHING, "note": cause["why"]}
    if not cause["rows_left_out"]:
        return {"text": NOTHING, "note": f"there are no {cause['without']}"}
    text, change = format_score(number(cause["value"])), -number(cause["removed"])
    text += "" if math.isnan(change) else f" ({format_signed(change)})"
    note = f"without {cause['without']}: {cause['rows_left_out']:,} of {cause['rows']:,} rows left out"
    note += f" ({', '.join(map(str, cause['names']))})" if cause.get("names") else ""
    return {"text": text, "note": note}


def headline_in_words(record: dict[str, Any]) -> str:
    """Name and value of the headline score."""
    return f"{record['headline']['words']} {format_score(number(record['headline']['value']))}"


def published(figure: dict[str, Any], protocols: tuple[str, ...]) -> dict[str, Any]:
    """Name of a figure; the published value, and ours of these protocols.

    Parameters
    ----------
    figure
        One of :func:`rnn_trading.skill.published_figures.published_figures`.
    protocols
        Whose values are shown.
    """
    theirs = figure["published"] if isinstance(figure["published"], list) else [figure["published"]]
    # What was published as a whole number, epochs, is counted here too.
    counted = isinstance(figure["published"], int)
    ours = [figure[protocol] for protocol in protocols]
    shown = [format_published(value) if counted else format_beside(value, min(theirs, key=abs)) for value in ours]
    return {"name": figure["name"], "values": [", ".join(map(format_published, theirs)), *shown]}


def number(value: float | None) -> float:
    """NaN for what a record lacks."""
    return math.nan if value is None else value
