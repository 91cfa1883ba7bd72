"""From rows of a sequence table to the named inputs of the stacked LSTM."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.panels.sequences import lag_columns

UNSEEN = "<unseen>"


def ticker_vocabulary(table: pd.DataFrame, training_rows: pd.MultiIndex, *, look_ahead: bool) -> list[str]:
    """Tickers with a code of their own; a ticker's code is its position.

    Parameters
    ----------
    table
        Index (ticker, date).
    training_rows
        Index (ticker, date) of the training rows.
    look_ahead
        True: the tickers of all rows, as published. False: :data:`UNSEEN`, which stands for every other
        ticker, then the tickers of the training rows.

    Returns
    -------
    list of str
        Sorted, but for :data:`UNSEEN` in front.
    """
    if look_ahead:
        return sorted(table.index.get_level_values("ticker").unique())
    return [UNSEEN, *sorted(training_rows.get_level_values("ticker").unique())]


def ticker_codes(tickers: pd.Index, vocabulary: list[str]) -> NDArray[np.int32]:
    """Position of each ticker in a vocabulary.

    Returns
    -------
    numpy.ndarray
        int32, ``(rows,)``. A ticker that is not in the vocabulary takes the code of :data:`UNSEEN`.

    Raises
    ------
    ValueError
        If a ticker is not in the vocabulary and the vocabulary has no code for such tickers.
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
    """One-hot calendar month of each date, January first: float32, shape ``(rows, 12)``."""
    return np.eye(12, dtype=np.float32)[pd.DatetimeIndex(dates).month - 1]


def network_inputs(table: pd.DataFrame, vocabulary: list[str]) -> dict[str, NDArray[np.generic]]:
    """Turn rows of a table into the three named inputs of the stacked LSTM.

    Parameters
    ----------
    table
        Index (ticker, date), lag columns in the order of time.
    vocabulary
        Tickers that the model knows.

    Returns
    -------
    dict
        ``Returns`` float32 ``(rows, lags, 1)``; ``Tickers`` int32 ``(rows, 1)``, see :func:`ticker_codes`;
        ``Months`` float32 ``(rows, 12)``.
    """
    return {
        "Returns": table[lag_columns(table)].to_numpy(dtype=np.float32)[:, :, None],
        "Tickers": ticker_codes(table.index.get_level_values("ticker"), vocabulary)[:, None],
        "Months": month_indicators(table.index.get_level_values("date")),
    }
