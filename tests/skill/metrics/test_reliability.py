import numpy as np
import pandas as pd
import pytest

from rnn_trading.skill.metrics.reliability import calibration_error, error_by_luck, reliability


def test_ten_bins_of_equally_many_rows_by_hand():
    """Rows 1 to 40 have probabilities of 1/41 to 40/41; every second one happens."""
    forecast, truth = np.arange(1, 41) / 41, np.tile([0.0, 1.0], 20)
    order = np.random.default_rng(0).permutation(40)
    bins = reliability(forecast[order], truth[order])
    assert bins["rows"].tolist() == [4] * 10
    np.testing.assert_allclose(bins["probability"], (4 * np.arange(10) + 2.5) / 41)
    assert bins["share"].tolist() == [0.5] * 10
    # Four independent rows of .5: the root of .25 / 3.
    np.testing.assert_allclose(bins["error"], np.sqrt(0.25 / 3))
    assert calibration_error(bins) == pytest.approx(np.abs((4 * np.arange(10) + 2.5) / 41 - 0.5).mean())


def test_equal_probabilities_are_in_one_bin():
    bins = reliability(np.array([0.2] * 90 + [0.7] * 10), np.zeros(100))
    assert bins[["probability", "rows"]].to_numpy().tolist() == [[pytest.approx(0.2), 90], [pytest.approx(0.7), 10]]
    assert reliability(np.full(7, 0.5), np.ones(7))["rows"].tolist() == [7]


def test_rows_of_a_date_that_happen_together_are_one():
    truth = np.repeat([0.0, 1.0, 1.0, 0.0], 5)
    dates = pd.Series(pd.date_range("2020-01-01", periods=4).repeat(5))
    alone, together = (reliability(np.full(20, 0.5), truth, clusters)["error"][0] for clusters in (None, dates))
    assert together == pytest.approx(np.sqrt(0.25 / 3))
    assert together > 2 * alone


def test_right_probabilities_are_off_by_luck_as_far_as_is_said():
    """Tickers of a date move together: five of them are worth one row, and luck is larger than that of single rows."""
    generator = np.random.default_rng(0)
    off, said, of_rows = [], [], []
    for _ in range(200):
        forecast = generator.uniform(0.2, 0.8, 200).repeat(5)
        truth = (generator.random(200).repeat(5) < forecast).astype(float)
        bins, alone = (reliability(forecast, truth, clusters) for clusters in (np.arange(200).repeat(5), None))
        off.append(calibration_error(bins))
        said.append(error_by_luck(bins))
        of_rows.append(error_by_luck(alone))
    assert np.mean(said) == pytest.approx(np.mean(off), rel=0.05)
    assert np.mean(of_rows) < 0.6 * np.mean(off)


def test_luck_is_unknown_where_no_bin_has_an_error():
    assert np.isnan(error_by_luck(reliability(np.array([0.2, 0.9]), np.array([0.0, 1.0]), [1, 2])))
