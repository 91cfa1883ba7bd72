"""Sequence tables: numbers by hand, parity with the slow published construction, and no look into the future."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from rnn_trading.panels.sequences import build_sequences
from rnn_trading.pipelines.daily_weekly_sequences.nodes import daily_sequences, weekly_sequences
from rnn_trading.splits.walk_forward import WalkForwardParameters, training_until
from tests.helpers import ONCE, changed, panel_to_prices, random_panel
from tests.reference import published_daily, published_weekly

DATES = pd.bdate_range("2010-01-04", periods=7)
# Returns of A: +10 %, -50 %, +100 %, 0 %, +50 %, -20 %. B has no price on the third day.
HAND = pd.DataFrame(
    {
        "A": [100.0, 110.0, 55.0, 110.0, 110.0, 165.0, 132.0],
        "B": [10.0, 11.0, np.nan, 12.1, 12.1, 24.2, 48.4],
    },
    index=DATES,
)


def small(sequence_of, protocol, **changes):
    """Two lags, daily, every ticker, nothing clipped unless a test asks for it."""
    defaults = {"lags": 2, "winsorise": None, "universe": {"rule": "all"}, "prices_from": None, "until": None}
    return sequence_of(protocol, "daily", **(defaults | changes))


def rows(table):
    return {
        (ticker, f"{day:%m-%d}"): [round(value, 10) for value in values]
        for (ticker, day), values in zip(table.index, table.to_numpy(), strict=True)
    }


def test_published_windows_by_hand(sequence_of, last_dates):
    result = build_sequences(panel_to_prices(HAND), small(sequence_of, "as_published"), [last_dates])
    assert result.table.columns.tolist() == ["0", "1", "2"]  # newest first: label, then lag 1, lag 2
    # The row of 01-07 would need the missing first return; 01-06 is the published loop's omission.
    assert rows(result.table) == {
        ("A", "01-07"): [1.0, -0.5, 0.1],
        ("A", "01-08"): [0.0, 1.0, -0.5],
        ("A", "01-11"): [0.5, 0.0, 1.0],
        ("A", "01-12"): [-0.2, 0.5, 0.0],
        ("B", "01-07"): [0.1, 0.0, 0.1],  # the gap is filled with the last price: returns 0 and 10 %
        ("B", "01-08"): [0.0, 0.1, 0.0],
        ("B", "01-11"): [1.0, 0.0, 0.1],
        ("B", "01-12"): [1.0, 1.0, 0.0],
    }
    flagged = result.flags[result.flags["missing_price"]].index
    assert [f"{ticker} {day:%m-%d}" for ticker, day in flagged] == ["B 01-07", "B 01-08", "B 01-11"]


def test_corrected_windows_by_hand(sequence_of, last_dates):
    sequence = small(sequence_of, "corrected", entry_lag=0)
    result = build_sequences(panel_to_prices(HAND), sequence, [changed(last_dates, purge=0)])
    assert result.table.columns.tolist() == ["0", "2", "1"]  # label apart, then oldest first
    assert rows(result.table) == {
        ("A", "01-07"): [1.0, 0.1, -0.5],
        ("A", "01-08"): [0.0, -0.5, 1.0],
        ("A", "01-11"): [0.5, 1.0, 0.0],
        ("A", "01-12"): [-0.2, 0.0, 0.5],
        ("B", "01-12"): [1.0, 0.0, 1.0],  # the first window without the gap and the return across it
    }
    removed = result.report["rows_removed"]
    assert removed["before_first_price"] == 2  # 01-06 of A and of B
    assert removed["missing_price"] == 3  # B on 01-07, 01-08 and 01-11
    assert sum(removed.values()) + len(result.table) == 10


def test_entry_lag_earns_the_return_of_the_next_session(sequence_of, last_dates):
    sequence = small(sequence_of, "corrected", entry_lag=1)
    result = build_sequences(panel_to_prices(HAND), sequence, [last_dates])
    # The row of 01-08 has seen closes to 01-07, buys at the close of 01-08 and sells at that of 01-11: +50 %.
    assert rows(result.table)["A", "01-08"] == [0.5, -0.5, 1.0]
    assert ("A", "01-12") not in rows(result.table)  # its exit lies after the data


def test_weekly_returns_are_of_the_last_price_of_a_week(sequence_of, last_dates):
    dates = pd.to_datetime(["2010-01-08", "2010-01-13", "2010-01-14", "2010-01-22", "2010-01-29", "2010-02-05"])
    panel = pd.DataFrame({"A": [10.0, 5.0, 20.0, 30.0, 15.0, 15.0], "B": [1.0, 1, 2, 2, 4, 8]}, index=dates)
    sequence = sequence_of("corrected", "weekly", lags=2, entry_lag=0, winsorise=None, stale={"after_sessions": 3})
    split = changed(last_dates, purge=0)
    table = weekly_sequences(panel_to_prices(panel), sequence, split, ONCE, split, ONCE)["returns_weekly"]
    assert table.columns.tolist() == ["fwd_returns", "2", "1", "label"]
    assert rows(table) == {
        ("A", "01-31"): [-0.5, 1.0, 0.5, 0.0],  # Sundays; 20 / 10, 30 / 20, then 15 / 30
        ("A", "02-07"): [0.0, 0.5, -0.5, 0.0],
        ("B", "01-31"): [1.0, 1.0, 0.0, 1.0],
        ("B", "02-07"): [1.0, 0.0, 1.0, 1.0],
    }


def test_clipping_bounds_come_from_training_rows_alone(sequence_of, last_dates):
    panel = random_panel(60, 3, seed=1)
    sequence = small(sequence_of, "corrected", winsorise={"lower": 0.1, "upper": 0.9})
    raw = build_sequences(panel_to_prices(panel), changed(sequence, winsorise=None), [last_dates])
    until = training_until(raw.table.index.get_level_values("date"), last_dates, WalkForwardParameters())
    training = raw.table[raw.table.index.get_level_values("date") <= until]
    clipped = build_sequences(panel_to_prices(panel), sequence, [last_dates])
    for lag in ("1", "2"):
        lower, upper = np.quantile(training[lag], [0.1, 0.9])
        assert clipped.report["clipped_at"][lag] == [lower, upper]
        assert clipped.table[lag].min() == lower
        assert clipped.table[lag].max() == upper
    # The label is never clipped, and bounds follow the shorter of several training samples.
    pd.testing.assert_series_equal(clipped.table["0"], raw.table["0"])
    earlier = changed(
        last_dates,
        validation_from=pd.Timestamp("2009-02-01").date(),
        test_from=pd.Timestamp("2009-02-15").date(),
    )
    both = build_sequences(panel_to_prices(panel), sequence, [last_dates, earlier])
    alone = build_sequences(panel_to_prices(panel), sequence, [earlier])
    assert both.report["clipped_at"] == alone.report["clipped_at"]


@pytest.mark.parametrize("seed", range(4))
def test_as_published_weekly_equals_the_slow_construction(sequence_of, last_dates, seed):
    panel = random_panel(600, 6, seed, start="2007-11-01", gaps=0.05)
    panel.iloc[400:, 0] = np.nan  # dies: its returns are zero for ever
    panel.iloc[:120, 1] = np.nan  # listed after 2008 began: never in the published table
    prices = panel_to_prices(panel)
    ours = weekly_sequences(prices, sequence_of("as_published", "weekly", lags=7), *(last_dates, ONCE) * 2)
    expected = published_weekly(prices, lags=7).rename(columns=str)
    pd.testing.assert_frame_equal(ours["returns_weekly"], expected, check_exact=True, check_index_type=False)
    assert "T001" not in expected.index
    assert (expected.loc["T000", "fwd_returns"].iloc[-10:] == 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_as_published_daily_equals_the_slow_construction(sequence_of, last_dates, seed):
    panel = random_panel(300, 8, seed, start="2009-11-01", gaps=0.02)
    panel.iloc[:100, 3] = np.nan  # present on too few dates
    volume = pd.DataFrame(np.random.default_rng(seed).uniform(1, 9, panel.shape), panel.index, panel.columns)
    prices = panel_to_prices(panel, volume.where(panel.notna()))
    sequence = sequence_of("as_published", "daily", lags=5, universe={"size": 4})
    ours = daily_sequences(prices, sequence, last_dates, ONCE)
    expected = published_daily(prices, lags=5, most_traded=4).rename(columns=str)
    pd.testing.assert_frame_equal(ours["returns_daily"], expected, check_exact=True, check_index_type=False)
    assert expected.index.unique("ticker").size == 4
    assert "T003" not in expected.index


def test_published_sizes(sequence_of, last_dates):
    """T + 1 columns; n - T - 1 windows of n periods: 2,013 sessions and 522 weeks give the published counts."""
    weeks = pd.date_range("2007-12-30", "2017-12-31", freq="W")
    panel = pd.DataFrame(
        np.random.default_rng(0).lognormal(size=(len(weeks), 3)).cumsum(axis=0),
        index=weeks,
        columns=list("ABC"),
    )
    weekly = weekly_sequences(panel_to_prices(panel), sequence_of("as_published", "weekly"), *(last_dates, ONCE) * 2)
    assert weekly["returns_weekly"].shape == (3 * 1_167_341 // 2489, 54)
    sessions = pd.bdate_range(end="2017-12-29", periods=2013)
    panel = pd.DataFrame(
        np.random.default_rng(0).lognormal(size=(2013, 3)).cumsum(axis=0), index=sessions, columns=list("ABC")
    )
    sequence = sequence_of("as_published", "daily")
    daily = daily_sequences(panel_to_prices(panel, volume=1.0), sequence, last_dates, ONCE)["returns_daily"]
    assert daily.shape == (3 * (2013 - 21 - 1), 22)


@pytest.mark.parametrize(
    ("policy", "last_date", "last_label"),
    # The last price is that of session 29, so the last row with a sale is that of session 28: bought on 28, sold
    # on 29. With a terminal price of 70 % the row of session 29 has one too.
    [("drop", 28, None), ("terminal_return", 29, -0.3), ("keep", 58, 0.0)],
)
def test_policies_for_a_ticker_that_dies(sequence_of, last_dates, policy, last_date, last_label):
    panel = random_panel(60, 3, seed=2)
    panel.iloc[30:, 0] = np.nan
    sequence = small(sequence_of, "corrected", stale={"policy": policy}, entry_lag=1)
    result = build_sequences(panel_to_prices(panel), sequence, [last_dates])
    dead = result.table.loc["T000"]
    assert dead.index[-1] == panel.index[last_date]
    if last_label is not None:
        assert dead["0"].iloc[-1] == pytest.approx(last_label)
    if policy != "keep":
        # To session 59, and the last row of the two others, whose sale would come after the data.
        assert result.report["rows_removed"]["after_last_price"] == 59 - last_date + 2


def test_a_weekly_holder_of_a_dead_ticker_is_left_with_the_terminal_price(sequence_of, last_dates):
    panel = random_panel(60, 3, seed=8, start="2009-01-05")
    panel.iloc[32:, 0] = np.nan  # last price on a Tuesday, session 31
    sequence = sequence_of("corrected", "weekly", lags=2, winsorise=None, stale={"policy": "terminal_return"})
    result = build_sequences(panel_to_prices(panel), sequence, [last_dates])
    dead = result.table.loc["T000", "0"]
    # Bought on the Monday of the week of the death, session 30; what is left is 70 % of the last price.
    assert dead.index[-1] == panel.index[30] + pd.Timedelta(days=6)
    assert dead.iloc[-1] == pytest.approx(0.7 * panel.iloc[31, 0] / panel.iloc[30, 0] - 1)


def test_stale_windows_leave_and_are_counted(sequence_of, last_dates):
    panel = random_panel(60, 3, seed=3)
    panel.iloc[20:30, 1] = panel.iloc[20, 1]  # stale from session 25 on, five unchanged closes later
    sequence = small(sequence_of, "corrected", entry_lag=0)
    result = build_sequences(panel_to_prices(panel), sequence, [last_dates])
    # Sessions 25 to 29 are stale; windows of 2 lags and a label touch them on sessions 25 to 31.
    assert result.report["rows_removed"]["stale_price"] == 7
    gone = panel.index[25:32]
    assert not result.table.loc["T001"].index.isin(gone).any()
    kept = build_sequences(
        panel_to_prices(panel), changed(sequence, stale=changed(sequence.stale, policy="keep")), [last_dates]
    )
    flagged = kept.flags.loc["T001"]
    assert flagged.index[flagged["stale_price"]].tolist() == gone.tolist()


def test_extreme_returns_and_reused_symbols_survive_and_are_flagged(sequence_of, last_dates):
    panel = random_panel(200, 3, seed=4)
    panel.iloc[100:, 0] *= 6  # a daily return near 500 %
    panel.iloc[50:130, 1] = np.nan  # a reused symbol: no return crosses the gap
    panel.iloc[130:, 1] *= 50
    result = build_sequences(panel_to_prices(panel), small(sequence_of, "corrected"), [last_dates])
    # Bought on session 99 and sold on 100 it is the label of row 99; rows 101 and 102 have it as lag 1 and 2.
    extreme = result.flags.loc["T000", "extreme_return"]
    assert extreme.index[extreme].tolist() == panel.index[[99, 101, 102]].tolist()
    assert result.table.loc[("T000", panel.index[99]), "0"] > 3
    assert result.table.loc["T001", "0"].max() < 0.2
    assert not result.flags.loc["T001"].any(axis=None)


def test_a_price_missing_on_the_day_of_the_trade_is_flagged_where_it_does_not_drop(sequence_of, last_dates):
    panel = random_panel(60, 3, seed=9, start="2009-01-05")
    panel.iloc[24, 0] = np.nan  # a Friday: the week still has a last price, the trade has none
    kept, dropped = (
        build_sequences(
            panel_to_prices(panel),
            sequence_of("corrected", "weekly", lags=2, entry_lag=0, winsorise=None, stale={"policy": policy}),
            [last_dates],
        )
        for policy in ("keep", "drop")
    )
    gone = kept.table.index.difference(dropped.table.index)
    assert len(gone) == 2  # sold, then bought on that Friday
    assert kept.flags.loc[gone, "missing_price"].all()


def test_thin_sessions_are_no_sessions(sequence_of, last_dates):
    """A stray Saturday row of one ticker, and a day on which a feed lost four of five, cost nobody a window."""
    panel = random_panel(60, 5, seed=10)
    stray = panel.iloc[[21]].set_axis([panel.index[21] + pd.Timedelta(days=1)])  # after a Friday
    stray.iloc[0, 1:] = np.nan
    lost = panel.copy()
    lost.iloc[40, :4] = np.nan
    lost = pd.concat([lost, stray]).sort_index()
    sequence = small(sequence_of, "corrected")
    result = build_sequences(panel_to_prices(lost), sequence, [last_dates])
    assert result.report["thin_sessions"] == [f"{stray.index[0]:%Y-%m-%d}", f"{panel.index[40]:%Y-%m-%d}"]
    assert result.report["rows_removed"]["missing_price"] == 0
    sequence = changed(sequence, session_presence=0.0)
    every_date = build_sequences(panel_to_prices(lost), sequence, [last_dates])
    assert every_date.report["rows_removed"]["missing_price"] > 30


def test_quantile_bounds_by_hand(sequence_of, last_dates):
    closes = [1.0, 2, 1, 2, 4, 4, 2, 1, 2, 2, 1]  # returns 1, -.5, 1, 1, 0, -.5, -.5, 1, 0, -.5
    panel = pd.DataFrame({"A": closes, "B": closes}, index=pd.bdate_range("2010-01-04", periods=11))
    split = changed(last_dates, purge=0)

    def bounds(fitted_on):
        clip = {"lower": 0.4, "upper": 0.6, "first_lag": 1, "last_lag": 2, "fitted_on": fitted_on}
        sequence = small(sequence_of, "corrected", winsorise=clip, entry_lag=0)
        return build_sequences(panel_to_prices(panel), sequence, [split]).report["clipped_at"]

    # Eight rows of two tickers: lag 1 is six times -.5, four times 0, six times 1; the quantiles of 16 values
    # are those at .4 * 15 = 6 and .6 * 15 = 9, counted from 0. Lag 2 is six times -.5, twice 0, eight times 1.
    assert bounds("all") == {"1": [0.0, 0.0], "2": [0.0, 1.0]}
    # The last two rows are validation and test (15 % of 8 dates is 1 each): six times -.5, twice 0, four times
    # 1, at .4 * 11 = 4.4 and .6 * 11 = 6.6. Lag 2 there is four times -.5, twice 0, six times 1.
    assert bounds("train") == {"1": [-0.5, 0.0], "2": [0.0, 1.0]}


def test_a_purge_shorter_than_the_entry_lag_is_refused(sequence_of, last_dates):
    sequence = small(sequence_of, "corrected", entry_lag=2)
    with pytest.raises(ValueError, match=r"expected split.purge, .* of at least 2. Received: 1"):
        build_sequences(panel_to_prices(HAND), sequence, [last_dates])


def test_no_volume_and_too_few_tickers_are_said(sequence_of, last_dates):
    panel = random_panel(80, 3, seed=6)
    for protocol in ("corrected", "as_published"):
        sequence = sequence_of(protocol, "daily", lags=3, prices_from=None, until=None)
        without = build_sequences(panel_to_prices(panel), sequence, [last_dates]).report["universe"]
        few = build_sequences(panel_to_prices(panel, 1.0), sequence, [last_dates]).report["universe"]
        rule = f"3 of 3 tickers by the rule {sequence.universe.rule!r}"
        assert without == f"{rule}; the prices have no volume, so presence alone decides"
        assert few == f"{rule}; 500 were asked for"


# Shrinking a failure would take minutes; the generated case is readable as it is.
@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    st.integers(12, 70),
    st.integers(0, 10_000),
    st.sampled_from(["daily", "weekly"]),
    st.sampled_from(["drop", "terminal_return"]),
    st.booleans(),
)
def test_no_price_after_a_date_changes_an_input_of_that_date(
    sequence_of, last_dates, cut, seed, period, policy, remove
):
    """Alter, or remove, every price after a date: what rows of that date or before have seen stays, to the bit.

    Without clipping, whose bounds are a function of all training rows.
    """
    panel = random_panel(80 if period == "daily" else 200, 4, seed, gaps=0.02)
    volume = pd.DataFrame(np.random.default_rng(seed).uniform(1, 9, panel.shape), panel.index, panel.columns)
    cut = cut if period == "daily" else 2 * cut
    day = panel.index[cut]
    altered, altered_volume = panel.copy(), volume.copy()
    later = slice(cut + 1, None)
    noise = np.random.default_rng(seed + 1)
    altered.iloc[later] *= noise.uniform(0.2, 5, altered.iloc[later].shape)
    altered_volume.iloc[later] *= noise.uniform(0.2, 5, altered.iloc[later].shape)
    if remove:
        altered.iloc[later, 0] = np.nan
    sequence = sequence_of(
        "corrected",
        period,
        lags=3,
        winsorise=None,
        stale={"policy": policy},
        universe={"rule": "most_traded_to_date", "size": 2, "sessions": 10},
    )
    lags = ["3", "2", "1"]

    def seen(prices, volumes):
        result = build_sequences(panel_to_prices(prices, volumes.where(prices.notna())), sequence, [last_dates])
        table = result.table[lags]
        return table[table.index.get_level_values("date") <= day]

    before, after = seen(panel, volume), seen(altered, altered_volume)
    # Labels reach past the date: a row may come or go at the edge because its return does not exist any more.
    common = before.index.intersection(after.index)
    pd.testing.assert_frame_equal(before.loc[common], after.loc[common], check_exact=True)
    edge = before.index.symmetric_difference(after.index)
    span = pd.Timedelta(days=14 if period == "weekly" else 6)
    assert (edge.get_level_values("date") > day - span).all()


@pytest.mark.parametrize(
    ("panel", "changes", "message"),
    [
        (random_panel(20, 3, 0), {}, "21 lags need prices in at least 24 periods. Received 20"),
        (random_panel(60, 3, 0) * 0 + 5.0, {}, "No daily row is left: .*stale_price removed"),
        (random_panel(60, 3, 0), {"prices_from": "2030-01-01"}, "Received 0 between 2030-01-01 and the end"),
    ],
)
def test_too_little_is_an_error_that_says_what_to_do(sequence_of, last_dates, panel, changes, message):
    with pytest.raises(ValueError, match=message):
        build_sequences(panel_to_prices(panel), sequence_of("corrected", "daily", **changes), [last_dates])


def test_an_empty_universe_is_an_error(sequence_of, last_dates):
    panel = random_panel(300, 2, 0, start="2010-01-04")
    panel.iloc[:150, 0] = panel.iloc[150:, 1] = np.nan  # nobody is there on 95 % of the dates
    with pytest.raises(ValueError, match="No ticker passes universe.rule='most_traded' over 300 periods"):
        build_sequences(panel_to_prices(panel), sequence_of("as_published", "daily"), [last_dates])
