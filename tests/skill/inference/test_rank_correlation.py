"""The rank correlation of independent rows: against SciPy, a jackknife, and DeLong's test of two labels."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rnn_trading.skill.inference.auc import compare_auc
from rnn_trading.skill.inference.rank_correlation import compare_rank_correlations, influence, rank_correlation


def planted(strength, kinds, n=200, seed=0):
    """Forecasts with ties, and a label of so many kinds (0: continuous), that correlate by a strength."""
    generator = np.random.default_rng(seed)
    forecast = generator.normal(size=n)
    truth = strength * forecast + math.sqrt(1 - strength**2) * generator.normal(size=n)
    if kinds:
        truth = np.searchsorted(np.quantile(truth, np.arange(1, kinds) / kinds), truth).astype(float)
    return forecast.round(1), truth


def leaving_one_out(forecast, truth):
    """The slow reference: the correlation without each row."""
    return np.array([rank_correlation(np.delete(forecast, row), np.delete(truth, row)) for row in range(len(truth))])


@pytest.mark.parametrize("kinds", [0, 5, 2])
@pytest.mark.parametrize("strength", [0.0, 0.5, 0.9])
def test_influence_is_what_a_jackknife_finds(strength, kinds):
    forecast, truth = planted(strength, kinds)
    value, without = rank_correlation(forecast, truth), leaving_one_out(forecast, truth)
    assert value == pytest.approx(stats.spearmanr(forecast, truth).statistic)
    found, n = influence(forecast, truth), len(truth)
    assert found.mean() == pytest.approx(0, abs=1e-12)
    assert np.corrcoef(found, value - without)[0, 1] > 0.999
    slow = math.sqrt((n - 1) * ((without - without.mean()) ** 2).mean())
    assert found.std(ddof=1) / math.sqrt(n) == pytest.approx(slow, rel=0.02)


def test_of_two_labels_it_is_nearly_delongs_test():
    generator = np.random.default_rng(1)
    truth = generator.integers(0, 2, 400).astype(float)
    one, other = (truth + size * generator.normal(size=400) for size in (1.5, 2.0))
    ranks, areas = (compare(one, other, truth) for compare in (compare_rank_correlations, compare_auc))
    assert ranks["statistic"] == pytest.approx(areas["statistic"], rel=0.01)


def test_against_a_constant_and_against_itself():
    forecast, truth = planted(0.5, 5)
    test = compare_rank_correlations(forecast, np.zeros(200), truth)
    error = influence(forecast, truth).std(ddof=1) / math.sqrt(200)
    assert test["mean_difference"] == rank_correlation(forecast, truth)
    assert test["p_value"] == pytest.approx(2 * stats.norm.sf(test["mean_difference"] / error))
    assert test["detectable_difference"] == pytest.approx((1.959964 + 0.841621) * error, rel=1e-5)
    same = compare_rank_correlations(forecast, 2 * forecast, truth)
    assert same["mean_difference"] == 0
    assert math.isnan(same["p_value"])
    assert math.isnan(compare_rank_correlations(forecast[:2], truth[:2], truth[:2])["p_value"])
    assert rank_correlation(forecast, np.ones(200)) == 0


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=30))
def test_order_of_rows_and_scale_do_not_matter(pairs):
    forecast, truth = np.array(pairs, dtype=float).T
    found = influence(forecast, truth)
    assert found.mean() == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(influence(forecast[::-1] ** 3, truth[::-1]), found[::-1], atol=1e-9)
    np.testing.assert_allclose(influence(-forecast, truth), -found, atol=1e-9)
