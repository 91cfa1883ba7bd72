"""Forecasts of several series by anyone who can forecast paths: one month ahead, and one path.

Of the validation months there are forecasts one month ahead alone.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.series.monthly import MacroParameters
from rnn_trading.series.transformations import TransformationParameters, invert_path
from rnn_trading.skill.metrics.macro import NETWORK, ONE_STEP, ORIGINAL, PATH
from rnn_trading.skill.rivals.macro import Paths

Array = NDArray[np.float64]
PREDICTION, TRUTH = "prediction", "truth"


def forecast_table(
    paths: Paths,
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
    paths
        Histories ``(runs, rows, series)`` and steps to forecasts ``(runs, steps, series)``, all scaled.
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
        forecasts = paths(histories_before(scaled, targets), steps)
        for number, first in enumerate(targets):
            tables += [
                _one_path(forecasts[number, :, k], run, first, each, macro, scaled, scaling).assign(split=part)
                for k, each in enumerate(series.series)
            ]
    return pd.concat(tables, ignore_index=True)


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


def _one_path(
    forecasts: Array,
    run: str,
    first: int,
    series: TransformationParameters,
    macro: pd.DataFrame,
    scaled: pd.DataFrame,
    scaling: dict[str, Any],
) -> pd.DataFrame:
    name, steps = series.name, len(forecasts)
    targets = scaled.index[first : first + steps]
    keys = {
        "run": run,
        "series": name,
        "date": scaled.index[first - 1],
        "step": np.arange(1, steps + 1),
        "target_date": targets,
    }
    transformed = forecasts * scaling[name]["size"] + scaling[name]["offset"]
    history = macro.loc[: scaled.index[first - 1], name].to_numpy()
    by_units = {
        NETWORK: (forecasts, scaled.loc[targets, name]),
        ORIGINAL: (invert_path(transformed, history, series), macro.loc[targets, name]),
    }
    return pd.concat(
        [
            pd.DataFrame({"units": units, **keys, PREDICTION: predicted, TRUTH: truth.to_numpy()})
            for units, (predicted, truth) in by_units.items()
        ],
        ignore_index=True,
    )
