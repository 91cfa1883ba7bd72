"""The laws on results that are written down by hand."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.skill.chance import Distance
from rnn_trading.skill.laws import (
    FUTURE,
    LUCK,
    SIGNAL,
    SMALL_SKILL,
    luck_is_not_skill,
    no_forecast_knows_the_future,
    skill_is_found,
)


def test_luck_by_hand():
    """z = 4 of 1,000 clusters: p = .00007; z = 2: p = .05."""
    far, near = Distance(0.4, 0.1, 1000), Distance(0.2, 0.1, 1000)
    alarm = luck_is_not_skill(LUCK, "level", [far], 0.001)
    assert (alarm["held"], alarm["score"], alarm["scores"]) == (False, 0.4, [0.4])
    assert alarm["p_value"] == pytest.approx(0.00007, abs=0.00001)
    assert luck_is_not_skill(LUCK, "level", [near], 0.001)["held"]
    # Skill the wrong way round is no luck either.
    assert not luck_is_not_skill(LUCK, "level", [Distance(-0.4, 0.1, 1000)], 0.001)["held"]


@pytest.mark.parametrize("law", [SIGNAL, SMALL_SKILL])
@pytest.mark.parametrize(
    ("kind", "held"),
    [("every", True), ("naive", True), ("chance", True), ("none", False), ("worse", False), ("few", False)],
)
def test_skill_is_found_where_the_finding_says_so(law, kind, held):
    decision = {"finding_kind": kind, "finding": "In words", "value": 0.05, "words": "AUC"}
    assert skill_is_found(law, decision, 0.2) == {
        "law": law,
        "held": held,
        "strength": 0.2,
        "finding": "In words",
        "score": 0.05,
        "score_name": "AUC",
    }


def test_the_future_by_hand():
    rows = pd.DataFrame({"date": [1, 2, 3, 4], "prediction": [0.1, 0.2, 0.3, 0.4], "rival": 1.0, "truth": 0.0})
    other = rows.assign(prediction=[0.1, 0.2, 0.3, 0.5], truth=[0.0, 0, 9, 9])  # the truth of a late row is an input
    assert no_forecast_knows_the_future(rows, other, "date", 3) == {
        "law": FUTURE,
        "held": True,
        "rows": 3,
        "changed": 0,
        "largest_change": 0.0,
    }
    last_bit = other.assign(prediction=[0.1, np.nextafter(0.2, 1), 0.3, 0.5])
    result = no_forecast_knows_the_future(rows, last_bit, "date", 3)
    assert (result["held"], result["changed"]) == (False, 1)
    assert 0 < result["largest_change"] < 1e-15
    rival = no_forecast_knows_the_future(rows, other.assign(rival=[1.0, 1, 2, 1]), "date", 3)
    assert (rival["held"], rival["largest_change"]) == (False, 1.0)
    gone = no_forecast_knows_the_future(rows, other[1:], "date", 3)
    assert (gone["held"], gone["changed"]) == (False, 1)
    with pytest.raises(ValueError, match="the canary saw nothing"):
        no_forecast_knows_the_future(rows, rows, "date", 3)
