"""The panel that most files of prices hold, and how it is compared."""

from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

DAYS = tuple(day.strftime("%Y-%m-%d") for day in pd.bdate_range("2020-01-06", periods=15))
CLOSES = {
    "A": [10.5, 11.25, 10.75, 12.5, 11.5, 13.25, 12.75, 14.5, 13.5, 15.25, 14.75, 16.5, 15.5, 17.25, 16.75],
    "B": [20.5, 19.25, 21.75, 20.5, 22.5, 21.25, 23.75, 22.5, 24.5, 23.25, 25.75, 24.5, 26.5, 25.25, 27.75],
}


def rows(days: Iterable[str] = DAYS) -> list[tuple[str, str, float]]:
    """Day, ticker and close, ticker by ticker."""
    return [(day, ticker, close) for ticker in CLOSES for day, close in zip(days, CLOSES[ticker], strict=True)]


def panel(
    header: str = "date,ticker,adj_close", form: str = "{day},{ticker},{close}", days: Iterable[str] = DAYS
) -> str:
    """The panel as a long CSV, each row in a form."""
    lines = [form.format(day=day, ticker=ticker, close=close) for day, ticker, close in rows(days)]
    return "\n".join([header, *lines]) + "\n"


def wide(header: str = "date,A,B") -> str:
    """The panel with dates down and tickers across."""
    lines = [f"{day},{a},{b}" for day, a, b in zip(DAYS, CLOSES["A"], CLOSES["B"], strict=True)]
    return "\n".join([header, *lines]) + "\n"


def one(ticker: str, header: str = "Date,Adj Close", form: str = "{day},{close}") -> str:
    """A file of one ticker."""
    lines = [form.format(day=day, close=close) for day, close in zip(DAYS, CLOSES[ticker], strict=True)]
    return "\n".join([header, *lines]) + "\n"


def frame() -> pd.DataFrame:
    """The panel as a long table."""
    table = pd.DataFrame(rows(), columns=["date", "ticker", "adj_close"])
    return table.assign(date=pd.to_datetime(table["date"]))


def downloaded() -> pd.DataFrame:
    """The panel as yfinance gives it: a field and a ticker over each column."""
    table = pd.DataFrame(
        {("Close", ticker): closes for ticker, closes in CLOSES.items()}
        | {("Volume", ticker): [1000] * len(DAYS) for ticker in CLOSES},
        index=pd.DatetimeIndex(DAYS, name="Date"),
    )
    table.columns.names = ["Price", "Ticker"]
    return table


def prices() -> pd.DataFrame:
    """Of five names, A to E, that never stand still for 25 sessions, in the canonical form."""
    days = pd.bdate_range(DAYS[0], periods=25)
    keys = pd.MultiIndex.from_product([[*"ABCDE"], days], names=["ticker", "date"])
    closes = [10.0 * (place + 1) + step % 7 + step / 16 for place in range(5) for step in range(25)]
    return pd.DataFrame({"adj_close": closes}, keys)


def is_the_panel(outcome: Any) -> bool:
    """Whether all prices of the panel were read, to the last bit, and nothing else."""
    return left_of_the_panel()(outcome)


def left_of_the_panel(*without: tuple[str, str]) -> Callable[[Any], bool]:
    """Whether all prices but those of these tickers and days were read."""
    expected = {(ticker, day): close for day, ticker, close in rows() if (ticker, day) not in without}

    def compare(outcome: Any) -> bool:
        closes = outcome.table["adj_close"].dropna()
        return {(ticker, f"{day:%Y-%m-%d}"): close for (ticker, day), close in closes.items()} == expected

    return compare


def parquet(table: pd.DataFrame) -> bytes:
    """A table as the bytes of a Parquet file."""
    buffer = BytesIO()
    table.to_parquet(buffer)
    return buffer.getvalue()


def hdf(**tables: pd.DataFrame) -> Callable[[Path], None]:
    """What writes tables to an HDF5 file."""

    def write(path: Path) -> None:
        with pd.HDFStore(path, "w") as store:
            for key, table in tables.items():
                store.put(key, table, track_times=False)

    return write
