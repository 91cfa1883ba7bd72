"""What a figure must show; how it looks is for eyes."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.figures import panels as plots


def labels(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_learning_curves_mark_the_best_epoch():
    values = {("train", "loss"): [0.7, 0.6, 0.5], ("validation", "loss"): [0.7, 0.65, 0.68]}
    history = pd.DataFrame(
        [
            {"epoch": epoch, "rows": rows, "quantity": quantity, "value": value}
            for (rows, quantity), series in values.items()
            for epoch, value in enumerate(series, start=1)
        ]
    )
    (axes,) = plots.learning_curves(history, 2, "test", "weekly return", "Title").axes
    assert labels(axes) == ["train", "test", "best epoch: 2"]
    train, held_out, best = axes.lines
    assert train.get_ydata().tolist() == [0.7, 0.6, 0.5]
    assert held_out.get_ydata().tolist() == [0.7, 0.65, 0.68]
    assert set(best.get_xdata()) == {2}


def test_quintiles_have_bars_of_the_mean_and_intervals_over_dates():
    by_date = pd.DataFrame([[-0.02, 0.0, 0.0, 0.0, 0.02], [0.0, 0.0, 0.0, 0.0, 0.04]], columns=range(1, 6))
    (axes,) = plots.quintile_means(by_date, "Mean return", "Title").axes
    heights = [bar.get_height() for bar in axes.patches]
    assert heights == pytest.approx([-0.01, 0, 0, 0, 0.03])
    segments = axes.containers[1].lines[2][0].get_segments()
    half_width = 1.96 * 0.02 / 2  # the standard deviation of two values .02 apart is .02 / sqrt(2)
    assert segments[0][:, 1] == pytest.approx([-0.01 - half_width, -0.01 + half_width])


def test_shares_are_points_since_cut_bars_would_lie():
    by_date = pd.DataFrame(np.full((3, 5), 0.5), columns=range(1, 6))
    (axes,) = plots.quintile_means(by_date, "Share", "Title").axes
    assert not axes.patches


def test_the_rolling_mean_skips_dates_without_a_coefficient():
    by_date = pd.Series([0.1, np.nan, 0.3, 0.5], index=pd.date_range("2020-01-05", periods=4, freq="W"))
    (axes,) = plots.rolling_information_coefficient(by_date, 2, "Title").axes
    rolling = axes.lines[0].get_ydata()
    np.testing.assert_allclose(rolling, [np.nan, 0.2, 0.4])
    assert labels(axes) == ["mean of 2 weeks", "mean: 0.300"]
    (axes,) = plots.rolling_information_coefficient(by_date, 2, "Title", "day").axes
    assert (labels(axes)[0], axes.get_xlabel()) == ("mean of 2 days", "Date")


def test_every_rival_stands_beside_the_model():
    record = {
        "model": {"metrics": {"ic_mean": 0.02}},
        "rivals": {"zero": {"ic_mean": None}, "ridge": {"ic_mean": 0.03}},
        "without_stale": {
            "rows_left_out": 3,
            "model": {"ic_mean": 0.01},
            "rivals": {"zero": {"ic_mean": None}, "ridge": {}},
        },
        "headline": {
            "metric": "ic_mean",
            "interval": [-0.01, 0.05],
            "best_rival": "ridge",
            "rival_interval": [0.0, 0.06],
        },
        "published": {"ic_mean": 0.0195},
        "published_on": "other data",
    }
    figure = plots.model_beside_rivals(record, "ic_mean", "IC", 0.0, "Title")
    (axes,), (legend,) = figure.axes, figure.legends
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["zero", "ridge", "model"]
    assert [text.get_text() for text in axes.texts] == ["ranks nothing", "chance", "strong"]
    entries = [text.get_text() for text in legend.get_texts()]
    assert entries == [
        *("no skill", "published, on other data", "all test rows", "without suspicious rows", "95 % interval")
    ]
    intervals = [line.get_xdata() for line in axes.lines if line.get_marker() == "|"]
    assert [list(interval) for interval in intervals] == [[0.0, 0.06], [-0.01, 0.05]]


def test_too_little_to_draw_is_said_in_the_figure():
    (axes,) = plots.quintile_means(pd.DataFrame(columns=range(1, 6)), "Share", "Title").axes
    assert axes.texts[0].get_text() == "No date has the 5 tickers that quintiles need."
