"""Columns of numbers: of any type, or texts, also short forms such as 1.2M."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.tables.numerals import to_floats

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

    See :func:`rnn_trading.tables.numerals.to_floats` for how they are written.

    Parameters
    ----------
    column
        Any dtype.
    quantity
        Whether these are whole things, such as shares, of which ``1.2M`` are 1,200,000.

    Examples
    --------
    >>> read_numbers(pd.Series(["1.5", "NA", "1_000"])).values.tolist()
    [1.5, nan, nan]
    >>> read_numbers(pd.Series(["1.5", "NA", "1_000"])).unreadable.tolist()
    [False, False, True]
    >>> read_numbers(pd.Series(["900", "1.2M"]), quantity=True).values.tolist()
    [900.0, 1200000.0]
    """
    is_number = pd.api.types.is_numeric_dtype(column.dtype) and not (
        pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_complex_dtype(column.dtype)
    )
    if is_number:
        values = pd.Series(column.to_numpy("float64", na_value=np.nan), index=column.index)
        return Numbers(values, pd.Series(False, index=column.index))
    if not (pd.api.types.is_object_dtype(column.dtype) or pd.api.types.is_string_dtype(column.dtype)):
        return Numbers(pd.Series(np.nan, index=column.index), column.notna())
    text = column.astype("str")
    values, unreadable = to_floats(text)
    if not unreadable.any():
        return Numbers(values, unreadable)
    text = text.str.strip().mask(values.isna() & ~unreadable)
    short = text.str.fullmatch(r"[0-9]+\.?[0-9]*[KMB]", na=False)
    if not quantity or not short.any():
        return Numbers(values, unreadable)
    in_full = text.mask(short, text[short].map(_in_full))
    return Numbers(*to_floats(in_full), ("K, M and B for thousands and more",))


def _in_full(text: Any) -> str:
    return str(round(float(text[:-1]) * MAGNITUDES[text[-1]]))
