"""The report as text."""

from collections.abc import Container, Iterable

import pandas as pd

from rnn_trading.pages import book
from rnn_trading.pages.plain_markdown import code, escaped
from rnn_trading.pages.table import COLUMNS, NUMBERS, markdown_cells
from rnn_trading.skill.book import book_table
from rnn_trading.skill.formats import TOO_NARROW, words
from rnn_trading.skill.marks import MARKS
from rnn_trading.skill.protocols import BOOK, report_command
from rnn_trading.skill.record_files import Records
from rnn_trading.skill.shown import changed_runs, in_a_sentence, with_record, without_record

PICTURE = "skill_report.png"  # lies beside the text


def render_markdown(found: list[str], table: pd.DataFrame, records: Records, problems: list[str]) -> str:
    """Broken laws, picture, findings, table, the book's, and what is missing or left out; records are a stranger's.

    Parameters
    ----------
    found
        See :func:`rnn_trading.skill.summary.findings`.
    table
        See :func:`rnn_trading.skill.summary.skill_table`.
    records
        See :mod:`rnn_trading.skill.record_files`.
    problems
        What could not be read, in words.
    """
    lines = ["# What survives", ""]
    lines += [
        f"> **A canary died:** {escaped(law)}. Release them again: {code(again)}\n" for law, again in records.broken
    ]
    lines += [f"![{escaped(in_a_sentence(table))}]({PICTURE})", ""]
    lines += [f"{number}. {escaped(finding)}" for number, finding in enumerate(found, start=1)]
    lines += ["", markdown_table(table), "", *_below(table, records), *_of_the_book(records)]
    if records.missing:
        lines += ["## Not there yet", ""]
        lines += [
            f"- {escaped(name)} ({escaped(words(protocol))}): {code(command)}"
            for name, protocol, command in records.missing
        ]
        lines.append("")
    if problems:
        lines += ["## Left out", "", *(f"- {escaped(problem)}" for problem in problems), ""]
    return "\n".join(lines)


def markdown_table(table: pd.DataFrame) -> str:
    """One line a model that has a record."""
    return _table(COLUMNS, NUMBERS, [markdown_cells(row) for row in with_record(table)])


def _table(columns: Iterable[str], numbers: Container[str], rows: list[list[str]]) -> str:
    lines = [list(columns), ["---:" if head in numbers else "---" for head in columns]]
    lines += [[_inside_a_cell(cell) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _of_the_book(records: Records) -> list[str]:
    rows = [book.markdown_cells(row) for row in book_table(records)]
    nothing = f"Nothing to show: `{records.command_for(BOOK, 'corrected')}`"
    shown = _table(book.COLUMNS, book.NUMBERS, rows) if rows else nothing
    return ["## The book", "", book.SAYS, "", shown, ""]


def _below(table: pd.DataFrame, records: Records) -> list[str]:
    """What must be known of the table's rows, once for all of them."""
    changed, gone = [run for run, _ in changed_runs(table)], without_record(table)
    said = [
        f"{gone}`{report_command(records.run)}`" if gone else "",
        f"Not as in conf/base: {escaped(', '.join(changed))}." if changed else "",
        f"{'; '.join(f'{mark.character} {mark.says}' for mark in MARKS.values())}.",
        f"{TOO_NARROW} Few dates, dates that depend on each other, or a few that carry the score: the interval may be "
        "too narrow, the p too small. Holm, BH: the p corrected for all rows (Benjamini and Hochberg). "
        "p is corrected for the configurations that were tried, and of a rival that is better for the rivals of its "
        "tier; the interval is not.",
    ]
    return [line for each in said if each for line in (each, "")]


def _inside_a_cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
