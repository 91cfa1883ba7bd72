"""Figures, small enough for a page that holds them all."""

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnn_trading.skill.formats import words

if TYPE_CHECKING:
    from PIL.Image import Image

# Figures are drawn for print: this wide they are sharp on a phone, and 64 colours are more than they have.
WIDTH, COLOURS = 900, 64
FIRST_FIGURE = "model_and_rivals"


@dataclass(frozen=True)
class Figure:
    """A PNG as base64, with its size in pixels."""

    title: str
    data: str
    width: int
    height: int


def in_order(names: Iterable[str]) -> list[str]:
    """Names of figures as a page shows them: the model beside its rivals first.

    Examples
    --------
    >>> in_order(["quintiles", "model_and_rivals", "learning_curves"])
    ['model_and_rivals', 'learning_curves', 'quintiles']
    """
    return sorted(names, key=lambda name: (name != FIRST_FIGURE, name))


def small(name: str, image: "Image") -> Figure:
    """A figure with few colours, no wider than a page; its title is its name in words."""
    from PIL import Image  # noqa: PLC0415  only a node that writes a page needs it

    figure = image.convert("RGB")
    if figure.width > WIDTH:
        figure = figure.resize((WIDTH, max(1, round(figure.height * WIDTH / figure.width))), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    # A median cut would give thin lines the colours of large areas, and take ten times as long.
    figure.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(written, "PNG")
    return Figure(words(name), base64.b64encode(written.getvalue()).decode(), figure.width, figure.height)
