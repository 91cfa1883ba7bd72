"""Prices in the forms in which people have them: layouts, archives, dialects of CSV."""

import gzip
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tests.field.case import Case
from tests.field.panel import DAYS, downloaded, frame, hdf, is_the_panel, one, panel, parquet, wide

TWO_LINES = "Ticker,A,B\nPrice,Adj Close,Adj Close\n" + "".join(wide().splitlines(keepends=True)[1:])
STOOQ_HEADER = "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>"
STOOQ_ROW = "{ticker},D,{day},000000,{close},{close},{close},{close},1000,0"
GZIPPED = gzip.compress(panel().encode(), mtime=0)


class Harmful:
    """What runs code where it is unpickled: it would make a file."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str, str]]:
        """What is called then."""
        return open, ("made_by_a_file_that_was_only_read", "w")


def harmful(path: Path) -> None:
    """Write prices with an attribute that runs code."""
    hdf(prices=frame())(path)
    with h5py.File(path, "a") as store:
        store["prices"].attrs["note"] = np.bytes_(pickle.dumps(Harmful(), protocol=0))


def archive(**files: str) -> Callable[[Path], None]:
    """What writes a ZIP archive."""

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in files.items():
                archive.writestr(f"{name}.csv", text)

    return write


LAYOUTS = [
    Case("a row for each ticker and day, with our names", {"p.csv": panel()}, "read", "", is_the_panel),
    Case(
        "usual names: `Date`, `Symbol`, `Adj Close` beside `Close`",
        {"p.csv": panel("Date,Symbol,Close,Adj Close", "{day},{ticker},99.0,{close}")},
        "read",
        "adj_close='Adj Close'",
        is_the_panel,
    ),
    Case(
        "closes that are not said to be adjusted",
        {"p.csv": panel("Date,Name,Close")},
        "read",
        "splits and dividends",
        is_the_panel,
    ),
    Case("dates down, tickers across", {"p.csv": wide()}, "read", "wide", is_the_panel),
    Case(
        "what `yfinance.download().to_csv()` writes: three header lines",
        {"p.csv": downloaded().to_csv()},
        "read",
        "yfinance",
        is_the_panel,
    ),
    Case("two header lines, tickers over fields", {"p.csv": TWO_LINES}, "read", "yfinance", is_the_panel),
    Case(
        "what `yfinance.download().to_parquet()` writes",
        {"p.parquet": parquet(downloaded())},
        "read",
        "yfinance",
        is_the_panel,
    ),
    Case(
        "Stooq's names and dates: `<TICKER>`, 20200106",
        {"p.txt": panel(STOOQ_HEADER, STOOQ_ROW, [day.replace("-", "") for day in DAYS])},
        "read",
        "adj_close='<CLOSE>'",
        is_the_panel,
    ),
    Case(
        "a folder with one file a ticker",
        {"prices/A.csv": one("A"), "prices/B.csv": one("B")},
        "read",
        "folder",
        is_the_panel,
        {"prices_file": "{folder}/prices"},
    ),
    Case("a ZIP archive with one file a ticker", {"p.zip": archive(A=one("A"), B=one("B"))}, "read", "", is_the_panel),
    Case(
        "two columns that could both be the ticker, and say different things",
        {"p.csv": panel("date,Ticker,Symbol,Adj Close", "{day},x,{ticker},{close}")},
        "refused",
        "could both be",
    ),
    Case(
        "the same, and `prices_columns.ticker=Symbol`",
        {"p.csv": panel("date,Ticker,Symbol,Adj Close", "{day},x,{ticker},{close}")},
        "read",
        "ticker='Symbol'",
        is_the_panel,
        {"prices_columns": {"ticker": "Symbol"}},
    ),
    Case(
        "twelve columns, none of which is a price",
        {
            "p.csv": panel(
                "date,ticker," + ",".join(f"ratio_{n}" for n in range(10)), "{day},{ticker}" + ",{close}" * 10
            )
        },
        "refused",
        "ratio_0",
    ),
]
WRITTEN = [
    Case("gzip", {"p.csv.gz": GZIPPED}, "read", "", is_the_panel),
    Case("gzip, cut in the middle", {"p.csv.gz": GZIPPED[: len(GZIPPED) // 2]}, "refused", "p.csv.gz"),
    Case("a ZIP archive of one file, in capitals", {"P.ZIP": archive(P=panel())}, "read", "", is_the_panel),
    Case("Parquet", {"p.parquet": parquet(frame())}, "read", "", is_the_panel),
    Case("Parquet that is cut", {"p.parquet": parquet(frame())[:-20]}, "refused", "p.parquet"),
    Case("HDF5 with one table", {"p.h5": hdf(prices=frame())}, "read", "", is_the_panel),
    Case("HDF5 with several tables", {"p.h5": hdf(prices=frame(), other=frame())}, "refused", "table_key"),
    Case(
        "the same, and `table_key=prices`",
        {"p.h5": hdf(prices=frame(), other=frame())},
        "read",
        "",
        is_the_panel,
        {"table_key": "prices"},
    ),
    Case("a Series in HDF5", {"p.h5": hdf(prices=frame()["adj_close"])}, "refused", "p.h5"),
    Case("HDF5 with an attribute that would run code", {"p.h5": harmful}, "refused", "p.h5"),
    Case("nothing: it is empty", {"p.csv": ""}, "refused", "empty"),
    Case("a header and no row", {"p.csv": "date,ticker,adj_close\n"}, "refused", "p.csv"),
    Case("a web page", {"p.csv": "<!DOCTYPE html><html><body>Not found</body></html>"}, "refused", "web page"),
    Case("a byte-order mark", {"p.csv": panel().encode("utf-8-sig")}, "read", "", is_the_panel),
    Case("UTF-16, as spreadsheets save it", {"p.csv": panel().encode("utf-16")}, "read", "", is_the_panel),
    Case(
        "latin-1 with a letter outside ASCII",
        {"p.csv": panel("date,ticker,adj_close,firm", "{day},{ticker},{close},Société").encode("latin-1")},
        "refused",
        "table_encoding",
    ),
    Case(
        "the same, and `table_encoding=latin-1`",
        {"p.csv": panel("date,ticker,adj_close,firm", "{day},{ticker},{close},Société").encode("latin-1")},
        "read",
        "",
        is_the_panel,
        {"table_encoding": "latin-1"},
    ),
    Case(
        "semicolons and decimal commas",
        {"p.csv": panel().replace(",", ";").replace(".", ",")},
        "read",
        "decimal comma",
        is_the_panel,
    ),
    Case(
        "a comma at the end of every row, but not of the header",
        {"p.csv": panel(form="{day},{ticker},{close},")},
        "read",
        "",
        is_the_panel,
    ),
    Case(
        "a price with an unquoted comma: `1,234.50`",
        {"p.csv": panel().replace("10.5", "1,234.50")},
        "refused",
        "line 2",
    ),
    Case("a header with a name too few", {"p.csv": panel("date,ticker")}, "refused", "cells"),
    Case(
        "a column name that stands twice",
        {"p.csv": panel("date,ticker,adj_close,adj_close", "{day},{ticker},{close},1")},
        "refused",
        "adj_close",
    ),
    Case("no header", {"p.csv": panel().partition("\n")[2]}, "refused", "names of columns"),
    Case("rows of empty cells at its end", {"p.csv": panel() + ",,\n,,\n"}, "left out", "empty_rows", is_the_panel),
]
