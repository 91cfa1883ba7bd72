"""Daily prices of one symbol as a live source gives them, checked before they are kept and after they are read again.

A *history* has the index ``date``, ascending, each date once, and float64 columns: ``close`` (adjusted for splits and
dividends, positive), ``volume`` (shares), and where it has them ``open``, ``high`` and ``low``, adjusted by the same
factor. A missing number is NaN.
"""

import numpy as np
import pandas as pd

from rnn_trading.tables.checks import TableError

RANGES = ("open", "high", "low")
# A dividend of a thousandth of a per cent changes no label; the digits of a source's rounding are smaller.
SAME_PRICE = 1e-5


class HistoryError(TableError):
    """A history that cannot be one: another form, or a table of something else."""


class BadPricesError(TableError):
    """A history with prices that no return can be computed from; the source itself has them.

    Attributes
    ----------
    good_from
        The first day after the last such price; None if fewer than two days are left.
    """

    def __init__(self, found: str, good_from: pd.Timestamp | None) -> None:
        super().__init__(found)
        self.good_from = good_from

    def with_advice(self, instead: str) -> str:
        """The message, and what to do: ``instead``, or a later start.

        Examples
        --------
        >>> error = BadPricesError("1 of 3 adjusted closes is not above 0.", pd.Timestamp("2020-01-03"))
        >>> error.with_advice("Leave KO out")
        '1 of 3 adjusted closes is not above 0. Leave KO out, or take a later start, such as 2020-01-03.'
        """
        start = f", such as {self.good_from:%Y-%m-%d}" if self.good_from is not None else ""
        return f"{self} {instead}, or take a later start{start}."


def check_history(table: pd.DataFrame) -> pd.DataFrame:
    """Raise unless a table is a history with at least two closes.

    Parameters
    ----------
    table
        From a source or a file.

    Returns
    -------
    pandas.DataFrame
        The same table.

    Raises
    ------
    HistoryError
        For missing columns, text in the place of numbers, dates that are none, stand twice or are not in order, or
        fewer than two closes.
    BadPricesError
        For prices that are not above 0 or not finite, and volumes below 0: says how many there are, from when to when.

    Examples
    --------
    >>> days = pd.DatetimeIndex(["2020-01-02", "2020-01-03", "2020-01-06"], name="date")
    >>> volume = [1.0, 1.0, 1.0]
    >>> good = check_history(pd.DataFrame({"close": [1.0, 2.0, 3.0], "volume": volume}, index=days))
    >>> check_history(pd.DataFrame({"close": [-1.0, 2.0, 3.0], "volume": volume}, index=days))
    Traceback (most recent call last):
        ...
    rnn_trading.tables.histories.BadPricesError: 1 of 3 adjusted closes is not above 0, on 2020-01-02 (-1), as where...
    """
    _check_form(table)
    for name in [column for column in ("close", *RANGES) if column in table]:
        values = table[name]
        what = "adjusted close" if name == "close" else f"adjusted {name}"
        _refuse(values, ~(np.isfinite(values) & (values > 0)) & values.notna(), what, "above 0")
    volume = table["volume"]
    _refuse(volume, (np.isinf(volume) | (volume < 0)), "volume", "0 or more")
    return table


def _check_form(table: pd.DataFrame) -> None:
    missing = {"close", "volume"} - set(table.columns)
    if missing or not isinstance(table.index, pd.DatetimeIndex):
        raise HistoryError(f"expected dates with close and volume. Received: {_shown(table)}.")
    texts = [str(name) for name in table.columns if table[name].dtype != np.float64]
    if texts:
        raise HistoryError(f"expected numbers. Received: {', '.join(texts)} of another kind.")
    dates = table.index
    if dates.hasnans or dates.tz is not None or not (dates == dates.normalize()).all():
        raise HistoryError("expected dates without time and zone. Received: others.")
    if not dates.is_unique:
        raise HistoryError(f"expected each date once. Received: {dates[dates.duplicated()][0]:%Y-%m-%d} twice.")
    if not dates.is_monotonic_increasing:
        raise HistoryError("expected dates in ascending order. Received: another order.")
    closes = int(table["close"].notna().sum())
    if closes < 2:
        raise HistoryError(f"expected at least 2 days with a close. Received: {closes}.")


def _shown(table: pd.DataFrame) -> str:
    return ", ".join(map(str, list(table.columns)[:8])) or "no column"


def _refuse(values: pd.Series, bad: pd.Series, what: str, expected: str) -> None:
    if not bad.any():
        return
    days, worst = values.index[bad], values[bad].min()
    span = f"from {days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}" if len(days) > 1 else f"on {days[0]:%Y-%m-%d}"
    later = values.index[values.index > days[-1]]
    verb, lowest = ("are", f"lowest {worst:g}") if len(days) > 1 else ("is", f"{worst:g}")
    cause = ", as where dividends sum to more than the price" if worst < 0 and what != "volume" else ""
    raise BadPricesError(
        f"{len(days):,} of {len(values):,} {what}s {verb} not {expected}, {span} ({lowest}){cause}.",
        later[0] if len(later) > 1 else None,
    )


def is_the_same(kept: pd.DataFrame, fetched: pd.DataFrame) -> bool:
    """Whether the closes of the days that both have are equal, but for the last one kept, which may have been early.

    A dividend or a split changes all adjusted closes before it by one factor: then a kept history cannot be continued.
    So it is if a day that lies between others is in one of them alone.

    Examples
    --------
    >>> days = pd.date_range("2020-01-06", periods=4, name="date")
    >>> kept = pd.DataFrame({"close": [1.0, 2.0, 3.0]}, index=days[:3])
    >>> is_the_same(kept, pd.DataFrame({"close": [2.0, 3.1, 4.0]}, index=days[1:]))
    True
    >>> is_the_same(kept, pd.DataFrame({"close": [1.9, 2.9, 4.0]}, index=days[1:]))
    False
    """
    settled, first = kept["close"].dropna().iloc[:-1], fetched.index[0]
    before = settled[settled.index >= first]
    again = fetched["close"].dropna()
    again = again[again.index <= settled.index[-1]]
    return len(before) > 0 and before.index.equals(again.index) and np.allclose(before, again, rtol=SAME_PRICE, atol=0)
