"""Intervals of one forecaster on the test rows of all folds: where they lie, what they hold and what they cost."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.skill.intervals.newest import EVERY, LEVELS, not_below
from rnn_trading.skill.intervals.rows import Kind, errors_of, folds_of, moments_of
from rnn_trading.skill.intervals.tracking import track
from rnn_trading.skill.losses import Vector
from rnn_trading.skill.rows import MODEL
from rnn_trading.skill.statistics import TRUTH

MISSED = 1 - np.array(LEVELS) / 100


@dataclass(frozen=True)
class Intervals:
    """Intervals of one forecaster.

    Attributes
    ----------
    rows
        Test rows that have one, fold by fold; their index is their position in the predictions.
    lower, upper
        ``(rows, levels)``, in units of the forecast.
    unit
        What widths are told in, in units of the forecast, ``(rows,)``: 1, or the usual error of the model in the series
        of the row.
    newest
        By group, how far new intervals reach below and above the forecast, ``(levels, 2)``: of the last fold, once all
        its truths were known.
    """

    rows: pd.DataFrame
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    unit: Vector
    newest: dict[str, NDArray[np.float64]]

    @property
    def held(self) -> NDArray[np.float64]:
        """1 where the truth lies within, else 0, ``(rows, levels)``."""
        truth = self.rows[TRUTH].to_numpy(dtype=float)[:, None]
        return ((self.lower <= truth) & (truth <= self.upper)).astype(float)

    @property
    def widths(self) -> NDArray[np.float64]:
        """``(rows, levels)``."""
        return (self.upper - self.lower) / self.unit[:, None]

    @property
    def scores(self) -> NDArray[np.float64]:
        """Interval score, ``(rows, levels)``, less is better (Gneiting and Raftery, 2007, equation 43).

        The width, and how far the truth lies beyond it times two over the share that may lie beyond.
        """
        truth = self.rows[TRUTH].to_numpy(dtype=float)[:, None]
        beyond = np.maximum(self.lower - truth, 0) + np.maximum(truth - self.upper, 0)
        return self.widths + 2 / MISSED * beyond / self.unit[:, None]


def intervals_of(kind: Kind, predictions: pd.DataFrame, validation: pd.DataFrame, column: str) -> Intervals:
    """Intervals of the test rows, each fold from its own validation rows.

    Parameters
    ----------
    kind
        Which rows are meant, and what differs among them.
    predictions, validation
        See :func:`rnn_trading.skill.record.skill_record`. Every fold has validation rows.
    column
        Name of the forecast.

    Examples
    --------
    >>> from rnn_trading.skill.intervals.rows import KINDS
    >>> table = pd.DataFrame({"date": pd.date_range("2020-01-01", periods=100), "prediction": 100.0})
    >>> table["truth"] = 100 + np.tile([-1.0, 1.0], 50)
    >>> intervals = intervals_of(KINDS["level"], table[50:], table[:50], "prediction")
    >>> intervals.lower[0].tolist(), intervals.upper[0].tolist(), intervals.held[0].tolist()
    ([99.0, 99.0], [101.0, 101.0], [1.0, 1.0])
    """
    tables, lower, upper, unit, newest = [], [], [], [], {}
    for rows in folds_of(kind, predictions, validation):
        moments = moments_of(rows)
        errors = errors_of(kind, rows, moments, column)
        tracked = track(errors)
        test = rows[moments.tested]
        forecast = test[column].to_numpy(dtype=float)[:, None]
        tables.append(test)
        lower.append(not_below(kind.lowest, forecast, forecast - tracked.reach[..., 0]))
        upper.append(forecast + tracked.reach[..., 1])
        told_in = errors_of(kind, rows, moments, MODEL).unit[moments.tested] if kind.own_units else np.ones(len(test))
        unit.append(told_in)
        groups = [EVERY] * len(test) if kind.by is None else test[kind.by].astype("str")
        units = dict(zip(groups, errors.unit[moments.tested], strict=True))
        units |= {EVERY: errors.of_all} if kind.open else {}
        newest = {group: tracked.quantiles * (of_group * tracked.scale) for group, of_group in units.items()}
    return Intervals(pd.concat(tables), np.concatenate(lower), np.concatenate(upper), np.concatenate(unit), newest)
