import numpy as np
import pytest

from rnn_trading.skill.standing import standing, status
from rnn_trading.skill.statistics import LEVEL, RANKS_BY_DATE, REVIEWS, Compared


def a_test(gain, p_value, interval=(-1.0, 1.0), p_holm=None, rival_value=0.0):
    return {
        "gain": gain,
        "p_value": p_value,
        "p_holm": p_value if p_holm is None else p_holm,
        "interval": interval,
        "rival_value": rival_value,
    }


NAN = float("nan")


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ([a_test(0.1, 0.01), a_test(0.1, 0.04)], "beaten"),
        ([a_test(0.1, 0.01), a_test(0.1, 0.06)], "undecided"),  # all must fall
        ([a_test(0.1, 0.01), a_test(-0.1, 0.03, p_holm=0.06)], "undecided"),  # the choice among two is corrected
        ([a_test(0.1, 0.01), a_test(-0.1, 0.01, p_holm=0.02)], "worse"),
        ([a_test(0.001, 0.5, (-0.009, 0.01))], "level"),
        ([a_test(0.001, 0.5, (-0.009, 0.011))], "undecided"),
        ([a_test(NAN, NAN, (NAN, NAN))], "undecided"),
    ],
)
def test_statuses(tests, expected):
    assert status(REVIEWS, tests, tests[-1]) == expected


def test_margins_of_losses_are_shares():
    near = a_test(0.001, 0.5, (-0.009, 0.01), rival_value=2.0)
    assert status(LEVEL, [near], near) == "level"
    assert status(LEVEL, [near], near | {"rival_value": 0.5}) == "undecided"


def compared(difference, p_value, rival_value=0.5):
    return Compared(rival_value + difference, rival_value, difference, (-1.0, 1.0), p_value, 0.1, False, 100, "t")


def test_the_comparison_that_stopped_the_claim_decides():
    """The best rival falls, a weaker one, which is further off but noisier, does not."""
    tier = standing(RANKS_BY_DATE, {"best": compared(0.2, 0.001, 0.4), "noisy": compared(0.5, 0.2, 0.1)})
    assert (tier["status"], tier["best"], tier["rival"], tier["p_value"]) == ("undecided", "best", "noisy", 0.2)


def test_of_a_better_rival_the_corrected_p_value_is_shown():
    """Three rivals: .03 times three does not make the model worse."""
    rivals = {"best": compared(-0.2, 0.03), "b": compared(0.1, 0.5), "c": compared(0.1, 0.6)}
    tier = standing(RANKS_BY_DATE, rivals)
    assert (tier["status"], tier["rival"], round(tier["p_value"], 6)) == ("undecided", "best", 0.09)


def test_of_a_beaten_tier_the_largest_p_value_decides():
    tier = standing(RANKS_BY_DATE, {"one": compared(0.2, 0.001, 0.4), "two": compared(0.5, 0.02, 0.1)})
    assert (tier["status"], tier["rival"], tier["p_value"]) == ("beaten", "two", 0.02)


def test_a_rival_without_a_value_is_not_the_best():
    tier = standing(RANKS_BY_DATE, {"none": compared(NAN, NAN, NAN), "some": compared(-0.2, 0.5, 0.4)})
    assert tier["best"] == "some"
    assert np.isnan([test["p_holm"] for test in tier["tests"]]).tolist() == [True, False]
