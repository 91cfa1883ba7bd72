"""Chronological splits with a purge: training, then validation, then test.

Warning: a split is only as honest as what was computed before it. Anything fitted on rows (quantiles, scalers,
vocabularies, models) has to be fitted on ``train`` after the split.
"""

from datetime import date
from typing import Annotated, Any, Literal, get_args

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from rnn_trading.parameters import parameters

SplitName = Literal["train", "validation", "test"]
HELD_OUT_SHARE = 0.15
REMEDY = (
    "Use a longer history, or move split.validation_from, .test_from or .until, or lower split.held_out (null: 15 %)."
)


@parameters
class TrainValues:
    """How many values of a series come before its test: so many, or, of a series that has no more, a share of them.

    Examples
    --------
    >>> rule = TrainValues(values=11_000, share=0.65)
    >>> rule.of(12_075), rule.of(5_031)
    (11000, 3270)
    """

    values: Annotated[int, Field(ge=1)]
    share: Annotated[float, Field(gt=0, lt=1)]

    def of(self, length: int) -> int:
        """Of a series of so many values."""
        return self.values if length > self.values else int(self.share * length)


@parameters
class SplitParameters:
    """Where training ends and the test begins.

    Parameters
    ----------
    validation_from, test_from, until
        First date of the validation rows, first date of the test rows, last date of the test rows. Null: the
        last 15 % of the dates are the test, the 15 % before them the validation, and the last date ends it.
    held_out
        Number of dates of the test, and of the validation, instead of 15 %; null: 15 %.
    purge
        Dates left out at the end of training and of validation, because their labels reach into the next
        part.
    validate_on
        ``validation``, or ``test`` to stop training on the test rows, as was published: then every row
        before ``test_from`` is a training row and the score on the test is biased upwards. Null: no row of the split is
        watched, and every row before ``test_from`` is a training row; see ``validation_split`` of
        :class:`rnn_trading.models.parameters.TrainingParameters`.
    train_values
        Of one series, how many values come before the test, in place of ``test_from``; null: see there.

    Examples
    --------
    >>> split = SplitParameters(
    ...     validation_from="2019-01-01",
    ...     test_from="2020-01-01",
    ...     until=None,
    ...     held_out=None,
    ...     purge=1,
    ...     validate_on="validation",
    ... )
    >>> split.test_from
    datetime.date(2020, 1, 1)
    """

    validation_from: date | None
    test_from: date | None
    until: date | None
    held_out: Annotated[int, Field(ge=1)] | None
    purge: Annotated[int, Field(ge=0)]
    validate_on: Literal["validation", "test"] | None
    train_values: TrainValues | None = None

    @model_validator(mode="after")
    def _check_where_the_test_begins(self) -> "SplitParameters":
        if self.train_values is not None and self.test_from is not None:
            raise ValueError(
                "the test begins after so many values or from a date: expected test_from: null beside "
                f"split.train_values. Received: test_from={self.test_from}"
            )
        return self


def chronological_split(dates: pd.Index, split: SplitParameters) -> pd.Series:
    """Assign every date to train, validation, test, or to none of them.

    Parameters
    ----------
    dates
        Dates of rows, in any order and with repetitions. No missing values.
    split
        Boundaries; see :class:`SplitParameters`.

    Returns
    -------
    pandas.Series
        Index: the distinct dates, ascending. Values: an ordered categorical of ``train``, ``validation``,
        ``test``; missing for dates that were purged or lie after ``until``. With ``validate_on="test"`` no
        date is ``validation``.

    Raises
    ------
    ValueError
        If a part has no date, or the boundaries are out of order.

    Examples
    --------
    Ten dates, of which two are the validation and two are the test. Say that the label of each row is the return to
    the next date. The label of the 6th is then known on the 7th only, a validation date: a network that trains on it
    looks ahead. ``purge=1`` removes the 6th, and the 8th, whose label is known on the first test date.

    >>> dates = pd.date_range("2020-01-01", periods=10)
    >>> split = SplitParameters(
    ...     validation_from=None, test_from=None, until=None, held_out=2, purge=1, validate_on="validation"
    ... )
    >>> for day, part in chronological_split(dates, split).items():
    ...     print(f"{day:%d}", part)
    01 train
    02 train
    03 train
    04 train
    05 train
    06 nan
    07 validation
    08 nan
    09 test
    10 test
    """
    distinct, usable = distinct_dates(dates, split)
    validation_from, test_from, until = _boundaries(distinct, usable, split)
    parts = no_parts(distinct).rename("split")
    parts[distinct < validation_from] = "train"
    parts[(distinct >= validation_from) & (distinct < test_from)] = "validation"
    parts[(distinct >= test_from) & (distinct <= until)] = "test"
    for boundary in {validation_from, test_from}:
        first_held_out = int(distinct.searchsorted(boundary))
        parts.iloc[max(0, first_held_out - split.purge) : first_held_out] = None
    _check_parts(parts, split)
    return parts


def distinct_dates(dates: pd.Index, split: SplitParameters) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """Distinct dates, ascending, and those of them until ``split.until``.

    Raises
    ------
    ValueError
        If there is none, or if the split counts values of a series.

    Examples
    --------
    >>> split = SplitParameters(
    ...     validation_from=None, test_from=None, until="2020-01-02", held_out=None, purge=0, validate_on="test"
    ... )
    >>> every, until = distinct_dates(pd.DatetimeIndex(["2020-01-03", "2020-01-01", "2020-01-03"]), split)
    >>> len(every), len(until)
    (2, 1)
    """
    distinct = pd.DatetimeIndex(dates.unique()).sort_values()
    if distinct.empty:
        raise ValueError("There is no dated row to split.")
    if split.train_values is not None:
        raise ValueError(
            "split.train_values counts the values of one series, and these rows are of another kind. Use "
            "split.test_from."
        )
    usable = distinct if split.until is None else distinct[distinct <= pd.Timestamp(split.until)]
    if usable.empty:
        raise ValueError(
            f"No row is dated until {split.until:%Y-%m-%d}: the first date is {distinct[0]:%Y-%m-%d}. {REMEDY}"
        )
    return distinct, usable


def no_parts(dates: pd.DatetimeIndex) -> pd.Series:
    """Dates that are in no part yet: all missing, ready for the parts of :func:`chronological_split`.

    Examples
    --------
    >>> no_parts(pd.date_range("2020-01-01", periods=2)).cat.categories.tolist()
    ['train', 'validation', 'test']
    """
    return pd.Series(pd.Categorical([None] * len(dates), categories=get_args(SplitName), ordered=True), index=dates)


def watched_part(split: SplitParameters) -> SplitName:
    """The part of a split that is watched while a network trains on the training rows.

    Raises
    ------
    ValueError
        If none is.

    Examples
    --------
    >>> split = SplitParameters(
    ...     validation_from=None, test_from=None, until=None, held_out=None, purge=0, validate_on="test"
    ... )
    >>> watched_part(split)
    'test'
    """
    if split.validate_on is None:
        raise ValueError(
            "split.validate_on: expected validation or test. Received: null, which needs training.validation_split, as "
            "windows of one series have it."
        )
    return split.validate_on


def _boundaries(
    distinct: pd.DatetimeIndex, usable: pd.DatetimeIndex, split: SplitParameters
) -> tuple[pd.Timestamp, pd.Timestamp, pd.Timestamp]:
    until = pd.Timestamp(split.until) if split.until else distinct[-1]
    held_out = split.held_out or max(1, round(HELD_OUT_SHARE * len(usable)))
    if held_out >= len(usable):
        raise ValueError(
            f"{held_out} dates are to be held out, and there are {len(usable)}, from {distinct[0]:%Y-%m-%d} to "
            f"{usable[-1]:%Y-%m-%d}. Lower split.held_out or use a longer history."
        )
    test_from = pd.Timestamp(split.test_from) if split.test_from else usable[-held_out]
    if split.validate_on != "validation":
        return test_from, test_from, until
    before_test = int(usable.searchsorted(test_from))
    validation_from = (
        pd.Timestamp(split.validation_from) if split.validation_from else usable[max(0, before_test - held_out)]
    )
    if not validation_from < test_from <= until:
        raise ValueError(
            "Expected validation_from < test_from <= until. Received: "
            f"{validation_from:%Y-%m-%d}, {test_from:%Y-%m-%d}, {until:%Y-%m-%d}, for rows dated from "
            f"{distinct[0]:%Y-%m-%d} to {distinct[-1]:%Y-%m-%d}. {REMEDY}"
        )
    return validation_from, test_from, until


def _check_parts(parts: pd.Series, split: SplitParameters) -> None:
    expected = ["train", "validation", "test"] if split.validate_on == "validation" else ["train", "test"]
    counts = parts.value_counts()
    empty = [name for name in expected if counts.get(name, 0) == 0]
    if empty:
        raise ValueError(
            f"The split leaves no date for {', '.join(empty)}: the {len(parts)} dates run from "
            f"{parts.index[0]:%Y-%m-%d} to {parts.index[-1]:%Y-%m-%d}, with validation_from="
            f"{split.validation_from}, test_from={split.test_from}, until={split.until}, held_out="
            f"{split.held_out}, purge={split.purge}. "
            f"{REMEDY}"
        )


def rows_in(parts: pd.Series, dates: pd.Index, name: SplitName) -> np.ndarray:
    """Mask of the rows whose date belongs to a part.

    Parameters
    ----------
    parts
        Result of :func:`chronological_split`.
    dates
        Date of each row, shape ``(rows,)``, in any order and with repetitions. A missing date belongs to no part.
    name
        ``train``, ``validation`` or ``test``.

    Returns
    -------
    numpy.ndarray
        Boolean, shape ``(rows,)``.

    Examples
    --------
    >>> parts = pd.Series(["train", "train", "test"], index=pd.date_range("2020-01-01", periods=3))
    >>> rows_in(parts, pd.DatetimeIndex(["2020-01-03", "2020-01-01", "2020-01-03"]), "test").tolist()
    [True, False, True]
    """
    return pd.DatetimeIndex(dates).isin(parts.index[parts == name])


def known_rows(table: pd.DataFrame, parts: pd.Series) -> pd.DataFrame:
    """Rows of a table, indexed by date, that the training may know: until its last date.

    Parameters
    ----------
    table
        Index: dates, ascending. It may begin before the dates that were split, with what the first window needs.
    parts
        Result of :func:`chronological_split`, or a fold of :func:`rnn_trading.splits.walk_forward.walk_forward`.

    Returns
    -------
    pandas.DataFrame
        Purged rows are not among them: they come after the last training date. If the training begins later than the
        dates that were split, as it does in folds of a rolling training, so do the rows: as many stand before its first
        date as stood before the first of all.

    Examples
    --------
    >>> dates = pd.date_range("2020-01-01", periods=5)
    >>> table = pd.DataFrame({"value": [9, 10, 11, 12, 13]}, index=dates)
    >>> parts = pd.Series(["train", "train", None, "test"], index=dates[1:])
    >>> known_rows(table, parts)["value"].tolist()
    [9, 10, 11]

    In the next fold the training has moved on by one date. It still has one value before it.

    >>> rolled = pd.Series([None, "train", "train", "test"], index=dates[1:])
    >>> known_rows(table, rolled)["value"].tolist()
    [10, 11, 12]
    """
    train = parts.index[parts == "train"]
    first, begin = table.index.searchsorted([parts.index[0], train.min()])
    return table.iloc[begin - first :].loc[: train.max()]


def describe_parts(dates: pd.Index, parts: pd.Series) -> dict[str, Any]:
    """Rows, first and last date of each part.

    Parameters
    ----------
    dates
        Date of each row, ``(rows,)``.
    parts
        Result of :func:`chronological_split`.

    Returns
    -------
    dict
        ``train``, ``validation``, ``test``: ``rows``, ``first_date``, ``last_date`` (text; None without rows).
        ``unused``: ``rows`` that were purged or lie after the end.

    Examples
    --------
    >>> parts = pd.Series(["train", "train", None, "test"], index=pd.date_range("2020-01-01", periods=4))
    >>> for name, part in describe_parts(parts.index, parts).items():
    ...     print(name, part)
    train {'rows': 2, 'first_date': '2020-01-01', 'last_date': '2020-01-02'}
    validation {'rows': 0, 'first_date': None, 'last_date': None}
    test {'rows': 1, 'first_date': '2020-01-04', 'last_date': '2020-01-04'}
    unused {'rows': 1}
    """
    described: dict[str, Any] = {}
    for name in get_args(SplitName):
        rows = dates[rows_in(parts, dates, name)]
        described[name] = {
            "rows": len(rows),
            "first_date": f"{rows.min():%Y-%m-%d}" if len(rows) else None,
            "last_date": f"{rows.max():%Y-%m-%d}" if len(rows) else None,
        }
    described["unused"] = {"rows": len(dates) - sum(part["rows"] for part in described.values())}
    return described
