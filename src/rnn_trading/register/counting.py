"""How many configurations were tried before a result, by the register of trials."""

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

import pandas as pd

from rnn_trading.register.entries import Entry, Register, identity
from rnn_trading.register.sameness import first_with_the_same_fits
from rnn_trading.register.tested import ROWS, tested_rows

# Of one experiment on one source, so that scores can be held against each other.
SAME = ("experiment", "protocol", "source")
SHOWN = 3


def tried(register: Register, trials: Sequence[Entry], seeds: int | None = None) -> dict[str, Any]:
    """What was tried of an experiment on the same source and rows, these fits included.

    Parameters
    ----------
    register
        What could be read of it.
    trials
        Entries of the fits of one configuration: all its folds and seeds.
    seeds
        How many of its seeds, the first ones, are judged together; the others are shown beside them. None: all.

    Returns
    -------
    dict
        ``configurations``: how many different ones were tested on dates that overlap with these, this one included
        (documents have no dates: all count; those with the same fits are one, see
        :func:`rnn_trading.register.sameness.first_with_the_same_fits`); ``tries``: of each as many as it has seeds for
        networks of as many seeds as are judged, so that another set of seeds is another try; ``fits``: how many that
        were; ``networks``: how many were trained for them, with those of a grid of which a fit is the best; ``since``:
        when the first of them was fitted (ISO time, UTC); ``versions``: how many different fits of one configuration,
        fold, seed and rows there are at most, which another version of the code, or other training rows, made; ``new``:
        whether no other tested fit of this experiment, protocol and source is there; ``unreadable``: parts of the
        register that could not be read, by path; ``metric`` and ``larger_is_better``; ``validation_score`` and
        ``test_score`` (means over the fits that are judged) and ``best_validation_score`` and ``best_test_score`` (of
        the best configuration each, of those that were tested on the same rows in the same folds), None where no fit
        has one; ``configuration``: hash of this one; ``of``: what is needed to count again, see :func:`tries_now`.

    Raises
    ------
    ValueError
        If there is no trial, or one of them is not in the register: nothing is judged that is not counted.

    Examples
    --------
    >>> from rnn_trading.register.entries import Register, Scores, Unit, as_table, trial
    >>> fit = {"ended": "2026-01-31T12:05:00Z", "epochs": 3, "seconds": 1.5, "device": "CPU"}
    >>> made, scores = {}, Scores("r2", True, 0.2, 0.1, "2020-01-01", "2020-12-31", 250, "rows")
    >>> unit, design = Unit("mine.volatility", "corrected", 1, 42), {"parameters": {}, "source": "mine.csv"}
    >>> wide, deep = (trial(unit, fit | {"key": each}, made, design | {"hash": each}, scores) for each in "wd")
    >>> found = tried(Register(as_table([wide, deep])), [deep])
    >>> found["configurations"], found["tries"], found["fits"], found["new"]
    (2, 2, 2, False)
    >>> tried(Register(as_table([wide])), [deep])
    Traceback (most recent call last):
    ValueError: mine.volatility (corrected): 1 of 1 fits is not in the register (fold 1, seed 42). Nothing is judged \
that is not counted: enter it with the node register_fit of that fold and seed, or run the experiment again.
    """
    _refuse_uncounted(register, trials)
    judged = _judged(trials, seeds)
    first, of = trials[0], _counted_with(judged)
    alike = _alike(register.entries, of)
    tested = _on_these_dates(alike, of)
    tested = tested.assign(configuration=first_with_the_same_fits(tested))
    held = _on_the_rows_of(trials, tested)
    validation, test = (_means(held, name) for name in ("validation_score", "test_score"))
    best = max if first["larger_is_better"] else min
    others = {identity(entry) for entry in alike[alike["test_rows"] > 0].to_dict("records")} - {*map(identity, trials)}
    return {
        "configurations": max(1, int(tested["configuration"].nunique())),
        "tries": _tries(tested, of),
        "fits": len({*tested["key"], *(entry["key"] for entry in trials)}),
        "networks": _networks(tested, trials),
        "since": min([*tested["when"], *(entry["when"] for entry in trials)]),
        "versions": _versions(tested),
        "new": not others,
        "unreadable": sorted(register.unreadable),
        "metric": first["metric"],
        "larger_is_better": first["larger_is_better"],
        "validation_score": _mean(entry["validation_score"] for entry in judged),
        "best_validation_score": best(validation, default=None),
        "test_score": _mean(entry["test_score"] for entry in judged),
        "best_test_score": best(test, default=None),
        "configuration": min(entry["configuration"] for entry in trials),
        "of": [of],
    }


def tries_now(register: Register, of: Iterable[Mapping[str, Any]]) -> int:
    """How many tries there are by now, where a result was counted earlier.

    Parameters
    ----------
    register
        What could be read of it, also of other experiments.
    of
        What was counted then; see :func:`tried`. Of several experiments that are judged together, of each.

    Examples
    --------
    >>> from rnn_trading.register.entries import Register, as_table
    >>> of = {"experiment": "mine.volatility", "protocol": "corrected", "source": "mine.csv", "seeds": 1}
    >>> tries_now(Register(as_table([])), [of | {"tested_from": "2020-01-01", "tested_until": "2020-12-31"}])
    1
    """
    found = 0
    for each in of:
        tested = _on_these_dates(_alike(register.entries, each), each)
        found += _tries(tested.assign(configuration=first_with_the_same_fits(tested)), each)
    return found


def _networks(tested: pd.DataFrame, trials: Sequence[Entry]) -> int:
    """Networks of all fits, each fit once; of one that was chosen from several grids, the largest counts."""
    of_now = pd.DataFrame([{"key": entry["key"], "networks": entry["networks"]} for entry in trials])
    every = pd.concat([tested[["key", "networks"]], of_now])
    return int(every.groupby("key")["networks"].max().sum())


def _judged(trials: Sequence[Entry], seeds: int | None) -> list[Entry]:
    """Entries of the first seeds."""
    first = [*dict.fromkeys(entry["seed"] for entry in trials)][:seeds]
    return [entry for entry in trials if entry["seed"] in first]


def _counted_with(trials: Sequence[Entry]) -> dict[str, Any]:
    """Experiment, protocol, source and dates of which all fits count, and how many seeds are one try."""
    dates = [(entry["tested_from"], entry["tested_until"]) for entry in trials if entry["tested_from"] is not None]
    return {name: trials[0][name] for name in SAME} | {
        "tested_from": min((start for start, _ in dates), default=None),
        "tested_until": max((end for _, end in dates), default=None),
        "seeds": len({entry["seed"] for entry in trials}),
    }


def _alike(entries: pd.DataFrame, of: Mapping[str, Any]) -> pd.DataFrame:
    return entries[(entries[list(SAME)] == pd.Series({name: of[name] for name in SAME})).all(axis=1)]


def _on_these_dates(entries: pd.DataFrame, of: Mapping[str, Any]) -> pd.DataFrame:
    """What was tested on dates between the first and the last; without dates, all that was tested."""
    tested = entries[entries["test_rows"] > 0]
    if of["tested_from"] is None or of["tested_until"] is None:
        return tested
    # ISO dates are in the order of their text.
    within = (tested["tested_from"] <= of["tested_until"]) & (tested["tested_until"] >= of["tested_from"])
    return tested[tested["tested_from"].isna() | within]


def _on_the_rows_of(trials: Sequence[Entry], tested: pd.DataFrame) -> pd.DataFrame:
    """Fits of the configurations that were tested on the rows of these: a score of other rows is no better or worse."""
    rows = tested_rows(trials)
    # A configuration may have been tested in other folds, too.
    same = [tested_rows([entry]) <= rows for entry in tested[ROWS].to_dict("records")]
    on_them = tested[pd.Series(same, index=tested.index, dtype=bool)]
    there = [each for _, each in on_them.groupby("configuration", sort=False) if tested_rows(each) == rows]
    return pd.concat(there) if there else tested.iloc[:0]


def _tries(tested: pd.DataFrame, of: Mapping[str, Any]) -> int:
    """Of each configuration, how many averages of as many seeds: whoever tries seeds finds a lucky one, too."""
    seeds = tested.groupby("configuration")["seed"].nunique()
    return max(1, sum(math.ceil(each / of["seeds"]) for each in seeds))


def _versions(tested: pd.DataFrame) -> int:
    """Largest number of different fits of one configuration, fold and seed on the same rows."""
    keys = tested.groupby(["configuration", "fold", "seed", "data"])["key"].nunique()
    return max(1, int(keys.max())) if len(keys) else 1


def _refuse_uncounted(register: Register, trials: Sequence[Entry]) -> None:
    if not trials:
        raise ValueError("No fit was handed over to be counted. Nothing is judged that is not counted.")
    there = {identity(entry) for entry in register.entries.to_dict("records")}
    missing = [entry for entry in trials if identity(entry) not in there]
    if missing:
        first, one = trials[0], len(missing) == 1
        which = "; ".join(f"fold {entry['fold']}, seed {entry['seed']}" for entry in missing[:SHOWN])
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        raise ValueError(
            f"{first['experiment']} ({first['protocol']}): {len(missing)} of {len(trials)} fits "
            f"{'is' if one else 'are'} not in the register ({which}{more}). Nothing is judged that is not counted: "
            f"enter {'it' if one else 'them'} with the node register_fit of that fold and seed, or run the experiment "
            "again."
        )


def _means(entries: pd.DataFrame, score: str) -> list[float]:
    """Mean score of each configuration that has one."""
    found = (_mean(each) for _, each in entries.groupby("configuration")[score])
    return [mean for mean in found if mean is not None]


def _mean(scores: Any) -> float | None:
    there = [score for score in scores if score is not None and not math.isnan(score)]
    return fmean(there) if there else None
