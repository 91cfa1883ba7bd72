"""The register of trials in two tables: by experiment, and by configuration."""

import json
from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.differences import GONE, differences
from rnn_trading.register.sameness import first_with_the_same_fits
from rnn_trading.register.tested import of_one_plan, tested_rows

OF_ONE = ["experiment", "protocol", "source", "metric", "larger_is_better"]
OF_CONFIGURATIONS = ["configuration", "fits", "first", "last", "seconds", "tested", "validation_score", "test_score"]
OF_EXPERIMENTS = ["configurations", *OF_CONFIGURATIONS[1:6], "best_validation_score", "best_test_score"]
MOST = 8  # differences that are named


def by_configuration(entries: pd.DataFrame) -> pd.DataFrame:
    """One row for each configuration of each experiment, protocol and source, the first that was tried first.

    Those with the same fits are one row: see :func:`rnn_trading.register.sameness.first_with_the_same_fits`.

    Parameters
    ----------
    entries
        See :func:`rnn_trading.register.entries.as_table`.

    Returns
    -------
    pandas.DataFrame
        ``experiment``, ``protocol``, ``source``, ``metric``, ``larger_is_better``, ``configuration``; ``fits``: how
        many networks that were; ``first`` and ``last`` (ISO times, UTC), ``seconds`` of all of them, ``tested``: the
        rows of each fold, see :func:`rnn_trading.register.tested.tested_rows`, ``validation_score`` and ``test_score``
        (means over the fits of the folds that were tested last, NaN without one), ``differs``: what is not as in the
        first configuration of the experiment, in words.

    Examples
    --------
    >>> from rnn_trading.register.entries import as_table
    >>> by_configuration(as_table([])).empty
    True
    """
    rows = []
    of_each = [
        (of, *each)
        for of, alike in entries.groupby(OF_ONE, sort=False)
        for each in alike.groupby(first_with_the_same_fits(alike), sort=False)
    ]
    for of, configuration, fits in of_each:
        tested = of_one_plan(fits)
        scored = tested if len(tested) else fits
        rows.append(
            dict(zip(OF_ONE, of, strict=True))
            | {
                "configuration": configuration,
                "fits": fits["key"].nunique(),
                "first": fits["when"].min(),
                "last": fits["when"].max(),
                "seconds": fits["seconds"].sum(),
                "tested": tested_rows(tested),
                "validation_score": scored["validation_score"].mean(),
                "test_score": scored["test_score"].mean(),
                "parameters": fits["parameters"].iloc[0],
            }
        )
    table = pd.DataFrame(rows, columns=[*OF_ONE, *OF_CONFIGURATIONS, "parameters"])
    first = table.groupby(["experiment", "protocol"], sort=False)["parameters"].transform("first")
    differs = [what_differs(*both) for both in zip(table["parameters"], first, strict=True)]
    return table.drop(columns="parameters").assign(differs=pd.Series(differs, dtype="str"))


def what_differs(parameters: str, others: str) -> str:
    """What of a configuration is not as in another one; both as JSON.

    Examples
    --------
    >>> what_differs('{"training": {"epochs": 3, "batch": 8}}', '{"training": {"epochs": 5}}')
    'training.epochs 3 (5), training.batch 8'
    """
    mine, theirs = json.loads(parameters), json.loads(others)
    there = dict(differences(theirs, mine))
    found = [_in_words(name, value, there.get(name, GONE)) for name, value in differences(mine, theirs)]
    return ", ".join(found[:MOST]) + (f" and {len(found) - MOST} more" if len(found) > MOST else "")


def _in_words(name: str, value: Any, other: Any) -> str:
    text = "gone" if value is GONE else json.dumps(value, ensure_ascii=False)
    return f"{name} {text}" + ("" if other is GONE else f" ({json.dumps(other, ensure_ascii=False)})")


def by_experiment(configurations: pd.DataFrame) -> pd.DataFrame:
    """One row for each experiment, protocol and source.

    Parameters
    ----------
    configurations
        See :func:`by_configuration`.

    Returns
    -------
    pandas.DataFrame
        ``experiment``, ``protocol``, ``source``, ``metric``, ``larger_is_better``; ``configurations``, ``fits``,
        ``first``, ``last``, ``seconds``; ``tested``: rows of each fold of the configuration that was tested last;
        ``best_validation_score`` and ``best_test_score``: of those that were tested on these rows, of the one that is
        best by each, NaN where none has one.
    """
    rows = [
        dict(zip(OF_ONE, of, strict=True))
        | {
            "configurations": len(each),
            "fits": each["fits"].sum(),
            "first": each["first"].min(),
            "last": each["last"].max(),
            "seconds": each["seconds"].sum(),
        }
        | _bests(each)
        for of, each in configurations.groupby(OF_ONE, sort=False)
    ]
    return pd.DataFrame(rows, columns=[*OF_ONE, *OF_EXPERIMENTS])


def _bests(each: pd.DataFrame) -> dict[str, Any]:
    there = each[each["tested"].map(len) > 0]
    rows = there.sort_values("last", kind="stable")["tested"].iloc[-1] if len(there) else frozenset()
    held = there[there["tested"] == rows] if len(there) else each
    scores = ("validation_score", "test_score")
    return {"tested": rows} | {f"best_{score}": _best(held, score) for score in scores}


def _best(rows: pd.DataFrame, score: str) -> float:
    values = rows[score].dropna()
    return np.nan if values.empty else float(values.max() if rows["larger_is_better"].iloc[0] else values.min())
