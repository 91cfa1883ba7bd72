"""What of the table of all models is shown, and what is said of the rest once."""

from collections import Counter
from typing import Any

import pandas as pd

from rnn_trading.skill.formats import words
from rnn_trading.skill.protocols import COMPARED
from rnn_trading.skill.summary import rows_of_table


def with_record(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of models that have a record; see :func:`rnn_trading.skill.summary.rows_of_table`."""
    return [row for row in rows_of_table(table) if row["metric"] is not None]


def without_record(table: pd.DataFrame) -> str:
    """How many models have no record, and what makes them; empty if there is none.

    Examples
    --------
    >>> without_record(pd.DataFrame({"metric": [None, "auc", None]}))
    '2 models have no record yet. To make them: '
    """
    count = len(table) - len(with_record(table))
    if not count:
        return ""
    have, them = ("model has", "it") if count == 1 else ("models have", "them")
    return f"{count} {have} no record yet. To make {them}: "


def changed_runs(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Runs that were not as in ``conf/base``: name and protocol, and what was changed."""
    return [
        (f"{row['experiment']} ({words(protocol)})", row[f"{protocol}_changed"])
        for row in with_record(table)
        for protocol in COMPARED
        if row[f"{protocol}_changed"]
    ]


def in_a_sentence(table: pd.DataFrame) -> str:
    """What the table shows, in one sentence: how many models beat which rivals.

    Examples
    --------
    >>> in_a_sentence(pd.DataFrame({"counts": [True, True, False], "finding_kind": ["naive", None, "every"]}))
    '0 of 1 models on real data beat every rival, 1 naive ones only, 0 chance only'
    """
    kinds = table.loc[table["counts"].astype(bool), "finding_kind"]
    judged = Counter(kind for kind in kinds if isinstance(kind, str))
    if not judged:
        return "No model on real data is judged yet"
    beat = "beats" if judged["every"] == 1 else "beat"
    return (
        f"{judged['every']} of {judged.total()} models on real data {beat} every rival, {judged['naive']} naive ones "
        f"only, {judged['chance']} chance only"
    )
