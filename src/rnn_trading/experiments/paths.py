"""Forecasts of several series by anyone who can forecast paths: one month ahead, and one path.

Of the validation months there are forecasts one month ahead alone.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.series.monthly import MacroParameters
from rnn_trading.series.transformations import invert_path
from rnn_trading.skill.metrics.macro import NETWORK, ONE_STEP, ORIGINAL, PATH
from rnn_trading.skill.rivals.macro import Paths

Array = NDArray[np.float64]
PREDICTION, TRUTH = "prediction", "truth"
UNITS = (NETWORK, ORIGINAL)
COLUMNS = ("units", "run", "series", "date", "step", "target_date", PREDICTION, TRUTH, "split")


def forecast_table(
    paths: Paths,
    macro: pd.DataFrame,
    scaled: pd.DataFrame,
    scaling: dict[str, Any],
    dates: pd.DataFrame,
    series: MacroParameters,
    path_steps: int,
) -> pd.DataFrame:
    """All forecasts by one forecaster, from the rows before each target; see :func:`table_of_forecasts`.

    Parameters
    ----------
    paths
        Histories ``(runs, rows, series)`` and steps to forecasts ``(runs, steps, series)``, all scaled.
    macro, scaled, scaling, dates, series, path_steps
        See there.
    """

    def at_targets(targets: NDArray[np.int64], steps: int) -> Array:
        return paths(histories_before(scaled, targets), steps)

    return table_of_forecasts(at_targets, macro, scaled, scaling, dates, series, path_steps)


def table_of_forecasts(
    at_targets: Callable[[NDArray[np.int64], int], Array],
    macro: pd.DataFrame,
    scaled: pd.DataFrame,
    scaling: dict[str, Any],
    dates: pd.DataFrame,
    series: MacroParameters,
    path_steps: int,
) -> pd.DataFrame:
    """All forecasts by one forecaster, in the network's and in original units.

    Parameters
    ----------
    at_targets
        Positions of first targets and steps to forecasts ``(targets, steps, series)``, scaled.
    macro, scaled, scaling, dates
        Original values, scaled transformed values, constants, and parts.
    series, path_steps
        Transformations; length of the path.

    Returns
    -------
    pandas.DataFrame
        ``split`` (``test``, ``validation``), ``units``, ``run``, ``series``, ``date`` of the last known month,
        ``step``, ``target_date``, ``prediction``, ``truth``.
    """
    test, validation = (
        scaled.index.get_indexer(dates.index[dates["split"] == part]) for part in ("test", "validation")
    )
    kinds = [("test", ONE_STEP, test, 1), ("test", PATH, test[:1], path_steps)]
    if len(validation):
        kinds.append(("validation", ONE_STEP, validation, 1))
    tables = []
    for part, run, targets, steps in kinds:
        forecasts = at_targets(targets, steps)
        known = macro.index.searchsorted(scaled.index[targets - 1], side="right")
        both = np.stack([forecasts, _original(forecasts, known, macro, scaling, series)])
        tables.append(_table(both, targets, macro, scaled, series.names).assign(run=run, split=part))
    return pd.concat(tables, ignore_index=True)[[*COLUMNS]]


def histories_before(scaled: pd.DataFrame, targets: NDArray[np.int64]) -> Array:
    """The rows before each target, ``(targets, rows, series)``, as many as there are before the first of them.

    Parameters
    ----------
    scaled
        One column a series, oldest row first.
    targets
        Positions, ascending.

    Examples
    --------
    >>> histories_before(pd.DataFrame({"rate": [1.0, 2.0, 3.0, 4.0]}), np.array([2, 3])).squeeze().tolist()
    [[1.0, 2.0], [2.0, 3.0]]
    """
    values = scaled.to_numpy()
    if not len(targets):
        return np.empty((0, 0, values.shape[1]))
    return np.stack([values[target - targets[0] : target] for target in targets])


def _table(
    forecasts: Array, targets: NDArray[np.int64], macro: pd.DataFrame, scaled: pd.DataFrame, names: list[str]
) -> pd.DataFrame:
    """Forecasts ``(units, targets, steps, series)`` as rows: by target, by series, by units, by step."""
    steps = forecasts.shape[2]
    places = targets[:, None] + np.arange(steps)
    of_month = places[:, None, None, :]  # (targets, series, units, steps)
    truths = np.stack([each[names].to_numpy()[places] for each in (scaled, macro.loc[scaled.index])])
    rows = (len(targets), len(names), len(UNITS), steps)

    def column(values: Any) -> Any:
        return np.broadcast_to(values, rows).ravel()

    return pd.DataFrame(
        {
            "units": column(np.array(UNITS, dtype=object)[:, None]),
            "series": column(np.array(names, dtype=object)[:, None, None]),
            "date": scaled.index[column(targets[:, None, None, None] - 1)],
            "step": column(np.arange(1, steps + 1)),
            "target_date": scaled.index[column(of_month)],
            PREDICTION: forecasts.transpose(1, 3, 0, 2).ravel(),
            TRUTH: truths.transpose(1, 3, 0, 2).ravel(),
        }
    ).astype({"units": "str", "series": "str"})


def _original(
    forecasts: Array, known: NDArray[np.intp], macro: pd.DataFrame, scaling: dict[str, Any], series: MacroParameters
) -> Array:
    """Forecasts in original units, each path from as many months as are known before it."""
    original = np.empty_like(forecasts)
    for k, each in enumerate(series.series):
        values = macro[each.name].to_numpy()
        transformed = forecasts[:, :, k] * scaling[each.name]["size"] + scaling[each.name]["offset"]
        for number, months in enumerate(known):
            original[number, :, k] = invert_path(transformed[number], values[:months], each)
    return original
