import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rnn_trading.skill.record import Experiment, skill_record

CLASSIFICATION = Experiment(name="e.c", task="classification", published={"auc": 0.6815}, published_on="other data")
REGRESSION = Experiment(name="e.r", task="regression", published=None, published_on="other data")


def predictions(strength, seed=0, dates=60, tickers=20):
    generator = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [range(tickers), pd.date_range("2020-01-05", periods=dates, freq="W")], names=["ticker", "date"]
    )
    signal = generator.normal(size=len(index))
    truth = (strength * signal + generator.normal(size=len(index)) > 0).astype(float)
    table = pd.DataFrame(
        {"prediction": 1 / (1 + np.exp(-strength * signal)), "truth": truth}, index=index
    ).reset_index()
    return table.assign(constant_share=0.5, sign_of_last_return=0.5 + 0.01 * generator.normal(size=len(index)))


def record(table, suspicious=None, experiment=CLASSIFICATION, **model):
    suspicious = pd.Series(np.zeros(len(table), dtype=bool)) if suspicious is None else suspicious
    return skill_record(
        experiment, "corrected", table, suspicious.to_frame("x"), {"source": "x"}, {"parameters": 1, **model}
    )


def test_the_record_is_complete_and_plain():
    result = record(predictions(1.0))
    assert list(result) == [
        *(
            "version",
            "experiment",
            "protocol",
            "changed",
            "made",
            "finding",
            "finding_kind",
            "decision",
            "headline",
            "attribution",
            "by_fold",
            "by_year",
            "folds_ahead",
            "data",
            "trials",
            "model",
            "rivals",
            "tests",
            "without_stale",
            "without_worst_months",
            "intervals",
            "calibration",
            "elsewhere",
            "published",
            "published_on",
            "published_in",
            "verdict",
        )
    ]
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert set(result["rivals"]) == {"constant_share", "sign_of_last_return"}
    assert result["rivals"]["constant_share"]["ic_mean"] is None
    assert result["model"]["metrics"]["rows"] == 1200
    assert result["changed"] == {}
    assert record(predictions(1.0), experiment=replace(CLASSIFICATION, changed={"a.b": "3"}))["changed"] == {"a.b": "3"}


def test_a_real_difference_is_found_and_said():
    result = record(predictions(1.0))
    assert result["decision"]["p_value"] < 0.001
    assert result["finding"] == "Skill beyond every rival"
    assert result["verdict"].startswith("Skill beyond every rival. Information coefficient by date 0.")
    assert result["verdict"].endswith("AUC 0.818; published 0.6815, on other data.")


def test_one_network_is_said_and_its_skill_is_of_one_network():
    result = record(predictions(1.0), networks=1)
    assert result["finding"] == "Skill beyond every rival (one network)"
    assert result["decision"]["networks"] == 1
    assert "another seed may give another finding" in result["verdict"]
    assert record(predictions(0.0), networks=1)["finding"].startswith("Cannot be told from chance")


def test_no_difference_is_no_skill():
    table = predictions(0.0)
    table["prediction"] = 0.5 + 0.001 * np.random.default_rng(9).normal(size=len(table))
    assert record(table)["verdict"].startswith("Cannot be told from chance (less than 0.130 would go unseen).")


def test_a_model_that_loses_is_called_worse():
    table = predictions(1.0)
    table["prediction"] = 1 - table["prediction"]
    assert record(table)["verdict"].startswith("Worse than chance.")


def test_suspicious_rows_carry_the_score():
    """A model that only knows dead rows: its score is gone without them, and the verdict says so."""
    table = predictions(0.0)
    dead = pd.Series(table["ticker"] % 4 == 0)
    table.loc[dead, "truth"] = 0.0
    table["prediction"] = np.where(dead, 0.05, 0.5) + 1e-3 * np.random.default_rng(1).normal(size=len(table))
    result = record(table, dead)
    assert result["model"]["metrics"]["auc"] > 0.6
    assert result["without_stale"]["rows_left_out"] == 300
    assert result["finding_kind"] == "none"
    assert result["finding"].endswith("would go unseen) without rows that touch stale, missing or extreme prices")
    assert result["verdict"].count("without rows that touch stale") == 1
    assert ". On all rows: better than chance" in result["verdict"] or ". On all rows: skill" in result["verdict"]
    assert result["decision"]["tiers"]["chance"]["status"] == "undecided"  # as on the clean rows


def test_nothing_left_and_nothing_to_test_are_said():
    every_row = pd.Series(np.ones(1200, dtype=bool))
    nothing = record(predictions(1.0), every_row)
    assert nothing["finding"].startswith("Too few rows for a verdict (0, of at least 1) without rows that touch stale")
    same = predictions(0.0).assign(prediction=0.5).drop(columns="sign_of_last_return")
    assert record(same)["finding"] == "Cannot be told from chance: there is no test"
    assert record(predictions(1.0, dates=3))["finding"] == "Cannot be told from chance: there is no test"


def test_a_model_that_adds_to_its_best_rival_says_so():
    table, other = predictions(0.5), predictions(0.5, seed=1)
    known = [each.assign(logistic_regression=each["truth"] * 0.1 + 0.4) for each in (table, other)]
    result = skill_record(
        *(CLASSIFICATION, "corrected", known[0], pd.DataFrame({"x": np.zeros(1200, dtype=bool)}), {}, {}),
        validation=known[1],
    )
    assert result["decision"]["encompassing"]["rival"] == "logistic_regression"
    assert record(table)["decision"]["encompassing"]["why_not"].startswith("Two weights need at least 30")


def test_stopping_on_the_test_is_said():
    assert "Training was stopped on the test rows" in record(predictions(0.3), stopped_on="test")["verdict"]


def test_losses_are_the_second_view():
    table = predictions(1.0).rename(columns={"constant_share": "zero"})
    result = record(table, experiment=REGRESSION)
    assert [(test["name"][:15], test["rival"]) for test in result["tests"]] == [
        ("Diebold-Mariano", "zero"),
        ("Diebold-Mariano", "sign_of_last_return"),
        ("Clark-West, 11 ", "zero"),
    ]
    assert {"rmse", "mae", "r2", "ic_pooled", "ic_mean", "ic_t", "quintile_spread"} <= set(result["model"]["metrics"])


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda table: table.drop(columns=["sign_of_last_return", "constant_share"]), "no rival column"),
        (lambda table: table.drop(columns="truth"), r"Missing: \['truth'\]"),
        (lambda table: table.assign(prediction=np.inf), r"missing or infinite values in \['prediction'\]"),
        (
            lambda table: table.assign(sign_of_last_return=np.nan),
            r"missing or infinite values in \['sign_of_last_return'\]",
        ),
    ],
)
def test_an_unjudged_number_is_refused(break_it, message):
    with pytest.raises(ValueError, match=message):
        record(break_it(predictions(0.0)))


def test_training_that_ended_at_its_last_epoch_is_said():
    record_ = record(predictions(0.3), best_epoch=20, epochs_allowed=20)
    assert "The best epoch was the last one allowed" in record_["verdict"]
    assert "last one allowed" not in record(predictions(0.3), best_epoch=19, epochs_allowed=20)["verdict"]
    by_seed = {"1": 7, "2": 20}
    verdict = record(predictions(0.3), best_epoch=by_seed, epochs_allowed=20)["verdict"]
    assert "The best epoch of 1 of 2 networks was the last one allowed" in verdict
    assert "last one allowed" not in record(predictions(0.3), best_epoch=by_seed, epochs_allowed=21)["verdict"]


def test_skill_that_cannot_be_tested_on_clean_rows_is_not_called_skill():
    table = predictions(1.0)
    dirty = ~table["date"].isin(table["date"].unique()[:3])
    finding = "Cannot be told from chance: there is no test without rows that touch stale, missing or extreme prices"
    assert record(table, dirty)["finding"] == finding


def test_a_planted_coefficient_of_a_seventh_is_skill():
    """Per week .13 among 20 stocks: squared errors of returns, which the market of the week rules, saw nothing."""
    generator = np.random.default_rng(0)
    rows, dates = 250 * 20, pd.date_range("2015-01-04", periods=250, freq="W").repeat(20)
    own, noise, rival = generator.normal(size=(3, rows))
    market = 0.03 * generator.normal(size=250).repeat(20)
    table = pd.DataFrame({"ticker": np.tile(np.arange(20), 250), "date": dates, "truth": market + 0.03 * own})
    table = table.assign(prediction=0.0005 * (0.13 * own + noise), zero=0.0, past_mean=0.0005 * rival)
    result = record(table, experiment=REGRESSION, networks=3)
    assert result["finding"] == "Skill beyond every rival"
    assert result["model"]["metrics"]["ic_mean"] == pytest.approx(0.13, abs=0.03)


def test_validation_predictions_of_other_rivals_are_refused():
    flags = pd.DataFrame({"x": np.zeros(1200, dtype=bool)})
    table = predictions(0.3)
    for validation, message in (
        (table.drop(columns="constant_share"), r"differ in \['constant_share'\]"),
        (
            table.assign(constant_share=np.nan),
            r"validation predictions have missing or infinite values",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            skill_record(CLASSIFICATION, "corrected", table, flags, {}, {}, validation=validation)
