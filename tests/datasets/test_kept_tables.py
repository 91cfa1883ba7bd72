from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnn_trading.datasets.kept_tables import BadFileError, KeptTable
from rnn_trading.tables.checks import TableError

DAYS = pd.DatetimeIndex(["2020-01-02", "2020-01-03"], name="date")
FIRST, UNTIL = date(2020, 1, 1), date(2020, 2, 1)


def positive(table):
    if not (table["value"] > 0).all():
        raise TableError("expected values above 0.")
    return table


@pytest.fixture
def file(tmp_path):
    return KeptTable(tmp_path / "a b.parquet", "values, form 1", "KO", positive)


@pytest.fixture
def table():
    return pd.DataFrame({"value": [1.0, 2.0]}, index=DAYS)


def test_what_is_read_is_what_was_written(file, table):
    assert file.read() is None
    written = file.write(table, FIRST, UNTIL)
    read = file.read()
    pd.testing.assert_frame_equal(read.table, table)
    assert (read.first, read.until) == (written.first, written.until) == (FIRST, UNTIL)
    assert read.covers(FIRST, UNTIL)
    assert not read.covers(FIRST - timedelta(days=1), UNTIL)
    assert not read.covers(FIRST, UNTIL + timedelta(days=1))
    assert table.attrs == {}


def test_a_table_that_fails_leaves_the_former_file(file, table):
    file.write(table, FIRST, UNTIL)
    with pytest.raises(TableError, match="above 0"):
        file.write(-table, FIRST, UNTIL)
    assert file.read().table.equals(table)


@pytest.mark.parametrize(
    ("first", "until", "message"),
    [
        (date(2020, 1, 3), UNTIL, "2020-01-02 is not from 2020-01-03 to 2020-02-01"),
        (FIRST, date(2020, 1, 3), "2020-01-03 is not from 2020-01-01 to 2020-01-03"),
        (FIRST, date(9999, 1, 1), "it says that it holds the days to 9999-01-01"),
    ],
)
def test_days_that_were_not_asked_for_are_not_used(file, table, first, until, message):
    with pytest.raises(BadFileError, match=message):
        file.write(table, first, until)


@given(content=st.binary(max_size=200), cut=st.integers(0, 400))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_is_read_whole_or_named(file, table, content, cut):
    file.write(table, FIRST, UNTIL)
    whole = file.path.read_bytes()
    for spoilt in (content, whole[:cut] + content + whole[cut + len(content) :], whole[: -1 - cut]):
        file.path.write_bytes(spoilt)
        try:
            assert file.read().table.equals(table)
        except BadFileError as error:
            assert str(error).endswith(f"rm '{file.path}'")
