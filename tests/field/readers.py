"""Readers of tables with dates and numbers, and a slow, simple reading of the same file to compare them with."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from rnn_trading.datasets.filings_file import FilingPricesFileDataset
from rnn_trading.datasets.forecasts_file import ForecastsFileDataset
from rnn_trading.datasets.index_file import IndexFileDataset
from rnn_trading.datasets.macro_file import MacroFileDataset
from rnn_trading.datasets.prices_file import PricesFileDataset
from rnn_trading.tables.numerals import MISSING

# A ticker or series, and a day, to a number.
Numbers = dict[tuple[str, str], float]
DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+\d{1,2}:\d{2}.*)?", re.ASCII)
POINT = re.compile(r"[+-]?(?:(?:\d+|[1-9]\d{0,2}(?:[,' ]\d{3})+)\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
COMMA = re.compile(r"[+-]?(?:(?:\d+|[1-9]\d{0,2}(?:[.' ]\d{3})+),?\d*|,\d+)(?:[eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True)
class Reader:
    """A reader, and the header of a file for it; ``labelled`` is whether its second column names the row's ticker."""

    dataset: type[Any]
    header: tuple[str, ...]
    labelled: bool

    def load(self, path: Path) -> tuple[Numbers, int]:
        """What a file has, and how many rows or values were left out or mended."""
        table, reading = self.dataset(filepath=str(path)).load()
        if self.labelled:
            table = table.reset_index() if "ticker" in table.index.names else table
            found = zip(table["ticker"], table["date"], table[self.header[2]], strict=True)
        else:
            series = [name for name in self.header[1:] if name in table.columns]
            found = ((name, day, value) for name in series for day, value in table[name].items())
        numbers = {(label.upper(), f"{day:%Y-%m-%d}"): value for label, day, value in found if pd.notna(value)}
        return numbers, sum(reading.counts.values())


READERS = {
    "prices": Reader(PricesFileDataset, ("date", "ticker", "adj_close"), True),
    "filing prices": Reader(FilingPricesFileDataset, ("date", "ticker", "adj_close"), True),
    "index": Reader(IndexFileDataset, ("date", "close"), False),
    "forecasts": Reader(ForecastsFileDataset, ("date", "ticker", "prediction"), True),
    "macro": Reader(MacroFileDataset, ("date", "UMCSENT", "IPGMFN"), False),
}


def possible(reader: Reader, text: str, separator: str) -> dict[tuple[str, str], set[float]] | None:
    """All numbers that the cells of a CSV may mean, by ticker or series and day; None if it is no table of that header.

    A number may mean what it does with decimal points, or with decimal commas: of a column, only what fits all cells
    that are numbers at all, if anything does.
    """
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if any(map(str.strip, row))]
    width = len(reader.header)
    if not rows or tuple(map(str.strip, rows[0][:width])) != reader.header:
        return None
    if any(len(row) < width or any(map(str.strip, row[width:])) for row in rows):
        return None
    first = 2 if reader.labelled else 1
    readings = {place: _readings([row[place].strip() for row in rows[1:]]) for place in range(first, width)}
    numbers: dict[tuple[str, str], set[float]] = {}
    for row in rows[1:]:
        day = _day(row[0].strip())
        for place, reads in readings.items():
            label = row[1].strip() if reader.labelled else reader.header[place]
            values = {read(row[place].strip()) for read in reads} - {None}
            if day is not None and values:
                numbers.setdefault((label.upper(), day), set()).update(values)  # type: ignore[arg-type]
    return numbers


def _readings(cells: list[str]) -> list[Callable[[str], float | None]]:
    present = [cell for cell in cells if cell not in MISSING]
    fitting = [read for read in (_with_points, _with_commas) if all(read(cell) is not None for cell in present)]
    return fitting or [_with_points, _with_commas]


def _with_points(cell: str) -> float | None:
    return float(re.sub("[,' ]", "", cell)) if POINT.fullmatch(cell) else None


def _with_commas(cell: str) -> float | None:
    return float(re.sub("[.' ]", "", cell).replace(",", ".")) if COMMA.fullmatch(cell) else None


def _day(cell: str) -> str | None:
    match = DAY.fullmatch(cell)
    try:
        return date(*map(int, match.groups())).isoformat() if match else None
    except ValueError:
        return None


def frame(reader: Reader, rows: list[list[Any]]) -> pd.DataFrame:
    """The rows as a table with dates and numbers."""
    table = pd.DataFrame(rows, columns=list(reader.header))
    return table.assign(date=pd.to_datetime(table["date"]))
