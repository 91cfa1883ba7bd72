"""The table of the newest forecasts."""

import numpy as np
import pandas as pd

from rnn_trading.datasets.whole import CSVDataset
from rnn_trading.experiments.latest_table import Networks, best_rivals, latest_table, say
from rnn_trading.skill.intervals.newest import newest_intervals

DAY = pd.Timestamp("2022-12-23")
NETWORKS = Networks("mine.panel, fold 1, 1 network", "0.13.0 (abc)", DAY, DAY)
HEADLINE = {"words": "mean information coefficient", "value": 0.02, "interval": [0.01, 0.03]}
RECORD = {
    "finding": "Skill beyond naive rivals",
    "headline": HEADLINE | {"best_rival": "reversal", "rival_value": 0.01},
    "decision": {
        "larger_is_better": True,
        "tiers": {
            "chance": {"tests": [{"rival": "zero", "rival_value": 9.0}]},
            "naive": {
                "tests": [{"rival": "past_mean", "rival_value": 0.01}, {"rival": "reversal", "rival_value": 0.03}]
            },
            "strong": {"tests": [{"rival": "ridge", "rival_value": None}]},
        },
    },
}


def table_of(forecasts, rivals=("past_mean", "reversal", "ridge"), keys="ticker"):
    names = [f"T{number}" for number in range(len(forecasts))]
    dates = {"last_price": DAY, "tradeable_from": DAY, "period": DAY}
    columns = {name: np.full(len(forecasts), place, dtype=float) for place, name in enumerate(rivals)}
    values = np.array(forecasts)
    intervals = newest_intervals(None, pd.Series(values))
    given = pd.DataFrame({keys: names}).assign(**dates)
    return latest_table(given, values, pd.DataFrame(columns), intervals, RECORD, NETWORKS)


def test_names_are_ranked_and_equal_forecasts_share_a_rank():
    assert table_of([0.1, 0.3, -0.2, 0.3])["rank"].tolist() == [3, 1, 4, 1]


def test_a_single_forecast_and_forecasts_of_one_series_have_no_rank():
    assert table_of([0.1])["rank"].isna().all()
    assert table_of([0.1, 0.2], keys="series")["rank"].isna().all()


def test_rivals_are_the_best_of_their_tier_by_the_record():
    table = table_of([0.1, 0.2])
    assert table["naive_rival"].tolist() == ["reversal"] * 2
    assert table["naive"].tolist() == [1.0, 1.0]
    assert table["strong_rival"].tolist() == ["ridge"] * 2  # the only one, though it has no score


def test_a_tier_without_a_rival_is_missing():
    table = table_of([0.1, 0.2], rivals=("past_mean",))
    assert table["strong"].isna().all()
    assert table["strong_rival"].isna().all()
    assert best_rivals(RECORD, []) == {"naive": None, "strong": None}


def test_a_rival_of_chance_is_never_shown():
    assert best_rivals(RECORD, ["zero", "past_mean"]) == {"naive": "past_mean", "strong": None}


def test_the_log_says_what_was_forecast_of_many_the_highest_and_the_lowest(caplog):
    caplog.set_level("INFO")
    say(table_of([0.1, 0.3, -0.2]).assign(known_to_model=[True, False, True]), "mine.panel")
    say(table_of(np.arange(20.0)), "mine.panel")
    first, few, _, many = caplog.messages
    assert first.startswith("mine.panel: 3 forecasts (1 of names that it never saw) from values until 2022-12-23")
    assert few == "mine.panel: T0 2022-12-23 0.1; T1 2022-12-23 0.3; T2 2022-12-23 −0.2"
    assert many.startswith("mine.panel: T19 2022-12-23 19; T18 2022-12-23 18; T17 2022-12-23 17; ...; T2")


def test_one_table_gives_one_file(tmp_path):
    files = []
    for name in ("one", "other"):
        CSVDataset(filepath=str(tmp_path / name), save_args={"index": False}).save(table_of([0.1, 0.3, -0.2]))
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1]
    read = pd.read_csv(tmp_path / "one")
    np.testing.assert_array_equal(read["forecast"], [0.1, 0.3, -0.2])
    assert read["out_of_sample"].str.startswith("Skill beyond naive rivals. Mean information coefficient 0.020").all()
