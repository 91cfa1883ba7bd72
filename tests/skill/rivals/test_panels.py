import numpy as np
import pandas as pd
import pytest

from rnn_trading.skill.rivals.fitting import forecast_with
from rnn_trading.skill.rivals.panels import CLASSIFICATION, REGRESSION, KnownPanel, PanelRows

MONTHS = np.eye(12)


def rows(last_return, returns=None):
    last_return = np.asarray(last_return, dtype=float)
    returns = np.column_stack([last_return[::-1], last_return]) if returns is None else returns
    return PanelRows(returns, last_return, MONTHS[np.arange(len(last_return)) % 12])


def forecasts(rivals, train, target, test):
    known = KnownPanel(train, target, rivals is CLASSIFICATION, seed=0)
    return forecast_with(rivals, known, test, pd.RangeIndex(len(test.last_return)))


def test_classification_rivals_by_hand():
    train = rows([0, 0, 0, 0, 0.1, 0.2, -0.1, -0.2])
    label = np.array([0.0, 0, 0, 1, 1, 0, 1, 1])
    rivals = forecasts(CLASSIFICATION, train, label, rows([0.0, 0.3, -0.3]))
    assert rivals["constant_share"].tolist() == [0.5] * 3
    assert rivals["zero_return_means_down"].tolist() == [0.25, 0.75, 0.75]
    assert rivals["sign_of_last_return"].tolist() == [0.25, 0.5, 1.0]
    assert rivals.notna().all(axis=None)


def test_an_unseen_group_takes_the_overall_share():
    train = rows([0.1, 0.2, 0.1, -0.2])
    rivals = forecasts(CLASSIFICATION, train, np.array([1.0, 1, 0, 0]), rows([0.0]))
    assert rivals["zero_return_means_down"].tolist() == [0.5]


def test_regression_rivals_by_hand():
    generator = np.random.default_rng(0)
    returns = generator.normal(size=(500, 2))
    train = rows(returns[:, 1], returns)
    target = 0.5 * returns[:, 1]
    rivals = forecasts(REGRESSION, train, target, rows([2.0], np.array([[1.0, 2.0]])))
    assert rivals["zero"].tolist() == [0.0]
    assert rivals["past_mean"].tolist() == [1.5]
    assert rivals["ridge"][0] == pytest.approx(1.0, abs=0.02)


def test_rivals_are_fitted_on_training_rows_alone():
    """Other test rows do not change the forecast of a row."""
    generator = np.random.default_rng(1)
    train, label = rows(generator.normal(size=300)), generator.integers(0, 2, 300).astype(float)
    test, more = rows([0.1]), rows([0.1, 5.0, -5.0])
    one = forecasts(CLASSIFICATION, train, label, PanelRows(np.array([[0.1, 0.1]]), test.last_return, MONTHS[:1]))
    three = PanelRows(np.array([[0.1, 0.1], [9, 9], [-9, -9]]), more.last_return, MONTHS[:3])
    many = forecasts(CLASSIFICATION, train, label, three)
    assert one.iloc[0].tolist() == pytest.approx(many.iloc[0].tolist(), rel=1e-12)


def test_one_class_is_an_error():
    with pytest.raises(ValueError, match="Every training label is 1"):
        forecasts(CLASSIFICATION, rows([0.1, 0.2]), np.ones(2), rows([0.1]))
