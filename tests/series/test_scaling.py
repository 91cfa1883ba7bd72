"""Scaling of windows, there and back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnn_trading.series.scaling import Scaling, ScalingParameters, fit_scaling

WINDOWS = np.array([[2.0, 3.0, 4.0], [4.0, 6.0, 5.0]])
TARGETS = np.array([5.0, 5.0])
METHODS = ("none", "min_max", "standard", "first_value", "last_value")


def fitted(method, windows=WINDOWS, targets=TARGETS):
    values = np.append(windows[0], targets)
    return fit_scaling(ScalingParameters(method=method, fitted_on="train"), values, windows, targets)


def test_constants_by_hand():
    assert fitted("none") == Scaling("none", 0.0, 1.0)
    assert fitted("min_max") == Scaling("none", 2.0, 3.0)
    assert fitted("standard") == Scaling("none", 3.8, pytest.approx(np.sqrt(6.8 / 5)))
    assert fitted("first_value") == Scaling("first", 1.0, 1.0)
    assert fitted("last_value") == Scaling("last", 1.0, pytest.approx(0.125))  # returns of .25 and 0


def test_windows_by_hand():
    np.testing.assert_allclose(fitted("first_value").scale(WINDOWS, WINDOWS), [[0, 0.5, 1], [0, 0.5, 0.25]])
    np.testing.assert_allclose(fitted("last_value").scale(TARGETS[:, None], WINDOWS), [[2], [0]])
    np.testing.assert_allclose(fitted("min_max").scale(WINDOWS, WINDOWS)[0], [0, 1 / 3, 2 / 3])


@settings(max_examples=60)
@given(
    method=st.sampled_from(METHODS),
    windows=arrays(np.float64, (4, 5), elements=st.floats(0.5, 1e4)),
    targets=arrays(np.float64, 4, elements=st.floats(0.5, 1e4)),
)
def test_what_is_scaled_comes_back(method, windows, targets):
    windows = windows * (1 + 1e-3 * np.arange(5))  # never all equal
    targets = targets * (1 + 1e-2 * np.arange(4))
    scaling = fitted(method, windows, targets)
    scaled_last = scaling.scale(windows[:, -1:], windows)
    back = scaling.restore(scaling.scale(targets[:, None], windows), scaled_last, windows)
    np.testing.assert_allclose(back[:, 0], targets, rtol=1e-7, atol=1e-6)
    # A forecast of no change is the last value to the bit.
    np.testing.assert_array_equal(scaling.restore(scaled_last, scaled_last, windows), windows[:, -1:])


@pytest.mark.parametrize("method", ["min_max", "standard"])
def test_a_constant_series_is_refused(method):
    with pytest.raises(ValueError, match="The 5 values that the scaling is fitted on are all 7: a constant series"):
        fitted(method, np.full((2, 3), 7.0), np.full(2, 7.0))


def test_equal_returns_are_refused():
    growth = 1.1 ** np.arange(4)
    with pytest.raises(ValueError, match="The 2 returns that the scaling is fitted on are all 0.1"):
        fitted("last_value", np.stack([growth[:3], growth[:3]]), growth[[3, 3]])


@pytest.mark.parametrize(("method", "place"), [("first_value", 0), ("last_value", -1)])
def test_a_base_of_zero_is_refused(method, place):
    windows = WINDOWS.copy()
    windows[1, place] = 0
    with pytest.raises(ValueError, match=r"value of window 1 is zero \(1 such window\)"):
        fitted(method, windows)
