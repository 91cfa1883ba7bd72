import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_trading.skill.decision import decide, finding
from rnn_trading.skill.statistics import RANKS_BY_DATE

DAYS = pd.date_range("2015-01-04", periods=250, freq="W")


def planted(strength, seed=0, dates=250, tickers=20):
    """A forecast whose correlation with the truth is the strength, beside rivals that know nothing."""
    generator = np.random.default_rng(seed)
    rows = dates * tickers
    market = 0.03 * generator.normal(size=dates).repeat(tickers)
    own = generator.normal(size=rows)
    noise, rival, other = generator.normal(size=(3, rows))
    table = pd.DataFrame({"ticker": np.tile(np.arange(tickers), dates), "date": DAYS[:dates].repeat(tickers)})
    return table.assign(
        prediction=0.001 * (strength * own + np.sqrt(1 - strength**2) * noise),
        truth=market + 0.03 * own,
        zero=0.0,
        past_mean=0.001 * rival,
        ridge=0.001 * other,
    )


def test_a_planted_coefficient_is_skill():
    """Squared errors of returns measure the market: they find nothing of it."""
    decision = decide("regression", planted(0.13))
    assert decision["finding"] == "Skill beyond every rival"
    assert decision["p_value"] < 0.001
    assert decision["value"] == pytest.approx(0.13, abs=0.04)
    assert decision["tiers"]["strong"]["status"] == "beaten"
    assert (decision["counted"], decision["units"]) == (250, "dates")


def test_luck_is_not_skill_and_what_would_go_unseen_is_said():
    decision = decide("regression", planted(0.0, seed=4))
    assert decision["finding_kind"] == "none"
    unseen = decision["tiers"]["chance"]["detectable"]
    assert decision["finding"] == f"Cannot be told from chance (less than {unseen:.3f} would go unseen)"
    assert 0.03 < unseen < 0.06
    assert decision["rival"] == "zero"


def test_the_wrong_way_round_is_worse():
    table = planted(0.2)
    decision = decide("regression", table.assign(prediction=-table["prediction"]))
    assert decision["finding"] == "Worse than chance"
    assert decision["p_value"] < 0.001


def test_one_network_of_twins_is_level_or_undecided_and_never_beyond():
    table = planted(0.1)
    generator = np.random.default_rng(9)
    nearly = table["prediction"] + 1e-5 * generator.normal(size=len(table))
    decision = decide("regression", table.assign(ridge=nearly))
    assert decision["finding"] == "Skill beyond naive rivals, level with strong ones"
    assert decision["tiers"]["strong"]["status"] == "level"
    far = decide("regression", table.assign(ridge=table["truth"] * 0.1 + 0.03 * generator.normal(size=len(table))))
    assert far["finding"] == "Skill beyond naive rivals, not told from strong ones"


def test_a_network_that_counting_words_beats_is_still_better_than_chance():
    generator = np.random.default_rng(0)
    truth = np.repeat([0.0, 1.0], 1000)
    table = pd.DataFrame({"id": np.arange(2000), "truth": truth, "majority": 0.5})
    for name, shift in (("prediction", 2.0), ("tfidf_logistic_regression", 3.0)):
        table[name] = 1 / (1 + np.exp(-shift * truth - generator.normal(size=2000)))
    decision = decide("sentiment", table)
    assert decision["finding"] == "Better than chance, worse than a strong one"
    assert decision["tiers"]["naive"] is None


def test_too_few_rows_and_a_rival_without_a_tier():
    few = pd.DataFrame({"filing_id": [1], "firm": ["A"], "date": ["2020-01-06"], "truth": 0.1, "prediction": 0.1})
    assert decide("filings", few.assign(zero=0.0))["finding"] == "Too few rows for a verdict (1, of at least 100)"
    with pytest.raises(ValueError, match="coin: expected a rival of one tier"):
        decide("regression", planted(0.1).assign(coin=0.5))


def test_nothing_is_decided_of_no_rows():
    decision = decide("regression", planted(0.1).iloc[:0])
    assert decision["finding_kind"] == "few"
    assert np.isnan(decision["value"])


def tiers(**statuses):
    return {
        tier: {"status": statuses[tier], "detectable": 0.04, "rival_value": 0.0} if tier in statuses else None
        for tier in ("chance", "naive", "strong")
    }


@pytest.mark.parametrize(
    ("statuses", "kind", "text"),
    [
        (dict(chance="beaten", naive="beaten", strong="beaten"), "every", "Skill beyond every rival"),
        (dict(chance="beaten", naive="beaten"), "every", "Skill beyond every rival"),
        (
            dict(chance="beaten", naive="beaten", strong="worse"),
            "naive",
            "Skill beyond naive rivals, worse than a strong one",
        ),
        (
            dict(chance="beaten", naive="undecided", strong="beaten"),
            "chance",
            "Better than chance and strong rivals, not than every naive one",
        ),
        (dict(chance="beaten"), "chance", "Better than chance, the only rival"),
        (dict(chance="beaten", naive="worse", strong="worse"), "worse", "Worse than a naive rival"),
        (dict(chance="beaten", strong="undecided"), "chance", "Better than chance, not told from strong ones"),
        (
            dict(chance="undecided", naive="beaten", strong="worse"),
            "none",
            "Cannot be told from chance (less than 0.040 would go unseen)",
        ),
        (
            dict(naive="level", strong="beaten"),
            "none",
            "Cannot be told from the naive rivals (less than 0.040 would go unseen)",
        ),
        (dict(strong="worse"), "worse", "Worse than a strong rival"),
        ({}, "few", "Too few rows for a verdict (500, of at least 1)"),
    ],
)
def test_findings(statuses, kind, text):
    found = finding(RANKS_BY_DATE, tiers(**statuses), 500, 0)
    assert (found.kind, found.text) == (kind, text)


def test_the_rival_that_is_better_decides_and_not_the_one_that_is_beaten():
    generator = np.random.default_rng(0)
    last = 100 + generator.normal(size=500).cumsum()
    truth = last + 1
    table = pd.DataFrame({"date": pd.bdate_range("2020-01-01", periods=500), "truth": truth, "persistence": last})
    noise = generator.normal(size=(3, 500))
    table = table.assign(prediction=truth + 0.4 * noise[0], drift=truth + 0.2 * noise[1], ewma=truth + 3 * noise[2])
    decision = decide("level", table)
    assert decision["finding"] == "Worse than a naive rival"
    assert decision["rival"] == "drift"
    assert decision["tiers"]["naive"]["tests"][0]["difference"] < 0 < decision["difference"]


def test_volatility_is_decided_by_one_loss_for_all():
    """Where one forecast has no QLIKE, all are compared by squared error, and the record says so."""
    generator = np.random.default_rng(0)
    level = np.exp(0.3 * generator.normal(size=300))
    table = pd.DataFrame(
        {"date": pd.bdate_range("2020-01-01", periods=300), "truth": level * generator.gamma(4, 0.25, 300)}
    )
    table = table.assign(prediction=level, training_mean=1.0, ewma=level * 1.2, har=level * 1.1)
    assert decide("volatility", table)["words"] == "QLIKE"
    table.loc[0, "prediction"] = 0.0
    decision = decide("volatility", table)
    assert decision["words"] == "squared error"
    assert "not positive" in decision["why"]
    expected = ((table["har"] - table["truth"]) ** 2).mean()
    assert decision["tiers"]["strong"]["rival_value"] == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-0.2, 0.2), st.integers(1, 4))
def test_a_finding_of_a_difference_has_a_small_p_value_and_none_has_not(seed, strength, rivals):
    generator = np.random.default_rng(seed)
    days = 60
    truth = 100 * (1 + 0.01 * generator.normal(size=days))
    table = pd.DataFrame({"date": DAYS[:days], "truth": truth, "persistence": 100.0})
    names = ["drift", "ewma", "seasonal_persistence", "past_mean"][:rivals]
    for name in ["prediction", *names]:
        weight = strength if name == "prediction" else 0.1 * generator.normal()
        table[name] = 100 + weight * (truth - 100) + 0.3 * generator.normal(size=days)
    decision = decide("level", table)
    assert (decision["p_value"] < 0.05) == (decision["finding_kind"] in ("every", "naive", "chance", "worse"))
