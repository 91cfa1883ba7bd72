"""What the figures of what goes into a network must show."""

import pandas as pd

from rnn_trading.figures import inputs

DAYS = pd.date_range("2020-01-01", periods=6, name="date")
SERIES = pd.Series([1.0, 2, 4, 3, 5, 6], index=DAYS)
PARTS = pd.Series(["train", "validation", "test", "test"], index=DAYS[2:])


def shaded(axes):
    """First and last day of each part, counted from the first day, by what the legend says."""
    start = DAYS[0].toordinal() - pd.Timestamp("1970-01-01").toordinal()
    return {
        patch.get_label(): (patch.get_x() - start, patch.get_x() + patch.get_width() - start) for patch in axes.patches
    }


def test_the_parts_are_shaded_on_the_raw_and_on_the_scaled_series():
    raw, scaled = inputs.raw_and_scaled(SERIES, SERIES / 5, PARTS, "points", "Title").axes
    for axes, unit, values in ((raw, "points", SERIES), (scaled, "scaled units", SERIES / 5)):
        assert axes.get_ylabel() == unit
        assert axes.lines[0].get_ydata().tolist() == values.tolist()
        assert shaded(axes) == {"validation, from 2020-01-04": (3, 3), "test, from 2020-01-05": (4, 5)}


def test_a_series_without_a_scale_of_its_own_is_shown_as_it_came():
    (axes,) = inputs.raw_and_scaled(SERIES, None, PARTS[PARTS != "validation"], "points", "Title").axes
    assert [*shaded(axes)] == ["test, from 2020-01-05"]


def test_one_window_is_shown_as_it_came_and_as_the_network_sees_it():
    seen = (SERIES[:4] - 1).rename("change from the first value")
    figure = inputs.series_and_window(SERIES, (SERIES[:4], seen), PARTS, ("points", inputs.DATES), "Title")
    whole, raw, scaled = figure.axes
    assert len(whole.lines[0].get_ydata()) == len(SERIES)
    window, target = raw.lines
    assert (window.get_ydata().tolist(), target.get_ydata().tolist()) == ([1, 2, 4], [3])
    assert [line.get_ydata().tolist() for line in scaled.lines] == [[0, 1, 3], [2]]
    assert [axes.get_ylabel() for axes in figure.axes] == ["points", "points", "change from the first value"]


def test_points_of_a_wave_are_counted():
    times = inputs.Times(DAYS[0])
    whole, raw = inputs.series_and_window(SERIES, (SERIES[2:5], None), PARTS, ("amplitude", times), "Title").axes
    assert whole.lines[0].get_xdata().tolist() == [0, 1, 2, 3, 4, 5]
    assert [line.get_xdata().tolist() for line in raw.lines] == [[2, 3], [4]]
    assert [*(patch.get_label() for patch in whole.patches)] == ["validation, from point 3", "test, from point 4"]
    assert raw.get_xlabel() == "Point of the wave"
