"""Nothing that is written in a figure is cut off, and no legend covers another or is wider than its axes."""

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from tests.figures.cases import CASES

MARGIN = 1  # pixels


@pytest.fixture(scope="module")
def drawn():
    """Figures by their case, drawn once."""
    made = {}

    def draw(name):
        if name not in made:
            figure = CASES[name]()
            FigureCanvasAgg(figure).draw()
            made[name] = figure
        return made[name]

    return draw


def outside(figure):
    """What is written or marked, and lies outside of the canvas."""
    width, height = figure.bbox.size
    legends = [*figure.legends, *(axes.get_legend() for axes in figure.axes if axes.get_legend())]
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    shown = [text for text in texts if not _is_hidden_tick(figure, text)]
    for artist in [*shown, *legends]:
        box = artist.get_window_extent()
        if box.x0 < -MARGIN or box.y0 < -MARGIN or box.x1 > width + MARGIN or box.y1 > height + MARGIN:
            yield getattr(artist, "get_text", lambda: "a legend")(), [round(each) for each in box.extents]


def _is_hidden_tick(figure, text):
    """Labels of ticks that lie beyond the limits of their axis are not drawn."""
    ticks = [tick for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for tick in _all_ticks(axis)]
    seen = {id(label) for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for label in _seen(axis)}
    return any(text in (tick.label1, tick.label2) for tick in ticks) and id(text) not in seen


def _all_ticks(axis):
    return [*axis.majorTicks, *axis.minorTicks]


def _seen(axis):
    return [tick.label1 for tick in axis._update_ticks()]


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_cut_off(drawn, name):
    assert list(outside(drawn(name))) == []


@pytest.mark.parametrize("name", CASES)
def test_no_legend_inside_axes_is_larger_than_they_are(drawn, name):
    for axes in drawn(name).axes:
        if axes.get_legend():
            legend, own = axes.get_legend().get_window_extent(), axes.get_window_extent()
            inside = legend.x0 < own.x1 - MARGIN and legend.y1 > own.y0 + MARGIN
            assert not inside or (legend.x1 <= own.x1 + MARGIN and legend.y0 >= own.y0 - MARGIN), axes.get_ylabel()
