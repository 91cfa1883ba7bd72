"""The report as text."""

from typing import Any

import pandas as pd

from rnn_trading.skill.formats import (
    NOTHING,
    TOO_NARROW,
    format_interval,
    format_p_value,
    format_published,
    format_score,
    words,
)
from rnn_trading.skill.record_files import PROTOCOLS, Records, command_for
from rnn_trading.skill.summary import rows_of_table


def render_markdown(found: list[str], table: pd.DataFrame, records: Records, problems: list[str]) -> str:
    """Broken laws, findings, table, and what is missing or left out.

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
        f"> **A canary died:** {law}. Release them again: `{command_for('canaries', 'corrected')}`\n"
        for law in records.broken
    ]
    lines += [f"{number}. {finding}" for number, finding in enumerate(found, start=1)]
    lines += [
        "",
        markdown_table(table),
        "",
        f"{TOO_NARROW} Few dates, or dates whose influence persists: the interval is too narrow, the p too small.",
        "",
    ]
    if records.missing:
        lines += ["## Not there yet", ""]
        lines += [f"- {name} ({words(protocol)}): `{command}`" for name, protocol, command in records.missing]
        lines.append("")
    if problems:
        lines += ["## Left out", "", *(f"- {problem}" for problem in problems), ""]
    return "\n".join(lines)


def markdown_table(table: pd.DataFrame) -> str:
    """One line a model."""
    lines = [
        "| experiment | score | published | as published here | corrected | best rival | difference | its p "
        "| finding |",
        "| --- | --- | ---: | ---: | ---: | --- | ---: | ---: | --- |",
    ]
    for row in rows_of_table(table):
        better = {True: "↑", False: "↓"}.get(row["larger_is_better"], "")
        rival = f"{words(row['best_rival'])} {format_score(row['rival'])}" if row["best_rival"] else NOTHING
        cells = [
            f"`{row['experiment']}`" + (f" ({row['remark']})" if row["remark"] else ""),
            f"{row['score'] or NOTHING} {better}".strip(),
            format_published(row["published"]),
            *(_score(row, name) for name in PROTOCOLS),
            rival,
            _score(row, "difference", signed=True),
            format_p_value(row["p_value"]) + (TOO_NARROW if row["difference_too_narrow"] else ""),
            row["finding"] or "no record",
        ]
        lines.append(f"| {' | '.join(_inside_a_cell(cell) for cell in cells)} |")
    return "\n".join(lines)


def _score(row: dict[str, Any], name: str, signed: bool = False) -> str:
    text = format_interval(row[name], row[f"{name}_low"], row[f"{name}_high"], signed)
    return text + TOO_NARROW if row[f"{name}_too_narrow"] else text


def _inside_a_cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
