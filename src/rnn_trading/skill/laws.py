"""Five laws that every experiment must obey, and what shows that one of them is broken."""

from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.skill.chance import SCORES, Distance, pooled_p_value
from rnn_trading.skill.decision import SKILL
from rnn_trading.skill.statistics import TRUTH
from rnn_trading.skill.tasks import TaskName

LUCK = "luck is not skill"
LABELS = "without labels there is nothing to learn"
FUTURE = "no forecast knows the future"
SIGNAL = "a signal that is there is found"
SMALL_SKILL = "a small skill is seen"
LAWS = (LUCK, LABELS, FUTURE, SIGNAL, SMALL_SKILL)
# Of the form of results: a report reads no other.
CANARIES_VERSION = 2


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


def skill_is_found(law: str, decision: dict[str, Any], strength: float) -> dict[str, Any]:
    """Of a forecast that is better than chance, the finding must say so.

    Parameters
    ----------
    law
        :data:`SIGNAL`, of a network that was trained on a planted signal; or :data:`SMALL_SKILL`, of a forecast that
        was made from the outcomes of luck and noise, with the same rows and rivals.
    decision
        See :func:`rnn_trading.skill.decision.decide`.
    strength
        Of what was planted.

    Returns
    -------
    dict
        ``law``, ``held``, ``strength``, ``finding``, ``score`` and ``score_name`` (the statistic that decides).

    Examples
    --------
    >>> decision = {"finding_kind": "chance", "finding": "Better than chance only", "value": 0.06, "words": "AUC"}
    >>> skill_is_found(SIGNAL, decision, strength=0.2)["held"]
    True
    >>> skill_is_found(SIGNAL, decision | {"finding_kind": "none"}, strength=0.2)["held"]
    False
    """
    return {
        "law": law,
        "held": decision["finding_kind"] in SKILL,
        "strength": strength,
        "finding": decision["finding"],
        "score": decision["value"],
        "score_name": decision["words"],
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
    >>> describe({"law": SIGNAL, "held": True, "finding": "Better than chance only", "strength": 0.2})
    'Better than chance only, at a strength of 0.2'
    """
    if result["law"] == FUTURE:
        return f"{result['changed']:,} of {result['rows']:,} earlier rows changed"
    if result.get("finding") is not None:  # results that were read from a file have every field
        return f"{result['finding']}, at a strength of {result['strength']:g}"
    return f"{result['score_name']} {result['score']:+.3f} (z {result['z']:+.1f})"


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
