"""Annual reports as people have them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from tests.field.case import Case

INDEX = "filing_id,cik,ticker,date_filed\n11,7,A,2016-02-26\n12,8,B,2016-03-01\n"
PUBLISHED = (
    'CIK,COMPANY_NAME,DATE_FILED,TICKER,SIC,EXCHANGE\n7,"Forge, Inc.",2016-02-26,A,3312,NYSE\n'
    "8,Anvils,2016-03-01,B,3452,NASDAQ\n"
)
PRICES = "ticker,date,adj_close\n" + "".join(
    f"{ticker},2016-{day},{close}\n"
    for ticker, closes in (("A", (10, 11)), ("B", (20, 21)))
    for day, close in zip(("03-01", "03-02"), closes, strict=True)
)
REPORT = "Item 1. We make anvils.\nItem 2. x\n"
PLACES = {"filing_index": "{folder}/index.csv", "filing_prices_file": "{folder}/prices.csv"}
FOLDER = PLACES | {"filings_file": "{folder}/reports"}


def reports(*names: str, index: str = INDEX, prices: str = PRICES) -> dict[str, str]:
    """A folder of reports, an index, and prices."""
    return {f"reports/{name}.txt": REPORT for name in names} | {"index.csv": index, "prices.csv": prices}


def table(**columns: Any) -> dict[str, str | Callable[[Path], Any]]:
    """A Parquet table of texts, an index, and prices."""
    return {
        "texts.parquet": lambda path: pd.DataFrame({"filing_id": [11, 12]} | columns).to_parquet(path),
        "index.csv": INDEX,
        "prices.csv": PRICES,
    }


def firms(*expected: str) -> Callable[[Any], bool]:
    """Whether these filings, and no others, were taken."""
    return lambda outcome: outcome.table.index.tolist() == list(expected)


def as_published(outcome: Any) -> bool:
    """Whether the index has ids, and kept what the published one says of firms."""
    rows = outcome.table[["firm", "sector", "exchange"]]
    return rows.T.to_dict("list") == {"1": ["7", "3312", "NYSE"], "2": ["8", "3452", "NASDAQ"]}


FILINGS = [
    Case(
        "the published index: capital names, and no id",
        reports("1", "2", index=PUBLISHED),
        "read",
        "the number of the row, from 1, as filing_id",
        as_published,
        FOLDER,
    ),
    Case(
        "the published index with a comma that is not quoted, so that rows cannot be counted",
        reports("1", "2", index=PUBLISHED.replace('"', "")),
        "refused",
        "1 line has more or fewer cells than the header, 6",
        params=FOLDER,
    ),
    Case(
        "two columns that could both be the date",
        reports("11", index=INDEX.replace("date_filed", "Date Filed,Filing Date").replace("2016-", "2016-01-01,2016-")),
        "refused",
        "'Date Filed' and 'Filing Date' could both be date_filed",
        params=FOLDER,
    ),
    Case(
        "ids that became floats",
        reports("11", "12", index=INDEX.replace("11,", "11.0,").replace("12,", "12.0,")),
        "read",
        "",
        firms("11", "12"),
        FOLDER,
    ),
    Case(
        "one id written in two ways",
        reports("11", index=INDEX.replace("12,", "11.0,")),
        "refused",
        "the ids '11' and '11.0' would both be '11'",
        params=FOLDER,
    ),
    Case(
        "ids that a spreadsheet shortened",
        reports("11", index=INDEX.replace("12,", "1.23E+12,")),
        "refused",
        "has lost digits",
        params=FOLDER,
    ),
    Case(
        "an id of 5,000 characters",
        reports("11", index=INDEX.replace("12,", f"{'x' * 5000},")),
        "left out",
        "unusable_id",
        firms("11"),
        FOLDER,
    ),
    Case(
        "an id that leads out of the folder: it has no text",
        reports("11", index=INDEX.replace("12,", "../index,")),
        "read",
        "",
        firms("11", "../index"),
        FOLDER,
    ),
    Case(
        "a date in another form",
        reports("11", "12", index=INDEX.replace("2016-03-01", "3/1/2016")),
        "left out",
        "unreadable_dates",
        firms("11"),
        FOLDER,
    ),
    Case(
        "a word in a price, and filing_prices_bad_rows=0.3",
        reports("11", "12", prices=PRICES.replace(",11\n", ",eleven\n")),
        "left out",
        "`unreadable_prices` 1",
        firms("11", "12"),
        FOLDER | {"filing_prices_bad_rows": 0.3},
    ),
    Case(
        "texts held as bytes, and as lists",
        table(item_1=[b"We make anvils.", None], item_7=[["Sales", "rose."], []]),
        "read",
        "",
        firms("11", "12"),
        PLACES,
    ),
    Case(
        "numbers where texts should be",
        table(item_1=[1.5, 2.5]),
        "refused",
        "column 'item_1', row 0: expected text, bytes, or a list of these",
        params=PLACES,
    ),
]
