"""How a careful record stands beside the corrected one of the same experiment."""

import math

import numpy as np
import pandas as pd
import pytest

from rnn_trading.skill.beside import beside_corrected
from rnn_trading.skill.summary import findings, skill_table
from tests.records import EXPECTED, THREE, careful, decision, read_three_ways, record


def beside(**changes):
    """What is said of a careful record whose decision or data are changed."""
    return beside_corrected(careful(**changes), THREE[1])


def test_careful_and_corrected_differ_by_what_decided():
    """0.05 less 0.03; of a loss, less is better."""
    found = beside()
    assert (found.difference, found.is_better) == (pytest.approx(0.02), True)
    assert found.words == "better than the corrected network by 0.020 of what decided, not tested"
    loss = decision(larger_is_better=False, value=0.05)
    assert beside(decision=loss).words == "worse than the corrected network by 0.020 of what decided, not tested"
    assert beside(decision=loss).is_better is False
    equal = beside(decision=decision())
    assert (equal.difference, equal.is_better) == (0.0, False)
    assert equal.words == "as good as the corrected network by what decided, not tested"


def other_rivals():
    tiers = decision()["tiers"]
    return {
        name: each | {"tests": [one | {"rival_value": 9.0} for one in each["tests"]]} for name, each in tiers.items()
    }


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"data": {"source": "y", "test": {"rows": 100}}}, "other test rows"),
        ({"data": {"source": "x", "test": {"rows": 99}}}, "other test rows"),
        ({"data": {"source": "x", "test": {"rows": 100, "first_date": "2020-01-01"}}}, "other test rows"),
        ({"decision": decision(counted=249)}, "other test rows"),
        # The same rivals with other values: rows or units are not the same, whatever their number, or other rows
        # were trained on.
        ({"decision": decision(tiers=other_rivals())}, "other test rows, or rivals that were fitted on other rows"),
        ({"decision": decision(words="rank correlation")}, "another statistic decided"),
        ({"decision": decision(value=None)}, "no value"),
    ],
)
def test_what_cannot_be_compared_is_not(changes, why):
    found = beside(**changes)
    assert math.isnan(found.difference)
    assert (found.is_better, found.words) == (None, f"not compared with the corrected network: {why}")


def forecasts_of_both(better):
    """A careful network that knows the truth by half, and a corrected one that knows as much, or nothing."""
    generator = np.random.default_rng(0)
    days = pd.bdate_range("2020-01-01", periods=300)
    truth = generator.exponential(1.0, 300) + 0.1
    rows = pd.DataFrame({"date": days, "truth": truth})
    ours = np.sqrt(truth)
    theirs = np.ones(300) if better else ours * generator.uniform(0.97, 1.03, 300)
    return {
        "careful": lambda: rows.assign(prediction=ours, ewma=1.0),
        "corrected": lambda: rows.assign(prediction=theirs),
    }


def qlike(table):
    return float((np.log(table["prediction"]) + table["truth"] / table["prediction"]).mean())


def volatilities(better=True, **changes):
    """Records of both, without a rival that has the same value in both: nothing could be said without forecasts."""
    values = [qlike(forecasts_of_both(better)[way]()) for way in ("careful", "corrected")]
    data = {"source": "x", "test": {"rows": 300}}
    shared = {"words": "QLIKE", "larger_is_better": False, "counted": 300, "overlap": 1, "task": "volatility"}
    ours, theirs = (decision(**shared | {"value": value}) for value in values)
    return (
        careful(data=data, decision=ours | {"tiers": other_rivals()}, **changes),
        record("a.up", "corrected", 0.5, 0.5, data=data, decision=theirs),
    )


@pytest.mark.parametrize("better", [True, False])
def test_of_forecasts_of_the_same_rows_the_difference_is_tested(better):
    both = forecasts_of_both(better)
    found = beside_corrected(*volatilities(better), both)
    by_hand = qlike(both["careful"]()) - qlike(both["corrected"]())
    assert found.difference == pytest.approx(by_hand)
    assert found.is_better == (by_hand < 0)
    assert (found.p_value < 0.05) == better
    start = "better than the corrected network by" if better else "not told from the corrected network:"
    assert found.words.startswith(start)
    assert "of what decided (p " in found.words
    after_four = beside_corrected(*volatilities(better, trials={"configurations": 4}), both)
    expected = 1 - (1 - found.p_value) ** 4 if by_hand < 0 else found.p_value
    assert after_four.p_value == pytest.approx(expected)
    # Four sets of seeds of one configuration are as many tries; so are those that came since.
    for trials in ({"configurations": 1, "tries": 4}, {"configurations": 1, "tries_now": 4}):
        assert beside_corrected(*volatilities(better, trials=trials), both).p_value == after_four.p_value


def test_forecasts_that_were_not_judged_are_not_tested(caplog):
    """Those of a later run, and those of a file that cannot be read."""
    both = forecasts_of_both(better=True)
    later = {"careful": lambda: both["careful"]().assign(prediction=0.5)}

    def broken():
        raise OSError("Parquet magic bytes not found")

    for other in (later, {"careful": broken}):
        found = beside_corrected(*volatilities(), both | other)
        assert math.isnan(found.p_value)
        assert found.words.startswith("not compared with the corrected network")
    assert "A table of forecasts cannot be read, and nothing is tested by it: Parquet magic" in caplog.text


@pytest.mark.parametrize(
    "changed",
    [
        lambda table: table.iloc[1:],
        lambda table: pd.concat([table.iloc[:1], table.iloc[:-1]]),  # one row twice
        lambda table: table.assign(truth=table["truth"] * 1.01),
        lambda table: table.assign(date=table["date"] + pd.Timedelta(days=1)),
    ],
)
def test_forecasts_of_other_rows_are_not_compared(changed):
    both = forecasts_of_both(better=True)
    theirs = both["corrected"]
    found = beside_corrected(*volatilities(), both | {"corrected": lambda: changed(theirs())})
    assert (found.is_better, math.isnan(found.p_value)) == (None, True)
    assert found.words.startswith("not compared with the corrected network: other test rows")


def test_a_table_of_all_says_how_many_differences_were_found():
    """Of the forecasts that lie in the folder of the outputs, by protocol and name."""
    records = read_three_ways(*volatilities())
    tables = {f"{way}/a.up.parquet": read_ for way, read_ in forecasts_of_both(better=True).items()}
    table = skill_table(records, list(EXPECTED), tables)
    assert table.set_index("experiment").loc["a.up", "careful_p_value"] < 0.05
    assert (
        "better than the corrected one in 1 of 1 with the same test rows, by what decided; 1 of them at 5 %."
        in (findings(table, records)[0])
    )


def test_nothing_is_said_beside_a_record_that_is_not_there():
    assert beside_corrected(None, THREE[1]).words is beside_corrected(careful(), None).words is None
