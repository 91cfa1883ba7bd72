"""Which column of a table from outside is the date, the ticker, the price: by usual names, or as a user says."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from rnn_trading.tables.checks import TableError, some
from rnn_trading.tables.numerals import Decimal
from rnn_trading.tables.time_zones import checked_zone
from rnn_trading.tables.wording import are_missing

Layout = Literal["auto", "long", "wide", "yfinance", "folder"]


@dataclass(frozen=True)
class Wanted:
    """A column that is looked for.

    Attributes
    ----------
    name
        What it is called here.
    usual
        Usual names as :func:`plain` writes them. The first group of which a table has one decides; two of one group
        could both be meant.
    foreign
        Names in other languages, written alike: they are asked about, not taken.
    """

    name: str
    usual: tuple[tuple[str, ...], ...]
    foreign: tuple[str, ...] = ()


_ADJUSTED = ("adjclose", "adjustedclose", "adjcloseprice", "adjustedcloseprice", "closeadj", "closeadjusted")
_CLOSE = ("close", "closeprice", "closingprice", "closelast")
_LAST = ("last", "lastprice", "price")
_FOREIGN = (
    *("zuletzt", "schluss", "schlusskurs", "schlusspreis", "letzter", "kurs", "dernier", "clôture"),
    *("último", "cierre", "ultimo", "chiusura"),
)
DATE = Wanted(
    "date",
    (("date",), ("datetime", "timestamp", "observationdate", "tradedate", "tradingdate")),
    ("datum", "fecha", "data"),
)
TICKER = Wanted("ticker", (("ticker", "symbol", "tickersymbol", "stocksymbol"), ("name", "tic", "stock")))
FILING_ID = Wanted("filing_id", (("filingid",),))
ADJ_CLOSE = Wanted("adj_close", (_ADJUSTED, (*_CLOSE, *_LAST)), _FOREIGN)
ADJ_VOLUME = Wanted("adj_volume", (("adjvolume", "adjustedvolume", "volumeadj"), ("volume", "vol", "tradingvolume")))
# Of an index, points: its close is not adjusted for anything.
CLOSE = Wanted("close", (_CLOSE, _LAST, _ADJUSTED), _FOREIGN)
OPEN = Wanted(
    "open", (("open", "openprice", "openingprice"),), ("eröffnung", "eröffnungskurs", "ouv", "ouverture", "apertura")
)
HIGH = Wanted("high", (("high", "highprice"),), ("hoch", "tageshoch", "plushaut", "máximo", "massimo"))
LOW = Wanted("low", (("low", "lowprice"),), ("tief", "tagestief", "plusbas", "mínimo", "minimo"))
VOLUME = Wanted("volume", (("volume", "vol", "tradingvolume"), ("adjvolume",)))
FOREIGN = {name for wanted in (DATE, CLOSE, OPEN, HIGH, LOW) for name in wanted.foreign}
# What tables of prices hold for a ticker and a day.
FIELDS = {name for wanted in (ADJ_CLOSE, ADJ_VOLUME, OPEN, HIGH, LOW) for names in wanted.usual for name in names} | {
    *("dividends", "stocksplits", "capitalgains", "repaired", "adjopen", "adjhigh", "adjlow", "openint", "openinterest")
}


@dataclass(frozen=True)
class Told:
    """What a user says of a table where it cannot be known.

    Attributes
    ----------
    parameter
        Begin of the names of the runtime parameters, such as ``prices``.
    layout
        See :mod:`rnn_trading.tables.layouts`.
    columns
        Our names to the table's; None is not said.
    date_format
        Form of dates that are text or numbers; None: found.
    bad_rows
        Share of the rows that may be left out, since they cannot be used.
    timezone
        Whose days timestamps are; None: the date that is written.
    decimal
        What stands before the decimals of numbers that are text; None: found.
    """

    parameter: str = "prices"
    layout: Layout = "auto"
    columns: Mapping[str, str | None] = field(default_factory=dict)
    date_format: str | None = None
    bad_rows: float = 0.0
    timezone: str | None = None
    decimal: Decimal | None = None

    def __post_init__(self) -> None:
        checked_zone(self.timezone)
        if not isinstance(self.date_format, str | None):
            raise ValueError(
                f"{self.parameter}_date_format: expected a form such as %d/%m/%Y. Received: {self.date_format!r}"
            )
        if self.layout not in get_args(Layout):
            raise ValueError(
                f"{self.parameter}_layout: expected one of {', '.join(get_args(Layout))}. Received: {self.layout!r}"
            )
        if isinstance(self.bad_rows, bool) or not isinstance(self.bad_rows, int | float) or not 0 <= self.bad_rows < 1:
            raise ValueError(
                f"{self.parameter}_bad_rows: expected a share of the rows, such as 0.001. Received: {self.bad_rows!r}"
            )

    @property
    def named(self) -> dict[str, str] | None:
        """Columns that a user named; None if there is none."""
        return {name: label for name, label in self.columns.items() if label is not None} or None

    @property
    def form_of_dates(self) -> str:
        """The runtime parameter that says how dates are written."""
        # In quotation marks: YAML, as which Kedro reads a parameter, has a use for % of its own.
        return f"""--params "{self.parameter}_date_format='%m/%d/%Y'\""""

    def refuse_unknown(self, *wanted: Wanted) -> None:
        """Raise ValueError if a column is named that nobody looks for."""
        known = [each.name for each in wanted]
        unknown = [name for name in self.columns if name not in known]
        if unknown:
            raise ValueError(f"{self.parameter}_columns: expected {', '.join(known)}. Received: {unknown[0]!r}")


def plain(name: object) -> str:
    """A name without case, spaces and signs.

    Examples
    --------
    >>> plain("Adj. Close**"), plain("<TICKER>"), plain("adj_close")
    ('adjclose', 'ticker', 'adjclose')
    """
    return "".join(sign for sign in str(name).lower() if sign.isalnum())


class Header:
    """Names of the columns of a table, among which columns are looked for.

    Parameters
    ----------
    labels
        Names, in order.
    origin
        Where the table comes from, for error messages.
    told
        What a user says of it.
    error
        What is raised.
    same
        Whether two columns, by their positions, say the same: the first of such is taken. Without it none do.

    Examples
    --------
    >>> header = Header(["Symbol", "Date", "Close", "Adj Close"], "mine.csv", Told())
    >>> [header.find(wanted) for wanted in (DATE, TICKER, ADJ_CLOSE, CLOSE)]
    [1, 0, 3, 2]
    >>> Header(["Ticker", "Symbol"], "mine.csv", Told()).find(TICKER)
    Traceback (most recent call last):
        ...
    rnn_trading.tables.checks.TableError: mine.csv: 'Ticker' and 'Symbol' could both be ticker. Say which: ...
    """

    def __init__(
        self,
        labels: Sequence[object],
        origin: str,
        told: Told,
        error: type[TableError] = TableError,
        same: Callable[[int, int], bool] | None = None,
    ) -> None:
        self.labels, self.origin, self.told, self.error = [str(label) for label in labels], origin, told, error
        self.same = same

    def find(self, wanted: Wanted) -> int | None:
        """Position of a column; None if there is none.

        Raises
        ------
        TableError
            Or what was given as ``error``: if two columns could be meant, or the one that a user named is not there.
        """
        told = self.told.columns.get(wanted.name)
        if told is not None:
            return self._named(wanted.name, str(told))
        for names in wanted.usual:
            found = [place for place, label in enumerate(self.labels) if plain(label) in names]
            alike = [place for place in found if plain(self.labels[place]) == plain(wanted.name)]
            exact = [place for place in alike if self.labels[place] == wanted.name]
            if len(found) == 1:
                return found[0]
            if found and self.same is not None and all(self.same(found[0], place) for place in found[1:]):
                return found[0]
            if len(exact) == len(alike) == 1 and self.same is None:
                return exact[0]
            if found:
                one, other = (self.labels[place] for place in found[:2])
                if one == other:
                    raise self.error(
                        f"{self.origin}: column {one!r} stands twice. Remove one of the two, or rename it."
                    )
                raise self.both(wanted, one, other)
        return None

    def both(self, wanted: Wanted, one: str, other: str) -> TableError:
        """The error for two columns that could be meant."""
        wide = self.or_wide if wanted is ADJ_CLOSE else ""
        return self.error(
            f"{self.origin}: {one!r} and {other!r} could both be {wanted.name}. Say which: "
            f"{self.say(wanted, one)}{wide}"
        )

    @property
    def or_wide(self) -> str:
        """What to do if names of fields are tickers."""
        return f". Or, if every other column is a ticker: --params {self.told.parameter}_layout=wide"

    def has_named(self) -> bool:
        """Whether all columns that a user named are there."""
        there = {*map(plain, self.labels)}
        return all(plain(label) in there for label in self.told.columns.values() if label is not None)

    def say(self, wanted: Wanted, label: str = "NAME") -> str:
        """The runtime parameter that names a column."""
        parameter = f"{self.told.parameter}_columns.{wanted.name}={label}"
        return f'--params "{parameter}"' if " " in label else f"--params {parameter}"

    def foreign(self, *wanted: Wanted) -> dict[str, str]:
        """Names of this table in other languages that may be meant, by ours."""
        labels = {plain(label): label for label in self.labels}
        found = {each.name: next((labels[name] for name in each.foreign if name in labels), None) for each in wanted}
        return {name: label for name, label in found.items() if label is not None}

    def missing(self, *wanted: Wanted, further: str = "", optional: Sequence[Wanted] = ()) -> TableError:
        """The error for columns that were not found; ``further`` is another way out.

        ``optional`` are columns that need not be there, and are asked about if they seem to be.
        """
        foreign = self.foreign(*wanted, *optional)
        near = {each.name: self._near(each.name) for each in wanted} | foreign
        hint = "".join(f" Is {label!r} the {name}?" for name, label in near.items() if label)
        if any(each in (ADJ_CLOSE, CLOSE) and not near[each.name] for each in wanted):
            hint += " No column looks like a price: usual names are Adj Close, Close, Last and Price."
        names = {each.name: "NAME" for each in wanted} | foreign
        say = ",".join(f"{self.told.parameter}_columns.{name}={label}" for name, label in names.items())
        say = f'"{say}"' if " " in say else say
        return self.error(
            f"{self.origin}: {are_missing([each.name for each in wanted])}. Received: {some(self.labels)}.{hint} "
            f"Name {'it' if len(wanted) == 1 else 'them'}: --params {say}{further}"
        )

    def _named(self, name: str, label: str) -> int:
        exact = [place for place, other in enumerate(self.labels) if other == label]
        found = exact or [place for place, other in enumerate(self.labels) if plain(other) == plain(label)]
        parameter = f"{self.told.parameter}_columns.{name}"
        if len(found) > 1:
            raise self.error(
                f"{self.origin}: {parameter}: column {label!r} stands twice. Remove or rename one of them."
            )
        if not found:
            near = self._near(label)
            hint = f" Did you mean {near!r}?" if near else ""
            raise self.error(
                f"{self.origin}: {parameter}: there is no column {label!r}.{hint} There are: {some(self.labels)}."
            )
        return found[0]

    def _near(self, name: str) -> str | None:
        """The name of a column that is most like another name, if one is like it."""
        labels = {plain(label): label for label in self.labels if plain(label) not in FOREIGN}
        near = difflib.get_close_matches(plain(name), labels, n=1)
        return labels[near[0]] if near else None
