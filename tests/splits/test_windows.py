import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnn_trading.splits.windows import any_in_window, joint_windows, sliding_windows, windows_and_paths

PANEL = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]])  # (time, series), oldest first


def test_windows_by_hand():
    windows = sliding_windows(PANEL, 3)
    assert windows.shape == (2, 2, 3)
    assert windows[0].tolist() == [[1, 2, 3], [2, 3, 4]]
    assert windows[1].tolist() == [[10, 20, 30], [20, 30, 40]]


def test_windows_are_a_read_only_view():
    windows = sliding_windows(PANEL, 2)
    assert np.shares_memory(windows, PANEL)
    assert not windows.flags.writeable


@given(arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 3))), st.integers(1, 12))
def test_any_in_window_is_any_of_each_window(flags, length):
    if length > len(flags):
        with pytest.raises(ValueError, match=f"{length} rows does not fit a panel of {len(flags)} rows"):
            any_in_window(flags, length)
    else:
        expected = sliding_windows(flags, length).any(axis=-1)
        np.testing.assert_array_equal(any_in_window(flags, length), expected)


@pytest.mark.parametrize(
    ("panel", "length", "message"),
    [
        (PANEL, 5, "5 rows does not fit a panel of 4 rows"),
        (PANEL, 0, "0 rows"),
        (PANEL[0], 1, r"Received: \(2,\)"),
    ],
)
def test_windows_refuse_what_does_not_fit(panel, length, message):
    with pytest.raises(ValueError, match=message):
        sliding_windows(panel, length)


def test_joint_windows_by_hand():
    panel = np.array([[1.0, 10], [2, 20], [3, 30], [4, 40]])
    windows, targets = joint_windows(panel, 2)
    assert windows.tolist() == [[[1, 10], [2, 20]], [[2, 20], [3, 30]]]
    assert targets.tolist() == [[3, 30], [4, 40]]
    with pytest.raises(ValueError, match="A window of 5 rows does not fit a panel of 4 rows"):
        joint_windows(panel, 4)


def test_windows_and_paths_by_hand():
    windows, paths = windows_and_paths(PANEL, 1, 2, np.array([True, True, True]))
    assert windows.tolist() == [[[1, 10]], [[2, 20]]]
    assert paths.tolist() == [[[2, 20], [3, 30]], [[3, 30], [4, 40]]]


@given(arrays(bool, st.integers(1, 14)), st.integers(1, 4), st.integers(1, 6))
def test_a_path_lies_in_its_part_from_end_to_end(inside, lags, steps):
    """Each value is its position: a loop over positions finds the same paths."""
    panel = np.arange(float(lags + len(inside)))[:, None]
    windows, paths = windows_and_paths(panel, lags, steps, inside)
    starts = [start for start in range(len(inside) - steps + 1) if inside[start : start + steps].all()]
    assert paths[:, :, 0].tolist() == [[float(lags + start + step) for step in range(steps)] for start in starts]
    assert windows[:, :, 0].tolist() == [[float(start + lag) for lag in range(lags)] for start in starts]
    assert (windows.shape[1:], paths.shape[1:]) == ((lags, 1), (steps, 1))
