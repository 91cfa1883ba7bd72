"""How many networks each experiment has, by parameters."""

import pytest

from rnn_trading import plan
from rnn_trading.plan import Fits, Plan
from tests.test_doctests import run_examples

LEVEL = {
    "walk_forward": {"folds": 3, "train": "expanding", "final_fit": True},
    "seeds": 2,
    "other_seeds": [1, 43, 1],
    "training": {"seed": 42, "epochs": 9},
}


def test_parameters_say_how_many_folds_and_which_seeds():
    fits = Plan.from_parameters({"mine": {"level": LEVEL}}).of("mine.level")
    declared = {"seeds": "params:mine.level.seeds", "other_seeds": "params:mine.level.other_seeds"}
    # 43 is averaged already, and 1 named twice.
    assert fits == Fits(3, (42, 43), (1,), final=True, walks=True, declared=declared)
    assert (fits.names, fits.last, fits.single) == (("fold_1", "fold_2", "fold_3"), "fold_final", False)


def test_without_a_walk_there_is_one_fold_and_no_final_fit():
    fits = Plan.from_parameters({"mine": {"reviews": {"training": {"seed": 7}}}}).of("mine.reviews")
    assert fits == Fits(seeds=(7,))
    assert (fits.last, fits.single, fits.walks) == ("fold_1", True, False)


def test_the_nearest_block_counts_and_replaces_a_block_above_it_whole():
    twin = {"walk_forward": {"folds": 2}, "seeds": 1}
    parameters = {"seeds": 9, "mine": {"level": LEVEL | {"twin": twin, "other": {"training": {"seed": 7}}}}}
    plan_of_all = Plan.from_parameters(parameters)
    fits = plan_of_all.of("mine.level.twin")
    assert (fits.folds, fits.seeds, fits.others, fits.final) == (2, (42,), (1, 43), False)
    assert fits.declared == {"seeds": "params:mine.level.twin.seeds", "other_seeds": "params:mine.level.other_seeds"}
    assert plan_of_all.of("mine.level.other").seeds == (7, 8)
    # What stands above all experiments is of none of them.
    assert plan_of_all.of("another").seeds == (0,)


@pytest.mark.parametrize("value", [0, -1, 2.0, True, "5", [1]])
def test_what_is_no_number_of_seeds_is_refused_by_its_name(value):
    with pytest.raises(ValueError, match=r"^mine\.seeds: expected a whole number of 1 or more\. Received: "):
        Plan({"mine": {"seeds": value}}).of("mine.level")


@pytest.mark.parametrize("value", [1, "12", [1.5], [-1], [True]])
def test_what_is_no_list_of_seeds_is_refused_by_its_name(value):
    with pytest.raises(
        ValueError, match=r"^mine\.level\.other_seeds: expected a list of seeds, 0 or more\. Received: "
    ):
        Plan({"mine": {"level": {"other_seeds": value}}}).of("mine.level")


@pytest.mark.parametrize("walk", [None, [], {"folds": None}])
def test_a_walk_that_is_none_is_left_to_who_checks_parameters(walk):
    assert Plan({"mine": {"walk_forward": walk}}).of("mine.level").folds == 1


@pytest.mark.parametrize(
    ("block", "name"),
    [
        *(({"walk_forward": {"folds": value}}, "walk_forward.folds") for value in (0, "2", 3.0, True)),
        *(({"walk_forward": {"final_fit": value}}, "walk_forward.final_fit") for value in (1, "yes")),
        *(({"training": {"seed": value}}, "training.seed") for value in ("7", 7.0, True, -1)),
    ],
)
def test_what_a_parameter_set_would_convert_is_refused_where_pipelines_are_made_from_it(block, name):
    with pytest.raises(ValueError, match=rf"^mine\.{name}: expected .* Received: "):
        Plan({"mine": block}).of("mine.level")


def test_changes_replace_values_and_nothing_beside_them():
    before = Plan.from_parameters({"mine": {"level": LEVEL}})
    after = before.changed_by({"mine": {"level": {"walk_forward": {"folds": 1}, "model": {"units": [3]}}}})
    assert (after.of("mine.level").folds, after.of("mine.level").final) == (1, True)
    assert before.of("mine.level").folds == 3
    assert Plan.from_parameters({"mine": {"level": LEVEL | {"model": {"units": [3]}}}}).parameters == before.parameters


def test_a_plan_is_used_until_another(monkeypatch):
    monkeypatch.setattr(plan, "_current", plan.ONE_EACH)
    two = Plan({"mine": {"seeds": 2}})
    assert [plan.use(two), plan.use(Plan({"mine": {"seeds": 2}})), plan.use(plan.ONE_EACH)] == [True, False, True]
    assert plan.current() is plan.ONE_EACH


def test_the_examples():
    assert run_examples("rnn_trading.plan").failed == 0


@pytest.mark.parametrize(("folds", "seeds"), [(2000, 1), (400, 5), (1, 10**12)])
def test_more_fits_than_can_be_planned_are_refused_before_they_are(folds, seeds):
    walk = {"walk_forward": {"folds": folds, "final_fit": True}, "seeds": seeds}
    with pytest.raises(ValueError, match=r"^mine\.walk_forward\.folds, mine\.seeds: expected at most 2,000 fits"):
        Plan.from_parameters({"mine": walk}).of("mine.level")


def test_a_seed_that_no_column_holds_is_refused():
    with pytest.raises(
        ValueError, match=r"other_seeds: expected a list of seeds, 0 or more\. Received: \[9223372036854775808\]"
    ):
        Plan.from_parameters({"mine": {"other_seeds": [2**63]}}).of("mine.level")
