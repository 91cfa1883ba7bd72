"""How rivals are written, and fitted.

A rival is a function: it is given what is known before the test rows, and returns a function that forecasts. It is
fitted before it is shown a test row, so that it cannot look ahead. Its name in the tables is the name of the function.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

Known = TypeVar("Known")
Forecaster = TypeVar("Forecaster")


# A thread that holds it may take it again.
_LIMITED = threading.RLock()


@contextmanager
def one_thread() -> Iterator[None]:
    """Linear algebra by one thread: of many small products several threads wait longer than they compute.

    The limit is one for the whole process. One node at a time sets it: of two, the one that ends last would leave the
    limit of the other behind.
    """
    with _LIMITED, threadpool_limits(1):
        yield


def fit_rivals(rivals: Iterable[Callable[[Known], Forecaster]], known: Known) -> dict[str, Forecaster]:
    """Fit every rival of a list.

    Parameters
    ----------
    rivals
        Functions of what is known to a function that forecasts.
    known
        Training rows and whatever else may be known, in the form of the kind of data.

    Returns
    -------
    dict
        By the name of the rival, in the order of the list, what forecasts.

    Raises
    ------
    ValueError
        If two rivals of a list have one name.

    Examples
    --------
    >>> def last_value(known):
    ...     return lambda windows: [window[-1] for window in windows]
    >>> def mean(known):
    ...     return lambda windows: [sum(known) / len(known) for _ in windows]
    >>> fitted = fit_rivals([last_value, mean], [1.0, 2.0, 6.0])
    >>> {name: forecast([[4.0, 5.0], [5.0, 7.0]]) for name, forecast in fitted.items()}
    {'last_value': [5.0, 7.0], 'mean': [3.0, 3.0]}
    """
    rivals = tuple(rivals)
    names = [getattr(rival, "__name__", "<lambda>") for rival in rivals]
    if "<lambda>" in names:
        raise ValueError("A rival is a function with a name. Received: a lambda, or what has no name.")
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"Every rival of a list has a name of its own. Received twice: {', '.join(sorted(twice))}.")
    return {rival.__name__: rival(known) for rival in rivals}


def forecast_with(
    rivals: Iterable[Callable[[Known], Callable[[Any], Any]]], known: Known, rows: Any, index: pd.Index
) -> pd.DataFrame:
    """Fit every rival of a list, and forecast some rows by each.

    Parameters
    ----------
    rivals, known
        See :func:`fit_rivals`.
    rows
        What the rivals forecast from.
    index
        Of the rows.

    Returns
    -------
    pandas.DataFrame
        One float64 column a rival, by its name.

    Raises
    ------
    ValueError
        If a rival does not give one finite number for each row; names it.

    Examples
    --------
    >>> def last_value(known):
    ...     return lambda windows: windows[:, -1]
    >>> forecast_with([last_value], None, np.array([[1.0, 2.0], [3.0, 4.0]]), pd.Index(["a", "b"])).to_dict()
    {'last_value': {'a': 2.0, 'b': 4.0}}
    """
    if isinstance(rows, np.ndarray):
        rows = rows.view()
        rows.flags.writeable = False  # a rival that changes them would change them for the next
    table = {}
    for name, forecast in fit_rivals(rivals, known).items():
        values = np.asarray(forecast(rows), dtype=np.float64)
        if values.shape != (len(index),) or not np.isfinite(values).all():
            bad = "" if values.shape != (len(index),) else f", {int((~np.isfinite(values)).sum()):,} of them not finite"
            raise ValueError(
                f"The rival {name} must give one finite number for each of {len(index):,} rows. Received: the shape "
                f"{values.shape}{bad}."
            )
        table[name] = values
    return pd.DataFrame(table, index=index)
