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

    Examples
    --------
    >>> days = [pd.Timestamp("2020-01-06")]
    >>> rows = pd.MultiIndex.from_product([["A", "B"], days], names=["ticker", "date"])
    >>> table = pd.DataFrame({"1": [0.1, 0.2]}, index=rows)
    >>> ticker_vocabulary(table, training_rows=rows[:1], look_ahead=False)
    ['<unseen>', 'A']

    As published, a ticker that no training row has is known all the same:

    >>> ticker_vocabulary(table, training_rows=rows[:1], look_ahead=True)
    ['A', 'B']
    """
    if look_ahead:
        return sorted(table.index.get_level_values("ticker").unique())
    return [UNSEEN, *sorted(training_rows.get_level_values("ticker").unique())]


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


def network_inputs(table: pd.DataFrame, vocabulary: list[str]) -> dict[str, NDArray[np.generic]]:
    """Turn rows of a table into the three named inputs of the stacked LSTM.

    Parameters
    ----------
    table
        Index (ticker, date), lag columns in the order of time: see
        :func:`rnn_trading.panels.sequences.lag_columns`. The label must not be called ``"0"``.
    vocabulary
        Tickers that the model knows.

    Returns
    -------
    dict
        ``Returns`` float32 ``(rows, lags, 1)``; ``Tickers`` int32 ``(rows, 1)``, see :func:`ticker_codes`;
        ``Months`` float32 ``(rows, 12)``.

    Examples
    --------
    >>> days = [pd.Timestamp("2020-02-03")]
    >>> rows = pd.MultiIndex.from_product([["A", "B"], days], names=["ticker", "date"])
    >>> table = pd.DataFrame({"label": [1, 0], "2": [0.25, 0.5], "1": [-0.25, -0.5]}, index=rows)
    >>> inputs = network_inputs(table, ["<unseen>", "A"])
    >>> inputs["Returns"].tolist()
    [[[0.25], [-0.25]], [[0.5], [-0.5]]]
    >>> inputs["Tickers"].tolist(), inputs["Months"].shape
    ([[1], [0]], (2, 12))
    """
    return {
        "Returns": table[lag_columns(table)].to_numpy(dtype=np.float32)[:, :, None],
        "Tickers": ticker_codes(table.index.get_level_values("ticker"), vocabulary)[:, None],
        "Months": month_indicators(table.index.get_level_values("date")),
    }
