"""Counts and names in messages: one such row, two such rows."""

import pandas as pd
import pytest

from rnn_trading.tables.checks import SourceTable, TableError
from rnn_trading.tables.wording import are_missing, counted, reasons


@pytest.mark.parametrize(("count", "said"), [(0, "0 such rows"), (1, "1 such row"), (2, "2 such rows")])
def test_one_is_singular(count, said):
    assert counted(count, "such row") == said


def test_a_plural_of_its_own():
    assert [counted(count, "row has", "rows have") for count in (1, 1200)] == ["1 row has", "1,200 rows have"]


def test_one_column_is_missing_and_several_are():
    assert are_missing(["a"]) == "column 'a' is missing"
    assert are_missing(["a", "b"], "series", "series") == "series 'a' and 'b' are missing"


def test_nothing_is_said_of_what_did_not_occur():
    assert reasons({"a_b": 0}) == ""
    assert reasons({"a_b": 1200, "c": 0, "d": 1}) == "a b 1,200, d 1"


def test_a_message_with_one_row():
    source = SourceTable(pd.DataFrame({"close": ["1", "x"]}), "x.csv", ("close",))
    source.numbers("close")
    with pytest.raises(TableError, match=r"Received: 'x' \(1 such row\)\. Correct"):
        source.usable()
