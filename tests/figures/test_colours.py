"""What lines and marks of one figure look like to readers with a colour vision deficiency."""

import pytest

from rnn_trading.figures.inputs import SHADES
from rnn_trading.figures.panels import BLUE, GREEN, GREY, ORANGE
from rnn_trading.figures.series import PARTS
from rnn_trading.figures.skill import CORRECTED_COLOUR, INK
from rnn_trading.figures.styles import MODEL_COLOUR, TIER_COLOURS, rival_styles
from rnn_trading.skill.rivals.lists import tier_of
from tests.colours import DEFICIENCIES, closest, contrast, distance, lab
from tests.figures.cases import CASES, RIVALS, SERIES_RIVALS

TOLD_APART = 15  # 2.3 can just be told, side by side
# Colours that stand beside each other in one figure, other than by a legend that says which is which.
TOGETHER = {
    "the model and three tiers": [MODEL_COLOUR, *TIER_COLOURS.values()],
    "the model, three tiers and the truth": [MODEL_COLOUR, *TIER_COLOURS.values(), "black"],
    "two parts of the rows": [BLUE, ORANGE, GREY],
    "two parts of the rows, and the epoch that was kept": [BLUE, ORANGE, "black"],
    "outcome, best rival, network": [GREY, GREEN, ORANGE],
    "published, as published here, corrected, careful, naive and strong rivals": [
        *(INK, GREY, CORRECTED_COLOUR, MODEL_COLOUR, TIER_COLOURS["naive"], TIER_COLOURS["strong"]),
    ],
    "the outcome under forecasts of two parts": ["black", *PARTS.values()],
}


def test_the_simulation_is_that_of_the_paper():
    """White and black stay as they are; red and green, far apart, come close; blue and yellow do not."""
    for deficiency in DEFICIENCIES:
        assert lab("white", deficiency) == pytest.approx([100, 0, 0], abs=0.1)
        assert lab("black", deficiency) == pytest.approx([0, 0, 0], abs=1e-9)
    # By hand: sRGB red is L* 53.24, a* 80.09, b* 67.20.
    assert lab("#ff0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.1)
    for deficiency in ("protanopia", "deuteranopia"):
        assert distance("#c05040", "#6b7f2a", deficiency) < 0.5 * distance("#c05040", "#6b7f2a")
        assert distance("blue", "yellow", deficiency) > 100


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("together", TOGETHER)
def test_colours_of_one_figure_are_told_apart(together, deficiency):
    apart, *pair = closest(TOGETHER[together], deficiency)
    assert apart >= TOLD_APART, pair


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_shaded_areas_are_told_apart_and_lines_are_seen_on_them(deficiency):
    apart, *pair = closest([*SHADES.values(), "white"], deficiency)
    assert apart >= 7, pair  # areas side by side, each with its name
    assert min(distance(line, shade, deficiency) for line in (BLUE, ORANGE, "black") for shade in SHADES.values()) > 30


def test_the_lightest_tier_is_seen_on_white():
    assert min(contrast(colour, "white") for colour in (MODEL_COLOUR, *TIER_COLOURS.values())) > 2


@pytest.mark.parametrize("names", [RIVALS, SERIES_RIVALS])
def test_no_two_rivals_have_one_mark_and_no_two_of_a_tier_one_dash(names):
    styles = rival_styles(names)
    assert set(styles) == set(names)
    assert len({style["marker"] for style in styles.values()}) == len(names) == 10
    assert len({(style["color"], style["dashes"]) for style in styles.values()}) == len(names)
    assert all(style["color"] == TIER_COLOURS[tier_of(name)] for name, style in styles.items())


@pytest.mark.parametrize("case", ["error_by_step", "forecasts_in_time"])
def test_every_labelled_line_of_a_figure_differs_in_its_mark_or_dash(case):
    for axes in CASES[case]().axes:
        lines = [line for line in axes.lines if not line.get_label().startswith("_")]
        shapes = [(line.get_marker(), line._unscaled_dash_pattern) for line in lines]
        assert len({repr(shape) for shape in shapes}) == len(lines)
