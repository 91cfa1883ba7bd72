"""Annual reports: the canonical index of filings, prices around each, and why filings are left out.

The canonical table ``filings`` has the index ``filing_id`` (text, each once) and the columns ``firm`` (the Central
Index Key, or the ticker where there is none), ``ticker`` (missing where unknown), ``date_filed`` (midnight),
``accepted`` (time at which the filing became public, New York, without a zone; missing where unknown) and
``known_signal`` (of simulated filings; missing for real ones). Where the source has them, ``sector`` and ``exchange``
follow (text, missing where unknown).

The canonical table ``filing_prices`` has the index ``(filing_id, date)``, sorted, and the column ``adj_close``: daily
prices in a window around each filing; where they come from two sources, also ``source``: ``yahoo`` or ``otherwise``.

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
from rnn_trading.tables.checks import SourceTable, TableError, row_number
from rnn_trading.tables.ids import plain_ids, plain_text, unusable
from rnn_trading.tables.names import Told
from rnn_trading.tables.numbers import read_numbers
from rnn_trading.tables.reading import Reading, fingerprint
from rnn_trading.tables.repairs import repeats, zeros_at_the_end
from rnn_trading.tables.sessions import STRAY, WEEKDAYS
from rnn_trading.tables.wording import counted, reasons

REQUIRED = ("filing_id", "date_filed")
FURTHER = ("sector", "exchange")
OPTIONAL = ("cik", "ticker", "accepted", "known_signal", *FURTHER)
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
    read_as
        What was recognised, in words.
    """

    index: pd.DataFrame
    read: Callable[[], Iterator[RawFiling]]
    dropped: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    read_as: tuple[str, ...] = ()

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


def no_texts() -> Iterator[RawFiling]:
    """What reads the texts of a source that has none."""
    return iter(())


def no_filings() -> FilingSource:
    """A source without a filing."""
    index = pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS}, index=pd.Index([], name="filing_id"))
    return FilingSource(index, no_texts)


def parse_filing_index(raw: pd.DataFrame, origin: str, date_format: str | None = None) -> FilingSource:
    """Check an index of filings and bring it into the canonical form.

    Parameters
    ----------
    raw
        ``filing_id``, ``date_filed`` and optionally ``cik``, ``ticker``, ``accepted``, ``known_signal``, ``sector``
        and ``exchange``. Further columns are ignored.
    origin
        Where the table comes from, for error messages.
    date_format
        Form of filing dates that are text; None: found, see :func:`rnn_trading.tables.dates.read_dates`.

    Returns
    -------
    FilingSource
        Without texts. The canonical table in the order of the source; counts of what was left out: ``no_id``,
        ``unusable_id`` (see :func:`rnn_trading.tables.ids.unusable`), ``no_filing_date``, ``unreadable_dates``,
        ``no_firm`` (neither key nor ticker), ``repeated_id`` (the first of those left is kept); and of what was
        kept:
        ``unreadable_times``, ``implausible_times`` (days away from the filing date; they count as unknown, too),
        ``unreadable_signals``, ``without_a_ticker``.

    Raises
    ------
    FilingError
        If a column is missing, ids cannot be told apart (see :func:`rnn_trading.tables.ids.plain_ids`), dates can be
        read in more than one way, or no filing is left.
    """
    source = SourceTable(raw, origin, REQUIRED, OPTIONAL, error=FilingError)
    nothing = pd.Series(None, index=source.table.index, dtype="str")
    given = [name for name in FURTHER if name in source.table.columns]
    columns = {name: plain_text(source.table.get(name, nothing)) for name in ("cik", "ticker", "accepted", *given)}
    firm = columns["cik"].fillna(columns["ticker"])
    dates = source.dates("date_filed", date_format, firm, Told("filing_index").form_of_dates)
    signal = read_numbers(source.table.get("known_signal", nothing))
    times = new_york_times(source.table.get("accepted", nothing))
    implausible = times.notna() & dates.notna() & ~(times.dt.normalize() - dates).between(*PLAUSIBLE)
    table = pd.DataFrame(
        {
            "filing_id": plain_ids(source.table["filing_id"], origin, FilingError),
            "firm": firm,
            "ticker": columns["ticker"],
            "date_filed": dates,
            "accepted": times.mask(implausible).astype("datetime64[us]"),
            "known_signal": signal.values,
            **{name: columns[name] for name in given},
        }
    )
    left, dropped = leave_out(
        table,
        {
            "no_id": table["filing_id"].isna(),
            "unusable_id": unusable(table["filing_id"]),
            "no_filing_date": plain_text(source.table["date_filed"]).isna(),
            "unreadable_dates": dates.isna(),
            "no_firm": table["firm"].isna(),
        },
    )
    left, again = leave_out(left, {"repeated_id": left["filing_id"].duplicated()})
    if left.empty:
        raise FilingError(_nothing_left(source.table["date_filed"], dropped | again, origin))
    kept = {
        "unreadable_times": int((times.isna() & columns["accepted"].notna()).sum()),
        "implausible_times": int(implausible.sum()),
        "unreadable_signals": int(signal.unreadable.sum()),
        "without_a_ticker": int(left["ticker"].isna().sum()),
    }
    return FilingSource(left.set_index("filing_id"), no_texts, dropped | again, kept, tuple(source.recognised))


def _nothing_left(dates: pd.Series, dropped: dict[str, int], origin: str) -> str:
    first = f"; the first date is {dates.iloc[0]!r}" if len(dates) else ""
    return (
        f"{origin}: no filing is left of {len(dates):,} ({reasons(dropped) or 'no row'}{first}). Expected an id, a "
        "date such as 2016-02-26, and a key (cik) or ticker of the firm in each row. Texts that hold commas "
        "need quotation marks in a CSV."
    )


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


def parse_filing_prices(
    raw: pd.DataFrame,
    origin: str,
    told: Told | None = None,
    describe_row: Callable[[int], str] = row_number,
) -> tuple[pd.DataFrame, Reading]:
    """Check daily prices around filings.

    Parameters
    ----------
    raw
        ``date``, ``adj_close``, and ``filing_id`` (windows around each filing) or ``ticker`` (whole histories). Where
        it has both, the windows count. Further columns are ignored. Other layouts and names:
        :func:`rnn_trading.tables.layouts.to_long`.
    origin
        Where the table comes from, for error messages.
    told
        What a user says of the table; None: it is no user's, and no row of it may be bad.
    describe_row
        Names a row by its position, for error messages.

    Returns
    -------
    tuple
        Index ``(filing_id, date)`` or ``(ticker, date)``, sorted; column ``adj_close``, float64. And counts of rows
        that were left out. Bad ones: ``without_a_key``, ``without_a_date``, ``unreadable_dates``,
        ``unreadable_prices``, ``prices_not_positive`` (or infinite), ``contradicting`` (another row of the day has
        another price; none is kept). Others: ``without_a_price``, ``prices_of_zero_at_the_end`` (see
        :func:`rnn_trading.tables.repairs.zeros_at_the_end`), ``repeated`` (the first is kept).

    Raises
    ------
    FilingError
        For a missing column, dates that can be read in more than one way, bars of hours or minutes, more bad rows than
        ``told`` allows (all faults are told together), or a table without a price.
    """
    by = "filing_id" if "filing_id" in {*raw.columns, *raw.index.names} else "ticker"
    said = told or Told("filing_prices")
    source = SourceTable(raw, origin, (by, "date", "adj_close"), (), describe_row, FilingError)
    column = source.table[by]
    keys = plain_ids(column, origin, FilingError) if by == "filing_id" else plain_text(column)
    dates = source.dates("date", said.date_format, keys, said.form_of_dates, said.timezone)
    source.name_rows(keys, dates)
    source.refuse_bars_of_a_day(dates, by)
    numbers = read_numbers(source.table["adj_close"])
    table = pd.DataFrame({by: keys, "date": dates, "adj_close": numbers.values})
    problems = _price_problems(source, table, numbers.unreadable)
    source.usable(said.bad_rows, f"{said.parameter}_bad_rows" if told else "")
    left, dropped = leave_out(table, problems)
    if left.empty:
        raise FilingError(
            f"{origin}: no row of {len(table):,} has a price ({reasons(dropped) or 'no row'}). Expected a {by}, a date "
            "such as 2016-02-26 and a positive adj_close in each row."
        )
    return left.set_index([by, "date"]).sort_index(), Reading(tuple(source.recognised), dropped)


def _price_problems(source: SourceTable, table: pd.DataFrame, unreadable: pd.Series) -> dict[str, pd.Series]:
    """Masks of the rows that are left out, by reason; those that are bad are noted."""
    by, price = str(table.columns[0]), table["adj_close"]
    zeros = zeros_at_the_end(table[by], table["date"], price, None)
    not_positive = price.notna() & ~zeros & ~(np.isfinite(price) & (price > 0))
    good = table.notna().all(axis="columns") & ~zeros & ~not_positive
    repeated, contradicting = repeats(table.where(good), [by, "date"])
    source.note(by, table[by].isna(), f"a {by.replace('_', ' ')}")
    source.note("adj_close", unreadable, "a number")
    source.note("adj_close", not_positive, "a positive, finite price")
    source.note("adj_close", contradicting, f"one price for each {by.replace('_', ' ')} and date")
    return {
        "without_a_key": table[by].isna(),
        "without_a_date": plain_text(source.table["date"]).isna(),
        "unreadable_dates": table["date"].isna(),
        "unreadable_prices": unreadable,
        "prices_not_positive": not_positive,
        "without_a_price": price.isna(),
        "prices_of_zero_at_the_end": zeros,
        "repeated": repeated,
        "contradicting": contradicting,
    }


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
    left, reading = check_dates(dated, calendar, ingestion.source, block, filings.read_as)
    there = left.index.get_level_values("date").day_of_week
    resting = there.isin(calendar.resting)
    ends = [WEEKDAYS[number] for number in calendar.at_the_ends if not (there == number).any()]
    if len(left) >= FEWEST_TO_JUDGE and resting.mean() > STRAY and ends:
        of = f"of {len(left):,} filings "
        raise CalendarError(
            f"{ingestion.source}: {counted(resting.sum(), of + 'is', of + 'are')} dated to {calendar.rest_days}, and "
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
        The canonical table ``filing_prices``; and ``source``, ``read_as``, the counts of :func:`describe_filings`,
        ``dropped`` (what was left out of the index, by reason), ``prices_read_as``, ``price_rows_left_out`` and what
        was counted and kept.

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
    said = {
        "source": ingestion.source,
        "read_as": list(filings.read_as),
        "sha256": fingerprint(index),
        "prices_sha256": fingerprint(windows),
    }
    report = said | describe_filings(index, windows) | filings.kept
    if "source" in windows:
        of_filings = windows["source"].groupby(level="filing_id").first()
        report["prices_by_source"] = {str(name): int(count) for name, count in of_filings.value_counts().items()}
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
    further = [name for name in FURTHER if name in filings.columns]
    if filings.index.name != "filing_id" or filings.columns.tolist() != [*COLUMNS, *further]:
        raise FilingError(
            f"filings: expected the index filing_id and the columns {', '.join(COLUMNS)}[, {', '.join(FURTHER)}]. "
            f"Received: {filings.index.name} and {', '.join(map(str, filings.columns))}."
        )
    if filings.empty or not filings.index.is_unique or filings[["firm", "date_filed"]].isna().any(axis=None):
        raise FilingError("filings: expected at least one row, every id once, and a firm and a date in each row.")
    return filings
