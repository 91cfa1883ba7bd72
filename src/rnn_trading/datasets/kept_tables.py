"""Tables of live sources that are kept in a folder: a file each, checked before it is written and after it is read."""

import hashlib
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
from kedro.io import DatasetError

from rnn_trading.datasets.limits import LARGEST_TABLE, TooLargeError
from rnn_trading.datasets.whole import written_whole
from rnn_trading.tables.checks import TableError

DAY = timedelta(days=1)
Check = Callable[[pd.DataFrame], pd.DataFrame]


class BadFileError(DatasetError):
    """A kept file that cannot be used; the message names it, and the command that drops it."""


def bad_file(reason: str, *paths: Path) -> BadFileError:
    """What to raise of kept files that go together.

    Examples
    --------
    >>> from pathlib import Path
    >>> print(bad_file("it breaks off", Path("data/KO.parquet")))
    data/KO.parquet cannot be used: it breaks off. Drop it, and it is fetched again: rm data/KO.parquet
    """
    names = " ".join(shlex.quote(str(path)) for path in paths)
    return BadFileError(f"{paths[0]} cannot be used: {reason}. Drop it, and it is fetched again: rm {names}")


@dataclass(frozen=True)
class Kept:
    """A table, and the days that it was asked for: ``first`` to the day before ``until``."""

    table: pd.DataFrame
    first: date
    until: date

    def covers(self, first: date, until: date) -> bool:
        """Whether these days were asked for, whatever the source had of them."""
        return self.first <= first and until <= self.until

    def refuse_outside(self) -> None:
        """Raise for days that have yet to come, or were not asked for.

        Raises
        ------
        TableError
            Names the first.
        """
        if self.until > date.today() + DAY:
            raise TableError(f"it says that it holds the days to {self.until}")
        dates = self.table.index
        if isinstance(dates, pd.DatetimeIndex):
            strange = dates[(dates < pd.Timestamp(self.first)) | (dates >= pd.Timestamp(self.until))]
            if len(strange):
                raise TableError(f"{str(strange[0])[:10]} is not from {self.first} to {self.until}")


class KeptTable:
    """A table in a file of its own.

    Parameters
    ----------
    path
        ``.parquet``.
    kind
        What such files hold, with a number that changes when their form does; a file of another kind is not used.
    name
        Whose table it is; a file with that of another is not used.
    check
        Raises :class:`~rnn_trading.tables.checks.TableError` for a table that is none of these; gives the table.
    """

    def __init__(self, path: Path, kind: str, name: str, check: Check) -> None:
        self.path, self._says, self._check = path, {"kind": kind, "name": name}, check

    def read(self) -> Kept | None:
        """What is kept, None if there is no file.

        Raises
        ------
        BadFileError
            If it cannot be read, or is not what :meth:`write` wrote.
        """
        return self._read() if self.path.is_file() else None

    def _read(self) -> Kept:
        table = read_parquet(self.path)
        says = dict(table.attrs)
        received = {name: says.get(name) for name in self._says}
        if received != self._says:
            wanted, found = (" of ".join(str(value) for value in given.values()) for given in (self._says, received))
            raise bad_file(f"expected {wanted}. Received: {found}", self.path)
        try:
            first, until = (date.fromisoformat(str(says.get(name))) for name in ("first", "until"))
            kept = Kept(table, first, until)
            if says.get("digest") != self._digest(kept):
                raise TableError("its values are not those that were kept")
            self._check(table)
            kept.refuse_outside()
        except Exception as error:  # as below
            raise bad_file(_first_line(error), self.path) from error
        return kept

    def _digest(self, kept: Kept) -> str:
        """Of all values, their names, and the days: Parquet itself does not notice a byte that has changed."""
        days = [kept.first.isoformat(), kept.until.isoformat()]
        digest = hashlib.sha256(repr([self._says, days, kept.table.index.name]).encode())
        for name, values in kept.table.reset_index().items():
            numeric = pd.api.types.is_numeric_dtype(values.dtype)
            is_date = pd.api.types.is_datetime64_any_dtype(values.dtype)
            plain = values.astype("datetime64[us]").astype("int64") if is_date else values
            digest.update(repr([name, str(values.dtype)]).encode())
            digest.update(plain.to_numpy().tobytes() if numeric or is_date else repr(values.tolist()).encode())
        return digest.hexdigest()

    def write(self, table: pd.DataFrame, first: date, until: date) -> Kept:
        """Keep a table for the days that it was asked for, and read it again: what is used is what is kept.

        Raises
        ------
        TableError
            As the check does; then the former file stays.
        """
        table = self._check(table).copy()
        days = {"first": first.isoformat(), "until": until.isoformat()}
        table.attrs = self._says | days | {"digest": self._digest(Kept(table, first, until))}
        with written_whole(self.path) as partial:
            table.to_parquet(partial)
        return self._read()


def read_parquet(path: Path) -> pd.DataFrame:
    """Read a Parquet file that lies in a cache, where anything may have happened to it.

    Raises
    ------
    BadFileError
        If it cannot be read, or unpacks to too much.
    """
    try:
        groups = pq.read_metadata(path)
        size = sum(groups.row_group(number).total_byte_size for number in range(groups.num_row_groups))
        if size > LARGEST_TABLE:
            raise TooLargeError(f"it unpacks to {size:,} bytes, and at most {LARGEST_TABLE:,} are expected")
        return pd.read_parquet(path)
    except Exception as error:  # a damaged file fails in many unrelated ways
        raise bad_file(_first_line(error), path) from error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")


def window_of(start: str, end: str | None) -> tuple[date, date]:
    """First day, and the day after the last; without an end, today.

    Raises
    ------
    DatasetError
        For what is no date, and a start that is not before the end.

    Examples
    --------
    >>> window_of("2020-01-01", "2020-02-01")
    (datetime.date(2020, 1, 1), datetime.date(2020, 2, 1))
    >>> window_of("01/02/2020", None)
    Traceback (most recent call last):
        ...
    kedro.io.core.DatasetError: start: expected a date such as 2017-12-31, from 1900 on. Received: '01/02/2020'.
    """
    days = []
    for name, text in (("start", start), ("end", end or f"{date.today():%Y-%m-%d}")):
        try:
            days.append(date.fromisoformat(str(text)))
        except ValueError as error:
            raise _no_date(name, text) from error
        if days[-1].year < 1900:
            raise _no_date(name, text)
    first, until = days
    if first >= until:
        raise DatasetError(f"Expected a start before the end. Received: {first} and {until}.")
    return first, until


def _no_date(name: str, text: str) -> DatasetError:
    return DatasetError(f"{name}: expected a date such as 2017-12-31, from 1900 on. Received: {str(text)!r}.")
