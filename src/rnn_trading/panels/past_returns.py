"""Past returns of a panel in the order of time, whatever the order of its windows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_trading.panels.view import Bounds, PanelWindows


@dataclass(frozen=True)
class PastReturns:
    """A matrix ``(rows, lags)``, oldest first and clipped, of which pieces are put together when they are asked for.

    Attributes
    ----------
    panel
        The rows.
    bounds
        At which returns are clipped, by lag.

    Examples
    --------
    >>> from rnn_trading.panels.view import PanelWindows
    >>> panel = PanelWindows(
    ...     past=np.array([[0.1], [0.2], [0.3], [0.4]]),
    ...     tickers=pd.Index(["A"]),
    ...     periods=pd.date_range("2020-01-05", periods=4, freq="W"),
    ...     ticker_code=np.zeros(2, dtype=np.int32),
    ...     period=np.array([2, 3], dtype=np.int32),
    ...     future=np.array([0.3, 0.4]),
    ...     lags=2,
    ...     order="newest_first",
    ...     winsorise=None,
    ... )
    >>> past = PastReturns(panel, {})
    >>> past.shape, past[:].tolist(), past[1:].tolist(), past[:, -1].tolist()
    ((2, 2), [[0.1, 0.2], [0.2, 0.3]], [[0.2, 0.3]], [0.2, 0.3])
    """

    panel: PanelWindows
    bounds: Bounds

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and lags."""
        return len(self.panel), self.panel.lags

    def __getitem__(self, piece: Any) -> NDArray[np.float64]:
        """``[rows]``, all lags of a slice of the rows, each in one piece of memory; ``[rows, k]``, one lag of them."""
        names = self.panel.lag_columns
        step = 1 if self.panel.order == "oldest_first" else -1
        if isinstance(piece, tuple):
            rows, lag = piece
            return self.panel.column(names[::step][lag], self.bounds, rows)
        return self.panel.columns(names, self.bounds, piece)[:, ::step]
