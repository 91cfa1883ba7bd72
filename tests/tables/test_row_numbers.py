"""Which columns count the rows."""

import pandas as pd
import pytest

from rnn_trading.tables.layouts import to_long
from rnn_trading.tables.names import Told
from rnn_trading.tables.row_numbers import counts_rows


@pytest.mark.parametrize("label", ["", "index", "Unnamed: 0", "Unnamed: 0.1"])
@pytest.mark.parametrize("values", [[0, 1, 2], [1, 2, 3], ["2", "0", "1"], [0.0, 1.0, 2.0]])
def test_a_nameless_column_of_row_numbers(label, values):
    assert counts_rows(label, pd.Series(values))
    assert not counts_rows("AAPL", pd.Series(values))


@pytest.mark.parametrize("values", [[0, 1, 3], [0, 1, 1], [2016, 2017, 2018], ["0", "1", "x"], [0.0, 1.0, None], []])
def test_other_values_are_no_row_numbers(values):
    assert not counts_rows("", pd.Series(values, dtype=object))


def test_a_nameless_column_of_other_numbers_is_no_ticker():
    raw = pd.DataFrame(
        {"Date": ["2020-01-02", "2020-01-03"], "Unnamed: 5": ["7", "8"], "A": ["1", "2"], "B": ["3", "4"]}
    )
    with pytest.raises(ValueError, match="expected a column of prices for each ticker. Received also 'Unnamed: 5'"):
        to_long(raw, "row {}".format, "x.csv", Told())
    long = to_long(raw.assign(**{"Unnamed: 5": ["1", "2"]}), "row {}".format, "x.csv", Told())
    assert long.table["ticker"].unique().tolist() == ["A", "B"]
