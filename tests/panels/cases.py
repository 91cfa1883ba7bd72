"""Panels for the tests."""

import numpy as np
import pandas as pd

from rnn_trading.panels.view import PanelWindows


def random_windows(seed=0, periods=30, tickers=4, lags=5, order="oldest_first", winsorise=None):
    """A panel nine in ten of whose windows are kept."""
    generator = np.random.default_rng(seed)
    ticker_code, start = np.nonzero(generator.random((tickers, periods - lags)) < 0.9)
    return PanelWindows(
        past=generator.normal(0, 0.04, (periods, tickers)),
        tickers=pd.Index([f"T{number}" for number in range(tickers)], name="ticker"),
        periods=pd.date_range("2020-01-05", periods=periods, freq="W", name="date"),
        ticker_code=ticker_code.astype(np.int32),
        period=(start + lags).astype(np.int32),
        future=generator.normal(0, 0.04, len(start)),
        lags=lags,
        order=order,
        winsorise=winsorise,
    )
