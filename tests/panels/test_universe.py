"""Which tickers take part, by dollar volume: by hand, and on real prices."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.panels.sequences import build_sequences
from rnn_trading.pipelines.daily_weekly_sequences.nodes import daily_sequences
from rnn_trading.tables.prices import parse_prices
from tests.helpers import ONCE, REAL_DATA, changed, panel_to_prices, random_panel
from tests.panels.test_sequences import small


def test_universe_is_as_of_the_date(sequence_of, last_dates):
    panel = random_panel(80, 3, seed=5)
    volume = panel * 0 + [9.0, 5.0, 1.0]
    volume.iloc[50:, 2] = 1e6
    sequence = small(sequence_of, "corrected", universe={"rule": "most_traded_to_date", "size": 1, "sessions": 3})
    result = build_sequences(panel_to_prices(panel, volume), sequence, [last_dates])
    # T002 leads the volume from session 50. The mean rank of three sessions it leads from 52 (on 51 it ties with
    # T000 at 5/3, and the tie goes to the first), so that the row of session 53 is the first to know.
    assert result.table.loc["T002"].index[0] == panel.index[53]
    assert result.report["rows_removed"]["outside_universe"] > 0


def test_published_and_corrected_universe_by_hand(sequence_of, last_dates):
    """A is traded most on 15 days, then B on 25, C never: one place, and who has it on which dates."""
    panel = random_panel(40, 3, seed=9, start="2010-01-04") * 0 + np.linspace(10, 11, 40)[:, None]
    volume = panel * 0 + [8.0, 4.0, 2.0]
    volume.iloc[15:] = [4.0, 9.0, 2.0]
    prices = panel_to_prices(panel, volume)

    def first_and_last(protocol, **universe):
        sequence = small(sequence_of, protocol, entry_lag=0, universe={"size": 1, "presence": 0.9} | universe)
        index = daily_sequences(prices, sequence, changed(last_dates, purge=0), ONCE)["returns_daily"].index
        dates = index.to_frame(index=False).groupby("ticker")["date"]
        return {ticker: (days.min(), days.max()) for ticker, days in dates}

    # As published, mean ranks are 1 + 25 / 40 of A and 1 + 15 / 40 of B, which has every date: also before it led.
    # The first return is that of 1, so that the first row with two lags is that of 3.
    published = first_and_last("as_published", rule="most_traded")
    assert published == {"T001": (panel.index[3], panel.index[39])}
    # Of five sessions B leads in three from 17 on: the row of 18 is the first to know.
    corrected = first_and_last("corrected", rule="most_traded_to_date", sessions=5)
    assert corrected == {"T000": (panel.index[3], panel.index[17]), "T001": (panel.index[18], panel.index[39])}


@pytest.fixture(scope="module")
def real_prices():
    """189 tickers in two and a half years that hold the crisis of 2008."""
    if not REAL_DATA.is_dir():
        pytest.skip("the real price panel is not beside this checkout")
    columns = ["date", "ticker", "adj_close", "adj_volume"]
    raw = pd.read_parquet(REAL_DATA / "us_stocks_daily_2007_2017.parquet", columns=columns)
    some = sorted(raw["ticker"].unique())[::8]
    return parse_prices(raw[raw["ticker"].isin(some) & (raw["date"] < pd.Timestamp("2009-07-01"))], "real prices")[0]


def members(table):
    """Tickers of each date."""
    return table.index.to_frame(index=False).groupby("date")["ticker"].agg(frozenset)


def test_the_universe_of_real_prices_changes_with_the_date_and_knows_no_future(real_prices, sequence_of, last_dates):
    sequence = sequence_of("corrected", "daily", winsorise=None, universe={"size": 40})
    assert sequence.universe.rule == "most_traded_to_date"
    result = build_sequences(real_prices, sequence, [last_dates])
    by_date = members(result.table)
    assert by_date.map(len).max() <= 40
    assert len(by_date.iloc[0] - by_date.iloc[-1]) > 0
    assert len(by_date.iloc[-1] - by_date.iloc[0]) > 0
    # Who is traded most after a day does not change who was in until that day.
    day = by_date.index[len(by_date) // 2]
    other = real_prices.copy()
    later = other.index.get_level_values("date") >= day
    other.loc[later, "adj_volume"] = np.random.default_rng(1).uniform(1, 1e9, later.sum())
    after = members(build_sequences(other, sequence, [last_dates]).table)
    pd.testing.assert_series_equal(after[:day], by_date[:day])
    assert not after[day:].iloc[1:].equals(by_date[day:].iloc[1:])


def test_the_published_universe_of_real_prices_is_one_for_all_dates_and_knows_the_future(
    real_prices, sequence_of, last_dates
):
    sequence = sequence_of("as_published", "daily", prices_from=None, until=None, winsorise=None, universe={"size": 40})
    assert sequence.universe.rule == "most_traded"

    def tickers(prices):
        return set(build_sequences(prices, sequence, [last_dates]).table.index.unique("ticker"))

    assert len(tickers(real_prices)) == 40
    other = real_prices.copy()
    later = other.index.get_level_values("date") >= pd.Timestamp("2009-01-01")
    other.loc[later, "adj_volume"] = np.random.default_rng(1).uniform(1, 1e9, later.sum())
    assert tickers(other) != tickers(real_prices)
