"""Runs side by side, for a browser and in Markdown."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from rnn_trading.skill.formats import BETTER, NOTHING, TOO_NARROW, format_interval, words
from rnn_trading.skill.marks import MARKS, marked
from rnn_trading.skill.record_files import Records
from rnn_trading.skill.runs import KINDS, differences_of, found_in_runs, pairs

from .html import render
from .parts import NO_BREAK, cell, with_interval
from .stamp import stamp
from .table import finding_cell

SAME = "Parameters, data and code are the same."
OF_OTHERS = "What is as in conf/base is not named; conf/base belongs to the commit."


def runs_page(runs: Mapping[str, Records], table: pd.DataFrame, problems: list[str], made: str | None = None) -> str:
    """One HTML file: scores and findings of the runs side by side, and below what differs.

    Parameters
    ----------
    runs
        Records by the name of a run.
    table
        See :func:`rnn_trading.skill.runs.table_of_runs`.
    problems
        What could not be read, in words.
    made
        See :func:`rnn_trading.pages.stamp.stamp`; None: by this code, now.

    Returns
    -------
    str
        HTML that loads nothing.
    """
    heads = ["Experiment", "Score", *(head for run in runs for head in (run, f"Finding of {run}"))]
    return render(
        "runs.html",
        made=made or stamp(),
        runs=list(runs),
        sentence=found_in_runs(runs, table),
        heads=heads,
        numbers=list(runs),
        rows=[_cells(rows, list(runs)) for rows in _by_record(table)],
        marks=MARKS,
        differing=[
            {"name": name, "protocol": words(protocol), "kinds": _with_cells(_kinds(runs, name, protocol))}
            for name, protocol in _shared(runs)
        ],
        same=SAME,
        of_others=OF_OTHERS,
        problems=problems,
    )


def _by_record(table: pd.DataFrame) -> list[dict[str, dict[str, Any]]]:
    """Rows of each experiment and protocol by run."""
    return [
        {row["run"]: row for row in rows.to_dict(orient="records")}
        for _, rows in table.groupby(["experiment", "protocol"], sort=False)
    ]


def _shared(runs: Mapping[str, Records]) -> list[tuple[str, str]]:
    return [pair for pair in pairs(runs) if sum(pair in records.found for records in runs.values()) > 1]


def _kinds(runs: Mapping[str, Records], name: str, protocol: str) -> list[dict[str, Any]]:
    """What differs in an experiment, by kind; kinds in which nothing does are left out."""
    there = {run: records.found[name, protocol] for run, records in runs.items() if (name, protocol) in records.found}
    found = differences_of(there)
    return [
        {
            "title": title,
            "rows": [
                (each.name, [each.values.get(run, NOTHING) for run in runs]) for each in found if each.kind == kind
            ],
        }
        for kind, title in KINDS.items()
        if any(each.kind == kind for each in found)
    ]


def _with_cells(kinds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        kind
        | {"cells": [[cell(name, name), *(cell(value, value) for value in values)] for name, values in kind["rows"]]}
        for kind in kinds
    ]


def _cells(by_run: dict[str, dict[str, Any]], runs: list[str]) -> list[dict[str, Any]]:
    first = next(iter(by_run.values()))
    score = f"{first['score']}{NO_BREAK}{BETTER[first['larger_is_better']]}"
    cells = [cell(first["experiment"], first["experiment"], words(first["protocol"])), cell(score, first["score"])]
    for run in runs:
        row = by_run.get(run)
        if row is None:
            cells += [cell(NOTHING, float("nan"), "no record"), finding_cell(None, NOTHING)]
        else:
            cells += [
                with_interval(row["value"], row["low"], row["high"], row["too_narrow"]) | {"label": f"{run}: {score}"},
                finding_cell(row["finding_kind"], row["finding"], row["remark"] or None),
            ]
    return cells


def runs_markdown(runs: Mapping[str, Records], table: pd.DataFrame, problems: list[str]) -> str:
    """The same as text."""
    heads = ["Experiment", "Score", *(head for run in runs for head in (run, f"Finding of {run}"))]
    lines = [f"# {' and '.join(runs)}", "", found_in_runs(runs, table), ""]
    lines += [_line(heads), _line(["---"] * len(heads))]
    lines += [_line(_markdown_cells(by_run, list(runs))) for by_run in _by_record(table)]
    lines += ["", f"{'; '.join(f'{mark.character} {mark.says}' for mark in MARKS.values())}.", ""]
    lines += ["## What differs", "", OF_OTHERS, ""]
    for name, protocol in _shared(runs):
        kinds = _kinds(runs, name, protocol)
        lines += [f"### `{name}`, {words(protocol)}", "", *([] if kinds else [SAME, ""])]
        for kind in kinds:
            lines += [_line([kind["title"], *runs]), _line(["---"] * (1 + len(runs)))]
            lines += [_line([f"`{of}`", *values]) for of, values in kind["rows"]]
            lines.append("")
    if problems:
        lines += ["## Left out", "", *(f"- {problem}" for problem in problems), ""]
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(' '.join(text.replace('|', chr(92) + '|').split()) for text in cells)} |"


def _markdown_cells(by_run: dict[str, dict[str, Any]], runs: list[str]) -> list[str]:
    first = next(iter(by_run.values()))
    cells = [
        f"`{first['experiment']}` ({words(first['protocol'])})",
        f"{first['score']} {BETTER[first['larger_is_better']]}",
    ]
    for run in runs:
        row = by_run.get(run)
        if row is None:
            cells += [NOTHING, "no record"]
        else:
            narrow = TOO_NARROW if row["too_narrow"] else ""
            cells += [
                format_interval(row["value"], row["low"], row["high"]) + narrow,
                marked(row["finding_kind"], "; ".join(filter(None, (row["finding"], row["remark"])))),
            ]
    return cells
