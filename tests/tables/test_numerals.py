"""Numbers as text: exact values, and the sign before the decimals told by the whole file."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_trading.tables.numerals import MISSING, as_text, plain_numerals, to_floats


def plain(told=None, **columns):
    table, words = plain_numerals(pd.DataFrame(columns, dtype="str"), "a.csv", "line {}".format, told)
    return {name: table[name].tolist() for name in table}, words


THOUSANDS = ("signs between thousands",)


def in_german(value, *, grouped):
    text = f"{value:,.6f}" if grouped else f"{value:.6f}"
    return text.translate(str.maketrans(",.", ".,"))


@given(st.lists(st.floats(allow_nan=False), min_size=1))
def test_every_float_is_read_as_it_was_written(values):
    numbers, unreadable = to_floats(pd.Series([repr(value) for value in values], dtype="str"))
    assert numbers.tolist() == values
    assert not unreadable.any()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.30000000000000004", 0.1 + 0.2),
        ("9007199254740993", 9007199254740992.0),  # halfway between two floats: to the even one
        ("2.2250738585072014e-308", 2.2250738585072014e-308),
        ("123456789.123456789012345678901234567890", 123456789.12345679),
        ("\t+1.50 ", 1.5),
        (".5", 0.5),
        ("-5.", -5.0),
        ("1E3", 1000.0),
        ("inf", math.inf),
    ],
)
def test_golden_numbers(text, value):
    numbers, unreadable = to_floats(pd.Series([text, "x"], dtype="str"))
    assert numbers[0] == value
    assert unreadable.tolist() == [False, True]


def test_missing_and_unreadable_are_told_apart():
    cells = [*MISSING, "1,5", "0x10", "1_000", "1 2", "---", "1.2.3", "１"]  # noqa: RUF001
    numbers, unreadable = to_floats(pd.Series(cells, dtype="str"))
    assert numbers.isna().all()
    assert unreadable.tolist() == [False] * len(MISSING) + [True] * 7
    assert to_floats(pd.Series([1, None, "2.5", "x"], dtype=object))[1].tolist() == [False, False, False, True]
    assert to_floats(pd.Series([1, 2]))[0].tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("columns", "expected", "words"),
    [
        ({"a": ["1,5", "2"]}, {"a": ["1.5", "2"]}, ("decimal commas",)),
        ({"a": ["1.234,50", ""], "b": ["1.234", "7"]}, {"a": ["1234.50", ""], "b": ["1234", "7"]}, ("decimal commas",)),
        ({"a": ["1 234,50", "-0,125"]}, {"a": ["1234.50", "-0.125"]}, ("decimal commas",)),
        ({"a": ["12\u00a0345,5", "1,5e3"]}, {"a": ["12345.5", "1.5e3"]}, ("decimal commas",)),
        ({"a": ["1,234.50", "1,234"]}, {"a": ["1234.50", "1234"]}, ("signs between thousands",)),
        # What another column shows of the same sign.
        ({"a": ["1,234"], "b": ["1,002.5"]}, {"a": ["1234"], "b": ["1002.5"]}, ("signs between thousands",)),
        ({"a": ["1,234"], "b": ["1,002,003"]}, {"a": ["1234"], "b": ["1002003"]}, ("signs between thousands",)),
        ({"a": ["19,645", "1234"], "b": ["2,5", ""]}, {"a": ["19.645", "1234"], "b": ["2.5", ""]}, ("decimal commas",)),
        ({"a": ["1.234"], "b": ["1.002.003"]}, {"a": ["1234"], "b": ["1002003"]}, ("decimal commas",)),
        ({"a": ["1.234"], "b": ["2.5"], "c": ["1,234.5"]}, {"a": ["1.234"], "b": ["2.5"], "c": ["1234.5"]}, THOUSANDS),
        ({"a": ["998.5", "1,234"]}, {"a": ["998.5", "1234"]}, THOUSANDS),
        ({"a": ["$1.50", "NA", "$ 2", "$1,234"]}, {"a": ["1.50", "", "2", "1234"]}, ("amounts in $", *THOUSANDS)),
        ({"a": ["€5", "€1234"]}, {"a": ["5", "1234"]}, ("amounts in €",)),
        ({"a": ["€1.5"]}, {"a": ["1.5"]}, ("amounts in €",)),
        ({"a": ["$1.50", "2"]}, {"a": ["$1.50", "2"]}, ()),
        ({"a": ["1'234", "5"]}, {"a": ["1234", "5"]}, ("signs between thousands",)),
        ({"a": ["1,234,567"], "b": ["x"]}, {"a": ["1234567"], "b": ["x"]}, ("signs between thousands",)),
        # Nothing to do, and nothing that is no number in one way of writing or the other.
        ({"a": ["1.234", "2.5"], "b": ["7", "."]}, {"a": ["1.234", "2.5"], "b": ["7", "."]}, ()),
        ({"a": ["01.02.2020"], "b": ["1,5 or so"]}, {"a": ["01.02.2020"], "b": ["1,5 or so"]}, ()),
        ({"a": ["1,5", "nil"]}, {"a": ["1,5", "nil"]}, ()),
        ({"a": ["1,5"], "b": ["2.5"]}, {"a": ["1.5"], "b": ["2.5"]}, ("decimal commas",)),
        ({"a": ["1,5", "3"], "b": ["7", "8"]}, {"a": ["1.5", "3"], "b": ["7", "8"]}, ("decimal commas",)),
        ({"a": ["", ""]}, {"a": ["", ""]}, ()),
    ],
)
def test_the_sign_before_the_decimals(columns, expected, words):
    assert plain(**columns) == (expected, words)


def test_what_is_told_decides():
    assert plain("comma", a=["1,234", "5"])[0] == {"a": ["1.234", "5"]}
    assert plain("point", a=["1,234", "5"])[0] == {"a": ["1234", "5"]}
    assert plain("comma", a=["1.234"])[0] == {"a": ["1234"]}
    assert plain("point", a=["1.234"])[0] == {"a": ["1.234"]}
    # A month before its year is no number with a comma, whatever was told.
    assert plain("comma", month=["01.2020"], a=["1,5"], b=["1.234"])[0] == {
        "month": ["01.2020"],
        "a": ["1.5"],
        "b": ["1234"],
    }
    # One column with both: left, so that it is refused where it is used.
    both = ["1,5", "2.5"]
    assert plain("point", a=both, b=["1,234", ""])[0] == {"a": both, "b": ["1234", ""]}


@pytest.mark.parametrize(
    ("told", "columns", "message"),
    [
        (
            None,
            {"a": ["7", "1,234"]},
            "column 'a', line 1: '1,234' may be 1234 or 1.234, .*--params table_decimal=point",
        ),
        (
            None,
            {"a": ["1,5", ""], "b": ["2.5", ""], "c": ["7", "1.234"]},
            "column 'c', line 1: '1.234' may be 1234 or 1.234, and other numbers of the file have both",
        ),
        # A point elsewhere says nothing about a comma; nor does a sign of a currency.
        (None, {"a": ["19,645", "20,100"], "b": ["2.5", ""]}, "column 'a', line 0: '19,645' .* no other number of the"),
        (None, {"a": ["€19,645"]}, "column 'a', line 0: '19,645' may be 19645 or 19.645"),
        (None, {"a": ["1 234", "1,234"], "b": ["2.5", ""]}, "column 'a', line 1: '1,234' may be"),
        # Points between the thousands of some numbers, and nothing between those of others.
        (
            None,
            {"a": ["1,5", ""], "b": ["1.234", "1234"]},
            "column 'b', line 0: '1.234' may be .* other numbers of its column have nothing between their thousands",
        ),
        (None, {"a": ["1,002.5", ""], "b": ["1,234", "1234"]}, "column 'b', line 0: '1,234' may be .*nothing between"),
        # Python can read it, and would make a loss of 99.9 % of it.
        (None, {"a": ["998", "999", "1.002"]}, "column 'a', line 2: '1.002' may be 1002 or 1.002: the whole numbers"),
        ("dot", {"a": ["1"]}, "table_decimal: expected point or comma. Received: 'dot'"),
    ],
)
def test_what_is_in_doubt_is_refused(told, columns, message):
    with pytest.raises(ValueError, match=message):
        plain(told, **columns)


def test_columns_that_are_not_used_say_nothing():
    table = pd.DataFrame({"close": ["19,645"], "share": ["0,5"], "version": ["1,002.5"]}, dtype="str")
    with pytest.raises(ValueError, match="'close'"):
        plain_numerals(table, "a.csv", "line {}".format, used=[0])
    assert plain_numerals(table, "a.csv", "line {}".format, used=[0, 1])[0].to_numpy().tolist() == [
        ["19.645", "0.5", "1,002.5"]
    ]


@given(
    st.lists(st.floats(-1e9, 1e9).map(lambda value: round(value, 6)), min_size=1, max_size=20),
    st.booleans(),
)
def test_numbers_as_they_are_written_in_german_come_back_or_are_refused(values, grouped):
    try:
        table, _ = plain_numerals(
            pd.DataFrame({"a": [in_german(value, grouped=grouped) for value in values]}, dtype="str"), "a", "{}".format
        )
    except ValueError:
        return
    np.testing.assert_array_equal(to_floats(table["a"])[0], [float(f"{value:.6f}") for value in values])


def test_other_columns_and_equal_names_stay(tmp_path):
    table = pd.DataFrame([["1,5", "x", 2.5]], columns=["a", "a", "b"]).astype({"b": "float64"})
    read, _ = plain_numerals(table, "a", "{}".format)
    assert read.columns.tolist() == ["a", "a", "b"]
    assert read.iloc[0].tolist() == ["1.5", "x", 2.5]


def test_ids():
    assert as_text(pd.Series([1.0, np.nan])).tolist()[0] == "1"
    assert as_text(pd.Series([1.5, 2.0])).tolist() == ["1.5", "2.0"]


@pytest.mark.parametrize(
    "cells",
    [["100", "99.875", "101.125"], ["998", "1.5", "1.002"], ["0", "1.002"], ["1.000", "123456"], ["1.002", "1.003"]],
)
def test_a_point_before_decimals_is_not_asked_about(cells):
    assert plain(a=cells) == ({"a": cells}, ())
