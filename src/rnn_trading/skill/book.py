"""The networks of the book: every published figure that is a metric of ours, beside ours and those of the rivals."""

import math
from typing import Any

from rnn_trading.skill.formats import words
from rnn_trading.skill.protocols import BOOK
from rnn_trading.skill.record_files import Records
from rnn_trading.skill.rows import best
from rnn_trading.skill.summary import in_words

ERRORS = ("rmse", "mae", "half_mse")  # with which the names of metrics begin of which less is better
TIERS = ("naive", "strong")
# Metrics that are no headline of their task; of those that are, the record has the words.
WORDS = {"rmse_scaled": "RMSE of the scaled level", "ic_pooled": "information coefficient"}


def book_table(records: Records) -> list[dict[str, Any]]:
    """One row for each published figure of the book that its record has a metric for.

    Parameters
    ----------
    records
        See :func:`rnn_trading.skill.record_files.read_records`.

    Returns
    -------
    list of dict
        ``experiment``, ``figure`` (name of the metric), ``score`` (in words), ``larger_is_better``, ``published``,
        ``published_on``, ``ours``, ``naive`` and ``strong`` (the best rival of each tier by this metric; None: there is
        none) each with ``_value`` (NaN without one), ``finding``, ``finding_kind``, and ``changed``: what is not as in
        ``conf/base``, in words.

    Examples
    --------
    >>> from rnn_trading.skill.record_files import Records
    >>> book_table(Records())
    []
    """
    return [
        _row(name, record, figure, value)
        for (name, protocol), record in records.found.items()
        if protocol == BOOK
        for figure, value in (record["published"] or {}).items()
        if isinstance(record["model"]["metrics"].get(figure), int | float)
    ]


def _row(name: str, record: dict[str, Any], figure: str, published: float) -> dict[str, Any]:
    headline = record["headline"]
    row = {
        "experiment": name,
        "figure": figure,
        "score": headline["words"] if figure == headline["metric"] else WORDS.get(figure, words(figure)),
        "larger_is_better": not figure.startswith(ERRORS),
        "published": published,
        "published_on": record["published_on"],
        "ours": record["model"]["metrics"][figure],
        "finding": record["finding"],
        "finding_kind": record["finding_kind"],
        "changed": in_words(record["changed"]),
    }
    for tier in TIERS:
        tests = (record["decision"]["tiers"][tier] or {"tests": []})["tests"]
        values = {
            test["rival"]: {figure: _or_nan(record["rivals"].get(test["rival"], {}).get(figure))} for test in tests
        }
        row[tier] = best(values, figure, row["larger_is_better"])
        row[f"{tier}_value"] = values[row[tier]][figure] if row[tier] else math.nan
    return row


def _or_nan(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
