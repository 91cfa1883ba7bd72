import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from rnn_trading.skill.inference.multiplicity import benjamini_hochberg, holm

P_VALUES = [0.04, 0.001, np.nan, 0.5, 0.02]


def test_by_hand():
    """In order, .001, .02, .04 and .5. Holm: times 4, 3, 2 and 1. Benjamini-Hochberg: times 4/1, 4/2, 4/3 and 4/4."""
    np.testing.assert_allclose(holm(P_VALUES), [0.08, 0.004, np.nan, 0.5, 0.06])
    np.testing.assert_allclose(benjamini_hochberg(P_VALUES), [0.16 / 3, 0.004, np.nan, 0.5, 0.04])


def test_none_falls_below_a_smaller_one_and_none_exceeds_one():
    np.testing.assert_allclose(holm([0.3, 0.3, 0.31]), [0.9, 0.9, 0.9])
    np.testing.assert_allclose(holm([0.5, 0.6]), [1, 1])
    np.testing.assert_allclose(benjamini_hochberg([0.02, 0.021, 0.9]), [0.0315, 0.0315, 0.9])


@pytest.mark.parametrize("correct", [holm, benjamini_hochberg])
def test_missing_ones_are_no_tests(correct):
    assert correct([]).shape == (0,)
    np.testing.assert_array_equal(correct([np.nan, np.nan]), [np.nan, np.nan])
    np.testing.assert_allclose(correct([np.nan, 0.03]), [np.nan, 0.03])


@pytest.mark.parametrize(("correct", "method"), [(holm, "holm"), (benjamini_hochberg, "fdr_bh")])
def test_beside_statsmodels(correct, method):
    p_values = np.random.default_rng(0).uniform(size=50) ** 3
    p_values[10:15] = p_values[3]  # ties
    np.testing.assert_allclose(correct(p_values), multipletests(p_values, method=method)[1])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_never_below_benjamini_and_hochberg(p_values):
    assert (holm(p_values) >= benjamini_hochberg(p_values) - 1e-12).all()
    assert (benjamini_hochberg(p_values) >= np.array(p_values) - 1e-12).all()
