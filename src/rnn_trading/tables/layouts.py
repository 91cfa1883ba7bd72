"""Tables of prices as people have them, brought into one form: a row for each ticker and day.

``long``: a column of tickers, one of dates, one of prices. ``wide``: dates down, a column a ticker. ``yfinance``: dates
down, a field and a ticker over each column. ``folder``: one table a ticker.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.tables.checks import TableError, some
from rnn_trading.tables.dates import read_dates
from rnn_trading.tables.headers import Pairs, RepeatedPairError, index_as_columns, looks_joined, read_pairs
from rnn_trading.tables.names import ADJ_CLOSE, ADJ_VOLUME, DATE, HIGH, LOW, OPEN, TICKER, Header, Told, Wanted, plain
from rnn_trading.tables.numbers import read_numbers
from rnn_trading.tables.numerals import looks_numeric, plain_numerals, without_points
from rnn_trading.tables.reading import Reading
from rnn_trading.tables.row_numbers import counts_rows
from rnn_trading.tables.wording import counted

logger = logging.getLogger(__name__)
ROWS_LOOKED_AT = 100
DAYS = {name for names in DATE.usual for name in names}
# Over a column of a wide table these are hardly tickers.
NO_TICKERS = {"", "volume", "year", "month", "day", "weekday", "week", "total", "average", "mean", "index"}


@dataclass(frozen=True)
class LongTable:
    """A table in the long form, with our names.

    Attributes
    ----------
    table
        Values as they came.
    describe_row
        Names a row as a user would count it.
    reading
        What the table was taken for.
    unadjusted
        The table's name of the prices, if nothing says that they are adjusted; empty where it has none for them.
    labels
        What the table calls its columns, by our names; empty where a column of each ticker is meant.
    """

    table: pd.DataFrame
    describe_row: Callable[[int], str]
    reading: Reading
    unadjusted: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


def to_long(
    table: pd.DataFrame,
    describe_row: Callable[[int], str],
    origin: str,
    told: Told,
    error: type[TableError] = TableError,
    keys: Sequence[Wanted] = (TICKER,),
) -> LongTable:
    """Recognise the layout of a table of prices, and bring it into the long form.

    Parameters
    ----------
    table
        As it was read; texts or typed columns.
    describe_row
        Names a row of it by its position.
    origin
        Where it comes from, for error messages.
    told
        What a user says of it.
    error
        What is raised.
    keys
        What tells the prices of a long table apart; the first one that is there.

    Returns
    -------
    LongTable
        Columns ``date``, the key, ``adj_close`` and, where there are volumes, ``adj_volume``.

    Raises
    ------
    TableError
        Or what was given as ``error``: if no layout fits, or a column could be meant in two ways; says what to do.

    Examples
    --------
    >>> raw = pd.DataFrame({"Date": ["2020-01-02", "2020-01-03"], "AAPL": ["1.5", "1.6"], "LOW": ["7", "8"]})
    >>> from rnn_trading.tables.names import Told
    >>> long = to_long(raw, "row {}".format, "mine.csv", Told())
    >>> long.table.to_numpy().tolist()[1:3]
    [['2020-01-03', 'AAPL', '1.6'], ['2020-01-02', 'LOW', '7']]
    >>> long.reading.recognised, long.describe_row(2)
    (('wide, 2 tickers',), 'row 0')
    """
    sheet = Sheet(index_as_columns(table), describe_row, origin, told, error)
    if told.layout in ("auto", "yfinance"):
        pairs = sheet.pairs()
        if pairs is not None:
            return sheet.from_pairs(pairs)
    if told.layout == "yfinance":
        raise error(
            f"{origin}: expected a field and a ticker over each column, as yfinance writes them. Received: "
            f"{sheet.columns}. Say which layout it has: --params {told.parameter}_layout=long, wide or folder"
        )
    if told.layout == "wide":
        return sheet.wide()
    key, price = sheet.first_of(keys), sheet.header.find(ADJ_CLOSE)
    if told.layout == "auto" and key is None and price is None and sheet.looks_wide():
        return sheet.wide()
    if told.layout == "auto" and key is None and price is not None and sheet.header.find(DATE) is not None:
        names = " or ".join(wanted.name for wanted in keys)
        raise error(
            f"{origin}: there are dates and prices ({sheet.header.labels[price]!r}), and no {names}: these are prices "
            f"of one ticker. Received: {sheet.columns}. Give a folder with one such file for each ticker, called after "
            f"it, or name the column: {sheet.header.say(keys[-1])}{sheet.header.or_wide}"
        )
    return sheet.long(key or keys[-1])


def of_a_folder(
    table: pd.DataFrame,
    describe_row: Callable[[int], str],
    origin: str,
    told: Told,
    error: type[TableError],
    keys: Sequence[Wanted] = (TICKER,),
) -> LongTable | None:
    """The long form of one of several tables, without a key where it holds one ticker and does not say which.

    Parameters are those of :func:`to_long`. None if the table has no dates or no prices.
    """
    sheet = Sheet(index_as_columns(table), describe_row, origin, told, error)
    pairs = sheet.pairs()
    if pairs is not None:
        return sheet.from_pairs(pairs)
    header = sheet.header
    if not header.has_named():
        return None
    missing = [wanted for wanted in (DATE, ADJ_CLOSE) if header.find(wanted) is None]
    if header.foreign(*missing) and (ADJ_CLOSE not in missing or header.foreign(ADJ_CLOSE)):
        raise header.missing(*missing)
    return None if missing else sheet.long(sheet.first_of(keys))


def warn_of_unadjusted(origin: str, column: str, parameter: str) -> None:
    """Say what it does if prices are not adjusted; see :class:`LongTable` for the column."""
    prices = f"prices are those of {column!r}, which is" if column else "prices of tickers side by side are"
    name = f", and name their column if it has another name: --params {parameter}_columns.adj_close=NAME"
    logger.warning(
        "%s: %s not said to be adjusted. If not, splits and dividends look like returns: a split of 2 for 1 like "
        "-50 %%. Give adjusted closes%s",
        *(origin, prices, name if column else "."),
    )


class Sheet:
    """A table without an index, and what is said of it.

    Parameters
    ----------
    body
        See :func:`rnn_trading.tables.headers.index_as_columns`.
    describe_row, origin, told, error
        As :func:`to_long` takes them.
    """

    def __init__(
        self,
        body: pd.DataFrame,
        describe_row: Callable[[int], str],
        origin: str,
        told: Told,
        error: type[TableError],
    ) -> None:
        self.body, self.describe_row, self.origin, self.told, self.error = body, describe_row, origin, told, error
        self.header = Header(body.columns, origin, told, error, self.same)
        self.columns = some(self.header.labels)

    def same(self, one: int, other: int) -> bool:
        """Whether two columns say the same: as dates, if both are, or as texts."""
        columns = [self.body.iloc[:, place] for place in (one, other)]
        days = [read_dates(column).values for column in columns]
        if all(bool(each.notna().any()) for each in days):
            return days[0].dt.normalize().equals(days[1].dt.normalize())
        first, second = (column.astype("str").str.strip() for column in columns)
        return first.equals(second)

    def pairs(self) -> Pairs | None:
        """See :func:`rnn_trading.tables.headers.read_pairs`."""
        try:
            return read_pairs(self.body)
        except RepeatedPairError as error:
            raise self.error(f"{self.origin}: {error}") from error

    def looks_wide(self) -> bool:
        """Whether there are dates, by name or in the first column, and numbers in most of the other columns."""
        if self.header.foreign(ADJ_CLOSE, OPEN, HIGH, LOW):
            return False
        date = self.header.find(DATE)
        head = self.body.head(ROWS_LOOKED_AT)
        if date is None and not self.begins_with_dates():
            return False
        others = [head.iloc[:, place] for place in range(head.shape[1]) if place != (date or 0)]
        numbers = [looks_numeric(column) or not read_numbers(column).unreadable.any() for column in others]
        return bool(np.mean(numbers) > 0.5) if numbers else False

    def begins_with_dates(self) -> bool:
        """Whether most values of the first column look like dates."""
        read = read_dates(self.body.head(ROWS_LOOKED_AT).iloc[:, 0])
        return bool(read.question) or bool(read.values.notna().mean() > 0.5)

    def with_plain_numbers(self, places: Collection[int], first: int = 0) -> tuple[pd.DataFrame, tuple[str, ...]]:
        """Rows from the first one on, with numbers in these columns as Python writes them; and what was not so."""
        describe, error = self.describe_row, self.error
        body = self.body.iloc[first:]
        return plain_numerals(body, self.origin, lambda row: describe(first + row), self.told.decimal, error, places)

    def first_of(self, keys: Sequence[Wanted]) -> Wanted | None:
        """The first key of which there is a column."""
        return next((key for key in keys if self.header.find(key) is not None), None)

    def long(self, key: Wanted | None) -> LongTable:
        """Columns by their names."""
        needed = [DATE, *([key] if key else []), ADJ_CLOSE]
        found = {wanted: self.header.find(wanted) for wanted in (*needed, ADJ_VOLUME)}
        missing = [wanted for wanted in needed if found[wanted] is None]
        if missing:
            raise self.header.missing(*missing, further=self._other_layouts(missing))
        places = {wanted.name: place for wanted, place in found.items() if place is not None}
        self._refuse_other_days(places[DATE.name])
        body, plainly = self.with_plain_numbers(
            [place for name, place in places.items() if name in (ADJ_CLOSE.name, ADJ_VOLUME.name)]
        )
        table = body.iloc[:, [*places.values()]].set_axis([*places], axis="columns")
        named = ", ".join(f"{name}={self.header.labels[place]!r}" for name, place in places.items())
        words = f"{'long' if key else 'one ticker'}: {named}"
        labels = {name: self.header.labels[place] for name, place in places.items()}
        reading = Reading((words, *plainly))
        return LongTable(table, self.describe_row, reading, self._unadjusted(labels[ADJ_CLOSE.name]), labels)

    def _refuse_other_days(self, date: int) -> None:
        """Refuse a second column of dates that says other days, unless the user named one."""
        others = [place for place, label in enumerate(self.header.labels) if place != date and plain(label) in DAYS]
        for place in others if self.told.columns.get(DATE.name) is None else []:
            if read_dates(self.body.iloc[:, place]).values.notna().any() and not self.same(date, place):
                raise self.header.both(DATE, self.header.labels[date], self.header.labels[place])

    def _dates_of_wide(self) -> int:
        """Position of the dates of a wide table: the first column, unless another is called so and holds some."""
        date = self.header.find(DATE) or 0
        named = read_dates(self.body.head(ROWS_LOOKED_AT).iloc[:, date])
        return date if named.question or named.values.notna().any() or not self.begins_with_dates() else 0

    def _other_layouts(self, missing: list[Wanted]) -> str:
        """What else a table may be in which neither a price nor what tells prices apart is found."""
        if ADJ_CLOSE not in missing or self.told.layout != "auto":
            return ""
        dates = read_dates(pd.Series(self.header.labels[1:], dtype="str"))
        if dates.values.notna().sum() > len(self.header.labels) / 2:
            return ". Or, since its dates stand side by side: turn the table, so that they stand below each other"
        missing_date = DATE in missing and not self.begins_with_dates()
        return self.header.or_wide if not missing_date and len(missing) > 1 else ""

    def wide(self) -> LongTable:
        """Dates down, a column a ticker."""
        date, labels = self._dates_of_wide(), self.header.labels
        tickers = {place: labels[place] for place in range(len(labels)) if place != date and not self.counts(place)}
        if not tickers:
            raise self.error(f"{self.origin}: there is no column beside the dates. Received: {self.columns}.")
        names = [*tickers.values()]
        twice = next((name for name in names if names.count(name) > 1), None) if len({*names}) < len(names) else None
        if twice is not None:
            raise self.error(f"{self.origin}: {twice!r} stands over two columns. Remove one of them, or rename it.")
        odd = [label for label in names if looks_joined(label) or _is_no_ticker(label, names)]
        if odd and self.told.layout != "wide":
            raise self.error(
                f"{self.origin}: expected a column of prices for each ticker. Received also {odd[0]!r}. Remove it; or, "
                f"if it is a ticker: --params {self.told.parameter}_layout=wide"
            )
        long = self._stacked(date, {"adj_close": tickers}, 0, f"wide, {counted(len(tickers), 'ticker')}", "")
        return replace(long, labels={"date": labels[date], "adj_close": ""})

    def from_pairs(self, pairs: Pairs) -> LongTable:
        """Dates down, a field and a ticker over each column."""
        fields = Header(pairs.fields(), self.origin, self.told, self.error)
        price, volume = fields.find(ADJ_CLOSE), fields.find(ADJ_VOLUME)
        if price is None:
            raise fields.missing(ADJ_CLOSE)
        chosen = {"adj_close": price} | ({} if volume is None else {"adj_volume": volume})
        columns = {
            name: {place: ticker for (field, ticker), place in pairs.columns.items() if field == fields.labels[number]}
            for name, number in chosen.items()
        }
        label = fields.labels[price]
        form = "yfinance" if pairs.written_by_yfinance else "a field and a ticker in each name"
        # Without being told otherwise, yfinance adjusts the close, and then leaves 'Adj Close' out.
        adjusted = ", adjusted by yfinance" if pairs.written_by_yfinance and plain(label) == "close" else ""
        names = ", ".join(f"{name}={fields.labels[number]!r}" for name, number in chosen.items())
        words = f"{form}, {counted(len(columns['adj_close']), 'ticker')}: {names}{adjusted}"
        unadjusted = None if pairs.written_by_yfinance else self._unadjusted(label)
        long = self._stacked(pairs.date, columns, pairs.first_row, words, unadjusted)
        return replace(long, labels={name: fields.labels[number] for name, number in chosen.items()})

    def _stacked(
        self, date: int, columns: dict[str, dict[int, str]], first: int, words: str, unadjusted: str | None
    ) -> LongTable:
        """Columns of tickers below each other."""
        body, plainly = self.with_plain_numbers({place for places in columns.values() for place in places}, first)
        rows, tickers = len(body), [*columns["adj_close"].values()]
        names = without_points(pd.Series(tickers, dtype="str"))
        table: dict[str, Any] = {
            "date": pd.concat([body.iloc[:, date]] * len(tickers), ignore_index=True),
            "ticker": pd.Series(np.repeat(names.to_numpy(dtype=object), rows), dtype="str"),
        }
        nothing = pd.Series(np.nan, index=body.index)
        for name, places in columns.items():
            by_ticker = {ticker: body.iloc[:, place] for place, ticker in places.items()}
            table[name] = pd.concat([by_ticker.get(ticker, nothing) for ticker in tickers], ignore_index=True)
        describe = self.describe_row
        reading = Reading((words, *plainly))
        return LongTable(pd.DataFrame(table), lambda row: describe(first + row % rows), reading, unadjusted)

    def counts(self, place: int) -> bool:
        """Whether a column without a name counts the rows."""
        return counts_rows(self.header.labels[place], self.body.iloc[:, place])

    def _unadjusted(self, label: str) -> str | None:
        """The name of the prices if neither it nor the user says that they are adjusted."""
        told = self.told.columns.get(ADJ_CLOSE.name) is not None
        return None if told or plain(label) in ADJ_CLOSE.usual[0] else label


def _is_no_ticker(label: str, labels: Sequence[str]) -> bool:
    """Whether a name is one of other columns, or of a second column of a name, as pandas writes it."""
    base, _, number = label.rpartition(".")
    return plain(label) in NO_TICKERS or label.startswith("Unnamed") or (number.isdigit() and base in labels)
