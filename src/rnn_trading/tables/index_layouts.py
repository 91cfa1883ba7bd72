"""Tables of one index, or of one ticker, as people have them, brought to our names."""

from collections.abc import Callable

import pandas as pd

from rnn_trading.tables.checks import TableError, some
from rnn_trading.tables.headers import Pairs, index_as_columns
from rnn_trading.tables.layouts import LongTable, Sheet
from rnn_trading.tables.names import CLOSE, DATE, HIGH, LOW, OPEN, TICKER, VOLUME, Header, Told, plain
from rnn_trading.tables.reading import Reading

FURTHER = (OPEN, HIGH, LOW, VOLUME)


def to_index(
    table: pd.DataFrame,
    describe_row: Callable[[int], str],
    origin: str,
    told: Told,
    error: type[TableError] = TableError,
) -> LongTable:
    """Recognise the columns of a table of one index.

    Parameters
    ----------
    table
        As it was read; texts or typed columns. With usual names; or two columns, a date and its value, as FRED writes
        them; or with a field and a ticker over each column, as yfinance writes them.
    describe_row
        Names a row of it by its position.
    origin
        Where it comes from, for error messages.
    told
        What a user says of it.
    error
        What is raised.

    Returns
    -------
    LongTable
        Columns ``date``, ``close`` and what there is of ``open``, ``high``, ``low`` and ``volume``.

    Raises
    ------
    TableError
        Or what was given as ``error``: for several tickers, a missing column, or one that could be meant in two ways.

    Examples
    --------
    >>> raw = pd.DataFrame({"observation_date": ["2020-01-02", "2020-01-03"], "SP500": ["3257.85", "."]})
    >>> from rnn_trading.tables.names import Told
    >>> index = to_index(raw, "row {}".format, "SP500.csv", Told("index"))
    >>> index.table.columns.tolist(), index.reading.recognised
    (['date', 'close'], ("one index: date='observation_date', close='SP500'",))
    """
    body = index_as_columns(table)
    sheet = Sheet(body, describe_row, origin, told, error)
    pairs = sheet.pairs()
    if pairs is not None:
        return _from_pairs(sheet, pairs)
    _refuse_several_tickers(sheet)
    places = _places(sheet)
    named = ", ".join(f"{name}={sheet.header.labels[place]!r}" for name, place in places.items())
    body, plainly = sheet.with_plain_numbers([place for name, place in places.items() if name != DATE.name])
    columns = body.iloc[:, [*places.values()]].set_axis([*places], axis="columns")
    labels = {name: sheet.header.labels[place] for name, place in places.items()}
    return LongTable(columns, describe_row, Reading((f"one index: {named}", *plainly)), labels=labels)


def _places(sheet: Sheet) -> dict[str, int]:
    """Positions of the columns, by our names."""
    header = sheet.header
    found = {wanted.name: header.find(wanted) for wanted in (DATE, CLOSE, *FURTHER)}
    if found["date"] is None and 0 not in found.values() and sheet.begins_with_dates():
        found["date"] = 0
    if found["date"] is not None and found["close"] is None:
        others = [place for place in range(len(header.labels)) if place != found["date"] and not sheet.counts(place)]
        if len(others) == 1 and others[0] not in found.values():
            found["close"] = others[0]
    missing = [wanted for wanted in (DATE, CLOSE) if found[wanted.name] is None]
    if missing:
        raise header.missing(*missing, optional=[wanted for wanted in FURTHER if found[wanted.name] is None])
    return {name: place for name, place in found.items() if place is not None}


def _from_pairs(sheet: Sheet, pairs: Pairs) -> LongTable:
    tickers = pairs.tickers()
    if len(tickers) > 1:
        raise sheet.error(f"{sheet.origin}: expected one index. Received several tickers: {some(tickers)}. Keep one.")
    fields = Header(pairs.fields(), sheet.origin, sheet.told, sheet.error)
    found = {wanted.name: fields.find(wanted) for wanted in (CLOSE, *FURTHER)}
    if found["close"] is None:
        raise fields.missing(CLOSE)
    places = {
        name: pairs.columns[fields.labels[number], tickers[0]] for name, number in found.items() if number is not None
    }
    body, plainly = sheet.with_plain_numbers([*places.values()], pairs.first_row)
    table = body.iloc[:, [pairs.date, *places.values()]].set_axis(["date", *places], axis="columns")
    words = f"yfinance, {tickers[0]}: " + ", ".join(
        f"{name}={fields.labels[number]!r}" for name, number in found.items() if number is not None
    )
    return LongTable(
        table.reset_index(drop=True), lambda row: sheet.describe_row(row + pairs.first_row), Reading((words, *plainly))
    )


def _refuse_several_tickers(sheet: Sheet) -> None:
    for place, label in enumerate(sheet.header.labels):
        if plain(label) in TICKER.usual[0]:
            tickers = sheet.body.iloc[:, place].dropna().astype("str").str.strip().unique()
            if len(tickers) > 1:
                raise sheet.error(
                    f"{sheet.origin}: expected one index. Received several in the column {label!r}: "
                    f"{some([*tickers])}. Keep the rows of one."
                )
