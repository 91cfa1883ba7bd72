"""Ranks of rows within their date."""

import numpy as np
from numpy.typing import NDArray

from rnn_trading.skill.losses import Vector


def centred_ranks(values: Vector, dates: NDArray[np.int64]) -> Vector:
    """Rank of each row within its date, less the mean rank of that date; ties take their mean rank.

    Parameters
    ----------
    values
        ``(rows,)``, none missing.
    dates
        A whole number for the date of each row, 0 or more, ``(rows,)``.

    Examples
    --------
    >>> centred_ranks(np.array([5.0, 9.0, 7.0, 1.0, 1.0]), np.array([0, 0, 0, 1, 1])).tolist()
    [-1.0, 1.0, 0.0, 0.0, 0.0]
    """
    by_value = np.argsort(values)
    # Small whole numbers are sorted by their digits, four times as fast as by two keys at once.
    digits = dates[by_value].astype(np.min_scalar_type(dates.max(initial=0)))
    order = by_value[np.argsort(digits, kind="stable")]
    date, value = dates[order], values[order]
    first_of_tie = np.r_[True, (date[1:] != date[:-1]) | (value[1:] != value[:-1])][: len(order)]
    tie = first_of_tie.cumsum() - 1
    centred = np.empty(len(order))
    centred[order] = _middle(tie) - _middle(date)
    return centred


def relative_ranks(values: Vector, dates: NDArray[np.int64]) -> Vector:
    """Centred rank of each row within its date, as a share of the rows of that date: from -1/2 to 1/2, with mean 0.

    Parameters
    ----------
    values, dates
        See :func:`centred_ranks`.

    Examples
    --------
    >>> relative_ranks(np.array([5.0, 9.0, 7.0, 1.0, 3.0]), np.array([0, 0, 0, 1, 1])).round(3).tolist()
    [-0.333, 0.333, 0.0, -0.25, 0.25]
    """
    return centred_ranks(values, dates) / np.bincount(dates)[dates]


def mean_coefficient(forecasts: Vector, outcomes: Vector, dates: NDArray[np.int64]) -> float:
    """Mean over the dates of the rank correlation within each: the mean information coefficient.

    A date whose forecasts, or outcomes, are all equal has 0.

    Parameters
    ----------
    forecasts, outcomes
        ``(rows,)``, none missing.
    dates
        See :func:`centred_ranks`.

    Examples
    --------
    >>> mean_coefficient(np.array([1.0, 2.0, 5.0, 5.0]), np.array([3.0, 4.0, 1.0, 2.0]), np.array([0, 0, 1, 1]))
    0.5
    """
    forecast, outcome = (centred_ranks(values, dates) for values in (forecasts, outcomes))
    together, *sizes = (np.bincount(dates, product) for product in (forecast * outcome, forecast**2, outcome**2))
    size = np.sqrt(sizes[0] * sizes[1])[np.bincount(dates) > 0]
    correlations = together[np.bincount(dates) > 0] / np.where(size > 0, size, 1.0)
    return float(correlations.mean())


def _middle(groups: NDArray[np.int64]) -> Vector:
    """Mean position of the group of each row, where rows of a group stand side by side."""
    sizes = np.bincount(groups)
    return (sizes.cumsum() - (sizes + 1) / 2)[groups]
