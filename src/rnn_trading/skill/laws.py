"""Four laws that every experiment must obey, and what shows that one of them is broken."""

from typing import Any

import numpy as np
import pandas as pd
import scipy

from rnn_trading.skill.chance import SCORES, Distance, pooled_p_value
from rnn_trading.skill.formats import format_share
from rnn_trading.skill.statistics import TRUTH
from rnn_trading.skill.tasks import TaskName

LUCK = "luck is not skill"
LABELS = "without labels there is nothing to learn"
FUTURE = "no forecast knows the future"
SIGNAL = "a signal that is there is found"
LAWS = (LUCK, LABELS, FUTURE, SIGNAL)
# Of the form of results: a report reads no other.
CANARIES_VERSION = 1


def luck_is_not_skill(law: str, task: TaskName, distances: list[Distance], false_alarm_rate: float) -> dict[str, Any]:
    """Scores of samples without anything to find must be those of luck.

    Parameters
    ----------
    law
        :data:`LUCK` or :data:`LABELS`.
    task
        Kind of forecast.
    distances
        One a sample.
    false_alarm_rate
        Share of honest experiments that this calls dishonest.

    Returns
    -------
    dict
        ``law``, ``held``, ``score`` (mean over the samples), ``scores``, ``score_name``, ``z``, ``p_value``.

    Examples
    --------
    Two samples as far above luck as below it are luck; eight standard errors above it are not.

    >>> from rnn_trading.skill.chance import Distance
    >>> result = luck_is_not_skill(LUCK, "level", [Distance(0.1, 0.1, 50), Distance(-0.1, 0.1, 50)], 0.001)
    >>> result["held"], result["z"], result["p_value"]
    (True, 0.0, 1.0)
    >>> luck_is_not_skill(LUCK, "level", [Distance(0.8, 0.1, 50)], 0.001)["held"]
    False
    """
    z, p_value = pooled_p_value(distances)
    return _result(law, p_value >= false_alarm_rate, task, distances) | {"z": z, "p_value": p_value}


def a_signal_is_found(
    task: TaskName, model: Distance, oracle: Distance, false_alarm_rate: float, least_share: float
) -> dict[str, Any]:
    """Of a planted signal, more is found than luck would find, and enough of it.

    Parameters
    ----------
    task
        Kind of forecast.
    model, oracle
        Of the model, and of the best forecast that could be made, on the same rows.
    false_alarm_rate
        How often luck alone would pass.
    least_share
        Share of the oracle's score that must be found.

    Returns
    -------
    dict
        As :func:`luck_is_not_skill`, and ``oracle``, ``share``.

    Examples
    --------
    >>> from rnn_trading.skill.chance import Distance
    >>> model, oracle = Distance(0.4, 0.05, 50), Distance(0.5, 0.05, 50)
    >>> result = a_signal_is_found("level", model, oracle, false_alarm_rate=0.001, least_share=0.5)
    >>> result["held"], result["share"]
    (True, 0.8)
    """
    z, _ = pooled_p_value([model])
    p_value = float(scipy.stats.norm.sf(z))
    share = model.score / oracle.score if oracle.score else 0.0
    held = p_value < false_alarm_rate and share >= least_share
    return _result(SIGNAL, held, task, [model]) | {
        "z": z,
        "p_value": p_value,
        "oracle": oracle.score,
        "share": share,
    }


def no_forecast_knows_the_future(
    predictions: pd.DataFrame, with_another_future: pd.DataFrame, column: str, after: Any
) -> dict[str, Any]:
    """Forecasts made up to a date are the same, to the bit, whatever comes after it.

    Parameters
    ----------
    predictions, with_another_future
        Of two runs whose sources agree up to ``after``. Forecasts are the float columns; ``truth`` is not compared.
    column
        By which rows are early or late.
    after
        Last value of the column that both runs share.

    Returns
    -------
    dict
        ``law``, ``held``, ``rows`` that were compared, ``changed`` (early rows in which the model, a rival or a key
        differs), ``largest_change`` of a forecast in them (not there if the runs differ in their number of early rows).

    Raises
    ------
    ValueError
        If no late forecast differs either: then the other future did not reach the pipeline.

    Examples
    --------
    The sources of two runs differ after day 2. In the second pair the forecast of day 2 differs, too: it has seen
    day 3.

    >>> first = pd.DataFrame({"date": [1, 2, 3], "prediction": [0.5, 0.5, 0.5], "truth": [1, 0, 1]})
    >>> other = first.assign(prediction=[0.5, 0.5, 0.25])
    >>> no_forecast_knows_the_future(first, other, "date", after=2)["held"]
    True
    >>> result = no_forecast_knows_the_future(first, first.assign(prediction=[0.5, 0.75, 0.25]), "date", after=2)
    >>> result["held"], result["changed"], result["largest_change"]
    (False, 1, 0.25)
    """
    first, second = (table.drop(columns=TRUTH) for table in (predictions, with_another_future))
    early, early_too = (table[column] <= after for table in (first, second))
    one, other = first[early].reset_index(drop=True), second[early_too].reset_index(drop=True)
    forecasts = [name for name in one if pd.api.types.is_float_dtype(one[name])]
    if first[~early][forecasts].reset_index(drop=True).equals(second[~early_too][forecasts].reset_index(drop=True)):
        raise ValueError(f"No forecast after {after} differs although its inputs do: the canary saw nothing.")
    if len(one) != len(other):
        return {"law": FUTURE, "held": False, "rows": len(one), "changed": abs(len(one) - len(other))}
    same = (one == other) | (one.isna() & other.isna())
    changed = ~same.all(axis="columns")
    change = (one[forecasts] - other[forecasts]).abs().to_numpy()
    return {
        "law": FUTURE,
        "held": not changed.any(),
        "rows": len(one),
        "changed": int(changed.sum()),
        "largest_change": float(np.nanmax(change, initial=0.0)),
    }


def _result(law: str, held: bool, task: TaskName, distances: list[Distance]) -> dict[str, Any]:
    return {
        "law": law,
        "held": bool(held),
        "score_name": SCORES[task][0],
        "score": float(np.mean([one.score for one in distances])),
        "scores": [one.score for one in distances],
    }


def describe(result: dict[str, Any]) -> str:
    """What was found, in words.

    Examples
    --------
    >>> describe({"law": FUTURE, "held": False, "rows": 20, "changed": 7})
    '7 of 20 earlier rows changed'
    """
    if result["law"] == FUTURE:
        return f"{result['changed']:,} of {result['rows']:,} earlier rows changed"
    text = f"{result['score_name']} {result['score']:+.3f} (z {result['z']:+.1f})"
    if result["law"] == SIGNAL:
        text += f", {format_share(result['share'])} of the {result['oracle']:+.3f} that could be had"
    return text


def broken_laws(canaries: dict[str, Any]) -> list[str]:
    """Every broken law with the experiment that broke it, in words.

    Parameters
    ----------
    canaries
        ``experiments``: each with ``experiment`` and ``laws``, see the functions above.

    Examples
    --------
    >>> law = {"law": FUTURE, "held": False, "rows": 20, "changed": 7}
    >>> broken_laws({"experiments": [{"experiment": "runs", "laws": [law]}]})
    ['runs breaks the law that no forecast knows the future: 7 of 20 earlier rows changed']
    """
    return [
        f"{one['experiment']} breaks the law that {result['law']}: {describe(result)}"
        for one in canaries["experiments"]
        for result in one["laws"]
        if not result["held"]
    ]
