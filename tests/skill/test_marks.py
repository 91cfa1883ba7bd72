import pytest

from rnn_trading.skill.marks import MARKS, mark_of
from tests.colours import DEFICIENCIES, closest, contrast


def test_marks_are_told_by_their_shape_alone():
    characters = [mark.character for mark in MARKS.values()]
    assert len(set(characters)) == len(characters)
    assert all(len(character) == 1 and character not in "|<>&`*_\\" for character in characters)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_colours_of_marks_are_told_apart(deficiency):
    distance, *pair = closest([mark.colour for mark in MARKS.values()], deficiency)
    assert distance > 10, pair


def test_marks_stand_out_from_white():
    """As WCAG 2.1 asks of what is not text."""
    assert all(contrast(mark.colour, "white") >= 3 for mark in MARKS.values())


def test_an_unknown_kind_is_named():
    with pytest.raises(ValueError, match="expected a kind of every, naive.*Received: 'best'"):
        mark_of("best")
