import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rnn_trading.skill.comparison import compare_information_coefficients, compare_losses
from rnn_trading.skill.metrics import SQUARED_ERROR

DATES = pd.DatetimeIndex(np.repeat(pd.date_range("2020-01-05", periods=40, freq="W"), 10))


def forecasts(seed):
    generator = np.random.default_rng(seed)
    truth = generator.normal(size=400)
    return truth + generator.normal(size=400), generator.normal(size=400), truth


def test_diebold_mariano_by_its_formula():
    good, poor, truth = forecasts(0)
    result = compare_losses(SQUARED_ERROR, good, poor, truth, DATES)
    difference = ((good - truth) ** 2 - (poor - truth) ** 2).reshape(40, 10).mean(axis=1)
    deviations, lags = difference - difference.mean(), 4  # ceil(40 ** (1 / 3))
    variance = deviations @ deviations
    for lag in range(1, lags + 1):
        variance += 2 * (1 - lag / (lags + 1)) * (deviations[lag:] @ deviations[:-lag])
    plain = difference.mean() / np.sqrt(variance / 40**2)
    corrected = plain * np.sqrt((40 + 1 - 2 * 1 + 0) / 40)  # Harvey, Leybourne and Newbold (1997), horizon 1
    assert result["statistic"] == pytest.approx(corrected, rel=1e-9)
    assert result["p_value"] == pytest.approx(2 * stats.t.sf(abs(result["statistic"]), 39))
    assert result["mean_difference"] == pytest.approx(difference.mean())
    assert result["p_value"] < 0.01


def test_equal_forecasts_have_no_statistic():
    good, _, truth = forecasts(1)
    assert np.isnan(compare_losses(SQUARED_ERROR, good, good, truth, DATES)["p_value"])


def test_the_false_alarm_rate_is_near_its_level():
    """Two worthless forecasts with a common shock on each date: 5 % of 400 tests, give or take three deviations."""
    alarms = 0
    for seed in range(400):
        generator = np.random.default_rng(seed)
        truth = np.repeat(generator.normal(size=40), 10) + generator.normal(size=400)
        one, other = (0.3 * generator.normal(size=400) for _ in range(2))
        alarms += compare_losses(SQUARED_ERROR, one, other, truth, DATES)["p_value"] < 0.05
    assert 400 * 0.05 - 13 <= alarms <= 400 * 0.05 + 20


def test_difference_in_information_coefficient():
    good, poor, truth = forecasts(2)
    result = compare_information_coefficients(good, poor, truth, DATES)
    assert result["statistic"] > 5
    assert result["dates"] == 40
    swapped = compare_information_coefficients(poor, good, truth, DATES)
    assert swapped["mean_difference"] == pytest.approx(-result["mean_difference"])
