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


def of(name, rows, validation):
    return encompassing(TASKS[name], TASKS[name].statistic, rows, validation, overlap=1)


def test_a_worse_model_may_add():
    result = of("sentiment", reviews(0), reviews(1))
    assert result["rival"] == "tfidf_logistic_regression"
    assert result["adds"]
    assert result["weights"]["model"] == pytest.approx(1, abs=0.2)
    assert result["weights"]["rival"] == pytest.approx(1, abs=0.2)
    assert result["value"] - result["rival_value"] == pytest.approx(result["difference"])


def test_tf_idf_is_weighed_with_the_model_whichever_rival_is_the_best():
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 2, 400).astype(float)

    def forecast(noise):
        return 1 / (1 + np.exp(-(2 * truth - 1 + noise * generator.normal(size=400))))

    table = pd.DataFrame({"id": np.arange(400), "truth": truth, "prediction": forecast(1.0)})
    table = table.assign(naive_bayes_logistic_regression=forecast(1.0), tfidf_logistic_regression=forecast(3.0))
    result = of("sentiment", table, table)
    assert result["rival"] == "naive_bayes_logistic_regression"
    assert [*result["further"]] == ["tfidf_logistic_regression"]
    beside = result["further"]["tfidf_logistic_regression"]
    alone = of("sentiment", *[table.drop(columns="naive_bayes_logistic_regression")] * 2)
    assert beside == {name: value for name, value in alone.items() if name != "further"}
    assert "further" not in alone


def test_both_together_have_the_metrics_of_a_forecast():
    """On the training of the weights log-odds are added; what comes out is a probability like any other."""
    result = of("sentiment", reviews(0), reviews(1))
    metrics = result["metrics"]
    assert metrics["auc"] == pytest.approx(result["value"])
    alone = TASKS["sentiment"].evaluate(reviews(0), "tfidf_logistic_regression")
    assert {*metrics} == {*alone}
    assert metrics["log_loss"] < alone["log_loss"]
    dated = reviews(0).assign(firm="A", date=pd.Timestamp("2020-01-01"), filing_id=np.arange(1500))
    assert "metrics" not in of("filings", dated, dated), "a rank is no return"


def test_what_the_rival_knows_adds_nothing():
    noise = np.random.default_rng(3).normal(size=1500)
    tables = [
        table.assign(prediction=special.expit(special.logit(table["tfidf_logistic_regression"]) + noise))
        for table in (reviews(0), reviews(1))
    ]
    assert not of("sentiment", *tables)["adds"]


def volatility(seed, days=400):
    generator = np.random.default_rng(seed)
    level = np.exp(0.3 * generator.normal(size=days))
    table = pd.DataFrame(
        {"date": pd.bdate_range("2020-01-01", periods=days), "truth": level * generator.gamma(4, 0.25, days)}
    )
    return table.assign(ewma=3 * level, prediction=level), generator


def test_a_better_scale_of_the_rival_is_nothing_added():
    """A network that says how far a rival exaggerates, or only the mean, knows no more than that rival."""
    table, _ = volatility(0)
    assert not of("volatility", table, table)["adds"]
    table, generator = volatility(1)
    table["prediction"] = 1 + 0.01 * generator.normal(size=len(table))
    assert not of("volatility", table, table)["adds"]


def test_a_negative_weight_adds_nothing():
    table, generator = volatility(2)
    table["prediction"] = 5 - table["truth"] + 0.1 * generator.normal(size=len(table))
    result = of("volatility", table, table)
    assert result["weights"]["model"] < 0
    assert not result["adds"]


def test_rankings_are_weighed_as_ranks_whatever_the_market_does():
    """All stocks fall in the validation weeks: that turns no ranking round."""
    generator = np.random.default_rng(0)
    dates = pd.date_range("2020-01-05", periods=60, freq="W").repeat(20)
    own = generator.normal(size=(2, 1200))
    table = pd.DataFrame({"ticker": np.tile(np.arange(20), 60), "date": dates})
    table = table.assign(
        truth=0.03 * (own.sum(axis=0) / 5 + generator.normal(size=1200)) - 0.1,
        prediction=0.05 + 0.001 * own[0],
        ridge=0.05 + 0.001 * own[1],
    )
    result = of("regression", table, table)
    assert result["adds"]
    assert min(result["weights"].values()) > 0


def test_returns_are_weighed_and_not_levels():
    generator = np.random.default_rng(0)
    one, other = 0.1 * generator.normal(size=(2, 200))
    last = 100.0 + np.arange(200)
    table = pd.DataFrame({"date": pd.bdate_range("2020-01-01", periods=200), "persistence": last})
    table = table.assign(truth=last + one + other, prediction=last + one, ridge=last + other)
    result = of("level", table, table)
    assert result["rival"] == "ridge"  # persistence has no change that could be weighed
    assert result["weights"] == pytest.approx({"model": 1, "rival": 1})
    assert result["value"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("validation", [None, reviews(0).iloc[:0], reviews(0).iloc[:29]])
def test_without_validation_rows_it_says_why_not(validation):
    why = of("sentiment", reviews(0), validation)["why_not"]
    count = 0 if validation is None else len(validation)
    assert why == f"Two weights need at least 30 validation rows. Received: {count}."


def test_constants_cannot_be_weighed():
    constant = reviews(0).assign(prediction=0.3)
    assert of("sentiment", reviews(1), constant)["why_not"].startswith("The model, every rival")
