import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rnn_trading.skill.inference.comparison import newey_west_t
from rnn_trading.skill.losses import LOG_LOSS
from rnn_trading.skill.metrics.panels import (
    evaluate_panel,
    information_coefficients,
    mean_coefficient_without_each,
    quantile_returns,
    quintile_turnover,
)

TWO_DAYS = pd.DatetimeIndex(["2020-01-05"] * 4 + ["2020-01-12"] * 4)
FORECAST = np.array([1.0, 2, 3, 4, 1, 2, 3, 4])
TRUTH = np.array([1.0, 2, 3, 4, 4, 3, 1, 2])


def test_information_coefficients_by_hand():
    by_date = information_coefficients(FORECAST, TRUTH, TWO_DAYS)
    # Second date: differences in rank 3, 1, 2, 2, so 1 - 6 * 18 / (4 * 15) = -0.8.
    assert by_date.tolist() == pytest.approx([1.0, -0.8])


def test_information_coefficients_equal_scipy_with_ties():
    generator = np.random.default_rng(0)
    dates = pd.DatetimeIndex(np.repeat(pd.date_range("2020-01-05", periods=6, freq="W"), 30))
    forecast, truth = generator.integers(0, 9, 180).astype(float), generator.normal(size=180)
    expected = [stats.spearmanr(forecast[dates == day], truth[dates == day]).statistic for day in dates.unique()]
    np.testing.assert_allclose(information_coefficients(forecast, truth, dates), expected, rtol=1e-12)


def test_what_does_not_exist_is_missing_not_zero():
    constant = np.ones(8)
    assert information_coefficients(constant, TRUTH, TWO_DAYS).isna().all()
    metrics = evaluate_panel("regression", constant, TRUTH, TWO_DAYS)
    assert np.isnan(metrics["ic_pooled"])
    assert np.isnan(metrics["quintile_spread"])
    assert metrics["ic_dates"] == 0
    assert np.isnan(evaluate_panel("classification", FORECAST / 5, np.ones(8), TWO_DAYS)["auc"])
    assert evaluate_panel("classification", np.array([]), np.array([]), pd.DatetimeIndex([])) == {"rows": 0}


def test_classification_by_hand():
    metrics = evaluate_panel("classification", np.array([0.9, 0.6, 0.4, 0.3]), np.array([1.0, 0, 1, 0]), TWO_DAYS[:4])
    assert metrics["auc"] == 0.75  # of the pairs (1, 0): .9 > .6, .9 > .3, .4 < .6, .4 > .3
    assert metrics["accuracy"] == 0.5
    assert metrics["log_loss"] == pytest.approx(-np.log([0.9, 0.4, 0.4, 0.7]).mean())
    assert LOG_LOSS.of(np.array([0.9, 0.6]), np.array([1, 0])) == pytest.approx(-np.log([0.9, 0.4]))


def test_regression_by_hand():
    metrics = evaluate_panel("regression", np.array([0.0, 0, 0, 4]), np.array([0.0, 2, 0, 2]), TWO_DAYS[:4])
    assert metrics["rmse"] == pytest.approx(np.sqrt(2))
    assert metrics["mae"] == 1.0
    assert metrics["r2"] == pytest.approx(1 - 2 / 1)


def test_quintiles_by_hand():
    dates = pd.DatetimeIndex(["2020-01-05"] * 10 + ["2020-01-12"] * 4)
    forecast = np.array([*range(10), 1, 2, 3, 4], dtype=float)
    truth = np.array([*range(0, 100, 10), 1, 2, 3, 4], dtype=float)
    by_date = quantile_returns(forecast, truth, dates)
    assert by_date.columns.tolist() == [1, 2, 3, 4, 5]
    assert by_date.to_numpy().tolist() == [[5, 25, 45, 65, 85]]  # four rows have no quintiles
    assert evaluate_panel("regression", forecast, truth, dates)["quintile_spread"] == 80


def test_turnover_by_hand():
    """Ten names, two in each fifth. One of the highest two is exchanged: half is sold, half is bought."""
    dates = pd.DatetimeIndex(["2020-01-05"] * 10 + ["2020-01-12"] * 10 + ["2020-01-19"] * 10)
    first = np.arange(10.0)
    second = first.copy()
    second[[7, 8]] = second[[8, 7]]
    forecast, names = np.concatenate([first, second, second]), list("abcdefghij") * 3
    assert quintile_turnover(forecast, dates, names) == 0.5  # 1 on the second date, 0 on the third
    metrics = evaluate_panel("regression", forecast, np.tile(np.arange(10.0), 3) / 100, dates, names)
    # Spreads: .08, then .075 twice, less half a turn at 10 basis points.
    assert metrics["quintile_spread_net"] == pytest.approx((0.08 + 2 * 0.075) / 3 - 0.0005)
    assert np.isnan(quintile_turnover(first, dates[:10], names[:10]))


def test_a_name_that_is_gone_is_sold():
    """Two fifths of five names, then the highest is no longer there, and another is the highest."""
    dates = pd.DatetimeIndex(["2020-01-05"] * 6 + ["2020-01-12"] * 5)
    turnover = quintile_turnover(np.array([0.0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4]), dates, list("abcdefabcde"))
    # Of six names the lowest fifth has two, a and b, half each; the highest one, f. Of five, a and e.
    assert turnover == pytest.approx(1 + 1 + 0.5 + 0.5)


def test_newey_west_t_by_hand():
    values = pd.Series([1.0, 2, 3, 4, 5, np.nan])
    # 5 values: floor(4 * .05 ** (2 / 9)) = 2 lags with weights 2/3 and 1/3. Deviations -2 ... 2 have the sums of
    # products 10, 4, -1: variance of the mean (10 + 2 * (2/3 * 4 - 1/3)) / 25.
    expected = 3 / np.sqrt((10 + 2 * (2 / 3 * 4 - 1 / 3 * 1)) / 25)
    assert newey_west_t(values) == pytest.approx(expected)
    assert np.isnan(newey_west_t(pd.Series([1.0] * 9)))
    assert np.isnan(newey_west_t(pd.Series([1.0, 2.0])))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 9), st.integers(2, 5), st.integers(1, 4))
def test_coefficients_without_each_ticker_are_those_of_the_rows_that_are_left(seed, tickers, dates, kinds):
    """Few kinds of values, so that many tie; tickers that lack dates."""
    generator = np.random.default_rng(seed)
    codes, day = (each.ravel() for each in np.meshgrid(np.arange(tickers), np.arange(dates)))
    kept = generator.random(len(codes)) < 0.8
    kept[:tickers] = True  # each ticker has a row
    codes, day = codes[kept], pd.DatetimeIndex(np.datetime64("2020-01-03") + 7 * day[kept])
    forecast, truth = generator.integers(0, kinds + 1, (2, len(codes))).astype(float)
    found = mean_coefficient_without_each(forecast, truth, day, codes)
    slow = [
        information_coefficients(*(side[codes != each] for side in (forecast, truth, day))).mean()
        for each in range(tickers)
    ]
    np.testing.assert_allclose(found, slow, atol=1e-12)
