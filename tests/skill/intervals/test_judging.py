import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_trading.skill.intervals.judging import judge_intervals
from rnn_trading.skill.intervals.measured import intervals_of
from rnn_trading.skill.intervals.newest import COLUMNS, newest_intervals
from rnn_trading.skill.intervals.rows import KINDS
from rnn_trading.skill.record import Experiment, plain, skill_record
from tests.skill.intervals import cases


def judged(name, tables, rivals, **further):
    validation, test = tables
    return judge_intervals(name, test, validation, rivals, **further)


def test_coverage_by_year_and_in_the_worst_months_by_hand():
    validation, test = cases.level(60, 400)
    intervals = intervals_of(KINDS["level"], test, validation, "prediction")
    held = intervals.held[:, 1]
    found = judged("level", (validation, test), ["persistence"], months=["2018-06", "2019-02"])["levels"]["95"]
    years, months = test["date"].dt.year, test["date"].dt.strftime("%Y-%m").isin(["2018-06", "2019-02"])
    assert [year["year"] for year in found["by_year"]] == [2018, 2019]
    for year in found["by_year"]:
        share = held[years == year["year"]].mean()
        assert year["coverage"] == share
        # One row a date: the usual standard error of a share.
        assert year["error"] == pytest.approx(np.sqrt(share * (1 - share) / (year["rows"] - 1)))
    assert found["worst_months"]["rows"] == months.sum() == 41
    assert found["worst_months"]["coverage"] == held[months].mean()
    assert found["coverage"] == held.mean()


def test_a_wild_ticker_and_a_calm_one_have_widths_of_their_own():
    """The last of five swings ten times as far: one width for all would hold all of the others and little of it."""
    tables = [
        table.assign(truth=np.where(table["ticker"] == "T4", 10 * table["truth"], table["truth"]))
        for table in cases.panel((250, 300), tickers=5)
    ]
    found = judged("regression", tables, ["zero"])
    for level, share in (("80", 0.8), ("95", 0.95)):
        held = [of["coverage"] for of in found["levels"][level]["by_group"].values()]
        assert held == pytest.approx([share] * 5, abs=0.075)
    widths = found["newest"]["widths"]
    calm, wild, every = (sum(widths[name]["80"]) for name in ("T0", "T4", "every"))
    assert wild == pytest.approx(10 * calm, rel=0.25)
    assert calm < every < wild
    new = newest_intervals(found, pd.Series([0.0, 0.0]), pd.Series(["T4", "never seen"]))
    assert (new["upper_80"] - new["lower_80"]).tolist() == pytest.approx([wild, every])
    assert "(of single tickers in 9" in found["words"]


def test_of_a_ticker_with_few_validation_rows_the_errors_of_all_are_taken():
    validation, test = cases.panel((60, 30), tickers=3)
    short = validation[(validation["ticker"] != "T2") | (validation["date"] > validation["date"].iloc[-3 * 19 - 1])]
    assert (short["ticker"] == "T2").sum() == 19
    widths = judged("regression", (short, test), ["zero"])["newest"]["widths"]
    assert widths["T2"] == widths["every"] != widths["T1"]


def test_the_interval_score_by_hand():
    """Off by 2 beyond an interval of 80 % that is 2 wide: 2 + 2 / .2 * 2 = 22; within it: 2."""
    days = pd.date_range("2020-01-01", periods=52)
    table = pd.DataFrame({"date": days, "prediction": 0.0, "truth": [-1.0, 1.0] * 25 + [3.0, 0.0]})
    intervals = intervals_of(KINDS["level"], table[50:51], table[:50], "prediction")
    assert intervals.widths.tolist() == [[2.0, 2.0]]
    np.testing.assert_allclose(intervals.scores, [[22.0, 2 + 2 / 0.05 * 2]])


def test_the_rival_with_the_smallest_loss_stands_beside_and_is_tested():
    validation, test = cases.level(100, 300)
    tables = [table.assign(worse=90.0, persistence=table["truth"] * 0.5 + 50) for table in (validation, test)]
    found = judged("level", tables, ["worse", "persistence"])
    assert found["rival"] == "persistence"
    wide = found["levels"]["95"]
    # Its errors are half as large.
    assert wide["width"] == pytest.approx(2 * wide["rival"]["width"])
    assert found["compared"]["difference"] == pytest.approx(wide["score"] - wide["rival"]["score"])
    assert found["compared"]["p_value"] < 0.01
    assert "against" in found["words"] and "of persistence" in found["words"]


def test_macro_series_are_judged_in_their_original_units():
    """Errors of one are a thousand times those of the other: so are the widths, and both count alike."""
    found = judged("macro", cases.months(60, 80), ["persistence"])
    by_group = found["levels"]["95"]["by_group"]
    assert by_group["series_1"]["width"] / by_group["series_0"]["width"] == pytest.approx(1000, rel=0.2)
    assert found["rows"] == 160
    assert 2 < found["levels"]["95"]["width"] < 10  # in usual errors, of which a normal interval has 4.9
    assert found["unit"] == "mean validation errors of each series"


def test_intervals_of_runs_grow_with_the_step():
    found = judged("runs", cases.runs((60, 40), steps=9), ["persistence", "drift"])
    widths = [each["width"] for each in found["levels"]["80"]["by_group"].values()]
    assert len(widths) == 9
    assert widths[8] > 2 * widths[0]  # of a random walk, three times
    assert found["newest"]["by"] == "step"
    assert [*found["newest"]["widths"]] == [str(step) for step in range(1, 10)]


def test_widths_of_each_step_stand_beside_those_of_the_rival():
    """Its errors are twice those of the model, and so are its widths."""
    tables = [
        table.assign(prediction=table["persistence"] + 0.1, drift=2 * table["persistence"] + 0.2 - table["truth"])
        for table in cases.runs((60, 40), steps=4)
    ]
    for level in judged("runs", tables, ["drift"])["levels"].values():
        ours, theirs = level["by_group"], level["rival"]["by_group"]
        assert [*ours] == [*theirs] == ["1", "2", "3", "4"]
        for step, of_step in ours.items():
            assert theirs[step] == pytest.approx({"coverage": of_step["coverage"], "width": 2 * of_step["width"]})


def test_every_fold_begins_with_its_own_validation_rows():
    folds = [cases.level(60, 80, seed, 10.0**seed * np.ones(140)) for seed in range(2)]
    validation, test = (
        pd.concat(
            [
                table.assign(fold=fold + 1, date=table["date"] + pd.Timedelta(365 * fold, "D"))
                for fold, table in enumerate(each)
            ]
        )
        for each in zip(*folds, strict=True)
    )
    together = intervals_of(KINDS["level"], test.reset_index(drop=True), validation, "prediction")
    for fold, (own, own_test) in enumerate(folds):
        alone = intervals_of(KINDS["level"], own_test, own, "prediction")
        np.testing.assert_array_equal(together.widths[80 * fold : 80 * fold + 80], alone.widths)
    assert together.newest == {"every": pytest.approx(alone.newest["every"])}


@pytest.mark.parametrize("name", ["level", "regression", "macro"])
def test_the_state_of_a_record_gives_the_next_interval_to_the_bit(name):
    tables = {"level": cases.level(60, 90), "regression": cases.panel((30, 40)), "macro": cases.months(50, 60)}[name]
    validation, test = tables
    last = test["date"] == test["date"].max()
    found = json.loads(json.dumps(plain(judge_intervals(name, test[~last], validation, ["prediction"]))))
    whole = intervals_of(KINDS[name], test, validation, "prediction")
    rows = whole.rows[whole.rows["date"] == test["date"].max()]
    groups = rows[KINDS[name].by] if KINDS[name].by else None
    next_ones = newest_intervals(found, rows["prediction"], groups)
    ends = np.stack([whole.lower, whole.upper], axis=-1)[-len(rows) :]
    np.testing.assert_array_equal(next_ones[[*COLUMNS]].to_numpy(), ends.reshape(len(rows), 4))
    known = test.loc[~last, "target_date" if "target_date" in test else "date"].max()
    assert found["newest"]["until"] == f"{known:%Y-%m-%d}"


def test_newest_intervals_of_unknown_groups_and_of_nothing():
    found = judged("runs", cases.runs((60, 40)), ["persistence"])
    paths = pd.Series([100.0] * 4)
    ends = newest_intervals(found, paths, pd.Series([1, 2, 3, 4]))
    assert ends.iloc[:3].notna().all(axis=None) and ends.iloc[3].isna().all()
    with pytest.raises(ValueError, match=r"differ by step: expected the step of each of 4 forecasts\. Received: none"):
        newest_intervals(found, paths)
    assert newest_intervals({"why": "there are no validation rows", "words": "No."}, paths).isna().all(axis=None)


@pytest.mark.parametrize(
    ("name", "tables", "why"),
    [
        ("level", cases.level(38, 60), "38 validation rows were known before the test, and intervals of 95 % need 39"),
        ("level", (None, cases.level(60, 60)[1]), "there are no validation rows"),
        ("filings", cases.level(60, 60), "the predictions do not say when the truth of a row was known"),
    ],
)
def test_why_there_are_none(name, tables, why):
    found = judged(name, tables, ["persistence"])
    assert found == {"why": why, "words": f"No intervals: {why}."}


def test_returns_after_filings_count_once_the_last_session_is_over():
    validation, test = (table.assign(known=table["date"] + pd.Timedelta(7, "D")) for table in cases.level(80, 60))
    found = judged("filings", (validation, test), ["persistence"])
    # The last five validation rows are not known when the first test row is forecast.
    assert found["calibrated_on"] == 80
    before = intervals_of(KINDS["filings"], test, validation, "prediction").upper
    test.loc[10, "truth"] += 1e3
    moved = (intervals_of(KINDS["filings"], test, validation, "prediction").upper != before).any(axis=1)
    assert test.loc[moved, "date"].min() > test.loc[10, "known"]
    validation.loc[75:, "truth"] += 1e3
    np.testing.assert_array_equal(intervals_of(KINDS["filings"], test, validation, "prediction").upper[0], before[0])


def test_rows_without_a_date_keep_the_width_of_their_validation():
    generator = np.random.default_rng(0)
    table = pd.DataFrame({"id": range(500), "prediction": 3.0, "training_mean": 2.5})
    table["truth"] = generator.integers(1, 6, 500).astype(float)
    found = judged("stars", (table[:200], table[200:]), ["training_mean"])
    wide = found["levels"]["95"]
    assert (wide["width"], wide["by_year"], wide["worst_months"]) == (4.0, None, None)
    assert found["newest"]["until"] is None
    assert found["newest"]["widths"]["every"]["95"] == pytest.approx([2.0, 2.0], rel=0.01)


def test_probabilities_have_no_intervals():
    assert judge_intervals("sentiment", pd.DataFrame({"truth": [1.0]}), None, ["prior"]) is None


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["level", "volatility"]),
    st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=41, max_size=60),
    st.floats(-10, 10),
)
def test_intervals_hold_their_forecast_and_wider_ones_the_narrower(name, truths, forecast):
    days = pd.date_range("2020-01-01", periods=len(truths))
    table = pd.DataFrame({"date": days, "prediction": forecast, "truth": truths})
    found = intervals_of(KINDS[name], table[39:].reset_index(drop=True), table[:39], "prediction")
    assert (found.lower <= forecast).all() and (forecast <= found.upper).all()
    assert (found.lower[:, 1] <= found.lower[:, 0]).all() and (found.upper[:, 0] <= found.upper[:, 1]).all()
    assert name == "level" or (found.lower >= min(forecast, 0)).all()


def test_nothing_of_it_decides(monkeypatch):
    validation, test = cases.level(80, 120)
    experiment = Experiment(name="a.level", task="level", published=None, published_on=None)
    flags = pd.DataFrame({"stale": np.zeros(len(test), dtype=bool)})

    def record():
        return skill_record(experiment, "corrected", test, flags, {"source": "x"}, {}, validation=validation)

    with_intervals = record()
    monkeypatch.setattr("rnn_trading.skill.record.how_sure", lambda *_: {})
    without = record()
    assert {*with_intervals} - {*without} == {"intervals", "calibration"}
    assert {name: with_intervals[name] for name in without} == without
    months = with_intervals["intervals"]["levels"]["95"]["worst_months"]["months"]
    assert months == with_intervals["without_worst_months"]["months"]
