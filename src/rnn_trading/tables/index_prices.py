"""Prices of one market index: the canonical table, and what a careful reader would look for in it.

The canonical table ``index_prices`` has the index ``date``, ascending, each date once, and the columns ``close``
(index points, positive, float64) and, where the source has them, ``open``, ``high``, ``low`` (points) and
``volume`` (shares). A day without a close is a missing row.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from rnn_trading.parameters import parameters
from rnn_trading.tables.calendar import CalendarParameters
from rnn_trading.tables.checks import SourceTable, row_number
from rnn_trading.tables.names import Told
from rnn_trading.tables.prices import PriceError, stale_prices
from rnn_trading.tables.reading import Reading
from rnn_trading.tables.repairs import repeats, zeros_at_the_end

REQUIRED = ("date", "close")
OPTIONAL = ("open", "high", "low", "volume")


@parameters
class IndexIngestionParameters:
    """What is said of an index, and how many missing days are tolerated.

    Parameters
    ----------
    source
        Where the prices come from, in words; it stands in every skill record.
    stale_after_sessions
        Unchanged sessions after which a close is stale.
    longest_gap_days
        Most calendar days from one close to the next. Seven is the longest pause of the New York Stock
        Exchange since 1990 (September 2001).
    most_missing_weekdays
        Largest share of working days without a close. Holidays alone make about .035.
    calendar
        Which dates are believed to be sessions.
    """

    source: Annotated[str, Field(min_length=1)]
    stale_after_sessions: Annotated[int, Field(ge=1)]
    longest_gap_days: Annotated[int, Field(ge=1)]
    most_missing_weekdays: Annotated[float, Field(ge=0, le=1)]
    calendar: CalendarParameters = CalendarParameters()


def parse_index(
    raw: pd.DataFrame,
    origin: str,
    describe_row: Callable[[int], str] = row_number,
    told: Told | None = None,
    labels: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, Reading]:
    """Check a table of index prices and bring it into the canonical form.

    Parameters
    ----------
    raw
        ``date``, ``close`` and optionally ``open``, ``high``, ``low``, ``volume``, as columns or index.
        Further columns are ignored; order does not matter. Other names:
        :func:`rnn_trading.tables.index_layouts.to_index`.
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
        The canonical table; and how it was read, with counts of rows that were left out: ``missing_prices``,
        ``prices_of_zero_at_the_end`` (without volume, after the last close), ``repeated_rows`` (equal in all columns)
        and ``bad_rows`` (as many as ``told`` allows).

    Raises
    ------
    PriceError
        For a missing column, fewer than two closes, or more rows than ``told`` allows with a date or number that cannot
        be read, a price that is not positive and finite, a high below the low, a negative volume, or other values than
        another row of the date has, or bars of hours or minutes. All such faults are told together.

    Examples
    --------
    >>> raw = pd.DataFrame({"date": ["2020-01-06", "2020-01-03", "2020-01-02"], "close": [99, None, 100]})
    >>> table, reading = parse_index(raw, "mine.csv")
    >>> print(table.to_string(index_names=False))
                close
    2020-01-02  100.0
    2020-01-06   99.0
    >>> reading.counts["missing_prices"]
    1
    """
    source = SourceTable(raw, origin, REQUIRED, OPTIONAL, describe_row, PriceError)
    said = told or Told("index")
    source.call_columns(labels or {}, said.parameter)
    dates = source.dates("date", said.date_format, None, said.form_of_dates, said.timezone)
    source.refuse_bars_of_a_day(dates)
    source.name_rows(dates)
    columns = {
        name: source.numbers(name, quantity=name == "volume")
        for name in (*REQUIRED[1:], *OPTIONAL)
        if name in source.table.columns
    }
    prices = pd.DataFrame({"date": dates, **columns})
    left_out = _note_faults(source, prices)
    bad = ~source.usable(said.bad_rows, f"{said.parameter}_bad_rows" if told else "")
    counts = {"missing_prices": source.missing["close"]}
    counts |= {reason: int((rows & ~bad).sum()) for reason, rows in left_out.items()} | {"bad_rows": int(bad.sum())}
    left = ~bad & prices["close"].notna() & ~pd.DataFrame(left_out).any(axis="columns")
    table = prices[left.to_numpy()].set_index("date").sort_index()
    if len(table) < 2:
        raise PriceError(f"{origin}: expected at least 2 days with a close. Received: {len(table)}.")
    return table, Reading(tuple(source.recognised), counts)


def _note_faults(source: SourceTable, prices: pd.DataFrame) -> dict[str, pd.Series]:
    """Note what cannot be used, and return masks of rows that are wrong beyond doubt, by reason."""
    close, volume = prices["close"], prices.get("volume")
    zeros = zeros_at_the_end(pd.Series("", index=close.index), prices["date"], close, volume)
    for name in prices.columns.drop(["date", "volume"], errors="ignore"):
        values = prices[name]
        source.note(name, (np.isinf(values) | (values <= 0)) & ~zeros, "a positive, finite price")
    if volume is not None:
        source.note("volume", np.isinf(volume) | (volume < 0), "a volume of zero or more")
    if {"high", "low"} <= {*prices.columns}:
        source.note(
            "high",
            (prices["high"] < prices["low"]) & (prices["high"] > 0),
            "a high that is not below the low of its day",
        )
    exact, contradicting = repeats(prices.where(close.notna() & ~zeros), ["date"])
    source.note("close", contradicting, "every date once")
    return {"prices_of_zero_at_the_end": zeros, "repeated_rows": exact}


def validate_index(index_prices: pd.DataFrame) -> pd.DataFrame:
    """Check the canonical table whenever the catalog saves or loads it.

    Parameters
    ----------
    index_prices
        The table to check.

    Returns
    -------
    pandas.DataFrame
        The same table.

    Raises
    ------
    PriceError
        If the index, the columns, the order or a close is not as the module describes.

    Examples
    --------
    >>> days = pd.DatetimeIndex(["2020-01-03", "2020-01-02"], name="date")
    >>> validate_index(pd.DataFrame({"close": [100.0, 99.0]}, index=days))
    Traceback (most recent call last):
        ...
    rnn_trading.tables.prices.PriceError: index_prices: expected dates in ascending order, each once.
    """
    if index_prices.index.name != "date" or not isinstance(index_prices.index, pd.DatetimeIndex):
        raise PriceError(f"index_prices: expected the index date. Received: {index_prices.index.name!r}")
    unknown = set(index_prices.columns) - {"close", *OPTIONAL}
    if "close" not in index_prices.columns or unknown:
        raise PriceError(
            f"index_prices: expected close and optionally {', '.join(OPTIONAL)}. Received: {list(index_prices.columns)}"
        )
    if not (index_prices.index.is_monotonic_increasing and index_prices.index.is_unique):
        raise PriceError("index_prices: expected dates in ascending order, each once.")
    if not (np.isfinite(index_prices["close"]) & (index_prices["close"] > 0)).all():
        raise PriceError("index_prices: expected positive, finite closes only.")
    return index_prices


def refuse_missing_days(index_prices: pd.DataFrame, limits: IndexIngestionParameters) -> None:
    """Raise if the closes are not those of every trading day.

    Parameters
    ----------
    index_prices
        The canonical table.
    limits
        See :class:`IndexIngestionParameters`.

    Raises
    ------
    PriceError
        Names the longest gap and the days beside it, or the share of weekdays without a close.

    Examples
    --------
    >>> days = pd.DatetimeIndex(["2020-01-02", "2020-01-03", "2020-01-20"], name="date")
    >>> limits = IndexIngestionParameters(
    ...     source="mine.csv", stale_after_sessions=5, longest_gap_days=7, most_missing_weekdays=0.05
    ... )
    >>> refuse_missing_days(pd.DataFrame({"close": [100.0, 99.0, 98.0]}, index=days), limits)
    Traceback (most recent call last):
        ...
    rnn_trading.tables.prices.PriceError: mine.csv: no close between 2020-01-03 and 2020-01-20, 17 days...
    """
    dates = index_prices.index
    gaps = dates.to_series().diff().dt.days
    if gaps.max() > limits.longest_gap_days:
        end = gaps.idxmax()
        start = dates[dates.get_loc(end) - 1]
        raise PriceError(
            f"{limits.source}: no close between {start:%Y-%m-%d} and {end:%Y-%m-%d}, {gaps.max():.0f} days. Expected "
            f"at most {limits.longest_gap_days} days between closes. Fill the gap, start after it, or raise "
            "index_prices.longest_gap_days (and index_ranges.longest_gap_days)."
        )
    missing = missing_weekdays(dates, limits.calendar.working)
    if missing > limits.most_missing_weekdays:
        raise PriceError(
            f"{limits.source}: {missing:.1%} of the weekdays from {dates[0]:%Y-%m-%d} to {dates[-1]:%Y-%m-%d} have no "
            f"close. Expected daily closes with at most {limits.most_missing_weekdays:.1%} missing (holidays make "
            "about 3.5 %). Complete the series, or raise index_prices.most_missing_weekdays (and that of index_ranges)."
        )


def missing_weekdays(dates: pd.DatetimeIndex, working: tuple[int, ...]) -> float:
    """Share of the working days (0 for Monday) between the first and the last date that are not among the dates.

    Examples
    --------
    A Monday, a Tuesday and a Friday: two of five weekdays are missing.

    >>> missing_weekdays(pd.DatetimeIndex(["2020-01-06", "2020-01-07", "2020-01-10"]), (0, 1, 2, 3, 4))
    0.4
    """
    days = pd.date_range(dates[0], dates[-1])
    weekdays = days[days.day_of_week.isin(working)]
    return float(len(weekdays.difference(dates)) / max(1, len(weekdays)))


def index_quality(
    index_prices: pd.DataFrame, stale_after_sessions: int, working: tuple[int, ...] = (0, 1, 2, 3, 4)
) -> dict[str, Any]:
    """Count days, gaps, unchanged and stale closes, and the largest daily return.

    Parameters
    ----------
    index_prices
        The canonical table.
    stale_after_sessions
        See :func:`rnn_trading.tables.prices.stale_prices`.
    working
        Weekdays on which the exchange is open, 0 for Monday.

    Returns
    -------
    dict
        Plain values: ``sessions``, ``first_date``, ``last_date``, ``columns``, ``weekdays_without_a_close`` (a share),
        ``longest_gap_days`` (calendar days), ``unchanged_closes``, ``stale_closes``, ``opens_outside_the_range`` (below
        the low or above the high of their day), ``largest_daily_return`` (a fraction, without its sign).

    Examples
    --------
    >>> days = pd.DatetimeIndex(["2020-01-06", "2020-01-07", "2020-01-10"], name="date")
    >>> quality = index_quality(pd.DataFrame({"close": [100.0, 100.0, 90.0]}, index=days), stale_after_sessions=5)
    >>> quality["unchanged_closes"], quality["longest_gap_days"], quality["largest_daily_return"]
    (1, 3, 0.1)
    """
    close = index_prices["close"]
    return {
        "sessions": len(close),
        "first_date": f"{close.index[0]:%Y-%m-%d}",
        "last_date": f"{close.index[-1]:%Y-%m-%d}",
        "columns": list(index_prices.columns),
        "weekdays_without_a_close": round(missing_weekdays(close.index, working), 4),
        "longest_gap_days": int(close.index.to_series().diff().dt.days.max()),
        "unchanged_closes": int((close.diff() == 0).sum()),
        "stale_closes": int(stale_prices(close.to_frame(), stale_after_sessions)["close"].sum()),
        "opens_outside_the_range": _opens_outside(index_prices),
        "largest_daily_return": round(float(close.pct_change(fill_method=None).abs().max()), 4),
    }


def _opens_outside(index_prices: pd.DataFrame) -> int:
    """How many opens lie beyond the low or the high of their day, but for the last digits of a float."""
    if not {"open", "high", "low"} <= {*index_prices.columns}:
        return 0
    opens, room = index_prices["open"], 1e-9 * index_prices["open"]
    return int(((opens < index_prices["low"] - room) | (opens > index_prices["high"] + room)).sum())
