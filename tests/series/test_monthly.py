"""Macro series: one calendar of months, or a refusal."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.series.monthly import (
    MacroError,
    MacroParameters,
    align_months,
    macro_quality,
    parse_macro,
    refuse_gaps,
    validate_macro,
)


def months(values, start="2000-01-31", freq="ME"):
    return pd.Series(values, index=pd.date_range(start, periods=len(values), freq=freq))


def table(**series):
    return pd.DataFrame(series).rename_axis("date")


END = months([1.0, 2, 3, 4])  # dated 31 January, 29 February, ...
FIRST = months([5.0, 6, 7, 9], start="2000-02-01", freq="MS")


def test_days_within_a_month_do_not_matter_and_the_common_span_is_taken():
    aligned = align_months(table(A=END, B=FIRST), ["B", "A"], "x.csv")
    assert aligned.columns.tolist() == ["B", "A"]
    assert aligned.index.tolist() == pd.date_range("2000-02-01", periods=3, freq="MS").tolist()
    assert aligned["A"].tolist() == [2, 3, 4]
    assert aligned["B"].tolist() == [5, 6, 7]
    pd.testing.assert_frame_equal(validate_macro(aligned), aligned)
    assert macro_quality(aligned)["months"] == 3


@pytest.mark.parametrize(
    ("series", "message"),
    [
        ({"A": END}, "series 'B' is missing. Received: 'A'. Name the series of your table in macro.series"),
        ({"A": END, "B": FIRST * np.nan}, "B has no value"),
        (
            {"A": END, "B": months(np.arange(90.0), freq="D")},
            "B has several values in 2000-0",
        ),
        ({"A": END, "B": months([1.0, 2], start="2010-01-31")}, "no month in common: A 2000-01 to 2000-04, B 2010-01"),
        ({"A": END, "B": months([7.0, 7, 7, 7])}, "B is 7 in all 4 months from 2000-01 to 2000-04"),
    ],
)
def test_what_cannot_be_aligned_is_refused(series, message):
    with pytest.raises(MacroError, match=f"x.csv: .*{message}"):
        align_months(table(**series), ["A", "B"], "x.csv")


def test_gaps_are_counted_and_refused_where_the_months_are_used():
    quarterly_first = pd.concat([months([1.0, 2, 3], freq="QE"), months([4.0, 5, 6], start="2000-10-31")])
    aligned = align_months(table(A=months(np.arange(13.0)), B=quarterly_first), ["A", "B"], "x.csv")
    validate_macro(aligned)
    assert (aligned.index[0], aligned.index[-1]) == (pd.Timestamp("2000-03-01"), pd.Timestamp("2000-12-01"))
    assert macro_quality(aligned)["months_with_gaps"] == 4
    refuse_gaps(aligned.loc["2000-09":], "x.csv")
    with pytest.raises(
        MacroError,
        match="x.csv: B has no value in 4 of the months from 2000-03 to 2000-12, the last of them 2000-08. Expected "
        "one a month without gaps. Fill the gaps, start after them with windows.start, such as 2000-09-01, or take a",
    ):
        refuse_gaps(aligned, "x.csv")


def test_series_without_a_common_value_are_refused():
    with pytest.raises(MacroError, match="no month in common: A 2000-01 to 2000-03, B 2000-02 to 2000-02"):
        align_months(table(A=END.iloc[[0, 2]], B=FIRST.iloc[:1]), ["A", "B"], "x.csv")


RAW = pd.DataFrame({"date": ["2000-02-01", "2000-01-01"], "A": ["2", "1"], "B": ["4", "3.5"], "C": ["x", "y"]})


def test_named_columns_are_read_and_sorted():
    parsed, _ = parse_macro(RAW, "x.csv", names=("B", "A"))
    assert parsed.columns.tolist() == ["B", "A"]
    assert parsed["B"].tolist() == [3.5, 4]


@pytest.mark.parametrize(
    ("change", "names", "message"),
    [
        ({}, None, "column 'C', row 0: expected a number. Received: 'x'"),
        ({"B": ["inf", "1"]}, ("A", "B"), "column 'B', row 0: expected a finite number"),
        (
            {"date": ["2000-13-01", "2000-01-01"]},
            ("A", "B"),
            "column 'date', row 0: expected a date such as 2017",
        ),
        ({}, ("A", "Z"), r"column 'Z' is missing. Expected: date, A, Z. Received: 'date', 'A', 'B', 'C'"),
        (
            {},
            ("A",),
            "at least 2 series beside the date. Received: 'A'. A single series belongs",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(change, names, message):
    with pytest.raises(MacroError, match=f"x.csv: .*{message}"):
        parse_macro(RAW.assign(**change), "x.csv", names=names)


def test_a_series_named_twice_is_refused():
    series = {"name": "A", "method": "none", "period": 1}
    with pytest.raises(ValueError, match="every series once: A stands several times"):
        MacroParameters(source="x", series=(series, series))


@pytest.mark.parametrize(
    "broken",
    [
        lambda t: t.reset_index(),
        lambda t: t.drop(index=t.index[1]),
        lambda t: t[["A"]],
        lambda t: t.assign(A=np.inf),
        lambda t: t.assign(A=np.nan),
    ],
)
def test_the_catalog_refuses_a_table_that_is_not_canonical(broken):
    aligned = align_months(table(A=END, B=FIRST), ["A", "B"], "x.csv")
    with pytest.raises(MacroError, match="macro: expected"):
        validate_macro(broken(aligned))
