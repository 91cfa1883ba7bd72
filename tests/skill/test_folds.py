"""Several folds in one record: nothing of one fold changes, ranks stay within folds, weights know no test row."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from rnn_trading.skill.decision import best_rival
from rnn_trading.skill.encompassing import encompassing
from rnn_trading.skill.folds import folds_ahead, scores_by_fold, scores_by_year
from rnn_trading.skill.published_figures import published_figures
from rnn_trading.skill.record import Experiment, skill_record
from rnn_trading.skill.seeds import judged_by_seed
from rnn_trading.skill.statistics import FILINGS, VOLATILITY
from rnn_trading.skill.summary import skill_table
from rnn_trading.skill.tasks import TASKS
from tests.records import EXPECTED, THREE, files, read
from tests.records import record as report_record


def volatility(days=120, first="2018-07-02", seed=0):
    generator = np.random.default_rng(seed)
    level = np.exp(0.3 * generator.normal(size=days))
    truth = level * generator.gamma(4, 0.25, days)
    table = pd.DataFrame({"date": pd.bdate_range(first, periods=days), "prediction": 0.9 * level, "truth": truth})
    return table.assign(ewma=1.5 * level, har=1.1 * level, training_mean=1.0)


def panel(dates=40, tickers=12, seed=0):
    generator = np.random.default_rng(seed)
    days = pd.date_range("2020-01-05", periods=dates, freq="W").repeat(tickers)
    signal = generator.normal(size=len(days))
    truth = (0.3 * signal + generator.normal(size=len(days)) > 0).astype(float)
    table = pd.DataFrame({"ticker": np.tile(np.arange(tickers), dates), "date": days, "truth": truth})
    return table.assign(
        prediction=0.5 + 0.05 * signal, sign_of_last_return=0.5 + 0.01 * generator.normal(size=len(days))
    )


def in_folds(table, *ends):
    """The same rows with a column that says of which fold they are: a fold ends before each position."""
    return table.assign(fold=np.searchsorted(ends, np.arange(len(table)), side="right") + 1)


def judged(table, task="volatility", validation=None, model=None):
    experiment = Experiment(name="e.v", task=task, published=None, published_on=None)
    nothing = pd.DataFrame({"x": np.zeros(len(table), dtype=bool)})
    return skill_record(experiment, "corrected", table, nothing, {}, model or {}, validation=validation)


@pytest.mark.parametrize(("task", "rows"), [("volatility", volatility), ("classification", panel)])
def test_one_fold_is_judged_as_rows_without_a_fold_to_the_bit(task, rows):
    table, before = rows(), rows(seed=1)
    before = before.assign(date=before["date"] - pd.Timedelta(days=2000))
    plain = judged(table, task, before)
    with_fold = judged(table.assign(fold=1), task, before.assign(fold=1))
    assert json.dumps(with_fold) == json.dumps(plain)
    (fold,), (rival, value) = plain["by_fold"], best_rival(plain["decision"])
    assert fold["value"] == pytest.approx(plain["decision"]["value"], abs=1e-12)
    assert fold["score"] == plain["headline"]["value"]
    assert fold["best"] == {"rival": rival, "value": pytest.approx(value, abs=1e-12)}


def months(**forecasts):
    """Forecasts one month ahead of what is 100 in each of three months, the last one of another fold and year."""
    days = pd.to_datetime(["2019-11-01", "2019-12-01", "2020-01-01"])
    keys = {"run": "one_step", "series": "a", "units": "network", "step": 1}
    return pd.DataFrame({"date": days, "fold": [1, 1, 2], "truth": 100.0} | forecasts).assign(**keys)


def test_scores_by_fold_are_those_of_its_rows():
    # Errors of the model: 1, 1 and 3; of persistence, the best over all rows: 2; of the strong rival: 2, 2 and 4.
    table = months(prediction=[101.0, 99.0, 103.0], persistence=102.0, autoregression=[102.0, 102.0, 96.0])
    task, rivals = TASKS["macro"], ["persistence", "autoregression"]
    one, two = scores_by_fold(task, task.statistic, table, rivals)
    assert (one["first_date"], one["last_date"], one["rows"], one["value"]) == ("2019-11-01", "2019-12-01", 2, 1.0)
    assert (two["value"], two["naive"]["value"], two["strong"]["value"]) == (3.0, 2.0, 4.0)
    assert (one["score"], two["score"]) == (1.0, 3.0)
    assert [each["best"]["rival"] for each in (one, two)] == ["persistence"] * 2
    assert (one["ahead"], two["ahead"]) == (True, False)
    assert two["best_of_fold"] == {"rival": "persistence", "value": 2.0}
    assert folds_ahead([one, two]) == {"count": 1, "of": 2, "share": 0.5}
    by_year = scores_by_year(task, task.statistic, table, rivals)
    assert [(each["year"], each["rows"], each["value"]) for each in by_year] == [(2019, 2, 1.0), (2020, 1, 3.0)]


def test_ahead_is_who_is_better_by_what_decides():
    """One wild day makes the R2 of the model worse than that of its rival, and its QLIKE stays better."""
    table = volatility().assign(truth=1.0, prediction=1.1, ewma=1.5, har=1.3, training_mean=2.0)
    table.loc[0, "prediction"] = 9.0
    (fold,) = judged(table)["by_fold"]
    metrics = {name: TASKS["volatility"].evaluate(table, name) for name in ("prediction", "har")}
    assert metrics["prediction"]["rmse"] > metrics["har"]["rmse"]
    assert (fold["best"]["rival"], fold["ahead"]) == ("har", True)


def test_the_values_of_folds_are_together_that_of_all():
    table = in_folds(volatility(), 50)
    record = judged(table)
    rows = [each["rows"] for each in record["by_fold"]]
    values = [each["value"] for each in record["by_fold"]]
    assert rows == [50, 70]
    of_all = VOLATILITY.of(table, "prediction", None, 1).value
    assert np.average(values, weights=rows) == pytest.approx(of_all, abs=1e-12)


def test_the_verdict_says_how_many_folds_and_only_where_there_are_several():
    record = judged(in_folds(volatility(), 40, 80))
    said = (
        f"Judged on 3 folds from 2018-07-02 to 2018-12-14; ahead of its best rival, har, in "
        f"{record['folds_ahead']['count']} of 3."
    )
    assert said in record["verdict"]
    assert "olds" not in judged(volatility())["verdict"]


def test_documents_have_neither_folds_nor_years():
    generator = np.random.default_rng(0)
    truth = np.tile([0.0, 1.0], 50)
    table = pd.DataFrame({"id": np.arange(100), "truth": truth, "prediction": generator.random(100), "majority": 0.5})
    record = judged(table, "sentiment")
    assert record["by_fold"] is record["by_year"] is record["folds_ahead"] is None


@pytest.mark.parametrize("metric", ["auc", "ic_pooled"])
def test_ranks_of_a_panel_stay_within_folds(metric):
    """Another level of all forecasts of a fold is no skill, and hides none."""
    table = in_folds(panel(), 240)
    moved = table.assign(prediction=table["prediction"] + 0.2 * (table["fold"] == 2))
    task = TASKS["classification"]
    by_hand = [roc_auc_score(rows["truth"], rows["prediction"]) for _, rows in table.groupby("fold")]
    assert task.evaluate(table, "prediction")["auc"] == pytest.approx(np.mean(by_hand), abs=1e-12)
    assert task.evaluate(moved, "prediction")[metric] == task.evaluate(table, "prediction")[metric]
    without = [each.drop(columns="fold") for each in (moved, table)]
    pooled, known = (task.evaluate(each, "prediction")[metric] for each in without)
    assert pooled < known - 0.02


def filings(rows=300, seed=0):
    generator = np.random.default_rng(seed)
    days = pd.date_range("2018-01-01", periods=rows, freq="2D")
    signal = generator.normal(size=rows)
    table = pd.DataFrame({"filing_id": np.arange(rows), "firm": np.arange(rows) % 30, "date": days})
    return table.assign(prediction=signal, truth=0.2 * signal + generator.normal(size=rows), zero=0.0)


def test_what_decides_over_filings_ranks_within_folds():
    table = in_folds(filings(), 100)
    moved = table.assign(prediction=table["prediction"] + 5 * (table["fold"] == 2))
    correlations = [rows["prediction"].corr(rows["truth"], method="spearman") for _, rows in table.groupby("fold")]
    by_hand = (100 * correlations[0] + 200 * correlations[1]) / 300
    ours, of_moved = (FILINGS.of(each, "prediction", None, 1) for each in (table, moved))
    assert ours.value == pytest.approx(by_hand, abs=1e-12)
    assert (of_moved.value, of_moved.p_value) == (ours.value, ours.p_value)
    assert TASKS["filings"].evaluate(table, "prediction")["ic"] == pytest.approx(by_hand, abs=1e-12)


def two_folds():
    """Test days of two folds, and the validation days before each: those of the second are the test of the first."""
    table = volatility(days=150)
    test = in_folds(table.iloc[50:], 50)
    validation = pd.concat([table.iloc[:50].assign(fold=1), table.iloc[50:100].assign(fold=2)])
    return test.reset_index(drop=True), validation.reset_index(drop=True)


def weighed(test, validation):
    return encompassing(TASKS["volatility"], VOLATILITY, test, validation, overlap=1)


def test_weights_are_fitted_in_every_fold():
    test, validation = two_folds()
    found = weighed(test, validation)
    alone = [weighed(*(table[table["fold"] == fold] for table in (test, validation))) for fold in (1, 2)]
    assert [each["model"] for each in found["weights_by_fold"]] == [each["weights"]["model"] for each in alone]
    mean = np.mean([each["weights"]["rival"] for each in alone])
    assert found["weights"]["rival"] == pytest.approx(mean)
    assert "weights_by_fold" not in alone[0]


def test_no_later_row_changes_what_is_weighed_for_a_fold():
    test, validation = two_folds()
    later = validation.assign(truth=np.where(validation["fold"] == 2, 9 * validation["ewma"], validation["truth"]))
    one, other = weighed(test, validation), weighed(test, later)
    assert one["rival"] == other["rival"]
    assert one["weights_by_fold"][0] == other["weights_by_fold"][0]
    assert one["weights_by_fold"][1] != other["weights_by_fold"][1]


def test_validation_rows_that_are_not_before_the_test_are_refused():
    test, validation = two_folds()
    with pytest.raises(ValueError, match="Fold 2: expected validation rows before 2018-11-19 .* Look at the dates"):
        weighed(test, validation.assign(date=validation["date"] + pd.offsets.BDay(1)).iloc[50:])
    with pytest.raises(ValueError, match="with a column 'fold'"):
        weighed(test, validation.drop(columns="fold"))


def test_a_fold_with_too_few_validation_rows_is_named():
    test, validation = two_folds()
    assert weighed(test, validation.iloc[:70])["why_not"] == (
        "Two weights need at least 30 validation rows of fold 2. Received: 20."
    )


def test_the_worst_seed_is_named_and_judged_alone():
    table = volatility()
    noise = np.exp(0.5 * np.random.default_rng(3).normal(size=len(table)))
    seeds = pd.DataFrame({"seed_42": table["prediction"], "seed_43": table["prediction"] * noise})
    said = judged_by_seed("volatility", table, seeds)
    assert said["by_seed"]["worst"] == {"seed": "seed_43", "value": said["by_seed"]["seeds"]["seed_43"]["qlike"]}
    values = [said["by_seed"]["seeds"][seed]["qlike"] for seed in seeds]
    assert said["by_seed"]["decided"]["mean"] == pytest.approx(np.mean(values))
    assert said["by_seed"]["decided"]["spread"] == pytest.approx(np.std(values, ddof=1))
    alone = judged(table.assign(prediction=seeds["seed_43"]))
    assert said["by_seed"]["worst_finding"]["finding"] == alone["finding"]
    record = judged(table, model={"networks": 2} | said)
    assert (
        f"Seed 43 alone, the worst of 2 (QLIKE {said['by_seed']['worst']['value']:.3f}): ".replace("-", "−")
        in (record["verdict"])
    )
    assert set(said["by_seed"]["mean"]) == {"rmse", "mae", "r2", "qlike"}


def test_one_network_has_no_worst_seed():
    table = volatility()
    assert judged_by_seed("volatility", table, table[["prediction"]]) == {}
    with pytest.raises(ValueError, match="each of the 120 test rows. Received: 119 rows"):
        judged_by_seed("volatility", table, table[["prediction", "har"]].iloc[1:])


def test_a_network_that_ranks_nothing_is_worth_as_much_as_chance():
    table = panel()
    returns = table.assign(truth=np.random.default_rng(2).normal(size=len(table)))
    seeds = pd.DataFrame({"seed_1": returns["truth"], "seed_2": 0.5, "seed_3": -returns["truth"]})
    said = judged_by_seed("regression", returns, seeds)["by_seed"]
    assert said["decided"]["seeds"] == pytest.approx({"seed_1": 1.0, "seed_2": 0.0, "seed_3": -1.0})
    assert said["worst"]["seed"] == "seed_3"


def in_time(ahead=True, **which):
    """Scores of a fold or a year."""
    dates = {"first_date": "2020-01-02", "last_date": "2020-12-31"}
    return (
        which
        | dates
        | {"rows": 50, "value": 0.53, "score": 0.53, "best": {"rival": "ridge", "value": 0.52}, "ahead": ahead}
    )


def test_folds_and_the_worst_seed_are_said_of_the_corrected_record():
    seeds = {
        "seeds": {"seed_1": {}, "seed_2": {}},
        "decided": {"words": "AUC", "seeds": {"seed_1": 0.54, "seed_2": 0.5}, "mean": 0.52, "spread": 0.028},
        "worst": {"seed": "seed_2", "value": 0.5},
        "worst_finding": {"finding": "Worse than a naive rival", "finding_kind": "worse"},
    }
    steady = report_record("a.up", "corrected", 0.52, 0.53)
    steady["model"] |= {"by_seed": seeds, "parameters": {"fold_1": 17, "fold_2": 19}}
    steady |= {"by_fold": [in_time(fold=1), in_time(fold=2, ahead=False)], "by_year": [in_time(year=2020)]}
    steady |= {"folds_ahead": {"count": 1, "of": 2, "share": 0.5}}
    steady["model"]["epochs"] = {"fold_1.seed_1": 4, "fold_1.seed_2": 7, "fold_2.seed_1": 9, "fold_2.seed_2": 12}
    steady["published"] = {"auc": 0.68, "epochs": 11}
    records = read(files(steady, THREE[2]))
    assert records.problems == []
    said = skill_table(records, list(EXPECTED)).set_index("experiment")["folds_and_seeds"]
    assert said["a.up"] == "ahead in 1 of 2 folds; the worst of 2 seeds alone: worse than a naive rival or chance"
    # A record of before has neither folds nor a worst seed.
    assert said[["a.down", "b"]].isna().all()
    # Of numbers that are told by fit, the median stands beside the published one.
    assert published_figures(records)["a.up"][1]["corrected"] == 8
