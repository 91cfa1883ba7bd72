"""What forecasts say of the returns that a portfolio can earn: coefficients, and returns by quantile.

A return is earned from one entry to the next, so that no truth is needed: prices say it.
"""

import numpy as np
import pandas as pd

from rnn_trading.portfolio.forecasts import TRUTH
from rnn_trading.portfolio.holding import Holdings, Market
from rnn_trading.portfolio.weights import FORECAST, quantiles_of
from rnn_trading.skill.metrics.panels import information_coefficients

IC, IC_OF_TRUTH = "ic", "ic_of_truth"


def earned_returns(scores: pd.DataFrame, market: Market, holdings: Holdings) -> pd.DataFrame:
    """Forecasts beside the return of each name from the entry to the end of its book.

    Parameters
    ----------
    scores
        See :class:`rnn_trading.portfolio.forecasts.Scores`.
    market, holdings
        Of its dates; see the classes.

    Returns
    -------
    pandas.DataFrame
        ``ticker``, ``known``, ``date`` (of the entry), ``prediction``, ``earned``, ``truth`` where it is there: rows of
        the books that are held, and of names with a price at the entry. What is earned ends with the terminal return
        of a name that vanishes.
    """
    entries, ends = (market.sessions[places] for places in (holdings.entries, holdings.ends))
    growth = market.valued.loc[ends].to_numpy() / market.priced.loc[entries].to_numpy() - 1
    earned = pd.DataFrame(growth, pd.Index(holdings.known, name="known"), market.priced.columns).stack()
    rows = scores.set_index(["known", "ticker"])
    entered = pd.Series(entries, holdings.known)
    table = rows.join(earned.rename("earned"), how="inner").dropna(subset=["earned"]).reset_index()
    kept = ["ticker", "known", FORECAST, *([TRUTH] if TRUTH in table else []), "earned"]
    return table[kept].assign(date=table["known"].map(entered)).sort_values(["date", "ticker"], ignore_index=True)


def coefficients(earned: pd.DataFrame) -> pd.DataFrame:
    """Information coefficient of each date, of what is earned, and of the truth, on dates on which every row has one.

    Parameters
    ----------
    earned
        See :func:`earned_returns`.

    Returns
    -------
    pandas.DataFrame
        Index ``date``; ``ic``, and ``ic_of_truth`` where there are truths. NaN where it does not exist.
    """
    dates = pd.DatetimeIndex(earned["date"])
    forecast = earned[FORECAST].to_numpy(dtype=np.float64)
    found = information_coefficients(forecast, earned["earned"].to_numpy(), dates).to_frame(IC)
    whole = dates_with_truths(earned)
    if len(whole):
        rows = dates.isin(whole)
        truth = earned[TRUTH].to_numpy(dtype=np.float64)
        found[IC_OF_TRUTH] = information_coefficients(forecast[rows], truth[rows], dates[rows])
    return found


def dates_with_truths(earned: pd.DataFrame) -> pd.DatetimeIndex:
    """Dates on which every row has a truth.

    Examples
    --------
    >>> days = pd.to_datetime(["2020-01-03", "2020-01-03", "2020-01-10", "2020-01-10"])
    >>> earned = pd.DataFrame({"date": days, "truth": [0.1, 0.2, 0.3, None]})
    >>> dates_with_truths(earned).strftime("%d").tolist()
    ['03']
    """
    if TRUTH not in earned:
        return pd.DatetimeIndex([])
    there = earned[TRUTH].notna().groupby(earned["date"]).all()
    return pd.DatetimeIndex(there.index[there])


def by_month(coefficients: pd.Series) -> pd.DataFrame:
    """Mean of each month: years x months 1 to 12; NaN where there is none.

    Examples
    --------
    >>> days = pd.DatetimeIndex(["2020-01-03", "2020-01-10", "2021-02-05"])
    >>> by_month(pd.Series([0.1, 0.3, -0.5], days)).stack().dropna().round(6).to_dict()
    {(2020, 1): 0.2, (2021, 2): -0.5}
    """
    dates = pd.DatetimeIndex(coefficients.index)
    table = coefficients.groupby([dates.year, dates.month]).mean().unstack()
    return table.reindex(columns=range(1, 13)).rename_axis(index="year", columns="month")


def quantile_returns(earned: pd.DataFrame, quantiles: int) -> pd.DataFrame:
    """Mean return of the names in each quantile of the forecasts, by date.

    Parameters
    ----------
    earned
        See :func:`earned_returns`.
    quantiles
        How many.

    Returns
    -------
    pandas.DataFrame
        Index ``date``, columns 1 to ``quantiles``; dates whose forecasts rank nothing are left out.
    """
    forecasts = earned.pivot(index="date", columns="ticker", values=FORECAST)
    returns = earned.pivot(index="date", columns="ticker", values="earned").to_numpy()
    cut = quantiles_of(forecasts.to_numpy(dtype=np.float64), quantiles)
    ranked = (cut > 0).any(axis=1)
    means = {
        each: np.nansum(np.where(cut == each, returns, 0.0), axis=1)[ranked] / (cut == each).sum(axis=1)[ranked]
        for each in range(1, quantiles + 1)
    }
    return pd.DataFrame(means, index=forecasts.index[ranked]).rename_axis(columns="quantile")
