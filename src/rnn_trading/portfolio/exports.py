"""Forecasts and returns in the forms of other tools, one call each.

Returns are dated by the session at whose close they are known, scores by the session after which they were known.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from rnn_trading.portfolio.holding import Market
from rnn_trading.portfolio.weights import FORECAST


def alphalens_frame(
    scores: pd.DataFrame,
    market: Market,
    lag: int = 1,
    periods: tuple[int, ...] = (1, 5),
    quantiles: int = 5,
    max_loss: float = 0.35,
) -> pd.DataFrame:
    """The factor frame of alphalens: ``get_clean_factor_and_forward_returns``.

    Parameters
    ----------
    scores
        See :class:`rnn_trading.portfolio.forecasts.Scores`.
    market
        Its prices; of a name that vanished, what was left of it.
    lag
        Sessions between a forecast and the price at which it is traded: alphalens trades at the date of a factor, which
        is that session here.
    periods
        Sessions for which is held.
    quantiles
        How many.
    max_loss
        Share of the rows that alphalens may leave out, such as those whose longest period ends after the prices. It
        prints how many it does leave out.

    Returns
    -------
    pandas.DataFrame
        Index (``date``, ``asset``), of names with a price at the entry; a column of forward returns for each period,
        such as ``5D``, ``factor`` and ``factor_quantile``.

    Raises
    ------
    ValueError
        If the lag is below zero.
    ImportError
        Without the extra ``portfolio``.
    alphalens.utils.MaxLossExceededError
        If more rows would be left out than ``max_loss``.
    """
    if lag < 0:
        raise ValueError(f"lag: expected 0 sessions or more. Received: {lag}.")
    from alphalens.utils import get_clean_factor_and_forward_returns  # noqa: PLC0415  of an extra

    places = market.sessions.get_indexer(pd.DatetimeIndex(scores["known"])) + lag
    entered = np.minimum(places, len(market.sessions) - 1)
    priced = market.priced.notna().to_numpy()[entered, market.priced.columns.get_indexer(pd.Index(scores["ticker"]))]
    tradable = priced & (places < len(market.sessions))
    rows, dates = scores[tradable], market.sessions[places[tradable]]
    index = pd.MultiIndex.from_arrays([dates, rows["ticker"]], names=["date", "asset"])
    factor = pd.Series(rows[FORECAST].to_numpy(), index, name="factor").sort_index()
    return get_clean_factor_and_forward_returns(
        factor, market.valued, quantiles=quantiles, periods=periods, max_loss=max_loss, filter_zscore=None
    )


def return_series(returns: pd.DataFrame, column: str = "net", name: str | None = None) -> pd.Series:
    """A series of returns as quantstats and skfolio take it.

    Parameters
    ----------
    returns
        Table of the pipeline, by session.
    column
        ``net``, ``gross``, ``equal_net``, ``index`` or another.
    name
        Of the series; None: the column's.

    Returns
    -------
    pandas.Series
        float64, index of dates without a time zone.

    Examples
    --------
    >>> table = pd.DataFrame({"net": [0.01]}, pd.DatetimeIndex(["2020-01-06"], name="date"))
    >>> return_series(table, name="mine").to_dict()
    {Timestamp('2020-01-06 00:00:00'): 0.01}
    """
    if column not in returns:
        raise ValueError(f"No column {column!r}. Choose one of {', '.join(returns)}.")
    return returns[column].astype("float64").dropna().rename(name or column)


def qlib_predictions(scores: pd.DataFrame) -> pd.DataFrame:
    """Predictions as qlib's records hold them.

    Parameters
    ----------
    scores
        See :class:`rnn_trading.portfolio.forecasts.Scores`.

    Returns
    -------
    pandas.DataFrame
        Index (``datetime``, ``instrument``), column ``score``. The date is the session after which a score was known:
        qlib trades on the next.

    Examples
    --------
    >>> scores = pd.DataFrame({"ticker": ["A"], "known": [pd.Timestamp("2020-01-03")], "prediction": [0.5]})
    >>> qlib_predictions(scores).reset_index().to_numpy().tolist()
    [[Timestamp('2020-01-03 00:00:00'), 'A', 0.5]]
    """
    named = scores.rename(columns={"known": "datetime", "ticker": "instrument", FORECAST: "score"})
    return named.set_index(["datetime", "instrument"])[["score"]].sort_index()


def write_qlib_predictions(scores: pd.DataFrame, path: Path | str) -> None:
    """Write :func:`qlib_predictions` as the pickle that qlib loads (``pred.pkl``)."""
    qlib_predictions(scores).to_pickle(path)
