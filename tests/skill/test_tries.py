"""What was tried before a result changes what is found, and is said."""

import json

import numpy as np
import pandas as pd
import pytest

from rnn_trading.skill.decision import decide
from rnn_trading.skill.encompassing import encompassing
from rnn_trading.skill.record import Experiment, skill_record
from rnn_trading.skill.seeds import judged_by_seed
from rnn_trading.skill.standing import standing
from rnn_trading.skill.statistics import RANKS_BY_DATE, Compared
from rnn_trading.skill.summary import skill_table
from rnn_trading.skill.tasks import TASKS
from rnn_trading.skill.tries import in_words, trials_of, what_was_tried
from tests import records as files

TRIALS = {"configurations": 1, "fits": 5, "since": "2026-01-31T12:05:00Z", "new": False, "unreadable": []}


def compared(difference, p_value):
    return Compared(0.5 + difference, 0.5, difference, (-0.1, 0.1), p_value, 0.1, False, 100, "t")


def test_what_is_better_must_be_so_after_all_tries_and_what_is_worse_is_so_anyhow():
    rivals = {"ahead": compared(0.2, 0.03), "behind": compared(-0.2, 0.03)}
    tier = standing(RANKS_BY_DATE, rivals, tried=2)
    assert [test["p_value"] for test in tier["tests"]] == pytest.approx([1 - 0.97**2, 0.03])
    assert [test["p_alone"] for test in tier["tests"]] == [0.03, 0.03]
    assert [test["p_holm"] for test in tier["tests"]] == [0.06, 0.06]  # of the rivals, not of the tries
    ahead = {"ahead": rivals["ahead"]}
    assert [standing(RANKS_BY_DATE, ahead, tried=n)["status"] for n in (1, 2)] == ["beaten", "undecided"]


def predictions(strength=0.3):
    generator = np.random.default_rng(3)
    days = pd.bdate_range("2020-01-01", periods=60)
    table = pd.DataFrame({"ticker": list("abcdefgh") * 60, "date": days.repeat(8)})
    signal = generator.normal(size=len(table))
    truth = strength * signal + generator.normal(size=len(table))
    return table.assign(prediction=signal, truth=truth, zero=0.0, reversal=-signal + generator.normal(size=len(table)))


def record(trials, strength=0.3):
    table, none = predictions(strength), {"published": None, "published_on": None}
    experiment, model = Experiment(name="mine.panel", task="regression", **none), {"networks": 5, "trials": trials}
    flags = pd.DataFrame({"stale_price": np.zeros(len(table), dtype=bool)})
    return skill_record(experiment, "corrected", table, flags, {"source": "mine"}, model)


def test_one_configuration_changes_no_number():
    table = predictions()
    assert json.dumps(decide("regression", table)) == json.dumps(decide("regression", table, tried=1))
    alone, counted = record(None), record(TRIALS)
    assert alone["trials"] is None
    assert {name for name in alone if alone[name] != counted[name]} == {"trials"}
    assert "trials" not in counted["model"]
    assert counted["trials"]["p_corrected"] == counted["trials"]["p_alone"] == counted["decision"]["p_value"]


def test_many_configurations_take_a_finding_away_and_the_verdict_says_it():
    """What is found at p = .045 alone is none after 40 tries, of which the best has such a p by luck."""
    weak = 0.13
    alone, after = record(TRIALS, weak), record(TRIALS | {"configurations": 40}, weak)
    assert 0.001 < alone["decision"]["p_value"] < 0.05
    assert alone["finding"].startswith("Better than chance") or alone["finding"].startswith("Skill")
    assert after["finding"].startswith("Cannot be told from chance")
    assert after["trials"]["p_corrected"] == pytest.approx(1 - (1 - after["trials"]["p_alone"]) ** 40)
    luck = after["trials"]["best_by_luck"]
    # The coefficient of luck is 0, and the best of 40 lies 2.1608 standard errors above it.
    low, high = after["decision"]["interval"]
    assert luck["value"] == pytest.approx(2.1608 * (high - low) / 2 / 1.96, rel=1e-4)
    assert "40 configurations were tried: the best of so many no better than" in after["verdict"]
    assert "configurations were tried" not in alone["verdict"]
    # More must be there to be found.
    seen = [each["decision"]["tiers"]["chance"]["detectable"] for each in (alone, after)]
    assert seen[1] > 1.3 * seen[0]


def test_the_worst_seed_is_judged_after_as_many_tries():
    table = predictions(0.13)
    networks = pd.DataFrame({"seed_1": table["prediction"], "seed_2": table["prediction"]})
    found = [
        judged_by_seed("regression", table, networks, tried=tried)["by_seed"]["worst_finding"]["finding_kind"]
        for tried in (1, 40)
    ]
    assert found == ["chance", "none"]


def test_the_report_says_how_many_were_tried():
    one = files.record("b", "corrected", 0.5, 0.5, trials=TRIALS | {"configurations": 3, "best_by_luck": None})
    records = files.read(files.files(one))
    assert records.problems == []
    table = skill_table(records, ["a.up", "b"]).set_index("experiment")
    assert table.loc["b", "remark"] == "3 configurations tried"
    broken = files.read(files.files(one | {"trials": {"configurations": "many"}}))
    assert "trials.configurations" in broken.problems[0]


def test_a_page_says_what_was_tried_and_what_luck_makes_of_it():
    found = record(TRIALS | {"configurations": 40, "unreadable": ["x.parquet"]}, 0.13)
    told = what_was_tried(found["trials"])
    assert told.startswith(
        "40 configurations of this experiment were tested on these dates. The register of trials has 5 fits since "
    )
    assert "1 of its parts cannot be read" in told
    assert told.endswith("Of what decided, p = 0.045 alone and p = 0.842 for all tries.")


def test_sets_of_seeds_are_tries_and_other_versions_are_told():
    trials = TRIALS | {"tries": 40, "versions": 2, "new": True}
    by_seeds, by_designs = record(trials, 0.13), record(TRIALS | {"configurations": 40}, 0.13)
    assert by_seeds["finding"] == by_designs["finding"]
    assert by_seeds["decision"]["p_value"] == by_designs["decision"]["p_value"]
    assert "40 sets of seeds of 1 configuration were tried: the best of so many" in by_seeds["verdict"]
    told = what_was_tried(by_seeds["trials"])
    assert told.startswith(
        "40 sets of seeds of 1 configuration of this experiment were tested on these dates. The register"
    )
    assert "No other fit of this experiment and source is in the register of trials" in told
    assert "There are up to 2 fits of the same configuration, fold and seed: the code" in told


def test_what_a_model_adds_must_be_added_after_all_tries():
    table, task = predictions(0.6), TASKS["regression"]
    alone, after = (encompassing(task, task.statistic, table, table, 1, tried=tried) for tried in (1, 5_000))
    assert alone["adds"]
    assert after["p_value"] == pytest.approx(1 - (1 - alone["p_value"]) ** 5_000)
    assert not after["adds"]


def test_luck_is_no_error_below_zero():
    """24 months say little of an error of .4: the best of forty by luck would have less than nothing."""
    test = {"rival": "mean", "rival_value": 0.4, "interval": (-0.8, 0.2), "difference": -0.3}
    tier = test | {"best": "mean", "p_alone": 0.2, "tests": [test]}
    decision = {"larger_is_better": False, "tiers": {"chance": tier}, "p_value": 0.9, "rival": "mean"}
    found = trials_of(decision | {"difference": -0.3}, {"configurations": 40, "fits": 40})
    assert found["best_by_luck"] is None
    of_two = trials_of(decision | {"difference": -0.3}, {"configurations": 2, "fits": 2})
    assert 0 < of_two["best_by_luck"]["value"] < 0.4


def test_luck_is_not_told_of_a_model_that_is_no_better():
    """How far a bad forecast is off says nothing of luck: the best of two by luck would have a negative error."""
    test = {"rival": "drift", "rival_value": 2.2, "interval": (400.0, 1600.0), "difference": 1000.0}
    tier = test | {"best": "drift", "p_alone": 0.02, "tests": [test]}
    decision = {"larger_is_better": False, "tiers": {"naive": tier}, "p_value": 0.04, "rival": "drift"}
    found = trials_of(decision | {"difference": 1000.0}, {"configurations": 2, "fits": 6})
    assert found["best_by_luck"] is None
    assert found["p_alone"] == found["p_corrected"] == 0.04
    assert in_words(found) == ("2 configurations were tried; p-values of what it is better than are corrected for that")
