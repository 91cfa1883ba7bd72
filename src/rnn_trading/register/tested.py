"""Scores can be held against each other where the same rows were tested, in the same folds."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

ROWS = ["tested_from", "tested_until", "test_rows"]
Rows = frozenset[tuple[str, ...]]


def tested_rows(entries: pd.DataFrame | Iterable[Mapping[str, Any]]) -> Rows:
    """First date, last date and number of the rows that each fold tests.

    Parameters
    ----------
    entries
        Of one configuration; see :func:`rnn_trading.register.entries.as_table`. Missing dates are equal.

    Examples
    --------
    >>> once = {"tested_from": "2020-01-01", "tested_until": "2020-12-31", "test_rows": 250}
    >>> tested_rows([once, once]) == tested_rows([once])
    True
    >>> tested_rows([once]) == tested_rows([once | {"test_rows": 249}])
    False
    """
    table = pd.DataFrame(entries)[ROWS]
    return frozenset(tuple("" if pd.isna(value) else str(value) for value in row) for row in table.to_numpy(object))


def first_and_last(rows: Rows) -> str:
    """The dates of all folds together, in words; nothing without dates.

    Examples
    --------
    >>> first_and_last(frozenset({("2021-01-01", "2021-12-31", "250"), ("2020-01-01", "2020-12-31", "251")}))
    '2020-01-01 to 2021-12-31'
    >>> first_and_last(frozenset({("", "", "12500")}))
    ''
    """
    dated = [row for row in rows if row[0]]
    return f"{min(row[0] for row in dated)} to {max(row[1] for row in dated)}" if dated else ""
