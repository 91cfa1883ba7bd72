"""Returns after filings by hand: around weekends, after the close, missing sessions, and why there is none."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_trading.filings.returns import FilingReturnParameters, entry_positions, forward_returns, market_sessions
from tests.helpers import changed

CORRECTED = FilingReturnParameters(
    entry="first_close_after_public",
    sessions=2,
    above=-0.5,
    below=1.0,
    overlapping="leave_out",
    stale_after_sessions=2,
)
PUBLISHED = changed(CORRECTED, entry="close_on_or_before_filing")
# Friday 2016-03-04 to Tuesday 2016-03-15, without Wednesday the 9th, a holiday.
SESSIONS = pd.DatetimeIndex(
    ["2016-03-04", "2016-03-07", "2016-03-08", "2016-03-10", "2016-03-11", "2016-03-14", "2016-03-15"]
)
CLOSES = [100.0, 110.0, 121.0, 100.0, 90.0, 99.0, 198.0]


def filings(*rows):
    """(id, firm, date filed, time or None) each."""
    table = pd.DataFrame(rows, columns=["filing_id", "firm", "date_filed", "time"])
    dates = pd.to_datetime(table["date_filed"])
    accepted = pd.to_datetime(
        table["date_filed"] + " " + table["time"].fillna(""), errors="coerce", format="%Y-%m-%d %H:%M"
    )
    return table.assign(date_filed=dates, accepted=accepted).set_index("filing_id")


def prices(**closes):
    """Closes on all sessions by filing; None is a missing row."""
    rows = [
        (filing, date, close)
        for filing, values in closes.items()
        for date, close in zip(SESSIONS, values, strict=True)
        if close is not None
    ]
    return pd.DataFrame(rows, columns=["filing_id", "date", "adj_close"]).set_index(["filing_id", "date"]).sort_index()


@pytest.mark.parametrize(
    ("date", "time", "entry", "truth"),
    [
        ("2016-03-07", "09:30", "2016-03-07", 100 / 110 - 1),  # before the close: that close
        ("2016-03-07", "15:59", "2016-03-07", 100 / 110 - 1),
        ("2016-03-07", "16:00", "2016-03-08", 90 / 121 - 1),  # at the bell it was too late
        ("2016-03-07", "17:10", "2016-03-08", 90 / 121 - 1),
        ("2016-03-04", "18:00", "2016-03-07", 100 / 110 - 1),  # Friday evening: Monday
        ("2016-03-05", "10:00", "2016-03-07", 100 / 110 - 1),  # Saturday: Monday
        ("2016-03-08", "20:00", "2016-03-10", 99 / 100 - 1),  # the next session is after a holiday
        ("2016-03-09", "10:00", "2016-03-10", 99 / 100 - 1),
        ("2016-03-07", None, "2016-03-08", 90 / 121 - 1),  # unknown: it may have been after the close
    ],
)
def test_entry_at_the_first_close_after_publication(date, time, entry, truth):
    row = forward_returns(filings(("a", "A", date, time)), prices(a=CLOSES), CORRECTED).loc["a"]
    assert row["entry"] == pd.Timestamp(entry)
    assert row["truth"] == pytest.approx(truth)
    assert not row["early"]
    assert pd.isna(row["problem"])


@pytest.mark.parametrize(
    ("date", "time", "entry", "early"),
    [
        ("2016-03-07", "09:30", "2016-03-07", False),
        ("2016-03-07", "17:10", "2016-03-07", True),  # traded at a price that was gone
        ("2016-03-07", None, "2016-03-07", True),  # perhaps
        ("2016-03-06", "10:00", "2016-03-04", True),
        ("2016-03-09", "10:00", "2016-03-08", True),
    ],
)
def test_published_entry_is_the_close_on_or_before_the_filing(date, time, entry, early):
    row = forward_returns(filings(("a", "A", date, time)), prices(a=CLOSES), PUBLISHED).loc["a"]
    assert row["entry"] == pd.Timestamp(entry)
    assert row["early"] == early


def test_a_session_that_one_firm_lacks_still_counts():
    gap = [100.0, 110.0, None, 100.0, 90.0, 99.0, 198.0]
    rows = forward_returns(
        filings(
            ("a", "A", "2016-03-07", "09:30"), ("b", "B", "2016-03-07", "09:30"), ("c", "C", "2016-03-08", "09:30")
        ),
        prices(a=CLOSES, b=gap, c=gap),
        CORRECTED,
    )
    assert rows.loc["b", "exit"] == rows.loc["a", "exit"] == pd.Timestamp("2016-03-10")
    assert rows.loc["c", "problem"] == "no_close_at_entry"
    assert np.isnan(rows.loc["c", "truth"])


def test_why_there_is_no_return():
    table = filings(
        ("none", "A", "2016-03-07", "09:30"),
        ("before", "B", "2016-03-04", "09:30"),
        ("after", "C", "2016-03-14", "09:30"),
        ("beyond", "D", "2016-03-20", "09:30"),
        ("exit", "E", "2016-03-07", "09:30"),
        ("crash", "F", "2016-03-07", "09:30"),
        ("double", "G", "2016-03-11", "09:30"),
        ("good", "H", "2016-03-07", "09:30"),
    )
    found = forward_returns(
        table,
        prices(
            before=[None, *CLOSES[1:]],
            after=CLOSES,
            beyond=CLOSES,
            exit=[100.0, 110.0, 121.0, None, 90.0, 99.0, 198.0],
            crash=[1.0, 1.0, 1.0, 0.5, 1.0, 1.0, 1.0],
            double=[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0],
            good=CLOSES,
        ),
        CORRECTED,
    )["problem"]
    assert found.to_dict() == {
        "none": "no_prices",
        "before": "before_the_first_price",
        "after": "after_the_last_price",
        "beyond": "after_the_last_price",
        "exit": "no_close_at_exit",
        "crash": "return_out_of_bounds",  # -50 %, a bound
        "double": "return_out_of_bounds",  # +100 %
        "good": found["good"],
    }
    assert pd.isna(found["good"])


def test_a_stray_row_makes_no_session_for_everybody():
    """A row on a Saturday, and one on the holiday that one firm of six has."""
    closes = prices(**dict.fromkeys("abcdef", CLOSES))
    stray = pd.DataFrame(
        [("a", pd.Timestamp("2016-03-05"), 1.0), ("b", pd.Timestamp("2016-03-09"), 1.0)],
        columns=["filing_id", "date", "adj_close"],
    ).set_index(["filing_id", "date"])
    table = filings(*[(name, name, "2016-03-07", "09:30") for name in "abcdef"])
    plain = forward_returns(table, closes, CORRECTED)
    with_strays = forward_returns(table, pd.concat([closes, stray]).sort_index(), CORRECTED)
    pd.testing.assert_frame_equal(plain, with_strays)
    assert market_sessions(pd.concat([closes, stray]).sort_index()).equals(SESSIONS)


def test_stale_prices_are_marked():
    table = filings(*[(name, name, "2016-03-10", "09:30") for name in "abc"])
    still = [1.0, 5.0, 5.0, 5.0, 6.0, 7.0, 8.0]  # two sessions before the entry without a move
    zero = [1.0, 2.0, 3.0, 4.0, 5.0, 4.0, 3.0]  # a return of exactly 0
    found = forward_returns(table, prices(a=still, b=zero, c=CLOSES), CORRECTED)
    assert found["stale"].tolist() == [True, True, False]


def test_an_unusable_filing_hides_no_later_one():
    table = filings(("empty", "A", "2016-03-07", "09:30"), ("good", "A", "2016-03-08", "09:30"))
    closes = prices(empty=CLOSES, good=CLOSES)
    found = forward_returns(table, closes, CORRECTED, pd.Series({"empty": "empty_text"}))
    assert found.loc["empty", "problem"] == "empty_text"
    assert pd.isna(found.loc["good", "problem"])
    assert forward_returns(table, closes, CORRECTED).loc["good", "problem"] == "overlaps_an_earlier_filing"
    kept = forward_returns(table, closes, changed(CORRECTED, overlapping="keep"))
    assert kept["problem"].isna().all()


def test_a_filing_within_the_return_of_an_earlier_one_is_left_out():
    table = filings(
        ("third", "A", "2016-03-10", "09:30"),  # entered when the first is left: apart
        ("first", "A", "2016-03-07", "09:30"),
        ("second", "A", "2016-03-08", "09:30"),
        ("other", "B", "2016-03-08", "09:30"),
    )
    found = forward_returns(table, prices(**dict.fromkeys(["first", "second", "third", "other"], CLOSES)), CORRECTED)
    assert found.index.tolist() == ["third", "first", "second", "other"]
    assert found["problem"].isna().tolist() == [True, True, False, True]
    assert found.loc["second", "problem"] == "overlaps_an_earlier_filing"


@given(hours=st.integers(0, 24 * 10))
def test_no_entry_lies_before_publication(hours):
    public = pd.Series([pd.Timestamp("2016-03-04") + pd.Timedelta(hours=hours)])
    position = entry_positions(public.dt.normalize(), public, SESSIONS, "first_close_after_public")[0]
    close = pd.Timedelta(hours=16)
    assert position == len(SESSIONS) or SESSIONS[position] + close > public[0]
    assert position == 0 or SESSIONS[position - 1] + close <= public[0]


def test_bounds_in_order():
    with pytest.raises(ValueError, match="no return would be kept: expected above < below"):
        changed(CORRECTED, above=1.0, below=0.5)
