"""Metrics of stars by hand, and what decides over them."""

import math

import numpy as np
import pandas as pd
import pytest

from rnn_trading.skill.decision import decide
from rnn_trading.skill.metrics.stars import evaluate_stars
from rnn_trading.skill.statistics import STARS


def test_metrics_by_hand():
    truth = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    forecast = np.array([2.0, 2.4, 2.2, 4.0, 3.6])
    metrics = evaluate_stars(forecast, truth)
    assert metrics["documents"] == 5
    # Ranks 1, 3, 2, 5, 4: four differences of 1.
    assert metrics["rank_correlation"] == pytest.approx(1 - 6 * 4 / (5 * 24))
    assert metrics["mae"] == pytest.approx((1 + 0.4 + 0.8 + 0 + 1.4) / 5)
    assert metrics["rmse"] == pytest.approx(math.sqrt((1 + 0.16 + 0.64 + 0 + 1.96) / 5))
    assert metrics["accuracy"] == 0.4  # 2.4 is 2, and 4 is 4
    # The middle, 3, is left out; both above it have higher forecasts than both below.
    assert metrics["auc"] == 1
    assert len(metrics["auc_interval"]) == 2


def test_without_one_side_there_is_no_auc():
    metrics = evaluate_stars(np.array([1.0, 2.0, 3.0]), np.array([4.0, 4.0, 4.0]))
    assert math.isnan(metrics["auc"])
    assert metrics["rank_correlation"] == 0
    assert evaluate_stars(np.empty(0), np.empty(0)) == {"documents": 0}


def planted(strength, n=400, seed=0):
    generator = np.random.default_rng(seed)
    truth = generator.integers(1, 6, n).astype(float)

    def forecast(strength):
        return 3 + strength * (truth - 3) + generator.normal(size=n)

    columns = {"id": np.arange(n).astype(str), "prediction": forecast(strength), "truth": truth, "training_mean": 3.0}
    return pd.DataFrame(columns | {"review_length": forecast(0.05), "tfidf_ridge": forecast(0.5)})


@pytest.mark.parametrize(("strength", "kind"), [(2.0, "every"), (0.25, "naive"), (0.0, "none")])
def test_what_is_found_of_planted_forecasts(strength, kind):
    decision = decide("stars", planted(strength))
    assert decision["words"] == "rank correlation"
    assert decision["finding_kind"] == kind


def test_several_reviews_of_an_author_or_few_but_the_usual_label_are_doubtful():
    table = planted(0.5)
    assert not STARS.of(table, "prediction", "tfidf_ridge", 1).doubtful
    assert STARS.of(table.assign(author="A"), "prediction", "tfidf_ridge", 1).doubtful
    assert STARS.of(table.assign(truth=np.where(table.index < 20, 4.0, 5.0)), "prediction", None, 1).doubtful
