"""Which forecasts of a table get intervals, and when each was made and its truth known."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.series.series import RESTARTED
from rnn_trading.skill.losses import Vector
from rnn_trading.skill.metrics.macro import ONE_STEP, ORIGINAL
from rnn_trading.skill.rows import FOLD, KNOWN, folds_in, rows_of
from rnn_trading.skill.statistics import TRUTH
from rnn_trading.skill.tasks import TaskName

# In the units of a forecast: no error is taken for a smaller one, so that nothing is divided by zero.
LEAST_UNIT = 1e-12
# Errors of fewer validation rows do not reach the outer 2.5 % of either side.
FEWEST_ERRORS = 39


@dataclass(frozen=True)
class Kind:
    """What of the forecasts of a task gets intervals.

    Attributes
    ----------
    unit
        What widths are told in, in words.
    only
        Values of key columns: the rows that are meant, of a table that has several kinds.
    by
        Key column whose values differ in how large errors are: the step of a run, the series, the ticker.
    fewest
        Validation rows from which the size of a value's errors is measured; of fewer, that of all rows is taken.
    open
        Whether new values may come, whose errors are taken to be as large as those of all rows.
    own_units
        Whether they differ in their unit, too, so that widths of two of them have no mean: they are told in usual
        errors of the model.
    lowest
        No truth lies below it; None: there is no such bound.
    """

    unit: str
    only: dict[str, str] = field(default_factory=dict)
    by: str | None = None
    fewest: int = 1
    open: bool = False
    own_units: bool = False
    lowest: float | None = None


KINDS: dict[TaskName, Kind] = {
    "regression": Kind("return", by="ticker", fewest=20, open=True),
    "level": Kind("index points"),
    "volatility": Kind("absolute return, %", lowest=0.0),
    "runs": Kind("units of the series", {"run": RESTARTED}, by="step"),
    "macro": Kind(
        "mean validation errors of each series", {"units": ORIGINAL, "run": ONE_STEP}, by="series", own_units=True
    ),
    "filings": Kind("return"),
    "stars": Kind("stars"),
}


@dataclass(frozen=True)
class Moments:
    """When each row of a fold was forecast, and when its truth was known, as whole numbers.

    The truth of a row could be used for a forecast if its ``known`` is smaller than the other's ``made``.

    Attributes
    ----------
    tested
        Whether it is a test row, ``(rows,)``; the others are the validation rows.
    made, known
        int64, ``(rows,)``.
    weight
        One over the rows that were forecast at the same moment: together they count once.
    """

    tested: NDArray[np.bool_]
    made: NDArray[np.int64]
    known: NDArray[np.int64]
    weight: Vector

    @property
    def before(self) -> NDArray[np.bool_]:
        """Validation rows whose truth was known when the first test row was forecast."""
        return ~self.tested & (self.known < self.made[self.tested].min())


@dataclass(frozen=True)
class Errors:
    """Errors of one forecaster on the validation rows and test rows of one fold.

    Attributes
    ----------
    moments
        See there.
    error
        Truth less forecast, ``(rows,)``.
    unit
        How large errors of the row's group usually are: their mean size on the validation rows, ``(rows,)``.
    of_all
        The same of all rows.
    """

    moments: Moments
    error: Vector
    unit: Vector
    of_all: float


def folds_of(kind: Kind, predictions: pd.DataFrame, validation: pd.DataFrame) -> list[pd.DataFrame]:
    """Of each fold, its validation rows and below them its test rows, with a column ``tested``.

    Parameters
    ----------
    kind
        Which rows are meant.
    predictions, validation
        See :func:`rnn_trading.skill.record.skill_record`. The index of the rows is their position in ``predictions``.
    """
    test, held_out = (
        table.reset_index(drop=True)[rows_of(table, kind.only).to_numpy()] for table in (predictions, validation)
    )
    several = folds_in(predictions)
    parts = [
        [table if len(several) == 1 else table[table[FOLD] == fold] for table in (held_out, test)] for fold in several
    ]
    return [pd.concat([before.assign(tested=False), after.assign(tested=True)]) for before, after in parts]


def moments_of(rows: pd.DataFrame) -> Moments:
    """When the rows of a fold were forecast, and their truths known.

    A forecast of a date was made when all dates before it were known. Where there is a ``target_date``, ``date`` is
    that of the last value known, and the truth is known on the ``target_date``. Where there is a ``known``, the
    forecast was made on the ``date``, before what becomes known on it. Rows without a date are no sequence: the
    validation rows are known before all test rows, and no test row before another.

    Parameters
    ----------
    rows
        Of a fold; see :func:`folds_of`.

    Examples
    --------
    The truth of the first run's second step is known on the day of which the second run knows the last value:

    >>> days = pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07"])
    >>> runs = pd.DataFrame({"date": days[[0, 0, 2, 2]], "target_date": days[[1, 2, 3, 4]], "tested": True})
    >>> moments = moments_of(runs)
    >>> (moments.known[:, None] < moments.made).astype(int).tolist()
    [[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]]
    >>> moments.weight.tolist()
    [0.5, 0.5, 0.5, 0.5]
    """
    tested = rows["tested"].to_numpy(dtype=bool)
    if "date" not in rows:
        made = known = np.where(tested, 2, 0)
        return Moments(
            tested, made, known + np.where(tested, 1, 0), 1 / np.where(tested, tested.sum(), (~tested).sum())
        )
    date = pd.to_datetime(rows["date"]).to_numpy()
    target = next((name for name in ("target_date", KNOWN) if name in rows), "date")
    seen = pd.to_datetime(rows[target]).to_numpy()
    places = np.unique(np.concatenate([date, seen]))
    # What is known on the date of the last value known may be used; else only what was known before the date.
    made = 2 * np.searchsorted(places, date) + (target == "target_date")
    _, group, counts = np.unique(2 * made + tested, return_inverse=True, return_counts=True)
    return Moments(tested, made, 2 * np.searchsorted(places, seen), 1 / counts[group])


def errors_of(kind: Kind, rows: pd.DataFrame, moments: Moments, column: str) -> Errors:
    """Errors of a forecast of the rows of a fold, and how large they usually are.

    Parameters
    ----------
    kind
        Says whether groups of rows differ in the size of their errors.
    rows, moments
        Of a fold.
    column
        Name of the forecast.

    Examples
    --------
    >>> rows = pd.DataFrame({"series": ["cpi", "rate"] * 2, "tested": [False, False, True, True], "truth": 5.0})
    >>> rows = rows.assign(date=pd.to_datetime(["2020-01-01"] * 2 + ["2020-02-01"] * 2), har=[4.0, 7.0, 5.0, 0.0])
    >>> errors = errors_of(KINDS["macro"], rows, moments_of(rows), "har")
    >>> errors.error.tolist(), errors.unit.tolist()
    ([1.0, -2.0, 0.0, 5.0], [1.0, 2.0, 1.0, 2.0])
    """
    error = rows[TRUTH].to_numpy(dtype=float) - rows[column].to_numpy(dtype=float)
    known = pd.Series(np.abs(error[moments.before]))
    everyone = max(float(known.mean()), LEAST_UNIT)
    if kind.by is None:
        unit = np.full(len(rows), everyone)
    else:
        of_groups = known.groupby(rows.loc[moments.before, kind.by].to_numpy())
        by_group = of_groups.mean()[of_groups.size() >= kind.fewest]
        unit = rows[kind.by].map(by_group).fillna(everyone).to_numpy(dtype=float)
    return Errors(moments, error, np.maximum(unit, LEAST_UNIT), everyone)
