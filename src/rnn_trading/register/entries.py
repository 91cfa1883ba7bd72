"""Entries of the register of trials: what each says of one fit, and many of them as a table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from rnn_trading.register.configuration import canonical

# Of the form of an entry. A register of a later one is refused; an entry of an earlier one that cannot be read as this
# is named and left out.
REGISTER_VERSION = 1
Entry = dict[str, Any]
# What an entry holds: its name, the type of its values, and whether one may be missing.
FIELDS: dict[str, tuple[type, bool]] = {
    "register_version": (int, False),
    "key": (str, False),
    "when": (str, False),
    "commit": (str, False),
    "clean": (bool, True),
    "version": (str, False),
    "experiment": (str, False),
    "protocol": (str, False),
    "fold": (str, False),
    "seed": (int, False),
    "configuration": (str, False),
    "parameters": (str, False),
    "data": (str, False),
    "source": (str, False),
    "metric": (str, False),
    "larger_is_better": (bool, False),
    "validation_score": (float, True),
    "test_score": (float, True),
    "tested_from": (str, True),
    "tested_until": (str, True),
    "test_rows": (int, False),
    "epochs": (int, False),
    "networks": (int, False),
    "seconds": (float, False),
    "device": (str, False),
}
# Fields that entries of before a version have not, and what was so then. 0.12: there was no grid of networks.
ADDED = {"networks": 1}
DTYPES = {str: "str", int: "int64", float: "float64", bool: "boolean"}
OF_A_FIT = ("key", "ended", "epochs", "seconds", "device")
# The key knows what a network is fitted on. Which rows it is tested on, and what their source is called, it need not.
OF_A_TRIAL = ("key", "configuration", "source", "data")


@dataclass(frozen=True)
class Unit:
    """Which fit of a project it is.

    Attributes
    ----------
    experiment, protocol
        As in file names.
    fold
        Its number, or ``final`` for the fit on everything.
    seed
        Of the network.
    """

    experiment: str
    protocol: str
    fold: int | str
    seed: int


@dataclass(frozen=True)
class Scores:
    """What a fit scores, by the headline metric of its kind of forecast.

    Attributes
    ----------
    metric, larger_is_better
        Its name as in records, and which way is better.
    validation, test
        Of the rows of each part; None where there are none, or the score does not exist for them.
    tested_from, tested_until
        First and last date of the test rows (ISO); None: there are none, or they have no dates.
    test_rows
        How many were tested.
    data
        Hash of the rows that were forecast: keys and truths.
    """

    metric: str
    larger_is_better: bool
    validation: float | None
    test: float | None
    tested_from: str | None
    tested_until: str | None
    test_rows: int
    data: str


def trial(unit: Unit, fit: Mapping[str, Any], made: Mapping[str, Any], design: Mapping[str, Any], of: Scores) -> Entry:
    """The entry of one fit.

    Parameters
    ----------
    unit
        Which fit it is.
    fit
        Facts of the training: ``key`` (hash of all that the fit depends on), ``ended`` (ISO time, UTC), ``epochs``,
        ``seconds``, ``device``; ``grid``, of several networks of which it is the best on the watched rows.
    made
        ``commit``, ``clean`` and ``version``; see :func:`rnn_trading.provenance.made_now`.
    design
        ``hash``, ``parameters`` and ``source``; see :class:`rnn_trading.config.ConfigLoader`.
    of
        What it scores.

    Returns
    -------
    dict
        One value for each of :data:`FIELDS`; ``parameters`` as JSON.

    Raises
    ------
    ValueError
        If a fact is missing.

    Examples
    --------
    >>> fit = {"key": "k", "ended": "2026-01-31T12:05:00Z", "epochs": 3, "seconds": 1.5, "device": "CPU"}
    >>> made = {"commit": "0123456789ab", "clean": True, "version": "0.11.0"}
    >>> design = {"hash": "d", "parameters": {"units": [16]}, "source": "mine.csv"}
    >>> scores = Scores("r2", True, 0.2, 0.1, "2020-01-01", "2020-12-31", 250, "rows")
    >>> entry = trial(Unit("mine.volatility", "corrected", 1, 42), fit, made, design, scores)
    >>> entry["when"], entry["configuration"], entry["parameters"], entry["test_score"]
    ('2026-01-31T12:05:00Z', 'd', '{"units": [16]}', 0.1)
    """
    missing = [name for name in OF_A_FIT if fit.get(name) is None]
    if missing or not design:
        what = f"the facts {missing} of its training" if missing else "its configuration, which the loader fills in"
        raise ValueError(
            f"{unit.experiment}, fold {unit.fold}, seed {unit.seed}: a fit is counted by what it is. Missing: {what}."
        )
    return {
        "register_version": REGISTER_VERSION,
        "key": str(fit["key"]),
        "when": str(fit["ended"]),
        "commit": str(made.get("commit")),
        "clean": made.get("clean"),
        "version": str(made.get("version")),
        "experiment": unit.experiment,
        "protocol": unit.protocol,
        "fold": str(unit.fold),
        "seed": int(unit.seed),
        "configuration": str(design["hash"]),
        "parameters": canonical(design["parameters"]),
        "data": of.data,
        "source": str(design["source"]),
        "metric": of.metric,
        "larger_is_better": of.larger_is_better,
        "validation_score": of.validation,
        "test_score": of.test,
        "tested_from": of.tested_from,
        "tested_until": of.tested_until,
        "test_rows": of.test_rows,
        "epochs": int(fit["epochs"]),
        "networks": len(fit.get("grid", [])) or 1,
        "seconds": float(fit["seconds"]),
        "device": str(fit["device"]),
    }


def identity(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """What tells a trial from every other one: the fit, its design, its source, and the rows that it forecasts.

    Examples
    --------
    >>> identity({"key": "k", "configuration": "d", "source": "mine.csv", "data": "rows", "seed": 42})
    ('k', 'd', 'mine.csv', 'rows')
    """
    return tuple(str(entry[name]) for name in OF_A_TRIAL)


@dataclass(frozen=True)
class Register:
    """What could be read of the register.

    Attributes
    ----------
    entries
        One row a fit, in the order of time; columns as in :data:`FIELDS`.
    unreadable
        By the path of each part that could not be read, why.
    """

    entries: pd.DataFrame
    unreadable: dict[str, str] = field(default_factory=dict)


def as_table(entries: Iterable[Entry]) -> pd.DataFrame:
    """Entries as a table, in the order of time.

    Parameters
    ----------
    entries
        Each with all of :data:`FIELDS`.

    Returns
    -------
    pandas.DataFrame
        Text as ``str``, whole numbers as ``int64``, scores and seconds as ``float64``, truth values as ``boolean``;
        what is missing is NaN or NA. The same columns without an entry.

    Examples
    --------
    >>> as_table([]).shape
    (0, 25)
    """
    rows = sorted(entries, key=lambda entry: (entry["when"], entry["key"]))
    columns = {name: pd.Series([row[name] for row in rows], dtype=DTYPES[kind]) for name, (kind, _) in FIELDS.items()}
    return pd.DataFrame(columns)


def faults_of(entry: Mapping[str, Any]) -> list[str]:
    """What is wrong with what was read as an entry; nothing, if it can be used.

    Examples
    --------
    >>> faults_of({"register_version": 1, "key": 7})[:2]
    ["'key': expected str, received 7", "'when' is missing"]
    """
    found = []
    for name, (kind, may_be_missing) in FIELDS.items():
        value = entry.get(name)
        if name not in entry or (value is None and not may_be_missing):
            found.append(f"'{name}' is missing")
        elif value is not None and type(value) is not kind:
            found.append(f"'{name}': expected {kind.__name__}, received {value!r}")
    return found
