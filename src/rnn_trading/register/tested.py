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


def of_one_plan(entries: pd.DataFrame) -> pd.DataFrame:
    """Of the fits of a configuration those of the folds that were tested last, without those that overlap with them.

    A configuration may have been tested in two folds, and later in one: scores of both together are of rows that count
    twice.

    Parameters
    ----------
    entries
        See :func:`tested_rows`, with ``when``. What was not tested is left out.

    Examples
    --------
    >>> fits = pd.DataFrame({"when": ["1", "2", "3"], "test_rows": [250, 250, 500], "test_score": [0.1, 0.3, 0.4]})
    >>> fits["tested_from"] = ["2020-01-01", "2021-01-01", "2020-01-01"]
    >>> fits["tested_until"] = ["2020-12-31", "2021-12-31", "2021-12-31"]
    >>> of_one_plan(fits)["test_score"].tolist(), of_one_plan(fits[:2])["test_score"].tolist()
    ([0.4], [0.1, 0.3])
    """
    kept: set[tuple[Any, ...]] = set()
    chosen = pd.Series(False, index=entries.index)
    for place, row in entries[entries["test_rows"] > 0].sort_values("when", ascending=False, kind="stable").iterrows():
        key = tuple("" if pd.isna(row[name]) else row[name] for name in ROWS)
        if key in kept or not any(_overlap(key, other) for other in kept):
            kept.add(key)
            chosen[place] = True
    return entries[chosen]


def _overlap(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether two tests share a date; what has no dates is one test. ISO dates are in the order of their text."""
    return not (one[0] and other[0]) or (one[0] <= other[1] and other[0] <= one[1])
