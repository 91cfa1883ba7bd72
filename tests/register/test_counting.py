import math

import pytest

from rnn_trading.register.counting import tried
from rnn_trading.register.entries import FIELDS, Register, Scores, Unit, as_table, faults_of, trial
from tests.register.entries_made_up import MADE, entry

OURS = entry("aa"), entry("aaa", fold="2", dates=("2021-01-01", "2021-12-31"), test=0.3)


def count(*others, ours=OURS, **unreadable):
    return tried(Register(as_table([*ours, *others]), unreadable), ours)


def test_folds_and_seeds_of_one_design_are_one_configuration():
    found = count()
    assert (found["configurations"], found["fits"], found["new"]) == (1, 2, True)
    assert found["since"] == "2026-01-01T00:00:02Z"
    assert found["test_score"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("changes", "configurations"),
    [
        ({}, 2),
        ({"dates": ("2019-01-01", "2020-01-01")}, 2),  # one day is the same
        ({"dates": ("2021-12-31", "2022-06-30")}, 2),
        ({"dates": ("2018-01-01", "2019-12-31")}, 1),  # another test
        ({"dates": (None, None)}, 2),  # it has no dates: it may be the same test
        ({"source": "other.csv"}, 1),
        ({"protocol": "as_published"}, 1),
        ({"experiment": "mine.level"}, 1),
        ({"test_rows": 0, "dates": (None, None), "test": None}, 1),  # never tested
    ],
)
def test_what_counts_as_a_try(changes, configurations):
    found = count(entry("b", "d2", **changes))
    assert found["configurations"] == configurations
    assert found["new"] == bool(changes.keys() & {"source", "protocol", "experiment"})


def test_a_rerun_of_a_fit_is_no_try_and_a_seed_is_a_fit_alone():
    assert count(entry("b", seed=43))["configurations"] == 1
    assert count(entry("b", seed=43))["fits"] == 3


def test_documents_have_no_dates_and_all_count():
    ours = [entry("aa", dates=(None, None))]
    assert count(entry("b", "d2"), entry("c", "d3", dates=(None, None)), ours=ours)["configurations"] == 3


def test_the_best_is_that_of_a_configuration_and_not_of_a_lucky_fold():
    lucky = entry("b", "d2", validation=0.5), entry("bb", "d2", validation=-0.5)
    found = count(*lucky, entry("c", "d3", validation=0.25, test=None))
    assert (found["validation_score"], found["best_validation_score"]) == (pytest.approx(0.2), 0.25)
    assert found["best_test_score"] == pytest.approx(0.2)
    errors = entry("aa", metric="rmse", larger_is_better=False)
    assert count(entry("b", "d2", validation=0.1), ours=[errors])["best_validation_score"] == 0.1
    none = [entry("aa", validation=None)]
    assert count(ours=none)["best_validation_score"] is None


def test_parts_that_cannot_be_read_are_named():
    assert count(**{"x.parquet": "cut"})["unreadable"] == ["x.parquet"]


def test_nothing_is_judged_that_is_not_counted():
    many = [entry("a" * number, fold=str(number)) for number in range(2, 8)]
    with pytest.raises(ValueError, match=r"5 of 6 fits are not in the register \(fold 3, seed 42; .* and 2 more\)"):
        tried(Register(as_table(many[:1])), many)
    # The same network under another design is another try.
    with pytest.raises(ValueError, match="1 of 1 fits is not in the register"):
        tried(Register(as_table([entry("aa", "d2")])), [entry("aa")])
    with pytest.raises(ValueError, match="No fit was handed over"):
        tried(Register(as_table([])), [])


def test_an_entry_has_what_it_must():
    assert faults_of(entry("aa")) == []
    assert faults_of(entry("aa") | {"test_score": 1, "clean": None}) == ["'test_score': expected float, received 1"]
    fit, scores = {"key": "k", "epochs": 3, "seconds": 1.5}, Scores("r2", True, None, None, None, None, 0, "rows")
    with pytest.raises(ValueError, match=r"mine, fold final, seed 42: .* Missing: the facts \['ended', 'device'\]"):
        trial(Unit("mine", "corrected", "final", 42), fit, MADE, {"hash": "h"}, scores)
    whole = fit | {"ended": "2026-01-01T00:00:00Z", "device": "CPU"}
    with pytest.raises(ValueError, match="its configuration, which the loader fills in"):
        trial(Unit("mine", "corrected", 1, 42), whole, MADE, {}, scores)


def test_a_table_has_types_and_the_order_of_time():
    table = as_table([entry("bbb"), entry("aa", clean=None, test=None)])
    assert list(table) == list(FIELDS)
    assert table["key"].tolist() == ["aa", "bbb"]
    assert table["seed"].dtype == "int64"
    assert math.isnan(table["test_score"][0])
    assert table["clean"].isna().tolist() == [True, False]
