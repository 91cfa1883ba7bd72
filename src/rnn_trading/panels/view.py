"""Windows of many tickers as a view: the matrix of returns, the place of each row in it, and no copy of a window.

A table of sequences repeats every return once for each lag. Here it stands once, in a matrix of periods and tickers; a
row says where its window is, and windows are put together for those rows that are asked for.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.panels.sequence_parameters import WinsoriseParameters
from rnn_trading.splits.windows import sliding_windows

Bounds = dict[str, list[float]]
LABEL = "0"


@dataclass(frozen=True, eq=False)
class PanelWindows:
    """Rows of a panel, one a ticker and period: a window of past returns, and the return that followed.

    Attributes
    ----------
    past
        Returns, float64, ``(periods, tickers)``, oldest period first; NaN where unknown, which no window touches.
    tickers
        Names of the columns, ``(tickers,)``.
    periods
        Dates of the rows of ``past``, ``(periods,)``.
    ticker_code, period
        Of each row its column of ``past``, and the period whose return is to be earned: int32, ``(rows,)``. The window
        ends with the period before.
    future
        The return to be earned, float64, ``(rows,)``; never NaN.
    lags
        Past returns in a window.
    order
        Order of time in a window: ``oldest_first`` or ``newest_first``.
    winsorise
        Which lags are to be clipped, and at which quantiles; None: none. ``past`` and ``future`` are not clipped:
        bounds are fitted by :func:`rnn_trading.panels.clipping.fit_clipping`, for each training on its own rows.

    Raises
    ------
    ValueError
        If a row lies outside of the matrix, or arrays do not fit each other.

    Examples
    --------
    >>> panel = PanelWindows(
    ...     past=np.array([[0.1, 0.5], [0.2, -0.5], [-0.1, 0.25], [0.3, 0.0]]),
    ...     tickers=pd.Index(["A", "B"]),
    ...     periods=pd.date_range("2020-01-05", periods=4, freq="W"),
    ...     ticker_code=np.array([0, 0, 1], dtype=np.int32),
    ...     period=np.array([2, 3, 3], dtype=np.int32),
    ...     future=np.array([-0.1, 0.3, 0.0]),
    ...     lags=2,
    ...     order="oldest_first",
    ...     winsorise=None,
    ... )
    >>> panel.windows({}).tolist()
    [[0.1, 0.2], [0.2, -0.1], [-0.5, 0.25]]

    Lag 1 is the newest. Bounds clip it:

    >>> panel.windows({"1": [0.0, 0.2]}).tolist()
    [[0.1, 0.2], [0.2, 0.0], [-0.5, 0.2]]
    >>> print(panel.take(panel.dates > "2020-01-20").table({}).droplevel("date").reset_index().to_string(index=False))
    ticker   0    2     1
         A 0.3  0.2 -0.10
         B 0.0 -0.5  0.25
    """

    past: NDArray[np.float64]
    tickers: pd.Index
    periods: pd.DatetimeIndex
    ticker_code: NDArray[np.int32]
    period: NDArray[np.int32]
    future: NDArray[np.float64]
    lags: int
    order: Literal["oldest_first", "newest_first"]
    winsorise: WinsoriseParameters | None

    def __post_init__(self) -> None:
        shape = len(self.periods), len(self.tickers)
        rows = {values.shape for values in (self.ticker_code, self.period, self.future)}
        if self.past.shape != shape or rows != {(len(self.future),)}:
            raise ValueError(
                f"A panel has returns of periods x tickers, and of each row a ticker, a period and a future. Received: "
                f"returns {self.past.shape}, {shape[0]} periods, {shape[1]} tickers, rows of shapes {sorted(rows)}."
            )
        _check_places("ticker", self.ticker_code, 0, shape[1])
        _check_places("period", self.period, self.lags, shape[0])
        # Ticker after ticker in memory, so that a window is one piece of it.
        object.__setattr__(self, "past", np.asfortranarray(self.past))

    def __len__(self) -> int:
        """Rows."""
        return len(self.future)

    @property
    def lag_columns(self) -> list[str]:
        """Names of the lags in the order of time of a window."""
        return [str(lag) for lag in self._lags()]

    def _lags(self) -> range:
        return range(self.lags, 0, -1) if self.order == "oldest_first" else range(1, self.lags + 1)

    @property
    def dates(self) -> pd.DatetimeIndex:
        """Date of each row, ``(rows,)``."""
        return self.periods[self.period].rename("date")

    @property
    def tickers_of_rows(self) -> pd.Index:
        """Tickers that have a row, in their order."""
        return self.tickers[np.unique(self.ticker_code)]

    @property
    def index(self) -> pd.MultiIndex:
        """Ticker and date of each row."""
        made = pd.MultiIndex(
            levels=[self.tickers, self.periods],
            codes=[self.ticker_code, self.period],
            names=["ticker", "date"],
            verify_integrity=False,
        )
        return made.remove_unused_levels()

    def take(self, rows: slice | NDArray[Any]) -> "PanelWindows":
        """Some of the rows, by a slice, a mask or their positions; the matrix of returns is shared."""
        of_rows = {name: getattr(self, name)[rows] for name in ("ticker_code", "period", "future")}
        return replace(self, **of_rows)

    def with_future(self, future: NDArray[np.float64]) -> "PanelWindows":
        """The same rows with other returns to be earned, ``(rows,)``."""
        return replace(self, future=future)

    def windows(self, bounds: Bounds, rows: slice | NDArray[Any] = slice(None)) -> NDArray[np.float64]:
        """Past returns of some rows, clipped: float64, ``(rows, lags)``, in the order of time."""
        starts = self.period[rows] - self.lags
        windows = sliding_windows(self.past, self.lags)[self.ticker_code[rows], starts]
        if self.order == "newest_first":
            windows = windows[:, ::-1]
        if bounds:
            unbounded = [-np.inf, np.inf]
            lower, upper = np.array([bounds.get(lag, unbounded) for lag in self.lag_columns]).T
            windows = np.clip(windows, lower, upper)
        return windows

    def column(self, name: str, bounds: Bounds, rows: slice | NDArray[Any] = slice(None)) -> NDArray[np.float64]:
        """One lag of some rows, or ``"0"``, the return to be earned, clipped: float64, ``(rows,)``."""
        if name == LABEL:
            values = self.future[rows].copy()
        else:
            values = self.past[self.period[rows] - int(name), self.ticker_code[rows]]
        if name in bounds:
            np.clip(values, *bounds[name], out=values)
        return values

    def columns(
        self, names: list[str], bounds: Bounds, rows: slice | NDArray[Any] = slice(None)
    ) -> NDArray[np.float64]:
        """Several of them side by side, each in one piece of memory: float64, ``(rows, names)``."""
        places = self.ticker_code[rows]
        values = np.empty((len(places), len(names)), order="F")
        for position, name in enumerate(names):
            values[:, position] = self.column(name, bounds, rows)
        return values

    def table(self, bounds: Bounds) -> pd.DataFrame:
        """For readers: index (ticker, date), float64 columns ``"0"``, the return to be earned, and the lags."""
        names = [LABEL, *self.lag_columns]
        return pd.DataFrame(self.columns(names, bounds), index=self.index, columns=names, copy=False)


def _check_places(what: str, places: NDArray[np.int32], first: int, end: int) -> None:
    if len(places) and not first <= places.min() <= places.max() < end:
        raise ValueError(
            f"The {what} of a row of a panel is from {first} to {end - 1}. Received: {places.min()} to {places.max()}."
        )
