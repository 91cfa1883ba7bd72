"""Figures of records, small enough for a page that holds them all."""

import base64
import io
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from PIL import Image, UnidentifiedImageError

from rnn_trading.skill.formats import words
from rnn_trading.skill.record_files import Records, command_for

# Figures are drawn for print: this wide they are sharp on a phone, and 64 colours are more than they have.
WIDTH, COLOURS = 900, 64
ONLY_MISSING = "--only-missing-outputs"
FIRST_FIGURE = "model_and_rivals"
# What Pillow raises for files that are no figures: too large, of a broken header, or cut short.
UNREADABLE = (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError)


@dataclass(frozen=True)
class Figure:
    """A PNG as base64, with its size in pixels."""

    title: str
    data: str
    width: int
    height: int


Figures = dict[tuple[str, str], list[Figure]]


def read_figures(
    records: Records, files: dict[str, bytes], names: dict[str, list[str]], made_by: dict[str, str]
) -> tuple[Figures, list[str]]:
    """Figures by (name, protocol) of a record, the model beside its rivals first, and what is wrong with the others.

    Parameters
    ----------
    records
        See :mod:`rnn_trading.skill.record_files`.
    files
        Contents of the reporting folder, by path.
    names
        Of each record, the names of its figures.
    made_by
        Of each record, the pipeline that makes it.
    """
    figures: Figures = {}
    problems = [f"{path}: the figure is gone. {_remedy(again)}" for path, again in gone(records, files, names, made_by)]
    for (name, protocol), record in records.found.items():
        figures[name, protocol] = []
        for title in sorted(names[name], key=lambda title: (title != FIRST_FIGURE, title)):
            path = f"{protocol}/{name}/{title}.png"
            if path not in files:
                continue
            try:
                figures[name, protocol].append(_small(words(title), files[path]))
            except UNREADABLE as error:
                remedy = _remedy(draw_again(record, made_by[name]))
                problems.append(f"{path}: is not a PNG that can be read ({type(error).__name__}). Delete it. {remedy}")
    return figures, problems


def gone(
    records: Records, files: Container[str], names: dict[str, list[str]], made_by: dict[str, str]
) -> list[tuple[str, str | None]]:
    """Path of each figure that is not there, and how to :func:`draw_again`; parameters as in :func:`read_figures`."""
    return [
        (path, draw_again(record, made_by[name]))
        for (name, protocol), record in records.found.items()
        for title in names[name]
        if (path := f"{protocol}/{name}/{title}.png") not in files
    ]


def draw_again(record: dict[str, Any], pipeline: str) -> str | None:
    """The command that makes what is missing of a record's run; it trains only if the model is missing too.

    None if the run was not as in ``conf/base``: the command would take other parameters or sources.
    """
    return None if record["changed"] else f"{command_for(pipeline, record['protocol'])} {ONLY_MISSING}"


def _remedy(again: str | None) -> str:
    if again is None:
        return "Its run was not as in conf/base; repeat that run."
    return f"Draw it again, unless another run has replaced its data since: {again}"


def _small(title: str, content: bytes) -> Figure:
    """A figure with few colours, no wider than a page."""
    with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
        figure = image.convert("RGB")
    if figure.width > WIDTH:
        figure = figure.resize((WIDTH, max(1, round(figure.height * WIDTH / figure.width))), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    # A median cut would give thin lines the colours of large areas, and take ten times as long.
    figure.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(written, "PNG")
    return Figure(title, base64.b64encode(written.getvalue()).decode(), figure.width, figure.height)
