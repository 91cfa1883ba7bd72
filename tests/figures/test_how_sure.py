import numpy as np
import pytest

from rnn_trading.experiments.how_sure import calibration, intervals
from rnn_trading.skill.formats import words
from tests.figures.cases import calibrated, surely

SKILL = {"experiment": "a.b", "protocol": "corrected", "data": {}}


def test_coverage_is_drawn_by_year_over_all_rows_and_in_the_worst_months():
    found = surely(months=["2018-06", "2019-01"])
    held, widths = intervals(SKILL | {"intervals": found}).axes
    labels = [text.get_text() for text in held.get_xticklabels()]
    assert labels == ["2018", "2019", "2020", "all", "worst\nmonths"]
    narrow, wide = ([*each.lines[0].get_ydata()] for each in held.containers)
    assert narrow[3] == found["levels"]["80"]["coverage"]
    assert wide == [
        *(year["coverage"] for year in found["levels"]["95"]["by_year"]),
        *(found["levels"]["95"]["coverage"], found["levels"]["95"]["worst_months"]["coverage"]),
    ]
    levels = found["levels"].values()
    expected = [*(level["width"] for level in levels), *(level["rival"]["width"] for level in levels)]
    assert [bar.get_height() for bar in widths.patches] == expected
    assert widths.get_ylabel() == "Mean width (index points)"


def test_widths_of_runs_are_drawn_by_step_beside_those_of_the_rival():
    found = surely("runs")
    lines = intervals(SKILL | {"intervals": found}).axes[1].lines
    of_levels = [of for level in found["levels"].values() for of in (level, level["rival"])]
    expected = [[each["width"] for each in of["by_group"].values()] for of in of_levels]
    assert [[*line.get_ydata()] for line in lines] == expected
    assert [line.get_xdata()[-1] for line in lines] == [29] * 4
    assert [line.get_linestyle() for line in lines] == ["-", "--"] * 2  # colour alone tells none
    assert lines[3].get_label() == f"width, {words(found['rival'])}"


def said(figure):
    (axes,) = figure.axes
    return axes.texts[0].get_text()


def test_a_record_without_intervals_says_so():
    none = {"why": "there are no rows", "words": "No intervals: there are no rows."}
    assert said(intervals(SKILL | {"intervals": none})) == none["words"]
    for figure in (intervals(SKILL), intervals(SKILL | {"intervals": None}), calibration(SKILL)):
        assert "before 0.13" in said(figure)


def test_what_happened_is_drawn_by_probability_with_and_without_another_fit():
    found = calibrated()
    figure = calibration(SKILL | {"calibration": found})
    (axes,) = figure.axes
    curves = {each.get_label().partition(" (")[0]: each.lines[0].get_ydata() for each in axes.containers}
    assert [*curves] == ["as forecast", "Platt scaling", "isotonic", "majority"]
    np.testing.assert_array_equal(curves["isotonic"], found["ways"]["isotonic"]["bins"]["share"])
    first, of_luck = figure.get_suptitle().partition("\n")[0].split(", right ones by ")
    assert first.startswith(f"Probabilities of {found['rows']} test rows are off by 0.")
    assert float(of_luck) == pytest.approx(found["ways"]["as_forecast"]["error_by_luck"], abs=0.001)
    shapes = {(each.lines[0].get_marker(), each.lines[0].get_linestyle()) for each in axes.containers}
    assert len(shapes) == 4  # colour alone tells none
