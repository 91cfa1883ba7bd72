"""Splits of filings: by time, once or walk-forward, with a gap of sessions, or at random as published.

Firms are on one side if wanted.

Warning: much of a firm's report stands in its report of the year before. A random split puts the same sentences on both
sides, and returns of one week with them.
"""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal, get_args

import numpy as np
import pandas as pd
from pydantic import Field

from rnn_trading.parameters import parameters
from rnn_trading.plan import FINAL, fold_number
from rnn_trading.splits.chronological import SplitName, SplitParameters
from rnn_trading.splits.walk_forward import WalkForwardParameters, each_fold, over_all_folds, walk_forward

GAP, OTHER_SIDE, AFTER = "in_the_gap_of_the_split", "firm_of_another_side", "after_the_last_date"
FEWEST_FILINGS = {"train": 10, "validation": 3, "test": 3}
Share = Annotated[float, Field(gt=0, lt=1)]


@parameters
class FilingSplitParameters:
    """How filings are divided.

    Parameters
    ----------
    drawn
        ``by_time``: validation after training, test after validation; ``at_random``, as published.
    validation_from, test_from, until
        By time: first date of validation and of test, last date of the test, by the date of the entry. Null: the last
        15 % of the dates are the test, the 15 % before them the validation, and the last date ends it.
    gap_sessions
        By time: sessions between the last entry of a part and the first of the next. Filings whose return reaches into
        the next part are left out in any case.
    test_share
        At random: share of the filings that are the test, and as many of the validation if there is one. With firms on
        one side: share of the firms.
    firms
        ``on_any_side``, or ``on_one_side``: a firm with filings in the test has none in training or validation. By time
        this costs the filings of test firms before the test, and those of other firms in it.
    validate_on
        ``validation``, or ``test`` to stop training on the test filings, as was published: then all others are training
        filings, and the score on the test is biased upwards.
    seed
        Seed of the draw.
    """

    drawn: Literal["by_time", "at_random"]
    validation_from: date | None
    test_from: date | None
    until: date | None
    gap_sessions: Annotated[int, Field(ge=0)]
    test_share: Share
    firms: Literal["on_any_side", "on_one_side"]
    validate_on: Literal["validation", "test"]
    seed: Annotated[int, Field(ge=0)]


def divide_filings(
    returns: pd.DataFrame,
    sessions: pd.DatetimeIndex,
    split: FilingSplitParameters,
    walk: WalkForwardParameters | None = None,
) -> pd.DataFrame:
    """Assign every filing that has a return to train, validation or test, in each fold if there are folds.

    Parameters
    ----------
    returns
        See :func:`rnn_trading.filings.returns.forward_returns`.
    sessions
        Of the market, ascending; they have every entry.
    split
        See :class:`FilingSplitParameters`.
    walk
        Folds by time; see :class:`rnn_trading.splits.walk_forward.WalkForwardParameters`. ``refit_every`` and
        ``validation`` count dates that have an entry. ``purge`` and ``embargo`` count sessions, and a purge that is
        null is ``gap_sessions``; these filings are taken from the ends of training and validation, as in a single
        split. With firms on one side, the firms of the test are the same in every fold, and the final fit, which has no
        test, takes all firms.

    Returns
    -------
    pandas.DataFrame
        Index ``filing_id``, filings with a return only. ``split``; ``problem``: of filings that are in no part of any
        fold, ``in_the_gap_of_the_split``, ``after_the_last_date`` or ``firm_of_another_side``. With ``walk`` also
        ``fold_1``, ... and ``final``, as of :func:`rnn_trading.splits.walk_forward.walk_forward`.

    Raises
    ------
    ValueError
        If a part has too few filings, boundaries are out of order, there are fewer dates than the folds need, or folds
        are wanted of a random draw.
    """
    usable = returns[returns["problem"].isna()]
    if usable.empty:
        raise ValueError(
            f"None of {len(returns):,} filings has a return to forecast "
            f"({describe_problems(returns['problem'])}). Check the texts, that prices reach from before each "
            "filing to some weeks after it, and that their filing_id or ticker are those of the filings."
        )
    walked = walk or WalkForwardParameters()
    if split.drawn == "by_time":
        folds = _by_time(usable, sessions, split, walked)
    else:
        folds = {"fold_1": _at_random(usable, split, walked)}
    for name, fold in folds.items():
        problems = pd.concat([returns["problem"], fold["problem"]])
        refuse_small_parts(fold["split"], split.validate_on, problems, name if len(folds) > 1 else None)
    parts = {name: fold["split"] for name, fold in folds.items()}
    table = pd.DataFrame({"split": over_all_folds([part for name, part in parts.items() if name != FINAL])})
    if walk is not None:
        table = table.assign(**parts)
    return table.assign(problem=_problem_of_all(folds))


def _problem_of_all(folds: dict[str, pd.DataFrame]) -> pd.Series:
    """Why a filing is in no fold. That it came after one fold is the reason only if no other fold has one."""
    problem = folds["fold_1"]["problem"]
    for fold in folds.values():
        problem = problem.mask((problem == AFTER) & fold["problem"].notna(), fold["problem"])
    unused = pd.DataFrame({name: fold["split"].isna() for name, fold in folds.items()}).all(axis=1)
    return problem.where(unused)


def _by_time(
    usable: pd.DataFrame, sessions: pd.DatetimeIndex, split: FilingSplitParameters, walk: WalkForwardParameters
) -> dict[str, pd.DataFrame]:
    """``split`` and ``problem`` of each fold."""
    boundaries = SplitParameters(
        validation_from=split.validation_from,
        test_from=split.test_from,
        until=split.until,
        held_out=None,
        purge=0,
        validate_on=split.validate_on,
    )
    # The gap is one of sessions, and taken from the filings below: dates without an entry count, too.
    table = walk_forward(pd.DatetimeIndex(usable["entry"]), boundaries, replace(walk, purge=0, embargo=0))
    gap = walk.gap(split.gap_sessions)
    return {name: _fold(usable, sessions, dates, split, gap) for name, dates in each_fold(table)}


def _fold(
    usable: pd.DataFrame, sessions: pd.DatetimeIndex, dates: pd.Series, split: FilingSplitParameters, gap: int
) -> pd.DataFrame:
    parts = pd.Series(dates.loc[usable["entry"]].astype("str").to_numpy(), index=usable.index)
    parts = parts.where(parts.isin(get_args(SplitName)))
    problem = pd.Series(None, index=usable.index, dtype="str").mask(parts.isna(), AFTER)
    position = pd.Series(sessions.get_indexer(usable["entry"]), index=usable.index)
    for part in ("validation", "test"):
        if (parts == part).any():
            first = position[parts == part].min()
            near = (position + gap >= first) | (usable["exit"] >= sessions[first])
            gone = (position < first) & near & parts.notna()
            parts, problem = parts.mask(gone), problem.mask(gone, GAP)
    if split.firms == "on_one_side" and (parts == "test").any():
        of_test = usable["firm"].isin(_draw(usable["firm"], split.test_share, split.seed))
        gone = parts.notna() & ((parts == "test") != of_test)
        parts, problem = parts.mask(gone), problem.mask(gone, OTHER_SIDE)
    return pd.DataFrame({"split": parts, "problem": problem})


def _at_random(usable: pd.DataFrame, split: FilingSplitParameters, walk: WalkForwardParameters) -> pd.DataFrame:
    if walk.folds > 1 or walk.final_fit:
        raise ValueError(
            "Filings that are drawn at random have no order in time, in which folds could follow each other: expected "
            "walk_forward.folds=1 without a final fit, or split.drawn=by_time. Received: walk_forward.folds="
            f"{walk.folds}, .final_fit={walk.final_fit}."
        )
    units = usable["firm"] if split.firms == "on_one_side" else pd.Series(usable.index, index=usable.index)
    parts = pd.Series("train", index=usable.index, dtype="str")
    test = _draw(units, split.test_share, split.seed)
    parts[units.isin(test)] = "test"
    if split.validate_on == "validation":
        others = units[~units.isin(test)]
        share = split.test_share * units.nunique() / max(1, others.nunique())
        parts[units.isin(_draw(others, min(share, 0.5), split.seed + 1))] = "validation"
    return pd.DataFrame({"split": parts, "problem": pd.Series(None, index=usable.index, dtype="str")})


def _draw(units: pd.Series, share: float, seed: int) -> np.ndarray:
    """A share of the distinct units, at least one, whatever their order."""
    distinct = np.sort(units.unique().astype(str))
    return np.random.default_rng(seed).choice(distinct, max(1, round(share * len(distinct))), replace=False)


def describe_problems(problems: pd.Series) -> str:
    """How often each problem occurs, in words."""
    return ", ".join(f"{problem} {count:,}" for problem, count in problems.value_counts().items()) or "none"


# What counts beside the split where there are folds; walk_forward.purge stands instead of split.gap_sessions.
OF_FOLDS = (
    "Or use fewer folds (walk_forward.folds=1 is the single split), or change walk_forward.refit_every, .validation, "
    ".purge or .embargo"
)


def refuse_small_parts(parts: pd.Series, validate_on: str, problems: pd.Series, fold: str | None = None) -> None:
    """Raise if a part has too few filings.

    Parameters
    ----------
    parts
        ``train``, ``validation``, ``test`` or missing, by filing.
    validate_on
        See :class:`FilingSplitParameters`.
    problems
        Why filings are in no part; missing ones are ignored.
    fold
        Name of the fold, for the message; ``final`` needs no test.

    Raises
    ------
    ValueError
        Names all parts, and what to do.
    """
    counts = parts.value_counts()
    needless = {"validation": validate_on != "validation", "test": fold == FINAL}
    wanted = {part: fewest for part, fewest in FEWEST_FILINGS.items() if not needless.get(part)}
    if any(counts.get(part, 0) < fewest for part, fewest in wanted.items()):
        found = ", ".join(f"{part} {counts.get(part, 0):,} (at least {fewest})" for part, fewest in wanted.items())
        raise ValueError(
            f"Too few filings are left{f' in {fold}' if fold else ''}: {found}, of {len(parts):,} "
            f"(left out: {describe_problems(problems)}). Add filings, or change split.validation_from, .test_from, "
            f".test_share, .gap_sessions or .firms{f'. {OF_FOLDS}' if fold else ''}."
        )


def describe_filing_parts(documents: pd.DataFrame) -> dict[str, Any]:
    """Rows, dates of entry and firms of each part.

    Parameters
    ----------
    documents
        ``split`` (missing for unused filings), ``entry``, ``firm``.

    Returns
    -------
    dict
        ``train``, ``validation``, ``test``: ``rows``, ``first_date``, ``last_date``, ``firms``. ``unused``: ``rows``.
        ``test_firms_in_training``: share of the test's firms that have a training filing.
    """
    described: dict[str, Any] = {}
    for part in get_args(SplitName):
        rows = documents[documents["split"] == part]
        described[part] = {
            "rows": len(rows),
            "first_date": f"{rows['entry'].min():%Y-%m-%d}" if len(rows) else None,
            "last_date": f"{rows['entry'].max():%Y-%m-%d}" if len(rows) else None,
            "firms": int(rows["firm"].nunique()),
        }
    described["unused"] = {"rows": int(documents["split"].isna().sum())}
    firms = {part: set(documents.loc[documents["split"] == part, "firm"]) for part in ("train", "test")}
    described["test_firms_in_training"] = len(firms["test"] & firms["train"]) / max(1, len(firms["test"]))
    return described


def describe_filing_folds(documents: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows, dates and firms of each part of each fold, for the record.

    Parameters
    ----------
    documents
        As for :func:`describe_filing_parts`, with the columns of the folds.

    Returns
    -------
    list of dict
        One a fold, the final fit last: ``fold`` (1, 2, ... or ``final``) and what :func:`describe_filing_parts` says.
    """
    return [
        {"fold": fold_number(name), **describe_filing_parts(documents.assign(split=parts))}
        for name, parts in each_fold(documents)
    ]
