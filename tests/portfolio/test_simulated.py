"""Forecasts with a known coefficient, and forecasts of nothing, through the whole account."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.portfolio.measures import measures_of
from tests.portfolio.by_hand import how
from tests.portfolio.test_by_hand import built

NAMES, DATES, DEVIATION, COST = 50, 600, 0.03, 0.001
PARAMETERS = how(weights={"quantiles": 5}, costs={"borrow": 0.0})


def market(coefficient, seed):
    """Prices, and forecasts of the return from the next session on; each has this correlation with it."""
    draw = np.random.default_rng(seed)
    days = pd.bdate_range("2015-01-01", periods=DATES + 2, name="date")
    tickers = pd.Index([f"T{number:02}" for number in range(NAMES)], name="ticker")
    noise = draw.normal(size=(DATES + 2, NAMES))
    returns = DEVIATION * noise
    prices = pd.DataFrame(100 * (1 + returns).cumprod(axis=0), days, tickers)
    told = coefficient * noise[2:] + np.sqrt(1 - coefficient**2) * draw.normal(size=(DATES, NAMES))
    table = pd.DataFrame(told, days[:DATES], tickers).rename_axis(index="date").stack().rename("prediction")
    return prices, table.reset_index()


def expected(coefficient):
    """Mean, standard deviation and turnover of a session, from draws of a fifth against a fifth: no account at all."""
    draw = np.random.default_rng(0)
    shape, fifth = (20_000, NAMES), NAMES // 5
    outcome = draw.normal(size=shape)
    told = coefficient * outcome + np.sqrt(1 - coefficient**2) * draw.normal(size=shape)
    order = np.argsort(told, axis=1)
    sides = np.zeros(shape)
    np.put_along_axis(sides, order[:, -fifth:], 1 / fifth, axis=1)
    np.put_along_axis(sides, order[:, :fifth], -1 / fifth, axis=1)
    gross, traded = DEVIATION * (sides * outcome).sum(axis=1)[1:], np.abs(np.diff(sides, axis=0)).sum(axis=1)
    return gross.mean(), gross.std(), traded.mean()


def test_a_planted_coefficient_earns_the_sharpe_ratio_that_it_should():
    returns = built(*reversed(market(0.05, seed=3)), parameters=PARAMETERS).returns
    mean, deviation, traded = expected(0.05)
    sharpe = (mean - COST * traded) / deviation * np.sqrt(252)
    found = measures_of(returns["net"])
    assert abs(found["sharpe"] - sharpe) < 2.5 * found["sharpe_error"]
    assert abs(found["sharpe"]) > found["sharpe_error"]  # or it would be no test
    assert returns["traded"].iloc[1:-1].mean() == pytest.approx(traded, rel=0.03)


def test_noise_nets_to_minus_its_costs():
    returns = built(*reversed(market(0.0, seed=4)), parameters=PARAMETERS).returns
    net, cost = returns["net"], COST * returns["traded"]
    error = net.std() / np.sqrt(len(net))
    assert abs(net.mean() + cost.mean()) < 2.5 * error
    assert cost.mean() > 3 * error
    assert (returns["gross"] - cost).to_numpy() == pytest.approx(net.to_numpy())
