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
CAPTIONS = {
    FIRST_FIGURE: "The headline score of the model beside its rivals, by tier.",
    "learning_curves": "What was recorded of each epoch of the training, and the epoch that was kept.",
    "quintiles": "The mean outcome by fifths of the forecasts of a date: with skill it rises from left to right.",
    "rolling_ic": "The information coefficient in time: is skill there always, or only for a while?",
    "rolling_rmse": "The error by epoch, as a mean of five, and the epoch that was kept.",
    "panel": "Forecasts in time, forecasts against outcomes, and the errors of training and test.",
    "outcomes_and_forecasts": "Outcomes and forecasts of the test rows, of the network and of its best rival.",
    "networks_and_rivals": "Two scores of every network and rival, and which may be the best one.",
    "error_by_step": "The error by the number of steps ahead, of the network and of its rivals.",
    "runs": "The three kinds of forecasts over the truth: point by point, restarted runs, and one free run.",
    "by_epochs": "The three kinds of forecasts after each number of epochs: they contradict each other.",
    "one_step_averages": "The published averages as forecasts of the next step.",
    "evolution_of_forecasts": "What the network forecast after some epochs, and when it was kept.",
    "raw_and_transformed": "Every series as it came and as it is forecast.",
    "forecasts_in_time": "Forecasts one month ahead, of the network and of every rival.",
    "paths": "Forecasts of several months from the end of the training rows.",
    "review_lengths": "How long the reviews are, and how much of them the network sees.",
    "filing_lengths": "How long the filings are, and how much of them the network sees.",
    "calibration": "How often a review was positive that got a probability, by probability.",
    "forecasts_and_returns": "Every filing of the test by its forecast and by the return that followed.",
}


@dataclass(frozen=True)
class Figure:
    """A PNG as base64, with its size in pixels."""

    title: str
    data: str
    width: int
    height: int

    @property
    def caption(self) -> str:
        """What it shows, in a sentence; its title, where we know no more of it.

        Examples
        --------
        >>> Figure("quintiles", "", 1, 1).caption.partition(":")[0]
        'The mean outcome by fifths of the forecasts of a date'
        >>> Figure("hit rate", "", 1, 1).caption
        'Hit rate.'
        """
        return CAPTIONS.get(self.title.replace(" ", "_"), f"{self.title[:1].upper()}{self.title[1:]}.")


def in_order(names: Iterable[str]) -> list[str]:
    """Names of figures as a page shows them: the model beside its rivals first.

    Examples
    --------
    >>> in_order(["quintiles", "model_and_rivals", "learning_curves"])
    ['model_and_rivals', 'learning_curves', 'quintiles']
    """
    return sorted(names, key=lambda name: (name != FIRST_FIGURE, name))


def small(name: str, image: "Image", width: int = WIDTH) -> Figure:
    """A figure with few colours, no wider than a page; its title is its name in words."""
    from PIL import Image  # noqa: PLC0415  only a node that writes a page needs it

    figure = image.convert("RGB")
    if figure.width > width:
        figure = figure.resize((width, max(1, round(figure.height * width / figure.width))), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    # A median cut would give thin lines the colours of large areas, and take ten times as long.
    figure.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(written, "PNG")
    return Figure(words(name), base64.b64encode(written.getvalue()).decode(), figure.width, figure.height)
