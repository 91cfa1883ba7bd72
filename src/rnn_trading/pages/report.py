"""The report of all experiments."""

import math
from collections import defaultdict
from typing import Any

import pandas as pd

from rnn_trading.skill.formats import (
    NOTHING,
    TOO_NARROW,
    format_p_value,
    format_published,
    format_score,
    words,
)
from rnn_trading.skill.laws import LAWS
from rnn_trading.skill.record_files import PROTOCOLS, Records
from rnn_trading.skill.summary import in_words, published_figures, rows_of_table

from .figures import Figure
from .html import render
from .parts import NO_BREAK, causes, cell, headline_in_words, published, with_interval

# Head of a column, and what it says.
COLUMNS = {
    "Experiment": "Experiment, and model where it has several.",
    "Score": "The headline score of the experiment, and which way is better.",
    "Published": (
        "The figure that was published, on its own data; nothing where none was published in this score. All published "
        "figures stand below, beside the figures of each experiment."
    ),
    "As published here": (
        "The score of this project's rebuild of the published way, flaws included, on the test rows of the data here, "
        "with its 95 % interval: the middle of what it is when the test dates (months, weeks, runs, documents) are "
        "drawn again. † The dates are too few, or persist too long: the interval is too narrow, and a p too small."
    ),
    "Corrected": "The same after the flaws are mended, on the corrected test rows.",
    "Best rival": (
        "The naive forecast that does best on the corrected test rows, by the same score. It is chosen on these rows, "
        "which works against the model."
    ),
    "Difference": (
        "Corrected score less the rival's, with its 95 % interval, from draws in which both see the same rows."
    ),
    "p of the difference": (
        "Twice the share of draws in which the difference lies on the other side of zero, never below .002; not "
        "corrected for the number of rows of this table."
    ),
    "Finding": (
        "The verdict of the corrected record. It rests on the test named in the record, on losses of single forecasts "
        "as a rule, not on the difference beside it; its p stands below."
    ),
}
# Columns of numbers.
NUMBERS = ("Published", "As published here", "Corrected", "Best rival", "Difference", "p of the difference")


def report_page(
    found: list[str],
    table: pd.DataFrame,
    records: Records,
    figures: dict[tuple[str, str], list[Figure]],
    pages: dict[tuple[str, str], str],
    problems: list[str],
) -> str:
    """The report as one HTML page: findings, table, artefacts, canaries, figures, and what is missing.

    Parameters
    ----------
    found
        See :func:`rnn_trading.skill.summary.findings`.
    table
        See :func:`rnn_trading.skill.summary.skill_table`.
    records
        See :mod:`rnn_trading.skill.record_files`.
    figures
        By (name, protocol) of a record.
    pages
        By (name, protocol) of a record, where its own page lies, as seen from the report.
    problems
        What could not be read, in words.
    """
    return render(
        "report.html",
        broken=records.broken,
        findings=found,
        columns=COLUMNS,
        numbers=NUMBERS,
        rows=[_row(row) for row in rows_of_table(table)],
        artefacts=_artefacts(records),
        laws=LAWS,
        canaries=_canaries(records),
        experiments=_experiments(records, figures, pages),
        missing=records.missing,
        problems=problems,
    )


def _row(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Cells: text, what they are sorted by, and whether they are numbers."""
    better = {True: "↑", False: "↓"}.get(row["larger_is_better"], "")
    score = f"{row['score']}{NO_BREAK}{better}" if row["score"] else NOTHING
    return [
        cell(row["experiment"], row["experiment"], row["remark"]),
        cell(score, row["score"] or ""),
        cell(format_published(row["published"]), row["published"], row["published_on"]),
        *(_with_interval(row, name) for name in PROTOCOLS),
        cell(format_score(row["rival"]), row["rival"], words(row["best_rival"] or "")),
        _with_interval(row, "difference", signed=True),
        cell(format_p_value(row["p_value"]) + (TOO_NARROW if row["difference_too_narrow"] else ""), row["p_value"]),
        cell(row["finding"] or "No record", row["finding"] or "", _decided(row["finding_p_value"])),
    ]


def _with_interval(row: dict[str, Any], name: str, signed: bool = False) -> dict[str, Any]:
    return with_interval(row[name], row[f"{name}_low"], row[f"{name}_high"], bool(row[f"{name}_too_narrow"]), signed)


def _decided(p_value: float) -> str:
    """What the test that decides the finding says."""
    return "" if math.isnan(p_value) else f"p of its test {format_p_value(p_value)}".replace(" ", NO_BREAK)


def _artefacts(records: Records) -> list[dict[str, Any]]:
    """One row a record; one cell a cause."""
    return [
        {"name": name, "protocol": words(protocol), "score": headline_in_words(record), "cells": causes(record)}
        for (name, protocol), record in records.found.items()
    ]


def _canaries(records: Records) -> list[dict[str, Any]]:
    """Results of the canaries of each protocol that has them, the corrected first."""
    return [
        results
        | {
            "protocol": words(protocol),
            "false_alarm_rate": _distinct(results, "false_alarm_rate"),
            "seeds": _distinct(results, "seeds"),
            "rows": [
                {"name": one["experiment"], "laws": [_law(law) for law in one["laws"]]}
                for one in results["experiments"]
            ],
        }
        for protocol in PROTOCOLS[::-1]
        if (results := records.canaries.get(protocol))
    ]


def _distinct(canaries: dict[str, Any], name: str) -> str:
    """A parameter of the canaries; experiments may have been run with different ones."""
    return ", ".join(f"{value:g}" for value in sorted({one[name] for one in canaries["experiments"]}))


def _law(result: dict[str, Any]) -> dict[str, Any]:
    if result["rows"] is not None:
        text = f"{result['changed']:,} of {result['rows']:,} rows changed"
    elif result["finding"] is not None:
        text = f"{result['finding']}: {result['score']:+.3f}, planted with a strength of {result['strength']:g}"
    else:
        text = f"{result['score']:+.3f}, z {result['z']:+.1f}"
    return {"held": result["held"], "text": text, "note": result["score_name"]}


def _experiments(
    records: Records, figures: dict[tuple[str, str], list[Figure]], pages: dict[tuple[str, str], str]
) -> list[dict[str, Any]]:
    """Verdicts and figures by experiment."""
    by_name: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (name, protocol), record in records.found.items():
        by_name[name].append(
            {
                "protocol": words(protocol),
                "verdict": record["verdict"],
                "source": record["data"]["source"],
                "test": _test_rows(record["data"]["test"]),
                "drawn": record["headline"]["drawn"],
                "changed": in_words(record["changed"]),
                "figures": figures[name, protocol],
                "page": pages.get((name, protocol)),
            }
        )
    theirs = published_figures(records)
    return [
        {"name": name, "runs": runs, "published": [published(figure, PROTOCOLS) for figure in theirs[name]]}
        for name, runs in by_name.items()
    ]


def _test_rows(test: dict[str, Any] | None) -> str:
    if test is None:
        return ""
    dates = f", {test['first_date']} to {test['last_date']}" if test["first_date"] else ""
    return f"{test['rows']:,} test rows{dates}. "
