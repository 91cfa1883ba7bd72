"""Metrics, bootstrap and verdicts of returns after filings."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rnn_trading.skill.inference.bootstrap import cluster_bootstrap, difference_test, interval
from rnn_trading.skill.metrics.filings import compare_filing_losses, detectable_ic, evaluate_filings, weeks
from rnn_trading.skill.record import Experiment, skill_record
from rnn_trading.skill.seeds import metrics_by_seed


def table(n=150, seed=0, skill=0.5):
    generator = np.random.default_rng(seed)
    truth = generator.normal(0, 0.05, n)
    return pd.DataFrame(
        {
            "filing_id": [f"f{number}" for number in range(n)],
            "firm": [f"F{number % 40}" for number in range(n)],
            "date": pd.bdate_range("2016-01-04", periods=n),
            "prediction": skill * truth + generator.normal(0, 0.01, n),
            "truth": truth,
            "zero": 0.0,
            "noise": generator.normal(0, 0.05, n),
        }
    )


def test_metrics_are_those_of_scipy():
    rows = table()
    found = evaluate_filings(rows, "prediction")
    expected = stats.spearmanr(rows["prediction"], rows["truth"])
    assert found["ic"] == pytest.approx(expected.statistic)
    assert found["ic_p_value"] == pytest.approx(expected.pvalue)
    assert found["mae"] == pytest.approx((rows["prediction"] - rows["truth"]).abs().mean())
    low, high = found["ic_interval_by_firm"]
    assert low < found["ic"] < high
    assert found["ic_interval_by_date"][0] < found["ic"] < found["ic_interval_by_date"][1]
    constant = evaluate_filings(rows, "zero")
    assert np.isnan(constant["ic"])
    assert np.isnan(constant["ic_p_value"])
    assert np.isnan(constant["ic_interval_by_firm"]).all()
    assert evaluate_filings(rows.iloc[:0], "prediction") == {"filings": 0}


def test_weeks_begin_on_monday():
    dates = pd.Series(pd.to_datetime(["2016-03-06", "2016-03-07", "2016-03-11"]))
    assert weeks(dates).dt.strftime("%m-%d").tolist() == ["02-29", "03-07", "03-07"]


@pytest.mark.parametrize("block", [1, 2])
def test_whole_clusters_are_drawn(block):
    clusters = pd.Series(list("eabbcdddfghijk"))
    members = {name: set(np.flatnonzero(clusters == name)) for name in "abcdefghijk"}
    seen = []
    drawn = cluster_bootstrap(lambda rows: seen.append(rows.tolist()) or float(len(rows)), clusters, block, draws=200)
    assert len(seen) == len(drawn) == 200
    for rows in seen:
        for name, of_cluster in members.items():
            counts = {rows.count(row) for row in of_cluster}
            assert len(counts) == 1, f"cluster {name} was torn apart"
    clusters_drawn = {sum(rows.count(min(of_cluster)) for of_cluster in members.values()) for rows in seen}
    assert clusters_drawn == {11}
    if block == 2:  # neighbours come together, the last with the first; only the last block is cut
        lonely = [rows for rows in seen if 1 in rows[:-1] and not {2, 3} & {*rows} and not {13} & {*rows}]
        assert not lonely


def test_too_few_clusters_have_no_interval():
    nothing = cluster_bootstrap(lambda rows: 1.0, pd.Series(list("abcdefghi")))
    assert np.isnan(interval(nothing)).all()
    assert np.isnan(difference_test(nothing, 1.0)["p_value"])


def test_rows_of_one_firm_count_as_one():
    """Ten copies of each row are no more evidence than one: the interval by firm does not shrink."""
    once = table(40)
    copies = pd.concat([once.assign(firm=once["filing_id"])] * 10)
    single = evaluate_filings(once.assign(firm=once["filing_id"]), "noise")["ic_interval_by_firm"]
    many = evaluate_filings(copies, "noise")["ic_interval_by_firm"]
    assert np.ptp(many) == pytest.approx(np.ptp(single), rel=0.25)


def test_the_test_of_a_difference():
    found = difference_test(np.array([-1.0, 1.0, 1.0, 1.0] * 250), 0.5)
    assert found["p_value"] == pytest.approx(2 * 251 / 1001)
    assert found["interval"] == [-1.0, 1.0]
    better = compare_filing_losses(table(), "prediction", "noise")
    assert better["mean_difference"] < 0
    assert better["p_value"] < 0.01
    assert better["weeks"] == 30
    assert compare_filing_losses(table(), "noise", "prediction")["mean_difference"] > 0


def test_false_alarms_of_the_loss_difference_stay_near_five_percent():
    """Two forecasts of equal skill: shocks are shared by the rows of a week and by neighbouring weeks."""
    alarms = 0
    for seed in range(100):
        generator = np.random.default_rng(seed)
        rows = table(300, seed)
        week = (rows.index // 5).to_numpy()
        shock = generator.normal(size=62)
        shared = shock[week] + shock[week + 1]
        rows["truth"] = 0.03 * shared + generator.normal(0, 0.05, 300)
        first, second = generator.normal(0, 0.02, (2, 300))
        found = compare_filing_losses(rows.assign(prediction=first, noise=second), "prediction", "noise")
        alarms += found["p_value"] < 0.05
    assert alarms <= 12


def test_what_could_be_detected():
    # The hyperbolic tangent of (1.95996 + .84162) / sqrt(97).
    assert detectable_ic(100) == pytest.approx(0.27703, abs=1e-5)
    assert np.isnan(detectable_ic(3))


EXPERIMENT = Experiment(name="sec_filings.returns", task="filings", published={"ic": 0.0765}, published_on="others")


def record(rows, **data):
    return skill_record(EXPERIMENT, "corrected", rows, pd.DataFrame({"early": False}, index=rows.index), data, {})


def test_verdicts():
    rows = table().rename(columns={"noise": "tfidf_ridge"})
    good = record(rows, caveat="the filings are simulated")
    assert good["verdict"].startswith("Skill beyond every rival. Information coefficient 0.9")
    assert (good["decision"]["counted"], good["decision"]["units"]) == (30, "weeks")
    assert good["verdict"].endswith("ublished 0.0765, on others. The filings are simulated.")
    assert [test["rival"] for test in good["tests"]] == ["zero", "tfidf_ridge", "tfidf_ridge"]
    bad = record(table(skill=0.0).rename(columns={"noise": "tfidf_ridge"}))
    assert bad["finding"].startswith("Cannot be told from chance")
    few = record(rows.iloc[:99])
    assert few["verdict"].startswith("Too few rows for a verdict (99, of at least 100).")


def test_metrics_by_seed():
    rows = table()
    seeds = pd.DataFrame({"seed_1": rows["prediction"], "seed_2": rows["noise"]})
    found = metrics_by_seed("filings", rows, seeds, ("ic", "rmse"))
    expected = [stats.spearmanr(seeds[name], rows["truth"]).statistic for name in seeds]
    assert found["mean"]["ic"] == pytest.approx(np.mean(expected))
    assert found["spread"]["ic"] == pytest.approx(np.std(expected, ddof=1))
    assert found["seeds"]["seed_2"]["ic"] == pytest.approx(expected[1])
