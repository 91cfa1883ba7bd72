"""The page that leads to the pages of all experiments of one pipeline."""

from typing import Any

from rnn_trading.skill.formats import format_score, words

from .html import render
from .parts import NO_BREAK, cell, number, with_interval

RECORD = ".skill"


def index_page(**made: Any) -> str:
    """One HTML file: score, best rival and finding of each experiment, and a link to its page.

    Parameters
    ----------
    made
        ``NAME.skill``, the record of each experiment; ``NAME.page``, since a link needs a page that is there.

    Returns
    -------
    str
        HTML that loads nothing.
    """
    records = {name.removesuffix(RECORD): record for name, record in sorted(made.items()) if name.endswith(RECORD)}
    return render(
        "index.html",
        title=next(iter(records)).partition(".")[0],
        protocol=words(next(iter(records.values()))["protocol"]),
        rows=[(name, _cells(name, record)) for name, record in records.items()],
    )


def _cells(name: str, record: dict[str, Any]) -> list[dict[str, Any]]:
    """Score, best rival, and finding."""
    headline = record["headline"]
    value, (low, high) = number(headline["value"]), map(number, headline["interval"])
    rival = number(headline["rival_value"])
    return [
        cell(f"{headline['words']}{NO_BREAK}{'↑' if headline['larger_is_better'] else '↓'}", name),
        with_interval(value, low, high, headline["too_narrow"]),
        cell(format_score(rival), rival, words(headline["best_rival"] or "")),
        cell(record["finding"], name, "not as in conf/base" if record["changed"] else None),
    ]
