import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from rnn_trading.skill.inference.tails import heavy_tailed, kurtosis, skewed


@given(arrays(float, st.integers(2, 20), elements=st.integers(-9, 9).map(float)))
def test_beside_scipy(values):
    if np.ptp(values) == 0:
        assert np.isnan(kurtosis(values))
    else:
        assert kurtosis(values) == pytest.approx(stats.kurtosis(values, fisher=False))
        assert 1 <= kurtosis(values) + 1e-9 <= len(values) + 1e-6


def test_normal_values_and_students_have_no_heavy_tails():
    generator = np.random.default_rng(0)
    for dates in (40, 250, 1250):
        assert not any(heavy_tailed(values) for values in generator.normal(size=(200, dates)))
        assert np.mean([heavy_tailed(values) for values in generator.standard_t(8, size=(200, dates))]) <= 0.02


def test_values_without_a_variance_have_heavy_tails():
    values = np.random.default_rng(1).pareto(1.5, size=(200, 1250))
    assert np.mean([heavy_tailed(each) for each in values]) > 0.95


def test_what_is_not_known_is_not_heavy():
    assert not heavy_tailed(np.array([1.0, np.nan, 1e9]))
    assert not heavy_tailed(np.empty(0))


def test_skewness_is_that_of_scipy_over_the_root_of_the_number():
    samples = [np.random.default_rng(seed).lognormal(size=60) for seed in range(40)]
    expected = [abs(stats.skew(values)) / np.sqrt(60) > 0.3 for values in samples]
    assert [skewed(values) for values in samples] == expected
    assert 5 < sum(expected) < 35
