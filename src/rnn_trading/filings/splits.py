"""Splits of filings: by time with a gap of sessions, or at random as published; firms on one side if wanted.

Warning: much of a firm's report stands in its report of the year before. A random split puts the same sentences on both
sides, and returns of one week with them.
"""

from datetime import date
from typing import Annotated, Any, Literal, get_args

import numpy as np
import pandas as pd
from pydantic import Field

from rnn_trading.parameters import parameters
from rnn_trading.splits.chronological import SplitName, SplitParameters, chronological_split

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


def divide_filings(returns: pd.DataFrame, sessions: pd.DatetimeIndex, split: FilingSplitParameters) -> pd.DataFrame:
    """Assign every filing that has a return to train, validation or test.

    Parameters
    ----------
    returns
        See :func:`rnn_trading.filings.returns.forward_returns`.
    sessions
        Of the market, ascending; they have every entry.
    split
        See :class:`FilingSplitParameters`.

    Returns
    -------
    pandas.DataFrame
        Index ``filing_id``, filings with a return only. ``split``; ``problem``: where there is no split,
        ``in_the_gap_of_the_split``, ``after_the_last_date`` or ``firm_of_another_side``.

    Raises
    ------
    ValueError
        If a part has too few filings, or boundaries are out of order.
    """
    usable = returns[returns["problem"].isna()]
    if usable.empty:
        raise ValueError(
            f"None of {len(returns):,} filings has a return to forecast "
            f"({describe_problems(returns['problem'])}). Check the texts, that prices reach from before each "
            "filing to some weeks after it, and that their filing_id or ticker are those of the filings."
        )
    parts = (_by_time if split.drawn == "by_time" else _at_random)(usable, sessions, split)
    problems = pd.concat([returns["problem"], parts["problem"]])
    refuse_small_parts(parts["split"], split.validate_on, problems)
    return parts


def _by_time(usable: pd.DataFrame, sessions: pd.DatetimeIndex, split: FilingSplitParameters) -> pd.DataFrame:
    boundaries = SplitParameters(
        validation_from=split.validation_from,
        test_from=split.test_from,
        until=split.until,
        held_out=None,
        purge=0,
        validate_on=split.validate_on,
    )
    by_date = chronological_split(pd.DatetimeIndex(usable["entry"]), boundaries)
    parts = pd.Series(by_date.loc[usable["entry"]].astype("str").to_numpy(), index=usable.index)
    parts = parts.where(parts.isin(get_args(SplitName)))
    problem = pd.Series(None, index=usable.index, dtype="str").mask(parts.isna(), AFTER)
    position = pd.Series(sessions.get_indexer(usable["entry"]), index=usable.index)
    for part in ("validation", "test"):
        if (parts == part).any():
            first = position[parts == part].min()
            near = (position + split.gap_sessions >= first) | (usable["exit"] >= sessions[first])
            gone = (position < first) & near & parts.notna()
            parts, problem = parts.mask(gone), problem.mask(gone, GAP)
    if split.firms == "on_one_side":
        of_test = usable["firm"].isin(_draw(usable["firm"], split.test_share, split.seed))
        gone = parts.notna() & ((parts == "test") != of_test)
        parts, problem = parts.mask(gone), problem.mask(gone, OTHER_SIDE)
    return pd.DataFrame({"split": parts, "problem": problem})


def _at_random(usable: pd.DataFrame, _: pd.DatetimeIndex, split: FilingSplitParameters) -> pd.DataFrame:
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


def refuse_small_parts(parts: pd.Series, validate_on: str, problems: pd.Series) -> None:
    """Raise if a part has too few filings.

    Parameters
    ----------
    parts
        ``train``, ``validation``, ``test`` or missing, by filing.
    validate_on
        See :class:`FilingSplitParameters`.
    problems
        Why filings are in no part; missing ones are ignored.

    Raises
    ------
    ValueError
        Names all parts, and what to do.
    """
    counts = parts.value_counts()
    wanted = {part: n for part, n in FEWEST_FILINGS.items() if part != "validation" or validate_on == "validation"}
    if any(counts.get(part, 0) < fewest for part, fewest in wanted.items()):
        found = ", ".join(f"{part} {counts.get(part, 0):,} (at least {fewest})" for part, fewest in wanted.items())
        raise ValueError(
            f"Too few filings are left: {found}, of {len(parts):,} "
            f"(left out: {describe_problems(problems)}). Add filings, or change split.validation_from, .test_from, "
            ".test_share, .gap_sessions or .firms."
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
