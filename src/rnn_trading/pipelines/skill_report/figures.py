"""Figures of records, small enough for a page that holds them all."""

import base64
import io
from collections.abc import Container
from dataclasses import dataclass

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
    for name, protocol in records.found:
        figures[name, protocol] = []
        for title in sorted(names[name], key=lambda title: (title != FIRST_FIGURE, title)):
            path = f"{protocol}/{name}/{title}.png"
            if path not in files:
                continue
            try:
                figures[name, protocol].append(_small(words(title), files[path]))
            except UNREADABLE as error:
                again = draw_again(made_by[name], protocol)
                kind = type(error).__name__
                problems.append(f"{path}: is not a PNG that can be read ({kind}). Delete it, then: {again}")
    return figures, problems


def gone(
    records: Records, files: Container[str], names: dict[str, list[str]], made_by: dict[str, str]
) -> list[tuple[str, str | None]]:
    """Path of each figure that is not there, and the command that draws it; parameters as in :func:`read_figures`.

    No command draws a figure of a run that was not as in ``conf/base``: it would take other parameters or sources.
    """
    return [
        (path, None if record["changed"] else draw_again(made_by[name], protocol))
        for (name, protocol), record in records.found.items()
        for title in names[name]
        if (path := f"{protocol}/{name}/{title}.png") not in files
    ]


def draw_again(pipeline: str, protocol: str) -> str:
    """The command that makes what is missing of an experiment; it trains only if the model is missing too."""
    return f"{command_for(pipeline, protocol)} {ONLY_MISSING}"


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
    figure.quantize(COLOURS, dither=Image.Dither.NONE).save(written, "PNG")
    return Figure(title, base64.b64encode(written.getvalue()).decode(), figure.width, figure.height)
