"""Transformations there and back, by hand and for any series."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnn_trading.series.transformations import TransformationParameters, invert_path, transform
from rnn_trading.tables.checks import TableError

MONTHS = pd.date_range("2000-01-01", periods=6, freq="MS", name="date")
SERIES = pd.Series([1.0, 2.0, 4.0, 8.0, 4.0, 16.0], index=MONTHS)


def of(method, period=2):
    return TransformationParameters(name="X", method=method, period=period)


def test_transformations_by_hand():
    assert transform(SERIES, of("none")).tolist() == SERIES.tolist()
    assert transform(SERIES, of("difference")).tolist()[2:] == [3, 6, 0, 8]
    np.testing.assert_allclose(transform(SERIES, of("log_difference"))[2:], np.log([4, 4, 1, 2]))
    assert transform(SERIES, of("difference"))[:2].isna().all()
    assert (of("none").lost, of("difference").lost) == (0, 2)


def test_a_path_adds_to_its_own_forecasts_after_a_period():
    path = invert_path(np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0]), of("difference"))
    assert path.tolist() == [11, 22, 14]  # 10 + 1, 20 + 2, then 11 + 3
    grown = invert_path(np.log([2.0, 1.0, 3.0]), np.array([10.0, 20.0]), of("log_difference"))
    np.testing.assert_allclose(grown, [20, 20, 60])
    assert invert_path(np.array([5.0]), np.array([]), of("none")).tolist() == [5]


@settings(max_examples=60)
@given(
    method=st.sampled_from(["none", "difference", "log_difference"]),
    period=st.integers(1, 6),
    values=arrays(np.float64, 20, elements=st.floats(0.01, 1e6)),
)
def test_the_true_path_comes_back(method, period, values):
    series = pd.Series(values, index=pd.date_range("2000-01-01", periods=20, freq="MS"))
    transformed = transform(series, of(method, period)).to_numpy()
    back = invert_path(transformed[8:], values[:8], of(method, period))
    np.testing.assert_allclose(back, values[8:], rtol=1e-9, atol=1e-6)


def test_what_cannot_be_transformed_is_named():
    with pytest.raises(TableError, match=r"X: 0 on 2000-03-01 has no logarithm \(2 such values\)"):
        transform(SERIES.replace(4.0, 0.0), of("log_difference"))
    with pytest.raises(TableError, match="X: a difference over 6 steps needs more values than that. Received: 6"):
        transform(SERIES, of("difference", 6))
    with pytest.raises(ValueError, match="X: the inverse of a difference over 2 steps needs as many .* Received: 1"):
        invert_path(np.array([1.0]), np.array([1.0]), of("difference"))
