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
    readable = cells if _casts(cells) else pc.if_else(pc.match_substring_regex(cells, PLAIN), cells, None)
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


def without_points(names: pd.Series) -> pd.Series:
    """Texts without the decimal point of whole numbers, if all but the empty ones are such.

    Examples
    --------
    >>> without_points(pd.Series(["7.0", ""])).tolist(), without_points(pd.Series(["7.0", "A"])).tolist()
    (['7', ''], ['7.0', 'A'])
    """
    whole = names.str.fullmatch(r"[0-9]+\.0") | (names == "")
    return names.str.removesuffix(".0") if whole.all() else names


def plain_numerals(
    table: pd.DataFrame,
    origin: str,
    describe_row: Callable[[int], str],
    told: Decimal | None = None,
    error: type[Exception] = ValueError,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Write the numbers of a table as Python does: decimals behind a point, nothing between the thousands.

    A column is one of numbers if every cell of it is a number in one way of writing or the other, or missing. Others
    stay as they are. Where a cell leaves no doubt, it decides for its column: no comma stands between the thousands of
    12,50, and no point between those of 12.50. What it says holds for columns that are in doubt, too, such as 1.234
    alone, unless columns say both. A file without any comma is read as Python reads it.

    Parameters
    ----------
    table
        Columns of text are looked at; names may repeat.
    origin
        Where the table comes from, for error messages.
    describe_row
        Names a row by its position, for error messages.
    told
        What stands before the decimals of columns that are in doubt; None: what others of the file have.
    error
        What is raised.

    Returns
    -------
    tuple
        The table, and what is not plain about its numbers, in words.

    Raises
    ------
    Exception
        ``error``: for a column that is in doubt, where no other number of the file says which, or several say both.

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
    columns = {place: column for place in range(table.shape[1]) if (column := _numerals(table.iloc[:, place]))}
    if told != "comma" and all(column.is_plain for column in columns.values()):
        return table, ()
    said = {place: column.says() for place, column in columns.items()}
    certain = {sign for signs in said.values() for sign in signs if len(signs) == 1}
    changed: dict[int, pd.Series] = {}
    words = set()
    for place, column in columns.items():
        if len(said[place]) > 1 or column.is_whole:
            continue  # both signs in one column: refused where it is used; or no sign at all
        decimal = next(iter(said[place]), told or (next(iter(certain)) if len(certain) == 1 else None))
        row = column.first_with_a_sign()
        if row is None:
            decimal = "point"  # apostrophes or spaces between thousands, and no decimals
        elif decimal is None and not (column.is_plain and not certain):
            cell = column.cells[row].as_py()
            both = cell.replace(",", "").replace(".", ""), cell.replace(",", ".")
            others = "other numbers of the file have both" if certain else "no other number of the file says which"
            raise error(
                f"{origin}: column {str(table.columns[place])!r}, {describe_row(row)}: {cell!r} may be {both[0]} or "
                f"{both[1]}, and {others}. Say so: --params table_decimal=point or table_decimal=comma."
            )
        if decimal is not None and (rewritten := column.rewritten(decimal)) is not None:
            changed[place] = pd.Series(rewritten, index=table.index)
            words.add("decimal commas" if decimal == "comma" else "signs between thousands")
    if not changed:
        return table, ()
    series = {place: changed.get(place, table.iloc[:, place]) for place in range(table.shape[1])}
    return pd.DataFrame(series).set_axis(table.columns, axis="columns"), tuple(sorted(words))


@dataclass(frozen=True)
class _Numerals:
    """A column of numbers: cells, null where missing; and whether Python can read them as they are."""

    cells: pa.ChunkedArray
    is_plain: bool

    @property
    def is_whole(self) -> bool:
        """Whether no cell holds a sign between digits."""
        return _all(self.cells, r"^[+-]?\d+$")

    def says(self) -> set[Decimal]:
        """Signs that can only be decimal ones somewhere in the column."""
        signs: tuple[Decimal, ...] = ("point",) if self.is_plain else ("point", "comma")
        return {sign for sign in signs if pc.any(pc.match_substring_regex(self.cells, _certain(sign))).as_py()}

    def first_with_a_sign(self) -> int | None:
        """Position of the first cell that holds a point or comma."""
        row = pc.index(pc.match_substring_regex(self.cells, "[,.]"), True).as_py()
        return row if row >= 0 else None

    def rewritten(self, decimal: Decimal) -> pd.api.extensions.ExtensionArray | None:
        """Cells as Python writes them; None if they are so, or if one is no number with this sign."""
        if (self.is_plain and decimal == "point") or not _all(self.cells, _valid(decimal)):
            return None
        thousands = SPACES + MARKS["point" if decimal == "comma" else "comma"]
        bare = pc.replace_substring_regex(self.cells, f"[{thousands}]", "")
        return pd.array(pc.fill_null(pc.replace_substring(bare, MARKS[decimal], "."), ""), dtype="str")


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


def _numerals(values: pd.Series) -> _Numerals | None:
    """A column of numbers, however they are written; None for any other column."""
    if not isinstance(values.dtype, pd.StringDtype):
        return None
    either = f"{_valid('point')}|{_valid('comma')}"
    glance = _cells(values.iloc[:GLANCE])
    if not (_casts(glance) or _all(glance, either)):
        return None
    cells = _cells(values)
    if cells.null_count == len(cells):
        return None
    if _casts(cells):
        return _Numerals(cells, is_plain=True)
    return _Numerals(cells, is_plain=False) if _all(cells, either) else None


def _casts(cells: pa.ChunkedArray) -> bool:
    """Whether Arrow reads a number in each cell, as it does in all that Python writes."""
    try:
        pc.cast(cells, pa.float64())
    except pa.ArrowInvalid:
        return False
    return True


def _all(cells: pa.ChunkedArray, pattern: str) -> bool:
    return pc.all(pc.match_substring_regex(cells, pattern)).as_py() is not False
