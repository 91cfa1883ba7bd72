"""Positions in one series, and what volatility forecasts are worth, by hand."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.portfolio.parameters import PortfolioError
from rnn_trading.portfolio.targeting import rolling_volatility, target_volatility, variance_trade
from rnn_trading.portfolio.timing import positions_of, signals_of, time_series
from tests.portfolio.by_hand import how

DAYS = pd.bdate_range("2020-01-06", periods=6, name="date")
PRICES = pd.DataFrame({"close": [100.0, 110.0, 99.0, 108.9, 119.79, 119.79]}, DAYS)
# Of the 7th and the 8th: a rise, then a fall.
FORECASTS = pd.DataFrame(
    {"date": DAYS[1:3], "prediction": [101.0, 109.0], "drift": [101.0, 111.0], "truth": [110.0, 99.0], "fold": 1}
).assign(persistence=[100.0, 110.0])
FREE = {"basis_points": 0, "borrow": 0.0}


def test_a_forecast_is_traded_a_session_later_and_held_until_the_next():
    """Known on the 6th and 7th, entered on the 7th (long: -10 %) and the 8th (short: -10 %)."""
    record, returns = time_series(FORECASTS, PRICES, how(costs=FREE), 1, "drift")
    assert returns["prediction"].tolist() == pytest.approx([0.0, -0.1, -0.1])
    assert returns["buy_and_hold"].tolist() == returns["drift"].tolist() == pytest.approx([0.0, -0.1, 0.1])
    assert returns["persistence"].tolist() == [0.0] * 3
    assert record["at_once"]["mean"] == pytest.approx((0.1 + 0.1) / 3 * 252)
    # Bought 1, sold 1 and 1 more, bought back what was short and lost 10 %: as a share of the close before.
    assert record["turnover"] == pytest.approx((1 + 2 * 0.9 + 1.1) / 3 * 252)
    assert record["rivals"]["buy_and_hold"]["mean"] == pytest.approx(0.0)
    assert record["best_rival"] == "drift"
    assert [*record["against"]] == ["drift", "buy_and_hold"]


def test_long_only_and_by_variance():
    signals = signals_of(FORECASTS, PRICES.index)
    long_only = how(timing={"sides": "long_only"}).timing
    assert positions_of(signals, "prediction", PRICES["close"], long_only).tolist() == [1.0, 0.0]
    timing = how(timing={"by": "variance", "sessions": 2, "risk_aversion": 2.0, "most": 0.9}).timing
    later = FORECASTS.assign(date=DAYS[3:5], persistence=[99.0, 108.9], prediction=[99.99, 100.0])
    variance = np.var([0.1, -0.1], ddof=1)
    found = positions_of(signals_of(later, PRICES.index), "prediction", PRICES["close"], timing)
    assert found.tolist() == pytest.approx([0.01 / (2 * variance), -0.9])


def test_of_runs_the_last_step_of_each_counts():
    runs = pd.DataFrame(
        {"run": "restarted", "date": DAYS[[0, 0, 2, 2]], "step": [1, 2, 1, 2], "target_date": DAYS[[1, 2, 3, 4]]}
    ).assign(truth=1.0, prediction=[90.0, 120.0, 120.0, 90.0], persistence=[100.0, 100.0, 99.0, 99.0])
    signals = signals_of(runs, PRICES.index)
    assert signals.steps == 2
    assert signals.forecasts.index.tolist() == [DAYS[0], DAYS[2]]
    assert positions_of(signals, "prediction", PRICES["close"], how().timing).tolist() == [1.0, -1.0]


@pytest.mark.parametrize(
    ("prediction", "timing", "why"),
    [
        ([100.0, 110.0], {}, "all 2 forecasts are the last value"),
        (
            [99.0, 109.0],
            {"sides": "long_only"},
            "none of the 2 forecasts is a rise, and portfolio.timing.sides=long_on",
        ),
        ([101.0, 109.0], {"by": "variance", "sessions": 5}, "for none of the 2 forecasts the variance of the 5 sessio"),
    ],
)
def test_forecasts_that_take_no_position_are_refused_with_the_reason(prediction, timing, why):
    with pytest.raises(PortfolioError, match=f"No position is ever taken: {why}"):
        time_series(FORECASTS.assign(prediction=prediction), PRICES, how(timing=timing), 1, None)


def test_forecasts_before_the_variance_is_known_are_counted():
    table = FORECASTS.assign(date=DAYS[2:4], persistence=[110.0, 99.0])
    parameters = how(costs=FREE, timing={"by": "variance", "sessions": 2, "most": 1.0})
    record, returns = time_series(table, PRICES, parameters, 1, None)
    assert record["counts"] == {"not_yet_tradable": 0, "pauses": 0, "without_variance": 1}
    assert returns["prediction"].iloc[1] == 0.0


@pytest.fixture(scope="module")
def swings():
    """Returns whose standard deviation changes every 60 days, one forecaster who knows it, and one who does not."""
    days = pd.bdate_range("2015-01-01", periods=601, name="date")
    deviation = np.where(np.arange(600) // 60 % 2, 0.02, 0.005)
    returns = np.random.default_rng(0).normal(size=600) * deviation
    prices = pd.DataFrame({"close": 100 * np.append(1, (1 + returns).cumprod())}, days)
    known = deviation * 100 / np.sqrt(np.pi / 2)
    table = pd.DataFrame({"date": days[1:], "prediction": known, "mean": known.mean(), "truth": abs(returns) * 100})
    return table, prices


def test_who_knows_the_volatility_comes_nearer_to_the_target_and_earns_from_who_does_not(swings):
    record, returns = target_volatility(*swings, how(lag=0, targeting={"sessions": 21}), "mean")
    model, mean, constant = (record["by_forecaster"][name] for name in ("prediction", "mean", "constant"))
    assert model["distance"] < 0.4 * min(mean["distance"], constant["distance"])
    assert model["volatility"] == pytest.approx(0.1, rel=0.1)
    assert record["trade"]["t"] > 3
    assert record["trade"]["mean"] > 0.2
    assert constant["exposure"] == pytest.approx(model["exposure"], rel=0.05)
    realised = rolling_volatility(returns["prediction"], 21)
    assert model["distance"] == pytest.approx((realised - 0.1).abs().mean())


def test_a_trade_of_variances_by_hand():
    """Prices are 2 * 0.5 and 1 * 2 times pi / 2: who says more buys at 1.571, and at 3.142."""
    table = pd.DataFrame({"prediction": [2.0, 1.0], "rival": [0.5, 2.0], "truth": [1.0, 1.0]})
    payoffs = [1 / (np.pi / 2) - 1, -(1 / np.pi - 1)]
    assert variance_trade(table, "rival")["mean"] == pytest.approx(np.mean(payoffs))


def test_a_volatility_of_zero_is_refused(swings):
    table, prices = swings
    with pytest.raises(PortfolioError, match="number above zero. Received: 0 of mean, known on 2015-01-01 .600 of 600"):
        target_volatility(table.assign(mean=0.0), prices, how(), None)
