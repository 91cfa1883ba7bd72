"""A user's forecasts of many names: one canonical table.

The table has the columns ``ticker``, ``date``, ``prediction``, and, where the source has them, ``weight`` and
``truth``; sorted by date and ticker.
"""

from collections.abc import Callable

import pandas as pd

from rnn_trading.tables.checks import SourceTable, TableError, row_number
from rnn_trading.tables.names import DATE, TICKER, Header, Told, Wanted
from rnn_trading.tables.numerals import plain_numerals
from rnn_trading.tables.reading import Reading
from rnn_trading.tables.time_zones import with_a_time, with_an_offset

PREDICTION = Wanted("prediction", (("prediction", "forecast", "score"), ("signal", "alpha", "factor", "yhat", "pred")))
WEIGHT = Wanted("weight", (("weight", "weights"),))
TRUTH = Wanted("truth", (("truth", "outcome", "actual", "target", "label"),))
KEYS, NUMBERS = (TICKER, DATE), (PREDICTION, WEIGHT, TRUTH)


class ForecastError(TableError):
    """A table of forecasts that cannot be used; the message names file, column and row."""


def parse_forecasts(
    raw: pd.DataFrame,
    origin: str,
    describe_row: Callable[[int], str] = row_number,
    told: Told | None = None,
) -> tuple[pd.DataFrame, Reading]:
    """Check a table of forecasts and bring it into the canonical form.

    Parameters
    ----------
    raw
        A row a ticker and date, as columns or index levels; further columns are ignored. ``prediction`` may be missing
        where there is a ``weight``, which then stands for it.
    origin
        Where the table comes from, for error messages.
    describe_row
        Names a row by its position, for error messages.
    told
        What the user says of the table; None: nothing.

    Returns
    -------
    tuple
        The canonical table; and how it was read, with ``without_forecast``: rows without a number, which are left out,
        and ``bad_rows``, as many as ``told`` allows. Truths may be missing: they are not there yet.

    Raises
    ------
    ForecastError
        For a missing column, more rows than ``told`` allows with a date, ticker or number that cannot be read, with a
        time of day of another zone, or a ticker that stands twice on a date. All such faults are told together.

    Examples
    --------
    >>> raw = pd.DataFrame({"Symbol": ["B", "A"], "date": ["2020-01-03"] * 2, "score": ["0.5", "1"]})
    >>> parse_forecasts(raw, "mine.csv")[0].astype("str").to_numpy().tolist()
    [['A', '2020-01-03', '1.0'], ['B', '2020-01-03', '0.5']]
    >>> parse_forecasts(raw.drop(columns="score"), "mine.csv")
    Traceback (most recent call last):
        ...
    rnn_trading.tables.forecasts.ForecastError: mine.csv: column 'prediction' is missing. Received: ...
    """
    told = told or Told("forecasts")
    table, said = _named(raw, origin, describe_row, told)
    numbers = [wanted.name for wanted in NUMBERS if wanted.name in table]
    source = SourceTable(
        table, origin, ("date", "ticker", "prediction"), ("weight", "truth"), describe_row, ForecastError
    )
    source.call_columns(said.labels, told.parameter)
    if told.timezone is None:
        stamps = source.table["date"]
        # A day early, a forecast would be traded before it was known.
        elsewhere = with_a_time(stamps) & with_an_offset(stamps)
        source.note(
            "date", elsewhere, "a plain date, or the zone whose days are meant, such as --params timezone=Asia/Tokyo"
        )
    tickers = source.symbols("ticker")
    dates = source.dates("date", told.date_format, None, told.form_of_dates, told.timezone)
    source.name_rows(tickers, dates)
    found = pd.DataFrame({"ticker": tickers, "date": dates, **{name: source.numbers(name) for name in numbers}})
    for name in numbers:
        source.note(name, found[name].abs() == float("inf"), "a finite number")
    without = found["prediction"].isna()
    keyed = found[["ticker", "date"]].where(~without)
    source.note("ticker", keyed.duplicated(keep=False) & keyed.notna().all(axis="columns"), "one row a ticker and date")
    bad = ~source.usable(told.bad_rows, f"{told.parameter}_bad_rows")
    left = found[~bad & ~without].sort_values(["date", "ticker"], ignore_index=True)
    if left.empty:
        raise ForecastError(f"{origin}: no row has a forecast.")
    counts = {"without_forecast": int((without & ~bad).sum()), "bad_rows": int(bad.sum())}
    return left, Reading((*said.words, *source.recognised), counts)


class _Said:
    """What columns are called in the file, and in words what was not plain."""

    def __init__(self, labels: dict[str, str], words: tuple[str, ...]) -> None:
        self.labels, self.words = labels, words


def _named(
    raw: pd.DataFrame, origin: str, describe_row: Callable[[int], str], told: Told
) -> tuple[pd.DataFrame, _Said]:
    """The columns that are wanted, by our names, with plain numbers."""
    indexed = [name for name in raw.index.names if name is not None]
    table = raw.reset_index(indexed) if indexed else raw
    header = Header(table.columns, origin, told, ForecastError)
    places = {wanted.name: place for wanted in (*KEYS, *NUMBERS) if (place := header.find(wanted)) is not None}
    places.setdefault("prediction", places.get("weight", -1))
    missing = [wanted for wanted in (*KEYS, PREDICTION) if places.get(wanted.name, -1) < 0]
    if missing:
        raise header.missing(*missing)
    used = sorted({place for name, place in places.items() if name not in (TICKER.name, DATE.name)})
    plain, words = plain_numerals(table, origin, describe_row, told.decimal, ForecastError, used)
    labels = {name: str(table.columns[place]) for name, place in places.items()}
    renamed = tuple(f"{label!r} as {name}" for name, label in labels.items() if label != name)
    named = pd.DataFrame({name: plain.iloc[:, place] for name, place in places.items()})
    return named, _Said(labels, (*renamed, *words))
