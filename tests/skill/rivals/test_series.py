"""Naive rivals of one series, by hand and beside slow references."""

import dataclasses
import functools

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.ar_model import AutoReg

from rnn_trading.skill.losses import SQUARED_ERROR
from rnn_trading.skill.rivals.fitting import fit_rivals
from rnn_trading.skill.rivals.series import (
    EWMA_DECAYS,
    LEVEL,
    RIDGE_PENALTIES,
    RUNS,
    VOLATILITY,
    KnownSeries,
    autoregression_of,
    averaging_rivals,
    drift,
    ewma,
    exponential_mean,
    har_means,
    least_squares,
    momentum,
    recursive,
    ridge,
)

NO_ROWS = (np.empty((0, 30)), np.empty(0))
WINDOWS = np.array([[1.0, 2.0, 4.0], [3.0, 3.0, 6.0]])


def rows(series, lags):
    windows = np.lib.stride_tricks.sliding_window_view(series, lags + 1)
    return windows[:, :-1], windows[:, -1]


def runs_known(series, lags=3):
    return KnownSeries(series, rows(series, lags), (np.empty((0, lags)), np.empty(0)))


def run_rivals(series, lags=3):
    fits = fit_rivals(RUNS, runs_known(series, lags))
    return {name: functools.partial(recursive, next_value) for name, next_value in fits.items()}


def test_drifts():
    assert drift(runs_known(np.array([1.0, 2.0, 3.0]), 1))(WINDOWS).tolist() == [7, 10.5]  # mean return .75
    # A return of what is not positive says nothing: the mean step, 2, is added.
    assert drift(runs_known(np.array([0.0, 1.0, 4.0]), 1))(WINDOWS).tolist() == [6, 8]


def test_momentum_carries_the_mean_of_the_last_changes_on():
    """Rises that come in threes: of the last change alone most is known. Then a step that is always the same."""
    changes = np.repeat(np.random.default_rng(0).choice([-1.0, 1.0], 100), 3)
    assert momentum(runs_known(changes.cumsum(), 4))(WINDOWS).tolist() == [6, 9]
    # Noise around a line: the more changes, the better.
    noisy = np.arange(300.0) + np.random.default_rng(1).normal(size=300)
    assert momentum(runs_known(noisy, 3))(WINDOWS).tolist() == [5.5, 7.5]
    # The validation rows decide, where there are any.
    chosen = KnownSeries(noisy, rows(noisy, 3), rows(changes.cumsum(), 3))
    assert momentum(chosen)(WINDOWS).tolist() == [6, 9]
    assert momentum(runs_known(noisy, 1))(WINDOWS[:, -1:]).tolist() == [4, 6]


def test_ewma_equals_its_recursion():
    values = np.random.default_rng(0).random(30)
    mean = 0.0
    for value in values:
        mean = 0.8 * mean + 0.2 * value
    assert exponential_mean(values[None], 0.8)[0] == pytest.approx(
        mean / (1 - 0.8**30)
    )  # the recursion starts from zero


def test_har_means():
    window = np.arange(1.0, 31.0)[None]
    assert har_means(window).tolist() == [[30, 28, 19.5]]


def test_an_autoregression_forecasts_as_statsmodels_does():
    generator = np.random.default_rng(0)
    series = np.zeros(900)
    for step in range(2, 900):
        series[step] = 1 + 0.6 * series[step - 1] - 0.3 * series[step - 2] + generator.normal()
    next_value = autoregression_of(series[:800], 30, NO_ROWS, SQUARED_ERROR)
    expected = AutoReg(series[:800], lags=2).fit().forecast(5)
    np.testing.assert_allclose(recursive(next_value, series[None, 770:800], 5)[0], expected, rtol=1e-6)


def test_an_autoregression_continues_a_sine_wave():
    wave = np.sin(1 + 2 * np.pi * np.arange(1200) / 100).round(9)
    windows, _ = rows(wave[1000:1151], 50)
    forecasts = run_rivals(wave[:1000], 50)["autoregression"](windows[::50], 50)
    np.testing.assert_allclose(forecasts[0], wave[1050:1100], atol=1e-6)


def test_runs_of_rivals():
    series = np.linspace(1.0, 2.0, 40)
    # On a straight line many autoregressions are equally good.
    series[1:-1] += np.random.default_rng(0).normal(0, 0.01, 38)
    rivals = run_rivals(series, 3)
    assert rivals["persistence"](WINDOWS, 3).tolist() == [[4, 4, 4], [6, 6, 6]]
    growth = 1 + (series[1:] / series[:-1] - 1).mean()
    np.testing.assert_allclose(rivals["drift"](WINDOWS, 3)[0], 4 * growth ** np.arange(1, 4))
    negative = run_rivals(series - 1.5, 3)["drift"](WINDOWS, 2)
    np.testing.assert_allclose(negative[0], 4 + np.array([1, 2]) / 39)
    averages = averaging_rivals(WINDOWS, 2, mean_of=2, ewma_weight=0.5)
    assert averages["mean_of_last_2"].tolist() == [[3, 3], [4.5, 4.5]]
    assert averages["ewma"][0] == pytest.approx([(4 + 2 / 2 + 1 / 4) / 1.75] * 2)


def known(series, lags=25, validation=True):
    train = rows(series[:600], lags)
    held_out = rows(series[600 - lags : 700], lags) if validation else (np.empty((0, lags)), np.empty(0))
    return KnownSeries(series[:600], train, held_out)


def windows_of_test(series, lags=25):
    return rows(series[700 - lags :], lags)[0]


def forecasts(rivals, series, **options):
    test = windows_of_test(series)
    fits = fit_rivals(rivals, known(series, **options))
    return pd.DataFrame({name: forecast(test) for name, forecast in fits.items()})


def test_the_decay_is_chosen_on_the_validation_rows():
    """Training on a random walk, validation on noise: fast decay fits the first, slow decay the second."""
    generator = np.random.default_rng(1)
    walk = generator.normal(size=600).cumsum()
    series = np.concatenate([walk - walk[-1] + 50, 50 + generator.random(300)])
    with_validation, without = (forecasts(VOLATILITY, series, validation=validation) for validation in (True, False))
    test = windows_of_test(series)
    slow = [decay for decay in EWMA_DECAYS if np.array_equal(with_validation["ewma"], exponential_mean(test, decay))]
    assert len(slow) == 1
    assert slow[0] > 0.6
    np.testing.assert_array_equal(without["ewma"], exponential_mean(test, EWMA_DECAYS[0]))


def test_a_penalty_is_chosen_on_the_validation_rows_and_fitted_on_the_training_rows():
    """Training rows that the lag before them explains, validation rows that it does not: the largest penalty wins."""
    generator = np.random.default_rng(4)
    train = generator.normal(size=(80, 3))
    rows_of_train = train, train[:, -1] + 0.1 * generator.normal(size=80)
    held_out = generator.normal(size=(40, 3))
    made = KnownSeries(np.arange(80.0), rows_of_train, (held_out, np.full(40, rows_of_train[1].mean())))
    without = KnownSeries(np.arange(80.0), rows_of_train, (np.empty((0, 3)), np.empty(0)))

    def by_hand(penalty):
        centred = (train - train.mean(axis=0)) / train.std(axis=0)
        weights = np.linalg.solve(centred.T @ centred + penalty * np.eye(3), centred.T @ rows_of_train[1])
        return rows_of_train[1].mean() + (held_out - train.mean(axis=0)) / train.std(axis=0) @ weights

    np.testing.assert_allclose(ridge(made)(held_out), by_hand(RIDGE_PENALTIES[-1]), rtol=1e-9)
    assert not np.allclose(ridge(without)(held_out), by_hand(RIDGE_PENALTIES[-1]))


def test_an_order_is_chosen_on_the_validation_rows():
    """The training values follow two lags; in the validation nothing follows, and a constant is best."""
    generator = np.random.default_rng(0)
    series = np.zeros(500)
    for step in range(2, 500):
        series[step] = 0.6 * series[step - 1] - 0.5 * series[step - 2] + generator.normal()
    windows = rows(series, 10)[0]
    held_out = windows[::7], np.full(len(windows[::7]), series.mean())
    constant = autoregression_of(series, 10, held_out, SQUARED_ERROR)
    np.testing.assert_allclose(constant(windows), series.mean(), rtol=1e-9)
    by_aic = autoregression_of(series, 10, NO_ROWS, SQUARED_ERROR)
    assert not np.allclose(by_aic(windows), series.mean(), atol=0.5)


def test_an_exponential_mean_of_volatility_stays_above_zero():
    """Of what may be below zero it does not."""
    series = np.abs(np.random.default_rng(0).normal(size=800))
    of = {positive: ewma(dataclasses.replace(known(series), positive=positive)) for positive in (True, False)}
    still = np.zeros((1, 25))
    assert of[False](still).tolist() == [0.0]
    assert of[True](still) == pytest.approx(0.1 * known(series).train[1].mean())


def test_a_line_of_volatility_stays_above_zero():
    features, targets = np.array([[0.0], [1.0], [2.0]]), np.array([0.0, 1.0, 2.0])
    assert least_squares(features, targets)(np.array([[-5.0], [0.05], [3.0]])) == pytest.approx([0.1, 0.1, 3.0])


def test_rivals_know_the_training_rows_only():
    series = 100 + np.random.default_rng(2).normal(size=900).cumsum()
    altered = series.copy()
    altered[700:] *= 1.5
    for rivals in (LEVEL, VOLATILITY):
        before, after = forecasts(rivals, series), forecasts(rivals, altered)
        # The first test window ends before the change.
        np.testing.assert_array_equal(before.iloc[0], after.iloc[0])
        assert not before.iloc[-1].equals(after.iloc[-1])
    assert forecasts(VOLATILITY, series)["training_mean"].iloc[0] == pytest.approx(series[25:600].mean())
