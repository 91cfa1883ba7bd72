"""Records of one series, of runs, and of several series."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.skill.record import Experiment, skill_record


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
    assert record["finding"].startswith("Cannot be told from the naive rivals (an error smaller by less than 0.0")
    assert "published 22.15, on the year 2019." in record["verdict"]


def test_a_small_error_is_skill_in_scaled_units_too():
    record = judged(series_predictions(error=0.1), "level", scale=10.0)
    assert record["finding"] == "Skill beyond every rival"
    metrics = record["model"]["metrics"]
    assert metrics["rmse_scaled"] == pytest.approx(metrics["rmse"] / 10)
    assert metrics["half_mse_scaled"] == pytest.approx(metrics["rmse"] ** 2 / 200)
    assert "rmse_scaled" in record["rivals"]["persistence"]


def test_the_worst_months_are_those_of_the_rivals():
    """Yesterday is right but in two months, which only the model knows."""
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
    assert without["decision"]["counted"] == record["decision"]["counted"] - without["rows_left_out"]
    assert without["decision"]["difference"] == 0
    assert record["decision"]["difference"] < 0


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
    losses = [(test["loss"], test["rival"]) for test in record["tests"]]
    assert losses == [
        ("squared error by date", "ewma"),
        ("squared error by date", "linear_regression"),
        ("QLIKE by date", "ewma"),
    ]
    assert [test["name"] for test in record["decision"]["tiers"]["strong"]["tests"]] == [
        "t of the difference in squared error by date"
    ]
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
    by_loss, clark_west = record["tests"]
    assert (by_loss["run"], by_loss["dates"]) == ("restarted", origins)
    assert clark_west["rival"] == "persistence"
    assert record["decision"]["counted"] == origins
    assert record["decision"]["units"] == "runs"
    assert record["decision"]["p_value"] < 0.01
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
    assert [test.get("series") for test in record["tests"]] == [None, "A"]
    assert record["finding"] == "Skill beyond every rival"
    # Three of 24 months are left out for this, and nothing is claimed that was not found.
    assert record["without_worst_months"]["decision"]["counted"] == 21
    few = skill_record(experiment, "corrected", macro_predictions(12), nothing[:12], {}, {}, overlap=12)
    assert few["finding"] == "Cannot be told from the strong rivals: there is no test"
