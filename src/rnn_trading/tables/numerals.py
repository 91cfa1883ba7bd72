"""Numbers that are written as text: exact values, and which sign stands before the decimals.

The sign is a matter of the whole file: beside a price of ``12,50`` a volume of ``1.234`` is 1234.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Decimal = Literal["point", "comma"]
MARKS: dict[Decimal, str] = {"point": ".", "comma": ","}
# What stands for "no number" in a file of text.
MISSING = (
    *("", ".", "-", "--", "NA", "na", "N/A", "n/a", "#N/A", "<NA>"),
    *("NaN", "nan", "null", "NULL", "None", "none"),
)
SPACES = "' \u00a0\u202f"  # apostrophe; space, no-break space, narrow no-break space
EXPONENT = r"(?:[eE][+-]?\d+)"
PLAIN = rf"^[+-]?(?:\d+\.?\d*|\.\d+){EXPONENT}?$|^[+-]?(?i:inf|infinity)$"
GLANCE = 1000


def to_floats(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Numbers of a column, each the float64 next to what is written, as Python's ``float`` has it.

    Parameters
    ----------
    values
        Numbers, or texts; white space around a text does not count.

    Returns
    -------
    tuple
        float64, NaN for what is missing or no number; and which values are neither a number nor missing.

    Examples
    --------
    >>> numbers, unreadable = to_floats(pd.Series(["0.30000000000000004", " 1e3", ".", "1,5", "0x10"]))
    >>> numbers.tolist(), unreadable.tolist()
    ([0.30000000000000004, 1000.0, nan, nan, nan], [False, False, False, True, True])
    """
    if not isinstance(values.dtype, pd.StringDtype):
        numbers = pd.to_numeric(values, errors="coerce").astype("float64")
        unclear = numbers.isna() & values.notna()
        if not unclear.any() or values.dtype != object:
            return numbers, unclear
        values = values.astype("str")
    cells = _cells(values)
    readable = cells if _is_plain(cells) else pc.if_else(pc.match_substring_regex(cells, PLAIN), cells, None)
    unreadable = pc.and_(pc.is_valid(cells), pc.is_null(readable))
    numbers = pc.cast(readable, pa.float64())
    return (
        pd.Series(pc.fill_null(numbers, np.nan).to_numpy(), index=values.index, name=values.name),
        pd.Series(unreadable.to_numpy(zero_copy_only=False), index=values.index, name=values.name),
    )


def plain_ids(column: pd.Series) -> pd.Series:
    """Ids as text, missing where there is none; a whole number has no decimal point, also among floats.

    Examples
    --------
    >>> plain_ids(pd.Series([7.0, None])).tolist(), plain_ids(pd.Series(["007", "x"])).tolist()
    (['7', nan], ['007', 'x'])
    """
    if pd.api.types.is_float_dtype(column.dtype) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    return column.astype("str").where(column.notna())


def plain_numerals(
    table: pd.DataFrame,
    origin: str,
    describe_row: Callable[[int], str],
    told: Decimal | None = None,
    error: type[Exception] = ValueError,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Write the numbers of a table as Python does: decimals behind a point, nothing between the thousands.

    A column is one of numbers if every cell of it is a number in one way of writing or the other, or missing. Other
    columns stay as they are, and so do all if Python can read every one of them.

    Parameters
    ----------
    table
        Columns of text are looked at; names may repeat.
    origin
        Where the table comes from, for error messages.
    describe_row
        Names a row by its position, for error messages.
    told
        What stands before the decimals; None: what the file says beyond doubt.
    error
        What is raised.

    Returns
    -------
    tuple
        The table, and what is not plain about its numbers, in words.

    Raises
    ------
    Exception
        ``error``: for numbers that can be read in two ways, such as 1,234 where no other number says which; for a file
        with decimal points and decimal commas; and for a number that is not written as the others, or as was told.

    Examples
    --------
    >>> table = pd.DataFrame({"close": ["1.234,50", "7,5"], "volume": ["1.234", ""]}, dtype="str")
    >>> plain_numerals(table, "mine.csv", "row {}".format)[0].to_numpy().tolist()
    [['1234.50', '1234'], ['7.5', '']]
    >>> plain_numerals(pd.DataFrame({"close": ["1,234"]}, dtype="str"), "mine.csv", "row {}".format)
    Traceback (most recent call last):
        ...
    ValueError: mine.csv: column 'close', row 0: '1,234' may be 1234 or 1.234...
    """
    if told is not None and told not in MARKS:
        raise error(f"table_decimal: expected {' or '.join(get_args(Decimal))}. Received: {told!r}.")
    columns = {
        place: cells for place in range(table.shape[1]) if (cells := _numerals(table.iloc[:, place])) is not None
    }
    plain = {place for place, cells in columns.items() if _is_plain(cells)}
    if told != "comma" and plain == set(columns):
        return table, ()
    numbers = _Numbers(table, describe_row, columns, plain)
    try:
        decimal = told or numbers.decimal()
        return numbers.rewritten(decimal), ("decimal commas" if decimal == "comma" else "signs between thousands",)
    except _UnclearError as unclear:
        raise error(f"{origin}: {unclear}") from unclear


class _UnclearError(ValueError):
    """Numbers that can be read in several ways; the message goes behind the name of the file."""


@dataclass(frozen=True)
class _Numbers:
    """Columns of numbers by their places, and which of them Python can read as they are."""

    table: pd.DataFrame
    describe_row: Callable[[int], str]
    columns: dict[int, pa.ChunkedArray]
    plain: set[int]

    def decimal(self) -> Decimal:
        """The sign before the decimals, if one cell leaves no doubt and none gives the other one."""
        point, comma = (self._first(_certain(sign), set(self.columns)) for sign in ("point", "comma"))
        if point and comma:
            found = " and ".join(f"{where}: {cell!r}" for where, cell in (point, comma))
            raise _UnclearError(f"decimal points and decimal commas: {found}. Write all numbers in one way.")
        doubtful = self._first(",", set(self.columns) - self.plain)
        if doubtful and not point and not comma:
            where, cell = doubtful
            raise _UnclearError(
                f"{where}: {cell!r} may be {cell.replace(',', '')} or {cell.replace(',', '.')}, and no other number of "
                "the file says which. Say so: --params table_decimal=point or table_decimal=comma."
            )
        return "comma" if comma else "point"

    def rewritten(self, decimal: Decimal) -> pd.DataFrame:
        """The table with numbers as Python writes them."""
        other = self._first(_valid(decimal), self.plain, matching=False)
        if other is not None:
            raise _UnclearError(
                f"{other[0]}: expected a number with a decimal {decimal}, as other numbers have it or as was told. "
                f"Received: {other[1]!r}. Write all numbers in one way."
            )
        thousands = SPACES + MARKS["point" if decimal == "comma" else "comma"]
        columns = {place: self.table.iloc[:, place] for place in range(self.table.shape[1])}
        for place, cells in self.columns.items():
            if _all(
                cells, _valid(decimal)
            ):  # else it is refused where it is used: Python reads no number in it, either
                bare = pc.replace_substring_regex(cells, f"[{thousands}]", "")
                text = pc.fill_null(pc.replace_substring(bare, MARKS[decimal], "."), "")
                columns[place] = pd.Series(pd.array(text, dtype="str"), index=self.table.index)
        return pd.DataFrame(columns).set_axis(self.table.columns, axis="columns")

    def _first(self, pattern: str, places: set[int], *, matching: bool = True) -> tuple[str, str] | None:
        """Where the first cell stands that matches, or does not, and the cell."""
        for place in sorted(places):
            cells = self.columns[place]
            row = pc.index(pc.match_substring_regex(cells, pattern), matching).as_py()
            if row >= 0:
                return f"column {str(self.table.columns[place])!r}, {self.describe_row(row)}", cells[row].as_py()
        return None


def _signs(decimal: Decimal) -> tuple[str, str, str]:
    """Sign before the decimals, the other one, and the form of thousands that are set apart."""
    mark, other = MARKS[decimal], MARKS["point" if decimal == "comma" else "comma"]
    return mark, other, "|".join(rf"\d{{1,3}}(?:[{sign}]\d{{3}})+" for sign in (other, *SPACES))


def _valid(decimal: Decimal) -> str:
    """Form of any number with that sign before the decimals."""
    mark, _, grouped = _signs(decimal)
    return rf"^[+-]?(?:(?:{grouped}|\d+)(?:[{mark}]\d*)?|[{mark}]\d+){EXPONENT}?$"


def _certain(decimal: Decimal) -> str:
    """Form of the numbers that can have no other sign before the decimals."""
    mark, other, grouped = _signs(decimal)
    decimals = rf"\d*[{mark}](?:\d{{0,2}}|\d{{4,}})|(?:0|\d{{4,}})?[{mark}]\d+"
    several = rf"\d{{1,3}}(?:[{other}]\d{{3}}){{2,}}"
    return rf"^[+-]?(?:(?:{decimals}|{several}|(?:{grouped})[{mark}]\d*){EXPONENT}?|\d+[{mark}]\d*{EXPONENT})$"


def _cells(values: pd.Series) -> pa.ChunkedArray:
    """Texts without white space around them; null for what is missing."""
    text = pc.utf8_trim_whitespace(pa.chunked_array(pa.array(values.array, pa.large_string())))
    return pc.if_else(pc.is_in(text, pa.array(MISSING, text.type)), None, text)


def _numerals(values: pd.Series) -> pa.ChunkedArray | None:
    """Cells of a column of numbers, however they are written; None for any other column."""
    if not isinstance(values.dtype, pd.StringDtype):
        return None
    either = f"{_valid('point')}|{_valid('comma')}"
    if not _all(_cells(values.iloc[:GLANCE]), either):
        return None
    cells = _cells(values)
    return cells if cells.null_count < len(cells) and (_is_plain(cells) or _all(cells, either)) else None


def _is_plain(cells: pa.ChunkedArray) -> bool:
    """Whether Python reads a number in each cell."""
    try:
        pc.cast(cells, pa.float64())
    except pa.ArrowInvalid:
        return _all(cells, PLAIN)
    return True


def _all(cells: pa.ChunkedArray, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(cells, pattern)).as_py() is not False)
