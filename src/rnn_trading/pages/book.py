"""The table of the book's networks: what its cells say, on the page and in Markdown."""

from typing import Any

from rnn_trading.skill.formats import BETTER, NOTHING, format_beside, format_published, words
from rnn_trading.skill.marks import marked

from .parts import NO_BREAK, cell
from .plain_markdown import code, escaped
from .table import finding_cell

COLUMNS = ("Experiment", "Figure", "Published", "Ours", "Best naive", "Best strong", "Finding")
NUMBERS = ("Published", "Ours", "Best naive", "Best strong")
SAYS = (
    "Five networks of a book, run as it has them, faults included. Each is beside its own published figure; the rivals "
    "are the best by that figure, on the same rows. The findings and the picture above count none of them."
)
RIVALS = ("naive", "strong")


def page_cells(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Cells of a row of :func:`rnn_trading.skill.book.book_table`."""
    changed = f"not as in conf/base: {row['changed']}" if row["changed"] else None
    return [
        cell(row["experiment"], row["experiment"], changed),
        cell(f"{row['score']}{NO_BREAK}{BETTER[row['larger_is_better']]}", row["figure"]),
        cell(format_published(row["published"]), row["published"], row["published_on"]),
        cell(format_beside(row["ours"], row["published"]), row["ours"]),
        *(
            cell(format_beside(row[f"{tier}_value"], row["published"]), row[f"{tier}_value"], words(row[tier] or ""))
            for tier in RIVALS
        ),
        finding_cell(row["finding_kind"], row["finding"]),
    ]


def markdown_cells(row: dict[str, Any]) -> list[str]:
    """The same cells in Markdown, each in one line."""
    return [
        code(row["experiment"]) + (f" (not as in conf/base: {escaped(row['changed'])})" if row["changed"] else ""),
        f"{escaped(row['score'])} {BETTER[row['larger_is_better']]}",
        format_published(row["published"]),
        format_beside(row["ours"], row["published"]),
        *(
            f"{escaped(words(row[tier]))} {format_beside(row[f'{tier}_value'], row['published'])}"
            if row[tier]
            else NOTHING
            for tier in RIVALS
        ),
        marked(row["finding_kind"], escaped(row["finding"])),
    ]
