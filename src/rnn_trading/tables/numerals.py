"""Numbers that are written as text: exact values, and which sign stands before the decimals.

Beside a price of ``12,50`` a volume of ``1.234`` is 1234; beside one of ``12.50``, ``1,234`` may be either.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Decimal = Literal["point", "comma"]
MARKS: dict[Decimal, str] = {"point": ".", "comma": ","}
# What stands for "no number" in a file of text. Of names fewer words are missing: see ids.MISSING.
MISSING = (
    *("", ".", "-", "--", "NA", "na", "N/A", "n/a", "#N/A", "<NA>"),
    *("NaN", "nan", "null", "NULL", "None", "none"),
)
CURRENCIES = ("$", "€", "£", "¥")
SPACES = "' \u00a0\u202f"  # apostrophe; space, no-break space, narrow no-break space
EXPONENT = r"(?:[eE][+-]?\d+)"
PLAIN = rf"^[+-]?(?:\d+\.?\d*|\.\d+){EXPONENT}?$|^[+-]?(?i:inf|infinity)$"
GLANCE = 1000
GROUPED_OR_WHOLE = r"^[+-]?(?:\d{1,3}|[1-9]\d{0,2}\.\d{3})$"  # 1234 would be 1.234, if that were in thousands
FAR_APART = 50  # times; a thousand are lost where a sign between thousands is taken for that of decimals


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


def as_text(column: pd.Series) -> pd.Series:
    """Cells as text, missing where there is none; a column of whole numbers has no decimal points; bytes are decoded.

    Examples
    --------
    >>> as_text(pd.Series([7.0, None])).tolist(), as_text(pd.Series(["007", "1.0", b"x"])).tolist()
    (['7', nan], ['007', '1.0', 'x'])
    """
    if pd.api.types.is_float_dtype(column.dtype) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    if column.dtype == object:
        column = column.map(lambda value: value.decode(errors="replace") if isinstance(value, bytes) else value)
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
    used: Collection[int] | None = None,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Write the numbers of a table as Python does: decimals behind a point, nothing between the thousands.

    A column is one of numbers if every cell of it is a number in one way of writing or the other, or missing, and all
    of them have the same sign of a currency, or none. Others stay as they are. Where a cell leaves no doubt, it decides
    for its column: no comma stands between the thousands of 12,50, and no point between those of 12.50.

    Of a column in doubt every cell has groups of three digits, such as 1,234. Other columns decide only if they show
    what its sign stands for. Of a comma: 12,50 that it stands before decimals, and 1,234.50 or 1,234,567 that it stands
    between thousands; 12.50 says nothing. Of a point: 12.50 that it stands before decimals, 12,50 that it does not.
    Without a comma in any column, a point is that of Python.

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
    used
        Positions of the columns that are looked at; None: all. Others say nothing, and stay as they are.

    Returns
    -------
    tuple
        The table, and what is not plain about its numbers, in words.

    Raises
    ------
    Exception
        ``error``: for a column that is in doubt, where no other one says which, or several say both; or where points
        would stand between the thousands of some of its numbers, and not of others.

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
    columns = _columns_of_numbers(table, range(table.shape[1]) if used is None else used)
    if told != "comma" and all(column.is_plain and not column.currency for column in columns.values()):
        _refuse_two_sizes(table, {} if told else columns, origin, describe_row, error)
        return table, ()
    said = {place: column.says() for place, column in columns.items()}
    certain = {place: next(iter(signs)) for place, signs in said.items() if len(signs) == 1}
    # Of a comma, a point before decimals elsewhere says nothing, unless commas stand beside it.
    of_commas = {sign for place, sign in certain.items() if sign == "comma" or columns[place].holds(",")}
    changed: dict[int, pd.Series] = {}
    words = set()
    for place, column in columns.items():
        if len(said[place]) > 1 or (column.is_whole and not column.currency):
            continue  # both signs in one column: refused where it is used; or no sign at all
        decimal, row = certain.get(place, told), column.first_with_a_sign()
        if row is None:
            decimal = "point"  # a currency, or apostrophes or spaces between thousands, and no decimals
        elif decimal is None:
            decimal, doubt = column.decided_by(of_commas if column.holds(",") else {*certain.values()})
            if doubt:
                raise error(
                    f"{origin}: column {str(table.columns[place])!r}, {describe_row(row)}: {column.readings(row)}, "
                    f"and {doubt}. Say so: --params table_decimal=point or table_decimal=comma."
                )
        if decimal is not None and (rewritten := column.rewritten(decimal)) is not None:
            changed[place] = pd.Series(rewritten, index=table.index)
            words |= column.not_plain(decimal)
    if not changed:
        return table, ()
    series = {place: changed.get(place, table.iloc[:, place]) for place in range(table.shape[1])}
    return pd.DataFrame(series).set_axis(table.columns, axis="columns"), tuple(sorted(words))


def _columns_of_numbers(table: pd.DataFrame, places: Collection[int]) -> dict[int, "_Numerals"]:
    return {place: column for place in sorted({*places}) if (column := _numerals(table.iloc[:, place]))}


def _refuse_two_sizes(
    table: pd.DataFrame,
    columns: Mapping[int, "_Numerals"],
    origin: str,
    describe_row: Callable[[int], str],
    error: type[Exception],
) -> None:
    for place, column in columns.items():
        row = column.row_of_another_size()
        if row is not None:
            raise error(
                f"{origin}: column {str(table.columns[place])!r}, {describe_row(row)}: {column.readings(row)}: the "
                "whole numbers of the column are hundreds of times as large as it would be with decimals. Say so: "
                "--params table_decimal=point or table_decimal=comma."
            )


def _any_but(cells: pa.ChunkedArray, pattern: str) -> bool:
    """Whether a cell that is there does not match."""
    return bool(pc.any(pc.invert(pc.match_substring_regex(cells, pattern))).as_py())


@dataclass(frozen=True)
class _Numerals:
    """A column of numbers: cells, null where missing; whether Python can read them; the currency they are in."""

    cells: pa.ChunkedArray
    is_plain: bool
    currency: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether no cell holds a sign between digits."""
        return _all(self.cells, r"^[+-]?\d+$")

    def row_of_another_size(self) -> int | None:
        """First row with a point of a column such as 998, 999, 1.002, where it may stand between thousands."""
        glance = self.cells.slice(0, GLANCE)
        if (
            not self.is_plain
            or self.currency
            or _any_but(glance, GROUPED_OR_WHOLE)
            or _any_but(self.cells, GROUPED_OR_WHOLE)
        ):
            return None
        pointed = pc.match_substring(self.cells, ".")
        with_point, whole = (
            pc.abs(pc.cast(pc.filter(self.cells, mask), pa.float64())) for mask in (pointed, pc.invert(pointed))
        )
        sizes = [pc.min_max(with_point)["max"].as_py(), pc.min_max(whole)["min"].as_py()]
        if None in sizes or sizes[0] * FAR_APART > sizes[1]:
            return None
        return int(pc.index(pc.fill_null(pointed, False), True).as_py())

    def says(self) -> set[Decimal]:
        """Signs that can only be decimal ones somewhere in the column."""
        signs: tuple[Decimal, ...] = ("point",) if self.is_plain else ("point", "comma")
        return {sign for sign in signs if pc.any(pc.match_substring_regex(self.cells, _certain(sign))).as_py()}

    def holds(self, sign: str) -> bool:
        """Whether a cell holds a sign."""
        return pc.any(pc.match_substring(self.cells, sign)).as_py() is True

    def decided_by(self, signs: Collection[Decimal]) -> tuple[Decimal | None, str]:
        """What stands before the decimals of a column in doubt, by what others show; or in words, why it stays so."""
        if len(signs) > 1:
            return None, "other numbers of the file have both"
        if not signs and not self.is_plain:
            return None, "no other number of the columns that are used says which"
        sign: Decimal = next(iter(signs), "point")
        thousands_apart = sign == ("point" if self.holds(",") else "comma")
        if thousands_apart and pc.any(pc.match_substring_regex(self.cells, r"^[+-]?\d{4,}$")).as_py():
            return None, "other numbers of its column have nothing between their thousands"
        return sign, ""

    def readings(self, row: int) -> str:
        """What a cell in doubt may be, in words."""
        cell = self.cells[row].as_py()
        return f"{cell!r} may be {cell.replace(',', '').replace('.', '')} or {cell.replace(',', '.')}"

    def not_plain(self, decimal: Decimal) -> set[str]:
        """What is rewritten, in words."""
        amounts = {f"amounts in {self.currency}"} if self.currency else set()
        if self.is_plain and decimal == "point":
            return amounts
        return amounts | {"decimal commas" if decimal == "comma" else "signs between thousands"}

    def first_with_a_sign(self) -> int | None:
        """Position of the first cell that holds a point or comma."""
        row = pc.index(pc.match_substring_regex(self.cells, "[,.]"), True).as_py()
        return row if row >= 0 else None

    def rewritten(self, decimal: Decimal) -> pd.api.extensions.ExtensionArray | None:
        """Cells as Python writes them; None if they are so, or if one is no number with this sign."""
        if (self.is_plain and decimal == "point" and not self.currency) or not _all(self.cells, _valid(decimal)):
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


def looks_numeric(values: pd.Series) -> bool:
    """Whether every cell of a column of text is a number, in one way of writing or the other, or missing."""
    return _numerals(values) is not None


def _numerals(values: pd.Series) -> _Numerals | None:
    """A column of numbers, however they are written; None for any other column."""
    if not isinstance(values.dtype, pd.StringDtype):
        return None
    either = f"{_valid('point')}|{_valid('comma')}"
    glance, _ = _without_currency(_cells(values.iloc[:GLANCE]))
    if not (_casts(glance) or _all(glance, either)):
        return None
    cells, currency = _without_currency(_cells(values))
    if cells.null_count == len(cells):
        return None
    if _casts(cells):
        return _Numerals(cells, True, currency)
    return _Numerals(cells, False, currency) if _all(cells, either) else None


def _without_currency(cells: pa.ChunkedArray) -> tuple[pa.ChunkedArray, str]:
    """Cells without the sign of a currency that all of them begin with, and that sign."""
    sign = next((sign for sign in CURRENCIES if pc.all(pc.starts_with(cells, sign)).as_py()), "")
    if not sign or cells.null_count == len(cells):
        return cells, ""
    return pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(cells, 1)), sign


def _casts(cells: pa.ChunkedArray) -> bool:
    """Whether Arrow reads a number in each cell, as it does in all that Python writes."""
    try:
        pc.cast(cells, pa.float64())
    except pa.ArrowInvalid:
        return False
    return True


def _all(cells: pa.ChunkedArray, pattern: str) -> bool:
    return pc.all(pc.match_substring_regex(cells, pattern)).as_py() is not False
