import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rnn_trading.skill.losses import LOG_LOSS
from rnn_trading.skill.metrics.documents import compare_document_losses, evaluate_documents
from rnn_trading.skill.record import Experiment, skill_record

REVIEWS = Experiment(name="t.l", task="sentiment", published={"auc": 0.9417}, published_on="other reviews")


def test_metrics_by_hand():
    forecast, truth = np.array([0.05, 0.15, 0.92, 1.0]), np.array([0.0, 1.0, 1.0, 1.0])
    metrics = evaluate_documents(forecast, truth)
    assert metrics["auc"] == 1
    assert metrics["accuracy"] == 0.75
    assert metrics["calibration_error"] == pytest.approx((0.05 + 0.85 + 0.08 + 0) / 4)
    assert metrics["brier"] == pytest.approx((0.05**2 + 0.85**2 + 0.08**2) / 4)
    assert metrics["documents"] == 4


def test_paired_losses():
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 2, 500).astype(float)
    sure, unsure = np.where(truth == 1, 0.8, 0.2), generator.uniform(0.4, 0.6, 500)
    result = compare_document_losses(LOG_LOSS, sure, unsure, truth)
    expected = stats.ttest_rel(LOG_LOSS.of(sure, truth), LOG_LOSS.of(unsure, truth))
    assert result["statistic"] == pytest.approx(expected.statistic)
    assert result["p_value"] == pytest.approx(expected.pvalue)
    assert result["mean_difference"] < 0
    assert result["documents"] == 500
    assert math.isnan(compare_document_losses(LOG_LOSS, sure, sure, truth)["p_value"])


def table(strength, n=600, seed=0):
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 2, n).astype(float)

    def probability(strength):
        return 1 / (1 + np.exp(-strength * (2 * truth - 1) - generator.normal(size=n)))

    columns = {"id": range(n), "prediction": probability(strength), "truth": truth, "majority": 0.5}
    return pd.DataFrame(columns | {"tfidf_logistic_regression": probability(1.0)})


def judged(table, suspicious=None, **model):
    suspicious = pd.Series(np.zeros(len(table), dtype=bool)) if suspicious is None else suspicious
    return skill_record(
        REVIEWS, "corrected", table, suspicious.to_frame("x"), {"source": "x"}, {"parameters": 1, **model}
    )


def test_the_most_influential_authors_are_left_out_where_authors_are_known():
    rows = table(0.2)
    nobody = judged(rows)["attribution"][-1]
    assert nobody["why"] == "the reviews do not say who wrote them"
    known = judged(rows.assign(author=[f"a{number % 30}" for number in range(len(rows))]))["attribution"][-1]
    assert known["without"] == "the 10 most influential authors"
    assert (known["rows_left_out"], len(known["names"])) == (200, 10)
    assert known["removed"] > 0


def test_the_verdict_says_who_is_better():
    better, worse = judged(table(1.6)), judged(table(0.2))
    assert better["verdict"].startswith("Skill beyond every rival. AUC 0.9")
    assert "Better than tfidf logistic regression, the best strong rival (0.9" in better["verdict"]
    assert [(test["name"], test["rival"]) for test in better["tests"]] == [("Paired t", "tfidf_logistic_regression")]
    assert worse["verdict"].startswith("Better than chance, worse than a strong one. AUC 0.")
    assert "Worse than tfidf logistic regression, the best strong rival (0.9" in worse["verdict"]
    assert better["without_worst_months"] is None
    assert better["rivals"]["majority"]["auc"] == 0.5


def test_skill_that_lives_on_suspicious_reviews_alone_is_none():
    rows = table(1.0)
    suspicious = pd.Series(np.arange(len(rows)) < 300)
    rows.loc[suspicious, "prediction"] = np.where(rows["truth"][suspicious] == 1, 0.99, 0.01)
    rows.loc[~suspicious, "prediction"] = rows["tfidf_logistic_regression"][~suspicious]
    record = judged(rows, suspicious)
    assert record["without_stale"]["decision"]["tiers"]["strong"]["difference"] == 0
    assert record["finding"].startswith("Better than chance, ")
    assert record["finding"].endswith(" without reviews that state their rating in numbers")
