import pandas as pd
import pytest

from rnn_trading.splits.chronological import chronological_split, rows_in
from tests.helpers import changed

DATES = pd.date_range("2020-01-05", periods=20, freq="W")  # 2020-01-05 ... 2020-05-17


def parts(dates, split):
    assigned = chronological_split(dates, split)
    return {name: [f"{day:%m-%d}" for day in assigned.index[assigned == name]] for name in assigned.cat.categories}


def test_last_fifteen_percent_each_with_a_purge_of_one(last_dates):
    # 15 % of 20 dates are 3: the test is the last 3, the validation the 3 before; each part loses its last date
    # before the next one begins.
    assert parts(DATES, last_dates) == {
        "train": [
            *("01-05", "01-12", "01-19", "01-26", "02-02", "02-09", "02-16", "02-23"),
            *("03-01", "03-08", "03-15", "03-22", "03-29"),
        ],
        "validation": ["04-12", "04-19"],
        "test": ["05-03", "05-10", "05-17"],
    }


def test_given_dates_and_an_end(last_dates):
    split = changed(
        last_dates,
        validation_from=pd.Timestamp("2020-02-01").date(),
        test_from=pd.Timestamp("2020-03-01").date(),
        until=pd.Timestamp("2020-03-20").date(),
        purge=0,
    )
    assert parts(DATES, split) == {
        "train": ["01-05", "01-12", "01-19", "01-26"],
        "validation": ["02-02", "02-09", "02-16", "02-23"],
        "test": ["03-01", "03-08", "03-15"],
    }


def test_as_published_there_is_no_validation(last_dates):
    split = changed(last_dates, test_from=pd.Timestamp("2020-05-03").date(), purge=0, validate_on="test")
    assigned = parts(DATES, split)
    assert len(assigned["train"]) == 17
    assert assigned["validation"] == []
    assert assigned["test"] == ["05-03", "05-10", "05-17"]


def test_rows_follow_their_dates(last_dates):
    dates = DATES.repeat(2)
    assigned = chronological_split(dates, last_dates)
    masks = [rows_in(assigned, dates, name) for name in ("train", "validation", "test")]
    assert [mask.sum() for mask in masks] == [26, 4, 6]
    assert not (masks[0] & masks[1] | masks[1] & masks[2]).any()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"test_from": "2021-01-01"}, "validation_from < test_from <= until"),
        ({"validation_from": "2020-04-01", "test_from": "2020-03-01"}, "Received: 2020-04-01, 2020-03-01"),
        ({"until": "2019-01-01"}, "No row is dated until 2019-01-01"),
        ({"test_from": "2019-06-01", "validate_on": "test"}, "leaves no date for train"),
        (
            {"test_from": "2021-06-01", "until": "2021-12-31", "validate_on": "test"},
            "leaves no date for test",
        ),
        ({"purge": 3}, "leaves no date for validation"),
    ],
)
def test_a_part_without_dates_is_an_error(last_dates, changes, message):
    changes = {
        k: pd.Timestamp(v).date() if k in ("validation_from", "test_from", "until") else v for k, v in changes.items()
    }
    with pytest.raises(ValueError, match=message):
        chronological_split(DATES, changed(last_dates, **changes))
