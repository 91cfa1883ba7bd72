"""Ids of filings: the same text, whatever a table made of them, or a refusal."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_trading.tables.checks import TableError
from rnn_trading.tables.ids import plain_ids, plain_text, unusable


@pytest.mark.parametrize(
    "column",
    [
        *(pd.Series([7, 12]), pd.Series([7.0, 12.0]), pd.Series(["7", "12"]), pd.Series(["7.0", "12.00"])),
        *(pd.Series([7, "12.0"], dtype=object), pd.Series([b"7", b"12"]), pd.Series([7, 12], dtype="Float64")),
        *(pd.Series([" 7", "12 "]), pd.Series([7, 12], dtype="float32"), pd.Series([7, 12], dtype="Int64")),
    ],
)
def test_a_whole_number_is_one_id_however_it_is_held(column):
    assert plain_ids(column, "x.csv").tolist() == ["7", "12"]


def test_what_is_missing_is_missing():
    for column in (pd.Series([7.0, None]), pd.Series(["7.0", None]), pd.Series([7, None], dtype="Float64")):
        ids = plain_ids(column, "x.csv")
        assert (ids[0], ids.isna().tolist()) == ("7", [False, True])


def test_other_text_stays_as_it_is():
    kept = ["0000320193", "0000320193-16-000070", "007.0", "1.5", "v1.0", "1.0.0", "-1.0", "../x", "Ünïcode", "1e5"]
    assert plain_ids(pd.Series(kept), "x.csv").tolist() == kept
    assert plain_ids(pd.Series([1.0, 1.5]), "x.csv").tolist() == ["1", "1.5"]


def test_ids_that_would_become_one_are_refused():
    with pytest.raises(TableError, match=r"x.csv: the ids '1.0' and '1' would both be '1' \(1 such id\)\. Give each"):
        plain_ids(pd.Series(["1.0", "2", "1"]), "x.csv")
    assert plain_ids(pd.Series(["1.0", "1.0"]), "x.csv").tolist() == ["1", "1"]


@pytest.mark.parametrize(
    ("column", "shown"),
    [
        (pd.Series([1.0, 2.0**53]), "9007199254740992.0"),
        (pd.Series([1.0, 2.0**24], dtype="float32"), "16777216.0"),
        (pd.Series(["1", "9007199254740993.0"]), "'9007199254740993.0'"),
        (pd.Series(["1", "3.20193E+11"]), "'3.20193E+11'"),
        (pd.Series(["1", 1e300], dtype=object), "1e\\+300"),
        (pd.Series([1.5, 1e300]), "1e\\+300"),
    ],
)
def test_numbers_that_may_have_lost_digits_are_refused(column, shown):
    shown = shown.replace("E+", "E\\+")
    with pytest.raises(
        TableError, match=rf"x.csv: column 'id', row 1: the id {shown} was a number .* Save ids as text"
    ):
        plain_ids(column.rename("id"), "x.csv")


def test_a_large_whole_number_is_exact():
    assert plain_ids(pd.Series([2**62 + 1]), "x.csv").tolist() == ["4611686018427387905"]


def test_ids_that_no_file_can_be_called_after():
    ids = pd.Series(["a" * 200, "a" * 201, "a" * 5000, "a\x00b", "a\nb", "a/b", None], dtype="str")
    assert unusable(ids).tolist() == [False, True, True, True, True, False, False]


@given(st.lists(st.integers(0, 2**52), min_size=1, max_size=20, unique=True))
def test_floats_and_their_text_give_back_the_whole_numbers(numbers):
    expected = [str(number) for number in numbers]
    floats = pd.Series(numbers, dtype="float64")
    assert plain_ids(floats, "x").tolist() == expected
    assert plain_ids(floats.map(repr), "x").tolist() == expected


def test_plain_text():
    assert plain_text(pd.Series([b"a ", "b", None])).tolist()[:2] == ["a", "b"]
    assert plain_text(pd.Series(["nan", "None", " ", "<NA>"])).isna().all()
