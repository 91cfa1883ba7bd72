import math

import pytest

from rnn_trading.register.counting import tried, tries_now
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
    assert found["new"] == bool(changes.keys() & {"source", "protocol", "experiment", "test_rows"})


def test_another_set_of_seeds_is_another_try_of_the_same_configuration():
    others = [entry("b" * seed, seed=seed) for seed in range(1, 30)]
    shopped, averaged = count(*others), count(ours=[*OURS, *others])
    assert (shopped["configurations"], shopped["tries"], shopped["fits"]) == (1, 30, 31)
    assert (averaged["configurations"], averaged["tries"]) == (1, 1)
    # Thirty seeds are fifteen pairs; a second design has one seed, and so one pair.
    pair = [*OURS, others[0]]
    assert count(*others[1:], entry("c", "d2"), ours=pair)["tries"] == 15 + 1


def test_a_parameter_that_changes_no_fit_is_no_try():
    """It changes what readers are shown, and the hash of the design."""
    same = [entry("aa", "d2"), entry("aaa", "d2", fold="2", dates=("2021-01-01", "2021-12-31"), test=0.3)]
    assert (count(*same)["configurations"], count(*same)["tries"], count(*same)["fits"]) == (1, 1, 2)
    assert count(same[0])["configurations"] == 1  # it was broken off before its second fold
    assert count(same[0], entry("b", "d2", fold="2"))["configurations"] == 2  # the second fold is another one
    # The same network can make other forecasts, which its scores tell; and be tested on other rows.
    assert count(entry("aa", "d2", test=0.15))["configurations"] == 2
    assert count(entry("aa", "d2", data="others"))["configurations"] == 2


def test_fits_that_another_version_of_the_code_made_are_told():
    assert count()["versions"] == 1
    assert count(entry("b"), entry("bb"))["versions"] == 3
    assert count(entry("b", seed=43), entry("bb", "d2"), entry("bbb", data="others"))["versions"] == 1


def test_what_is_counted_is_counted_since_its_own_first_fit():
    earlier = entry("b", "d2", dates=("2018-01-01", "2019-12-31"), when="2020-01-01T00:00:00Z")
    found = count(earlier)
    assert (found["configurations"], found["fits"], found["since"]) == (1, 2, "2026-01-01T00:00:02Z")
    assert not found["new"]  # it was tested, if on other dates
    untested = [entry("aa", test_rows=0, dates=(None, None), test=None)]
    assert (found := count(ours=untested))["since"] == "2026-01-01T00:00:02Z"
    assert (found["configurations"], found["tries"], found["fits"]) == (1, 1, 1)


def test_a_count_can_be_made_again_when_more_was_tried():
    of = count()["of"]
    later = [entry("b" * number, f"d{number}") for number in range(2, 11)]
    elsewhere = entry("c", "d2", experiment="mine.level")
    register = Register(as_table([*OURS, *later, elsewhere]))
    assert [tries_now(Register(as_table(OURS)), of), tries_now(register, of)] == [1, 10]
    assert tries_now(register, [*of, of[0] | {"experiment": "mine.level"}]) == 11


def test_seeds_that_are_shown_beside_the_judged_ones_are_tries():
    seeds = [entry("a" * number, seed=number, test=0.1 * number) for number in range(1, 5)]
    register = Register(as_table(seeds))
    assert tried(register, seeds)["tries"] == 1
    found = tried(register, seeds, 1)
    assert (found["configurations"], found["tries"], found["fits"]) == (1, 4, 4)
    assert found["test_score"] == 0.1
    assert tries_now(register, found["of"]) == 4


def test_documents_have_no_dates_and_all_count():
    ours = [entry("aa", dates=(None, None))]
    assert count(entry("b", "d2"), entry("c", "d3", dates=(None, None)), ours=ours)["configurations"] == 3


def test_the_best_is_that_of_a_configuration_and_not_of_a_lucky_fold():
    later = {"fold": "2", "dates": ("2021-01-01", "2021-12-31")}
    lucky = entry("b", "d2", validation=0.5), entry("bb", "d2", validation=-0.5, **later)
    steady = [entry("c", "d3", validation=0.25, test=None, **fold) for fold in ({}, later)]
    found = count(*lucky, *steady)
    assert (found["validation_score"], found["best_validation_score"]) == (pytest.approx(0.2), 0.25)
    assert found["best_test_score"] == pytest.approx(0.2)
    errors = entry("aa", metric="rmse", larger_is_better=False)
    assert count(entry("b", "d2", validation=0.1), ours=[errors])["best_validation_score"] == 0.1
    assert count(entry("b", "d2", validation=0.9))["best_validation_score"] == pytest.approx(0.2)  # of one fold alone
    none = [entry("aa", validation=None)]
    assert count(ours=none)["best_validation_score"] is None


def test_a_configuration_that_was_tested_in_other_folds_too_is_compared_on_these_rows():
    whole = entry("b", fold="1", dates=("2020-01-01", "2021-12-31"), test_rows=500, test=0.9, validation=0.9)
    found = count(whole)
    assert (found["configurations"], found["best_test_score"]) == (1, pytest.approx(0.2))
    ours = [whole | {"when": "2026-01-02T00:00:00Z"}]
    assert count(*OURS, ours=ours)["best_test_score"] == 0.9


def test_parts_that_cannot_be_read_are_named():
    assert count(**{"x.parquet": "cut"})["unreadable"] == ["x.parquet"]


def test_nothing_is_judged_that_is_not_counted():
    many = [entry("a" * number, fold=str(number)) for number in range(2, 8)]
    with pytest.raises(ValueError, match=r"5 of 6 fits are not in the register \(fold 3, seed 42; .* and 2 more\)"):
        tried(Register(as_table(many[:1])), many)
    # Nor is the same network under another design, on other rows, or on a source of another name.
    for other in (entry("aa", "d2"), entry("aa", data="others"), entry("aa", source="copy.csv")):
        with pytest.raises(ValueError, match="1 of 1 fits is not in the register"):
            tried(Register(as_table([other])), [entry("aa")])
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


def test_of_a_fit_that_was_chosen_from_several_grids_the_largest_counts():
    """Whichever came last; the final fit, which nothing is tested by, counts, too."""
    final = entry("b", "d2", fold="final", dates=(None, None), test=None, test_rows=0, networks=3)
    for grids in ((5, 2), (2, 5)):
        seen = [entry("aa", f"d{number}", networks=number) for number in grids]
        assert tried(Register(as_table(seen)), seen[-1:])["networks"] == 5
        assert tried(Register(as_table([*seen, final])), [seen[-1], final])["networks"] == 5 + 3
