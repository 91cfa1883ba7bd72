import numpy as np
import pandas as pd
import pytest

from rnn_trading.skill.inference.comparison import (
    clark_west,
    compare_losses,
    model_confidence_set,
    pairwise_comparisons,
)
from rnn_trading.skill.inference.means import mean_test
from rnn_trading.skill.losses import SQUARED_ERROR, Loss
from rnn_trading.skill.metrics.series import QLIKE

DATES = pd.DatetimeIndex(np.repeat(pd.date_range("2020-01-05", periods=40, freq="W"), 10))


def forecasts(seed):
    generator = np.random.default_rng(seed)
    truth = generator.normal(size=400)
    return truth + generator.normal(size=400), generator.normal(size=400), truth


def newey_west_error(difference, lags):
    """Standard error of the mean, as in the paper."""
    deviations = difference - difference.mean()
    variance = deviations @ deviations
    for lag in range(1, lags + 1):
        variance += 2 * (1 - lag / (lags + 1)) * (deviations[lag:] @ deviations[:-lag])
    return np.sqrt(variance) / len(difference)


def test_diebold_mariano_by_its_formula():
    good, poor, truth = forecasts(0)
    result = compare_losses(SQUARED_ERROR, good, poor, truth, DATES)
    difference = ((good - truth) ** 2 - (poor - truth) ** 2).reshape(40, 10).mean(axis=1)
    error = newey_west_error(difference, lags=9)  # ceil(1.3 * 40 ** (1 / 2))
    assert result["statistic"] == pytest.approx(difference.mean() / error, rel=1e-9)
    assert result["name"] == "Diebold-Mariano, 9 lags, simulated critical values"
    assert result["mean_difference"] == pytest.approx(difference.mean())
    assert result["interval"] == pytest.approx(list(mean_test(difference).interval))
    assert result["interval"][1] < 0
    assert result["p_value"] < 0.05
    assert not result["doubtful"]
    # Kiefer and Vogelsang (2005): with a quarter as many lags as dates the 5 % value is near 2.7, not 2.02.
    assert 2.5 < (difference.mean() - result["interval"][0]) / error < 3.5


def test_overlap_counts_its_autocovariances():
    """Two years of 12-month differences: eleven autocovariances, and the statistic's own distribution."""
    good, poor, truth = (values[:24] for values in forecasts(0))
    dates = pd.date_range("2020-01-01", periods=24, freq="MS")
    result = compare_losses(SQUARED_ERROR, good, poor, truth, dates, overlap=12)
    difference = (good - truth) ** 2 - (poor - truth) ** 2
    error = newey_west_error(difference, lags=11)
    assert result["statistic"] == pytest.approx(difference.mean() / error, rel=1e-9)
    # Kiefer and Vogelsang (2005): with half as many lags as dates the 5 % value is near 3.5, not 2.07.
    assert 4 < result["detectable_difference"] / error < 7
    too_few = compare_losses(SQUARED_ERROR, good[:12], poor[:12], truth[:12], dates[:12], overlap=12)
    assert np.isnan(too_few["statistic"])
    assert np.isnan(too_few["detectable_difference"])


def test_clark_and_west_by_hand():
    """Six dates; the rival says 0. What is tested is r^2 - (m - r)^2 + m^2, which is 2 m r."""
    truth, forecast = np.array([1.0, -1.0, 2.0, 1.0, -2.0, 1.0]), np.array([1.0, 1.0, 1.0, 2.0, -1.0, 1.0])
    dates = pd.date_range("2020-01-01", periods=6)
    result = clark_west(forecast, np.zeros(6), truth, dates)
    gain = np.array([2.0, -2.0, 4.0, 4.0, 4.0, 2.0])
    assert result["mean_difference"] == pytest.approx(14 / 6)
    assert result["statistic"] == pytest.approx(gain.mean() / newey_west_error(gain, 4))
    assert result["p_value"] == pytest.approx(mean_test(gain).p_value / 2)
    assert result["dates"] == 6
    assert result["doubtful"]


def test_clark_and_west_beside_their_formula_row_by_row():
    good, poor, truth = forecasts(5)
    nested, larger = poor, poor + 0.3 * good
    gain = [
        (t - r) ** 2 - ((t - m) ** 2 - (r - m) ** 2)  # Clark and West (2007), equation 2.1
        for m, r, t in zip(larger, nested, truth, strict=True)
    ]
    by_date = np.reshape(gain, (40, 10)).mean(axis=1)
    result = clark_west(larger, nested, truth, DATES)
    assert result["statistic"] == pytest.approx(by_date.mean() / newey_west_error(by_date, 9))
    worse = clark_west(poor - 0.3 * good, nested, truth, DATES)
    assert worse["statistic"] < 0
    assert worse["p_value"] > 0.5


def test_clark_and_west_see_what_squared_error_hides():
    """A regression on one useless input: its squared error is larger, by what it costs to fit, half of the time."""
    alarms = {"clark_west": 0, "diebold_mariano": 0}
    dates = pd.date_range("2020-01-01", periods=60)
    generator = np.random.default_rng(7)
    for _ in range(300):
        inputs, values = generator.normal(size=(2, 120))
        slope = inputs[:60] @ values[:60] / (inputs[:60] @ inputs[:60])
        larger, truth = slope * inputs[60:], values[60:]
        alarms["clark_west"] += clark_west(larger, np.zeros(60), truth, dates)["p_value"] < 0.05
        test = compare_losses(SQUARED_ERROR, larger, np.zeros(60), truth, dates)
        alarms["diebold_mariano"] += test["statistic"] < 0 and test["p_value"] < 0.1
    assert alarms["diebold_mariano"] < alarms["clark_west"] <= 300 * 0.05 + 12


@pytest.mark.parametrize(("persistent", "most"), [(0.0, 0.08), (0.6, 0.09)])
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


def test_equal_forecasts_stay_or_leave_the_confidence_set_together():
    forecasts, truth, dates = volatility_forecasts()
    twice = forecasts.assign(good_again=forecasts["good"], poor_again=forecasts["poor"])
    result = model_confidence_set(SQUARED_ERROR, twice, truth, dates, size=0.1, replications=500, seed=0)
    single = model_confidence_set(SQUARED_ERROR, forecasts, truth, dates, size=0.1, replications=500, seed=0)
    assert {name: result["p_values"][name] for name in forecasts} == single["p_values"]
    for name in ("good", "poor"):
        assert result["p_values"][f"{name}_again"] == result["p_values"][name]
    assert {"good", "good_again"} <= {*result["included"]}
    assert not {"poor", "poor_again"} & {*result["included"]}
    alike = model_confidence_set(SQUARED_ERROR, twice[["good", "good_again"]], truth, dates, 0.1, 100, seed=0)
    assert (alike["included"], alike["p_values"]) == (["good", "good_again"], {"good": 1.0, "good_again": 1.0})


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
