"""What a record says of intervals: what they hold, how wide they are, and the state from which new ones are made."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import scipy

from rnn_trading.skill.formats import format_p_value, format_score, words
from rnn_trading.skill.inference.clusters import clustered_error
from rnn_trading.skill.inference.means import mean_test
from rnn_trading.skill.intervals.measured import Intervals, intervals_of
from rnn_trading.skill.intervals.newest import LEVELS
from rnn_trading.skill.intervals.rows import FEWEST_ERRORS, KINDS, Kind, folds_of, moments_of
from rnn_trading.skill.losses import Vector
from rnn_trading.skill.rows import KNOWN, MODEL, rows_of
from rnn_trading.skill.statistics import TRUTH
from rnn_trading.skill.tasks import TASKS, Task, TaskName

NARROW, WIDE = (str(level) for level in LEVELS)
MONTHS = 12


def judge_intervals(
    name: TaskName,
    predictions: pd.DataFrame,
    validation: pd.DataFrame | None,
    rivals: Sequence[str],
    months: Sequence[str] = (),
    overlap: int = 1,
) -> dict[str, Any] | None:
    """Intervals of a model and of its best rival, judged on the test rows.

    Each fold begins with its own validation rows. All is in the units of the predictions, where they have two in the
    original ones.

    Parameters
    ----------
    name
        Kind of forecast.
    predictions, validation, overlap
        See :func:`rnn_trading.skill.record.skill_record`. Intervals of filings need a column ``known``: when the truth
        of a row became known.
    rivals
        Names of their columns.
    months
        Calendar months that are judged apart, such as ``2020-03``.

    Returns
    -------
    dict or None
        None of probabilities: see :mod:`rnn_trading.skill.calibration`. ``words``: the same in a sentence or two; and
        ``why``, where there are none for want of validation rows or of dates, or ``of`` (the task), ``rows`` and
        ``calibrated_on`` (test rows; validation rows, of all folds), ``rival`` (that with the smallest mean loss),
        ``unit`` (of widths and scores), ``levels`` and ``newest``.

        ``levels``: by ``80`` and ``95``, ``coverage`` and its standard ``error``, ``width`` (mean) and ``score``
        (interval score, less is better); ``by_group``: of each step, series or ticker its ``coverage`` and ``width``,
        in its own unit; ``rival``: all this of the rival; ``by_year`` and ``worst_months``, with ``rows``, ``coverage``
        and ``error``, None where rows have no date or no month is worse than others.

        ``compared``: ``difference`` of the scores of the wider intervals, negative where the model is better, with
        ``interval``, ``p_value`` and ``doubtful`` (see :func:`rnn_trading.skill.inference.means.mean_test`; of rows
        without a date a paired t-test).

        ``newest``: ``until`` (when the last truth was known), ``by`` (``step``, ``series``, ``ticker`` or None),
        ``lowest``, and ``widths``: by group and level, how far a new interval reaches below and above its forecast. See
        :func:`rnn_trading.skill.intervals.newest.newest_intervals`.

    Examples
    --------
    >>> days = pd.date_range("2020-01-01", periods=100)
    >>> table = pd.DataFrame({"date": days, "persistence": 100.0, "truth": 100 + np.tile([-1.0, 1.0], 50)})
    >>> table = table.assign(prediction=table["truth"])
    >>> found = judge_intervals("level", table[50:], table[:50], ["persistence"])
    >>> found["levels"]["95"]["width"], found["levels"]["95"]["rival"]["width"] > 1.9
    (0.0, True)
    >>> found["newest"]["widths"]
    {'every': {'80': [0.0, 0.0], '95': [0.0, 0.0]}}
    >>> judge_intervals("level", table, None, ["persistence"])["words"]
    'No intervals: there are no validation rows.'
    """
    if name not in KINDS:
        return None
    validation = predictions.iloc[:0] if validation is None else validation
    why = _why_none(name, KINDS[name], predictions, validation)
    found = {"why": why} if why else _found(name, predictions, validation, rivals, months, overlap)
    return found | {"words": in_words(found)}


def _found(
    name: TaskName,
    predictions: pd.DataFrame,
    validation: pd.DataFrame,
    rivals: Sequence[str],
    months: Sequence[str],
    overlap: int,
) -> dict[str, Any]:
    """What intervals hold where there are validation rows to begin with."""
    task, kind = TASKS[name], KINDS[name]
    rival = _best(task, predictions, rivals)
    both = intervals_of(kind, predictions, validation, MODEL), intervals_of(kind, predictions, validation, rival)
    return {
        "of": name,
        "rows": len(both[0].rows),
        "calibrated_on": int(rows_of(validation, kind.only).sum()),
        "rival": rival,
        "unit": kind.unit,
        "levels": {str(level): _judged(task, kind, both, place, months) for place, level in enumerate(LEVELS)},
        "compared": _compared(task, both, overlap),
        "newest": _newest(kind, both[0]),
    }


def _why_none(name: TaskName, kind: Kind, predictions: pd.DataFrame, validation: pd.DataFrame) -> str | None:
    """Why there are no intervals; None where there are."""
    if validation.empty or predictions.empty:
        return f"there are no {'test' if predictions.empty else 'validation'} rows"
    if name == "filings" and KNOWN not in predictions:
        return "the predictions do not say when the truth of a row was known"
    counts = [int(moments_of(rows).before.sum()) for rows in folds_of(kind, predictions, validation)]
    if min(counts) >= FEWEST_ERRORS:
        return None
    return (
        f"{min(counts):,} validation rows{'' if len(counts) == 1 else ' of a fold'} were known before the test, and "
        f"intervals of {WIDE} % need {FEWEST_ERRORS}"
    )


def _best(task: Task, predictions: pd.DataFrame, rivals: Sequence[str]) -> str:
    """The rival with the smallest mean loss on the test rows; of equals, the first."""
    rows = predictions[rows_of(predictions, task.only)]
    losses = {name: task.loss.of(rows[name].to_numpy(), rows[TRUTH].to_numpy()).mean() for name in rivals}
    return min(losses, key=losses.__getitem__)


def _judged(
    task: Task, kind: Kind, both: tuple[Intervals, Intervals], place: int, months: Sequence[str]
) -> dict[str, Any]:
    """Intervals of one level, of the model and of its rival."""
    (ours, theirs), clusters = both, task.clusters(both[0].rows)
    held = ours.held[:, place]
    return (
        _summary(ours, place, clusters)
        | _in_time(task, ours.rows, held, clusters, months)
        | {"by_group": _by_group(kind, ours, place)}
        | {"rival": _summary(theirs, place, clusters) | {"by_group": _by_group(kind, theirs, place)}}
    )


def _summary(intervals: Intervals, place: int, clusters: pd.Series) -> dict[str, Any]:
    return _coverage(intervals.held[:, place], clusters) | {
        "width": float(intervals.widths[:, place].mean()),
        "score": float(intervals.scores[:, place].mean()),
    }


def _coverage(held: Vector, clusters: pd.Series) -> dict[str, Any]:
    """Share of rows whose truth lies within, and its standard error."""
    return {"coverage": float(held.mean()), "error": clustered_error(held, clusters)}


def _compared(task: Task, both: tuple[Intervals, Intervals], overlap: int) -> dict[str, Any]:
    """Whether the scores of the wider intervals differ, by their means of each date, week or run."""
    ours, theirs = both
    difference = pd.Series(ours.scores[:, -1] - theirs.scores[:, -1])
    by_cluster = difference.groupby(task.clusters(ours.rows).to_numpy()).mean().to_numpy()
    if task.dated:
        test = mean_test(by_cluster, overlap)
        result = test.interval, test.p_value, test.doubtful
    else:
        result = _paired(by_cluster)
    names = ("interval", "p_value", "doubtful")
    return {"difference": float(by_cluster.mean()), **dict(zip(names, result, strict=True))}


def _paired(values: Vector) -> tuple[tuple[float, float], float, bool]:
    """Interval of 95 %, p-value and doubt of the mean of independent values."""
    if len(values) < 2 or np.ptp(values) == 0:
        return (float("nan"), float("nan")), float("nan"), True
    test = scipy.stats.ttest_1samp(values, 0.0)
    low, high = test.confidence_interval(0.95)
    return (float(low), float(high)), float(test.pvalue), False


def _in_time(
    task: Task, rows: pd.DataFrame, held: Vector, clusters: pd.Series, months: Sequence[str]
) -> dict[str, Any]:
    """Coverage by year and in the months that are judged apart."""
    if not task.dated:
        return {"by_year": None, "worst_months": None}
    dates = pd.to_datetime(rows["target_date" if "target_date" in rows else "date"])
    years = dates.dt.year.to_numpy()
    # Text of every row would take seconds.
    apart = np.isin(MONTHS * years + dates.dt.month.to_numpy(), [_number(month) for month in months])

    def of(mask: Any) -> dict[str, Any]:
        return {"rows": int(mask.sum())} | _coverage(held[mask], clusters[mask])

    return {
        "by_year": [{"year": int(year)} | of(years == year) for year in np.unique(years)],
        "worst_months": {"months": [*months]} | of(apart) if apart.any() else None,
    }


def _number(month: str) -> int:
    """A calendar month as a whole number."""
    year, of_year = month.split("-")
    return MONTHS * int(year) + int(of_year)


def _by_group(kind: Kind, intervals: Intervals, place: int) -> dict[str, Any] | None:
    """Coverage and mean width of each step or series, in its own unit."""
    if kind.by is None:
        return None
    reach = intervals.upper[:, place] - intervals.lower[:, place]
    of_rows = pd.DataFrame({"coverage": intervals.held[:, place], "width": reach})
    means = of_rows.groupby(intervals.rows[kind.by].astype("str").to_numpy(), sort=False).mean()
    return {str(group): dict(of_group) for group, of_group in means.iterrows()}


def _newest(kind: Kind, intervals: Intervals) -> dict[str, Any]:
    """The state from which new intervals are made."""
    rows = intervals.rows
    column = next((name for name in ("target_date", KNOWN, "date") if name in rows), None)
    widths = {
        group: {str(level): reach.tolist() for level, reach in zip(LEVELS, of_group, strict=True)}
        for group, of_group in intervals.newest.items()
    }
    return {
        "until": None if column is None else f"{pd.to_datetime(rows[column]).max():%Y-%m-%d}",
        "by": kind.by,
        "lowest": kind.lowest,
        "widths": widths,
    }


def in_words(intervals: dict[str, Any]) -> str:
    """What the intervals of a record hold, in a sentence or two; nothing where the record has none.

    Examples
    --------
    >>> rival = {"coverage": 0.95, "width": 3.2, "score": 4.25}
    >>> wide = {"coverage": 0.941, "width": 3.12, "score": 4.1, "rival": rival}
    >>> found = {"rows": 1217, "rival": "har", "levels": {"80": {"coverage": 0.793}, "95": wide}}
    >>> in_words(found | {"unit": "absolute return, %", "compared": {"p_value": 0.03}})
    'Intervals of 95 % held the truth in 94.1 % of 1,217 test rows, those of 80 % in 79.3 %. Mean width of 95 %: \
3.120 against 3.200 of har (absolute return, %); interval score 4.100 against 4.250, less is better, p = 0.030.'
    >>> in_words({"why": "there are no validation rows"})
    'No intervals: there are no validation rows.'
    """
    if "why" in intervals:
        return f"No intervals: {intervals['why']}."
    narrow, wide = (intervals["levels"][level] for level in (NARROW, WIDE))
    rival = wide["rival"]
    width, rival_width, score, rival_score = (
        format_score(of[name]) for name in ("width", "score") for of in (wide, rival)
    )
    p_value = format_p_value(intervals["compared"]["p_value"])
    single = [100 * of["coverage"] for of in (wide.get("by_group") or {}).values()]
    tickers = f" (of single tickers in {min(single):.1f} to {max(single):.1f} %)" if _of_tickers(intervals) else ""
    return (
        f"Intervals of {WIDE} % held the truth in {100 * wide['coverage']:.1f} % of {intervals['rows']:,} test "
        f"rows{tickers}, those of {NARROW} % in {100 * narrow['coverage']:.1f} %. Mean width of {WIDE} %: {width} "
        f"against {rival_width} of {words(intervals['rival'])} ({intervals['unit']}); interval score {score} against "
        f"{rival_score}, less is better{f', {p_value}' if p_value else ''}."
    )


def _of_tickers(intervals: dict[str, Any]) -> bool:
    return intervals.get("newest", {}).get("by") == "ticker"
