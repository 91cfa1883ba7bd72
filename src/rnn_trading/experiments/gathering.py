"""What many fits of one experiment come to: one table of forecasts, one history, one summary of their training.

A *fit* is one network, of one fold and one seed. The fold ``final`` is the fit on everything that is known: it
forecasts the future, and is not judged.
"""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.plan import FINAL, FOLD_PREFIX, SEED_PREFIX
from rnn_trading.skill.rows import FOLD
from rnn_trading.skill.rows import MODEL as PREDICTION

SPLIT = "split"
Fit = tuple[int | str, int]  # fold (from 1, or FINAL) and seed

# What is a number of one fit: told by the name of the fit where there are several.
_OF_A_FIT = ("epochs", "best_epoch", "best_validation_loss", "best_validation_score")
# What is said of a fit in its own file, and of no more than that.
_OWN = ("key", "ended")
# What says how the scores are to be read: it cannot be one thing in one fold and another in the next.
_COMMON = ("stopped_on", "chosen_on", "watched")


def fit_name(fold: int | str, seed: int) -> str:
    """A fit as it is called in datasets, nodes and summaries.

    Examples
    --------
    >>> fit_name(1, 42), fit_name("final", 43)
    ('fold_1.seed_42', 'fold_final.seed_43')
    """
    return f"{FOLD_PREFIX}{fold}.{SEED_PREFIX}{seed}"


def gather_training(by_fit: Mapping[Fit, Mapping[str, Any]]) -> dict[str, Any]:
    """What the trainings of all fits came to.

    Parameters
    ----------
    by_fit
        What :func:`rnn_trading.experiments.fitting.fitted` says of each training, by fold and seed. Every fold has the
        same seeds.

    Returns
    -------
    dict
        Of the folds that are judged: ``networks`` (how many are averaged in a fold), ``folds``, ``fits``, and what was
        said of the fits. Epochs and best values are numbers of one fit, or dicts by its name; ``seconds`` is the sum.
        What else differs between fits is a dict by the name of the fit, too; or by that of the fold (``fold_1``) where
        it differs between folds alone, as the number of parameters does where each has a vocabulary. ``final_fit``: the
        same of the fold ``final``, where there is one.
        ``key`` and ``ended`` stay in the file of the fit.

    Raises
    ------
    ValueError
        If there is no fold, a fold lacks a seed, or fits were stopped or their epochs chosen on different rows.

    Examples
    --------
    >>> facts = {"networks": 1, "parameters": 17, "epochs": 9, "best_epoch": 5, "seconds": 1.2, "device": "CPU"}
    >>> gather_training({(1, 42): facts})["best_epoch"]
    5
    >>> training = gather_training({(1, 42): facts, (2, 42): facts | {"best_epoch": 7}})
    >>> training["folds"], training["best_epoch"], training["parameters"], training["seconds"]
    (2, {'fold_1.seed_42': 5, 'fold_2.seed_42': 7}, 17, 2.4)
    """
    judged = {fit: facts for fit, facts in by_fit.items() if fit[0] != FINAL}
    if not judged:
        raise ValueError(f"Expected the training of at least one fold. Received: {_names(by_fit)}.")
    summary = _summary(judged)
    last = {fit: facts for fit, facts in by_fit.items() if fit[0] == FINAL}
    return summary | ({"final_fit": _summary(last)} if last else {})


def _summary(by_fit: Mapping[Fit, Mapping[str, Any]]) -> dict[str, Any]:
    folds, seeds = (list(dict.fromkeys(fit[place] for fit in by_fit)) for place in (0, 1))
    missing = [(fold, seed) for fold in folds for seed in seeds if (fold, seed) not in by_fit]
    if missing:
        raise ValueError(f"Expected the same seeds in every fold. Missing: {_names(missing)}. Fit them, too.")
    named = {fit_name(*fit): facts for fit, facts in by_fit.items()}
    order = dict.fromkeys(name for facts in named.values() for name in facts if name not in _OWN)
    gathered = {name: _told(name, {fit: of[name] for fit, of in named.items() if name in of}) for name in order}
    return gathered | {"networks": len(seeds), "folds": len(folds), "fits": len(by_fit)}


def _told(name: str, by_fit: dict[str, Any]) -> Any:
    """One fact of all fits: one value where it is one, else by fit."""
    values = list(by_fit.values())
    if name == "seconds":
        return round(sum(values), 1)
    if len(values) == 1 or (name not in _OF_A_FIT and all(value == values[0] for value in values)):
        return values[0]
    if name in _COMMON:
        raise ValueError(f"All fits of an experiment must have one {name!r}. Received: {by_fit}. Fit them all anew.")
    by_fold = {fit.partition(".")[0]: value for fit, value in by_fit.items()}
    of_folds = name not in _OF_A_FIT and all(value == by_fold[fit.partition(".")[0]] for fit, value in by_fit.items())
    return by_fold if of_folds else by_fit


def _names(fits: Any) -> str:
    return ", ".join(fit_name(*fit) for fit in fits) or "nothing"


def gather_history(by_fit: Mapping[Fit, pd.DataFrame]) -> pd.DataFrame:
    """The histories of all fits that are judged, one below the other.

    Parameters
    ----------
    by_fit
        Columns ``epoch``, ``rows``, ``quantity``, ``value``, by fold and seed. That of the final fit is left out, since
        its rows are no fold's: it stays in its own file.

    Returns
    -------
    pandas.DataFrame
        ``fold``, ``seed`` (both int64), and these columns.

    Raises
    ------
    ValueError
        If there is no fold.

    Examples
    --------
    >>> history = pd.DataFrame({"epoch": [1], "rows": ["train"], "quantity": ["loss"], "value": [0.7]})
    >>> gather_history({(1, 42): history, (2, 42): history})[["fold", "seed", "epoch"]].to_numpy().tolist()
    [[1, 42, 1], [2, 42, 1]]
    """
    tables = []
    for (fold, seed), history in by_fit.items():
        if fold != FINAL:
            rows = history.drop(columns=["fold", "seed"], errors="ignore")
            rows.insert(0, "fold", int(fold))
            rows.insert(1, "seed", seed)
            tables.append(rows)
    if not tables:
        raise ValueError(f"Expected the history of at least one fold. Received: {_names(by_fit)}.")
    return pd.concat(tables, ignore_index=True)


def average_forecasts(
    by_seed: Mapping[int, pd.DataFrame], averaged: int | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The mean of the forecasts of networks that differ in their seed alone, and the forecasts of each.

    Parameters
    ----------
    by_seed
        ``model_predictions`` of one fold: the same rows and columns for every seed, but for ``prediction``.
    averaged
        How many of them, the first ones, are averaged; None: all.

    Returns
    -------
    tuple of pandas.DataFrame
        The table with the mean as ``prediction``, of one network its forecasts to the bit; and the table with columns
        ``seed_N`` in place of ``prediction``. Both have the index and the further columns of those given.

    Raises
    ------
    ValueError
        If there is no table, or one has other rows, columns or truths than the first.

    Examples
    --------
    >>> days = pd.Index(["Monday", "Tuesday"], name="date")
    >>> one = pd.DataFrame({"split": "test", "prediction": [1.0, 2.0], "truth": [2.0, 2.0]}, days)
    >>> average, single = average_forecasts({42: one, 43: one.assign(prediction=[3.0, 2.0])})
    >>> average["prediction"].tolist(), [*single]
    ([2.0, 2.0], ['split', 'truth', 'seed_42', 'seed_43'])
    """
    if not by_seed:
        raise ValueError("Expected the forecasts of at least one network. Received: none.")
    (first, table), *others = by_seed.items()
    rest = table.drop(columns=PREDICTION)
    for seed, other in others:
        if not other.drop(columns=PREDICTION).equals(rest):
            raise ValueError(
                f"Networks of one fold must forecast the same rows. Those of {SEED_PREFIX}{seed} and "
                f"{SEED_PREFIX}{first} differ in {_difference(rest, other.drop(columns=PREDICTION))}. "
                "Forecast by both anew, from the same data."
            )
    single = {f"{SEED_PREFIX}{seed}": each[PREDICTION].to_numpy() for seed, each in by_seed.items()}
    mean = np.mean([*single.values()][:averaged], axis=0)
    return table.assign(**{PREDICTION: mean}), rest.assign(**single)


def _difference(one: pd.DataFrame, other: pd.DataFrame) -> str:
    """What of two tables is not the same."""
    if [*one] != [*other]:
        return f"their columns: {[*other]} and {[*one]}"
    if not one.index.equals(other.index):
        return f"their rows: {len(other):,} and {len(one):,}, or another order"
    return f"the columns {[name for name in one if not one[name].equals(other[name])]}"


def stack_folds(by_fold: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """Tables of all folds, one below the other, with a column ``fold``.

    Parameters
    ----------
    by_fold
        Forecasts of each fold, in order of the folds, with the same columns. Validation rows of a fold may be test
        rows of the one before; test rows (of ``split``, where there is that column) are those of one fold alone. What
        names a row is its index or, if that has no name, every column but ``split``, forecasts and ``truth``.

    Returns
    -------
    pandas.DataFrame
        ``fold`` (int64) and these columns; with their index, where it has a name.

    Raises
    ------
    ValueError
        If there is no fold, columns differ, or a test row belongs to two folds.

    Examples
    --------
    >>> days = pd.Index(["Monday", "Tuesday", "Wednesday"], name="date")
    >>> forecasts = pd.DataFrame({"split": ["validation", "test"], "prediction": 1.0, "truth": 2.0}, days[:2])
    >>> stacked = stack_folds({1: forecasts, 2: forecasts.set_axis(days[1:])})
    >>> stacked["fold"].tolist(), stacked.index.tolist()
    ([1, 1, 2, 2], ['Monday', 'Tuesday', 'Tuesday', 'Wednesday'])
    """
    if not by_fold:
        raise ValueError("Expected the table of at least one fold. Received: none.")
    (first, like), *_ = by_fold.items()
    for fold, table in by_fold.items():
        if {*table} != {*like}:
            raise ValueError(
                f"Every fold must have the same columns. Fold {fold} and fold {first} differ in "
                f"{sorted({*table} ^ {*like})}. Make both anew, from the same parameters."
            )
    named = like.index.names != [None]
    tables = [table[[*like]] for table in by_fold.values()]
    stacked = pd.concat(tables, ignore_index=not named)
    stacked.insert(0, FOLD, [fold for fold, table in by_fold.items() for _ in range(len(table))])
    if SPLIT in stacked:
        _check_disjoint(stacked[stacked[SPLIT] == "test"], named=named)
    return stacked


def _check_disjoint(test: pd.DataFrame, *, named: bool) -> None:
    """Refuse a test row that two folds have."""
    names: list[Hashable]
    if named:
        names, rows = [*test.index.names], test[[FOLD]].reset_index()
    else:
        forecast = (FOLD, SPLIT, PREDICTION, "truth")
        names, rows = [name for name in test if name not in forecast and not str(name).startswith(SEED_PREFIX)], test
    twice = rows[rows.duplicated(names, keep=False)]
    if len(twice):
        row = twice.iloc[0]
        folds = rows.loc[(rows[names] == row[names]).all(axis="columns"), FOLD].tolist()
        first = ", ".join(f"{name} {row[name]}" for name in names)
        raise ValueError(
            f"A test row belongs to one fold alone. {len(twice):,} rows have the keys of one of another fold, the "
            f"first ({first}) in the folds {folds}. Look at the dates of the folds."
        )
