"""Rivals of macro series beside statsmodels' own forecasts and closed forms."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.api import VAR
from statsmodels.tsa.ar_model import AutoReg

from rnn_trading.skill.rivals.fitting import fit_rivals
from rnn_trading.skill.rivals.macro import MACRO, KnownMonths


def macro_rivals(known, season, validation=None):
    nothing = np.empty((0, 0, 2)), np.empty((0, 2))
    return fit_rivals(MACRO, KnownMonths(known, season, validation or nothing))


def var_process(months=400, seed=0):
    generator = np.random.default_rng(seed)
    coefficients = np.array([[0.6, 0.3], [-0.2, 0.5]])
    values = np.zeros((months, 2))
    for month in range(1, months):
        values[month] = [1, 2] + coefficients @ values[month - 1] + generator.normal(size=2)
    dates = pd.date_range("1980-01-01", periods=months, freq="MS")
    return pd.DataFrame(values, index=dates, columns=["A", "B"])


@pytest.fixture(scope="module")
def known():
    return var_process().iloc[:300]


def histories(start=(300, 310), length=300):
    values = var_process().to_numpy()
    return np.stack([values[end - length : end] for end in start])


def test_a_vector_autoregression_forecasts_as_statsmodels_does(known):
    paths = macro_rivals(known, 12)["vector_autoregression"](histories(), 5)
    fitted = VAR(known.to_numpy()).fit(1)
    for path, history in zip(paths, histories(), strict=True):
        np.testing.assert_allclose(path, fitted.forecast(history[-1:], 5), rtol=1e-8)


def test_separate_autoregressions_forecast_as_statsmodels_does(known):
    path = macro_rivals(known, 12)["autoregression"](histories((300,)), 6)[0]
    for k, name in enumerate(known):
        orders = {order: AutoReg(known[name].to_numpy(), lags=order, hold_back=20).fit().aic for order in range(1, 21)}
        best = min(orders, key=orders.__getitem__)
        np.testing.assert_allclose(path[:, k], AutoReg(known[name].to_numpy(), lags=best).fit().forecast(6), rtol=1e-6)


def test_the_naive_ones_by_hand(known):
    values = np.arange(30.0).reshape(1, 15, 2)
    rivals = macro_rivals(known, 12)
    assert rivals["persistence"](values, 2).tolist() == [[[28, 29], [28, 29]]]
    assert rivals["seasonal_persistence"](values, 14)[0, :, 0].tolist() == [*range(6, 30, 2), 6, 8]
    np.testing.assert_allclose(rivals["training_mean"](values, 3)[0, 2], known.mean())


def test_orders_are_chosen_on_the_validation_months(known):
    """By the absolute error of single steps, as a loop over statsmodels' own fits has it."""
    targets = np.arange(300, 340)
    values = var_process().to_numpy()
    validation = np.stack([values[target - 300 : target] for target in targets]), values[targets]
    rivals = macro_rivals(known, 12, validation)
    errors = {}
    for order in range(1, 25):
        fitted = VAR(known.to_numpy()).fit(order)
        forecasts = [fitted.forecast(values[target - order : target], 1)[0] for target in targets]
        errors[order] = np.abs(np.array(forecasts) - values[targets]).mean()
    best = VAR(known.to_numpy()).fit(min(errors, key=errors.__getitem__))
    path = rivals["vector_autoregression"](histories((340,)), 4)[0]
    np.testing.assert_allclose(path, best.forecast(values[:340], 4), rtol=1e-8)
    # Other months, another choice: nothing but their order is taken from them.
    alike = macro_rivals(known, 12, (validation[0][:3], np.broadcast_to(known.mean().to_numpy(), (3, 2))))
    assert not np.array_equal(alike["autoregression"](histories(), 2), rivals["autoregression"](histories(), 2))
    np.testing.assert_array_equal(alike["training_mean"](histories(), 2), rivals["training_mean"](histories(), 2))
