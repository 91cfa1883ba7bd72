"""What canaries are run with, and what becomes of their results."""

import pytest

from rnn_trading.pipelines.canaries.nodes import BrokenLawError, gather, merge, uphold_laws
from rnn_trading.skill.laws import FUTURE, LUCK


def test_a_misspelt_override_is_refused():
    with pytest.raises(ValueError, match=r"canaries.overrides.a.c: there is no such parameter .*: b, d"):
        merge({"a": {"b": 1, "d": 2}}, {"a": {"c": 3}})
    assert merge({"a": {"b": 1, "d": 2}}, {"a": {"b": 3}}) == {"a": {"b": 3, "d": 2}}


def test_a_broken_law_stops_the_run_and_is_named():
    held = {"law": LUCK, "held": True, "score_name": "AUC less .5", "score": 0.01, "z": 0.3}
    results = gather("corrected", a={"experiment": "a.b", "laws": [held]})
    uphold_laws(results)
    results["experiments"][0]["laws"].append({"law": FUTURE, "held": False, "changed": 7, "rows": 20})
    expected = "a.b breaks the law that no forecast knows the future: 7 of 20 earlier rows changed"
    with pytest.raises(BrokenLawError, match=expected):
        uphold_laws(results)


def test_results_of_two_runs_keep_the_parameters_of_their_own():
    """Where the canaries of one experiment are released again, the others stand as they were."""
    earlier, later = ({"experiment": name, "seeds": seeds, "laws": []} for name, seeds in (("a", 2), ("b", 3)))
    results = gather("corrected", a=earlier, b=later)
    assert [one["seeds"] for one in results["experiments"]] == [2, 3]
    assert "seeds" not in results
