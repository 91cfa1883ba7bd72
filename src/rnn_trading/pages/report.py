"""The report of all experiments."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from rnn_trading.skill.book import book_table
from rnn_trading.skill.formats import format_signed, words
from rnn_trading.skill.laws import LAWS
from rnn_trading.skill.marks import MARKS, mark_of
from rnn_trading.skill.protocols import BOOK, COMPARED, report_command
from rnn_trading.skill.published_figures import published_figures
from rnn_trading.skill.record_files import Records
from rnn_trading.skill.shown import changed_runs, in_a_sentence, with_record, without_record
from rnn_trading.skill.summary import in_words

from . import book
from .figures import Figure
from .html import render
from .parts import causes, headline_in_words, published
from .stamp import stamp
from .table import COLUMNS, NUMBERS, page_cells


@dataclass(frozen=True)
class Traded:
    """What is left of a record's forecasts after costs.

    Attributes
    ----------
    verdict
        In a sentence; None where there is none: positions that aim at a volatility.
    page
        Where the tear sheet lies, as seen from the report; None: it is gone.
    current
        Whether these are the forecasts of the record, and not those of an earlier run.
    """

    verdict: str | None
    page: str | None
    current: bool


def report_page(
    found: list[str],
    table: pd.DataFrame,
    records: Records,
    figures: dict[tuple[str, str], list[Figure]],
    pages: dict[tuple[str, str], str],
    problems: list[str],
    picture: Figure,
    made: str | None = None,
    traded: Mapping[tuple[str, str], Traded] | None = None,
) -> str:
    """The report as one HTML page: picture, findings, tables, artefacts, canaries, figures, and what is missing.

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
    picture
        Of all models; see :func:`rnn_trading.figures.skill.all_models`.
    made
        See :func:`rnn_trading.pages.stamp.stamp`; None: by this code, now.
    traded
        By (name, protocol) of a record; None: nothing was.
    """
    return render(
        "report.html",
        made=made or stamp(),
        picture=picture,
        sentence=in_a_sentence(table),
        broken=records.broken,
        findings=found,
        columns=COLUMNS,
        heads=list(COLUMNS),
        marks=MARKS,
        numbers=NUMBERS,
        rows=[page_cells(row) for row in with_record(table)],
        without_record=without_record(table),
        report_command=report_command(records.run),
        changed=changed_runs(table),
        book=_book(records),
        artefacts=_artefacts(records),
        laws=LAWS,
        canaries=_canaries(records),
        release=records.command_for("canaries", "corrected"),
        experiments=_experiments(records, figures, pages, traded or {}),
        missing=records.missing,
        problems=problems,
    )


def _book(records: Records) -> dict[str, Any]:
    """What the protocol of the book is, and its table."""
    return {
        "says": book.SAYS,
        "command": records.command_for(BOOK, "corrected"),
        "columns": list(book.COLUMNS),
        "numbers": book.NUMBERS,
        "rows": [book.page_cells(row) for row in book_table(records)],
    }


def _artefacts(records: Records) -> list[dict[str, Any]]:
    """One row a record; one cell a cause."""
    return [
        {"name": name, "protocol": words(protocol), "score": headline_in_words(record), "cells": causes(record)}
        for (name, protocol), record in records.found.items()
    ]


def _canaries(records: Records) -> list[dict[str, Any]]:
    """Results of the canaries of each protocol that has them, those that must hold first."""
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
        for protocol in COMPARED[::-1]
        if (results := records.canaries.get(protocol))
    ]


def _distinct(canaries: dict[str, Any], name: str) -> str:
    """A parameter of the canaries; experiments may have been run with different ones."""
    return ", ".join(f"{value:g}" for value in sorted({one[name] for one in canaries["experiments"]}))


def _law(result: dict[str, Any]) -> dict[str, Any]:
    if result["rows"] is not None:
        text = f"{result['changed']:,} of {result['rows']:,} rows changed"
    elif result["finding"] is not None:
        value = "" if result["score"] is None else f": {format_signed(result['score'])}"
        text = f"{result['finding']}{value}, planted with a strength of {result['strength']:g}"
    else:
        text = f"{format_signed(result['score'])}, z {format_signed(result['z'])}"
    return {"held": result["held"], "text": text, "note": result["score_name"]}


def _experiments(
    records: Records,
    figures: dict[tuple[str, str], list[Figure]],
    pages: dict[tuple[str, str], str],
    traded: Mapping[tuple[str, str], Traded],
) -> list[dict[str, Any]]:
    """Verdicts and figures by experiment."""
    by_name: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (name, protocol), record in records.found.items():
        by_name[name].append(
            {
                "protocol": words(protocol),
                "mark": mark_of(record["finding_kind"]),
                "verdict": record["verdict"],
                "source": record["data"]["source"],
                "test": _test_rows(record["data"]["test"]),
                "drawn": record["headline"]["drawn"],
                "changed": in_words(record["changed"]),
                "figures": figures[name, protocol],
                "page": pages.get((name, protocol)),
                "traded": traded.get((name, protocol)),
            }
        )
    theirs = published_figures(records)
    return [
        {"name": name, "runs": runs, "published": [published(figure, COMPARED) for figure in theirs[name]]}
        for name, runs in by_name.items()
    ]


def _test_rows(test: dict[str, Any] | None) -> str:
    if test is None:
        return ""
    dates = f", {test['first_date']} to {test['last_date']}" if test["first_date"] else ""
    return f"{test['rows']:,} test rows{dates}. "
