"""Statistics by counts, beside those of the rows themselves: equal to the last bit."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from rnn_trading.skill.inference import counts
from rnn_trading.skill.inference.bootstrap import cluster_bootstrap, cluster_influence
from rnn_trading.skill.inference.counts import area_under_curve, rank_correlation
from rnn_trading.skill.metrics.panels import spearman

rows = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=30)


def slow_area(forecast, positive):
    """By the ranks of the positives within the sample (Mann and Whitney, 1947)."""
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if not (positives and negatives):
        return np.nan
    above = rankdata(forecast)[positive].sum() - positives * (positives + 1) / 2
    return above / (positives * negatives)


def area_and_definition(forecast, truth):
    positive = truth > 1
    return area_under_curve(forecast, positive), lambda sample: slow_area(forecast[sample], positive[sample])


def correlation_and_definition(forecast, truth):
    return rank_correlation(forecast, truth), lambda sample: spearman(forecast[sample], truth[sample])


BOTH = pytest.mark.parametrize("pair", [area_and_definition, correlation_and_definition])


@BOTH
@given(rows=rows, data=st.data())
def test_any_sample_beside_the_definition(pair, rows, data):
    forecast, truth = np.array(rows, dtype=float).T
    fast, slow = pair(forecast / 7, truth)
    sample = np.array(data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1, max_size=50)))
    np.testing.assert_array_equal(fast(sample), slow(sample))


@BOTH
def test_draws_and_influence_are_those_of_the_rows(pair, monkeypatch):
    monkeypatch.setattr(counts, "CHUNK", 7 * 400)  # samples come some at a time
    generator = np.random.default_rng(0)
    forecast, truth = generator.normal(size=400).round(1), generator.integers(0, 4, 400).astype(float)
    clusters = pd.Series(generator.integers(0, 30, 400))
    fast, slow = pair(forecast, truth)
    drawn = cluster_bootstrap(fast, clusters, block=4, draws=50)
    np.testing.assert_array_equal(drawn, cluster_bootstrap(slow, clusters, block=4, draws=50))
    assert np.ptp(drawn) > 0
    np.testing.assert_array_equal(cluster_influence(fast, clusters), cluster_influence(slow, clusters))
