"""Splits of filings by hand: the gap in sessions, firms on one side, and random draws."""

import pandas as pd
import pytest

from rnn_trading.filings.splits import (
    FilingSplitParameters,
    describe_filing_folds,
    describe_filing_parts,
    divide_filings,
)
from rnn_trading.splits.walk_forward import WalkForwardParameters
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


OPEN_ENDED = changed(BY_TIME, validation_from=None, test_from=None, until=None)
WALK = WalkForwardParameters(folds=3, refit_every=10, final_fit=True)


def of_part(parts, fold):
    """First and last session of each part."""
    rows = {name: [int(filing[1:]) for filing in each.index] for name, each in parts.groupby(fold)}
    assert all(sorted(found) == list(range(min(found), max(found) + 1)) for found in rows.values())
    return {name: (min(found), max(found)) for name, found in rows.items()}


def test_every_fold_has_its_gap():
    """One filing a session; 10 of 80 are each test, 10 the validation before it; 5 sessions lie between parts."""
    parts = divide_filings(returns(), SESSIONS, OPEN_ENDED, WALK)
    assert parts.columns.tolist() == ["split", "fold_1", "fold_2", "fold_3", "final", "problem"]
    assert of_part(parts, "fold_1") == {"train": (0, 34), "validation": (40, 44), "test": (50, 59)}
    assert of_part(parts, "fold_2") == {"train": (0, 44), "validation": (50, 54), "test": (60, 69)}
    assert of_part(parts, "fold_3") == {"train": (0, 54), "validation": (60, 64), "test": (70, 79)}
    assert of_part(parts, "final") == {"train": (0, 64), "validation": (70, 79)}
    assert of_part(parts, "split") == {"train": (0, 34), "validation": (40, 44), "test": (50, 79)}
    # What lies in the gap of the first fold is trained on in the next.
    assert parts["problem"].isna().all()
    wider = divide_filings(returns(), SESSIONS, OPEN_ENDED, changed(WALK, purge=2, embargo=5, train="rolling"))
    # A return of five sessions reaches further than a purge of two; with the embargo, seven sessions are left out.
    assert of_part(wider, "fold_1") == {"train": (0, 32), "validation": (40, 42), "test": (50, 59)}
    assert of_part(wider, "fold_2") == {"train": (10, 42), "validation": (50, 52), "test": (60, 69)}


def test_filings_in_no_fold_say_why():
    split = changed(OPEN_ENDED, until=SESSIONS[74].date(), firms="on_one_side", test_share=0.4)
    table = returns()
    parts = divide_filings(table, SESSIONS, split, changed(WALK, final_fit=False))
    assert set(parts.loc["f75":, "problem"]) == {"after_the_last_date"}
    folds = parts[["fold_1", "fold_2", "fold_3"]]
    of_test, others = (set(table.loc[(folds == part).any(axis=1), "firm"]) for part in ("test", "train"))
    assert len(of_test) == 4
    assert not of_test & others
    # Between the validation of the last fold and the end, other firms are in no test, and were trained on by none.
    late = parts.loc["f65":"f74"]
    assert late.loc[~table.loc[late.index, "firm"].isin(of_test), "problem"].eq("firm_of_another_side").all()
    assert parts["problem"].notna().equals(folds.isna().all(axis=1))


def test_one_fold_is_the_single_split():
    single = divide_filings(returns(), SESSIONS, BY_TIME)
    parts = divide_filings(returns(), SESSIONS, BY_TIME, WalkForwardParameters())
    pd.testing.assert_frame_equal(parts[["split", "problem"]], single)
    pd.testing.assert_series_equal(parts["fold_1"], single["split"], check_names=False)


def test_the_record_says_the_filings_of_each_fold():
    table = returns()
    described = describe_filing_folds(
        table.drop(columns="problem").join(divide_filings(table, SESSIONS, OPEN_ENDED, WALK))
    )
    assert [fold["fold"] for fold in described] == [1, 2, 3, "final"]
    assert described[1]["test"] == {"rows": 10, "first_date": "2016-03-28", "last_date": "2016-04-08", "firms": 10}
    assert described[3]["test"]["rows"] == 0


def test_folds_that_filings_do_not_allow_are_refused():
    with pytest.raises(ValueError, match="Too few filings are left in fold_1: .* validation 2 .*fewer folds"):
        divide_filings(returns(), SESSIONS, OPEN_ENDED, changed(WALK, embargo=3))
    with pytest.raises(ValueError, match="8 folds need 80 test dates"):
        divide_filings(returns(), SESSIONS, OPEN_ENDED, changed(WALK, folds=8))
    random = changed(OPEN_ENDED, drawn="at_random")
    with pytest.raises(ValueError, match=r"expected walk_forward.folds=1 .* Received: walk_forward.folds=3"):
        divide_filings(returns(), SESSIONS, random, WALK)
    assert "fold_1" in divide_filings(returns(), SESSIONS, random, WalkForwardParameters())
