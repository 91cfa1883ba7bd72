"""All cases, in the order in which the docs have them."""

from dataclasses import dataclass

from tests.field.case import Case
from tests.field.filings import FILINGS
from tests.field.forecasts import FORECASTS
from tests.field.index import INDEX
from tests.field.macro import MACRO
from tests.field.price_forms import LAYOUTS, WRITTEN
from tests.field.price_values import CALENDARS, VALUES
from tests.field.reviews import REVIEWS


@dataclass(frozen=True)
class Group:
    """Cases of one kind: a table of the docs.

    ``source`` is that of :mod:`tests.field.running`, ``parameter`` the one that names the file.
    """

    title: str
    source: str
    parameter: str
    cases: list[Case]


GROUPS = [
    Group("Prices of many tickers: layouts", "prices", "prices_file", LAYOUTS),
    Group("Prices of many tickers: archives, encodings, separators", "prices", "prices_file", WRITTEN),
    Group("Prices of many tickers: values", "prices", "prices_file", VALUES),
    Group("Prices of many tickers: dates", "prices", "prices_file", CALENDARS),
    Group("Prices of one index", "index", "index_file", INDEX),
    Group("Macro series", "macro", "macro_file", MACRO),
    Group("Reviews", "reviews", "reviews_file", REVIEWS),
    Group("Annual reports", "filings", "filings_file", FILINGS),
    Group("Forecasts, for a portfolio", "forecasts", "forecasts_file", FORECASTS),
]
