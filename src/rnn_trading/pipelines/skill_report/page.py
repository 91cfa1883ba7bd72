"""One page that needs nothing but a browser."""

import base64
import io
import math
from collections import defaultdict
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from PIL import Image, UnidentifiedImageError

from rnn_trading.skill.formats import NOTHING, format_p_value, format_published, format_score, words
from rnn_trading.skill.record_files import PROTOCOLS, Records, read_canaries
from rnn_trading.skill.summary import published_figures, rows_of_table

# Figures are drawn for print: this wide they are sharp on a phone, and 64 colours are more than they have.
WIDTH, COLOURS = 900, 64
FIRST_FIGURE = "model_and_rivals"
NO_BREAK = "\u00a0"
# What Pillow raises for files that are no figures: too large, of a broken header, or cut short.
UNREADABLE = (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError)
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
        "with the interval that holds it in 95 % of repeated draws of the test dates (documents, weeks)."
    ),
    "Corrected": "The same after the flaws are mended, on the corrected test rows.",
    "Best rival": "The naive forecast that does best on the corrected test rows, by the same score.",
    "Difference": (
        "Corrected score less the rival's, with its 95 % interval, from draws in which both see the same rows."
    ),
    "p": (
        "Twice the share of draws in which the difference lies on the other side of zero, never below .002; not "
        "corrected for the number of rows of this table."
    ),
    "Finding": (
        "The verdict of the corrected record. It rests on the test named in the record, on losses of single forecasts "
        "as a rule, not on the difference beside it."
    ),
}


def render_page(
    found: list[str], table: pd.DataFrame, records: Records, files: dict[str, bytes], figures: dict[str, list[str]]
) -> str:
    """The report as one HTML page: findings, table, artefacts, canaries, figures, and what is missing.

    Parameters
    ----------
    found
        See :func:`rnn_trading.skill.summary.findings`.
    table, records
        See :mod:`rnn_trading.skill.summary`.
    files
        Contents of the reporting folder, by path: figures and canaries are taken from it.
    figures
        Of each record, the names of the figures that should lie beside it.

    Returns
    -------
    str
        A figure that cannot be read, or is gone, is named on the page and skipped.
    """
    problems = list(records.problems)
    canaries = _canaries(files, problems)
    experiments = _experiments(records, files, figures, problems)
    environment = Environment(
        loader=PackageLoader("rnn_trading.pipelines.skill_report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(
        findings=found,
        columns=COLUMNS,
        rows=[_row(row) for row in rows_of_table(table)],
        artefacts=_artefacts(records),
        canaries=canaries,
        experiments=experiments,
        missing=records.missing,
        problems=problems,
    )


def _row(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Cells: text, what they are sorted by, and whether they are numbers."""
    better = {True: "↑", False: "↓"}.get(row["larger_is_better"], "")
    score = f"{row['score']}{NO_BREAK}{better}" if row["score"] else NOTHING
    return [
        _cell(_breakable(row["experiment"]), row["experiment"]),
        _cell(score, row["score"] or ""),
        _cell(format_published(row["published"]), row["published"], row["published_on"]),
        *(_with_interval(row, name) for name in PROTOCOLS),
        _cell(format_score(row["rival"]), row["rival"], words(row["best_rival"] or "")),
        _with_interval(row, "difference", signed=True),
        _cell(format_p_value(row["p_value"]), row["p_value"]),
        _cell(row["finding"] or "Not run", row["finding"] or ""),
    ]


def _with_interval(row: dict[str, Any], name: str, signed: bool = False) -> dict[str, Any]:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    note = "" if math.isnan(low) else f"{format_score(low)} to {format_score(high)}".replace(" ", NO_BREAK)
    sign = "+" if signed and row[name] > 0 else ""
    return _cell(sign + format_score(row[name]), row[name], note)


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
            removed = _nan(cause["removed"])
            text = format_score(_nan(cause["value"]))
            text += "" if math.isnan(removed) else f" ({-removed:+.3f})"
            note = f"without {cause['without']}: {cause['rows_left_out']:,} rows left out"
            note += f" ({', '.join(map(str, cause['names']))})" if cause["names"] else ""
            cells.append({"text": text, "note": note})
        rows.append(
            {
                "name": _breakable(name),
                "protocol": words(protocol),
                "score": f"{headline['words']} {format_score(_nan(headline['value']))}",
                "better": headline["larger_is_better"],
                "cells": cells,
            }
        )
    return rows


def _canaries(files: dict[str, bytes], problems: list[str]) -> list[dict[str, Any]]:
    """Results of the canaries of each protocol that has them."""
    found = []
    for protocol in PROTOCOLS[::-1]:
        results, problem = read_canaries(files, protocol)
        problems += [problem] if problem else []
        if results:
            rows = [
                {"name": _breakable(one["experiment"]), "laws": [_law(law) for law in one["laws"]]}
                for one in results["experiments"]
            ]
            found.append(results | {"protocol": words(protocol), "rows": rows})
    return found


def _law(result: dict[str, Any]) -> dict[str, Any]:
    if result["rows"] is not None:
        text = f"{result['changed']:,} of {result['rows']:,} rows changed"
    else:
        text = f"{result['score']:+.3f}, z {result['z']:+.1f}"
        text += "" if result["share"] is None else f"; {result['share']:.0%} of {result['oracle']:+.3f}"
    return {"law": result["law"], "held": result["held"], "text": text, "note": result["score_name"]}


def _experiments(
    records: Records, files: dict[str, bytes], names: dict[str, list[str]], problems: list[str]
) -> list[dict[str, Any]]:
    """Verdicts and figures by experiment."""
    by_name: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (name, protocol), record in records.found.items():
        by_name[name].append(
            {
                "protocol": words(protocol),
                "verdict": record["verdict"],
                "source": record["data"]["source"],
                "drawn": record["headline"]["drawn"],
                "figures": _figures(f"{protocol}/{name}", names[name], files, problems),
            }
        )
    published = published_figures(records)
    return [
        {"name": name, "runs": runs, "published": [_published(figure) for figure in published[name]]}
        for name, runs in by_name.items()
    ]


def _published(figure: dict[str, Any]) -> dict[str, Any]:
    """Name of a figure; published, and ours of both protocols."""
    published = figure["published"] if isinstance(figure["published"], list) else [figure["published"]]
    ours = (format_score(figure[protocol]) for protocol in PROTOCOLS)
    return {
        "name": words(figure["name"]),
        "values": [", ".join(format_published(value) for value in published), *ours],
    }


def _figures(folder: str, names: list[str], files: dict[str, bytes], problems: list[str]) -> list[dict[str, Any]]:
    """Figures that can be read, the model beside its rivals first; the others are problems."""
    figures = []
    for name in sorted(names, key=lambda name: (name != FIRST_FIGURE, name)):
        path = f"{folder}/{name}.png"
        if path not in files:
            problems.append(f"{path}: the figure is gone; run the experiment again to have it")
            continue
        try:
            data, width, height = _small(files[path])
        except UNREADABLE as error:
            problems.append(f"{path}: is not a figure that can be read ({error})")
            continue
        figures.append({"title": words(name), "data": data, "width": width, "height": height})
    return figures


def _small(content: bytes) -> tuple[str, int, int]:
    """A figure as base64 of a PNG with few colours, its width and height in pixels."""
    with Image.open(io.BytesIO(content)) as image:
        figure = image.convert("RGB")
    if figure.width > WIDTH:
        figure = figure.resize((WIDTH, max(1, round(figure.height * WIDTH / figure.width))), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    figure.quantize(COLOURS, dither=Image.Dither.NONE).save(written, "PNG")
    return base64.b64encode(written.getvalue()).decode(), figure.width, figure.height


def _nan(value: float | None) -> float:
    return math.nan if value is None else value
