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
# Figures of several panels have two columns of a page, and those much wider than high all of it, as sharp as drawn.
PANELS_FROM, MUCH_WIDER = 1300, 2.2
# In the order of a page: the data, the training, the forecasts, the judgement.
CAPTIONS = {
    "raw_and_scaled": "The series as it came and as it is scaled, with the days of validation and test shaded.",
    "series_and_window": "The whole series, and one window of it with the value that the network is to forecast.",
    "raw_and_transformed": "Every series as it came and as it is forecast.",
    "review_lengths": "How long the reviews are, and how much of them the network sees.",
    "filing_lengths": "How long the filings are, and how much of them the network sees.",
    "one_step_averages": "The published averages as forecasts of the next step.",
    "learning_curves": "What was recorded of each epoch of the training, and the epoch that was kept.",
    "rolling_rmse": "The error by epoch, as a mean of five, and the epoch that was kept.",
    "panel": "Forecasts in time, the errors of training and test, and forecasts of both against outcomes.",
    "outcomes_and_forecasts": "Outcomes and forecasts of the test rows.",
    "by_epochs": "The three kinds of forecasts after each number of epochs, and the error of each.",
    "forecasts_in_time": "Forecasts one month ahead, of the network and of every rival.",
    "paths": "Forecasts of several months from the end of the training rows.",
    "evolution_of_forecasts": "What the network forecast after some epochs, and when it was kept.",
    "forecasts_by_label": "Forecasts of the reviews of each number of stars: the middle half, and all but a tenth.",
    "forecasts_and_returns": "Every filing of the test by its forecast and by the return that followed.",
    "error_by_step": "The error by the number of steps ahead, of the network and of its rivals.",
    "quintiles": "The mean outcome by fifths of the forecasts of a date: with skill it rises from left to right.",
    "rolling_ic": "The information coefficient in time: is skill there always, or only for a while?",
    "gradient_by_lag": "How far back the gradients of three cells reach, before and after training.",
    "networks_and_rivals": "Two scores of every network and rival, and which may be the best one.",
    "folds_and_years": "What decided, by fold, by year and by seed: does the finding rest on a few of them?",
    "intervals": "How often intervals hold the truth, by year, and how wide they are.",
    "calibration": "How often what got a probability happened, as it was forecast and fitted again.",
    "what_counts": "How much worse forecasts are if one input at one lag is taken from other rows.",
    "one_forecast": "Which way each input pushes the forecast of the last test date.",
    "words_that_count": "The words that move the forecast of one text most, and the attention that they are given.",
    "model_and_rivals": "The headline score of the model beside its rivals, by tier.",
    "portfolio_equity": "Wealth that stays invested, before and after costs, beside what needs no forecast.",
    "portfolio_quantiles": "What the names in each part of the forecasts earned from one entry to the next.",
    "portfolio_years": "The returns of each year, before and after costs: does the result rest on a few of them?",
    "portfolio_costs": "What is left a year at other costs.",
    "portfolio_drawdown": "How far wealth was below its peak, after costs.",
    "portfolio_turnover": "What was bought and sold in each month.",
    "portfolio_exposure": "How much of the wealth was long and short.",
    "portfolio_coefficients": "The rank correlation of forecasts with what was earned, by month.",
    "timing_equity": "Wealth by positions in one series, after costs, beside its best rival and holding it.",
    "realised_volatility": "The volatility of positions that aim at a target.",
}
PLACES = {name: place for place, name in enumerate(CAPTIONS)}


@dataclass(frozen=True)
class Figure:
    """A PNG as base64, with its size in pixels, and its place on a page: empty, ``panels`` or ``wide``."""

    title: str
    data: str
    width: int
    height: int
    place: str = ""

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
    """Names of figures in the order of a page, that of :data:`CAPTIONS`; those that it does not know come last.

    Examples
    --------
    >>> in_order(["mine", "quintiles", "model_and_rivals", "one_step_averages_figure", "learning_curves"])
    ['one_step_averages_figure', 'learning_curves', 'quintiles', 'model_and_rivals', 'mine']
    """
    return sorted(names, key=lambda name: (PLACES.get(title_of(name), len(PLACES)), name))


def title_of(dataset: str) -> str:
    """Name of a figure, which is that of its file, from the name of its dataset."""
    return dataset.removesuffix("_figure")


def small(name: str, image: "Image", width: int = WIDTH) -> Figure:
    """A figure with few colours, no wider than a page; its title is its name in words."""
    from PIL import Image  # noqa: PLC0415  only a node that writes a page needs it

    figure = image.convert("RGB")
    place = "wide" if figure.width > MUCH_WIDER * figure.height else "panels" if figure.width >= PANELS_FROM else ""
    if figure.width > width and place != "wide":
        figure = figure.resize((width, max(1, round(figure.height * width / figure.width))), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    # A median cut would give thin lines the colours of large areas, and take ten times as long.
    figure.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(written, "PNG")
    return Figure(words(name), base64.b64encode(written.getvalue()).decode(), figure.width, figure.height, place)
