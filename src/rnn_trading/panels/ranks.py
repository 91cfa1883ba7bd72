"""Returns of a panel as ranks among all tickers of their period, and what a network on ranks sees of each row."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rnn_trading.panels.view import PanelWindows

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
# Deviation of numbers that are spread evenly from -1/2 to 1/2.
EVEN_DEVIATION = 12**-0.5


def ranked(panel: PanelWindows) -> PanelWindows:
    """The same rows, each past return as its rank among all tickers with a return in its period.

    Ranks have a mean of 0 in every period, and a deviation of 1 where there are many tickers. No rank knows a return of
    another period, so that a window of them knows no more than one of returns.

    Examples
    --------
    >>> from rnn_trading.panels.view import PanelWindows
    >>> panel = PanelWindows(
    ...     past=np.array([[0.1, 0.5, np.nan], [0.2, -0.5, 0.0]]),
    ...     tickers=pd.Index(["A", "B", "C"]),
    ...     periods=pd.date_range("2020-01-05", periods=2, freq="W"),
    ...     ticker_code=np.array([0], dtype=np.int32),
    ...     period=np.array([1], dtype=np.int32),
    ...     future=np.array([0.2]),
    ...     lags=1,
    ...     order="oldest_first",
    ...     winsorise=None,
    ... )
    >>> ranked(panel).past.round(3).tolist()
    [[-0.866, 0.866, nan], [1.155, -1.155, 0.0]]
    """
    ranks = np.full(panel.past.shape, np.nan)
    for period, returns in enumerate(panel.past):
        there = np.isfinite(returns)
        ranks[period, there] = standard_ranks(returns[there])
    return replace(panel, past=ranks)


def with_whole_windows(panel: PanelWindows) -> tuple[PanelWindows, NDArray[np.int64]]:
    """All tickers that could be forecast in the periods of some rows, whatever came then; and the places of these rows.

    Returns
    -------
    tuple
        Every ticker with a whole window before a period that has a row: ticker by ticker, ``future`` NaN where it has
        no row. And the place of each row of ``panel`` among them, ``(rows,)``.

    Examples
    --------
    B has a window as well as A, and no outcome; C has none.

    >>> from rnn_trading.panels.view import PanelWindows
    >>> panel = PanelWindows(
    ...     past=np.array([[0.1, 0.5, np.nan], [0.2, np.nan, 0.0]]),
    ...     tickers=pd.Index(["A", "B", "C"]),
    ...     periods=pd.date_range("2020-01-05", periods=2, freq="W"),
    ...     ticker_code=np.array([0], dtype=np.int32),
    ...     period=np.array([1], dtype=np.int32),
    ...     future=np.array([0.2]),
    ...     lags=1,
    ...     order="oldest_first",
    ...     winsorise=None,
    ... )
    >>> everyone, places = with_whole_windows(panel)
    >>> everyone.index.tolist() == [(ticker, pd.Timestamp("2020-01-12")) for ticker in "AB"], places.tolist()
    (True, [0])
    """
    known = np.vstack([np.zeros(panel.past.shape[1], dtype=int), np.isfinite(panel.past).cumsum(axis=0)])
    periods = np.unique(panel.period)
    whole = known[periods] - known[periods - panel.lags] == panel.lags
    ticker, at = np.nonzero(whole.T)
    place_of = np.empty(whole.shape, dtype=np.int64)
    place_of[at, ticker] = np.arange(len(ticker))
    places = place_of[np.searchsorted(periods, panel.period), panel.ticker_code]
    future = np.full(len(ticker), np.nan)
    future[places] = panel.future
    code, period = ticker.astype(np.int32), periods[at].astype(np.int32)
    return replace(panel, ticker_code=code, period=period, future=future), places


def standard_ranks(values: Vector) -> Vector:
    """Ranks of numbers, centred, as a share of their number, over the deviation of many even ones; ties take the mean.

    Examples
    --------
    >>> standard_ranks(np.array([5.0, 1.0, 1.0])).round(3).tolist()
    [1.155, -0.577, -0.577]
    """
    import scipy  # noqa: PLC0415  takes a moment to import

    if not len(values):
        return np.empty(0)
    ranks = scipy.stats.rankdata(values)
    return (ranks - ranks.mean()) / len(values) / EVEN_DEVIATION


@dataclass(frozen=True)
class RankInputs:
    """What a network on ranks sees, put together for those rows that are asked for.

    Attributes
    ----------
    panel
        Rows of a :func:`ranked` panel.
    known
        Further features of each row, float32, ``(rows, features)``.
    start
        The forecast that the network corrects, float32, ``(rows,)``.
    """

    panel: PanelWindows
    known: NDArray[np.float32]
    start: NDArray[np.float32]

    def __len__(self) -> int:
        """Rows."""
        return len(self.panel)

    def take(self, rows: NDArray[np.int64]) -> dict[str, NDArray[np.generic]]:
        """``Channels`` ``(rows, lags, 1)``, oldest first, ``Start`` ``(rows, 1)`` and ``Known``, if there are any."""
        windows = self.panel.windows({}, rows).astype(np.float32)[:, :, None]
        if self.panel.order == "newest_first":
            windows = windows[:, ::-1]
        made = {"Channels": windows, "Known": self.known[rows], "Start": self.start[rows, None]}
        return {name: values for name, values in made.items() if values.shape[1]}

    def arrays(self) -> Iterator[NDArray[np.generic]]:
        """All numbers that inputs are made of."""
        if not len(self):
            return
        used, columns = np.unique(self.panel.ticker_code, return_inverse=True)
        first, last = self.panel.period.min() - self.panel.lags, self.panel.period.max()
        yield from (self.panel.past[first:last, used], columns, self.panel.period - first, self.known, self.start)
