"""Sessions that say nothing new are left out, and what is left is as it was."""

import numpy as np
import pandas as pd
import pytest

from tests.helpers import panel_to_prices
from tests.tables.days import NOTHING, WEEKS, check, filled, on, panel, refusal


@pytest.mark.parametrize("tickers", [1, 2, 20])
def test_filled_weekends_and_holidays_are_left_out_and_the_rest_is_as_it_was(tickers):
    holidays = pd.DatetimeIndex(["2016-01-18", "2016-02-15", "2016-03-25", "2016-05-30", "2016-09-05", "2016-12-26"])
    prices = panel(on(WEEKS, 0, 1, 2, 3, 4).difference(holidays), tickers)
    left, reading = check(filled(prices, "D"))
    pd.testing.assert_frame_equal(left, panel_to_prices(prices), check_index_type=False)
    assert reading.counts == NOTHING | {"repeated_weekend_sessions": 102, "repeated_sessions": 6}
    assert (
        "108 of 362 sessions (29.8%), 102 of them on Saturdays or Sundays, repeat the prices of the session before, the"
        in refusal(filled(prices, "D"), repeated_sessions="refuse")
    )
    kept, reading = check(filled(prices, "D"), repeated_sessions="keep")
    assert len(kept) == 362 * tickers
    assert reading.counts == NOTHING


def test_filled_holidays_alone_are_left_out_where_several_tickers_cannot_all_stand_still():
    holidays = pd.DatetimeIndex(["2016-01-18", "2016-02-15", "2016-03-25", "2016-05-30", "2016-09-05", "2016-12-26"])
    prices = panel(on(WEEKS, 0, 1, 2, 3, 4).difference(holidays), 20)
    left, reading = check(filled(prices, "B"))
    pd.testing.assert_frame_equal(left, panel_to_prices(prices), check_index_type=False)
    assert reading.counts == NOTHING | {"repeated_sessions": 6}
    message = refusal(filled(prices, "B"), repeated_sessions="refuse")
    assert "6 of 260 sessions (2.3%), 0 of them on Saturdays or Sundays, repeat" in message


def test_prices_in_coarse_ticks_stand_still_and_are_kept():
    coarse = panel(on(WEEKS, 0, 1, 2, 3, 4), 2).div(4).round(0).mul(4)
    still = (coarse.diff() == 0).all(axis=1).sum()
    assert still > 10
    left, reading = check(coarse)
    assert len(left) == 2 * len(coarse)
    assert reading.counts == NOTHING


def index(closes: pd.Series, **columns) -> pd.DataFrame:
    return pd.DataFrame({"close": closes.to_numpy()} | columns, index=closes.index.rename("date"))


def test_one_unchanged_close_of_an_index_is_no_holiday():
    closes = panel(on(WEEKS, 0, 1, 2, 3, 4), 1)["T0"]
    closes.iloc[[50, 90]] = closes.iloc[[49, 89]].to_numpy()
    assert len(check(index(closes))[0]) == len(closes)
    assert len(check(index(closes.iloc[45:55]))[0]) == 10


def test_a_repeated_saturday_says_nothing_of_other_days():
    closes = panel(on(WEEKS, 0, 1, 2, 3, 4), 1)["T0"]
    closes.iloc[[50, 90]] = closes.iloc[[49, 89]].to_numpy()
    closes.loc[pd.Timestamp("2016-05-07")] = closes.loc["2016-05-06"]
    left, reading = check(index(closes.sort_index()))
    assert len(left) == 260
    assert reading.counts == NOTHING | {"repeated_weekend_sessions": 1}


def test_an_index_that_is_shifted_and_filled_has_no_friday():
    closes = panel(on(WEEKS, 0, 1, 2, 3, 4), 1)["T0"]
    moved = closes.set_axis(closes.index - pd.Timedelta(days=1))
    assert "most of these weeks have no Friday" in refusal(index(filled(moved, "D")))


def test_an_index_that_was_carried_over_new_year_was_filled_up():
    days = pd.bdate_range("2012-01-03", "2016-12-30")
    closed = days[(days.month == 1) & (days.day == 1) | (days.month == 12) & (days.day == 25)]
    closes = panel(days.difference(closed), 1)["T0"]
    left, reading = check(index(filled(closes, "B")))
    pd.testing.assert_frame_equal(left, index(closes))
    assert reading.counts == NOTHING | {"repeated_sessions": len(closed)}


def test_volumes_and_ranges_tell_an_unchanged_close_from_a_filled_day():
    closes = filled(panel(on(WEEKS, 0, 1, 2, 3, 4), 1)["T0"], "D")
    resting = closes.index.day_of_week > 4
    flat = index(closes, high=closes + ~resting, low=closes - ~resting, volume=np.where(resting, 0.0, 9.0))
    assert check(flat)[1].counts == NOTHING | {"repeated_weekend_sessions": 102}
    still = panel(on(WEEKS, 0, 1, 2, 3, 4), 3)
    still.iloc[[50, 90]] = still.iloc[[49, 89]].to_numpy()
    assert check(still)[1].counts == NOTHING | {"repeated_sessions": 2}
    volumes = still.mul(0).add(np.arange(len(still)) + 1.0, axis=0)
    assert check(panel_to_prices(still, volumes))[1].counts == NOTHING


def test_filled_shares_beside_a_market_that_never_closes():
    shares, coin = filled(panel(on(WEEKS, 0, 1, 2, 3, 4), 2), "D"), panel(WEEKS[: 5 + 7 * 51], 1, seed=1)["T0"]
    left, reading = check(shares.assign(coin=coin))
    assert left.loc["coin"].index.tolist() == coin.index.tolist()
    assert left.loc["T0"].index.day_of_week.max() == 4
    assert reading.counts == NOTHING | {"repeated_weekend_sessions": 102}


def test_weekends_on_a_line_between_their_neighbours_are_no_market():
    prices = panel(on(WEEKS, 0, 1, 2, 3, 4)).resample("D").interpolate()
    assert "and lie on straight lines between those around them" in refusal(prices)
    left, _ = check(prices, weekends="leave_out")
    assert left.index.unique("date").day_of_week.max() == 4


def test_shifted_days_are_found_under_filled_ones():
    prices = panel(on(WEEKS, 0, 1, 2, 3, 4))
    for shift in (-1, 1):
        moved = prices.set_axis(prices.index + pd.Timedelta(days=shift))
        assert "look shifted by a time zone" in refusal(filled(moved, "D"))
    left, reading = check(filled(panel(on(WEEKS, 6, 0, 1, 2, 3)), "D"), rest_days="Friday Saturday")
    assert set(left.index.unique("date").day_of_week) == {6, 0, 1, 2, 3}
    assert reading.counts == NOTHING | {"repeated_weekend_sessions": 102}


def test_sundays_that_were_filled_beside_saturdays_that_were_not():
    prices = panel(on(WEEKS, 0, 1, 2, 3, 4, 5))
    left, reading = check(filled(prices, "D"))
    pd.testing.assert_frame_equal(left, panel_to_prices(prices), check_index_type=False)
    assert reading.counts == NOTHING | {"repeated_weekend_sessions": 51}


def test_a_panel_that_never_moves_is_left_to_the_checks_of_stale_prices():
    still = panel(on(WEEKS, 0, 1, 2, 3, 4)) * 0 + 5
    assert len(check(still)[0]) == 3 * len(still)
    left, reading = check(filled(still, "D"))
    assert len(left) == 3 * len(still)
    assert reading.counts == NOTHING | {"repeated_weekend_sessions": 102}
