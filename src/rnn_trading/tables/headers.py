"""Headers of two levels: a field, such as the close, and a ticker over each column, as yfinance writes them."""

import ast
import re
from dataclasses import dataclass

import pandas as pd

from rnn_trading.tables.names import DATE, FIELDS, plain

DATE_NAMES = {name for names in DATE.usual for name in names}
DATE_ALONE = [{name} for name in DATE_NAMES]
# What stands in front of a level of a header.
LEVELS = DATE_NAMES | {"", "price", "prices", "ticker", "tickers", "symbol", "symbols", "attributes", "index"}
JOINTS = "_. "


@dataclass(frozen=True)
class Pairs:
    """Fields and tickers over the columns of a table.

    Attributes
    ----------
    columns
        Position of the column of each field and ticker.
    date
        Position of the column of dates.
    first_row
        Position of the first row that is data.
    written_by_yfinance
        Whether the header is as yfinance writes it, not joined by somebody.
    """

    columns: dict[tuple[str, str], int]
    date: int
    first_row: int
    written_by_yfinance: bool

    def fields(self) -> list[str]:
        """All fields, in order."""
        return list(dict.fromkeys(field for field, _ in self.columns))

    def tickers(self) -> list[str]:
        """All tickers, in order."""
        return list(dict.fromkeys(ticker for _, ticker in self.columns))


class RepeatedPairError(ValueError):
    """A field and a ticker that stand over two columns."""


def index_as_columns(table: pd.DataFrame) -> pd.DataFrame:
    """A table without an index that says something: it becomes the first columns; row numbers are dropped.

    Examples
    --------
    >>> table = pd.DataFrame({"A": [1.5]}, index=pd.DatetimeIndex(["2020-01-02"], name="Date"))
    >>> index_as_columns(table).columns.tolist()
    ['Date', 'A']
    """
    if isinstance(table.index, pd.DatetimeIndex) and table.index.name is None:
        return table.rename_axis("date").reset_index(allow_duplicates=True)
    named = any(name is not None for name in table.index.names)
    numbers = pd.api.types.is_integer_dtype(table.index.dtype) if table.index.nlevels == 1 else False
    return table.reset_index(allow_duplicates=True) if named or not numbers else table.reset_index(drop=True)


def read_pairs(table: pd.DataFrame) -> Pairs | None:
    """The fields and tickers over the columns of a table; None if it has no such header.

    It may be there as two levels of columns, as texts of pairs (``('Close', 'AAPL')``), as joined names
    (``AAPL_Close``), or, of a CSV, in the header and one or two rows below it. Either level may be the first.

    Parameters
    ----------
    table
        Without an index, see :func:`index_as_columns`.

    Raises
    ------
    RepeatedPairError
        If a field and a ticker stand twice.

    Examples
    --------
    >>> table = pd.DataFrame([["Ticker", "A", "B"], ["Date", "", ""], ["2020-01-02", "1.5", "2.5"]])
    >>> pairs = read_pairs(table.set_axis(["Price", "Close", "Close"], axis="columns"))
    >>> pairs.columns, pairs.date, pairs.first_row
    ({('Close', 'A'): 1, ('Close', 'B'): 2}, 0, 2)
    """
    labels = [*table.columns]
    if table.columns.nlevels == 2:
        return _pairs([(str(one), str(other)) for one, other in labels], 0)
    tuples = [_as_tuple(str(label)) for label in labels]
    if any(tuples):
        return _pairs([pair or (str(label), "") for pair, label in zip(tuples, labels, strict=True)], 0)
    return _in_rows(table, [str(label) for label in labels]) or _joined([str(label) for label in labels])


def looks_joined(label: str) -> bool:
    """Whether a name holds a field that is no price, such as ``AAPL_Volume``."""
    pair = _split(label)
    return pair is not None and plain(pair[0]) not in ("close", "adjclose", "price")


def _in_rows(table: pd.DataFrame, labels: list[str]) -> Pairs | None:
    """Of a CSV: the second level stands in the first row, and perhaps the name of the dates in the one below it."""
    if len(table) < 2 or len(labels) < 2 or not all(map(pd.api.types.is_string_dtype, table.dtypes)):
        return None
    second, third = ([str(cell).strip() for cell in table.iloc[row].fillna("")] for row in (0, 1))
    # A ticker may be 0005, but no 1.5.
    decimals = any(re.fullmatch(r"[-+$]?\d[\d,]*\.\d*", cell) for cell in second[1:])
    if plain(second[0]) not in LEVELS or not any(second[1:]) or decimals:
        return None
    names_dates = plain(third[0]) in DATE_NAMES and not any(third[1:])
    return _pairs(list(zip(labels, second, strict=True)), 2 if names_dates else 1)


def _pairs(labels: list[tuple[str, str]], first_row: int) -> Pairs | None:
    dates = [place for place, pair in enumerate(labels) if {*map(plain, pair)} - {""} in DATE_ALONE]
    date = dates[0] if dates else 0
    # Without a name on either level are the row numbers that somebody saved, too.
    rest = {place: pair for place, pair in enumerate(labels) if place != date and not all(map(_nameless, pair))}
    for field, ticker in ((0, 1), (1, 0)):
        columns = [(_field(pair[field]), pair[ticker], place) for place, pair in rest.items()]
        if columns and all(plain(name) in FIELDS and other for name, other, _ in columns):
            return _without_repetition(columns, date, first_row, written_by_yfinance=True)
    return None


def _joined(labels: list[str]) -> Pairs | None:
    dates = [place for place, label in enumerate(labels) if plain(label) in DATE_NAMES]
    date = dates[0] if dates else 0
    pairs = {place: _split(label) for place, label in enumerate(labels) if place != date}
    columns = [(*pair, place) for place, pair in pairs.items() if pair is not None]
    if len(columns) < len(pairs) or not columns:
        return None
    return _without_repetition(columns, date, 0, written_by_yfinance=False)


def _without_repetition(
    columns: list[tuple[str, str, int]], date: int, first_row: int, *, written_by_yfinance: bool
) -> Pairs:
    found = {(field, ticker): place for field, ticker, place in columns}
    if len(found) < len(columns):
        pairs = [(field, ticker) for field, ticker, _ in columns]
        field, ticker = next(pair for pair in pairs if pairs.count(pair) > 1)
        raise RepeatedPairError(f"{field!r} of {ticker!r} stands over two columns. Remove one of them.")
    return Pairs(found, date, first_row, written_by_yfinance)


def _field(label: str) -> str:
    """A field without the number that pandas puts behind a name that stands twice."""
    return re.sub(r"\.\d+$", "", label)


def _nameless(label: str) -> bool:
    return label in ("", "index") or label.startswith("Unnamed:")


def _as_tuple(label: str) -> tuple[str, str] | None:
    """The pair that a text such as ``('Close', 'AAPL')`` stands for."""
    if not (label.startswith("(") and label.endswith(")")):
        return None
    try:
        pair = ast.literal_eval(label)
    except (ValueError, SyntaxError):
        return None
    return (str(pair[0]), str(pair[1])) if isinstance(pair, tuple) and len(pair) == 2 else None


def _split(label: str) -> tuple[str, str] | None:
    """Field and ticker of a joined name; None if it is no such name."""
    if plain(label) in FIELDS:
        return None
    for joint in (place for place, sign in enumerate(label) if sign in JOINTS):
        one, other = label[:joint], label[joint + 1 :]
        for field, ticker in ((one, other), (other, one)):
            if plain(field) in FIELDS and plain(ticker) and plain(ticker) not in FIELDS:
                return field, ticker
    return None
