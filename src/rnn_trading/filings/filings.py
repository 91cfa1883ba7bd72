"""Annual reports: the canonical index of filings, prices around each, and why filings are left out.

The canonical table ``filings`` has the index ``filing_id`` (text, each once) and the columns ``firm`` (the Central
Index Key, or the ticker where there is none), ``ticker`` (missing where unknown), ``date_filed`` (midnight),
``accepted`` (time at which the filing became public, New York, without a zone; missing where unknown) and
``known_signal`` (of simulated filings; missing for real ones).

The canonical table ``filing_prices`` has the index ``(filing_id, date)``, sorted, and the column ``adj_close``: daily
prices in a window around each filing.

Nothing that is wrong with one filing stops a run: it is left out, counted under its reason, and only where no filing is
left is there an error.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from rnn_trading.filings.items import RawFiling
from rnn_trading.parameters import parameters
from rnn_trading.tables.calendar import CalendarError, CalendarParameters, check_dates
from rnn_trading.tables.checks import SourceTable, TableError
from rnn_trading.tables.reading import Reading
from rnn_trading.tables.sessions import STRAY, WEEKDAYS
from rnn_trading.tables.time_zones import days

REQUIRED = ("filing_id", "date_filed")
OPTIONAL = ("cik", "ticker", "accepted", "known_signal")
COLUMNS = ["firm", "ticker", "date_filed", "accepted", "known_signal"]
FEWEST_TO_JUDGE = 30
NEW_YORK = "America/New_York"
# Days from the filing date to the day of acceptance. EDGAR dates what it accepts in the evening to the next working
# day.
PLAUSIBLE = (pd.Timedelta(days=-5), pd.Timedelta(days=1))


class FilingError(TableError):
    """Filings that cannot be used; the message names the file, the column and the row."""


@parameters
class FilingIngestionParameters:
    """What is taken of the filings.

    Parameters
    ----------
    source
        Where they come from, in words; it stands in every skill record.
    days_before, days_after
        Calendar days of prices around a filing, where prices come by ticker.
    calendar
        Which dates of filings are believed, and which dates of prices to be sessions. Filings of other dates are left
        out unless it says otherwise, and lone dates are kept: windows around filings are far from each other.
    """

    source: Annotated[str, Field(min_length=1)]
    days_before: Annotated[int, Field(ge=1)]
    days_after: Annotated[int, Field(ge=1)]
    calendar: CalendarParameters = CalendarParameters(outside="leave_out", lone_dates="keep")


@dataclass(frozen=True)
class FilingSource:
    """Filings as a source has them: an index in memory, and texts that are read when they are needed.

    Attributes
    ----------
    index
        The canonical table.
    read
        Gives every filing of the index that has a text.
    dropped
        How many filings were left out, by reason.
    kept
        What was counted and kept; see :func:`parse_filing_index`.
    """

    index: pd.DataFrame
    read: Callable[[], Iterator[RawFiling]]
    dropped: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.index)

    def only(self, filings: pd.DataFrame) -> "FilingSource":
        """The same without the filings that are not in a table with the index ``filing_id``."""
        wanted = set(filings.index)
        return replace(
            self,
            index=self.index[self.index.index.isin(filings.index)],
            read=lambda: (filing for filing in self.read() if filing.filing_id in wanted),
        )


def no_filings() -> FilingSource:
    """A source without a filing."""
    index = pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS}, index=pd.Index([], name="filing_id"))
    return FilingSource(index, lambda: iter(()))


def parse_filing_index(raw: pd.DataFrame, origin: str) -> tuple[pd.DataFrame, dict[str, int], dict[str, int]]:
    """Check an index of filings and bring it into the canonical form.

    Parameters
    ----------
    raw
        ``filing_id``, ``date_filed`` and optionally ``cik``, ``ticker``, ``accepted`` and ``known_signal``. Further
        columns are ignored.
    origin
        Where the table comes from, for error messages.

    Returns
    -------
    tuple
        The canonical table in the order of the source; counts of what was left out: ``no_id``, ``no_filing_date``
        (none, or none that can be read), ``no_firm`` (neither key nor ticker), ``repeated_id`` (the first of those that
        are left is kept); and of what was kept: ``unreadable_times``, ``implausible_times`` (days away from the filing
        date; they count as unknown, too), ``without_a_ticker``.

    Raises
    ------
    FilingError
        If a column is missing, or no filing is left.
    """
    source = SourceTable(raw, origin, REQUIRED, OPTIONAL, error=FilingError)
    nothing = pd.Series(None, index=source.table.index, dtype="str")
    columns = {name: plain_text(source.table.get(name, nothing)) for name in ("filing_id", "cik", "ticker", "accepted")}
    dates = days(source.table["date_filed"])
    times = new_york_times(source.table.get("accepted", nothing))
    implausible = times.notna() & dates.notna() & ~(times.dt.normalize() - dates).between(*PLAUSIBLE)
    table = pd.DataFrame(
        {
            "filing_id": columns["filing_id"],
            "firm": columns["cik"].fillna(columns["ticker"]),
            "ticker": columns["ticker"],
            "date_filed": dates,
            "accepted": times.mask(implausible).astype("datetime64[us]"),
            "known_signal": pd.to_numeric(source.table.get("known_signal", nothing), errors="coerce").astype("float64"),
        }
    )
    left, dropped = leave_out(
        table,
        {
            "no_id": table["filing_id"].isna(),
            "no_filing_date": dates.isna(),
            "no_firm": table["firm"].isna(),
        },
    )
    repeated = left["filing_id"].duplicated()
    left, dropped = left[~repeated], dropped | {"repeated_id": int(repeated.sum())}
    if left.empty:
        found = ", ".join(f"{reason.replace('_', ' ')} {count:,}" for reason, count in dropped.items() if count)
        first = f"; the first date is {source.table['date_filed'].iloc[0]!r}" if len(table) else ""
        raise FilingError(
            f"{origin}: no filing is left of {len(table):,} ({found or 'no row'}{first}). Expected an id, a date such "
            "as 2016-02-26, and a key (cik) or ticker of the firm in each row. Texts that hold commas need quotation "
            "marks in a CSV."
        )
    kept = {
        "unreadable_times": int((times.isna() & columns["accepted"].notna()).sum()),
        "implausible_times": int(implausible.sum()),
        "without_a_ticker": int(left["ticker"].isna().sum()),
    }
    return left.set_index("filing_id"), dropped, kept


def leave_out(table: pd.DataFrame, problems: dict[str, pd.Series]) -> tuple[pd.DataFrame, dict[str, int]]:
    """Leave out rows with a problem, and count each row under the first reason that it has.

    Parameters
    ----------
    table
        One row a filing.
    problems
        Mask of the rows, by reason.
    """
    left = pd.Series(True, index=table.index)
    counts = {}
    for reason, mask in problems.items():
        counts[reason] = int((left & mask).sum())
        left &= ~mask
    return table[left], counts


def plain_text(column: pd.Series) -> pd.Series:
    """Text without white space around it; missing for nothing and for what a table writes in place of it.

    Whole numbers are text without a decimal point, also where others of the column are missing.
    """
    if pd.api.types.is_float_dtype(column.dtype) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    text = column.astype("str").where(column.notna()).str.strip()
    return text.where(~text.isin(["", "nan", "NaN", "None", "<NA>"]))


def new_york_times(column: pd.Series) -> pd.Series:
    """Times without a zone, as a clock in New York shows them; missing where they cannot be read.

    Parameters
    ----------
    column
        Timestamps or ISO text. Times with a zone or an offset are converted, others are taken to be New York's. A date
        alone, or midnight in a column of timestamps, is no time.
    """
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        given = column.mask(column == column.dt.normalize())
        return given if given.dt.tz is None else given.dt.tz_convert(NEW_YORK).dt.tz_localize(None)
    text = plain_text(column).str.replace("z", "Z")
    text = text.where(text.str.contains(r"\d[T ]\d\d:\d\d", regex=True, na=False))
    zoned = text.str.contains(r":[\d.]+ ?(?:Z|[+-]\d\d(?::?\d\d)?)$", regex=True, na=False)
    plain = pd.to_datetime(text.where(~zoned), errors="coerce", format="ISO8601")
    universal = pd.to_datetime(text.where(zoned), errors="coerce", format="ISO8601", utc=True)
    return plain.fillna(universal.dt.tz_convert(NEW_YORK).dt.tz_localize(None))


def parse_filing_prices(raw: pd.DataFrame, origin: str, timezone: str | None = None) -> tuple[pd.DataFrame, Reading]:
    """Check daily prices around filings.

    Parameters
    ----------
    raw
        ``date``, ``adj_close``, and ``filing_id`` (windows around each filing) or ``ticker`` (whole histories). Where
        it has both, the windows count. Further columns are ignored.
    origin
        Where the table comes from, for error messages.
    timezone
        Whose days timestamps are; see :func:`rnn_trading.tables.time_zones.days`.

    Returns
    -------
    tuple
        Index ``(filing_id, date)`` or ``(ticker, date)``, sorted; column ``adj_close``, float64. And counts of rows
        that were left out: ``without_a_key``, ``without_a_date``, ``without_a_price`` (none, or none that is positive
        and finite), ``repeated`` (the first is kept).

    Raises
    ------
    FilingError
        For a missing column, bars of hours or minutes, or a table without a price.
    """
    by = "filing_id" if "filing_id" in {*raw.columns, *raw.index.names} else "ticker"
    source = SourceTable(raw, origin, (by, "date", "adj_close"), (), error=FilingError)
    price = pd.to_numeric(source.table["adj_close"], errors="coerce").astype("float64")
    dates = days(source.table["date"], timezone=timezone)
    source.refuse_bars_of_a_day(dates, by)
    table = pd.DataFrame({by: plain_text(source.table[by]), "date": dates, "adj_close": price})
    left, dropped = leave_out(
        table,
        {
            "without_a_key": table[by].isna(),
            "without_a_date": table["date"].isna(),
            "without_a_price": ~(np.isfinite(price) & (price > 0)),
        },
    )
    repeated = left.duplicated([by, "date"])
    left, dropped = left[~repeated], dropped | {"repeated": int(repeated.sum())}
    if left.empty:
        found = ", ".join(f"{reason.replace('_', ' ')} {count:,}" for reason, count in dropped.items() if count)
        raise FilingError(
            f"{origin}: no row of {len(table):,} has a price ({found or 'no row'}). Expected a {by}, a date such as "
            "2016-02-26 and a positive adj_close in each row."
        )
    return left.set_index([by, "date"]).sort_index(), Reading(counts=dropped)


def windows_around_filings(
    filings: pd.DataFrame, prices: pd.DataFrame, days_before: int, days_after: int
) -> pd.DataFrame:
    """Prices around each filing.

    Parameters
    ----------
    filings
        The canonical table.
    prices
        See :func:`parse_filing_prices`. Windows of filings are taken as they are, but for filings that are not in the
        table; histories by ticker are cut to the days given.
    days_before, days_after
        Calendar days around the filing date.

    Returns
    -------
    pandas.DataFrame
        The canonical table ``filing_prices``; filings without a price have no row.
    """
    if prices.index.names[0] == "filing_id":
        return prices[prices.index.get_level_values("filing_id").isin(filings.index)]
    histories = {ticker: rows.droplevel("ticker") for ticker, rows in prices.groupby(level="ticker")}
    before, after = pd.Timedelta(days=days_before), pd.Timedelta(days=days_after)
    windows = {
        filing.Index: histories[filing.ticker].loc[filing.date_filed - before : filing.date_filed + after]
        for filing in filings.itertuples()
        if filing.ticker in histories
    }
    if not windows:
        return prices.iloc[:0].rename_axis(["filing_id", "date"])
    return pd.concat(windows, names=["filing_id", "date"]).sort_index()


def check_filing_dates(filings: FilingSource, ingestion: FilingIngestionParameters) -> FilingSource:
    """Leave out, or refuse, filings of dates that nobody can have meant; refuse an index that is shifted.

    Returns
    -------
    FilingSource
        Without these filings, which are ``dropped`` as ``date_outside`` and ``lone_date``; ``filed_on_days_of_rest`` is
        counted and kept.

    Raises
    ------
    CalendarError
        As the policy says; if no filing is left; or if filings are dated to a day of rest and none of thirty or more
        to the working day beside it, from which a time zone has shifted them.
    """
    calendar, block = ingestion.calendar, ("filings.ingestion",)
    dated = filings.index.set_index(filings.index["date_filed"].rename("date"), append=True)
    left, reading = check_dates(dated, calendar, ingestion.source, block)
    there = left.index.get_level_values("date").day_of_week
    resting = there.isin(calendar.resting)
    ends = [WEEKDAYS[number] for number in calendar.at_the_ends if not (there == number).any()]
    if len(left) >= FEWEST_TO_JUDGE and resting.mean() > STRAY and ends:
        raise CalendarError(
            f"{ingestion.source}: {resting.sum():,} of {len(left):,} filings are dated to {calendar.rest_days}, and "
            f"none to a {' or '.join(ends)}: the dates look shifted by a time zone. Give the date at the authority's "
            "place as a plain date, such as 2016-02-26."
        )
    dropped = {"date_outside": reading.counts["dates_outside"], "lone_date": reading.counts["lone_dates"]}
    return replace(
        filings,
        index=left.droplevel("date"),
        dropped=filings.dropped | dropped,
        kept=filings.kept | {"filed_on_days_of_rest": int(resting.sum())},
    )


def take_filings(
    filings: FilingSource, price_source: tuple[pd.DataFrame, Reading], ingestion: FilingIngestionParameters
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Prices around the filings of a source, and a report on both.

    Returns
    -------
    tuple
        The canonical table ``filing_prices``; and ``source``, the counts of :func:`describe_filings`, ``dropped`` (what
        was left out of the index, by reason), ``price_rows_left_out`` and what was counted and kept.

    Raises
    ------
    FilingError
        If no filing has a price.
    """
    index, (prices, reading) = filings.index, price_source
    windows = windows_around_filings(index, prices, ingestion.days_before, ingestion.days_after)
    if windows.empty:
        by = prices.index.names[0]
        wanted = index.index if by == "filing_id" else index["ticker"].dropna()
        raise FilingError(
            f"None of {len(index):,} filings has a price: no {by} of the prices ({_some(prices.index.unique(by))}) "
            f"is that of a filing ({_some(pd.Index(wanted))}) at its date. Check that both tables are of the same "
            "filings."
        )
    report = {"source": ingestion.source, **describe_filings(index, windows), **filings.kept}
    prices_read = {"prices_read_as": list(reading.recognised), "price_rows_left_out": reading.counts}
    return windows, report | prices_read | {"dropped": filings.dropped}


def _some(values: pd.Index) -> str:
    return ", ".join(map(str, values[:3])) + (", ..." if len(values) > 3 else "") if len(values) else "none"


def describe_filings(filings: pd.DataFrame, prices: pd.DataFrame) -> dict[str, Any]:
    """Count what matters for a fair test.

    Returns
    -------
    dict
        ``filings``, ``firms``, ``first_date``, ``last_date``; ``with_prices``: filings that have any price;
        ``with_a_time``: filings whose time of day is known; ``simulated``: filings whose signal is known.
    """
    return {
        "filings": len(filings),
        "firms": int(filings["firm"].nunique()),
        "first_date": f"{filings['date_filed'].min():%Y-%m-%d}",
        "last_date": f"{filings['date_filed'].max():%Y-%m-%d}",
        "with_prices": len(filings.index.intersection(prices.index.unique("filing_id"))),
        "with_a_time": int(filings["accepted"].notna().sum()),
        "simulated": int(filings["known_signal"].notna().sum()),
    }


def validate_filings(filings: pd.DataFrame) -> pd.DataFrame:
    """Check the canonical table whenever the catalog saves or loads it.

    Raises
    ------
    FilingError
        If index, columns or a value are not as the module describes.
    """
    if filings.index.name != "filing_id" or filings.columns.tolist() != COLUMNS:
        raise FilingError(
            f"filings: expected the index filing_id and the columns {', '.join(COLUMNS)}. Received: "
            f"{filings.index.name} and {', '.join(map(str, filings.columns))}."
        )
    if filings.empty or not filings.index.is_unique or filings[["firm", "date_filed"]].isna().any(axis=None):
        raise FilingError("filings: expected at least one row, every id once, and a firm and a date in each row.")
    return filings
