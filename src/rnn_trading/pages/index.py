"""The page that leads to the pages of all experiments of one pipeline."""

from typing import Any

from rnn_trading.skill.formats import BETTER, format_score, words

from .html import render
from .parts import NO_BREAK, cell, number, with_interval
from .stamp import stamp
from .table import finding_cell

RECORD = ".skill"
NUMBERS = ("Model", "Best rival")
COLUMNS = ("Experiment", "Score", *NUMBERS, "Finding")


def index_page(*, stamped: str | None = None, **made: Any) -> str:
    """One HTML file: score, best rival and finding of each experiment, and a link to its page.

    Parameters
    ----------
    stamped
        See :func:`rnn_trading.pages.stamp.stamp`; None: by this code, now.
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
        made=stamped or stamp(),
        title=next(iter(records)).partition(".")[0],
        protocol=words(next(iter(records.values()))["protocol"]),
        heads=COLUMNS,
        numbers=NUMBERS,
        rows=[_cells(name, record) for name, record in records.items()],
    )


def _cells(name: str, record: dict[str, Any]) -> list[dict[str, Any]]:
    """Name and link, score, best rival, and finding."""
    headline = record["headline"]
    value, (low, high) = number(headline["value"]), map(number, headline["interval"])
    rival = number(headline["rival_value"])
    changed = "not as in conf/base" if record["changed"] else None
    return [
        cell(name, name) | {"link": f"../{name}/page.html"},
        cell(f"{headline['words']}{NO_BREAK}{BETTER[headline['larger_is_better']]}", name),
        with_interval(value, low, high, headline["too_narrow"]) | {"label": f"Model: {headline['words']}"},
        cell(format_score(rival), rival, words(headline["best_rival"] or "")),
        finding_cell(record["finding_kind"], record["finding"], changed),
    ]
