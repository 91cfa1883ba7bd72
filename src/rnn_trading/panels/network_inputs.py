"""From rows of a panel to the named inputs of the stacked LSTM."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.panels.view import Bounds, PanelWindows

UNSEEN = "<unseen>"


def ticker_vocabulary(panel: PanelWindows, training: PanelWindows, *, look_ahead: bool) -> list[str]:
    """Tickers with a code of their own; a ticker's code is its position.

    Parameters
    ----------
    panel
        All rows.
    training
        The training rows.
    look_ahead
        True: the tickers of all rows, as published. False: :data:`UNSEEN`, which stands for every other
        ticker, then the tickers of the training rows.

    Returns
    -------
    list of str
        Sorted, but for :data:`UNSEEN` in front.

    Examples
    --------
    >>> from rnn_trading.panels.view import PanelWindows
    >>> panel = PanelWindows(
    ...     past=np.full((3, 2), 0.1),
    ...     tickers=pd.Index(["A", "B"]),
    ...     periods=pd.date_range("2020-01-05", periods=3, freq="W"),
    ...     ticker_code=np.array([0, 1], dtype=np.int32),
    ...     period=np.array([2, 2], dtype=np.int32),
    ...     future=np.zeros(2),
    ...     lags=2,
    ...     order="oldest_first",
    ...     winsorise=None,
    ... )
    >>> ticker_vocabulary(panel, panel.take(np.array([0])), look_ahead=False)
    ['<unseen>', 'A']

    As published, a ticker that no training row has is known all the same:

    >>> ticker_vocabulary(panel, panel.take(np.array([0])), look_ahead=True)
    ['A', 'B']
    """
    if look_ahead:
        return sorted(panel.tickers_of_rows)
    return [UNSEEN, *sorted(training.tickers_of_rows)]


def ticker_codes(tickers: pd.Index, vocabulary: list[str]) -> NDArray[np.int32]:
    """Position of each ticker in a vocabulary.

    Parameters
    ----------
    tickers
        Ticker of each row, ``(rows,)``.
    vocabulary
        Result of :func:`ticker_vocabulary`.

    Returns
    -------
    numpy.ndarray
        int32, ``(rows,)``. A ticker that is not in the vocabulary takes the code of :data:`UNSEEN`.

    Raises
    ------
    ValueError
        If a ticker is not in the vocabulary and the vocabulary has no code for such tickers.

    Examples
    --------
    >>> ticker_codes(pd.Index(["A", "B"]), ["<unseen>", "A"]).tolist()
    [1, 0]
    >>> ticker_codes(pd.Index(["A", "B"]), ["A"])
    Traceback (most recent call last):
        ...
    ValueError: The model has no code for 1 tickers (B, ...)...
    """
    words = pd.Index(vocabulary)
    codes = words.get_indexer(tickers)
    unknown = codes < 0
    if unknown.any() and UNSEEN not in vocabulary:
        names = sorted(set(tickers[unknown]))
        raise ValueError(
            f"The model has no code for {len(names)} tickers ({', '.join(names[:5])}, ...). Train it on them, "
            "or with model.vocabulary=train, which keeps a code for unseen tickers."
        )
    codes[unknown] = words.get_indexer([UNSEEN])[0]
    return codes.astype(np.int32)


def month_indicators(dates: pd.Index) -> NDArray[np.float32]:
    """One-hot calendar month of each date, January first: float32, shape ``(rows, 12)``.

    Examples
    --------
    >>> month_indicators(pd.DatetimeIndex(["2020-02-29"])).astype(int).tolist()
    [[0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]
    """
    return np.eye(12, dtype=np.float32)[pd.DatetimeIndex(dates).month - 1]


@dataclass(frozen=True)
class NetworkInputs:
    """The three inputs of the stacked LSTM, put together for those rows that are asked for.

    Attributes
    ----------
    panel
        The rows.
    bounds
        At which past returns are clipped, by lag.
    codes
        Of each ticker of the panel, int32, ``(tickers,)``; -1 where it has no row.
    """

    panel: PanelWindows
    bounds: Bounds
    codes: NDArray[np.int32]

    def __len__(self) -> int:
        """Rows."""
        return len(self.panel)

    def take(self, rows: NDArray[np.int64]) -> dict[str, NDArray[np.generic]]:
        """Inputs of rows by their positions; see :func:`network_inputs`."""
        return {
            "Returns": self.panel.windows(self.bounds, rows).astype(np.float32)[:, :, None],
            "Tickers": self.codes[self.panel.ticker_code[rows], None],
            "Months": month_indicators(self.panel.periods[self.panel.period[rows]]),
        }

    def arrays(self) -> Iterator[NDArray[np.generic]]:
        """All numbers that inputs are made of: those of later dates, and of tickers without a row, change none."""
        if not len(self):
            return
        panel = self.panel
        used, columns = np.unique(panel.ticker_code, return_inverse=True)
        first, last = panel.period.min() - panel.lags, panel.period.max()
        yield from (panel.past[first:last, used], columns, panel.period - first)
        yield from (panel.periods[first : last + 1].to_numpy(), self.codes[used], np.array(panel.lag_columns))
        yield from (np.array([float(lag), *bounds]) for lag, bounds in self.bounds.items())


def network_inputs(panel: PanelWindows, vocabulary: list[str], bounds: Bounds) -> NetworkInputs:
    """The three named inputs of the stacked LSTM, for rows of a panel.

    Parameters
    ----------
    panel
        The rows.
    vocabulary
        Tickers that the model knows.
    bounds
        See :func:`rnn_trading.panels.clipping.fit_clipping`.

    Returns
    -------
    NetworkInputs
        Whose ``take`` gives ``Returns`` float32 ``(rows, lags, 1)`` in the panel's order of time; ``Tickers`` int32
        ``(rows, 1)``, see :func:`ticker_codes`; ``Months`` float32 ``(rows, 12)``.

    Raises
    ------
    ValueError
        If the vocabulary has no code for a ticker that has a row, and none for tickers that it does not know.

    Examples
    --------
    >>> from rnn_trading.panels.view import PanelWindows
    >>> panel = PanelWindows(
    ...     past=np.array([[0.25, 0.5], [-0.25, -0.5], [0.0, 0.0]]),
    ...     tickers=pd.Index(["A", "B"]),
    ...     periods=pd.date_range("2020-01-19", periods=3, freq="W"),
    ...     ticker_code=np.array([0, 1], dtype=np.int32),
    ...     period=np.array([2, 2], dtype=np.int32),
    ...     future=np.zeros(2),
    ...     lags=2,
    ...     order="oldest_first",
    ...     winsorise=None,
    ... )
    >>> inputs = network_inputs(panel, ["<unseen>", "A"], {}).take(np.array([0, 1]))
    >>> inputs["Returns"].tolist()
    [[[0.25], [-0.25]], [[0.5], [-0.5]]]
    >>> inputs["Tickers"].tolist(), inputs["Months"].shape
    ([[1], [0]], (2, 12))
    """
    codes = np.full(len(panel.tickers), -1, dtype=np.int32)
    used = np.unique(panel.ticker_code)
    codes[used] = ticker_codes(panel.tickers[used], vocabulary)
    return NetworkInputs(panel, bounds, codes)
