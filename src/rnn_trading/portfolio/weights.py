"""Weights from forecasts, date by date.

A table of weights has one row a date, one column a name, float64: 0 is no position. A row of NaN is a date whose
forecasts rank nothing: what is held is kept.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.portfolio.parameters import PortfolioError, Sides, WeightParameters
from rnn_trading.portfolio.verdict import number

Matrix = NDArray[np.float64]
FORECAST, WEIGHT = "prediction", "weight"
TOLERANCE = 1e-6  # of sums of weights that a user gives
LONG_ONLY: Sides = "long_only"


def weights_of(scores: pd.DataFrame, how: WeightParameters) -> pd.DataFrame:
    """Weights of every date.

    Parameters
    ----------
    scores
        ``ticker``, ``known`` (date), ``prediction``, and ``weight`` where weights are given; each key once.
    how
        See :class:`rnn_trading.portfolio.parameters.WeightParameters`.

    Returns
    -------
    pandas.DataFrame
        Dates x names, both ascending; see the module.

    Raises
    ------
    PortfolioError
        If no date has forecasts that differ, or given weights do not sum to what they must.

    Examples
    --------
    >>> from rnn_trading.portfolio.parameters import WeightParameters
    >>> day = pd.Timestamp("2020-01-03")
    >>> scores = pd.DataFrame({"ticker": list("ABCD"), "known": day, "prediction": [1.0, 4.0, 2.0, 3.0]})
    >>> halves = WeightParameters(by="quantile", sides="long_short", quantiles=2)
    >>> weights_of(scores, halves).to_numpy().tolist()
    [[-0.5, 0.5, -0.5, 0.5]]
    >>> in_proportion = WeightParameters(by="forecast", sides="long_only", quantiles=2)
    >>> weights_of(scores, in_proportion).to_numpy().tolist()
    [[0.0, 0.75, 0.0, 0.25]]
    """
    if how.by == "given":
        return _given(scores, how.sides)
    table = scores.pivot(index="known", columns="ticker", values=FORECAST)
    values = table.to_numpy(dtype=np.float64)
    weights = _by_quantile(values, how) if how.by == "quantile" else _by_forecast(values, how.sides)
    if np.isnan(weights).all():
        most = int((~np.isnan(values)).sum(axis=1).max())
        if how.by == "quantile" and most < how.quantiles:
            raise PortfolioError(
                f"Nothing is ranked, so that there is no portfolio: expected {how.quantiles} names at least on a date "
                f"(portfolio.weights.quantiles). Received: {most} at most. Set it lower."
            )
        raise PortfolioError(
            f"Nothing is ranked, so that there is no portfolio: on each of the dates ({len(table):,}) all forecasts "
            "are equal. Check the column of forecasts."
        )
    return pd.DataFrame(weights, table.index, table.columns)


def equal_weights(scores: pd.DataFrame) -> pd.DataFrame:
    """All names of each date in equal parts, long: what the forecasts have to beat.

    Examples
    --------
    >>> scores = pd.DataFrame({"ticker": list("AB"), "known": pd.Timestamp("2020-01-03"), "prediction": [1.0, 4.0]})
    >>> equal_weights(scores).to_numpy().tolist()
    [[0.5, 0.5]]
    """
    there = scores.pivot(index="known", columns="ticker", values=FORECAST).notna().astype("float64")
    return there.div(there.sum(axis="columns"), axis="index")


def quantiles_of(values: Matrix, quantiles: int) -> NDArray[np.int64]:
    """Quantile of each name on its date, from 1, the highest forecasts last.

    Parameters
    ----------
    values
        Forecasts, dates x names; NaN where there is none.
    quantiles
        In how many parts names are cut, as :func:`rnn_trading.skill.metrics.panels.quantile_returns` cuts them: ties
        by the order of the names.

    Returns
    -------
    numpy.ndarray
        Same shape; 0 where there is no forecast, and on dates with fewer names or with forecasts that are all equal.

    Examples
    --------
    >>> quantiles_of(np.array([[3.0, 1.0, np.nan, 2.0], [1.0, 1.0, 1.0, 1.0]]), 3).tolist()
    [[3, 1, 0, 2], [0, 0, 0, 0]]
    """
    there = ~np.isnan(values)
    counts = there.sum(axis=1)
    order = np.argsort(values, axis=1, kind="stable")  # NaN last
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(values.shape[1])[None], axis=1)
    usable = (counts >= quantiles) & _differ(values)
    cut = ranks * quantiles // np.maximum(counts, 1)[:, None] + 1
    return np.where(there & usable[:, None], cut, 0)


def _differ(values: Matrix) -> NDArray[np.bool_]:
    """Whether the forecasts of each date are not all equal; a date has one at least."""
    return np.asarray(np.nanmax(values, axis=1) > np.nanmin(values, axis=1))


def _by_quantile(values: Matrix, how: WeightParameters) -> Matrix:
    """Both sides hold as many names, and names with equal forecasts at the edge of a side share what is left of it."""
    counts = (~np.isnan(values)).sum(axis=1, keepdims=True)
    size = counts // how.quantiles
    first, last = (pd.DataFrame(values).rank(axis="columns", method=way).to_numpy() for way in ("min", "max"))
    equal = last - first + 1
    usable = (size > 0) & _differ(values)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):  # dates without quantiles
        highest = np.clip(size - (counts - last), 0, equal) / equal / size
        lowest = np.clip(size - (first - 1), 0, equal) / equal / size
    weights = highest if how.sides == LONG_ONLY else highest - lowest
    return np.where(usable, np.nan_to_num(weights), np.nan)


def _by_forecast(values: Matrix, sides: Sides) -> Matrix:
    centred = np.nan_to_num(values - np.nanmean(values, axis=1, keepdims=True))
    centred[~_differ(values)] = np.nan
    above, below = np.maximum(centred, 0), np.maximum(-centred, 0)
    weights = above / above.sum(axis=1, keepdims=True)
    return weights if sides == LONG_ONLY else weights - below / below.sum(axis=1, keepdims=True)


def check_given(forecasts: pd.DataFrame, has_prices: pd.Series) -> None:
    """Refuse weights that are no numbers, and those of names that cannot be traded.

    Parameters
    ----------
    forecasts
        ``ticker``, ``date``, and ``weight`` if it is there.
    has_prices
        Boolean, of each row: whether its name has prices.

    Raises
    ------
    PortfolioError
        Names the first such row.
    """
    if WEIGHT not in forecasts:
        raise PortfolioError(
            "portfolio.weights.by=given takes the weights of the table, which has no column weight. Add it, or choose "
            "quantile or forecast."
        )
    weights = forecasts[WEIGHT].astype("float64")
    for bad, what in (
        (~np.isfinite(weights), "are no finite number"),
        (~has_prices & (weights != 0), "are of names without prices, and cannot be entered"),
    ):
        if bad.any():
            first = forecasts[bad].iloc[0]
            raise PortfolioError(
                f"{int(bad.sum()):,} of {len(forecasts):,} weights {what}, the first of {first['ticker']} on "
                f"{first['date']:%Y-%m-%d}. Write 0 for no position."
            )


def _given(scores: pd.DataFrame, sides: Sides) -> pd.DataFrame:
    weights = scores.pivot(index="known", columns="ticker", values=WEIGHT).fillna(0.0)
    long, short = weights.clip(lower=0).sum(axis="columns"), -weights.clip(upper=0).sum(axis="columns")
    wanted = 0.0 if sides == LONG_ONLY else 1.0
    wrong = ((long - 1).abs() > TOLERANCE) | ((short - wanted).abs() > TOLERANCE)
    if wrong.any():
        first = wrong.idxmax()
        must = "none negative, their sum 1" if sides == LONG_ONLY else "long ones with the sum 1, short ones with −1"
        raise PortfolioError(
            f"Weights of {first:%Y-%m-%d}: expected {must} (portfolio.weights.sides={sides}). Received: long "
            f"{number(long[first], 3)}, short {number(-short[first], 3)} ({int(wrong.sum()):,} of {len(wrong):,} "
            "dates are wrong)."
        )
    return weights
