"""Which annual reports are the newest, and what is refused and left out."""

import logging

import pandas as pd
import pytest

from rnn_trading.experiments.latest_checks import refuse_lost
from rnn_trading.experiments.latest_filings import newest_filings
from rnn_trading.experiments.latest_sources import kind_of
from rnn_trading.experiments.latest_table import say_what_is_left_out
from rnn_trading.experiments.newest import LatestError

DAYS = pd.bdate_range("2020-03-02", periods=8)
IDS = pd.Index(["a", "b", "c", "d"], name="filing_id")
LAST = DAYS[-1]


def returns_of(exits, problems=(None,) * 4):
    return pd.DataFrame(
        {"entry": DAYS[[0, 1, 2, 2]], "exit": pd.to_datetime(exits), "problem": list(problems), "text": None}, index=IDS
    )


def part_of(*parts):
    return pd.Series(parts, index=IDS, dtype="str")


def test_those_whose_return_is_to_come_are_asked_for():
    returns = returns_of([DAYS[5], DAYS[6], None, None])
    newest = newest_filings(returns, part_of("train", "test", "test", None), LAST, "mine")
    assert newest.index.tolist() == ["c", "d"]


def test_where_every_return_is_known_the_last_that_no_network_saw_are_asked_for(caplog):
    returns = returns_of(DAYS[[5, 6, 7, 7]])
    newest = newest_filings(returns, part_of("train", "test", "test", "validation"), LAST, "mine")
    assert newest.index.tolist() == ["c"]
    assert "mine: the return after every report is known until 2020-03-11" in caplog.text


@pytest.mark.parametrize(
    ("exits", "why"),
    [
        ([DAYS[5], None, None, None], "fitted, or stopped, on all 3 reports whose return was not known on 2020-03-11"),
        ([DAYS[5]] * 4, "the return after each of 4 reports is known.*--params mine.walk_forward.final_fit=false"),
    ],
)
def test_reports_of_the_training_are_no_forecast(exits, why):
    with pytest.raises(LatestError, match=why):
        newest_filings(returns_of(exits), part_of("train", "train", "validation", "train"), LAST, "mine")


def test_other_reports_are_refused_and_a_lost_one_is_not():
    trained = pd.Index([f"r{number}" for number in range(20)])
    refuse_lost(trained[1:], trained, "mine")
    with pytest.raises(LatestError, match="mine: 2 of the 20 reports .* are not there, r0 the first: other reports"):
        refuse_lost(trained[2:], trained, "mine")


def test_what_is_left_out_is_counted_and_named(caplog):
    left = pd.Series("a_gap_in_the_newest_window", index=[f"T{number}" for number in range(10)])
    with caplog.at_level(logging.WARNING):
        say_what_is_left_out(pd.concat([left, pd.Series({"OLD": "stale"})]), "mine")
    assert caplog.messages == [
        "mine: no forecast of 10 (a_gap_in_the_newest_window): T0, T1, T2, T3, T4, T5, T6, T7 and 2 more",
        "mine: no forecast of 1 (stale): OLD",
    ]


@pytest.mark.parametrize("source", ["filing_sentences", "prices", "macro", "index_ranges", "reviews"])
def test_an_experiment_that_makes_its_rows_in_a_way_of_its_own_has_no_newest_ones(source):
    assert kind_of({source: pd.DataFrame, "params:mine.lags": int}, {"mine.rows"}) is None
