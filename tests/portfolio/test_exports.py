"""What other tools make of the same forecasts."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.portfolio.exports import alphalens_frame, qlib_predictions, return_series, write_qlib_predictions
from rnn_trading.portfolio.forecasts import take_scores
from rnn_trading.portfolio.holding import holdings_of, market_of
from rnn_trading.portfolio.information import coefficients, earned_returns, quantile_returns
from tests.portfolio.by_hand import FORECASTS, PRICES, table_of

DAYS = pd.bdate_range("2020-01-06", periods=40, name="date")


@pytest.fixture(scope="module")
def panel():
    """Ten names, one of which vanishes; forecasts of every session."""
    draw = np.random.default_rng(0)
    tickers = pd.Index([f"T{number}" for number in range(10)], name="ticker")
    prices = pd.DataFrame(100 * np.exp(draw.normal(0, 0.02, (40, 10)).cumsum(axis=0)), DAYS, tickers)
    prices.iloc[20:, 3] = np.nan
    market = market_of(table_of(prices), 0.0, 3, -0.3)
    told = pd.DataFrame(draw.normal(size=(30, 10)), DAYS[:30], tickers).where(prices.iloc[:30].notna())
    table = told.rename_axis(index="date").stack().dropna().rename("prediction").reset_index()
    return take_scores(table, market.sessions, tickers, "known").table, market


def test_coefficients_and_quantiles_are_those_of_alphalens(panel, capsys):
    from alphalens import performance

    scores, market = panel
    holdings = holdings_of(pd.DatetimeIndex(scores["known"].unique()), market.sessions, 1)
    earned = earned_returns(scores, market, holdings)
    frame = alphalens_frame(scores, market, lag=1, periods=(1,), quantiles=5)
    capsys.readouterr()
    # The day on which the name is entered that is gone on the next: it earned its terminal return.
    last = frame.xs("T3", level="asset")["1D"].iloc[-1]
    assert last == pytest.approx(-0.3)
    theirs = performance.factor_information_coefficient(frame)["1D"]
    ours = coefficients(earned)["ic"].loc[theirs.index]
    assert ours.to_numpy() == pytest.approx(theirs.to_numpy())
    whole = [day for day, names in earned.groupby("date")["ticker"].nunique().items() if names == 10]
    means, _ = performance.mean_return_by_quantile(frame, by_date=True, demeaned=False)
    by_quantile = means["1D"].unstack("factor_quantile").loc[whole]
    assert quantile_returns(earned, 5).loc[whole].to_numpy() == pytest.approx(by_quantile.to_numpy())
    assert len(whole) > 15


def test_returns_go_to_quantstats_and_skfolio(quantstats):
    from skfolio import Portfolio

    table = pd.DataFrame({"net": [0.01, -0.02, np.nan], "index": 0.0}, DAYS[:3])
    series = return_series(table, name="mine")
    assert series.name == "mine"
    assert quantstats.stats.comp(series) == pytest.approx(1.01 * 0.98 - 1)
    assert Portfolio(series.to_frame(), [1.0]).returns.tolist() == [0.01, -0.02]


def test_scores_go_to_qlib_dated_by_when_they_were_known(tmp_path):
    """Of the Sunday's week: known on the Friday before it."""
    week = FORECASTS.assign(date=pd.Timestamp("2020-01-12")).drop_duplicates("ticker")
    sessions = pd.bdate_range("2020-01-02", "2020-01-10")
    scores = take_scores(week, sessions, PRICES.columns, "week").table
    write_qlib_predictions(scores, tmp_path / "pred.pkl")
    read = pd.read_pickle(tmp_path / "pred.pkl")
    assert read.index.names == ["datetime", "instrument"]
    assert read.columns.tolist() == ["score"]
    assert read.loc[(pd.Timestamp("2020-01-03"), "A"), "score"] == 4.0
    assert read.equals(qlib_predictions(scores))
