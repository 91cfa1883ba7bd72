"""Prices of one index as people have them."""

from typing import Any

import pandas as pd

from tests.field.case import Case

DAYS = pd.bdate_range("2020-01-06", periods=20)
CLOSES = [1000.25 + step * 1.5 for step in range(20)]


def table(header: str, form: str, day: str = "%Y-%m-%d") -> str:
    """A CSV with a row for each day."""
    lines = [form.format(day=date.strftime(day), close=close) for date, close in zip(DAYS, CLOSES, strict=True)]
    return "\n".join([header, *lines]) + "\n"


def closes(outcome: Any) -> bool:
    """Whether the closes are those of the index."""
    return outcome.table["close"].tolist() == CLOSES and outcome.table.index.equals(pd.DatetimeIndex(DAYS))


BARS = "date,open,high,low,close,volume"
WITH_ADJUSTED = table("date,close,volume,adj_close", "{day},{close},1000,9")
WITH_CLOSE = table("date,close,volume,adj_close", "{day},9,1000,{close}")
INDEX = [
    Case("our names", {"i.csv": table("date,close", "{day},{close}")}, "read", "", closes),
    Case(
        "a comma at the end of every row, but not of the header",
        {"i.csv": table(BARS, "{day},{close},{close},{close},{close},1000,")},
        "read",
        "empty cells at the end of rows",
        closes,
    ),
    Case(
        "FRED's download: `observation_date,SP500`, and a `.` on days without a session",
        {"i.csv": table("observation_date,SP500", "{day},{close}") + "2020-02-03,.\n"},
        "left out",
        "SP500",
        closes,
    ),
    Case("`close` and `adj_close`", {"i.csv": WITH_ADJUSTED}, "read", "close='close'", closes),
    Case(
        "the same, and `index_columns.close=adj_close`",
        {"i.csv": WITH_CLOSE},
        "read",
        "adj_close",
        closes,
        {"index_columns": {"close": "adj_close"}},
    ),
    Case(
        "Nasdaq's download: `Close/Last`, months first",
        {"i.csv": table("Date,Close/Last,Volume", "{day},{close},1000", "%m/%d/%Y")},
        "read",
        "Close/Last",
        closes,
    ),
    Case(
        "signs between thousands, in quotation marks",
        {"i.csv": table("Date,Price", '"{day}","{close:,.2f}"')},
        "read",
        "",
        closes,
    ),
    Case(
        "a close below 0",
        {"i.csv": table("date,close", "{day},{close}").replace("1001.75", "-1")},
        "refused",
        "2020-01-07",
    ),
    Case("a high below the low", {"i.csv": table("date,high,low,close", "{day},1,{close},{close}")}, "refused", "high"),
    Case(
        "three weeks without a close",
        {"i.csv": table("date,close", "{day},{close}") + "2020-02-24,1000\n2020-02-25,1001\n"},
        "refused",
        "days",
    ),
]
