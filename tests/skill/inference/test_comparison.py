import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rnn_trading.skill.inference.comparison import compare_losses, model_confidence_set, pairwise_comparisons
from rnn_trading.skill.losses import SQUARED_ERROR, Loss
from rnn_trading.skill.metrics.panels import compare_information_coefficients
from rnn_trading.skill.metrics.series import QLIKE

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


def test_overlap_counts_its_autocovariances():
    """Two years of 12-month differences: eleven autocovariances, and the statistic's own distribution."""
    good, poor, truth = (values[:24] for values in forecasts(0))
    dates = pd.date_range("2020-01-01", periods=24, freq="MS")
    result = compare_losses(SQUARED_ERROR, good, poor, truth, dates, overlap=12)
    difference = (good - truth) ** 2 - (poor - truth) ** 2
    deviations = difference - difference.mean()
    variance = deviations @ deviations
    for lag in range(1, 12):
        variance += 2 * (1 - lag / 12) * (deviations[lag:] @ deviations[:-lag])
    standard_error = np.sqrt(variance) / 24
    assert result["statistic"] == pytest.approx(difference.mean() / standard_error, rel=1e-9)
    # Kiefer and Vogelsang (2005): with half as many lags as dates the 5 % value is near 3.5, not 2.07.
    assert 4 < result["detectable_difference"] / standard_error < 6
    too_few = compare_losses(SQUARED_ERROR, good[:12], poor[:12], truth[:12], dates[:12], overlap=12)
    assert np.isnan(too_few["statistic"])
    assert np.isnan(too_few["detectable_difference"])


@pytest.mark.parametrize(("persistent", "most"), [(0.0, 0.08), (0.6, 0.13)])
def test_the_false_alarm_rate_on_two_years_of_overlap(persistent, most):
    """Loss differences without a mean, independent or persistent: 5 %, and little more, of 600 tests."""
    alarms = 0
    dates = pd.date_range("2020-01-01", periods=24, freq="MS")
    generator = np.random.default_rng(0)
    for _ in range(600):
        noise, difference = generator.normal(size=60), np.zeros(60)
        for month in range(1, 60):
            difference[month] = persistent * difference[month - 1] + noise[month]
        absolute = Loss("itself", lambda forecast, _: forecast)
        zero = np.zeros(24)
        alarms += compare_losses(absolute, difference[36:], zero, zero, dates, overlap=12)["p_value"] < 0.05
    assert 0.02 <= alarms / 600 <= most


def test_a_loss_that_does_not_exist_on_a_day_gives_no_number():
    forecasts_, truth, dates = volatility_forecasts()
    broken = forecasts_["noisy"].to_numpy().copy()
    broken[3] = 0.0
    result = compare_losses(QLIKE, broken, forecasts_["good"].to_numpy(), truth, dates)
    assert np.isnan([result["statistic"], result["p_value"], result["mean_difference"]]).all()


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


def volatility_forecasts(seed=3):
    """Three forecasts of positive values: the mean, the mean with noise, and one far off."""
    generator = np.random.default_rng(seed)
    mean = 1 + generator.random(300)
    truth = mean * generator.exponential(size=300)
    forecasts = pd.DataFrame({"good": mean, "noisy": mean * generator.uniform(0.5, 1.5, 300), "poor": 6 * mean})
    return forecasts, truth, pd.date_range("2020-01-01", periods=300)


def test_the_confidence_set_keeps_the_best_and_drops_the_worst():
    forecasts, truth, dates = volatility_forecasts()
    for loss in (SQUARED_ERROR, QLIKE):
        result = model_confidence_set(loss, forecasts, truth, dates, size=0.1, replications=500, seed=0)
        assert "good" in result["included"]
        assert "poor" not in result["included"]
        assert result["p_values"]["poor"] < 0.1
        assert result == model_confidence_set(loss, forecasts, truth, dates, size=0.1, replications=500, seed=0)


def test_a_forecast_without_a_loss_is_named_not_compared():
    forecasts, truth, dates = volatility_forecasts()
    with_zero = forecasts.assign(poor=0.0)
    result = model_confidence_set(QLIKE, with_zero, truth, dates, size=0.1, replications=100, seed=0)
    assert result["undefined"] == ["poor"]
    assert set(result["p_values"]) == {"good", "noisy"}
    with pytest.raises(ValueError, match=r"needs at least 2 forecasts with a QLIKE. Received: \['good'\]"):
        model_confidence_set(QLIKE, with_zero.drop(columns="noisy"), truth, dates, size=0.1, replications=9, seed=0)


def test_every_pair_is_compared_once():
    forecasts, truth, dates = volatility_forecasts()
    pairs = pairwise_comparisons(SQUARED_ERROR, forecasts, truth, dates)
    assert [(pair["forecast"], pair["rival"]) for pair in pairs] == [
        ("good", "noisy"),
        ("good", "poor"),
        ("noisy", "poor"),
    ]
    assert pairs[1]["statistic"] < -5
    single = compare_losses(SQUARED_ERROR, forecasts["good"].to_numpy(), forecasts["poor"].to_numpy(), truth, dates)
    assert pairs[1] == {"forecast": "good", "rival": "poor"} | single
