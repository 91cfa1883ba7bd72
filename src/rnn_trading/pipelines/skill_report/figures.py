"""What lies beside skill records: figures, pages, and what is gone of them."""

import io
from collections.abc import Container, Mapping
from typing import Any

from rnn_trading.pages.figures import Figure, in_order, small
from rnn_trading.skill.record_files import Records

ONLY_MISSING = "--only-missing-outputs"
PAGE = "page.html"
Figures = dict[tuple[str, str], list[Figure]]


def read_figures(
    records: Records, files: dict[str, bytes], names: Mapping[tuple[str, str], list[str]], made_by: dict[str, str]
) -> tuple[Figures, list[str]]:
    """Figures by (name, protocol) of a record, in the order of a page, and what is wrong with the others.

    Parameters
    ----------
    records
        See :mod:`rnn_trading.skill.record_files`.
    files
        Contents of the reporting folder, by path.
    names
        By (name, protocol) of a record, the names of its figures.
    made_by
        Of each record, the pipeline that makes it.
    """
    figures: Figures = {key: [] for key in records.found}
    missing = gone(records, files, names, made_by)
    problems = [f"{path}: the {_kind(path)} is gone. {_remedy(again)}" for path, again in missing]
    for (name, protocol), record in records.found.items():
        for title in in_order(names[name, protocol]):
            path = f"{protocol}/{name}/{title}.png"
            figure, problem = _read(title, files[path]) if path in files else (None, None)
            if figure:
                figures[name, protocol].append(figure)
            elif problem:
                problems.append(f"{path}: {problem}. Delete it. {_remedy(draw_again(records, record, made_by[name]))}")
    return figures, problems


def _read(title: str, content: bytes) -> tuple[Figure | None, str | None]:
    """A figure, or what is wrong with its file."""
    # Only a report reads figures.
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415

    # What Pillow raises for files that are no figures: too large, of a broken header, or cut short.
    unreadable = (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError)
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            return small(title, image), None
    except unreadable as error:
        return None, f"is not a PNG that can be read ({type(error).__name__})"


def gone(
    records: Records, files: Container[str], names: Mapping[tuple[str, str], list[str]], made_by: dict[str, str]
) -> list[tuple[str, str | None]]:
    """Path of each figure and page that is not there, and how to make it; parameters as in :func:`read_figures`."""
    return [
        (path, draw_again(records, record, made_by[name]))
        for (name, protocol), record in records.found.items()
        for file in [*(f"{title}.png" for title in names[name, protocol]), PAGE]
        if (path := f"{protocol}/{name}/{file}") not in files
    ]


def pages(records: Records, files: Container[str]) -> dict[tuple[str, str], str]:
    """By (name, protocol) of a record, the path of its page, where it is there."""
    paths = {(name, protocol): f"{protocol}/{name}/{PAGE}" for name, protocol in records.found}
    return {key: path for key, path in paths.items() if path in files}


def draw_again(records: Records, record: dict[str, Any], pipeline: str) -> str | None:
    """The command that makes what is missing of a record's run; it trains only if the model is missing too.

    None if the run was not as in ``conf/base``: the command would take other parameters or sources.
    """
    return None if record["changed"] else f"{records.command_for(pipeline, record['protocol'])} {ONLY_MISSING}"


def _remedy(again: str | None) -> str:
    if again is None:
        return "Its run was not as in conf/base; repeat that run."
    return f"Make it again, unless another run has replaced its data since: {again}"


def _kind(path: str) -> str:
    return "page" if path.endswith(PAGE) else "figure"
