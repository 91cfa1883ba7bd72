"""What the picture of all models shows."""

import math

import numpy as np
import pandas as pd
import pytest

from rnn_trading.figures.skill import AS_PUBLISHED, BEYOND, CAREFUL, CORRECTED, ERRORS, LINES, PUBLISHED, all_models
from rnn_trading.skill.formats import NOTHING
from rnn_trading.skill.marks import MARKS
from tests.made_up import model, no_record, table, with_careful

NAN = math.nan


def panels(*rows):
    return {axes.get_xlabel().partition(":")[0]: axes for axes in all_models(pd.DataFrame(rows)).axes}


def marks(axes):
    """Values by what they are, in the order of the rows."""
    found = {}
    for line in axes.lines:
        if not line.get_label().startswith("_"):
            found.setdefault(line.get_label(), []).append(float(line.get_xdata()[0]))
    return found


def test_scores_of_one_kind_share_an_axis():
    drawn = panels(
        model("a", "auc", (0.574, 0.523, 0.505, 0.53), "chance", published=0.68),
        model("b", "ic", (0.1, 0.2, 0.3, 0.4), "none"),
        model("c", "ic_mean", (0.01, 0.02, 0.03, NAN), "every"),
        model("d", "r2", (0.1, 0.2, NAN, 0.3), "worse"),
    )
    assert list(drawn) == ["AUC", "Information coefficient", "R2"]
    auc = drawn["AUC"]
    assert marks(auc) == {
        PUBLISHED: [0.68],
        AS_PUBLISHED: [0.574],
        CORRECTED: [0.523],
        "best naive rival": [0.505],
        "best strong rival": [0.53],
    }
    (interval,) = [line for line in auc.lines if line.get_linewidth() == 2.4]
    np.testing.assert_allclose(interval.get_xdata(), [0.493, 0.553])
    coefficients = drawn["Information coefficient"]
    assert [tick.get_text() for tick in coefficients.get_yticklabels()] == ["b", "c"]
    assert marks(coefficients)["best strong rival"] == [0.4]  # c has none
    assert PUBLISHED not in marks(coefficients)


def test_errors_are_multiples_of_the_best_naive_rivals_and_smaller_ones_stand_to_the_right():
    """Corrected 6 where the rival has 4; as published 3 where the rival has 2; a published error has no rival."""
    one = model("a", "rmse", (3.0, 6.0, 4.0, 40.0), "worse", published=1.0) | {"as_published_naive_value": 2.0}
    zero = model("b", "mae", (3.0, 6.0, 0.0, 8.0), "few")
    ((label, axes),) = panels(one, zero).items()
    assert ERRORS.startswith(label)
    assert axes.get_xscale() == "log"
    assert axes.get_xlim()[0] > axes.get_xlim()[1]
    shown = marks(axes)
    assert shown == {AS_PUBLISHED: [1.5], CORRECTED: [1.5], "best naive rival": [1.0], BEYOND: [axes.get_xlim()[0]]}
    (arrow,) = [line for line in axes.lines if line.get_label() == BEYOND]
    assert arrow.get_marker() == "<"


def test_a_score_beyond_the_axis_is_an_arrow_at_its_end():
    ((_, axes),) = panels(model("a", "r2", (0.1, 0.3, -7.0, 0.2), "every")).items()
    (arrow,) = [line for line in axes.lines if line.get_label() == BEYOND]
    assert (arrow.get_marker(), float(arrow.get_xdata()[0])) == ("<", axes.get_xlim()[0])
    assert axes.get_xlim()[0] > -1


@pytest.mark.parametrize("kind", MARKS)
def test_every_row_ends_with_its_finding(kind):
    own = None if kind == "missing" else kind
    ((_, axes),) = panels(model("a", "auc", (0.5, 0.5, 0.5, 0.5), own)).items()
    mark, says, *by = axes.texts[1:]  # the first is the name of the line of chance
    assert (mark.get_text(), mark.get_color(), says.get_text()) == (
        *(MARKS[kind].character, MARKS[kind].colour, MARKS[kind].says if own else "no careful or corrected record"),
    )
    assert [each.get_text() for each in by] == (["by the corrected record"] if own else [])


def lines_of(axes):
    """By what they are, the heights of marks of the first row."""
    return {line.get_label(): float(line.get_ydata()[0]) for line in axes.lines if not line.get_label().startswith("_")}


def test_three_ways_stand_below_each_other_and_rivals_beside_the_one_that_is_judged():
    both = with_careful(model("a", "auc", (0.574, 0.523, 0.505, 0.53), "chance", published=0.68), 0.56)
    ((_, axes),) = panels(both).items()
    assert marks(axes)[CAREFUL] == [0.56]
    heights = lines_of(axes)
    assert heights[PUBLISHED] == heights[AS_PUBLISHED] < heights[CORRECTED] < heights[CAREFUL]
    assert heights["best naive rival"] == heights["best strong rival"] == heights[CAREFUL] == LINES["careful"]
    assert axes.texts[-1].get_text() == "by the careful record"
    intervals = [line.get_xdata() for line in axes.lines if line.get_linewidth() == 2.4]
    np.testing.assert_allclose(intervals, [[0.493, 0.553], [0.53, 0.59]])
    ((_, axes),) = panels(model("a", "auc", (0.574, 0.523, 0.505, 0.53), "chance")).items()
    heights = lines_of(axes)
    assert CAREFUL not in heights
    assert heights["best naive rival"] == heights["best strong rival"] == heights[CORRECTED]


def test_each_error_is_a_multiple_of_the_rival_on_its_own_rows():
    """As published 3 over 2, corrected 6 over 3, careful 5 over 4, whose rows the rivals are on: 4 and 8 over 4."""
    row = with_careful(model("a", "rmse", (3.0, 6.0, 4.0, 8.0), "worse"), 5.0)
    row |= {"as_published_naive_value": 2.0, "corrected_naive_value": 3.0, "corrected_high": 7.5}
    ((_, axes),) = panels(row).items()
    assert marks(axes) == {
        **{AS_PUBLISHED: [1.5], CORRECTED: [2.0], CAREFUL: [1.25]},
        **{"best naive rival": [1.0], "best strong rival": [2.0]},
    }
    corrected, _ = (line.get_xdata() for line in axes.lines if line.get_linewidth() == 2.4)
    assert corrected[1] == 2.5


def test_what_runs_as_published_only_is_no_gap():
    row = model("a", "auc", (0.5, np.nan, 0.5, 0.5), None, remark="run as published only")
    ((_, axes),) = panels(row).items()
    assert axes.texts[-1].get_text() == "run as published only"


def test_its_title_is_what_it_shows_and_simulated_data_are_named():
    figure = all_models(table())
    assert figure.get_suptitle() == "1 of 14 models on real data beats every rival, 2 naive ones only, 1 chance only"
    names = [tick.get_text() for axes in figure.axes for tick in axes.get_yticklabels()]
    assert len(names) == 16
    assert [name for name in names if "simulated" in name] == [
        "sec_filings.returns (simulated)",
        "univariate_regression.rolling_windows.sine (simulated)",
    ]
    assert NOTHING not in names


def test_without_records_it_says_how_to_make_them():
    figure = all_models(pd.DataFrame([no_record("a")]))
    assert figure.axes[0].texts[0].get_text() == "There is no record yet. To make all: make report"
