import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from rnn_trading.skill.inference.auc import auc_interval, compare_auc, placements


def slow_placements(forecast, truth):
    """By definition: DeLong, DeLong and Clarke-Pearson (1988), equations 2 and 3."""
    positives = [f for f, t in zip(forecast, truth, strict=True) if t]
    negatives = [f for f, t in zip(forecast, truth, strict=True) if not t]
    wins = {(p, n): (p > n) + 0.5 * (p == n) for p, n in product(positives, negatives)}
    return (
        [np.mean([wins[p, n] for n in negatives]) for p in positives],
        [np.mean([wins[p, n] for p in positives]) for n in negatives],
    )


rows = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.booleans()), min_size=4, max_size=30).filter(
    lambda rows: 2 <= sum(truth for *_, truth in rows) <= len(rows) - 2
)


@given(rows)
def test_beside_the_definition(rows):
    ours, theirs, truth = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    for fast, slow in zip(placements(ours, truth), slow_placements(ours, truth), strict=True):
        np.testing.assert_allclose(fast, slow, atol=1e-12)
    assert placements(ours, truth)[0].mean() == pytest.approx(roc_auc_score(truth, ours))
    result = compare_auc(ours, theirs, truth)
    assert result["mean_difference"] == pytest.approx(roc_auc_score(truth, ours) - roc_auc_score(truth, theirs))
    (ours_p, ours_n), (theirs_p, theirs_n) = slow_placements(ours, truth), slow_placements(theirs, truth)
    covariance_p, covariance_n = np.cov(ours_p, theirs_p), np.cov(ours_n, theirs_n)
    contrast = np.array([1, -1])
    variance = contrast @ (covariance_p / len(ours_p) + covariance_n / len(ours_n)) @ contrast
    low, high = result["interval"]
    assert (high - low) / 2 == pytest.approx(1.959964 * math.sqrt(max(variance, 0)), abs=1e-6)
    detectable = (1.959964 + 0.841621) * math.sqrt(max(variance, 0))
    assert result["detectable_difference"] == pytest.approx(detectable, abs=1e-6)


def test_a_difference_is_found_and_signed():
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 2, 2000).astype(float)
    good, poor = truth + generator.normal(0, 1, 2000), truth + generator.normal(0, 3, 2000)
    result = compare_auc(good, poor, truth)
    assert result["statistic"] > 5
    assert result["p_value"] < 1e-6
    assert result["interval"][0] > 0
    assert compare_auc(poor, good, truth)["mean_difference"] == -result["mean_difference"]


def test_the_interval_covers_as_often_as_it_says():
    """Normal scores one deviation apart have an AUC of Phi(1 / sqrt 2)."""
    generator = np.random.default_rng(1)
    true_auc = 0.5 * (1 + math.erf(0.5))
    truth = np.repeat([0.0, 1.0], 100)
    intervals = [auc_interval(truth + generator.normal(size=200), truth) for _ in range(1000)]
    assert np.mean([low <= true_auc <= high for low, high in intervals]) == pytest.approx(0.95, abs=0.02)


def test_what_does_not_exist_is_nan():
    scores = np.array([0.1, 0.2, 0.3])
    one_class = compare_auc(scores, scores[::-1], np.ones(3))
    assert math.isnan(one_class["p_value"])
    assert math.isnan(one_class["detectable_difference"])
    assert all(math.isnan(bound) for bound in auc_interval(scores, np.zeros(3)))
    alike = compare_auc(scores, 2 * scores, np.array([0.0, 1, 1]))
    assert alike["mean_difference"] == 0
    assert math.isnan(alike["p_value"])
    perfect = compare_auc(np.arange(6.0), np.zeros(6), np.repeat([0.0, 1.0], 3))
    assert (perfect["mean_difference"], perfect["p_value"]) == (0.5, 0)
