"""Sliding windows over a panel, and the time-order contract. NumPy alone.

The contract: a panel is ``(time, series)`` with time running forward, row 0 the oldest. A window of length
``n`` that ends at time ``t`` holds the times ``t - n + 1 .. t`` in that order; its last column is the newest.
Whoever needs another order reverses the finished window, never the panel.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)


def sliding_windows(panel: NDArray[Number], length: int) -> NDArray[Number]:
    """All windows of consecutive rows of a panel, series by series.

    Parameters
    ----------
    panel
        Shape ``(time, series)``, oldest row first, of any dtype. Missing values stay where they are.
    length
        Rows in a window, at least 1.

    Returns
    -------
    numpy.ndarray
        Shape ``(series, time - length + 1, length)``, dtype of the panel: a read-only view, no copy.
        ``result[s, w, k]`` is ``panel[w + k, s]``.

    Raises
    ------
    ValueError
        If the panel has fewer rows than a window, or not two axes, or ``length`` is below 1.

    Examples
    --------
    >>> panel = np.array([[1, 10], [2, 20], [3, 30], [4, 40]])
    >>> sliding_windows(panel, 3).tolist()
    [[[1, 2, 3], [2, 3, 4]], [[10, 20, 30], [20, 30, 40]]]
    """
    if panel.ndim != 2:
        raise ValueError(f"A panel has the shape (time, series). Received: {panel.shape}")
    if not 1 <= length <= panel.shape[0]:
        raise ValueError(
            f"A window of {length} rows does not fit a panel of {panel.shape[0]} rows. "
            "Use a longer history or a shorter window."
        )
    return np.lib.stride_tricks.sliding_window_view(panel, length, axis=0).transpose(1, 0, 2)


def any_in_window(flags: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """Tell for each window whether a flag is set in it.

    Parameters
    ----------
    flags
        Boolean, shape ``(time, series)``, oldest row first.
    length
        Rows in a window, at least 1.

    Returns
    -------
    numpy.ndarray
        Boolean, shape ``(series, time - length + 1)``, the windows of :func:`sliding_windows`.

    Raises
    ------
    ValueError
        If the panel has fewer rows than a window, or ``length`` is below 1.

    Examples
    --------
    >>> flags = np.array([[False], [True], [False], [False]])
    >>> any_in_window(flags, 2).tolist()
    [[True, True, False]]
    """
    if not 1 <= length <= flags.shape[0]:
        raise ValueError(f"A window of {length} rows does not fit a panel of {flags.shape[0]} rows.")
    # Running counts: a window's count is the difference of two of them, whatever its length.
    counts = np.zeros((flags.shape[0] + 1, flags.shape[1]), dtype=np.int32)
    np.cumsum(flags, axis=0, out=counts[1:])
    return (counts[length:] > counts[:-length]).T


def windows_and_paths(
    panel: NDArray[np.float64], lags: int, steps: int, inside: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Windows of all series together, with the path that follows each, as far as the whole path lies inside a part.

    A window whose path reaches beyond its part is left out: its last steps belong to the next part.

    Parameters
    ----------
    panel
        Shape ``(time, series)``, oldest row first. Missing values stay where they are.
    lags, steps
        Rows in a window, and in a path; at least 1.
    inside
        Whether each row after the first ``lags`` belongs to the part, ``(time - lags,)``.

    Returns
    -------
    tuple of numpy.ndarray
        Windows ``(paths, lags, series)`` and paths ``(paths, steps, series)``, oldest row first, both float64. There
        may be none.

    Examples
    --------
    Three of five targets are training rows: the path of the third would end outside.

    >>> panel = np.arange(7.0)[:, None]
    >>> windows, paths = windows_and_paths(panel, lags=2, steps=2, inside=np.array([True, True, True, False, False]))
    >>> windows.squeeze().tolist(), paths.squeeze().tolist()
    ([[0.0, 1.0], [1.0, 2.0]], [[2.0, 3.0], [3.0, 4.0]])
    """
    length = lags + steps
    if length > len(panel):
        return tuple(np.empty((0, rows, panel.shape[1])) for rows in (lags, steps))  # type: ignore[return-value]
    both = sliding_windows(panel, length).transpose(1, 2, 0).astype(np.float64, copy=False)
    chosen = both[~any_in_window(~inside[:, None], steps)[0]]
    return chosen[:, :lags], chosen[:, lags:]


def joint_windows(panel: NDArray[np.float64], lags: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Windows of all series together, with the row that follows each.

    Parameters
    ----------
    panel
        Shape ``(time, series)``, oldest row first. Missing values stay where they are.
    lags
        Rows in a window, at least 1.

    Returns
    -------
    tuple of numpy.ndarray
        Windows ``(time - lags, lags, series)``, oldest row first, and targets ``(time - lags, series)``, both float64.

    Raises
    ------
    ValueError
        If the panel has no row behind a window.

    Examples
    --------
    >>> panel = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]])
    >>> windows, targets = joint_windows(panel, 2)
    >>> windows.tolist()
    [[[1.0, 10.0], [2.0, 20.0]], [[2.0, 20.0], [3.0, 30.0]]]
    >>> targets.tolist()
    [[3.0, 30.0], [4.0, 40.0]]
    """
    # Axes become windows, rows of a window, series.
    windows = sliding_windows(panel, lags + 1).transpose(1, 2, 0).astype(np.float64, copy=False)
    return windows[:, :-1], windows[:, -1]
