"""The published construction of the sequence tables, slowly and step by step, to compare with.

Written from its description: a loop over start rows of a newest-first panel, one table a start, appended.
"""

import pandas as pd

PUBLISHED_SESSIONS = slice("2010-01-01", "2017-12-31")
PUBLISHED_WEEKS = slice("2008-01-01", "2017-12-31")


def published_daily(prices: pd.DataFrame, lags: int, most_traded: int) -> pd.DataFrame:
    """Daily table: ``label`` and the lags, index (ticker, date)."""
    wide = prices.unstack("ticker").loc[PUBLISHED_SESSIONS]
    close = wide["adj_close"]
    dollars = close * wide["adj_volume"]
    dollars = dollars.dropna(axis="columns", thresh=int(0.95 * len(dollars)))
    mean_rank = dollars.rank(axis="columns", ascending=False).mean()
    universe = sorted(mean_rank.nsmallest(most_traded).index)
    returns = close[universe].ffill().pct_change().sort_index(ascending=False)
    table = loop_over_starts(returns, lags).rename(columns={0: "label"})
    return clip_columns(table, range(1, lags))


def published_weekly(prices: pd.DataFrame, lags: int) -> pd.DataFrame:
    """Weekly table: ``fwd_returns``, the lags, ``label``, index (ticker, date)."""
    close = prices["adj_close"].unstack("ticker").loc["2007-01-01":"2017-12-31"]
    returns = close.resample("W").last().ffill().pct_change().loc[PUBLISHED_WEEKS]
    returns = returns.dropna(axis="columns").sort_index(ascending=False)
    table = clip_columns(loop_over_starts(returns, lags), range(lags))
    table = table.rename(columns={0: "fwd_returns"})
    table["label"] = (table["fwd_returns"] > 0).astype("int64")
    return table


def loop_over_starts(returns: pd.DataFrame, lags: int) -> pd.DataFrame:
    """Collect the windows of a newest-first panel one start row at a time."""
    collected = pd.DataFrame()
    for start in range(len(returns) - lags - 1):
        window = returns.iloc[start : start + lags + 1]
        rows = window.reset_index(drop=True).transpose()
        rows.index.name = "ticker"
        rows["date"] = window.index[0]
        collected = pd.concat([collected, rows.set_index("date", append=True)])
    return collected.sort_index().dropna()


def clip_columns(table: pd.DataFrame, lags: range) -> pd.DataFrame:
    """Clip columns at their own 1 % and 99 % quantiles over all rows."""
    columns = list(lags)
    table[columns] = table[columns].apply(lambda x: x.clip(lower=x.quantile(0.01), upper=x.quantile(0.99)))
    return table
