"""Numbers in tables from outside: what is read as one beyond doubt, what stands for none, and what is neither."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

# What stands in a table where there is no number.
MISSING = ("", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "null", "NULL", "None", ".", "-", "--")
PLAIN = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
IN_THOUSANDS = r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?"
# Where one comma has three digits behind it, and nothing follows, it may be a decimal comma.
SURELY_THOUSANDS = r"[+-]?[0-9]{1,3}(?:(?:,[0-9]{3}){2,}|,[0-9]{3}\.)[0-9]*"
CURRENCIES = ("$", "€", "£", "¥")
MAGNITUDES = {"K": 1e3, "M": 1e6, "B": 1e9}


@dataclass(frozen=True)
class Numbers:
    """A column as numbers.

    Attributes
    ----------
    values
        float64, NaN where there is none.
    unreadable
        Boolean: something stands there that is no number.
    mended
        In words, what was taken off the texts.
    """

    values: pd.Series
    unreadable: pd.Series
    mended: tuple[str, ...] = ()


def read_numbers(column: pd.Series, *, quantity: bool = False) -> Numbers:
    """Read a column of numbers, or of texts that are numbers beyond doubt.

    A text is a number with a decimal point, in ASCII digits, and perhaps an exponent. Commas between thousands are
    taken off where some text of the column cannot be read otherwise (``1,234.50``, ``1,234,567``), a sign of a currency
    where all numbers of the column have the same.

    Parameters
    ----------
    column
        Any dtype.
    quantity
        Whether these are whole things, such as shares: then ``1,234`` is a number, and so is ``1.2M``.

    Examples
    --------
    >>> read_numbers(pd.Series(["1.5", "NA", "1_000"])).values.tolist()
    [1.5, nan, nan]
    >>> read_numbers(pd.Series(["1.5", "NA", "1_000"])).unreadable.tolist()
    [False, False, True]
    >>> read_numbers(pd.Series(["$1,234.50", "$998"])).values.tolist()
    [1234.5, 998.0]
    >>> read_numbers(pd.Series(["1,234"])).unreadable.tolist()
    [True]
    >>> read_numbers(pd.Series(["1,234", "1.2M"]), quantity=True).values.tolist()
    [1234.0, 1200000.0]
    """
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        if not pd.api.types.is_complex_dtype(column.dtype):
            values = pd.Series(column.to_numpy("float64", na_value=np.nan), index=column.index)
            return Numbers(values, pd.Series(False, index=column.index))
    elif pd.api.types.is_object_dtype(column.dtype) or pd.api.types.is_string_dtype(column.dtype):
        return _read_texts(column, quantity)
    return Numbers(pd.Series(np.nan, index=column.index), column.notna())


def _read_texts(column: pd.Series, quantity: bool) -> Numbers:
    text = column.astype("str").str.strip()
    missing = column.isna() | text.isin(MISSING)
    odd = ~missing & ~text.str.fullmatch(PLAIN)
    mended: tuple[str, ...] = ()
    if odd.any():
        text, mended = _mend(text.mask(missing), quantity)
        odd = ~missing & ~text.str.fullmatch(PLAIN).astype(bool)
    values = pd.to_numeric(text.mask(missing | odd), errors="coerce").astype("float64")
    return Numbers(values, odd, mended)


def _mend(text: pd.Series, quantity: bool) -> tuple[pd.Series, tuple[str, ...]]:
    """Texts without currency, commas between thousands and letters for thousands, where these are beyond doubt."""
    mended = []
    for sign in CURRENCIES:
        if text.str.startswith(sign, na=True).all():
            text, mended = text.str.slice(1).str.strip(), [*mended, f"amounts in {sign}"]
    grouped = text.str.fullmatch(IN_THOUSANDS, na=False)
    if grouped.any() and (quantity or text.str.fullmatch(SURELY_THOUSANDS, na=False).any()):
        text, mended = text.mask(grouped, text.str.replace(",", "")), [*mended, "commas between thousands"]
    if quantity:
        short = text.str.fullmatch(r"[0-9]+\.?[0-9]*[KMB]", na=False)
        if short.any():
            numbers = text[short].map(_magnified)
            text, mended = text.mask(short, numbers.astype("str")), [*mended, "K, M and B for thousands and more"]
    return text, tuple(mended)


def _magnified(text: Any) -> str:
    return str(round(float(text[:-1]) * MAGNITUDES[text[-1]]))
