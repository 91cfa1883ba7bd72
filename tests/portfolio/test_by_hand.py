"""A portfolio of 4 names and 5 sessions, worked out by hand to the cent, and by a slow loop that shares no code."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_trading.portfolio.forecasts import take_scores
from rnn_trading.portfolio.holding import market_of
from rnn_trading.portfolio.record import build
from tests.portfolio.by_hand import DAYS, FORECASTS, PRICES, how, scores_of, table_of


def built(forecasts, prices=PRICES, volumes=None, parameters=None, index=None):
    market = market_of(table_of(prices, volumes), 0.0, 1, -0.3)
    parameters = parameters or how()
    scores = take_scores(forecasts, market.sessions, market.priced.columns, parameters.dated_by)
    return build(scores, market, index, parameters)


def test_two_books_by_hand():
    """Wealth of 1,000,000 on the 7th: 1,000,000 of A long, 1,000,000 of D short.

    8th: A +10 %, D -5 %: 1,150,000. 9th: A is worth 1,210,000, D 900,000: 1,310,000, so that A weighs 1,210/1,310 and
    D -900/1,310. The book goes to B 1, A -1, D 0. 10th: B +5 %, A 0 %.
    """
    made = built(FORECASTS)
    returns = made.returns
    assert returns.index.tolist() == DAYS[1:].tolist()
    assert returns["gross"].tolist() == pytest.approx([0.0, 0.15, 1_310 / 1_150 - 1, 0.05])
    # In millions on the 9th: A is sold from 1.21 to -1.31, B bought for 1.31, D bought back for 0.9; over 1.15.
    assert returns["traded"].tolist() == pytest.approx([2.0, 0.0, (2.52 + 1.31 + 0.9) / 1.15, 1.05 + 1.0])
    assert returns["cost"].tolist() == pytest.approx([0.002, 0.0, 4.73 / 1.15 * 0.001, 0.00205])
    # Short for a day each: 3.65 % a year are 1 bp a day of 1, 0.95 / 1.15 and 1.
    assert returns["borrow"].tolist() == pytest.approx([0.0, 1e-4, 0.95 / 1.15 * 1e-4, 1e-4])
    wealth = 1_000_000 * (1 + returns["net"]).cumprod()
    by_hand = [
        998_000.00,
        998_000 * (1.15 - 0.0001),
        998_000 * 1.1499 * (1 + 160 / 1_150 - 0.0041130434782609 - 0.0000826086956522),
        998_000 * 1.1499 * (1 + 160 / 1_150 - 0.0041956521739130) * (1.05 - 0.00205 - 0.0001),
    ]
    assert wealth.round(2).tolist() == pytest.approx([round(each, 2) for each in by_hand], abs=0.01)
    assert returns["long"].tolist() == pytest.approx([1.0, 1.1 / 1.15, 1.0, 0.0])
    assert returns["short"].tolist() == pytest.approx([1.0, 0.95 / 1.15, 1.0, 0.0])
    second = made.trades[made.trades["date"] == DAYS[3]].set_index("ticker")
    assert second["before"].to_dict() == pytest.approx({"A": 1_210 / 1_310, "B": 0.0, "D": -900 / 1_310})
    assert second["weight"].to_dict() == {"A": -1.0, "B": 1.0, "D": 0.0}


def test_equal_weights_and_the_index_by_hand():
    made = built(FORECASTS, index=pd.DataFrame({"close": [10.0, 10.0, 11.0, 11.0, 12.1]}, DAYS))
    values = np.array([[1.0, 1.0, 1.0, 1.0], [1.1, 1.0, 1.1, 0.95], [1.21, 1.1, 1.0, 0.9]]).mean(axis=1)
    after = 1 + np.array([0.0, 0.05, -0.1, 0.1]).mean()
    assert made.returns["equal_gross"].tolist() == pytest.approx(
        [0.0, values[1] - 1, values[2] / values[1] - 1, after - 1]
    )
    assert made.returns["index"].tolist() == pytest.approx([0.0, 0.1, 0.0, 0.1])


def test_a_name_that_vanishes_is_closed_at_its_terminal_return_and_frees_cash():
    """A has no price from the 8th on: 70 % are left of it, in cash; it is not traded again, and costs nothing."""
    prices = PRICES.assign(A=[50.0, 100.0, np.nan, np.nan, np.nan])
    made = built(FORECASTS, prices, parameters=how(weights={"sides": "long_only"}))
    assert made.returns["gross"].tolist() == pytest.approx([0.0, -0.3, 0.0, 0.05])
    assert made.returns["traded"].tolist() == pytest.approx([1.0, 0.0, 1.0, 1.05])
    assert made.returns["long"].tolist() == pytest.approx([1.0, 0.0, 1.0, 0.0])
    assert made.counts["untraded"] == 0
    # As a short position it pays, and is borrowed no more.
    turned = FORECASTS.assign(prediction=-FORECASTS["prediction"])
    short = built(turned, prices).returns
    assert short["gross"].iloc[1] == pytest.approx(0.3 - 0.05)
    assert short["borrow"].iloc[2] == 0.0


def test_a_name_without_a_price_is_held_untraded_and_counted():
    prices = PRICES.assign(A=[50.0, 100.0, 110.0, np.nan, 121.0])
    made = built(FORECASTS, prices)
    second = made.trades[made.trades["date"] == DAYS[3]].set_index("ticker")
    assert made.counts["untraded"] == 1
    assert second["untraded"].to_dict() == {"A": True, "B": False, "D": False}
    assert second.loc["A", "weight"] == second.loc["A", "before"] == pytest.approx(1.1 / 1.2)
    assert made.returns["gross"].iloc[3] == pytest.approx(0.05 + 1.1 / 1.2 * 0.1)


def test_dates_that_rank_nothing_keep_the_book():
    day = scores_of(("2020-01-07", dict.fromkeys("ABCD", 1.0)))
    made = built(pd.concat([FORECASTS, day]))
    assert made.counts["dates_without_ranking"] == 1
    assert made.returns["gross"].tolist() == pytest.approx(built(FORECASTS).returns["gross"].tolist())


def test_a_trade_moves_its_price_by_the_root_of_its_share_of_the_volume():
    """0.5 of A for a million: 500,000 against 4,000,000 a session, at a deviation of the two returns before."""
    prices = pd.DataFrame({"A": [100.0, 102.0, 100.0, 100.0, 100.0], "B": [50.0] * 5}, DAYS).rename_axis(
        columns="ticker"
    )
    volumes = pd.DataFrame({"A": [40_000.0] * 5, "B": [0.0] * 5}, DAYS).rename_axis(columns="ticker")
    forecasts = scores_of(("2020-01-08", {"A": 2.0, "B": 1.0})).assign(weight=[0.5, 0.5])
    costs = {"impact": 1.0, "borrow": 0.0, "basis_points": 0}
    given = {"weights": {"by": "given", "sides": "long_only"}, "hold": 1}
    made = built(forecasts, prices, volumes, how(costs=costs, **given))
    deviation = np.std([0.02, 100 / 102 - 1], ddof=1)
    volume = (102 + 100) / 2 * 40_000
    assert made.returns["impact"].iloc[0] == pytest.approx(0.5 * deviation * np.sqrt(500_000 / volume))
    assert made.counts["without_volume"] == 2  # B, bought and sold
    double = built(forecasts, prices, volumes, how(costs=costs | {"capital": 2e6}, **given))
    assert double.returns["impact"].iloc[0] == pytest.approx(made.returns["impact"].iloc[0] * np.sqrt(2))


def slow(prices, targets, entries, rate):
    """An account in money, share by share: another way to the same returns. All names have all prices."""
    money, shares, wealth, found = 1.0, dict.fromkeys(prices, 0.0), None, []
    for day in range(min(entries), len(prices)):
        at = prices.iloc[day]
        now = money + sum(shares[name] * at[name] for name in prices)
        gross = 0.0 if wealth is None else now / wealth - 1
        last = day == len(prices) - 1
        cost = 0.0
        if day in entries or last:
            wanted = dict.fromkeys(prices, 0.0) if last else targets[entries.index(day)]
            for name in prices:
                target = wanted[name] * now / at[name]
                cost += rate * abs(target - shares[name]) * at[name]
                money -= (target - shares[name]) * at[name]
                shares[name] = target
        found.append((gross, gross - cost / (wealth or 1.0)))
        wealth = now
    return pd.DataFrame(found, columns=["gross", "net"])


def test_the_two_books_by_hand_are_those_of_an_account_in_shares():
    """Weights, drift and costs; the borrow fee, a basis point a day of what is short, is added by hand."""
    nothing = dict.fromkeys(PRICES, 0.0)
    targets = [nothing | {"A": 1.0, "D": -1.0}, nothing | {"B": 1.0, "A": -1.0}]
    expected = slow(PRICES, targets, [1, 3], 0.001)
    made = built(FORECASTS).returns
    assert made["gross"].tolist() == pytest.approx(expected["gross"].tolist(), abs=1e-15)
    borrowed = np.array([0.0, 1.0, 0.95 / 1.15, 1.0]) * 1e-4
    assert made["net"].tolist() == pytest.approx((expected["net"] - borrowed).tolist(), abs=1e-15)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(2, 9), st.sampled_from(["quantile", "forecast"]))
def test_an_account_in_shares_says_the_same(seed, names, by):
    draw = np.random.default_rng(seed)
    days = pd.bdate_range("2020-01-06", periods=16, name="date")
    tickers = [f"T{number}" for number in range(names)]
    prices = pd.DataFrame(100 * np.exp(draw.normal(0, 0.03, (16, names)).cumsum(axis=0)), days, tickers)
    known = [0, 5, 9]
    forecasts = scores_of(*((days[at], dict(zip(tickers, draw.normal(size=names), strict=True))) for at in known))
    parameters = how(weights={"by": by, "quantiles": 2}, costs={"borrow": 0.0})
    made = built(forecasts, prices.rename_axis(columns="ticker"), parameters=parameters)
    entries = [at + 1 for at in known]
    targets = [
        made.trades[made.trades["date"] == days[at]].set_index("ticker")["weight"].reindex(tickers, fill_value=0.0)
        for at in entries
    ]
    last = prices.index.get_loc(made.returns.index[-1])
    expected = slow(prices.iloc[: last + 1], targets, entries, 0.001)
    assert made.returns["gross"].to_numpy() == pytest.approx(expected["gross"].to_numpy(), abs=1e-12)
    assert made.returns["net"].to_numpy() == pytest.approx(expected["net"].to_numpy(), abs=1e-12)
