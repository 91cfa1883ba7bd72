import numpy as np
import pandas as pd
import pytest
from scipy import special

from rnn_trading.skill.encompassing import encompassing
from rnn_trading.skill.tasks import TASKS


def reviews(seed, rows=1500):
    """Truth depends on what the network knows and on what counting words knows, each by half."""
    generator = np.random.default_rng(seed)
    one, other = generator.normal(size=(2, rows))
    truth = (generator.uniform(size=rows) < special.expit(one + 2 * other)).astype(float)
    table = pd.DataFrame({"id": np.arange(rows), "truth": truth, "prediction": special.expit(one), "majority": 0.5})
    return table.assign(tfidf_logistic_regression=special.expit(2 * other))


def test_a_worse_model_may_add():
    result = encompassing(TASKS["sentiment"], reviews(0), reviews(1), overlap=1)
    assert result["rival"] == "tfidf_logistic_regression"
    assert result["adds"]
    assert result["weights"]["model"] == pytest.approx(1, abs=0.2)
    assert result["weights"]["rival"] == pytest.approx(1, abs=0.2)
    assert result["value"] - result["rival_value"] == pytest.approx(result["difference"])


def test_what_the_rival_knows_adds_nothing():
    noise = np.random.default_rng(3).normal(size=1500)
    tables = [
        table.assign(prediction=special.expit(special.logit(table["tfidf_logistic_regression"]) + noise))
        for table in (reviews(0), reviews(1))
    ]
    assert not encompassing(TASKS["sentiment"], *tables, overlap=1)["adds"]


def test_a_rival_is_given_its_own_weight_first():
    """A network that only says how far a rival exaggerates adds nothing to that rival."""
    generator = np.random.default_rng(0)
    level = np.exp(0.3 * generator.normal(size=400))
    table = pd.DataFrame({"date": pd.bdate_range("2020-01-01", periods=400), "prediction": level, "ewma": 3 * level})
    table["truth"] = level * generator.gamma(4, 0.25, 400)
    result = encompassing(TASKS["volatility"], table, table, overlap=1)
    assert result["difference"] == pytest.approx(0, abs=1e-6)


def test_returns_are_weighed_and_not_levels():
    generator = np.random.default_rng(0)
    one, other = 0.1 * generator.normal(size=(2, 200))
    last = 100.0 + np.arange(200)
    table = pd.DataFrame({"date": pd.bdate_range("2020-01-01", periods=200), "persistence": last})
    table = table.assign(truth=last + one + other, prediction=last + one, ridge=last + other)
    result = encompassing(TASKS["level"], table, table, overlap=1)
    assert result["rival"] == "ridge"  # persistence has no change that could be weighed
    assert result["weights"] == pytest.approx({"model": 1, "rival": 1})
    assert result["value"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("validation", [None, reviews(0).iloc[:0], reviews(0).iloc[:29]])
def test_without_validation_rows_it_says_why_not(validation):
    why = encompassing(TASKS["sentiment"], reviews(0), validation, overlap=1)["why_not"]
    count = 0 if validation is None else len(validation)
    assert why == f"Two weights need at least 30 validation rows. Received: {count}."


def test_constants_cannot_be_weighed():
    constant = reviews(0).assign(prediction=0.3)
    assert encompassing(TASKS["sentiment"], reviews(1), constant, overlap=1)["why_not"].startswith("The model or every")
