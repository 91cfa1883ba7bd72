"""What a record makes of a rival that was trained elsewhere: before the test, after it began, or nobody knows when."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from rnn_trading.pages.experiment import experiment_page
from rnn_trading.skill.decision import decide
from rnn_trading.skill.elsewhere import Elsewhere, trained_elsewhere
from rnn_trading.skill.record import Experiment, skill_record
from rnn_trading.skill.tasks import TASKS

NAME, EXPERIMENT = "chronos_bolt", Experiment(name="e.v", task="volatility", published=None, published_on=None)
FIRST, VALIDATED = date(2020, 1, 1), date(2019, 1, 1)
# What a record says of one rival more, which is nowhere else in it.
OF_ELSEWHERE = ("elsewhere", "verdict")


def volatility(first, rows, seed, rival_noise=0.05):
    """Forecasts of the model and of two rivals; that from elsewhere is by far the best."""
    generator = np.random.default_rng(seed)
    level = np.exp(0.5 * generator.normal(size=rows))
    truth = level * np.exp(0.3 * generator.normal(size=rows))

    def off(noise):
        return truth * np.exp(noise * generator.normal(size=rows))

    table = {"date": pd.bdate_range(first, periods=rows), "truth": truth, "prediction": off(0.5), "ewma": off(1.0)}
    return pd.DataFrame(table).assign(har=off(0.9), **{NAME: off(rival_noise)})


TEST, VALIDATION = volatility(FIRST, 250, 0), volatility(VALIDATED, 250, 1)


def judged(trained_until=None, test=TEST, validation=VALIDATION, without=(), **model):
    known = model | {"trained_until": {NAME: trained_until}}
    nothing = pd.DataFrame({"x": np.zeros(len(test), dtype=bool)})
    test, validation = (each.drop(columns=[*without]) for each in (test, validation))
    return skill_record(EXPERIMENT, "corrected", test, nothing, {"source": "x"}, known, validation=validation)


def same(one, other):
    """Whether two records are the same but for what is said of a model from elsewhere."""
    return all(one[name] == other[name] for name in one if name not in OF_ELSEWHERE)


@pytest.mark.parametrize(("trained_until", "noise"), [(None, 0.05), (FIRST, 2.0), (date(2024, 6, 1), 0.05)])
def test_what_may_have_seen_the_test_changes_nothing_that_is_decided(trained_until, noise):
    """However good it is, or bad: all numbers of the record are those without it, the worst months among them."""
    test, validation = volatility(FIRST, 250, 0, noise), volatility(VALIDATED, 250, 1, noise)
    found = judged(trained_until, test, validation)
    alone = judged(None, test, validation, without=[NAME])
    assert same(found, alone)
    assert found["finding"] == "Skill beyond every rival"
    assert NAME not in found["rivals"]
    assert alone["elsewhere"] == []
    assert found["verdict"].startswith(alone["verdict"].removesuffix("."))
    [one] = found["elsewhere"]
    assert one["apart"]
    assert one["may_have_seen"] == ["test", "validation"]
    assert one["metrics"] == pytest.approx(TASKS["volatility"].evaluate(test, NAME))


def test_its_score_and_tests_are_shown_beside_the_record():
    [one] = judged(FIRST)["elsewhere"]
    assert (one["trained_until"], one["tested_from"], one["forecast"]) == ("2020-01-01", "2020-01-01", "median")
    decided = decide("volatility", TEST)["tiers"]["strong"]
    [wanted] = [test for test in decided["tests"] if test["rival"] == NAME]
    for name in ("value", "rival_value", "difference", "p_value"):
        assert one["test"][name] == pytest.approx(wanted[name]), name
    assert [(test["rival"], test["loss"]) for test in one["tests"]] == [
        (NAME, "squared error by date"),
        (NAME, "QLIKE by date"),
    ]
    assert "status" not in one["test"]
    assert judged(FIRST)["verdict"].endswith(
        "Chronos bolt was trained elsewhere until 2020-01-01, and the test begins on 2020-01-01: it may have seen the "
        f"test, and no finding rests on it. By the QLIKE it has {one['test']['rival_value']:.3f}, the model "
        f"{one['test']['value']:.3f}; p < 0.001."
    )


def test_nobody_knows_until_when_is_said():
    verdict = judged(None)["verdict"]
    assert "Chronos bolt was trained elsewhere, nobody knows until when: it may have seen the test" in verdict


def test_a_rival_of_whose_training_nothing_is_said_may_have_seen_the_test():
    nothing = pd.DataFrame({"x": np.zeros(len(TEST), dtype=bool)})
    record = skill_record(EXPERIMENT, "corrected", TEST, nothing, {"source": "x"}, {})
    assert [one["apart"] for one in record["elsewhere"]] == [True]
    assert NAME not in record["rivals"]


@pytest.mark.parametrize("trained_until", [date(2018, 12, 31), VALIDATED, date(2019, 12, 31)])
def test_before_the_test_it_is_a_strong_rival(trained_until):
    found = judged(trained_until)
    assert found["finding"] == "Skill beyond naive rivals, worse than a strong one"
    assert [test["rival"] for test in found["decision"]["tiers"]["strong"]["tests"]] == ["har", NAME]
    assert found["headline"]["best_rival"] == NAME
    assert found["by_fold"][0]["best"]["rival"] == NAME
    [one] = found["elsewhere"]
    assert not one["apart"]
    assert "metrics" not in one
    assert "elsewhere" not in found["verdict"]
    # It is weighed with the model where it cannot have seen the rows that weights are fitted on.
    seen = trained_until >= VALIDATED
    assert found["decision"]["encompassing"]["rival"] == ("har" if seen else NAME)
    assert one["may_have_seen"] == (["validation"] if seen else [])
    assert one["says"] == (
        f"Chronos bolt was trained elsewhere until {trained_until}, and the test begins on 2020-01-01: it is a strong "
        f"rival{'; it may have seen validation rows, and is not weighed with the model' if seen else ''}"
    )


def test_of_several_folds_the_first_test_date_of_all_counts():
    """The second fold begins in 2021, but the first in 2020."""
    second = volatility(date(2021, 1, 1), 250, 2).assign(fold=2)
    test = pd.concat([second, TEST.assign(fold=1)], ignore_index=True)
    validation = pd.concat([VALIDATION.assign(fold=1), TEST.assign(fold=2)], ignore_index=True)
    found = judged(date(2020, 6, 1), test, validation)
    assert found["elsewhere"][0]["tested_from"] == "2020-01-01"
    assert same(found, judged(None, test, validation, without=[NAME]))
    assert not judged(date(2019, 12, 31), test, validation)["elsewhere"][0]["apart"]


def test_of_runs_the_first_outcome_counts_not_the_day_before_it():
    runs = pd.DataFrame({"date": [pd.Timestamp("2019-12-31")], "target_date": [pd.Timestamp(FIRST)], NAME: 1.0})
    [one] = trained_elsewhere(TASKS["runs"], runs, None, {NAME: date(2019, 12, 31)})
    assert (one.tested_from, one.apart) == (FIRST, False)


def test_what_has_no_date_may_have_been_seen():
    [one] = trained_elsewhere(TASKS["sentiment"], pd.DataFrame({"id": ["a"], NAME: 0.5}), None, {NAME: FIRST})
    assert (one.tested_from, one.apart) == (None, True)
    assert one.in_words() == (
        "Chronos bolt was trained elsewhere, until 2020-01-01: it may have seen the test, and no finding rests on it"
    )


def test_a_time_of_the_day_is_of_its_date():
    table = pd.DataFrame({"date": pd.to_datetime(["2020-01-01 09:30"]), NAME: 1.0})
    assert trained_elsewhere(TASKS["level"], table, None, {NAME: FIRST})[0].apart


def test_it_is_no_rival_that_a_model_can_be_judged_against_alone():
    with pytest.raises(ValueError, match="none but of models that may have seen the test"):
        judged(FIRST, without=["ewma", "har"])


def test_no_rows_no_test():
    one = Elsewhere(NAME, None, None, None)
    assert one.apart
    [said] = judged(FIRST, TEST.iloc[:0], VALIDATION)["elsewhere"]
    assert (said["test"], said["tests"], said["tested_from"]) == (None, [], None)


def test_a_page_shows_it_apart():
    record = judged(FIRST)
    page = experiment_page(record, made="Made in a test.")
    assert page.count("A model from elsewhere") == 1
    section = page.split("<h2>A model from elsewhere</h2>")[1].split("<h2>")[0]
    for expected in (
        "it may have seen the test",
        "R2: ",
        'id="elsewhere"',
        "chronos bolt",
        "QLIKE by date",
        "250 dates",
    ):
        assert expected in section, expected
    assert "chronos bolt" not in page.split("<h2>All scores</h2>")[1].lower().split("<h2>how the network")[0]
    strong = experiment_page(judged(date(2018, 1, 1)), made="Made in a test.")
    assert 'id="elsewhere"' not in strong
    assert "it is a strong rival." in strong
    assert "elsewhere" not in experiment_page(judged(None, without=[NAME]), made="Made in a test.")
