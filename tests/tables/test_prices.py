import numpy as np
import pandas as pd
import pytest

from rnn_trading.tables import prices as px
from rnn_trading.tables.names import Told
from tests.helpers import panel_to_prices

DATES = pd.date_range("2020-01-06", periods=6)
NAN = np.nan


def long(**columns):
    table = {"date": ["2020-01-07", "2020-01-06"], "ticker": ["A", "A"], "adj_close": [2.0, 1.0]}
    return pd.DataFrame(table | columns)


def test_parsing_sorts_and_drops_missing_prices():
    raw = pd.DataFrame(
        {
            "date": ["2020-01-07", "2020-01-06", "2020-01-06"],
            "ticker": ["B", "B", "A"],
            "adj_close": [4, 3, None],
            "adj_volume": [0, 5, 6],
            "comment": "ignored",
        }
    )
    parsed, reading = px.parse_prices(raw, "x")
    assert list(parsed.index) == [("B", pd.Timestamp("2020-01-06")), ("B", pd.Timestamp("2020-01-07"))]
    assert parsed["adj_close"].tolist() == [3.0, 4.0]
    assert parsed["adj_volume"].tolist() == [5.0, 0.0]
    assert {reason: count for reason, count in reading.counts.items() if count} == {
        "missing_prices": 1,
        "tickers_without_prices": 1,
    }
    again, _ = px.parse_prices(parsed, "the canonical table is a fixed point")
    pd.testing.assert_frame_equal(again, parsed)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"adj_close": ["1.5", "abc"]},
            r"prices.csv: column 'adj_close', row 1 \(A, 2020-01-06\): expected a number. Received: 'abc'",
        ),
        ({"adj_close": [1.0, 0.0]}, r"row 1 .*: expected a positive, finite price. Received: 0.0 \(1 such row\)"),
        ({"adj_close": [-3.0, 1.0]}, r"row 0 .*: expected a positive, finite price. Received: -3.0"),
        ({"adj_close": [1.0, np.inf]}, r"row 1 .*: expected a positive, finite price. Received: inf"),
        (
            {"adj_close": [True, False]},
            r"row 0 .*: expected a number. Received: True; none of 2 rows can be read as numbers",
        ),
        ({"adj_close": [NAN, NAN]}, "no row has a price"),
        ({"adj_close": [NAN, 0.0]}, "expected a positive, finite price"),  # a ticker without any price
        ({"adj_volume": [1.0, -1.0]}, "'adj_volume', row 1 .*: expected a volume of zero or more"),
        ({"date": ["2020-01-06", "06/01/2020"]}, r"'date', row 1 \(A\): expected a date such as 2017-12-29"),
        (
            {"date": ["2020-01-06", "2020-01-06"]},
            r"'adj_close', row 0 \(A, 2020-01-06\): expected one row for each ticker and date. Received: 2.0 "
            r"\(2 such rows; also row 1 \(A, 2020-01-06\): 1.0\)",
        ),
        ({"ticker": ["A", " "]}, "'ticker', row 1 .*: expected a ticker"),
        ({"ticker": ["A", None]}, "'ticker', row 1 .*: expected a ticker"),
    ],
)
def test_parsing_names_file_column_and_row(columns, message):
    with pytest.raises(px.PriceError, match=message):
        px.parse_prices(long(**columns), "prices.csv")


def test_parsing_names_missing_columns():
    with pytest.raises(px.PriceError, match=r"column 'adj_close' is missing.*Received: 'date', 'ticker', 'close'"):
        px.parse_prices(long().rename(columns={"adj_close": "close"}), "prices.csv")
    with pytest.raises(px.PriceError, match="column 'ticker' stands twice"):
        px.parse_prices(pd.concat([long(), long()[["ticker"]]], axis="columns"), "prices.csv")


def rows(text, **columns):
    table = [line.split() for line in text.strip().splitlines()]
    return pd.DataFrame(table, columns=["ticker", "date", "adj_close", *columns.get("more", [])])


def test_what_is_wrong_beyond_doubt_is_left_out_and_counted():
    raw = rows(
        """
        A 2020-01-06 1.5 10
        A 2020-01-07 1.6 10
        A 2020-01-07 1.60 10
        A 2020-01-08 0 0
        A 2020-01-09 0.0 NA
        B 2020-01-06 7 10
        b 2020-01-07 8 10
        B 2020-01-08 9 10
        """,
        more=["adj_volume"],
    )
    table, reading = px.parse_prices(raw, "prices.csv")
    assert table["adj_close"].tolist() == [1.5, 1.6, 7.0, 8.0, 9.0]
    assert table.index.unique("ticker").tolist() == ["A", "B"]
    assert reading.counts == {
        **{"missing_prices": 0, "prices_of_zero_at_the_end": 2, "repeated_rows": 1, "bad_rows": 0},
        **{"tickers_without_prices": 0, "tickers_in_another_case": 1},
    }
    # A price of zero that was traded, or after which prices go on, is no end.
    for line in ("A 2020-01-10 1.5 10", "A 2020-01-10 0 5"):
        with pytest.raises(px.PriceError, match=r"expected a positive, finite price. Received: '0"):
            px.parse_prices(pd.concat([raw, rows(line, more=["adj_volume"])]), "prices.csv")


FAULTS = rows(
    "\n".join(f"A 2020-01-{day:02} {day}" for day in range(1, 17))
    + "\nB 2020-01-01 -1\nB today 2\nB 2020-01-03 x\nB 2020-01-04 -4"
)


def test_all_faults_are_told_at_once_and_left_out_up_to_a_share(caplog):
    with pytest.raises(px.PriceError) as error:
        px.parse_prices(FAULTS, "prices.csv", told=Told())
    assert str(error.value).splitlines() == [
        "prices.csv: 4 of 20 rows cannot be used:",
        "- column 'date', row 17 (B): expected a date such as 2017-12-29. Received: 'today' (1 such row).",
        "- column 'adj_close', row 18 (B, 2020-01-03): expected a number. Received: 'x' (1 such row).",
        "- column 'adj_close', row 16 (B, 2020-01-01): expected a positive, finite price. Received: '-1' (2 such rows; "
        "also row 19 (B, 2020-01-04): '-4').",
        "Correct or remove them, or leave them out: --params prices_bad_rows=0.2.",
    ]
    with pytest.raises(px.PriceError):
        px.parse_prices(FAULTS, "prices.csv", told=Told(bad_rows=0.19))
    table, reading = px.parse_prices(FAULTS, "prices.csv", told=Told(bad_rows=0.2))
    assert table["adj_close"].tolist() == [float(day) for day in range(1, 17)]
    assert (reading.counts["bad_rows"], reading.counts["tickers_without_prices"]) == (4, 1)
    assert "4 of 20 rows are left out: column 'date', row 17 (B)" in caplog.text


def test_validation_of_the_saved_table():
    table = panel_to_prices(pd.DataFrame({"A": [1.0, 2.0], "B": [3.0, 4.0]}, index=DATES[:2]))
    assert px.validate_prices(table) is table
    for broken, message in [
        (table.loc[["A"]], "at least 2 tickers"),
        (table.iloc[::-1], "sorted"),
        (table.assign(close=1.0), "adj_close and optionally adj_volume"),
        (table * 0, "positive"),
        (table.swaplevel(), "expected the index"),
    ]:
        with pytest.raises(px.PriceError, match=message):
            px.validate_prices(broken)


def test_stale_prices_use_the_past_only():
    panel = pd.DataFrame({"A": [1, 1, 1, 2, NAN, NAN], "B": [NAN, 5, 5, 5, 5, 6]}, index=DATES)
    stale = px.stale_prices(panel, 2)
    # A: unchanged twice on day 2; carried over the gap on days 4 and 5. B: the run starts at its first price.
    assert stale["A"].tolist() == [False, False, True, False, False, True]
    assert stale["B"].tolist() == [False, False, False, True, True, False]


def test_delisted_tickers_get_a_terminal_price():
    panel = pd.DataFrame({"A": [1, 2, NAN, NAN, NAN, NAN], "B": [1, 1, 1, 1, 1, NAN]}, index=DATES).astype(float)
    assert px.delisted(panel, 2).to_dict() == {"A": 1}  # B ends one session early: not yet a delisting
    filled = px.add_terminal_prices(panel, -0.3, 2)
    assert filled["A"].tolist() == [1.0, 2.0, 1.4, 1.4, 1.4, 1.4]
    pd.testing.assert_series_equal(filled["B"], panel["B"])


def test_most_traded_looks_ahead_and_its_corrected_form_does_not():
    volume = pd.DataFrame({"A": [9, 9, 9, 1, 1, 1], "B": [5, 5, 5, 90, 90, 90], "C": [NAN, 1, 1, 1, 1, 1]}, index=DATES)
    # Mean ranks: A (3 x 1 + 3 x 2.5) / 6 = 1.75, B (3 x 2 + 3 x 1) / 6 = 1.5. C is missing too often for 100 %.
    assert px.most_traded(volume, 0.95, 1).tolist() == ["B"]
    assert px.most_traded(volume, 1.0, 3).tolist() == ["A", "B"]
    # The same ranks over two sessions: A leads until the first date of the new volumes, on which B has 1.5.
    to_date = px.most_traded_to_date(volume, 0.5, 1, sessions=2)
    assert to_date["A"].tolist() == [True, True, True, False, False, False]
    assert to_date["B"].tolist() == [False, False, False, True, True, True]
    later = volume.copy()
    later.iloc[4:] = [1000.0, 1.0, 1.0]
    pd.testing.assert_frame_equal(px.most_traded_to_date(later, 0.5, 1, 2).iloc[:4], to_date.iloc[:4])


def test_quality_report_counts_what_is_wrong():
    index = pd.bdate_range("2020-01-01", periods=80)
    panel = pd.DataFrame({"A": 1.0 + np.arange(80), "B": 50.0 + np.arange(80), "C": 7.0}, index=index)
    panel.loc[index[5:70], "B"] = NAN  # 65 sessions: the symbol was probably reused
    panel.loc[index[40:], "A"] *= 10  # one return of 41 * 10 / 40 - 1 = 925 %
    panel.loc[index[60:], "C"] = NAN  # delisted, and stale from the sixth session on
    report = px.price_quality(panel_to_prices(panel, volume=0.0), 5)
    assert report["probably_reused_symbols"] == ["B"]
    assert report["missing_prices_inside_a_life"] == 65
    assert report["tickers_with_gaps"] == 1
    assert report["daily_returns_above_300_percent"] == 1
    assert report["tickers_with_returns_above_300_percent"] == ["A"]
    assert report["delisted_tickers"] == 1
    assert report["stale_prices"] == 55
    assert report["zero_volume_rows"] == report["rows"] == 80 + 15 + 60


def test_the_last_price_of_a_week_and_the_price_of_its_last_session():
    dates = pd.to_datetime(["2020-01-08", "2020-01-09", "2020-01-22"])  # no session in the week of 01-19
    panel = pd.DataFrame({"A": [1.0, NAN, 3.0], "B": [4.0, 5.0, 6.0]}, index=dates)
    assert px.weekly_last(panel)["A"].tolist()[::2] == [1.0, 3.0]
    strict = px.last_session_of_week(panel, carry=False)
    assert [f"{day:%m-%d}" for day in strict.index] == ["01-12", "01-19", "01-26"]
    np.testing.assert_array_equal(strict["A"], [NAN, NAN, 3.0])
    np.testing.assert_array_equal(strict["B"], [5.0, NAN, 6.0])
    np.testing.assert_array_equal(px.last_session_of_week(panel, carry=True)["B"], [5.0, 5.0, 6.0])
