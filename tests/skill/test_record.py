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
    return table.assign(constant_share=0.5, coin=0.5 + 0.01 * generator.normal(size=len(index)))


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
            "finding",
            "headline",
            "attribution",
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
    assert result["changed"] == {}
    assert record(predictions(1.0), experiment=replace(CLASSIFICATION, changed={"a.b": "3"}))["changed"] == {"a.b": "3"}


def test_a_real_difference_is_found_and_said():
    result = record(predictions(1.0))
    assert result["tests"][0]["p_value"] < 1e-4
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
    assert "all test rows are rows that touch stale" in record(predictions(1.0), every_row)["verdict"]
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


def series_predictions(error=1.0, days=250, seed=0):
    """A random walk forecast by the truth with an error, beside yesterday."""
    generator = np.random.default_rng(seed)
    walk = 1000 + generator.normal(size=days + 1).cumsum()
    return pd.DataFrame(
        {
            "date": pd.bdate_range("2020-01-01", periods=days),
            "prediction": walk[1:] + error * generator.normal(size=days),
            "truth": walk[1:],
            "persistence": walk[:-1],
        }
    )


def judged(table, task, scale=None, published=None):
    experiment = Experiment(name="e.s", task=task, published=published, published_on="the year 2019")
    nothing = pd.DataFrame({"x": np.zeros(len(table), dtype=bool)})
    return skill_record(experiment, "corrected", table, nothing, {}, {}, scale)


def test_a_level_that_is_yesterday_has_no_skill_whatever_its_rank_correlation():
    table = series_predictions()
    table["prediction"] = table["persistence"] + 0.001 * np.random.default_rng(1).normal(size=len(table))
    record = judged(table, "level", published={"rmse": 22.15})
    assert record["model"]["metrics"]["ic_pooled"] > 0.9
    assert record["verdict"].startswith("No skill beyond the naive rivals: RMSE in index points 1.0")
    assert "says nothing, since yesterday's level has 0.9" in record["verdict"]
    assert record["verdict"].endswith("published on the year 2019: 22.15.")


def test_a_small_error_is_skill_in_scaled_units_too():
    record = judged(series_predictions(error=0.1), "level", scale=10.0)
    assert record["verdict"].startswith("Skill beyond the naive rivals")
    metrics = record["model"]["metrics"]
    assert metrics["rmse_scaled"] == pytest.approx(metrics["rmse"] / 10)
    assert metrics["half_mse_scaled"] == pytest.approx(metrics["rmse"] ** 2 / 200)
    assert "rmse_scaled" in record["rivals"]["persistence"]


def test_the_worst_months_are_those_of_the_rivals_and_can_carry_a_score():
    """Yesterday is right but in two months, which only the model knows: that is too little for a verdict."""
    table = series_predictions(days=260)
    month = table["date"].dt.strftime("%Y-%m")
    shocks = month.isin(["2020-03", "2020-07"])
    table["prediction"] = np.where(shocks, table["truth"], table["persistence"])
    table.loc[shocks, "persistence"] += np.where(np.arange(shocks.sum()) % 2, 20, -20)
    record = judged(table, "level")
    without = record["without_worst_months"]
    assert {"2020-03", "2020-07"} < set(without["months"])
    assert len(without["months"]) == 3
    assert without["rows_left_out"] == month.isin(without["months"]).sum()
    assert without["model"]["rmse"] == pytest.approx(without["rivals"]["persistence"]["rmse"])
    assert record["verdict"].startswith("No skill beyond the naive rivals")


def test_with_three_months_none_is_left_out():
    record = judged(series_predictions(days=60), "level")
    assert record["without_worst_months"]["months"] == []
    assert record["without_worst_months"]["rows_left_out"] == 0


def test_volatility_is_compared_by_both_losses():
    generator = np.random.default_rng(0)
    mean = 1 + generator.random(200)
    table = pd.DataFrame(
        {
            "date": pd.bdate_range("2020-01-01", periods=200),
            "prediction": mean,
            "truth": mean * generator.exponential(size=200),
            "ewma": mean * generator.uniform(0.5, 2, 200),
            "linear_regression": mean - 1.5,  # not always positive: has no QLIKE
        }
    )
    record = judged(table, "volatility")
    assert [test["loss"] for test in record["tests"]] == ["squared error by date", "QLIKE by date"]
    assert record["tests"][1]["rival"] == "ewma"
    assert record["rivals"]["linear_regression"]["qlike"] is None


def test_runs_are_compared_by_their_origin():
    steps, origins = 4, 30
    generator = np.random.default_rng(0)
    days = pd.bdate_range("2020-01-01", periods=steps * origins + 1)
    truth = generator.normal(size=steps * origins).cumsum()
    table = pd.DataFrame(
        {
            "run": "restarted",
            "date": np.repeat(days[:-1:steps], steps),
            "step": np.tile(np.arange(1, steps + 1), origins),
            "target_date": days[1:],
            "prediction": truth + 0.1 * generator.normal(size=len(truth)),
            "truth": truth,
            "persistence": np.repeat(np.append(0.0, truth[steps - 1 : -1 : steps]), steps),
        }
    )
    record = judged(table, "runs")
    (test,) = record["tests"]
    assert (test["run"], test["dates"]) == ("restarted", origins)
    assert test["p_value"] < 0.01
    assert len(record["model"]["metrics"]["rmse_by_step"]) == steps


def macro_predictions(months=24, error=0.01):
    generator = np.random.default_rng(0)
    days = pd.date_range("2020-01-01", periods=months + 1, freq="MS")
    truth = generator.normal(size=months).cumsum()
    keys = {"units": "network", "run": "one_step", "series": "A", "date": days[:-1], "step": 1, "target_date": days[1:]}
    noise = error * generator.normal(size=months)
    return pd.DataFrame(
        {
            **keys,
            "prediction": truth + noise,
            "truth": truth,
            "vector_autoregression": truth + generator.normal(size=months),
        }
    )


def test_macro_series_are_tested_together_and_each_against_the_vector_autoregression():
    nothing = pd.DataFrame({"x": np.zeros(24, dtype=bool)})
    experiment = Experiment(name="e.m", task="macro", published=None, published_on=None)
    record = skill_record(experiment, "corrected", macro_predictions(), nothing, {}, {}, overlap=12)
    assert [test.get("series") for test in record["tests"]] == [None, None, "A", "A"]
    assert record["verdict"].startswith(
        "Skill beyond the naive rivals: MAE one month ahead, in the network's units 0.0"
    )
    assert "could have been detected" in record["verdict"]
    # Three of 24 months are left out for this, and nothing is claimed that was not found.
    assert "gone without the three worst months" not in record["verdict"]
    few = skill_record(experiment, "corrected", macro_predictions(12), nothing[:12], {}, {}, overlap=12)
    assert "on these 12 months no difference could have been detected" in few["verdict"]


def test_training_that_ended_at_its_last_epoch_is_said():
    record_ = record(predictions(0.3), best_epoch=20, epochs_allowed=20)
    assert "the best epoch was the last one allowed" in record_["verdict"]
    assert "last one allowed" not in record(predictions(0.3), best_epoch=19, epochs_allowed=20)["verdict"]
    by_seed = {"1": 7, "2": 20}
    verdict = record(predictions(0.3), best_epoch=by_seed, epochs_allowed=20)["verdict"]
    assert "the best epoch of 1 of 2 networks was the last one allowed" in verdict
    assert "last one allowed" not in record(predictions(0.3), best_epoch=by_seed, epochs_allowed=21)["verdict"]


def test_skill_that_cannot_be_tested_on_clean_rows_is_not_called_skill():
    table = predictions(1.0)
    dirty = ~table["date"].isin(table["date"].unique()[:3])
    assert record(table, dirty)["verdict"].startswith("Skill that cannot be tested without rows that touch stale")
