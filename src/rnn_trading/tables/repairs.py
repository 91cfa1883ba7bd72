"""Rows of prices that are wrong beyond doubt, or contradict each other."""

import pandas as pd


def zeros_at_the_end(tickers: pd.Series, dates: pd.Series, price: pd.Series, volume: pd.Series | None) -> pd.Series:
    """Mark prices of zero without volume after a ticker's last price: a download writes them in place of nothing.

    Parameters
    ----------
    tickers, dates, price, volume
        One value a row; volume is None where there is none at all.

    Returns
    -------
    pandas.Series
        Boolean. A ticker without any price has no such row.

    Examples
    --------
    >>> dates = pd.Series(pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-01"]))
    >>> zeros_at_the_end(pd.Series([*"AAAB"]), dates, pd.Series([0.0, 1.5, 0.0, 0.0]), None).tolist()
    [False, False, True, False]
    """
    zero = price == 0
    if not zero.any():
        return zero
    if volume is not None:
        zero &= ~(volume > 0)
    priced = price.notna() & ~zero & tickers.isin(tickers[zero])
    last = dates[priced].groupby(tickers[priced]).max()
    return zero & (dates > last.reindex(tickers).to_numpy())


def repeats(table: pd.DataFrame, keys: list[str]) -> tuple[pd.Series, pd.Series]:
    """Mark rows that stand twice.

    Parameters
    ----------
    table
        Keys and values.
    keys
        Columns that tell rows apart; where one is missing a row is no repetition.

    Returns
    -------
    tuple
        Boolean, one a row: those that say what one further up says; and those that have other values than another row
        of the same keys, all of them.

    Examples
    --------
    >>> table = pd.DataFrame({"ticker": [*"AABB"], "price": [1.0, 1.0, 2.0, 3.0]})
    >>> [marked.tolist() for marked in repeats(table, ["ticker"])]
    [[False, True, False, False], [False, False, True, True]]
    """
    several = table.duplicated(keys, keep=False) & table[keys].notna().all(axis="columns")
    exact, contradicting = several & False, several & False
    if several.any():
        rows = table[several]
        exact[several] = rows.duplicated()
        contradicting[several] = (
            rows.drop_duplicates().duplicated(keys, keep=False).reindex(rows.index, fill_value=True)
        )
    return exact, contradicting & ~exact
