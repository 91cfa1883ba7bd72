import json

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
    return table.assign(constant_share=0.5, coin=0.5 + 0.01 * generator.normal(size=len(index)))


def record(table, suspicious=None, experiment=CLASSIFICATION, **model):
    suspicious = pd.Series(np.zeros(len(table), dtype=bool)) if suspicious is None else suspicious
    return skill_record(experiment, "corrected", table, suspicious, {"source": "x"}, {"parameters": 1, **model})


def test_the_record_is_complete_and_plain():
    result = record(predictions(1.0))
    assert list(result) == [
        *(
            "experiment",
            "protocol",
            "data",
            "model",
            "rivals",
            "tests",
            "without_stale",
            "without_worst_months",
            "published",
            "published_on",
            "verdict",
        )
    ]
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert set(result["rivals"]) == {"constant_share", "coin"}
    assert result["rivals"]["constant_share"]["ic_mean"] is None
    assert result["model"]["metrics"]["rows"] == 1200


def test_a_real_difference_is_found_and_said():
    result = record(predictions(1.0))
    assert result["tests"][0]["p_value"] < 1e-6
    assert result["tests"][0]["statistic"] < 0
    assert result["verdict"].startswith("Skill beyond the naive rivals: AUC 0.8")
    assert "published on other data: 0.6815" in result["verdict"]


def test_no_difference_is_no_skill():
    table = predictions(0.0)
    table["prediction"] = 0.5 + 0.001 * np.random.default_rng(9).normal(size=len(table))
    assert record(table)["verdict"].startswith("No skill beyond the naive rivals")


def test_a_model_that_loses_is_called_worse():
    table = predictions(1.0)
    table["prediction"] = 1 - table["prediction"]
    assert record(table)["verdict"].startswith("Worse than a naive rival")


def test_suspicious_rows_carry_the_score():
    """A model that only knows dead rows: its score is gone without them, and the verdict says so."""
    table = predictions(0.0)
    dead = pd.Series(np.arange(len(table)) % 4 == 0)
    table.loc[dead, "truth"] = 0.0
    table["prediction"] = np.where(dead, 0.05, 0.5)
    result = record(table, dead)
    assert result["model"]["metrics"]["auc"] > 0.6
    assert result["without_stale"]["model"]["auc"] == 0.5
    assert result["without_stale"]["rows_left_out"] == 300
    assert result["verdict"].startswith("No skill but on rows that touch stale, missing or extreme prices: AUC")
    assert "without rows that touch stale, missing or extreme prices it is 0.500" in result["verdict"]


def test_nothing_left_and_nothing_to_test_are_said():
    every_row = pd.Series(np.ones(1200, dtype=bool))
    assert "every test row touches a stale" in record(predictions(1.0), every_row)["verdict"]
    same = predictions(0.0).assign(prediction=0.5)
    assert "no Diebold-Mariano test on 60 dates" in record(same.drop(columns="coin"))["verdict"]
    assert "no Diebold-Mariano test on 3 dates" in record(predictions(1.0, dates=3))["verdict"]


def test_stopping_on_the_test_is_said():
    assert "stopped on the test rows" in record(predictions(0.3), stopped_on="test")["verdict"]


def test_regression_is_judged_by_squared_error():
    table = predictions(1.0).rename(columns={"constant_share": "zero"})
    result = record(table, experiment=REGRESSION)
    assert result["tests"][0]["loss"] == "squared error by date"
    assert {"rmse", "mae", "r2", "ic_pooled", "ic_mean", "ic_t", "quintile_spread"} <= set(result["model"]["metrics"])


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda table: table.drop(columns=["coin", "constant_share"]), "no rival column"),
        (lambda table: table.assign(coin=np.nan), r"missing values in \['coin'\]"),
    ],
)
def test_an_unjudged_number_is_refused(break_it, message):
    with pytest.raises(ValueError, match=message):
        record(break_it(predictions(0.0)))
