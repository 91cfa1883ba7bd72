"""Rank statistics of many samples of the same rows, from how often each row stands in each sample.

A draw of the bootstrap, or what is left without a cluster, is the same rows with other counts. So the rows are sorted
once, not for every sample. Counts are whole numbers, and so are sums of ranks that are doubled: the results are those
of ranks within each sample, to the last bit, for samples of up to a hundred thousand rows.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Counts = NDArray[np.int64]
CHUNK = 2**18  # counts at a time: they stay in the cache of a processor


@dataclass(frozen=True)
class OfCounts:
    """A statistic of rows that does not depend on their order. Called with positions of rows, it gives one value.

    Attributes
    ----------
    rows
        How many rows there are.
    values
        From how often each row stands in each sample, ``(samples, rows)``, to the statistic of each, ``(samples,)``.

    Examples
    --------
    >>> total = OfCounts(3, lambda counts: counts @ np.array([1.0, 10.0, 100.0]))
    >>> total(np.array([0, 2, 2]))
    201.0
    """

    rows: int
    values: Callable[[Counts], Vector]

    def __call__(self, positions: NDArray[np.int64]) -> float:
        """The statistic of the rows at these positions, of which any may stand several times."""
        return float(self.values(np.bincount(positions, minlength=self.rows)[None])[0])

    def by_clusters(self, codes: NDArray[np.int64], times: NDArray[np.integer]) -> Iterator[Vector]:
        """The statistic of samples of whole clusters, some samples at a time.

        Parameters
        ----------
        codes
            Position of the cluster of each row, ``(rows,)``.
        times
            How often each cluster stands in each sample, ``(samples, clusters)``.

        Examples
        --------
        The second cluster is left out, or stands twice.

        >>> total = OfCounts(3, lambda counts: counts @ np.array([1.0, 10.0, 100.0]))
        >>> [values.tolist() for values in total.by_clusters(np.array([0, 1, 1]), np.array([[1, 0], [1, 2]]))]
        [[1.0, 221.0]]
        """
        size = max(1, CHUNK // max(1, self.rows))
        for start in range(0, len(times), size):
            yield self.values(times[start : start + size].astype(np.int64)[:, codes])


def area_under_curve(forecast: Vector, positive: NDArray[np.bool_]) -> OfCounts:
    """Area under the ROC curve: the share of pairs of a positive and a negative ranked rightly; ties count half.

    Parameters
    ----------
    forecast, positive
        Of each row, ``(rows,)``, none missing.

    Returns
    -------
    OfCounts
        NaN for a sample of one class.

    Examples
    --------
    >>> area = area_under_curve(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True]))
    >>> area(np.arange(4)), area(np.array([1, 2, 2, 3])), area(np.array([2, 3]))
    (0.75, 0.3333333333333333, nan)
    """
    order = np.argsort(forecast, kind="stable")
    positives, negatives = order[positive[order]], order[~positive[order]]
    below, not_above = (np.searchsorted(forecast[negatives], forecast[positives], side) for side in ("left", "right"))

    def values(counts: Counts) -> Vector:
        of_positives, of_negatives = counts[:, positives], _cumulated(counts[:, negatives])
        # A negative that is tied is not above, but not below either: it is in one sum of the two.
        doubled = _sum_of_products(of_positives, of_negatives[:, below] + of_negatives[:, not_above])
        pairs = of_positives.sum(axis=1) * of_negatives[:, -1]
        return np.divide(doubled / 2, pairs, out=np.full(len(counts), np.nan), where=pairs > 0)

    return OfCounts(len(forecast), values)


def rank_correlation(forecast: Vector, truth: Vector) -> OfCounts:
    """Spearman's rank correlation; ties take their mean rank.

    Parameters
    ----------
    forecast, truth
        Of each row, ``(rows,)``, none missing.

    Returns
    -------
    OfCounts
        NaN for a sample of fewer than 3 rows, or where either side is constant.

    Examples
    --------
    >>> correlation = rank_correlation(np.array([1.0, 2.0, 4.0, 3.0]), np.array([1.0, 2.0, 3.0, 4.0]))
    >>> round(correlation(np.arange(4)), 6), correlation(np.array([0, 0, 0]))
    (0.8, nan)
    """
    ranks_of_forecast, ranks_of_truth = _centred_ranks(forecast), _centred_ranks(truth)

    def values(counts: Counts) -> Vector:
        one, other = ranks_of_forecast(counts), ranks_of_truth(counts)
        weighted, rows = counts * one, counts.sum(axis=1)
        # Ranks are doubled, their products quadrupled. The steps of numpy's corrcoef, so that not even the last digit
        # depends on the way.
        with np.errstate(divide="ignore", invalid="ignore"):
            both, of_one, of_other = (
                products / 4 * (1 / (rows - 1))
                for products in (
                    _sum_of_products(weighted, other),
                    _sum_of_products(weighted, one),
                    _sum_of_products(counts * other, other),
                )
            )
            correlation = np.clip(both / np.sqrt(of_one) / np.sqrt(of_other), -1, 1)
        return np.where((rows >= 3) & (of_one > 0) & (of_other > 0), correlation, np.nan)

    return OfCounts(len(forecast), values)


def mean_of_parts(parts: Sequence[tuple[NDArray[np.int64], OfCounts]], rows: int) -> OfCounts:
    """A statistic within each of several parts of the rows, averaged with the weights of their rows in the sample.

    Parameters
    ----------
    parts
        Positions of the rows of each part, and the statistic of these rows.
    rows
        How many rows there are in all.

    Returns
    -------
    OfCounts
        Parts in which a sample has no statistic do not count; NaN where none has one.

    Examples
    --------
    Three rows with an area of 1, and two with an area of 0:

    >>> up = area_under_curve(np.array([1.0, 2.0, 3.0]), np.array([False, False, True]))
    >>> down = area_under_curve(np.array([2.0, 1.0]), np.array([False, True]))
    >>> area = mean_of_parts([(np.array([0, 1, 2]), up), (np.array([3, 4]), down)], rows=5)
    >>> area(np.arange(5)), area(np.array([0, 2, 3])), area(np.array([3]))
    (0.6, 1.0, nan)
    """

    def values(counts: Counts) -> Vector:
        of_parts = [counts[:, positions] for positions, _ in parts]
        each = np.stack([of.values(part) for part, (_, of) in zip(of_parts, parts, strict=True)])
        weights = np.where(np.isnan(each), 0.0, np.stack([part.sum(axis=1) for part in of_parts]))
        total = weights.sum(axis=0)
        weighted = (weights * np.nan_to_num(each)).sum(axis=0)
        return np.divide(weighted, total, out=np.full(len(counts), np.nan), where=total > 0)

    return OfCounts(rows, values)


def _centred_ranks(side: Vector) -> Callable[[Counts], Counts]:
    """Twice the rank of each row within each sample, less twice the mean rank; both ``(samples, rows)``."""
    order = np.argsort(side, kind="stable")
    below, not_above = (np.searchsorted(side[order], side, end) for end in ("left", "right"))

    def ranks(counts: Counts) -> Counts:
        cumulated = _cumulated(counts[:, order])
        # First and last rank of the tie are one more than the rows below, and the rows not above: twice their mean is
        # the sum, and twice the mean of all ranks is one more than the rows.
        return cumulated[:, below] + cumulated[:, not_above] - cumulated[:, -1:]

    return ranks


def _cumulated(counts: Counts) -> Counts:
    """Sums of the first 0, 1, ... rows, ``(samples, rows + 1)``."""
    sums = np.zeros((len(counts), counts.shape[1] + 1), dtype=np.int64)
    np.cumsum(counts, axis=1, out=sums[:, 1:])
    return sums


def _sum_of_products(one: Counts, other: Counts) -> Vector:
    """Of each sample. In floating point: exact up to 2 ** 53, and beyond it no overflow."""
    return np.einsum("ij,ij->i", one, other, dtype=np.float64)
