"""How many configurations were tried before a result, by the register of trials."""

import math
from collections.abc import Sequence
from statistics import fmean
from typing import Any

import pandas as pd

from rnn_trading.register.entries import Entry, Register

# Of one experiment on one source, so that scores can be held against each other.
SAME = ("experiment", "protocol", "source")
SHOWN = 3


def tried(register: Register, trials: Sequence[Entry]) -> dict[str, Any]:
    """What was tried of an experiment on the same source and rows, these fits included.

    Parameters
    ----------
    register
        What could be read of it.
    trials
        Entries of the fits that are to be judged together: all folds and seeds of one configuration.

    Returns
    -------
    dict
        ``configurations``: how many different ones were tested on dates that overlap with these, this one included
        (documents have no dates: all count); ``fits``: how many networks that were; ``since``: when the first of them
        was fitted (ISO time, UTC); ``new``: whether no other fit of this experiment, protocol and source is there;
        ``unreadable``: parts of the register that could not be read, by path; ``metric`` and ``larger_is_better``;
        ``validation_score`` and ``test_score`` (means over these fits) and ``best_validation_score`` and
        ``best_test_score`` (of the best configuration each), None where no fit has one.

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
    >>> found["configurations"], found["fits"], found["new"]
    (2, 2, False)
    >>> tried(Register(as_table([wide])), [deep])
    Traceback (most recent call last):
    ValueError: mine.volatility (corrected): 1 of 1 fits is not in the register (fold 1, seed 42). Nothing is judged \
that is not counted: enter it with the node register_fit of that fold and seed, or run the experiment again.
    """
    _refuse_uncounted(register, trials)
    first, ours = trials[0], {entry["configuration"] for entry in trials}
    there = register.entries
    alike = there[(there[list(SAME)] == pd.Series({name: first[name] for name in SAME})).all(axis=1)]
    tested = alike[(alike["test_rows"] > 0) & _overlaps(alike, trials)]
    validation, test = (_means(tested, name) for name in ("validation_score", "test_score"))
    best = max if first["larger_is_better"] else min
    return {
        "configurations": max(1, int(tested["configuration"].nunique())),
        "fits": int(tested["key"].nunique()),
        "since": str(alike["when"].min()),
        "new": set(alike["key"]) <= {entry["key"] for entry in trials},
        "unreadable": sorted(register.unreadable),
        "metric": first["metric"],
        "larger_is_better": first["larger_is_better"],
        "validation_score": _mean(entry["validation_score"] for entry in trials),
        "best_validation_score": best(validation, default=None),
        "test_score": _mean(entry["test_score"] for entry in trials),
        "best_test_score": best(test, default=None),
        "configuration": sorted(ours)[0],
    }


def _refuse_uncounted(register: Register, trials: Sequence[Entry]) -> None:
    if not trials:
        raise ValueError("No fit was handed over to be counted. Nothing is judged that is not counted.")
    there = set(zip(register.entries["key"], register.entries["configuration"], strict=True))
    missing = [entry for entry in trials if (entry["key"], entry["configuration"]) not in there]
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


def _overlaps(entries: pd.DataFrame, trials: Sequence[Entry]) -> pd.Series:
    """Which entries were tested on dates between the first and the last of these; without dates, all were."""
    dates = [(entry["tested_from"], entry["tested_until"]) for entry in trials if entry["tested_from"] is not None]
    if not dates:
        return pd.Series(True, index=entries.index)
    first, last = min(start for start, _ in dates), max(end for _, end in dates)
    # ISO dates are in the order of their text.
    within = (entries["tested_from"] <= last) & (entries["tested_until"] >= first)
    return entries["tested_from"].isna() | within


def _means(entries: pd.DataFrame, score: str) -> list[float]:
    """Mean score of each configuration that has one."""
    found = (_mean(each) for _, each in entries.groupby("configuration")[score])
    return [mean for mean in found if mean is not None]


def _mean(scores: Any) -> float | None:
    there = [score for score in scores if score is not None and not math.isnan(score)]
    return fmean(there) if there else None
