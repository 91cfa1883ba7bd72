"""Rivals of volatility that know signed returns, by hand and beside arch."""

import logging
import math

import numpy as np
import pytest
import scipy
from arch import arch_model

from rnn_trading.skill.losses import SQUARED_ERROR
from rnn_trading.skill.metrics.series import evaluate_volatility
from rnn_trading.skill.rivals.fitting import fit_rivals
from rnn_trading.skill.rivals.returns import (
    SIGNED_RETURNS,
    Origins,
    egarch,
    egarch_variances,
    gjr_garch,
    gjr_variances,
    har_with_negative_returns,
    mean_absolute_t,
    start_variance,
)
from rnn_trading.skill.rivals.series import VOLATILITY, KnownSeries

LAGS, TRAIN = 25, 1500


def simulated(days=1800, seed=0):
    """A GJR-GARCH with Student's t, in percent."""
    generator = np.random.default_rng(seed)
    shocks = generator.standard_t(6, days) / math.sqrt(6 / 4)
    returns, variance = np.empty(days), 1.0
    for day in range(days):
        returns[day] = math.sqrt(variance) * shocks[day]
        variance = 0.02 + (0.03 + 0.15 * (returns[day] < 0)) * returns[day] ** 2 + 0.87 * variance
    return returns


def origins(returns, first, last):
    return Origins(returns, np.arange(first, last), LAGS)


@pytest.fixture(scope="module")
def fitted():
    return fit_rivals(SIGNED_RETURNS, origins(simulated()[:TRAIN], LAGS, TRAIN))


@pytest.mark.parametrize(("volatility", "variances"), [("GARCH", gjr_variances), ("EGARCH", egarch_variances)])
def test_variances_are_those_of_arch(volatility, variances):
    returns = simulated()
    model = arch_model(returns, mean="Zero", vol=volatility, p=1, o=1, q=1, dist="t", rescale=False)
    parameters = np.array([0.02, 0.05, 0.1, 0.85, 6.0] if volatility == "GARCH" else [0.01, 0.15, -0.1, 0.97, 6.0])
    made = variances(returns, start_variance(returns), parameters[:4])
    expected = model.fix(parameters)
    np.testing.assert_allclose(np.sqrt(made[:-1]), expected.conditional_volatility, rtol=1e-10)
    assert made[-1] == pytest.approx(expected.forecast(horizon=1).variance.iloc[-1, 0], rel=1e-10)


@pytest.mark.parametrize(("rival", "volatility"), [(gjr_garch, "GARCH"), (egarch, "EGARCH")])
def test_forecasts_are_those_of_arch_with_the_training_parameters(rival, volatility):
    """arch is fitted in other units, so that its search ends elsewhere by a little."""
    returns = simulated()
    options = {"mean": "Zero", "vol": volatility, "p": 1, "o": 1, "q": 1, "dist": "t", "rescale": False}
    fit = arch_model(returns[:TRAIN], **options).fit(disp="off")
    later = arch_model(returns, **options).fix(fit.params).conditional_volatility
    freedom = fit.params["nu"]
    student = scipy.stats.t(freedom, scale=math.sqrt((freedom - 2) / freedom))
    expected = later[TRAIN:] * student.expect(abs)
    forecast = rival(origins(returns[:TRAIN], LAGS, TRAIN))(origins(returns, TRAIN, len(returns)))
    np.testing.assert_allclose(forecast, expected, rtol=5e-3)


@pytest.mark.parametrize("freedom", [2.1, 3, 5, 30])
def test_the_mean_absolute_value_is_an_integral(freedom):
    student = scipy.stats.t(freedom, scale=math.sqrt((freedom - 2) / freedom))
    assert mean_absolute_t(freedom) == pytest.approx(student.expect(abs), rel=1e-5)


def test_the_mean_absolute_value_by_hand():
    assert mean_absolute_t(5) == pytest.approx(4 * math.sqrt(3) / (3 * math.pi))


def test_a_start_is_a_mean_of_squares():
    weights = 0.94 ** np.arange(75)
    returns = simulated()
    assert start_variance(returns) == pytest.approx((weights @ returns[:75] ** 2) / weights.sum())


def test_har_with_negative_returns_by_hand():
    returns = simulated(200)
    known = origins(returns[:150], LAGS, 150)

    def row(day):
        before = returns[:day]
        parts = [f(before[-days:]).mean() for f in (np.abs, lambda r: np.where(r < 0, r, 0)) for days in (1, 5, 22)]
        return [1.0, *parts]

    weights = np.linalg.lstsq([row(day) for day in known.targets], np.abs(returns[known.targets]), rcond=None)[0]
    expected = [np.dot(row(day), weights) for day in range(150, 200)]
    forecasts = har_with_negative_returns(known)(origins(returns, 150, 200))
    np.testing.assert_allclose(forecasts, expected, rtol=1e-9)


def test_later_returns_change_no_earlier_forecast(fitted):
    returns = simulated()
    altered = returns.copy()
    altered[1600:] *= -3
    for name, forecast in fitted.items():
        before, after = (forecast(origins(values, TRAIN, 1800)) for values in (returns, altered))
        # The day 1600 is forecast before its return.
        np.testing.assert_array_equal(before[:101], after[:101], err_msg=name)
        assert not np.isclose(before[101], after[101]), name
        # A day is the same alone as among others, up to the order of a sum.
        alone = forecast(origins(returns[:1601], 1600, 1601))
        np.testing.assert_allclose(alone, before[100:101], rtol=1e-12, err_msg=name)


def test_a_fall_raises_the_volatility_more_than_a_rise(fitted):
    returns = simulated()
    rise, fall = returns.copy(), returns.copy()
    rise[TRAIN], fall[TRAIN] = 4.0, -4.0
    day = TRAIN + 1
    for name, forecast in fitted.items():
        high, low = (forecast(origins(values, day, day + 1))[0] for values in (fall, rise))
        assert high > low > 0, name


def test_they_find_what_is_in_the_returns(fitted):
    """Nearer to the outcome than its training mean; the form of one is that of the returns."""
    returns = simulated()
    test = origins(returns, TRAIN, 1800)
    mean = np.abs(returns[:TRAIN]).mean()
    for name, forecast in fitted.items():
        assert SQUARED_ERROR.of(forecast(test), test.truths).mean() < np.mean((mean - test.truths) ** 2), name


@pytest.mark.parametrize("rival", [gjr_garch, egarch])
def test_the_unit_does_not_count(rival):
    returns = simulated()
    known, test = origins(returns[:TRAIN], LAGS, TRAIN), origins(returns, TRAIN, 1800)
    small = [Origins(each.returns / 1024, each.targets, LAGS) for each in (known, test)]
    np.testing.assert_allclose(1024 * rival(small[0])(small[1]), rival(known)(test), rtol=1e-12)


@pytest.mark.parametrize("rival", [gjr_garch, egarch])
@pytest.mark.parametrize("still", [slice(None, None, 9), slice(None, 90)])
def test_days_without_a_move_are_no_obstacle(rival, still):
    returns = simulated()
    returns[still] = 0
    forecasts = rival(origins(returns[:TRAIN], LAGS, TRAIN))(origins(returns, TRAIN, 1800))
    assert (forecasts > 0).all()


@pytest.mark.parametrize("rival", [gjr_garch, egarch])
def test_returns_of_zero_are_refused(rival):
    with pytest.raises(ValueError, match="cannot be fitted to returns of zero. Received: 100 training returns"):
        rival(origins(np.zeros(100), LAGS, 100))


@pytest.mark.parametrize("rival", [gjr_garch, egarch])
def test_a_search_that_fails_is_said(rival, caplog, monkeypatch):
    from arch.univariate.base import ARCHModelResult

    monkeypatch.setattr(ARCHModelResult, "convergence_flag", property(lambda self: 9))
    with caplog.at_level(logging.WARNING):
        rival(origins(simulated()[:TRAIN], LAGS, TRAIN))
    assert "the search for its parameters did not end well" in caplog.text


def test_a_variance_that_would_vanish_or_explode_stays_a_number():
    calm = egarch_variances(np.zeros(3000), 1.0, np.array([-0.5, 0.4, 0.0, 1.0]))
    wild = egarch_variances(np.full(3000, 50.0), 1.0, np.array([0.5, 0.4, 0.0, 1.0]))
    assert calm.min() == pytest.approx(np.exp(-20))
    assert wild.max() == pytest.approx(np.exp(20))
    assert np.isfinite([*calm, *wild]).all()


def test_rivals_of_volatility_forecast_alike_in_percent_and_in_fractions():
    """Also those that are found by a search; R2 is the same, and QLIKE but for the logarithm of the unit."""
    percent = simulated()

    def scores(returns):
        series = np.abs(returns)
        windows = np.lib.stride_tricks.sliding_window_view(series, LAGS + 1)
        train, test = windows[: TRAIN - LAGS], windows[TRAIN - LAGS :]
        nothing = test[:0, :-1], test[:0, -1]
        known = KnownSeries(series[:TRAIN], (train[:, :-1], train[:, -1]), nothing)
        forecasts = {name: fit(test[:, :-1]) for name, fit in fit_rivals(VOLATILITY, known).items()}
        of_train = origins(returns[:TRAIN], LAGS, TRAIN)
        of_test = origins(returns, TRAIN, len(returns))
        forecasts |= {name: fit(of_test) for name, fit in fit_rivals(SIGNED_RETURNS, of_train).items()}
        found = {name: evaluate_volatility(forecast, test[:, -1]) for name, forecast in forecasts.items()}
        return {name: (metrics["r2"], metrics["qlike"]) for name, metrics in found.items()}

    in_percent, in_fractions = scores(percent), scores(percent / 100)
    assert len(in_percent) == 8
    for name, (r2, qlike) in in_percent.items():
        assert in_fractions[name] == pytest.approx((r2, qlike - math.log(100)), abs=1e-6), name
