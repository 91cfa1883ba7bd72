"""Columns that count the rows: an index without a name that was saved with a table."""

import numpy as np
import pandas as pd


def counts_rows(label: str, column: pd.Series) -> bool:
    """Whether a column has no name, or what pandas writes in place of one, and numbers the rows from 0 or 1.

    The rows may stand in another order than they were numbered in. Other whole numbers may be dates, such as years.

    Parameters
    ----------
    label
        Its name.
    column
        Texts or numbers.

    Examples
    --------
    >>> rows = pd.Series(["2", "0", "1"])
    >>> counts_rows("Unnamed: 0", rows), counts_rows("AAPL", rows), counts_rows("", pd.Series([2016, 2017]))
    (True, False, False)
    """
    if label not in ("", "index") and not label.startswith("Unnamed:"):
        return False
    numbers = np.sort(pd.to_numeric(column, errors="coerce").to_numpy(dtype="float64", na_value=np.nan))
    return len(numbers) > 0 and any(np.array_equal(numbers, np.arange(len(numbers)) + first) for first in (0, 1))
