"""Measures beside those of other libraries, and how often luck passes for skill."""

import numpy as np
import pandas as pd
import pytest
from skfolio import Portfolio, measures

from rnn_trading.portfolio.measures import luck_of, mean_interval, measures_of, sharpe_error
from rnn_trading.portfolio.parameters import PortfolioError
from rnn_trading.portfolio.record import as_plain
from rnn_trading.skill.inference.luck import expected_maximum
from tests.portfolio.by_hand import DAYS, PRICES, how
from tests.portfolio.test_by_hand import FORECASTS, built

RETURNS = pd.Series(
    np.random.default_rng(1).standard_t(5, 700) / 100, pd.bdate_range("2018-01-01", periods=700, name="date")
)


def test_measures_are_those_of_quantstats(quantstats):
    found = measures_of(RETURNS)
    assert found["sharpe"] == pytest.approx(quantstats.stats.sharpe(RETURNS, periods=252))
    assert found["volatility"] == pytest.approx(quantstats.stats.volatility(RETURNS, periods=252))
    assert found["drawdown"] == pytest.approx(quantstats.stats.max_drawdown(RETURNS))
    assert found["hit_rate"] == pytest.approx(quantstats.stats.win_rate(RETURNS))
    assert (1 + found["compounded"]) ** (700 / 252) == pytest.approx((1 + RETURNS).prod())


def test_a_book_drifts_as_skfolio_says():
    """Long only, and held: weights of the first entry, left alone for three sessions."""
    parameters = how(weights={"sides": "long_only", "quantiles": 2}, hold=1)
    made = built(FORECASTS[:4], parameters=parameters)
    returns = PRICES.pct_change().iloc[2:3]
    drifting = Portfolio(returns, np.array([0.5, 0.5, 0.0, 0.0]), weight_drift=True)
    assert made.returns["gross"].iloc[1:].tolist() == pytest.approx(drifting.returns.tolist())
    week = PRICES.pct_change().iloc[2:]
    second = FORECASTS[:4].assign(date=pd.Timestamp("2020-01-09"), prediction=1.0)  # ranks nothing: the book is kept
    longer = built(pd.concat([FORECASTS[:4], second]), parameters=parameters).returns["gross"]
    drifting = Portfolio(week, np.array([0.5, 0.5, 0.0, 0.0]), weight_drift=True)
    assert longer.iloc[1:].tolist() == pytest.approx(drifting.returns[: len(longer) - 1].tolist())
    assert longer.index[1] == DAYS[2]


def test_the_error_of_a_sharpe_ratio_is_that_of_its_draws():
    """For independent normal returns Lo's error is the root of (1 + S**2 / 2) / T; here it is measured, too."""
    draw, sharpe, sessions = np.random.default_rng(0), 0.2, 400
    samples = draw.normal(sharpe, 1, (2_000, sessions))
    measured = (samples.mean(axis=1) / samples.std(axis=1)).std()
    assert measured == pytest.approx(np.sqrt((1 + sharpe**2 / 2) / sessions), rel=0.05)
    assert np.mean([sharpe_error(each) for each in samples[:300]]) == pytest.approx(measured, rel=0.08)


def test_neighbours_that_correlate_make_a_sharpe_ratio_less_sure():
    draw = np.random.default_rng(0).normal(size=2_000)
    carried = np.convolve(draw, np.ones(5) / 5, "valid")
    assert sharpe_error(carried) > 1.8 * sharpe_error(draw)
    found = measures_of(pd.Series(carried / 100 + 0.001))
    assert found["sharpe_autocorrelated"] < 0.7 * found["sharpe"]


def test_an_interval_holds_the_mean_as_often_as_it_says():
    draw = np.random.default_rng(5)
    held = 0
    for _ in range(100):
        low, high = mean_interval(pd.Series(draw.normal(0.0004, 0.01, 300)))
        held += low <= 0.0004 * 252 <= high
    assert 88 <= held <= 99


@pytest.mark.parametrize("tries", [1, 10, 100])
def test_the_best_of_several_lucky_ways_passes_as_often_as_it_may(tries):
    """A deflated ratio is conservative above one try; the p of the maximum holds its rate of 5 %."""
    draw, samples, sessions = np.random.default_rng(tries), 500, 250
    deflated = maximum = 0
    for _ in range(samples):
        ways = draw.normal(size=(tries, sessions))
        best = ways[(ways.mean(axis=1) / ways.std(axis=1)).argmax()]
        luck = luck_of(pd.Series(best), tries)
        deflated += luck["deflated"] > 0.95
        maximum += luck["p_of_maximum"] < 0.05
    error = np.sqrt(0.05 * 0.95 / samples)
    assert deflated / samples <= 0.05 + 2.5 * error
    assert abs(maximum / samples - 0.05) <= 3 * error
    if tries > 1:
        assert deflated < maximum


def test_a_deflated_ratio_is_the_probabilistic_one_above_the_best_by_luck():
    luck = expected_maximum(10) / np.sqrt(len(RETURNS) - 1)
    assert luck_of(RETURNS, 10)["deflated"] == measures.probabilistic_sharpe_ratio(RETURNS.to_numpy(), luck)
    # The approximation of the paper is near.
    assert measures.expected_max_sharpe_ratio(10, 1 / np.sqrt(699)) == pytest.approx(luck, rel=0.03)


def test_a_book_whose_costs_take_all_is_refused_before_anything_is_written():
    with pytest.raises(PortfolioError, match="More than all is lost on .*, costs counted: .*and portfolio.costs"):
        built(FORECASTS, parameters=how(costs={"basis_points": 6000}))


def test_more_than_all_lost_is_refused():
    days = pd.bdate_range("2020-01-06", periods=3)
    with pytest.raises(PortfolioError, match="More than all is lost on 2020-01-07, costs counted"):
        measures_of(pd.Series([0.1, -1.0, 0.2], days))


def test_what_does_not_exist_is_no_number():
    flat = pd.Series(np.zeros(30))
    found = as_plain(measures_of(flat) | luck_of(flat, 3))
    assert found["sharpe"] is found["deflated"] is found["hit_rate"] is None
    assert found["mean"] == 0.0
