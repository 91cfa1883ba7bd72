import numpy as np
import pandas as pd
import pytest

from rnn_trading.simulated.forecasts import SCALES, with_planted_forecast
from rnn_trading.skill.tasks import TASKS

ROWS, STRENGTH = 20_000, 0.3


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    generator = np.random.default_rng(1)
    last = 100 * np.exp(generator.normal(size=ROWS))
    returns = generator.normal(scale=0.01, size=ROWS)
    return pd.DataFrame({"prediction": 0.0, "persistence": last, "truth": last * (1 + returns), "returns": returns})


def test_every_kind_of_forecast_can_be_planted():
    assert set(SCALES) == set(TASKS)


def test_a_level_is_planted_by_its_return(rows):
    """The slope of the outcome on the forecast is one: no rescaling makes the forecast better."""
    planted = with_planted_forecast("level", rows, STRENGTH, 2)
    forecast = planted["prediction"] / planted["persistence"] - 1
    assert forecast.corr(rows["returns"]) == pytest.approx(STRENGTH, abs=0.02)
    assert np.polyfit(forecast, rows["returns"], 1)[0] == pytest.approx(1, abs=0.07)
    assert planted.drop(columns="prediction").equals(rows.drop(columns="prediction"))


@pytest.mark.parametrize("task", ["classification", "sentiment"])
def test_a_label_is_planted_by_its_probability(task):
    labels = pd.DataFrame({"truth": np.tile([0, 1], ROWS // 2)})
    planted = with_planted_forecast(task, labels, 0.1, 2)
    assert planted["prediction"].between(0, 1).all()
    assert planted["prediction"].corr(planted["truth"]) == pytest.approx(0.1, abs=0.02)
    assert planted["prediction"].mean() == pytest.approx(0.5, abs=0.01)


def test_a_volatility_is_planted_above_zero():
    squares = pd.DataFrame({"truth": np.random.default_rng(1).chisquare(1, size=ROWS)})
    planted = with_planted_forecast("volatility", squares, 0.4, 2)
    assert planted["prediction"].min() > 0
    assert planted["prediction"].corr(planted["truth"]) == pytest.approx(0.4, abs=0.03)


def test_each_step_of_a_run_has_its_own_spread(rows):
    """The tenth step moves ten times as far as the first; other kinds of runs are not judged."""
    steps = np.tile([1.0, 10.0], ROWS // 2)
    truth = rows["persistence"] * (1 + rows["returns"] * steps)
    table = rows.assign(run=np.repeat(["restarted", "free_run"], ROWS // 2), step=steps, truth=truth)
    planted = with_planted_forecast("runs", table, STRENGTH, 2)
    assert set(planted["run"]) == {"restarted"}
    forecast = planted["prediction"] / planted["persistence"] - 1
    for step, one in forecast.groupby(planted["step"]):
        assert one.std() == pytest.approx(STRENGTH * 0.01 * step, rel=0.1)


def test_each_macro_series_has_its_own_mean():
    truth = np.random.default_rng(1).normal(size=ROWS) + np.tile([0, 100], ROWS // 2)
    kind = {"units": "network", "run": "one_step", "step": 1}
    table = pd.DataFrame({"series": np.tile(["a", "b"], ROWS // 2), "truth": truth, **kind})
    planted = with_planted_forecast("macro", table, STRENGTH, 2)
    for mean, (_, one) in zip([0, 100], planted.groupby("series"), strict=True):
        assert one["prediction"].mean() == pytest.approx(mean, abs=0.05)
        assert one["prediction"].corr(one["truth"]) == pytest.approx(STRENGTH, abs=0.03)


def test_equal_seeds_give_equal_forecasts(rows):
    one, same, other = (with_planted_forecast("regression", rows, STRENGTH, seed) for seed in (2, 2, 3))
    assert one.equals(same)
    assert not one.equals(other)
