import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import signal, stats
from statsmodels.regression.linear_model import OLS

from rnn_trading.skill.inference.means import DRAWS, first_correlation, lags_for, mean_test, standard_errors


def slow_standard_error(values, lags):
    """By definition: Newey and West (1987), equation 5."""
    deviations = values - values.mean()
    total = sum(d * d for d in deviations)
    for lag in range(1, min(lags, len(values) - 1) + 1):
        weight = 1 - lag / (lags + 1)
        total += 2 * weight * sum(deviations[t] * deviations[t - lag] for t in range(lag, len(values)))
    return np.sqrt(max(total, 0.0)) / len(values)


def autoregressions(samples, dates, persistence, seed):
    generator = np.random.default_rng(seed)
    noise = generator.normal(size=(samples, dates))
    noise[:, 0] /= np.sqrt(1 - persistence**2)
    return signal.lfilter([1], [1, -persistence], noise, axis=1)


@given(arrays(float, st.integers(2, 30), elements=st.integers(-9, 9).map(float)), st.integers(0, 40))
def test_the_sums_beside_the_definition(values, lags):
    fast = standard_errors(values[None], lags)[0]
    assert fast == pytest.approx(slow_standard_error(values, lags), abs=1e-7)


def test_the_standard_error_beside_statsmodels():
    values = autoregressions(1, 60, 0.4, seed=0)[0]
    fit = OLS(values, np.ones(60)).fit(cov_type="HAC", cov_kwds={"maxlags": lags_for(60)})
    test = mean_test(values)
    assert test.statistic == pytest.approx(fit.tvalues[0], rel=1e-9)
    assert test.mean == pytest.approx(values.mean())


def test_by_hand():
    """The deviations are 1, -1, 1, -1, 0: squares sum to 4, products of neighbours to -3, then 2 and -1."""
    values = np.array([3.0, 1.0, 3.0, 1.0, 2.0])
    assert lags_for(5) == 3
    variance = 4 + 2 * (3 / 4 * -3 + 2 / 4 * 2 + 1 / 4 * -1)
    assert variance == 1
    test = mean_test(values)
    assert test.statistic == pytest.approx(2 / (1 / 5))
    assert test.count == 5
    assert first_correlation(values) == pytest.approx(-3 / 4 + (1 + 4 * (-3 / 4)) / 5)


def test_without_correlation_and_with_many_values_it_is_nearly_students():
    values = np.random.default_rng(0).normal(size=1000) + 0.05
    test = mean_test(values)
    low, high = test.interval
    assert (low + high) / 2 == pytest.approx(test.mean)
    half = (high - low) / 2 * abs(test.statistic / test.mean)
    assert stats.t.ppf(0.975, 999) < half < 1.15 * stats.t.ppf(0.975, 999)
    assert not test.doubtful


def test_p_value_and_interval_agree():
    """Shifted to the end of its interval, a mean has a p-value of 5 %."""
    values = autoregressions(1, 40, 0.3, seed=1)[0]
    for end in mean_test(values).interval:
        assert mean_test(values - end).p_value == pytest.approx(0.05, abs=2e-4)
    assert mean_test(values + 1e6).p_value == 1 / (DRAWS + 1)


@pytest.mark.parametrize(("dates", "persistence"), [(24, 0.0), (24, 0.6), (120, 0.6)])
def test_it_raises_a_false_alarm_in_hardly_more_than_a_twentieth(dates, persistence):
    """2,000 samples: 7 % and three deviations of luck are 8.7 %."""
    alarms = [mean_test(values).p_value < 0.05 for values in autoregressions(2000, dates, persistence, seed=2)]
    assert 0.03 <= np.mean(alarms) <= 0.085


def test_the_detectable_mean_is_found_four_times_out_of_five():
    samples = autoregressions(1000, 60, 0.0, seed=3)
    detectable = np.median([mean_test(values).detectable for values in samples])
    found = [mean_test(values + detectable).p_value < 0.05 for values in samples]
    assert np.mean(found) == pytest.approx(0.8, abs=0.04)


def test_overlap_gives_at_least_its_lags():
    values = autoregressions(1, 24, 0.0, seed=4)[0]
    test = mean_test(values, overlap=12)
    assert test.mean / test.statistic == pytest.approx(slow_standard_error(values, 11))
    assert np.isnan(mean_test(values[:12], overlap=12).p_value)


def test_missing_values_are_left_out():
    values = autoregressions(1, 30, 0.0, seed=5)[0]
    with_holes = pd.Series(np.insert(values, [3, 9], np.nan))
    assert mean_test(with_holes) == mean_test(values)


@pytest.mark.parametrize(
    ("values", "mean"),
    [(np.empty(0), np.nan), (np.full(3, np.nan), np.nan), (np.arange(4.0), 1.5), (np.ones(23), 1), (np.zeros(50), 0)],
)
def test_where_there_is_no_test(values, mean):
    test = mean_test(values)
    assert test.mean == pytest.approx(mean, nan_ok=True)
    assert np.isnan([test.statistic, test.p_value, *test.interval, test.detectable]).all()
    assert test.doubtful


def test_what_is_always_the_same_and_not_zero_is_no_luck():
    test = mean_test(np.full(24, -0.5))
    assert (test.mean, test.interval, test.doubtful) == (-0.5, (-0.5, -0.5), False)
    assert test.p_value < 0.001


def test_few_values_correlation_and_one_sided_tails_are_doubtful():
    values = np.random.default_rng(6).normal(size=300)
    assert not mean_test(values).doubtful
    assert not mean_test(values[:24]).doubtful
    assert mean_test(values[:23]).doubtful
    assert mean_test(autoregressions(1, 300, 0.9, seed=6)[0]).doubtful
    assert mean_test(np.append(values, 40.0)).doubtful
    assert not mean_test(np.concatenate([values, [20.0, -20.0]])).doubtful  # heavy on both sides
