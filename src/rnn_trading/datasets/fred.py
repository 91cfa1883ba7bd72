"""Series from FRED, the Federal Reserve Bank of St. Louis. Needs the extra ``live``."""

import csv
import importlib.util
import io
import logging
import math
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from rnn_trading.datasets.kept_tables import Kept, KeptTable, window_of
from rnn_trading.datasets.limits import LARGEST_TABLE, at_most
from rnn_trading.datasets.retries import BadAnswerError, Patience, TooManyRequestsError, ask, reason, refuse_status
from rnn_trading.tables.checks import TableError, share_of
from rnn_trading.tables.index_prices import parse_index
from rnn_trading.tables.names import Told
from rnn_trading.tables.numerals import to_floats
from rnn_trading.tables.reading import Reading
from rnn_trading.tables.wording import counted

logger = logging.getLogger(__name__)

KIND = "series from FRED, form 2"
SERIES = re.compile(r"[A-Z0-9_]{1,64}")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
PIECE = 2**16


class FredError(TableError):
    """A table that is no series of FRED's."""


class FredDataset(AbstractDataset[None, tuple[pd.DataFrame, Reading]]):
    """Fetch one or more series and keep each in a file; a run on the next day fetches anew, since FRED revises.

    Parameters
    ----------
    series
        FRED's ids, separated by spaces: ``SP500``, or ``UMCSENT IPGMFN``. FRED has ten years of ``SP500``.
    start, end
        First and last date, as ``2017-12-31``; no ``end`` means today.
    filepath
        Folder of the cache.
    bad_rows
        Share of the rows of a series whose value may be unreadable; such values are missing, and counted. An answer
        with more is asked for again, and refused.
    timeout
        Seconds before a request is given up.
    retries
        Further attempts.
    wait
        Seconds before the first retry; doubled for each further one.
    metadata
        For Kedro plugins.
    """

    parameter = "macro"

    def __init__(
        self,
        *,
        series: str,
        start: str,
        filepath: str,
        end: str | None = None,
        bad_rows: float = 0.01,
        timeout: float = 30.0,
        retries: int = 3,
        wait: float = 1.0,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._series = list(dict.fromkeys(str(series).upper().split()))
        wrong = [name for name in self._series if not SERIES.fullmatch(name)]
        if not self._series or wrong:
            received = f" Received: {wrong[0][:70]!r}." if wrong else ""
            raise DatasetError(f"series: expected FRED ids separated by spaces, such as 'UMCSENT IPGMFN'.{received}")
        self._bad_rows = Told(self.parameter, bad_rows=bad_rows).bad_rows
        self._window = window_of(start, end)
        self._cache = Path(filepath)
        self._patience = Patience(timeout, retries, wait)
        self.metadata = metadata

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the series side by side, and how they came.

        Index ``date``, one column a series, NaN where it has no value; values that could not be read are missing, too,
        and counted as ``unreadable_values``.

        Raises
        ------
        DatasetError
            If pandas-datareader is missing, FRED does not answer with the series, or a kept file cannot be used.
        """
        found = [self._one(name) for name in self._series]
        table = pd.concat([table for table, _ in found], axis=1).sort_index()
        unreadable = {name: count for name, (_, count) in zip(self._series, found, strict=True) if count}
        said = [f"{name}: {counted(count, 'value')} could not be read" for name, count in unreadable.items()]
        return table, Reading(
            (f"FRED, {' '.join(self._series)}", *said), {"unreadable_values": sum(unreadable.values())}
        )

    def check(self, table: pd.DataFrame) -> pd.DataFrame:
        """Raise unless a table is one series as it is kept: dates in order, each once; numbers, of which one is there.

        Raises
        ------
        TableError
            Says what it is instead.
        """
        dates = table.index
        if not isinstance(dates, pd.DatetimeIndex) or not {"value", "unreadable"} <= set(table.columns):
            raise FredError(f"expected dates, value and unreadable. Received: {', '.join(map(str, table.columns))}")
        if table["value"].dtype != "float64" or table["unreadable"].dtype != "bool":
            raise FredError("expected numbers in value. Received: another kind")
        if dates.hasnans or not (dates.is_monotonic_increasing and dates.is_unique):
            raise FredError("expected dates in ascending order, each once. Received: others")
        if not table["value"].map(math.isfinite).any() or table["value"].map(math.isinf).any():
            raise FredError("expected finite values, and one at least. Received: others")
        if too_many := self._too_many_unreadable(table):
            raise FredError(too_many)
        return table

    def _too_many_unreadable(self, table: pd.DataFrame) -> str:
        """What to say of a series with more unreadable values than may be; empty if there are fewer."""
        unreadable, rows = int(table["unreadable"].sum()), len(table)
        if unreadable <= self._bad_rows * rows:
            return ""
        first = table.index[table["unreadable"]][0]
        of = f"of {rows:,} values "
        return (
            f"{counted(unreadable, of + 'is', of + 'are')} unreadable, the first that of {first:%Y-%m-%d}, and at most "
            f"a share of {self._bad_rows:g} may be. Let more be missing: --params "
            f"{self.parameter}_bad_rows={share_of(unreadable, rows)}"
        )

    def _one(self, series: str) -> tuple[pd.DataFrame, int]:
        """One series in the dates that are wanted, and how many of its values could not be read."""
        start, end = self._window
        file = KeptTable(self._cache / f"{series}.parquet", KIND, series, self.check)
        kept, until = file.read(), min(end, date.today()) + timedelta(days=1)
        if kept is None or not kept.covers(start, until):
            kept = self._fetch(file, series, start, until, kept)
        table = kept.table
        within = table[(table.index >= pd.Timestamp(start)) & (table.index < pd.Timestamp(until))]
        if within["value"].notna().sum() == 0:
            raise _no_value(series, start, end)
        return within[["value"]].rename(columns={"value": series}), int(within["unreadable"].sum())

    def _fetch(self, file: KeptTable, series: str, start: date, until: date, former: Kept | None) -> Kept:
        logger.info("FRED: %s", series)
        try:
            table = ask(lambda: self._answer(series, former), f"FRED: {series}", self._patience)
        except TooManyRequestsError:
            raise
        except (DatasetError, OSError) as error:
            raise DatasetError(f"FRED did not answer with {series}: {reason(error)}") from error
        table = table[(table.index >= pd.Timestamp(start)) & (table.index < pd.Timestamp(until))]
        if table["value"].notna().sum() == 0:
            raise _no_value(series, start, until - timedelta(days=1))
        try:
            return file.write(table, start, until)
        except TableError as error:
            raise DatasetError(f"FRED, {series}: {error}. What was kept stays.") from error

    def _answer(self, series: str, former: Kept | None) -> pd.DataFrame:
        """What FRED answers of a series, all its dates, checked."""
        if importlib.util.find_spec("pandas_datareader") is None:
            raise DatasetError(
                "pandas-datareader is missing. Run, in the project's folder: "
                "pip install -e '.[live]' -c constraints.txt"
            )
        from pandas_datareader.fred import FredReader  # noqa: PLC0415  an extra that most users do not need

        reader = FredReader([series], *self._window)  # knows the address; asks once here, without its own retries
        try:
            with reader.session.get(
                reader.url, params={"id": series}, timeout=self._patience.timeout, stream=True
            ) as answer:
                refuse_status(answer.status_code, reader.url, come_back=answer.headers.get("Retry-After"))
                text = at_most(answer.iter_content(PIECE), LARGEST_TABLE, "FRED").decode("utf-8-sig", errors="replace")
        finally:
            reader.close()
        table = series_of(text, series)
        if too_many := self._too_many_unreadable(table):
            raise BadAnswerError(too_many)
        if former is not None and table.index[-1] < former.table.index[-1]:
            raise BadAnswerError(
                f"cut: it ends on {table.index[-1]:%Y-%m-%d}, and what is kept on {former.table.index[-1]:%Y-%m-%d}"
            )
        return table

    def save(self, data: None) -> None:
        """Refuse: a source is only read."""
        raise DatasetError("FRED is a source: it is only read.")

    def _describe(self) -> dict[str, Any]:
        start, end = self._window
        return {"series": " ".join(self._series), "start": f"{start}", "end": f"{end}"}

    def _exists(self) -> bool:
        return True


def series_of(text: str, series: str) -> pd.DataFrame:
    r"""Read the table that FRED answers with.

    Parameters
    ----------
    text
        CSV: a header with a date and the id of the series, and a line for each date.
    series
        The id.

    Returns
    -------
    pandas.DataFrame
        Index ``date``, ascending; ``value``, float64, NaN where FRED has none or it cannot be read; ``unreadable``: the
        latter.

    Raises
    ------
    BadAnswerError
        For another table, HTML, a date that cannot be one or stands twice, and a table without a row.

    Examples
    --------
    >>> table = series_of("observation_date,UMCSENT\n2020-01-01,99.8\n2020-02-01,.\n2020-03-01,x\n", "UMCSENT")
    >>> table["value"].tolist(), table["unreadable"].tolist()
    ([99.8, nan, nan], [False, False, True])
    >>> series_of("<!DOCTYPE html><title>Sorry</title>", "UMCSENT")
    Traceback (most recent call last):
        ...
    rnn_trading.datasets.retries.BadAnswerError: expected the header observation_date,UMCSENT. Received: '<!DOC...
    """
    try:
        lines = [cells for cells in csv.reader(io.StringIO(text)) if cells]
    except csv.Error as error:
        raise BadAnswerError(f"no table: {error}. Received: {text[:60]!r}") from error
    header = [cell.strip().upper() for cell in lines[0]] if lines else []
    if len(header) != 2 or header[0] not in ("OBSERVATION_DATE", "DATE") or header[1] != series:
        raise BadAnswerError(f"expected the header observation_date,{series}. Received: {text[:60]!r}")
    texts: dict[pd.Timestamp, str] = {}
    for cells in lines[1:]:
        day = _date(cells)
        if day is None:
            raise BadAnswerError(f"expected a date and a value in each line. Received: {','.join(cells)[:60]!r}")
        if day in texts:
            raise BadAnswerError(f"{day:%Y-%m-%d} stands twice")
        texts[day] = cells[1]
    if not texts:
        raise BadAnswerError("a table without a row")
    values, no_numbers = to_floats(pd.Series([*texts.values()], dtype="str"))
    infinite = np.isinf(values)
    table = pd.DataFrame({"value": values.mask(infinite), "unreadable": no_numbers | infinite})
    return table.set_axis(pd.DatetimeIndex([*texts], name="date").as_unit("us")).sort_index()


def _date(cells: list[str]) -> pd.Timestamp | None:
    """The date of a line of two cells, neither of which goes on in the next line; None if there is none."""
    in_one_line = all(cell.splitlines() == [cell] for cell in cells if cell)
    if len(cells) != 2 or not in_one_line or not DATE.fullmatch(cells[0].strip()):
        return None
    try:
        return pd.Timestamp(cells[0].strip())
    except ValueError:
        return None


def _no_value(series: str, start: date, end: date) -> DatasetError:
    return DatasetError(f"FRED has no value of {series} from {start} to {end}. Check the id and the dates.")


class FredIndexDataset(FredDataset):
    """One series of FRED as the close of an index: the canonical table of :mod:`rnn_trading.tables.index_prices`."""

    parameter = "index"

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the canonical table, and how it came; days on which FRED has no value (holidays) are left out."""
        if len(self._series) > 1:
            raise DatasetError(f"index_series: expected one FRED id. Received: {' '.join(self._series)!r}.")
        (series,) = self._series
        table, reading = super().load()
        index, parsed = parse_index(table.rename(columns={series: "close"}), f"FRED {series}")
        return index, reading | parsed

    def check(self, table: pd.DataFrame) -> pd.DataFrame:
        """As of every series; and its values are prices, two at least."""
        values = super().check(table)["value"].dropna()
        bad = values[values <= 0]
        if len(bad):
            raise FredError(
                f"expected values above 0. Received: {bad.iloc[0]:g} on {bad.index[0]:%Y-%m-%d} "
                f"({counted(len(bad), 'such value')})"
            )
        if len(values) < 2:
            raise FredError(f"expected at least 2 days with a value. Received: {len(values)}")
        return table
