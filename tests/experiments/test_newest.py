"""The newest rows of a source are those that a later table has of the same date."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from rnn_trading.experiments.newest import (
    LatestError,
    in_old_places,
    newest_index,
    newest_months,
    newest_prices,
    newest_split,
)
from rnn_trading.panels.sequences import build_sequences
from rnn_trading.series.series import window_rows
from rnn_trading.tables.prices import parse_prices
from tests.helpers import panel_to_prices, random_panel

WEEKEND = (5, 6)
LATER = pd.Timestamp("2030-01-01")
DAY = pd.Timedelta(days=1)


@pytest.fixture(scope="module")
def prices():
    panel = random_panel(400, 5, seed=2)
    return parse_prices(panel_to_prices(panel).reset_index(), "mine.csv")[0]


def newest_panel(prices, sequence, until):
    newest = newest_prices(prices, sequence, WEEKEND, LATER, until)
    return newest, build_sequences(newest.source, dataclasses.replace(sequence, until=None), []).panel


@pytest.mark.parametrize("period", ["daily", "weekly"])
@pytest.mark.parametrize("protocol", ["corrected", "as_published"])
def test_windows_of_the_newest_rows_are_those_of_the_whole_table(prices, sequence_of, period, protocol):
    changes = {
        "lags": 8,
        "prices_from": None,
        "returns_from": None,
        "until": None,
        "universe": {"rule": "all"},
        "winsorise": None,
    }
    sequence = sequence_of(protocol, period, **changes)
    whole = build_sequences(prices, sequence, []).panel
    ends = whole.periods[[-30, -17, -8]] if period == "daily" else whole.periods[[-9, -6, -4]]
    for end in ends:
        newest, panel = newest_panel(prices, sequence, end)
        mine, theirs = (np.flatnonzero(each.dates == newest.coming) for each in (panel, whole))
        assert newest.last <= end < newest.coming
        assert len(theirs)
        expected = dict(zip(whole.index[theirs], whole.windows({}, theirs).tolist(), strict=True))
        found = dict(zip(panel.index[mine], panel.windows({}, mine).tolist(), strict=True))
        assert {key: found[key] for key in expected} == expected


def test_what_is_made_up_is_in_no_window(prices, sequence_of):
    sequence = sequence_of("corrected", "daily", lags=8, universe={"rule": "all"}, winsorise=None)
    newest, panel = newest_panel(prices, sequence, None)
    rows = np.flatnonzero(panel.dates == newest.coming)
    windows = panel.windows({}, rows)
    known = prices["adj_close"].unstack("ticker").pct_change(fill_method=None).iloc[-8:]
    np.testing.assert_array_equal(windows, known[panel.tickers[panel.ticker_code[rows]]].to_numpy().T)


def test_a_ticker_without_a_last_price_has_no_newest_row(prices, sequence_of):
    last = prices.index.get_level_values("date").max()
    gone, *others = prices.xs(last, level="date").index
    without = prices.drop((gone, last))
    sequence = sequence_of("corrected", "daily", lags=8, universe={"rule": "all"}, winsorise=None)
    newest, panel = newest_panel(without, sequence, None)
    there = panel.tickers[panel.ticker_code[panel.dates == newest.coming]]
    assert [*there] == others


@pytest.mark.parametrize("period", ["daily", "weekly"])
@pytest.mark.parametrize("fewer", [1, 2, 4, 5])
def test_where_one_feed_is_ahead_or_behind_rows_are_those_of_the_whole_table(prices, sequence_of, period, fewer):
    """Of five tickers some have no price on the last session, or none has; or one of them has a price after it."""
    sequence = sequence_of("corrected", period, lags=8, until=None, universe={"rule": "all"}, winsorise=None)
    every = prices.index.get_level_values("date").unique().sort_values()
    friday = every[every.day_of_week == 4][-3]
    some = prices.index.get_level_values("ticker").unique()[:fewer]
    behind = prices.drop(pd.MultiIndex.from_product([some, [friday]]))
    stray = prices.xs(friday, level="date", drop_level=False).iloc[:1].rename(index={friday: friday + DAY})
    for table in (behind, pd.concat([prices, stray]).sort_index()):
        whole = build_sequences(table, sequence, []).panel
        dates = table.index.get_level_values("date")
        newest, panel = newest_panel(table[dates <= friday + DAY], sequence, None)
        mine = panel.take(panel.dates == newest.coming)
        later = whole.periods[whole.periods > (newest.last if period == "daily" else newest.coming - DAY)]
        theirs = whole.take(whole.dates == later[0])
        assert mine.index.get_level_values("ticker").tolist() == theirs.index.get_level_values("ticker").tolist() != []
        np.testing.assert_array_equal(mine.windows({}), theirs.windows({}))


def test_where_nothing_is_known_that_is_said(prices, sequence_of):
    with pytest.raises(
        LatestError, match=r"No value is there until 1999-12-31: the first is of \d.*latest.until later"
    ):
        newest_panel(prices, sequence_of("corrected", "daily", lags=8, until=None), pd.Timestamp("1999-12-31"))
    dates = prices.index.get_level_values("date").unique().sort_values()
    monday = dates[dates.day_of_week == 0][0]
    two_days = prices[prices.index.get_level_values("date").isin([monday, monday + DAY])]
    with pytest.raises(LatestError, match=rf"No week is over: prices run from {monday:%Y-%m-%d} to "):
        newest_prices(two_days, sequence_of("corrected", "weekly", until=None), WEEKEND, monday + DAY, None)


def test_rows_keep_their_places_and_how_many_they_are(prices, sequence_of):
    sequence = sequence_of("corrected", "daily", lags=8, universe={"rule": "all"}, winsorise=None)
    whole = build_sequences(prices, sequence, []).panel
    end = whole.periods[-20]
    newest, panel = newest_panel(prices, sequence, end)
    days = whole.dates.unique().sort_values()
    parts = np.select([days < days[-60], days < days[-40]], ["train", "validation"], "test")
    split = pd.DataFrame({"split": parts}, index=days)
    trained = whole.index[np.isin(whole.dates, days[-60:])]
    placed, with_made_up = in_old_places(panel, newest_split(split, [newest.coming]), newest.coming, trained)
    part = with_made_up["split"].reindex(placed.dates).to_numpy()
    forecast = placed.take(np.isin(part, ["validation", "test"]))
    assert len(forecast) == len(trained)
    assert forecast.index.is_unique
    kept = (trained.get_level_values("date") == newest.coming) | (trained.get_level_values("date") < days[-40])
    assert forecast.index[kept].equals(trained[kept])
    windows = whole.take(np.isin(whole.dates, days[-60:])).windows({})
    np.testing.assert_array_equal(forecast.windows({})[kept], windows[kept])
    assert np.isfinite(forecast.windows({})).all()
    assert placed.take(part == "train").index.equals(whole.index[whole.dates < days[-60]])


def test_rows_that_were_never_forecast_are_left_where_they_are(prices, sequence_of):
    sequence = sequence_of("corrected", "daily", lags=8, universe={"rule": "all"}, winsorise=None)
    newest, panel = newest_panel(prices, sequence, None)
    split = pd.DataFrame({"split": ["test"]}, index=[newest.coming])
    before = panel.index[panel.dates < newest.coming]
    assert in_old_places(panel, split, newest.coming, before)[0] is panel


def test_an_index_goes_on_through_the_dates_of_its_training():
    days = pd.DatetimeIndex(pd.bdate_range("2022-01-03", periods=12), name="date")
    prices = pd.DataFrame({"close": np.arange(12.0) + 100}, index=days)
    newest = newest_index(prices, WEEKEND, (None, days[7]), 1, days)
    assert newest.source.index.equals(days)
    assert (newest.last, newest.coming) == (days[7], days[8])
    rows = window_rows(newest.source["close"], 3).loc[newest.coming]
    assert rows[["3", "2", "1"]].tolist() == [105.0, 106.0, 107.0]
    assert newest.source["close"].iloc[8:].is_monotonic_increasing


def test_months_that_are_not_published_yet_do_not_count_as_known():
    months = pd.date_range("2020-01-01", periods=5, freq="MS", name="date")
    macro = pd.DataFrame({"a": [1.0, 2, 3, 4, 5], "b": [1.0, 2, 3, np.nan, np.nan]}, index=months)
    newest = newest_months(macro, (None,), 2, months[:0])
    assert (newest.last, newest.coming, len(newest.source)) == (months[2], months[3], 5)
