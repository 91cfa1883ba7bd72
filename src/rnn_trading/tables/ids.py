"""Ids as text, the same whether a table holds them as text, as whole numbers or as floats."""

import numpy as np
import pandas as pd

from rnn_trading.tables.checks import TableError
from rnn_trading.tables.numerals import as_text
from rnn_trading.tables.wording import counted

# A file that is called after an id has to have a name that file systems take.
LONGEST_ID = 200
LARGEST_EXACT = 2**53
# Fewer words than stand for no number (numerals.MISSING): NA and NULL are tickers, and may be ids.
MISSING = ("", "nan", "NaN", "None", "<NA>")


def plain_text(column: pd.Series) -> pd.Series:
    """Text without white space around it; missing for nothing and for what a table writes in place of it.

    Examples
    --------
    >>> plain_text(pd.Series([" KO", "NA", "nan", b"BP"])).tolist()
    ['KO', 'NA', nan, 'BP']
    """
    text = as_text(column).str.strip()
    return text.where(~text.isin(MISSING))


def plain_ids(column: pd.Series, origin: str, error: type[TableError] = TableError) -> pd.Series:
    """Ids as text, missing where there is none.

    Parameters
    ----------
    column
        Text, whole numbers, or floats. Text such as ``1.0``, which a float becomes in a CSV, is that of the whole
        number; other text is kept as it is, ``0000320193`` with its zeros.
    origin, error
        Where they come from, and what is raised.

    Raises
    ------
    TableError
        For a float that may have lost digits (2**53 and more), a number that a spreadsheet has shortened
        (``1.23E+12``), and two ids that would become one. Names the row.

    Examples
    --------
    >>> plain_ids(pd.Series(["1.0", "007", "0000320193-16-000070"]), "x.csv").tolist()
    ['1', '007', '0000320193-16-000070']
    >>> plain_ids(pd.Series(["1", "1.0"]), "x.csv")
    Traceback (most recent call last):
        ...
    rnn_trading.tables.checks.TableError: x.csv: the ids '1' and '1.0' would both be '1'...
    """
    if pd.api.types.is_float_dtype(column.dtype):
        digits = np.finfo(getattr(column.dtype, "numpy_dtype", column.dtype)).nmant + 1
        _refuse(column, (column.abs() >= 2.0**digits).fillna(False).astype("bool"), origin, error)
    text = plain_text(column)
    whole = text.str.fullmatch(r"(?:0|[1-9]\d*)\.0+", na=False)
    integer = text.where(~whole, text.str.replace(r"\.0+$", "", regex=True))
    shortened = text.str.fullmatch(r"[+-]?\d+(?:\.\d+)?[eE]\+\d+", na=False)
    inexact = whole & (pd.to_numeric(integer.where(whole), errors="coerce").astype("float64") >= LARGEST_EXACT)
    _refuse(column, shortened | inexact, origin, error)
    pairs = pd.DataFrame({"text": text, "id": integer}).dropna().drop_duplicates()
    twice = pairs[pairs["id"].duplicated(keep=False)]
    if len(twice):
        one = twice[twice["id"] == twice["id"].iloc[0]]
        raise error(
            f"{origin}: the ids {' and '.join(map(repr, one['text']))} would both be {one['id'].iloc[0]!r} "
            f"({counted(twice['id'].nunique(), 'such id')}). Give each one id of its own, written in one way."
        )
    return integer


def unusable(ids: pd.Series) -> pd.Series:
    """Whether an id is too long to name a file (200 characters), or holds signs that control a terminal."""
    return (ids.str.len() > LONGEST_ID) | ids.str.contains(r"[\x00-\x1f\x7f]", regex=True, na=False)


def _refuse(column: pd.Series, bad: pd.Series, origin: str, error: type[TableError]) -> None:
    if bad.any():
        row = int(np.flatnonzero(bad.to_numpy())[0])
        value = column.iloc[row]
        shown = value.item() if isinstance(value, np.generic) else value
        raise error(
            f"{origin}: column {column.name!r}, row {row}: the id {shown!r} "
            f"was a number on its way here and has lost digits ({counted(int(bad.sum()), 'such row')}). Save ids as "
            "text, or as whole numbers."
        )
