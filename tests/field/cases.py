"""All cases, by source."""

from tests.field.case import Case
from tests.field.filings import FILINGS

DAYS = ("2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07", "2020-01-08", "2020-01-09", "2020-01-10")


def panel(separator: str = ",", days: tuple[str, ...] = DAYS, **extra: str) -> str:
    """Two tickers, A from 10 and B from 20, one up a session."""
    rows = [
        separator.join([day, ticker, f"{first + step}.5", *extra.values()])
        for ticker, first in (("A", 10), ("B", 20))
        for step, day in enumerate(days)
    ]
    return "\n".join([separator.join(["date", "ticker", "adj_close", *extra]), *rows]) + "\n"


def is_the_panel(outcome) -> bool:
    """Whether the table is that of :func:`panel`."""
    closes = outcome.table["adj_close"].unstack("ticker")
    return closes["A"].tolist() == [10.5 + step for step in range(7)] and closes["B"].tolist() == [
        20.5 + step for step in range(7)
    ]


PRICES = [
    Case("a price of text", {"p.csv": panel().replace("12.5", "twelve")}, "refused", "expected a number"),
    Case("nothing odd", {"p.csv": panel()}, "read", "", is_the_panel),
]
ALL = [("prices", "prices_file", PRICES), ("filings", "filings_file", FILINGS)]
