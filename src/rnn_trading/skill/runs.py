"""Skill records of several runs side by side: scores, and what differs in parameters, data and code."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from rnn_trading.differences import leaves
from rnn_trading.skill.formats import format_fact
from rnn_trading.skill.record_files import Records
from rnn_trading.skill.tries import late_of

AS_IN_BASE = "as in conf/base"
NOT_SAID = "not said"
# What of a record differs between any two runs and says nothing.
TIME = "time"
MOST_NAMES = 8
KINDS = {"parameters": "Parameters and sources", "data": "Data", "code": "Code, seeds and packages"}


@dataclass(frozen=True)
class Difference:
    """Something that is not the same in all runs.

    Attributes
    ----------
    kind
        ``parameters``, ``data`` or ``code``.
    name
        Dotted.
    values
        By run, in words.
    """

    kind: str
    name: str
    values: dict[str, str]


def table_of_runs(runs: Mapping[str, Records]) -> pd.DataFrame:
    """One row for each experiment, protocol and run that has its record.

    Parameters
    ----------
    runs
        Records by the name of a run.

    Returns
    -------
    pandas.DataFrame
        ``experiment``, ``protocol``, ``run``; ``score`` (the name of the headline metric in words) and
        ``larger_is_better``; ``value``, ``low`` and ``high`` (its 95 % interval), NaN where there is none, and
        ``too_narrow``; ``rows`` (of the test); ``finding``, ``finding_kind``; ``made`` (UTC; None where a record does
        not say it); ``remark``: whether more was tried since, or empty. Experiments in the order of the first run, then
        those that only others have.

    Examples
    --------
    >>> from rnn_trading.skill.record_files import Records
    >>> table_of_runs({"main": Records(), "wide": Records()}).empty
    True
    """
    rows = [
        {"experiment": name, "protocol": protocol, "run": run, **_scores(records.found[name, protocol])}
        for name, protocol in pairs(runs)
        for run, records in runs.items()
        if (name, protocol) in records.found
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


COLUMNS = [
    *("experiment", "protocol", "run", "score", "larger_is_better", "value", "low", "high", "too_narrow", "rows"),
    *("finding", "finding_kind", "made", "remark"),
]


def pairs(runs: Mapping[str, Records]) -> list[tuple[str, str]]:
    """(Name, protocol) of every record that some run has, each once."""
    return list(dict.fromkeys(pair for records in runs.values() for pair in records.found))


def _scores(record: dict[str, Any]) -> dict[str, Any]:
    headline = record["headline"]
    low, high = headline["interval"]
    return {
        "score": headline["words"],
        "larger_is_better": headline["larger_is_better"],
        **{name: float("nan") if each is None else each for name, each in (("value", headline["value"]), ("low", low))},
        "high": float("nan") if high is None else high,
        "too_narrow": headline["too_narrow"],
        "rows": (record["data"].get("test") or {}).get("rows"),
        "finding": record["finding"],
        "finding_kind": record["finding_kind"],
        "made": record.get("made", {}).get(TIME),
        "remark": late_of(record),
    }


def differences_of(records: Mapping[str, dict[str, Any]]) -> list[Difference]:
    """What differs between the records of one experiment and protocol.

    Parameters
    ----------
    records
        By run; two or more.

    Returns
    -------
    list of Difference
        First parameters and sources, as far as they are not as in ``conf/base`` (which itself belongs to the commit);
        then the data, then code, seeds and packages. When a run was made is no difference.

    Examples
    --------
    >>> one = {"changed": {}, "data": {"source": "mine.csv", "test": {"rows": 100}}, "made": {"commit": "a1"}}
    >>> other = one | {"changed": {"series.lags": "30"}, "made": {"commit": "b2"}}
    >>> for each in differences_of({"main": one, "wide": other}):
    ...     print(each.kind, each.name, each.values)
    parameters series.lags {'main': 'as in conf/base', 'wide': '30'}
    code commit {'main': 'a1', 'wide': 'b2'}
    """
    flat = {
        "parameters": ({run: dict(_opened(record["changed"])) for run, record in records.items()}, AS_IN_BASE),
        "data": ({run: dict(leaves(record["data"])) for run, record in records.items()}, NOT_SAID),
        "code": ({run: dict(leaves(record.get("made", {}))) for run, record in records.items()}, NOT_SAID),
    }
    return [
        Difference(kind, name, values)
        for kind, (by_run, otherwise) in flat.items()
        for name in dict.fromkeys(name for values in by_run.values() for name in values)
        if name != TIME
        and len(set((values := {run: _short(of.get(name, otherwise)) for run, of in by_run.items()}).values())) > 1
    ]


def _opened(changed: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """What was changed, blocks that are told as JSON by what is in them."""
    for name, told in changed.items():
        try:
            value = json.loads(told)
        except ValueError:
            value = told
        yield from leaves(value, f"{name}.") if isinstance(value, dict) and value else [(name, told)]


def _short(value: Any) -> str:
    """A value in words; of a long list how many it has."""
    many = isinstance(value, list) and len(value) > MOST_NAMES
    return f"{len(value):,} values" if many else format_fact(value)


def found_in_runs(runs: Mapping[str, Records], table: pd.DataFrame) -> str:
    """In a sentence: how many results the runs share, and in how many of them the findings differ.

    Examples
    --------
    >>> from rnn_trading.skill.record_files import Records
    >>> found_in_runs({"main": Records(), "wide": Records()}, table_of_runs({}))
    'No experiment has a record in more than one of the runs main and wide.'
    """
    names = _listed(list(runs))
    shared = table.groupby(["experiment", "protocol"], sort=False).filter(lambda rows: len(rows) > 1)
    if shared.empty:
        return f"No experiment has a record in more than one of the runs {names}."
    by_pair = shared.groupby(["experiment", "protocol"], sort=False)[["value", "finding_kind"]].nunique()
    moved, others = (by_pair > 1).sum()
    return (
        f"The runs {names} share {_records(len(by_pair))}. The score differs in {moved:,}, the finding in {others:,}. "
        "No test was made between runs: a score inside the other's interval says little."
    )


def _records(number: int) -> str:
    return f"{number:,} record{'s' * (number != 1)}"


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
