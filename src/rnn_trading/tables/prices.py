"""Prices: one canonical table, returns, stale prices, universes, winsorising.

The canonical table ``prices`` has the index ``(ticker, date)``, sorted, and the columns ``adj_close`` (split-
and dividend-adjusted, positive, float64) and, where the source has it, ``adj_volume`` (shares, float64). A
missing price is a missing row. A *panel* is one column of it as dates x tickers, oldest date first, with NaN
where a ticker has no price.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from rnn_trading.tables.checks import SourceTable, TableError, row_number
from rnn_trading.tables.names import Told
from rnn_trading.tables.reading import Reading
from rnn_trading.tables.repairs import repeats, zeros_at_the_end

REQUIRED = ("date", "ticker", "adj_close")
OPTIONAL = ("adj_volume",)
EXTREME_RETURN = 3.0
REUSED_AFTER_SESSIONS = 63


class PriceError(TableError):
    """A price table that cannot be used; the message names file, column and row."""


def parse_prices(
    raw: pd.DataFrame,
    origin: str,
    describe_row: Callable[[int], str] = row_number,
    told: Told | None = None,
    labels: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, Reading]:
    """Check a long table of prices and bring it into the canonical form.

    Parameters
    ----------
    raw
        One row a ticker and date: ``date``, ``ticker``, ``adj_close`` and optionally ``adj_volume``, as
        columns or index levels. Further columns are ignored; order does not matter. Other layouts and names:
        :func:`rnn_trading.tables.layouts.to_long`.
    origin
        Where the table comes from, for error messages.
    describe_row
        Names a row by its position, for error messages.
    told
        What a user says of the table; None: it is no user's.
    labels
        What the file calls the columns, by our names.

    Returns
    -------
    tuple
        The canonical table; and how it was read, with counts of rows that were left out: ``missing_prices`` (a gap is a
        missing row), ``prices_of_zero_at_the_end`` (without volume, after the last price of a ticker),
        ``repeated_rows`` (equal in ticker, date, price and volume), ``bad_rows`` (as many as ``told`` allows);
        ``tickers_without_prices``, which are not in the table; and ``tickers_in_another_case``, which were mended: rows
        of a ticker that most rows write in other letters.

    Raises
    ------
    PriceError
        For a missing column, a table without a price, or more rows than ``told`` allows with a date, ticker, price or
        volume that cannot be read, a price that is not positive and finite, a negative volume, or another price or
        volume than another row of the ticker and date has. All such faults are told together. And for bars of hours or
        minutes.

    Examples
    --------
    >>> raw = pd.DataFrame({"date": ["2020-01-03", "2020-01-02"], "ticker": ["B", "A"], "adj_close": [20, 10.5]})
    >>> parse_prices(raw, "mine.csv")[0].reset_index().astype("str").to_numpy().tolist()
    [['A', '2020-01-02', '10.5'], ['B', '2020-01-03', '20.0']]
    >>> parse_prices(raw.replace({"adj_close": {20: -1}}), "mine.csv")
    Traceback (most recent call last):
        ...
    rnn_trading.tables.prices.PriceError: mine.csv: column 'adj_close', row 0 (B, 2020-01-03): expected a positive...
    """
    source = SourceTable(raw, origin, REQUIRED, OPTIONAL, describe_row, PriceError)
    said = told or Told()
    source.call_columns(labels or {}, said.parameter)
    tickers, respelt = _one_case(source.symbols("ticker"))
    dates = source.dates("date", said.date_format, tickers, said.form_of_dates, said.timezone)
    source.name_rows(tickers, dates)
    columns = {"adj_close": source.numbers("adj_close")}
    if "adj_volume" in source.table.columns:
        columns["adj_volume"] = source.numbers("adj_volume", quantity=True)
    source.refuse_bars_of_a_day(dates.where(columns["adj_close"].notna()), "ticker")
    prices = pd.DataFrame({"ticker": tickers, "date": dates, **columns})
    left_out = _note_faults(source, prices)
    bad = ~source.usable(said.bad_rows, f"{said.parameter}_bad_rows" if told else "")
    counts = {"missing_prices": source.missing["adj_close"]}
    counts |= {reason: int((rows & ~bad).sum()) for reason, rows in left_out.items()}
    left = ~bad & prices["adj_close"].notna() & ~pd.DataFrame(left_out).any(axis="columns")
    table = prices[left.to_numpy()].set_index(["ticker", "date"]).sort_index()
    if table.empty:
        raise PriceError(f"{origin}: no row has a price. Expected at least two tickers with prices.")
    without = tickers[tickers != ""].nunique() - table.index.unique("ticker").size
    counts |= {"bad_rows": int(bad.sum()), "tickers_without_prices": without, "tickers_in_another_case": respelt}
    return table, Reading(tuple(source.recognised), counts)


def _one_case(tickers: pd.Series) -> tuple[pd.Series, int]:
    """Tickers that differ in case alone, in the spelling that most rows have; and how many rows had another one."""
    distinct = tickers.drop_duplicates()
    several = distinct[distinct.str.upper().duplicated(keep=False)]
    if several.empty:
        return tickers, 0
    rows = tickers[tickers.isin(several)]
    counts = rows.value_counts()
    usual = counts.groupby(counts.index.str.upper(), sort=False).idxmax()
    spelling = {ticker: usual[ticker.upper()] for ticker in several}
    respelt = rows.map(spelling)
    return tickers.mask(tickers.isin(several), respelt), int((respelt != rows).sum())


def _note_faults(source: SourceTable, prices: pd.DataFrame) -> dict[str, pd.Series]:
    """Note what cannot be used, and return masks of rows that are wrong beyond doubt, by reason."""
    price, volume = prices["adj_close"], prices.get("adj_volume")
    zeros = zeros_at_the_end(prices["ticker"], prices["date"], price, volume)
    source.note("adj_close", (np.isinf(price) | (price <= 0)) & ~zeros, "a positive, finite price")
    if volume is not None:
        source.note("adj_volume", np.isinf(volume) | (volume < 0), "a volume of zero or more")
    exact, contradicting = repeats(prices.where(price.notna() & ~zeros), ["ticker", "date"])
    source.note("adj_close", contradicting, "one row for each ticker and date")
    return {"prices_of_zero_at_the_end": zeros, "repeated_rows": exact}


def validate_prices(prices: pd.DataFrame) -> pd.DataFrame:
    """Check the canonical table whenever the catalog saves or loads it. A volume may be missing, a price may not.

    Parameters
    ----------
    prices
        The table to check.

    Returns
    -------
    pandas.DataFrame
        The same table.

    Raises
    ------
    PriceError
        If the index, the columns, the order or a value is not as the module describes, or there is one ticker only.

    Examples
    --------
    >>> rows = [("A", pd.Timestamp("2020-01-03")), ("A", pd.Timestamp("2020-01-02"))]
    >>> index = pd.MultiIndex.from_tuples(rows, names=["ticker", "date"])
    >>> validate_prices(pd.DataFrame({"adj_close": [10.0, 11.0]}, index=index))
    Traceback (most recent call last):
        ...
    rnn_trading.tables.prices.PriceError: prices: expected rows sorted by (ticker, date), each once.
    """
    if list(prices.index.names) != ["ticker", "date"]:
        raise PriceError(f"prices: expected the index (ticker, date). Received: {list(prices.index.names)}")
    unknown = set(prices.columns) - {"adj_close", *OPTIONAL}
    if "adj_close" not in prices.columns or unknown:
        raise PriceError(f"prices: expected adj_close and optionally adj_volume. Received: {list(prices.columns)}")
    if not (prices.index.is_monotonic_increasing and prices.index.is_unique):
        raise PriceError("prices: expected rows sorted by (ticker, date), each once.")
    if not (np.isfinite(prices["adj_close"]) & (prices["adj_close"] > 0)).all():
        raise PriceError("prices: expected positive, finite prices only.")
    if "adj_volume" in prices and (np.isinf(prices["adj_volume"]) | (prices["adj_volume"] < 0)).any():
        raise PriceError("prices: expected finite volumes of zero or more.")
    if prices.index.get_level_values("ticker").nunique() < 2:
        raise PriceError("prices: expected at least 2 tickers, because scores are ranked across tickers. Received: 1.")
    return prices


def price_panel(prices: pd.DataFrame, column: str = "adj_close") -> pd.DataFrame:
    """One column of the canonical table as a panel.

    Returns
    -------
    pandas.DataFrame
        Dates x tickers, both ascending, NaN where there is no row.

    Examples
    --------
    >>> raw = pd.DataFrame(
    ...     {"ticker": ["A", "A", "B"], "date": ["2020-01-02", "2020-01-03", "2020-01-03"], "adj_close": [10, 11, 20]}
    ... )
    >>> print(price_panel(parse_prices(raw, "mine.csv")[0]).rename_axis(columns=None).to_string(index_names=False))
                   A     B
    2020-01-02  10.0   NaN
    2020-01-03  11.0  20.0
    """
    return prices[column].unstack("ticker").sort_index()


def thin_sessions(panel: pd.DataFrame, presence: float) -> pd.Series:
    """Mark sessions on which most tickers have no price: holidays with a stray row, or days that a feed lost.

    Parameters
    ----------
    panel
        Prices, dates x tickers.
    presence
        Share of the tickers priced in any of the five sessions before that must be priced in a session.

    Returns
    -------
    pandas.Series
        Boolean, one a date; uses the past of each date only. The first date is never thin.

    Examples
    --------
    >>> nan, days = float("nan"), pd.date_range("2020-01-01", periods=3)
    >>> panel = pd.DataFrame({"A": [1.0, nan, 1.0], "B": [1.0, nan, 1.0], "C": [1.0, 2.0, 1.0]}, index=days)
    >>> thin_sessions(panel, presence=0.5).tolist()
    [False, True, False]
    """
    present = panel.notna()
    recent = present.astype("float64").rolling(5, min_periods=1).max().shift(1) == 1
    share = (present & recent).sum(axis="columns") / recent.sum(axis="columns")
    return share < presence


def weekly_last(panel: pd.DataFrame) -> pd.DataFrame:
    """Last value of each calendar week, dated by the week's Sunday; NaN for a week without one.

    Examples
    --------
    A Thursday, a Friday, and the Monday after them. B has no price on the Friday, so its last one is Thursday's.

    >>> days = pd.DatetimeIndex(["2020-01-02", "2020-01-03", "2020-01-06"])
    >>> panel = pd.DataFrame({"A": [1.0, 2.0, 3.0], "B": [10.0, None, 30.0]}, index=days)
    >>> print(weekly_last(panel).to_string())
                  A     B
    2020-01-05  2.0  10.0
    2020-01-12  3.0  30.0
    """
    return panel.resample("W").last()


def last_session_of_week(panel: pd.DataFrame, *, carry: bool) -> pd.DataFrame:
    """Values of the last session of each calendar week, dated by the week's Sunday.

    Unlike :func:`weekly_last`, a ticker without a value in that very session has none. A week without a session
    has none either, or with ``carry`` those of the session before it.

    Examples
    --------
    >>> days = pd.DatetimeIndex(["2020-01-02", "2020-01-03", "2020-01-06"])
    >>> panel = pd.DataFrame({"A": [1.0, 2.0, 3.0], "B": [10.0, None, 30.0]}, index=days)
    >>> print(last_session_of_week(panel, carry=False).to_string())
                  A     B
    2020-01-05  2.0   NaN
    2020-01-12  3.0  30.0
    """
    sessions = panel.index.to_series().resample("W").last()
    sessions = sessions.ffill() if carry else sessions
    return panel.reindex(sessions).set_axis(sessions.index)


def stale_prices(panel: pd.DataFrame, sessions: int) -> pd.DataFrame:
    """Mark prices that have not moved for some sessions.

    Parameters
    ----------
    panel
        Prices, dates x tickers. A missing price counts as the last one carried on.
    sessions
        Number of consecutive unchanged sessions after which a price is stale.

    Returns
    -------
    pandas.DataFrame
        Boolean, same shape; uses the past of each date only. A date before a ticker's first price is not
        stale.

    Examples
    --------
    >>> panel = pd.DataFrame({"A": [10.0, 10.0, 10.0, 11.0]}, index=pd.date_range("2020-01-01", periods=4))
    >>> stale_prices(panel, sessions=2)["A"].tolist()
    [False, False, True, False]
    """
    carried = panel.ffill()
    unchanged = (carried.diff() == 0).astype("float64")
    return unchanged.rolling(sessions).sum() == sessions


def delisted(panel: pd.DataFrame, sessions: int) -> pd.Series:
    """Position of the last price of every ticker that stopped trading before the panel ends.

    Parameters
    ----------
    panel
        Prices, dates x tickers.
    sessions
        A ticker is delisted if its last price is more than this many sessions before the panel's last date.

    Returns
    -------
    pandas.Series
        Index: tickers that are delisted. Values: row position of their last price. A ticker without any price is not
        among them.

    Examples
    --------
    >>> nan, days = float("nan"), pd.date_range("2020-01-01", periods=5)
    >>> panel = pd.DataFrame({"A": [10.0, 20.0, nan, nan, nan], "B": [1.0, 1.0, 1.0, 1.0, nan]}, index=days)
    >>> delisted(panel, sessions=2).to_dict()
    {'A': 1}
    """
    present = panel.notna().to_numpy()
    last = len(panel) - 1 - present[::-1].argmax(axis=0)
    positions = pd.Series(last, index=panel.columns)
    return positions[present.any(axis=0) & (last < len(panel) - 1 - sessions)]


def add_terminal_prices(panel: pd.DataFrame, terminal_return: float, sessions: int) -> pd.DataFrame:
    """Give delisted tickers a last price, so that their loss is not left out.

    Delisting returns are rarely in price files; Shumway (1997), "The Delisting Bias in CRSP Data", puts the
    performance-related ones near -30 %.

    Parameters
    ----------
    panel
        Prices, dates x tickers.
    terminal_return
        What the last price changes by, as a fraction: -0.3 for a loss of 30 %.
    sessions
        See :func:`delisted`.

    Returns
    -------
    pandas.DataFrame
        The panel with, on every session after a delisted ticker's last price, that price times
        ``1 + terminal_return``: what a holder is left with, whenever the next sale would have been.

    Examples
    --------
    >>> nan, days = float("nan"), pd.date_range("2020-01-01", periods=4)
    >>> panel = pd.DataFrame({"A": [10.0, 20.0, nan, nan], "B": [1.0, 1.0, 1.0, 1.0]}, index=days)
    >>> add_terminal_prices(panel, terminal_return=-0.5, sessions=1)["A"].tolist()
    [10.0, 20.0, 10.0, 10.0]
    """
    values = panel.to_numpy(copy=True)
    for ticker, last in delisted(panel, sessions).items():
        column = panel.columns.get_loc(ticker)
        values[last + 1 :, column] = values[last, column] * (1 + terminal_return)
    return pd.DataFrame(values, index=panel.index, columns=panel.columns)


def most_traded(dollar_volume: pd.DataFrame, presence: float, size: int) -> pd.Index:
    """Tickers with the highest mean rank of dollar volume over the **whole** panel, as was published.

    This looks ahead: a ticker is chosen with the volume of later years. See :func:`most_traded_to_date`.

    Parameters
    ----------
    dollar_volume
        Price times shares, dates x tickers; NaN where unknown.
    presence
        Share of the dates on which a ticker must have a value, rounded down to whole dates.
    size
        Number of tickers to keep.

    Returns
    -------
    pandas.Index
        At most ``size`` tickers, in the panel's order.

    Examples
    --------
    A is traded less than B on the first day and more on the others. It is chosen for the first day, too:

    >>> days = pd.date_range("2020-01-01", periods=3)
    >>> volume = pd.DataFrame({"A": [1.0, 9.0, 9.0], "B": [5.0, 5.0, 5.0]}, index=days)
    >>> most_traded(volume, presence=0.5, size=1).tolist()
    ['A']
    """
    listed = dollar_volume.dropna(axis="columns", thresh=int(presence * len(dollar_volume)))
    mean_rank = listed.rank(axis="columns", ascending=False).mean()
    chosen = mean_rank.nsmallest(size).index
    return listed.columns[listed.columns.isin(chosen)]


def most_traded_to_date(dollar_volume: pd.DataFrame, presence: float, size: int, sessions: int) -> pd.DataFrame:
    """Tickers with the highest mean rank of dollar volume over the trailing sessions of each date.

    Parameters
    ----------
    dollar_volume
        Price times shares, dates x tickers; NaN where unknown.
    presence
        Share of the trailing sessions on which a ticker must have a value.
    size
        Number of tickers to keep on each date; ties go to the first ticker.
    sessions
        Length of the trailing window; at the start of the panel, what there is of it.

    Returns
    -------
    pandas.DataFrame
        Boolean, same shape: in the universe as of that date, that date's volume included.

    Examples
    --------
    As known on each day, B is in the universe first. On the second day both have a mean rank of 1.5.

    >>> days = pd.date_range("2020-01-01", periods=3)
    >>> volume = pd.DataFrame({"A": [1.0, 9.0, 9.0], "B": [5.0, 5.0, 5.0]}, index=days)
    >>> print(most_traded_to_date(volume, presence=0.5, size=1, sessions=3).to_string())
                    A      B
    2020-01-01  False   True
    2020-01-02   True  False
    2020-01-03   True  False
    """
    present = dollar_volume.notna().astype("float64").rolling(sessions, min_periods=1).mean() >= presence
    ranks = dollar_volume.rank(axis="columns", ascending=False)
    mean_rank = ranks.rolling(sessions, min_periods=1).mean().where(present)
    return mean_rank.rank(axis="columns", method="first") <= size


def price_quality(prices: pd.DataFrame, stale_after_sessions: int) -> dict[str, object]:
    """Count what a careful reader of a price file would look for.

    Parameters
    ----------
    prices
        The canonical table.
    stale_after_sessions
        See :func:`stale_prices`.

    Returns
    -------
    dict
        Counts of tickers, rows, sessions, gaps inside a ticker's life, symbols that were probably reused (a
        gap of more than 63 sessions), daily returns above 300 %, stale prices, delisted tickers and, with
        volumes, rows of zero volume; with the first and last date, and some tickers by name.

    Examples
    --------
    >>> days = ["2020-01-02", "2020-01-03", "2020-01-06"]
    >>> raw = pd.DataFrame({"ticker": list("AABBB"), "date": [days[0], days[2], *days], "adj_close": [1, 1, 2, 9, 9]})
    >>> quality = price_quality(parse_prices(raw, "mine.csv")[0], stale_after_sessions=5)
    >>> quality["sessions"], quality["missing_prices_inside_a_life"], quality["tickers_with_returns_above_300_percent"]
    (3, 1, ['B'])
    """
    panel = price_panel(prices)
    present = panel.notna()
    alive = present.cummax() & present[::-1].cummax()[::-1]
    gaps = alive & ~present
    gap_lengths = _longest_run(gaps)
    reused = gap_lengths[gap_lengths > REUSED_AFTER_SESSIONS]
    returns = panel.pct_change(fill_method=None)
    extreme = (returns > EXTREME_RETURN).sum()
    stale = stale_prices(panel, stale_after_sessions) & present
    dead = delisted(panel, stale_after_sessions)
    report: dict[str, object] = {
        "tickers": panel.shape[1],
        "rows": len(prices),
        "sessions": len(panel),
        "first_date": f"{panel.index[0]:%Y-%m-%d}",
        "last_date": f"{panel.index[-1]:%Y-%m-%d}",
        "missing_prices_inside_a_life": int(gaps.to_numpy().sum()),
        "tickers_with_gaps": int((gap_lengths > 0).sum()),
        "probably_reused_symbols": sorted(reused.index),
        "daily_returns_above_300_percent": int(extreme.sum()),
        "tickers_with_returns_above_300_percent": sorted(extreme[extreme > 0].index),
        "stale_prices": int(stale.to_numpy().sum()),
        "delisted_tickers": len(dead),
    }
    if "adj_volume" in prices.columns:
        report["zero_volume_rows"] = int((prices["adj_volume"] == 0).sum())
    return report


def _longest_run(flags: pd.DataFrame) -> pd.Series:
    """Length of the longest run of set flags in each column."""
    values = flags.to_numpy()
    run = np.zeros(values.shape[1], dtype=int)
    longest = run.copy()
    for row in values:
        run = (run + 1) * row
        np.maximum(longest, run, out=longest)
    return pd.Series(longest, index=flags.columns)
