"""Bounds at which returns of a panel are clipped, lag by lag."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_trading.panels.sequence_parameters import WinsoriseParameters
from rnn_trading.panels.view import Bounds, PanelWindows


def fit_clipping(panel: PanelWindows, training: NDArray[Any], winsorise: WinsoriseParameters | None) -> Bounds:
    """Quantiles of each lag that is to be clipped.

    Parameters
    ----------
    panel
        All rows.
    training
        Mask or positions of the training rows; of no use where bounds are those of all rows, as published.
    winsorise
        Which lags, and at which quantiles; None: none.

    Returns
    -------
    dict
        By lag, lower and upper bound; ``"0"`` is the return to be earned. Plain values, that JSON keeps to the bit.

    Examples
    --------
    >>> from rnn_trading.panels.sequence_parameters import WinsoriseParameters
    >>> from rnn_trading.panels.view import PanelWindows
    >>> panel = PanelWindows(
    ...     past=np.array([[0.0], [0.1], [0.2], [0.3], [9.0], [0.4]]),
    ...     tickers=pd.Index(["A"]),
    ...     periods=pd.date_range("2020-01-05", periods=6, freq="W"),
    ...     ticker_code=np.zeros(4, dtype=np.int32),
    ...     period=np.arange(2, 6, dtype=np.int32),
    ...     future=np.array([0.2, 0.3, 9.0, 0.4]),
    ...     lags=2,
    ...     order="oldest_first",
    ...     winsorise=None,
    ... )
    >>> clip = WinsoriseParameters(lower=0.25, upper=0.5, first_lag=1, last_lag=1, fitted_on="train")

    Of the first three rows lag 1 is 0.1, 0.2 and 0.3. The 9.0, which the last row has seen, moves no bound.

    >>> fit_clipping(panel, panel.dates < "2020-02-09", clip)
    {'1': [0.15000000000000002, 0.2]}
    """
    if winsorise is None:
        return {}
    rows = training if winsorise.fitted_on == "train" else slice(None)
    quantiles = winsorise.lower, winsorise.upper
    lags = map(str, range(winsorise.first_lag, winsorise.last_lag + 1))
    return {lag: np.quantile(panel.column(lag, {}, rows), quantiles).tolist() for lag in lags}
