"""The standard deviation of all windows of a panel, without the matrix of windows."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rnn_trading.panels.view import Bounds, PanelWindows

Vector = NDArray[np.float64]
MOST_AT_ONCE = 2**20
ALIGNED = 8


def deviation_of_windows(panel: PanelWindows, bounds: Bounds) -> float:
    """Standard deviation of all past returns in all windows, clipped; NaN without rows.

    It is that of ``panel.columns(panel.lag_columns, bounds).std()``, to the bit: NumPy sums in halves (pairwise
    summation; Higham, 1993), and the same halves are put together here, one after the other.

    Examples
    --------
    >>> from rnn_trading.panels.view import PanelWindows
    >>> panel = PanelWindows(
    ...     past=np.array([[1.0], [3.0], [1.0]]),
    ...     tickers=pd.Index(["A"]),
    ...     periods=pd.date_range("2020-01-05", periods=3, freq="W"),
    ...     ticker_code=np.zeros(1, dtype=np.int32),
    ...     period=np.array([2], dtype=np.int32),
    ...     future=np.array([1.0]),
    ...     lags=2,
    ...     order="oldest_first",
    ...     winsorise=None,
    ... )
    >>> deviation_of_windows(panel, {})
    1.0
    """
    rows, names = len(panel), panel.lag_columns
    if rows == 0:
        return float("nan")

    def values(start: int, stop: int) -> Vector:
        """A piece of all columns, one after the other."""
        pieces = []
        for number in range(start // rows, -(-stop // rows)):
            before = number * rows
            of_column = slice(max(start - before, 0), min(stop - before, rows))
            pieces.append(panel.column(names[number], bounds, of_column))
        return np.concatenate(pieces)

    def squares(start: int, stop: int) -> Vector:
        deviations = values(start, stop) - mean
        return np.multiply(deviations, deviations, out=deviations)

    count = rows * len(names)
    mean = summed(values, 0, count, MOST_AT_ONCE) / count
    return float(np.sqrt(summed(squares, 0, count, MOST_AT_ONCE) / count))


def summed(values: Callable[[int, int], Vector], start: int, stop: int, most: int) -> np.float64:
    """The sum of numbers that come in pieces, equal to that of NumPy over all of them at once.

    Parameters
    ----------
    values
        Numbers from one position to another, in one piece of memory.
    start, stop
        First position, and the one after the last.
    most
        Most numbers in a piece, at least 128: so many NumPy adds without halving them.

    Examples
    --------
    >>> numbers = np.sqrt(np.arange(100_000))
    >>> summed(lambda start, stop: numbers[start:stop], 0, len(numbers), most=1000) == numbers.sum()
    np.True_
    """
    length = stop - start
    if length <= most:
        return np.add.reduce(values(start, stop))
    half = length // 2
    middle = start + half - half % ALIGNED
    return summed(values, start, middle, most) + summed(values, middle, stop, most)
