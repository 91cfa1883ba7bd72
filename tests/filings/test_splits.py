"""Splits of filings by hand: the gap in sessions, firms on one side, and random draws."""

import pandas as pd
import pytest

from rnn_trading.filings.splits import FilingSplitParameters, describe_filing_parts, divide_filings
from tests.helpers import changed

SESSIONS = pd.bdate_range("2016-01-04", periods=80)
BY_TIME = FilingSplitParameters(
    drawn="by_time",
    validation_from=SESSIONS[40].date(),
    test_from=SESSIONS[60].date(),
    until=SESSIONS[74].date(),
    gap_sessions=5,
    test_share=0.1,
    firms="on_any_side",
    validate_on="validation",
    seed=1,
)


def returns(positions=range(80), firms=10):
    """One filing a session, firms in turn."""
    entries = SESSIONS[list(positions)]
    table = pd.DataFrame({"entry": entries, "firm": [f"F{number % firms}" for number in range(len(entries))]})
    table["exit"] = SESSIONS[[min(position + 5, 79) for position in positions]]
    table.index = pd.Index([f"f{position}" for position in positions], name="filing_id")
    return table.assign(problem=pd.Series(None, index=table.index, dtype="str"))


def test_the_gap_is_counted_in_sessions():
    parts = divide_filings(returns(), SESSIONS, BY_TIME)
    by_part = {name: rows.index.tolist() for name, rows in parts.groupby("split")}
    # A return from session 34 is over at session 39, before the first entry of the validation.
    assert by_part == {
        "train": [f"f{number}" for number in range(35)],
        "validation": [f"f{number}" for number in range(40, 55)],
        "test": [f"f{number}" for number in range(60, 75)],
    }
    gone = parts[parts["split"].isna()]["problem"]
    assert gone.value_counts().to_dict() == {"in_the_gap_of_the_split": 10, "after_the_last_date": 5}


def test_the_gap_is_one_of_the_market_not_of_the_filings():
    """Between filings that lie far apart nothing is lost; rows of dates would have been."""
    sparse = returns([*range(0, 34, 2), 40, 44, 48, 60, 64, 68])
    parts = divide_filings(sparse, SESSIONS, BY_TIME)
    assert parts["split"].notna().all()


def test_no_return_reaches_into_the_next_part_whatever_the_gap():
    table = returns()
    parts = divide_filings(table, SESSIONS, changed(BY_TIME, gap_sessions=0))["split"]
    for earlier, later in (("train", "validation"), ("validation", "test")):
        assert table["exit"][parts[parts == earlier].index].max() < table["entry"][parts[parts == later].index].min()
    assert (parts == "train").sum() == 35
    wider = divide_filings(table, SESSIONS, changed(BY_TIME, gap_sessions=8))["split"]
    # Eight sessions lie between the last entry, at session 31, and the first, at session 40.
    assert (wider == "train").sum() == 32


def test_without_boundaries_the_last_dates_are_held_out():
    open_ended = changed(BY_TIME, validation_from=None, test_from=None, until=None)
    counts = divide_filings(returns(), SESSIONS, open_ended)["split"].value_counts()
    assert counts.to_dict() == {"train": 51, "test": 12, "validation": 7}


def test_firms_on_one_side_by_time():
    split = changed(BY_TIME, firms="on_one_side", test_share=0.4)
    table = returns()
    parts = divide_filings(table, SESSIONS, split)
    firms = {part: set(table.loc[rows.index, "firm"]) for part, rows in parts.groupby("split")}
    assert not firms["test"] & (firms["train"] | firms["validation"])
    assert len(firms["test"]) == 4
    assert (parts["problem"] == "firm_of_another_side").sum() == 14 + 6 + 9
    described = describe_filing_parts(table.join(parts["split"]))
    assert described["test_firms_in_training"] == 0
    shared = describe_filing_parts(table.join(divide_filings(table, SESSIONS, BY_TIME)["split"]))
    assert shared["test_firms_in_training"] == 1
    assert shared["train"] == {"rows": 35, "first_date": "2016-01-04", "last_date": "2016-02-19", "firms": 10}
    assert shared["unused"] == {"rows": 15}


@pytest.mark.parametrize("validate_on", ["test", "validation"])
def test_a_random_tenth_as_published(validate_on):
    split = changed(BY_TIME, drawn="at_random", validate_on=validate_on)
    counts = divide_filings(returns(), SESSIONS, split)["split"].value_counts().to_dict()
    assert counts == ({"train": 72, "test": 8} if validate_on == "test" else {"train": 64, "test": 8, "validation": 8})
    again = divide_filings(returns().sample(frac=1, random_state=0), SESSIONS, split)["split"]
    assert again.sort_index().equals(divide_filings(returns(), SESSIONS, split)["split"].sort_index())


def test_random_firms_on_one_side():
    split = changed(BY_TIME, drawn="at_random", firms="on_one_side", test_share=0.2)
    table = returns()
    parts = divide_filings(table, SESSIONS, split)
    firms = [set(table.loc[rows.index, "firm"]) for _, rows in parts.groupby("split")]
    assert sorted(map(len, firms)) == [2, 2, 6]
    assert len(set.union(*firms)) == 10


def test_filings_without_a_return_are_not_split():
    table = returns()
    table.loc["f3", "problem"] = "no_prices"
    assert "f3" not in divide_filings(table, SESSIONS, BY_TIME).index
    table["problem"] = "no_prices"
    with pytest.raises(ValueError, match=r"None of 80 filings has a return to forecast \(no_prices 80\)"):
        divide_filings(table, SESSIONS, BY_TIME)


def test_too_few_filings():
    with pytest.raises(
        ValueError, match=r"Too few filings are left: train 4 \(at least 10\), validation 2 \(at least 3\)"
    ):
        divide_filings(returns([0, 1, 2, 3, 41, 42, 60, 61, 62]), SESSIONS, BY_TIME)
