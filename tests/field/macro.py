"""Macro series as people have them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from tests.field.case import Case

MONTHS = pd.date_range("1955-01-01", periods=144, freq="MS")
SENTIMENT = [70.0 + step % 13 / 2 for step in range(144)]
OUTPUT = [90.0 + step / 4 for step in range(144)]


def table(date: str = "date", day: str = "%Y-%m-%d", header: str = "{date},UMCSENT,IPGMFN", end: str = "") -> str:
    """A CSV with a row for each month."""
    lines = [f"{month.strftime(day)},{a},{b}{end}" for month, a, b in zip(MONTHS, SENTIMENT, OUTPUT, strict=True)]
    return "\n".join([header.format(date=date), *lines]) + "\n"


def both(outcome: Any) -> bool:
    """Whether both series have all values."""
    return _equal(outcome.table, pd.DataFrame({"UMCSENT": SENTIMENT, "IPGMFN": OUTPUT}))


def all_but(series: str, month: int) -> Callable[[Any], bool]:
    """Whether both series have all values but this one."""
    expected = pd.DataFrame({"UMCSENT": SENTIMENT, "IPGMFN": OUTPUT})
    expected.loc[month, series] = np.nan
    return lambda outcome: _equal(outcome.table, expected)


def _equal(table: pd.DataFrame, expected: pd.DataFrame) -> bool:
    same_months = table.index.to_period("M").equals(MONTHS.to_period("M"))
    return same_months and np.array_equal(table[list(expected)], expected, equal_nan=True)


MACRO = [
    Case("our names", {"m.csv": table()}, "read", "", both),
    Case("FRED's download: `observation_date`", {"m.csv": table("observation_date")}, "read", "observation_date", both),
    Case(
        "a comma at the end of every row, but not of the header", {"m.csv": table(end=",")}, "read", "empty cells", both
    ),
    Case("months written as 1955-01", {"m.csv": table(day="%Y-%m")}, "read", "", both),
    Case(
        "a `.` for a month that has no value yet",
        {"m.csv": table() + "1967-01-01,.,126\n"},
        "left out",
        "missing_values",
        both,
    ),
    Case(
        "a `.` between two months: the month is missing, and refused later if a window would hold it",
        {"m.csv": table().replace("1960-01-01,74.0,", "1960-01-01,.,")},
        "left out",
        "missing_values",
        all_but("UMCSENT", 60),
    ),
    Case("a word in the place of a value", {"m.csv": table().replace(",74.0,", ",high,", 1)}, "refused", "'high'"),
    Case("years of two digits", {"m.csv": table(day="%m/%d/%y")}, "refused", "date"),
    Case(
        "the same, and `macro_date_format='%m/%d/%y'`: 1955 becomes 2055",
        {"m.csv": table(day="%m/%d/%y")},
        "refused",
        "2055-01-01",
        params={"macro_date_format": "%m/%d/%y"},
    ),
    Case("a month that stands twice", {"m.csv": table() + "1966-12-15,71.0,91.0\n"}, "refused", "1966-12"),
    Case(
        "`month` and `period`, which could both be the date",
        {"m.csv": table("month,period").replace("-01,", "-01,1,")},
        "refused",
        "could both be",
    ),
    Case("series of other names", {"m.csv": table(header="date,SALES,CONFIDENCE")}, "refused", "UMCSENT"),
]
