"""Walk-forward: the chronological split again and again, each time with everything fitted anew.

A fold is a split of its own: training, then validation, then test. The tests of the folds follow each other without a
gap, so that each of their dates is forecast once, by a network that was fitted on what came before.

Warning: everything that is fitted (quantiles, scalers, vocabularies, models, what is chosen by validation) has to be
fitted anew on ``train`` of each fold.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import Field

from rnn_trading.parameters import parameters
from rnn_trading.plan import FINAL, FOLD_PREFIX, fold_number
from rnn_trading.splits.chronological import (
    SplitName,
    SplitParameters,
    chronological_split,
    describe_parts,
    distinct_dates,
    no_parts,
)

TESTED_SHARE = 0.6
REMEDY = (
    "Use a longer history or fewer folds (walk_forward.folds=1 is the single split), lower walk_forward.refit_every, "
    ".validation, .purge, .embargo or split.held_out, or move split.test_from."
)
LESS_BEFORE = (
    "Use a longer history, lower walk_forward.purge, .embargo or .validation (if none is given it is as long as a "
    "test, which more folds make shorter), set walk_forward.folds=1 (the single split), or move split.test_from."
)
Dates = Annotated[int, Field(ge=1)]


@parameters
class WalkForwardParameters:
    """How often a split is repeated, and how long its parts are.

    The defaults are the single split of :class:`rnn_trading.splits.chronological.SplitParameters`.

    Parameters
    ----------
    folds
        1: the single split, whose lengths ``split`` says; ``refit_every`` and ``validation`` are those of several
        folds.
    train
        ``expanding``: every fold trains on all dates before its validation. ``rolling``: on as many as the first fold.
    refit_every
        Dates of the test of each fold. Null: ``split.held_out``; if that is null, too, the last 60 % of the dates
        divided by the folds. Null beside ``split.test_from``: all dates from there, divided into parts as equal as can
        be. Dates after the last fold belong to none.
    validation
        Dates of the validation of each fold. Null: as many as between ``split.validation_from`` and the first test,
        less the dates left out, if that is given; else ``split.held_out``; else as many as the test of the first fold.
    purge
        Dates left out before the validation and before the test, because labels of training and validation reach into
        them. Null: ``split.purge``.
    embargo
        Further dates left out there.
    final_fit
        Whether there is a fit on everything beside the folds, for forecasts of the future: see :func:`walk_forward`.

    Examples
    --------
    >>> walk = WalkForwardParameters(folds=5, refit_every=250, embargo=5)
    >>> walk.train, walk.purge, walk.final_fit
    ('expanding', None, False)
    """

    folds: Annotated[int, Field(ge=1)] = 1
    train: Literal["expanding", "rolling"] = "expanding"
    refit_every: Dates | None = None
    validation: Dates | None = None
    purge: Annotated[int, Field(ge=0)] | None = None
    embargo: Annotated[int, Field(ge=0)] = 0
    final_fit: bool = False

    def gap(self, purge: int) -> int:
        """Dates left out before validation and test, where the split itself purges so many.

        Examples
        --------
        >>> WalkForwardParameters(embargo=2).gap(1), WalkForwardParameters(purge=5, embargo=2).gap(1)
        (3, 7)
        """
        return (purge if self.purge is None else self.purge) + self.embargo


def walk_forward(dates: pd.Index, split: SplitParameters, walk: WalkForwardParameters) -> pd.DataFrame:
    """Assign every date to train, validation, test or none of them, in each fold.

    Parameters
    ----------
    dates
        Dates of rows, in any order and with repetitions. No missing values.
    split
        Where the tests begin and end, and whether there is a validation.
    walk
        Number of folds and their lengths.

    Returns
    -------
    pandas.DataFrame
        Index: the distinct dates, ascending. Columns: ordered categoricals of ``train``, ``validation`` and ``test``,
        missing for dates that are in no part. ``split``: ``test`` for a test date of any fold, else the part of the
        first fold. ``fold_1``, ``fold_2``, ... With a final fit ``final``, which has no test: its validation is the
        last dates until ``split.until``, as many as the first fold's; its training what comes before, less the dates
        left out (``rolling``: as many dates as the first fold's). If the first fold has no validation, all is training.

    Raises
    ------
    ValueError
        If there are fewer dates than the folds need, the boundaries are out of order, or a final fit is wanted where
        training is stopped on the test.

    Examples
    --------
    Twelve dates; three folds with two test dates each.

    >>> from rnn_trading.splits.chronological import SplitParameters
    >>> dates = pd.date_range("2020-01-01", periods=12)
    >>> split = SplitParameters(
    ...     validation_from=None, test_from=None, until=None, held_out=2, purge=0, validate_on="validation"
    ... )
    >>> def show(**changes):
    ...     for name, parts in walk_forward(dates, split, WalkForwardParameters(folds=3, **changes)).items():
    ...         of_part = {part: parts.index[parts == part] for part in parts.cat.categories}
    ...         print(name, *(f"{part} {days[0]:%d}-{days[-1]:%d}" for part, days in of_part.items() if len(days)))

    Expanding: each fold trains on all that came before its validation.

    >>> show()
    split train 01-04 validation 05-06 test 07-12
    fold_1 train 01-04 validation 05-06 test 07-08
    fold_2 train 01-06 validation 07-08 test 09-10
    fold_3 train 01-08 validation 09-10 test 11-12

    Rolling: each trains on as many dates as the first.

    >>> show(train="rolling")
    split train 01-04 validation 05-06 test 07-12
    fold_1 train 01-04 validation 05-06 test 07-08
    fold_2 train 03-06 validation 07-08 test 09-10
    fold_3 train 05-08 validation 09-10 test 11-12

    Say that a label is known on the next date only. ``purge=1`` leaves out the last date before the validation (the
    3rd in the first fold) and before the test (the 6th). An embargo leaves out more, for what fades slowly.

    >>> show(purge=1)
    split train 01-02 validation 04-05 test 07-12
    fold_1 train 01-02 validation 04-05 test 07-08
    fold_2 train 01-04 validation 06-07 test 09-10
    fold_3 train 01-06 validation 08-09 test 11-12
    >>> show(purge=1, embargo=1, validation=1)
    split train 01-01 validation 04-04 test 07-12
    fold_1 train 01-01 validation 04-04 test 07-08
    fold_2 train 01-03 validation 06-06 test 09-10
    fold_3 train 01-05 validation 08-08 test 11-12

    The final fit watches the last dates and trains on all before them. Nothing judges it.

    >>> show(final_fit=True, purge=1)
    split train 01-02 validation 04-05 test 07-12
    fold_1 train 01-02 validation 04-05 test 07-08
    fold_2 train 01-04 validation 06-07 test 09-10
    fold_3 train 01-06 validation 08-09 test 11-12
    final train 01-09 validation 11-12
    """
    if walk.final_fit and split.validate_on == "test":
        raise ValueError(
            "walk_forward.final_fit: the final fit has no test, on which split.validate_on=test stops a training. "
            "Set walk_forward.final_fit=false, or split.validate_on=validation."
        )
    folds = [_single(dates, split, walk)] if walk.folds == 1 else _several(dates, split, walk)
    table = {f"{FOLD_PREFIX}{number}": fold for number, fold in enumerate(folds, start=1)}
    if walk.final_fit:
        table[FINAL] = _final(folds[0], split, walk)
    return pd.DataFrame({"split": over_all_folds(folds), **table})


def over_all_folds(folds: list[pd.Series]) -> pd.Series:
    """``test`` for what any fold tests, else the part of the first fold.

    Examples
    --------
    >>> folds = [pd.Series(["train", "test", None]), pd.Series(["train", "validation", "test"])]
    >>> over_all_folds(folds).tolist()
    ['train', 'test', 'test']
    """
    whole = folds[0].copy()
    for fold in folds[1:]:
        whole[fold == "test"] = "test"
    return whole


def training_until(dates: pd.Index, split: SplitParameters, walk: WalkForwardParameters) -> pd.Timestamp:
    """Return the last training date of the first fold: what is known until then is known in every fold.

    Parameters
    ----------
    dates, split, walk
        As for :func:`walk_forward`. Dates that are left out do not count.

    Raises
    ------
    ValueError
        As :func:`walk_forward`.

    Examples
    --------
    >>> from rnn_trading.splits.chronological import SplitParameters
    >>> dates = pd.date_range("2020-01-01", periods=12)
    >>> split = SplitParameters(
    ...     validation_from=None, test_from=None, until=None, held_out=2, purge=1, validate_on="validation"
    ... )
    >>> [f"{training_until(dates, split, WalkForwardParameters(folds=folds)):%d}" for folds in (1, 3)]
    ['07', '02']
    """
    parts = walk_forward(dates, split, walk)["fold_1"]
    return parts.index[parts == "train"].max()


def describe_folds(table: pd.DataFrame, dates: pd.Index) -> list[dict[str, Any]]:
    """Rows, first and last date of each part of each fold, for the record.

    Parameters
    ----------
    table
        Result of :func:`walk_forward`.
    dates
        Date of each row, ``(rows,)``, in any order and with repetitions.

    Returns
    -------
    list of dict
        One a fold, the final fit last: ``fold`` (1, 2, ... or ``final``) and what
        :func:`rnn_trading.splits.chronological.describe_parts` says.

    Examples
    --------
    >>> from rnn_trading.splits.chronological import SplitParameters
    >>> dates = pd.date_range("2020-01-01", periods=12)
    >>> split = SplitParameters(
    ...     validation_from=None, test_from=None, until=None, held_out=2, purge=0, validate_on="validation"
    ... )
    >>> table = walk_forward(dates, split, WalkForwardParameters(folds=2))
    >>> for fold in describe_folds(table, dates):
    ...     print(fold["fold"], fold["test"])
    1 {'rows': 2, 'first_date': '2020-01-09', 'last_date': '2020-01-10'}
    2 {'rows': 2, 'first_date': '2020-01-11', 'last_date': '2020-01-12'}
    """
    return [{"fold": fold_number(name), **describe_parts(dates, parts)} for name, parts in each_fold(table)]


def describe_split(table: pd.DataFrame, dates: pd.Index) -> dict[str, Any]:
    """What :func:`rnn_trading.splits.chronological.describe_parts` says of all folds together, and ``folds``, of each.

    Parameters
    ----------
    table, dates
        As for :func:`describe_folds`.
    """
    return {**describe_parts(dates, table["split"]), "folds": describe_folds(table, dates)}


def each_fold(table: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    """Names and parts of the folds, the final fit last; of a table without folds its only split.

    Examples
    --------
    >>> table = pd.DataFrame({"split": ["train"], "fold_1": ["train"], "final": ["train"]})
    >>> [name for name, _ in each_fold(table)]
    ['fold_1', 'final']
    """
    folds = [name for name in table if str(name).startswith(FOLD_PREFIX) or name == FINAL]
    for name in folds or ["split"]:
        yield str(name), table[name]


def _single(dates: pd.Index, split: SplitParameters, walk: WalkForwardParameters) -> pd.Series:
    gap = walk.gap(split.purge)
    try:
        return chronological_split(dates, replace(split, purge=gap))
    except ValueError as error:
        if gap == split.purge:
            raise
        raise ValueError(
            f"{error} Before the validation and before the test {gap} dates are left out (walk_forward.purge "
            f"{gap - walk.embargo}, .embargo {walk.embargo}): lower them."
        ) from error


def _several(dates: pd.Index, split: SplitParameters, walk: WalkForwardParameters) -> list[pd.Series]:
    distinct, usable = distinct_dates(dates, split)
    gap, starts = walk.gap(split.purge), _test_starts(usable, split, walk)
    validation = _validation_length(usable, starts, split, walk) if split.validate_on == "validation" else 0
    before = validation + 2 * gap if validation else gap  # dates from the end of training to the test
    length = starts[0] - before  # of the first training
    if length < 1:
        left_out = f"{gap} left out before {'validation and before ' if validation else ''}test"
        raise ValueError(
            f"walk_forward: fold 1 of {walk.folds} has no date to train on. Expected more than {before} dates before "
            f"its test, which begins on {usable[starts[0]]:%Y-%m-%d}: {validation} of validation, and {left_out} "
            f"(purge {gap - walk.embargo}, embargo {walk.embargo}). Received: {starts[0]}, of {_span(usable)}. "
            f"{LESS_BEFORE}"
        )
    return [
        _parts(
            distinct,
            train=slice(start - before - length if walk.train == "rolling" else 0, start - before),
            validation=slice(start - gap - validation, start - gap),
            test=slice(start, end),
        )
        for start, end in pairwise(starts)
    ]


def _test_starts(usable: pd.DatetimeIndex, split: SplitParameters, walk: WalkForwardParameters) -> list[int]:
    """Where each test begins, and where the last one ends."""
    if split.test_from is None:
        each = walk.refit_every or split.held_out or max(1, round(TESTED_SHARE * len(usable) / walk.folds))
        first = len(usable) - walk.folds * each
        lengths = [each] * walk.folds
    else:
        first = int(usable.searchsorted(pd.Timestamp(split.test_from)))
        each, longer = divmod(len(usable) - first, walk.folds)
        lengths = [each + 1] * longer + [each] * (walk.folds - longer)
        if walk.refit_every:
            lengths = [walk.refit_every] * walk.folds
    _check_tests(usable, first, lengths, split)
    starts = [first]
    for length in lengths:
        starts.append(starts[-1] + length)
    return starts


def _check_tests(usable: pd.DatetimeIndex, first: int, lengths: list[int], split: SplitParameters) -> None:
    needed, folds = max(sum(lengths), len(lengths)), len(lengths)
    if split.test_from is not None and needed > len(usable) - first:
        raise ValueError(
            f"walk_forward.folds: {folds} folds need {needed} test dates ({max(1, lengths[-1])} each) from "
            f"split.test_from={split.test_from} on. Received: {len(usable) - first}, of {_span(usable)}. {REMEDY}"
        )
    if first < 1:
        raise ValueError(
            f"walk_forward.folds: {folds} folds need {needed} test dates ({lengths[0]} each), and some before them to "
            f"train on. Received: {_span(usable)}. {REMEDY}"
        )


def _validation_length(
    usable: pd.DatetimeIndex, starts: list[int], split: SplitParameters, walk: WalkForwardParameters
) -> int:
    if walk.validation or split.validation_from is None:
        return walk.validation or split.held_out or starts[1] - starts[0]
    gap, first = walk.gap(split.purge), int(usable.searchsorted(pd.Timestamp(split.validation_from)))
    if starts[0] - first - gap < 1:
        raise ValueError(
            f"walk_forward: fold 1 of {walk.folds} has no validation. Expected split.validation_from at least "
            f"{gap + 1} dates before the first test, which begins on {usable[starts[0]]:%Y-%m-%d}: a gap of "
            f"{gap} lies between. Received: {split.validation_from}, with {max(0, starts[0] - first)} from there to "
            "the test. Move split.validation_from, set walk_forward.validation, or lower walk_forward.purge or "
            ".embargo."
        )
    return starts[0] - first - gap


def _final(fold: pd.Series, split: SplitParameters, walk: WalkForwardParameters) -> pd.Series:
    """All dates until the end, in parts as long as those of the first fold."""
    _, usable = distinct_dates(fold.index, split)
    counts = fold.value_counts()
    validation = int(counts["validation"])
    end = len(usable) - (validation + walk.gap(split.purge) if validation else 0)
    start = end - int(counts["train"]) if walk.train == "rolling" else 0
    parts = {"train": slice(start, end), "validation": slice(len(usable) - validation, len(usable))}
    return _parts(fold.index, **parts)


def _parts(distinct: pd.DatetimeIndex, **places: slice) -> pd.Series:
    parts = no_parts(distinct)
    for part, place in places.items():
        parts.iloc[place] = part
    return parts


def _span(dates: pd.DatetimeIndex) -> str:
    return f"{len(dates)} date{'s' * (len(dates) > 1)} from {dates[0]:%Y-%m-%d} to {dates[-1]:%Y-%m-%d}"


def refuse_short_validation(table: pd.DataFrame, window: int, what: str) -> None:
    """Raise if the validation of a fold is shorter than a window; see :func:`refuse_short_test`."""
    _refuse_short(table, "validation", window, what)


def refuse_short_test(table: pd.DataFrame, window: int, what: str) -> None:
    """Raise if the test of a fold is shorter than a window, such as a path of several steps.

    Folds that have no date in that part, such as the final fit, are not looked at.

    Parameters
    ----------
    table
        Result of :func:`walk_forward`, or a table whose column ``split`` is the only split.
    window
        Dates that have to lie in that part.
    what
        What needs them, for the message.

    Raises
    ------
    ValueError
        Names the fold.

    Examples
    --------
    >>> table = pd.DataFrame({"fold_1": ["train", "test", "test"]}, index=pd.date_range("2020-01-01", periods=3))
    >>> refuse_short_test(table, 3, "a run of 3 steps")
    Traceback (most recent call last):
        ...
    ValueError: The test of fold 1 is shorter than a run of 3 steps: expected at least 3 dates. Received: 2 dates from \
2020-01-02 to 2020-01-03. Raise split.held_out, or move split.validation_from or .test_from.
    """
    _refuse_short(table, "test", window, what)


def _refuse_short(table: pd.DataFrame, part: SplitName, window: int, what: str) -> None:
    for name, parts in each_fold(table):
        dates = parts.index[parts == part]
        if 0 < len(dates) < window:
            raise ValueError(
                f"The {part}{_of(name)} is shorter than {what}: expected at least {window} dates. Received: "
                f"{_span(dates)}. {_lengthen(table, part)}"
            )


def _of(fold: str) -> str:
    return "" if fold == "split" else f" of {'the final fit' if fold == FINAL else fold.replace('_', ' ')}"


def _lengthen(table: pd.DataFrame, part: str) -> str:
    """What makes a part longer, by how many folds there are."""
    if len([name for name, _ in each_fold(table) if name != FINAL]) == 1:
        change = "Use a longer history, lower" if part == "train" else "Raise"
        return f"{change} split.held_out, or move split.validation_from or .test_from."
    longer = {"validation": "Raise walk_forward.validation", "test": "Raise walk_forward.refit_every"}
    change = longer.get(part, "Use a longer history, lower walk_forward.validation")
    return f"{change}, or set walk_forward.folds=1 (the single split)."


def refuse_one_class(labels: pd.Series, table: pd.DataFrame, name: str) -> None:
    """Raise if a part of a fold has labels of one class only: it cannot be learned from, watched or judged.

    Parameters
    ----------
    labels
        Class of each row, no missing values. Index: dates, or several levels of which one is ``date``.
    table
        Result of :func:`walk_forward`, or a table whose column ``split`` is the only split.
    name
        Of the experiment, for the message.

    Raises
    ------
    ValueError
        Names fold, part and dates.

    Examples
    --------
    >>> dates = pd.date_range("2020-01-01", periods=4)
    >>> table = pd.DataFrame({"fold_1": ["train", "train", "test", "test"]}, index=dates)
    >>> refuse_one_class(pd.Series([0, 1, 1, 1], index=dates), table, "mine")
    Traceback (most recent call last):
        ...
    ValueError: mine: the test of fold 1 has one class only: all 2 rows, on 2 dates from 2020-01-03 to 2020-01-04, are \
1. Expected rows of both. Raise split.held_out, or move split.validation_from or .test_from.
    """
    dates = labels.index.get_level_values("date") if labels.index.nlevels > 1 else labels.index
    by_date = labels.groupby(dates).agg(["min", "max", "size"]).reindex(table.index)
    for fold, parts in each_fold(table):
        for part, rows in by_date.dropna().groupby(parts, observed=True):
            if rows["min"].min() == rows["max"].max():
                raise ValueError(
                    f"{name}: the {part}{_of(fold)} has one class only: all {rows['size'].sum():,.0f} rows, on "
                    f"{_span(rows.index)}, are {rows['min'].iloc[0]:g}. Expected rows of both. "
                    f"{_lengthen(table, str(part))}"
                )
