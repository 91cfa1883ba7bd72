"""Monthly series side by side: the canonical table, and what may be aligned and what must be refused.

The canonical table ``macro`` has the index ``date``, the first day of every month from the first to the last, and one
float64 column a series, two or more. A month that a series lacks between its first and its last is missing there:
whoever takes the table between two months refuses gaps between these (:func:`refuse_gaps`), and no others.
"""

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from rnn_trading.parameters import parameters
from rnn_trading.series.transformations import TransformationParameters
from rnn_trading.tables.calendar import DateParameters
from rnn_trading.tables.checks import SourceTable, TableError, row_number
from rnn_trading.tables.names import Header, Told, Wanted
from rnn_trading.tables.reading import Reading
from rnn_trading.tables.time_zones import with_a_time
from rnn_trading.tables.wording import are_missing, counted

FEWEST_SERIES, FEWEST_VALUES = 2, 2
DATE = Wanted(
    "date",
    (("date",), ("observationdate", "datetime", "timestamp", "month", "period", "timeperiod", "time")),
    ("datum", "fecha", "data", "monat"),
)
# What pandas calls an index without a name when it is written to a CSV, and when that is read again.
UNNAMED = ("", "Unnamed: 0")


class MacroError(TableError):
    """A table of series that cannot be used; the message names file, series and month."""


@parameters
class MacroParameters:
    """Which series are taken, and how they are made stationary.

    Parameters
    ----------
    source
        Where the series come from, in words; it stands in every skill record.
    series
        Two or more; see :class:`rnn_trading.series.transformations.TransformationParameters`.
    calendar
        Which dates are believed.

    Examples
    --------
    >>> from rnn_trading.series.transformations import TransformationParameters
    >>> rate = TransformationParameters(name="rate", method="none", period=1)
    >>> cpi = TransformationParameters(name="cpi", method="log_difference", period=12)
    >>> MacroParameters(source="two series of mine", series=(rate, cpi)).names
    ['rate', 'cpi']
    """

    source: Annotated[str, Field(min_length=1)]
    series: Annotated[tuple[TransformationParameters, ...], Field(min_length=FEWEST_SERIES)]
    calendar: DateParameters = DateParameters()

    @model_validator(mode="after")
    def _check_names(self) -> "MacroParameters":
        twice = sorted({name for name in self.names if self.names.count(name) > 1})
        if twice:
            raise ValueError(f"every series once: {', '.join(twice)} stands several times in series")
        return self

    @property
    def names(self) -> list[str]:
        """Names of the series, in order."""
        return [series.name for series in self.series]


def name_date(raw: pd.DataFrame, origin: str, told: Told) -> tuple[pd.DataFrame, str]:
    """Find the column of the dates of a table of series, and call it ``date``.

    Parameters
    ----------
    raw
        Columns as they came; dates may be its index.
    origin
        Where the table comes from, for error messages.
    told
        What the user says of it: the name of the date.

    Returns
    -------
    tuple
        The table with its dates first; and the name of their column. A column that is called ``date`` and is not the
        one that was told is left out.

    Raises
    ------
    MacroError
        If no column has a usual name, several have, or the one that was told is not there.

    Examples
    --------
    >>> raw = pd.DataFrame({"observation_date": ["2020-01-01"], "rate": ["2.5"]})
    >>> from rnn_trading.tables.names import Told
    >>> table, label = name_date(raw, "fred.csv", Told("macro"))
    >>> table.columns.tolist(), label
    (['date', 'rate'], 'observation_date')
    """
    if raw.columns.nlevels > 1:
        raise MacroError(
            f"{origin}: expected one name for each column. Received: {raw.columns.nlevels} lines of names."
        )
    table = raw if isinstance(raw.index, pd.RangeIndex) and raw.index.name is None else raw.reset_index()
    header = Header(table.columns.tolist(), origin, told, MacroError)
    place = header.find(DATE)
    if place is None and (header.labels[0] in UNNAMED or isinstance(raw.index, pd.DatetimeIndex)):
        place = 0
    if place is None:
        raise header.missing(DATE)
    others = [other for other, label in enumerate(header.labels) if other != place and label != "date"]
    label = header.labels[place]
    named = table.iloc[:, [place, *others]].set_axis(
        ["date", *(header.labels[other] for other in others)], axis="columns"
    )
    return named, label


def parse_macro(
    raw: pd.DataFrame,
    origin: str,
    describe_row: Callable[[int], str] = row_number,
    date_format: str | None = None,
    names: tuple[str, ...] | None = None,
    timezone: str | None = None,
    bad_rows: float = 0.0,
    label: str = "date",
) -> tuple[pd.DataFrame, Reading]:
    """Read the dates and the numbers of a table of series; calendars are left as they are.

    Parameters
    ----------
    raw
        ``date`` and at least two columns of numbers, as columns or index; order does not matter.
    origin
        Where the table comes from, for error messages.
    describe_row
        Names a row by its position, for error messages.
    date_format
        Form of dates that are text; None: ISO, also months alone such as 2020-01 and 2020M01.
    names
        Series to read; None: every column but ``date``.
    timezone
        Whose days timestamps are; see :func:`rnn_trading.tables.time_zones.days_in_zone`.
    bad_rows
        Share of the rows that are left out if they cannot be used; more are refused.
    label
        What the file calls the date.

    Returns
    -------
    tuple
        Index ``date``, ascending, with repetitions if the source has them; one float64 column a series, NaN where there
        is no value. And how it was read: the form of the dates where it is not ISO's, and counts: ``missing_values``,
        cells that stand for no number, and ``bad_rows``, which were left out.

    Raises
    ------
    MacroError
        For a missing column, fewer than two series, or more rows than ``bad_rows`` with a date or number that cannot be
        read or is infinite; for a time of day without a ``timezone``, since it may be of another month there.

    Examples
    --------
    >>> raw = pd.DataFrame({"date": ["2020-02-01", "2020-01-01"], "rate": [2.5, None], "cpi": [101, 100]})
    >>> table, reading = parse_macro(raw, "mine.csv")
    >>> reading.counts
    {'missing_values': 1, 'bad_rows': 0}
    >>> table.index.strftime("%Y-%m-%d").tolist()
    ['2020-01-01', '2020-02-01']
    >>> table["rate"].tolist()
    [nan, 2.5]
    >>> parse_macro(raw[["date", "rate"]], "mine.csv")
    Traceback (most recent call last):
        ...
    rnn_trading.series.monthly.MacroError: mine.csv: expected at least 2 series beside the date. Received: 'rate'...
    """
    wanted = names or tuple(str(column) for column in raw.columns if column != "date")
    if len(wanted) < FEWEST_SERIES:
        raise MacroError(
            f"{origin}: expected at least {FEWEST_SERIES} series beside the date. Received: "
            f"{', '.join(map(repr, wanted)) or 'none'}. A single series belongs to univariate_regression."
        )
    source = SourceTable(raw, origin, ("date", *wanted), (), describe_row, MacroError)
    source.call_columns({"date": label}, "macro")
    if timezone is None:
        timed = with_a_time(source.table["date"])
        source.refuse("date", timed, "a date without a time of day, or its zone, such as --params timezone=Asia/Tokyo")
    if date_format is None:
        source.table = source.table.assign(date=_first_days(source.table["date"]))
    dates = source.dates(date_format=date_format, tell=Told("macro").form_of_dates, timezone=timezone)
    columns = {name: source.numbers(name) for name in wanted}
    for name, values in columns.items():
        source.note(name, np.isinf(values), "a finite number")
    usable = source.usable(bad_rows, "macro_bad_rows").to_numpy()
    series = pd.DataFrame(columns).set_axis(pd.DatetimeIndex(dates, name="date"))[usable].sort_index()
    counts = {"missing_values": int(series.isna().sum(axis=None)), "bad_rows": int((~usable).sum())}
    return series, Reading(tuple(source.recognised), counts)


def _first_days(dates: pd.Series) -> pd.Series:
    """Periods, and months that are text (2020-01, 2020/1, 2020M01), as their first days; other dates as they are."""
    if isinstance(dates.dtype, pd.PeriodDtype):
        return dates.dt.to_timestamp()
    if not isinstance(dates.dtype, pd.StringDtype):
        return dates
    found = dates.str.strip().str.extract(r"^(\d{4})[-/M](0?[1-9]|1[0-2])$")
    return (found[0] + "-" + found[1].str.zfill(2) + "-01").fillna(dates)


def align_months(table: pd.DataFrame, names: list[str], origin: str) -> pd.DataFrame:
    """Bring series to one calendar of months, from the first to the last month that all of them have.

    Days within a month do not matter: a value of 1 March and one of 31 March are both March's. Anything beyond
    that is refused, not guessed at; a month without a value stays one.

    Parameters
    ----------
    table
        Series of :func:`parse_macro`.
    names
        Series to take.
    origin
        Where the table comes from, for error messages.

    Returns
    -------
    pandas.DataFrame
        The canonical table.

    Raises
    ------
    MacroError
        If a series is missing, has no value, two values in one month (it is not monthly), or equal values only; or if
        the series have no month in common.

    Examples
    --------
    The values are those of month ends; ``rate`` starts a month later.

    >>> days = pd.DatetimeIndex(["2020-01-31", "2020-02-29", "2020-03-31"], name="date")
    >>> table = pd.DataFrame({"rate": [None, 2.5, 2.0], "cpi": [100.0, 101.0, 103.0]}, index=days)
    >>> print(align_months(table, ["rate", "cpi"], "mine.csv").to_string(index_names=False))
                rate    cpi
    2020-02-01   2.5  101.0
    2020-03-01   2.0  103.0
    """
    missing = [name for name in names if name not in table.columns]
    if missing:
        raise MacroError(
            f"{origin}: {are_missing(missing, 'series', 'series')}. Received: "
            f"{', '.join(map(repr, table.columns))}. Name the series of your table in macro.series, in "
            "conf/files/parameters.yml."
        )
    by_month = {name: _monthly(table[name].dropna(), name, origin) for name in names}
    calendar = pd.DataFrame(by_month)
    common = calendar.dropna().index
    if common.empty:
        spans = ", ".join(f"{name} {s.index[0]} to {s.index[-1]}" for name, s in by_month.items())
        raise MacroError(f"{origin}: the series have no month in common: {spans}.")
    first, last = common[0], common[-1]
    aligned = calendar.loc[first:last]
    constant = [name for name in names if aligned[name].nunique() < FEWEST_VALUES]
    if constant:
        raise MacroError(
            f"{origin}: {constant[0]} is {aligned[constant[0]].max():g} in all {len(aligned)} months from {first} to "
            f"{last}: there is nothing to forecast. Leave it out of macro.series."
        )
    return aligned.set_axis(aligned.index.to_timestamp().astype("datetime64[us]").rename("date"))


def _monthly(series: pd.Series, name: str, origin: str) -> pd.Series:
    if series.empty:
        raise MacroError(f"{origin}: {name} has no value.")
    months = pd.PeriodIndex(series.index, freq="M")
    twice = months[months.duplicated()]
    if len(twice):
        raise MacroError(
            f"{origin}: {name} has several values in {twice[0]} ({counted(twice.nunique(), 'such month')}). Expected "
            "one a month. Aggregate the series to months as you see fit."
        )
    return series.set_axis(months).reindex(pd.period_range(months[0], months[-1], freq="M"))


def refuse_gaps(macro: pd.DataFrame, origin: str) -> None:
    """Refuse months of the canonical table in which a series has no value.

    Parameters
    ----------
    macro
        The table between the months that are used.
    origin
        Where it comes from, for the error message.

    Raises
    ------
    MacroError
        Names the series, how many months it lacks, and the last of them.

    Examples
    --------
    >>> months = pd.date_range("1977-11-01", periods=4, freq="MS", name="date")
    >>> macro = pd.DataFrame({"rate": [1.0, None, 1.5, 1.0], "cpi": [60.0, 61.0, 62.0, 63.0]}, index=months)
    >>> refuse_gaps(macro.loc["1978":], "mine.csv")
    >>> refuse_gaps(macro, "mine.csv")
    Traceback (most recent call last):
        ...
    rnn_trading.series.monthly.MacroError: mine.csv: rate has no value in 1 of the months from 1977-11 to 1978-02...
    """
    for name, values in macro.items():
        absent = macro.index[values.isna()]
        if len(absent):
            raise MacroError(
                f"{origin}: {name} has no value in {len(absent):,} of the months from {macro.index[0]:%Y-%m} to "
                f"{macro.index[-1]:%Y-%m}, the last of them {absent[-1]:%Y-%m}. Expected one a month without gaps. "
                "Fill the gaps, start after them with windows.start, such as "
                f"{absent[-1] + pd.DateOffset(months=1):%Y-%m-%d}, or take a monthly series."
            )


def validate_macro(macro: pd.DataFrame) -> pd.DataFrame:
    """Check the canonical table whenever the catalog saves or loads it.

    Parameters
    ----------
    macro
        The table to check.

    Returns
    -------
    pandas.DataFrame
        The same table.

    Raises
    ------
    MacroError
        If the index, the number of columns or a value is not as the module describes.

    Examples
    --------
    >>> months = pd.DatetimeIndex(["2020-01-01", "2020-03-01"], name="date")
    >>> validate_macro(pd.DataFrame({"rate": [2.5, 2.0], "cpi": [100.0, 103.0]}, index=months))
    Traceback (most recent call last):
        ...
    rnn_trading.series.monthly.MacroError: macro: expected the first day of every month, in order, each once.
    """
    index = macro.index
    if index.name != "date" or not isinstance(index, pd.DatetimeIndex) or len(index) == 0:
        raise MacroError(f"macro: expected months under the name date. Received: {index.name!r}, {len(index)} rows")
    if not index.equals(pd.date_range(index[0], periods=len(index), freq="MS", name="date", unit="us")):
        raise MacroError("macro: expected the first day of every month, in order, each once.")
    ends = macro.iloc[[0, -1]]
    if macro.shape[1] < FEWEST_SERIES or np.isinf(macro.to_numpy()).any() or ends.isna().any(axis=None):
        raise MacroError(f"macro: expected {FEWEST_SERIES} or more series of finite numbers from first to last month.")
    return macro


def macro_quality(macro: pd.DataFrame) -> dict[str, Any]:
    """Months, first and last month, and the range of every series.

    Parameters
    ----------
    macro
        The canonical table.

    Returns
    -------
    dict
        ``months``, ``months_with_gaps`` (that a series lacks), ``first_date``, ``last_date`` (text), and ``series``: by
        name, ``smallest`` and ``largest`` value.

    Examples
    --------
    >>> months = pd.date_range("2020-01-01", periods=2, freq="MS", name="date")
    >>> quality = macro_quality(pd.DataFrame({"rate": [2.5, 2.0], "cpi": [100.0, 101.0]}, index=months))
    >>> quality["months"], quality["last_date"], quality["series"]["rate"]
    (2, '2020-02-01', {'smallest': 2.0, 'largest': 2.5})
    """
    return {
        "months": len(macro),
        "months_with_gaps": int(macro.isna().any(axis=1).sum()),
        "first_date": f"{macro.index[0]:%Y-%m-%d}",
        "last_date": f"{macro.index[-1]:%Y-%m-%d}",
        "series": {name: {"smallest": float(macro[name].min()), "largest": float(macro[name].max())} for name in macro},
    }
