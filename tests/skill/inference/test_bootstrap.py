import numpy as np
import pandas as pd
import pytest

from rnn_trading.skill.inference import bootstrap
from rnn_trading.skill.inference.bootstrap import (
    DRAWS,
    MORE_DRAWS,
    bootstrap_test,
    cluster_bootstrap,
    difference_test,
    without_each,
)
from rnn_trading.skill.inference.counts import OfCounts, rank_correlation

CLUSTERS = pd.Series(np.arange(40))


def mean_of(values):
    return lambda rows: float(values[rows].mean())


@pytest.mark.parametrize(("shift", "draws"), [(0.0, DRAWS), (0.3, DRAWS), (1.0, MORE_DRAWS)])
def test_a_small_p_value_is_found_again_from_more_draws(shift, draws):
    values = np.random.default_rng(0).normal(size=40) + shift
    expected = difference_test(cluster_bootstrap(mean_of(values), CLUSTERS, 4, draws), values.mean())
    assert bootstrap_test(mean_of(values), CLUSTERS, 4) == expected
    assert (expected["p_value"] < 0.01) == (draws == MORE_DRAWS)


def test_the_smallest_p_value_is_two_in_ten_thousand():
    assert bootstrap_test(lambda rows: 1.0, CLUSTERS)["p_value"] == pytest.approx(2 / (MORE_DRAWS + 1))


def test_without_rows_there_is_no_test():
    test = bootstrap_test(lambda rows: 1.0, pd.Series(dtype=int))
    assert np.isnan([test["mean_difference"], test["p_value"], *test["interval"]]).all()


@pytest.mark.parametrize("chunk", [1, 7, 100, 2**18])
def test_how_much_is_computed_at_once_does_not_matter(monkeypatch, chunk):
    generator = np.random.default_rng(1)
    forecast, truth, codes = generator.normal(size=60), generator.normal(size=60), np.arange(60) // 3
    of_counts = rank_correlation(forecast, truth)
    draws = cluster_bootstrap(of_counts, pd.Series(codes), 3, 50)
    left = np.array([of_counts(np.flatnonzero(codes != cluster)) for cluster in range(20)])
    monkeypatch.setattr(bootstrap, "CHUNK", chunk)
    np.testing.assert_array_equal(cluster_bootstrap(of_counts, pd.Series(codes), 3, 50), draws)
    np.testing.assert_array_equal(without_each(of_counts, codes), left)


def test_memory_is_not_quadratic_in_clusters():
    """Each of 3,000 clusters left out, some at a time: no matrix has as many rows as there are clusters."""
    seen = []
    count = OfCounts(3000, lambda counts: seen.append(len(counts)) or counts.sum(axis=1).astype(float))
    assert (without_each(count, np.arange(3000)) == 2999).all()
    assert max(seen) * 3000 <= bootstrap.CHUNK
