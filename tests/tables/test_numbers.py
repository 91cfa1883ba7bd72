"""Numbers that are texts: read as they were written, or not at all."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_trading.tables.numbers import read_numbers


@given(st.lists(st.text(max_size=6), min_size=1))
def test_any_text_is_read_as_python_reads_it_or_not_at_all(texts):
    read = read_numbers(pd.Series(texts, dtype="str"))
    for text, value, unreadable in zip(texts, read.values, read.unreadable, strict=True):
        assert np.isnan(value) or value == float(text)
        assert not (unreadable and not np.isnan(value))


@pytest.mark.parametrize(
    "text", ["1_000", "0x1F", "٣", "1d5", "1 000", "1.2.3", "12%", "(5)", "$", "1,5", "1,234", "5$"]
)
def test_what_is_no_number_beyond_doubt_is_none(text):
    read = read_numbers(pd.Series(["7.5", text]))
    assert read.unreadable.tolist() == [False, True]


def test_a_number_too_large_is_infinite():
    assert read_numbers(pd.Series(["1e400", "inf"])).values.tolist() == [np.inf, np.inf]


def test_letters_for_thousands_are_said():
    texts = pd.Series(["1.23M", "4K", "2B", "-"])
    read = read_numbers(texts, quantity=True)
    np.testing.assert_array_equal(read.values, [1230000, 4000, 2e9, np.nan])
    assert read.mended == ("K, M and B for thousands and more",)
    assert not read.unreadable.any()
    assert read_numbers(texts).unreadable.tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (pd.Series([Decimal("1.50"), None]), [1.5, np.nan]),
        (pd.Series([1, None], dtype="Int64"), [1.0, np.nan]),
        (pd.Series(np.array([0.1], dtype="float32")), [float(np.float32(0.1))]),
        (pd.Series([2, "x", b"3", [4]]), [2.0, np.nan, 3.0, np.nan]),
    ],
)
def test_typed_columns(column, values):
    read = read_numbers(column)
    np.testing.assert_array_equal(read.values, values)
    assert read.unreadable.tolist() == (np.isnan(values) & column.notna()).tolist()


@pytest.mark.parametrize("column", [pd.Series([True]), pd.Series([1j]), pd.Series(pd.to_datetime(["2020-01-02"]))])
def test_columns_that_are_no_numbers(column):
    assert read_numbers(column).unreadable.tolist() == [True]
