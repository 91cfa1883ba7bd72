"""Split conformal intervals whose width follows what they held so far.

The error of a forecast is divided by a scale that was known when the forecast was made, and the quantiles of what comes
out are followed on either side. On each date on which truths become known, in this order of dates::

    m = 1 where the truth lay beyond that side of its interval, else 0
    q = max(0, q + STEP * sum of w * (m - tail))            below and above, of each level
    s = MEMORY ** W * s + (1 - MEMORY ** W) * (sum of w * |error| / unit) / W

with the sums over the rows whose truths these are, ``w`` one over the number of rows that were forecast with the row,
``W`` the sum of the ``w``, ``unit`` the usual size of errors of the row's step or series, and ``tail`` half of what an
interval may miss. The interval of a forecast is ``forecast - unit * s * q_below`` to ``forecast + unit * s * q_above``
with the ``s`` and ``q`` of the moment when it was made; that of a higher level is no narrower on either side. The scale
begins with 1 at the first validation row. Quantiles begin with the conformal ones of the ``n`` validation rows: of
their scaled errors that of rank ``(n + 1) * (1 - tail)``, rounded up.

Sources: split conformal prediction with a known scale, Lei, G'Sell, Rinaldo, Tibshirani and Wasserman (2018, sections
2.2 and 5.2); a level that follows what was missed, Gibbs and Candès (2021); the same of the quantile itself, with which
the share of misses holds in the long run whatever comes, Angelopoulos, Candès and Tibshirani (2023, section 2.1).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_trading.skill.intervals.newest import LEVELS
from rnn_trading.skill.intervals.rows import LEAST_UNIT, Errors, Moments
from rnn_trading.skill.losses import Vector

# Of the scale, the weight of the past a date later (RiskMetrics, 1996), and the step of the quantiles, in scales.
# Decision 079 says what others were measured to do.
MEMORY, STEP = 0.94, 0.05
# Of each level, the share that may lie beyond either side.
TAILS = np.array([[(1 - level / 100) / 2] * 2 for level in LEVELS])
ROUNDING = 9  # digits of a rank before it is rounded up


@dataclass(frozen=True)
class Tracked:
    """How far the intervals of the test rows of a fold reach.

    Attributes
    ----------
    reach
        Below (0) and above (1) the forecast, none negative, in units of it: ``(test rows, levels, 2)``.
    quantiles, scale
        ``q``, ``(levels, 2)``, and ``s``, once all truths were known.
    """

    reach: NDArray[np.float64]
    quantiles: NDArray[np.float64]
    scale: float


def track(errors: Errors, memory: float = MEMORY, step: float = STEP) -> Tracked:
    """Intervals of the test rows of a fold, each from what was known when it was forecast.

    Parameters
    ----------
    errors
        Of one forecaster on the rows of one fold.
    memory, step
        See above. With 1 and 0 the intervals are those of plain split conformal prediction, with a quantile of the
        signed errors on either side.

    Examples
    --------
    The errors of the validation rows are -1 and 1 in turn, those of the test rows 4:

    >>> import pandas as pd
    >>> from rnn_trading.skill.intervals.rows import KINDS, errors_of, moments_of
    >>> days, truth = pd.date_range("2020-01-01", periods=43), [-1.0, 1.0] * 20 + [4.0] * 3
    >>> rows = pd.DataFrame({"date": days, "har": 0.0, "truth": truth, "tested": days >= days[40]})
    >>> tracked = track(errors_of(KINDS["level"], rows, moments_of(rows), "har"))
    >>> tracked.reach[:, 1].round(3).tolist()
    [[1.0, 1.0], [1.179, 1.238], [1.346, 1.481]]
    """
    moments = errors.moments
    scale, last_scale = _scales(moments, np.abs(errors.error) / errors.unit, memory)
    scored = errors.error / (errors.unit * scale)
    quantiles, last = _quantiles(moments, scored, step)
    of_rows = (errors.unit * scale)[moments.tested]
    return Tracked(quantiles * of_rows[:, None, None], last, last_scale)


def _scales(moments: Moments, sizes: Vector, memory: float) -> tuple[Vector, float]:
    """The scale of errors as it was known when each row was forecast, ``(rows,)``, and that of the end."""
    order = np.argsort(moments.known, kind="stable")
    known, first = np.unique(moments.known[order], return_index=True)
    weights, sums = (np.add.reduceat(values[order], first) for values in (moments.weight, moments.weight * sizes))
    scales = np.ones(len(known) + 1)
    for place, (kept, mean) in enumerate(zip(memory**weights, sums / weights, strict=True)):
        scales[place + 1] = max(kept * scales[place] + (1 - kept) * mean, LEAST_UNIT)
    return scales[np.searchsorted(known, moments.made)], float(scales[-1])


def _quantiles(moments: Moments, scored: Vector, step: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The quantiles that each test row was given, ``(test rows, levels, 2)``, and those of the end, ``(levels, 2)``."""
    tested, before = moments.tested, scored[moments.before]
    state = np.maximum(
        [[_conformal(side * before, tail) for side, tail in zip((-1, 1), both, strict=True)] for both in TAILS], 0
    )
    made, place = np.unique(moments.made[tested], return_inverse=True)
    given = np.empty((len(made), *state.shape))
    order = np.argsort(moments.known[tested], kind="stable")
    known, first = np.unique(moments.known[tested][order], return_index=True)
    sides = np.stack([-scored[tested], scored[tested]], axis=-1)[order][:, None, :]
    weight, place_of, done = moments.weight[tested][order], place[order], 0
    ends = [*first[1:], len(order)]
    for until, start, end in zip(np.searchsorted(made, known, side="right"), first, ends, strict=True):
        if until > done:
            given[done:until], done = _nested(state), until
        now = slice(start, end)
        missed = sides[now] > given[place_of[now]]
        state = np.maximum(state + step * (weight[now, None, None] * (missed - TAILS)).sum(axis=0), 0)
    given[done:] = _nested(state)
    return given[place], _nested(state)


def _nested(state: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles of which those of a higher level are no smaller."""
    return np.maximum.accumulate(state, axis=0)


def _conformal(scored: Vector, tail: float) -> float:
    """The score beyond which a new one lies with at most this probability; the largest one where they are too few."""
    rank = int(np.ceil(np.round((len(scored) + 1) * (1 - tail), ROUNDING)))
    return float(np.sort(scored)[min(rank, len(scored)) - 1])
