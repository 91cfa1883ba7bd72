import math

import pytest

from rnn_trading.skill.tasks import TASKS
from rnn_trading.skill.verdict import verdict, without_months


def tier(status, rival, value, **changes):
    test = {
        "status": status,
        "best": rival,
        "rival": rival,
        "rival_value": value,
        "difference": -0.01,
        "gain": 0.01,
        "p_value": 0.4,
        "p_holm": 0.8,
        "detectable": 0.042,
        "doubtful": False,
    } | changes
    return test | {"tests": [test]}


def decision(**changes):
    tiers = {
        "chance": tier("beaten", "zero", 0.0, p_value=0.02),
        "naive": tier("undecided", "sign_of_last_return", 0.012),
        "strong": tier("undecided", "ridge", 0.045),
    }
    return {
        "finding": "Better than chance only",
        "finding_kind": "chance",
        "statistic": "information_coefficient",
        "words": "information coefficient by date",
        "value": 0.037,
        "interval": (0.006, 0.068),
        "counted": 250,
        "units": "dates",
        "matters": 0.02,
        "relative": False,
        "larger_is_better": True,
        "doubtful": False,
        "tiers": tiers,
        "encompassing": {"why_not": "no rows"},
    } | changes


def said(found, published=(0.6815, "other data"), without=(), **known):
    return verdict(TASKS["classification"], found, 0.525, published, list(without), {"networks": 3} | known)


def test_a_verdict_reads_like_this():
    assert said(decision()) == (
        "Better than chance only. "
        "Information coefficient by date 0.037 (95 %: 0.006 to 0.068; p = 0.020 against chance). "
        "Not told from sign of last return, the best naive rival (0.012; p = 0.400), nor from ridge, the best strong "
        "rival (0.045; p = 0.400): on 250 dates differences below 0.042 and 0.042 go unseen. "
        "AUC 0.525; published 0.6815, on other data."
    )


@pytest.mark.parametrize(
    ("strong", "sentence"),
    [
        (tier("beaten", "ridge", 0.01, p_value=0.0001), "Better than ridge, the best strong rival (0.010; p < 0.001)."),
        (
            tier("worse", "ridge", 0.09, p_value=0.01, doubtful=True),
            "Worse than ridge, the best strong rival (0.090; p = 0.010†).",
        ),
        (
            tier("level", "ridge", 0.04),
            "Level with ridge, the best strong rival (0.040): a difference of 0.020 is ruled out.",
        ),
        (
            tier("undecided", "ridge", 0.04, p_value=math.nan),
            "No test against ridge, the best strong rival (0.040): too few dates (250), or all alike.",
        ),
    ],
)
def test_each_status_has_its_sentence(strong, sentence):
    found = decision()
    assert sentence in said(found | {"tiers": found["tiers"] | {"strong": strong}})


def test_a_worse_rival_that_is_not_the_best_is_named():
    strong = tier("worse", "boosting_on_ranks", 0.08, p_value=0.01) | {"best": "ridge"}
    found = decision()
    text = said(found | {"tiers": found["tiers"] | {"strong": strong}})
    assert "Worse than boosting on ranks, a strong rival (0.080; p = 0.010)." in text


@pytest.mark.parametrize(
    ("adds", "sentence"),
    [
        (True, "It adds to ridge: together they have 0.060 against 0.045; p = 0.002."),
        (False, "Nothing was found that it adds to ridge (together 0.060 against 0.045; p = 0.002)."),
    ],
)
def test_what_a_model_adds_is_said(adds, sentence):
    found = {"rival": "ridge", "value": 0.06, "rival_value": 0.045, "p_value": 0.002, "adds": adds, "doubtful": False}
    found["difference"] = 0.015
    assert sentence in said(decision(encompassing=found))


def test_of_a_better_rival_the_p_value_says_of_how_many_it_is_and_a_loss_has_none():
    strong = tier("undecided", "ridge", 0.045, gain=-0.01) | {"tests": [{}, {}, {}]}
    found = decision()
    assert "the best strong rival (0.045; p = 0.400 for 3 rivals)" in said(
        found | {"tiers": found["tiers"] | {"strong": strong}}
    )
    lost = {"rival": "ridge", "value": 0.03, "rival_value": 0.045, "difference": -0.015, "p_value": 0.01, "adds": False}
    text = said(decision(encompassing=lost | {"doubtful": False}))
    assert "It adds nothing to ridge (together 0.030 against 0.045)." in text


def test_a_weight_of_nothing_is_said():
    found = {"rival": "ridge", "weights": {"model": 0.0, "rival": 1.0}, "p_value": math.nan, "doubtful": True}
    assert "Beside ridge its weight is 0.000, so that nothing is added." in said(decision(encompassing=found))


def test_caveats():
    assert "One network was trained: another seed may give another finding." in said(decision(), networks=1)
    assert "Training was stopped on the test rows" in said(decision(), stopped_on="test")
    assert "stopped and the network chosen on the test rows" in said(decision(), stopped_on="test", chosen="gru")
    assert "The epoch was chosen on the test rows" in said(decision(), stopped_on=None, chosen_on="test")
    assert "The best epoch was the last one allowed" in said(decision(), best_epoch=9, epochs_allowed=9)
    last = {"stopped_on": None, "chosen_on": None, "best_epoch": 9, "epochs": 9, "epochs_allowed": 9}
    assert said(decision(), **last).endswith("All 9 epochs were run and the last was kept.")
    by_fold = {"best_epoch": {"fold_1.seed_42": 9, "fold_2.seed_42": 9}, "epochs_allowed": {"fold_1": 9, "fold_2": 15}}
    assert "best epoch of 1 of 2 networks was the last one allowed" in said(decision(), **by_fold)
    several = said(decision(), best_epoch={"1": 9, "2": 5}, epochs_allowed=9)
    assert "The best epoch of 1 of 2 networks was the last one allowed" in several
    assert said(decision(), caveat="the data are simulated").endswith("The data are simulated.")


def test_a_score_that_decided_is_not_said_twice_and_one_without_a_figure_not_at_all():
    found = decision(statistic="auc", words="AUC")
    text = verdict(TASKS["sentiment"], found, 0.037, (None, None), [], {})
    assert text.count("AUC") == 1
    assert "ublished" not in text


def test_skill_that_needs_the_worst_months_says_so():
    found, gone = decision(), decision(finding="Worse than chance", finding_kind="worse")
    assert without_months(found, gone) == ["without the three worst months: worse than chance"]
    assert without_months(found, None) == without_months(gone, found) == []
    assert without_months(found, decision(finding_kind="few")) == []


def test_every_dagger_is_explained_and_nothing_missing_is_shown():
    found = decision()
    doubtful = found["tiers"] | {"strong": tier("undecided", "ridge", 0.045, doubtful=True)}
    assert "† dates that are few" in said(found | {"tiers": doubtful})
    untested = found["tiers"] | {"chance": tier("undecided", "zero", 0.0, p_value=math.nan)}
    assert "(95 %: 0.006 to 0.068)" in said(found | {"tiers": untested})
    few = decision(finding="Too few rows for a verdict", finding_kind="few", value=math.nan)
    assert said(few) == "Too few rows for a verdict. AUC 0.525; published 0.6815, on other data."
    demoted = said(decision(on_all_rows="on all rows: skill beyond every rival"))
    assert demoted.startswith("Better than chance only. On all rows: skill beyond every rival. Information")
