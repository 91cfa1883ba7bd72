import math

import numpy as np
import pytest

from rnn_trading.skill.inference.luck import best_by_luck, expected_maximum
from rnn_trading.skill.inference.means import mean_test
from rnn_trading.skill.inference.multiplicity import sidak

# Order statistics of normal samples, as Teichroew (1956) and Harter (1961) print them.
PRINTED = {1: 0.0, 2: 0.5641895835, 4: 1.0293753730, 5: 1.1629644736, 10: 1.5387527308, 20: 1.8674750598}


@pytest.mark.parametrize("tries", PRINTED)
def test_the_expected_maximum_is_the_printed_one(tries):
    assert expected_maximum(tries) == pytest.approx(PRINTED[tries], abs=1e-9)


def test_the_expected_maximum_of_many_is_that_of_a_simulation():
    draws = np.random.default_rng(0).normal(size=(4_000, 1_000)).max(axis=1)
    assert expected_maximum(1_000) == pytest.approx(draws.mean(), abs=3 * draws.std() / math.sqrt(4_000))


def test_the_maximum_of_a_million_is_near_its_limiting_distribution():
    """Bailey and López de Prado's formula, whose error falls with the number of tries."""
    from scipy.stats import norm

    tries = 1_000_000
    gumbel = (1 - np.euler_gamma) * norm.isf(1 / tries) + np.euler_gamma * norm.isf(1 / tries / math.e)
    assert expected_maximum(tries) == pytest.approx(gumbel, rel=2e-3)


def test_no_try_is_refused():
    with pytest.raises(ValueError, match="at least 1. Received: 0"):
        expected_maximum(0)


def test_luck_is_added_in_the_direction_that_is_better():
    """Half of the interval is one standard error: .0196 / 1.96 = .01; the maximum of 10 lies 1.5388 of them away."""
    for larger_is_better, expected in ((True, 0.5 + 0.015388), (False, 0.5 - 0.015388)):
        assert best_by_luck(0.5, (0.0, 0.0392), larger_is_better, 10) == pytest.approx(expected, abs=1e-6)
    assert math.isnan(best_by_luck(0.5, (math.nan, math.nan), True, 10))


def test_the_best_of_many_forecasts_by_luck_is_found_as_seldom_as_one():
    """Of ten that know nothing the best passes 5 % in four of ten samples; corrected, in one of twenty."""
    generator = np.random.default_rng(1)
    smallest = np.array(
        [min(mean_test(values).p_value for values in generator.normal(size=(10, 60))) for _ in range(300)]
    )
    assert (smallest < 0.05).mean() == pytest.approx(1 - 0.95**10, abs=0.09)
    corrected = np.array([sidak(p_value, 10) for p_value in smallest])
    assert (corrected < 0.05).mean() == pytest.approx(0.05, abs=0.04)


@pytest.mark.parametrize(
    ("p_value", "tries", "expected"), [(0.01, 10, 0.0956179250), (1e-12, 1000, 1e-9), (0.5, 2, 0.75)]
)
def test_sidak_by_hand(p_value, tries, expected):
    """1 less .99 to the tenth; where p is tiny, as many times p; 1 less a quarter."""
    assert sidak(p_value, tries) == pytest.approx(expected, rel=1e-8)


def test_sidak_of_one_try_and_of_no_test():
    assert sidak(0.03, 1) == 0.03
    assert math.isnan(sidak(math.nan, 7))
