"""Rivals of macro series beside statsmodels' own forecasts and closed forms."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.api import VAR
from statsmodels.tsa.ar_model import AutoReg

from rnn_trading.skill.rivals.fitting import fit_rivals
from rnn_trading.skill.rivals.macro import MACRO, KnownMonths


def macro_rivals(known, season):
    return fit_rivals(MACRO, KnownMonths(known, season))


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
