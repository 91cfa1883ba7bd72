"""One page that needs nothing but a browser."""

import math
from collections import defaultdict
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from rnn_trading.skill.formats import (
    NOTHING,
    TOO_NARROW,
    format_p_value,
    format_published,
    format_score,
    format_share,
    format_signed,
    words,
)
from rnn_trading.skill.laws import LAWS
from rnn_trading.skill.record_files import PROTOCOLS, Records
from rnn_trading.skill.summary import in_words, published_figures, rows_of_table

from .figures import Figures

NO_BREAK = "\u00a0"
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


def render_page(found: list[str], table: pd.DataFrame, records: Records, figures: Figures, problems: list[str]) -> str:
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
        See :func:`rnn_trading.pipelines.skill_report.figures.read_figures`.
    problems
        What could not be read, in words.
    """
    environment = Environment(
        loader=PackageLoader("rnn_trading.pipelines.skill_report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(
        broken=records.broken,
        findings=found,
        columns=COLUMNS,
        numbers=NUMBERS,
        rows=[_row(row) for row in rows_of_table(table)],
        artefacts=_artefacts(records),
        laws=LAWS,
        canaries=_canaries(records),
        experiments=_experiments(records, figures),
        missing=records.missing,
        problems=problems,
    )


def _row(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Cells: text, what they are sorted by, and whether they are numbers."""
    better = {True: "↑", False: "↓"}.get(row["larger_is_better"], "")
    score = f"{row['score']}{NO_BREAK}{better}" if row["score"] else NOTHING
    return [
        _cell(_breakable(row["experiment"]), row["experiment"], row["remark"]),
        _cell(score, row["score"] or ""),
        _cell(format_published(row["published"]), row["published"], row["published_on"]),
        *(_with_interval(row, name) for name in PROTOCOLS),
        _cell(format_score(row["rival"]), row["rival"], words(row["best_rival"] or "")),
        _with_interval(row, "difference", signed=True),
        _cell(format_p_value(row["p_value"]) + (TOO_NARROW if row["difference_too_narrow"] else ""), row["p_value"]),
        _cell(row["finding"] or "No record", row["finding"] or "", _decided(row["finding_p_value"])),
    ]


def _with_interval(row: dict[str, Any], name: str, signed: bool = False) -> dict[str, Any]:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if not math.isnan(low):
        mark = TOO_NARROW if row.get(f"{name}_too_narrow") else ""
        note = f"{format_score(low)} to {format_score(high)}{mark}".replace(" ", NO_BREAK)
    else:
        note = "" if math.isnan(row[name]) else "no interval"
    return _cell((format_signed if signed else format_score)(row[name]), row[name], note)


def _decided(p_value: float) -> str:
    """What the test that decides the finding says."""
    return "" if math.isnan(p_value) else f"p of its test {format_p_value(p_value)}".replace(" ", NO_BREAK)


def _cell(text: str, key: Any, note: str | None = None) -> dict[str, Any]:
    """Text, what it is sorted by, and a line below it."""
    number = isinstance(key, float | int)
    # What is not there comes last, whichever way the column is sorted.
    missing = number and math.isnan(key)
    return {"text": text, "key": "" if missing else key, "number": number, "note": note}


def _breakable(name: str) -> Markup:
    """A dotted name that a browser may break after a dot or an underscore."""
    return escape(name).replace(".", Markup(".<wbr>")).replace("_", Markup("_<wbr>"))


def _artefacts(records: Records) -> list[dict[str, Any]]:
    """One row a record; one cell a cause."""
    rows = []
    for (name, protocol), record in records.found.items():
        headline = record["headline"]
        cells = []
        for cause in record["attribution"]:
            if cause["why"]:
                cells.append({"text": NOTHING, "note": cause["why"]})
                continue
            if not cause["rows_left_out"]:
                cells.append({"text": NOTHING, "note": f"there are no {cause['without']}"})
                continue
            text, change = format_score(_nan(cause["value"])), -_nan(cause["removed"])
            text += "" if math.isnan(change) else f" ({format_signed(change)})"
            note = f"without {cause['without']}: {cause['rows_left_out']:,} of {cause['rows']:,} rows left out"
            note += f" ({', '.join(map(str, cause['names']))})" if cause["names"] else ""
            cells.append({"text": text, "note": note})
        rows.append(
            {
                "name": _breakable(name),
                "protocol": words(protocol),
                "score": f"{headline['words']} {format_score(_nan(headline['value']))}",
                "cells": cells,
            }
        )
    return rows


def _canaries(records: Records) -> list[dict[str, Any]]:
    """Results of the canaries of each protocol that has them, the corrected first."""
    return [
        results
        | {
            "protocol": words(protocol),
            "rows": [
                {"name": _breakable(one["experiment"]), "laws": [_law(law) for law in one["laws"]]}
                for one in results["experiments"]
            ],
        }
        for protocol in PROTOCOLS[::-1]
        if (results := records.canaries.get(protocol))
    ]


def _law(result: dict[str, Any]) -> dict[str, Any]:
    if result["rows"] is not None:
        text = f"{result['changed']:,} of {result['rows']:,} rows changed"
    else:
        text = f"{result['score']:+.3f}, z {result['z']:+.1f}"
        text += "" if result["share"] is None else f"; {format_share(result['share'])} of {result['oracle']:+.3f}"
    return {"held": result["held"], "text": text, "note": result["score_name"]}


def _experiments(records: Records, figures: Figures) -> list[dict[str, Any]]:
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
            }
        )
    published = published_figures(records)
    return [
        {
            "name": name,
            "shown": _breakable(name),
            "runs": runs,
            "published": [_published(figure) for figure in published[name]],
        }
        for name, runs in by_name.items()
    ]


def _test_rows(test: dict[str, Any] | None) -> str:
    if test is None:
        return ""
    dates = f", {test['first_date']} to {test['last_date']}" if test["first_date"] else ""
    return f"{test['rows']:,} test rows{dates}. "


def _published(figure: dict[str, Any]) -> dict[str, Any]:
    """Name of a figure; published, and ours of both protocols."""
    published = figure["published"] if isinstance(figure["published"], list) else [figure["published"]]
    # What was published as a whole number, epochs, is counted here too.
    write = format_published if isinstance(figure["published"], int) else format_score
    return {
        "name": figure["name"],
        "values": [
            ", ".join(format_published(value) for value in published),
            *(write(figure[protocol]) for protocol in PROTOCOLS),
        ],
    }


def _nan(value: float | None) -> float:
    return math.nan if value is None else value
