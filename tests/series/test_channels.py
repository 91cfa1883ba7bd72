"""What a network sees of each day."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from rnn_trading.series.channels import channels_of, known_of_days, known_size

DAYS = pd.date_range("2020-01-01", periods=6, name="date")
CLOSES = pd.DataFrame({"value": [100.0, 110.0, 99.0, 99.0, 108.9, 98.01]}, index=DAYS)
PRICES = pd.DataFrame(
    {"close": CLOSES["value"], "high": 110.0, "low": 100.0, "volume": [0.0, 1, 2, 3, 4, 5]}, index=DAYS
)


def test_changes_by_hand():
    table = channels_of(CLOSES, None, ("changes", "sizes")).table
    np.testing.assert_allclose(table["changes"], [0, 10, -10, 0, 10, -10])
    np.testing.assert_allclose(table["sizes"], [0, 10, 10, 0, 10, 10])


def test_signed_returns_are_the_changes_of_absolute_ones():
    series = pd.DataFrame({"value": [1.0, 2.0], "return": [1.0, -2.0]}, index=DAYS[:2])
    table = channels_of(series, None, ("changes", "sizes")).table
    assert table["changes"].tolist() == [1.0, -2.0]
    assert table["sizes"].tolist() == [1.0, 2.0]


def test_values_that_are_not_positive_change_in_their_unit():
    wave = pd.DataFrame({"value": [-1.0, 0.5, 0.0]}, index=DAYS[:3])
    assert channels_of(wave, None, ("changes",)).table["changes"].tolist() == [0.0, 1.5, -0.5]


def test_ranges_and_volumes_by_hand():
    """Parkinson: the root of (log(high / low))^2 / (4 log 2); volumes less their mean so far."""
    of_range, of_close = np.tile([1.1, 1.2], 3), np.tile([1.0, 1.02], 3)
    given = PRICES.drop(columns="open", errors="ignore").assign(high=PRICES["low"] * of_range)
    given["close"] = CLOSES["value"] * of_close
    table = channels_of(CLOSES, given, ("ranges", "volumes", "closes")).table
    np.testing.assert_allclose(table["ranges"], 100 * np.log(of_range) / np.sqrt(4 * np.log(2)))
    logarithms = np.log([1, 2, 3, 4, 5, 6])
    np.testing.assert_allclose(table["volumes"], logarithms - np.cumsum(logarithms) / np.arange(1, 7))
    np.testing.assert_allclose(table["closes"], 100 * (of_close - 1), atol=1e-12)


def test_ranges_with_opens_by_hand():
    """Garman and Klass: half the squared range less .386 times the squared move from open to close."""
    opens = PRICES["close"] / np.tile([1.02, 1.01], 3)
    prices = PRICES.assign(open=opens, low=np.minimum(PRICES["low"], opens), high=PRICES[["high", "close"]].max(axis=1))
    found = channels_of(CLOSES, prices, ("ranges",)).table["ranges"]
    between, moved = np.log(prices["high"] / prices["low"]), np.log(np.tile([1.02, 1.01], 3))
    np.testing.assert_allclose(found, 100 * np.sqrt(between**2 / 2 - (2 * np.log(2) - 1) * moved**2))
    nonsense = PRICES.assign(open=PRICES["close"] * 3)  # beyond the range of the day
    assert (channels_of(CLOSES, nonsense, ("ranges",)).table["ranges"] == 0).all()


def test_what_the_data_have_not_is_left_out_and_said():
    found = channels_of(CLOSES, PRICES.assign(low=[np.nan, *[100.0] * 5]), ("changes", "ranges", "volumes"))
    assert [*found.table] == ["changes", "volumes"]
    assert found.left_out == {"ranges": "high and low are missing on the first day"}
    assert channels_of(CLOSES, PRICES[["close"]], ("changes", "ranges")).left_out == {
        "ranges": "the data have no high and low"
    }
    with pytest.raises(ValueError, match=r"inputs\.channels: expected a channel that the data have\. Received: ranges"):
        channels_of(CLOSES, None, ("ranges",))


def test_a_gap_has_the_value_of_the_day_before_and_changes_no_other_day():
    """Without its low a day has the range of the day before; without its open the range of two prices."""
    prices = PRICES.assign(open=PRICES["close"] / 1.02)
    whole, wanted = channels_of(CLOSES, prices, ("ranges", "volumes")), ("ranges", "volumes")
    gaps = prices.copy()
    gaps.loc[DAYS[3], "low"], gaps.loc[DAYS[4], "open"], gaps.loc[DAYS[5], "volume"] = np.nan, np.nan, np.nan
    found = channels_of(CLOSES, gaps, wanted)
    assert (whole.filled, found.filled) == ({}, {"ranges": 1, "volumes": 1})
    pd.testing.assert_frame_equal(found.table.iloc[:3], whole.table.iloc[:3])
    assert found.table["ranges"].iloc[3] == found.table["ranges"].iloc[2]
    assert found.table["ranges"].iloc[4] == pytest.approx(100 * np.log(1.1) / np.sqrt(4 * np.log(2)))
    assert found.table["volumes"].iloc[5] == found.table["volumes"].iloc[4]


def test_the_known_size_of_a_day_by_hand():
    """Changes of 10, 10 and 0 %: weights .94, and at least a tenth of the mean so far."""
    size = known_size(CLOSES)
    assert size.iloc[:2].isna().all()
    weights = 0.94 ** np.arange(3)[::-1]
    np.testing.assert_allclose(size.iloc[2:5], [10, 10, weights @ [10, 10, 0] / weights.sum()])


@given(npst.arrays(float, 40, elements=st.floats(1, 100)), st.integers(2, 38), st.floats(1, 100))
def test_nothing_knows_a_later_day(values, day, other):
    days = pd.date_range("2020-01-01", periods=40)
    changed = values.copy()
    changed[day:] = other
    one, two = (pd.DataFrame({"value": each}, index=days) for each in (values, changed))
    wanted = ("changes", "sizes")
    before, after = (channels_of(each, None, wanted).table.iloc[:day] for each in (one, two))
    pd.testing.assert_frame_equal(before, after)
    pd.testing.assert_series_equal(known_size(one).iloc[: day + 1], known_size(two).iloc[: day + 1])


def test_nothing_wanted_is_nothing_known():
    assert known_of_days(DAYS[1:], DAYS[:-1], np.zeros(5), ()).shape == (5, 0)
