"""Bootstrap of rows that belong together: of firms, or of blocks of dates that follow each other.

Blocks go round from the last to the first, so that each is drawn as often (Politis and Romano, 1992).
"""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.progress import Reports
from rnn_trading.skill.inference.counts import CHUNK, OfCounts

logger = logging.getLogger(__name__)

DRAWS, SEED = 1000, 0
# A p-value below this is found again from more draws, which can tell it from smaller ones.
SMALL, MORE_DRAWS = 0.01, 10_000
COVERAGE = 0.95
FEWEST_CLUSTERS = 10
# With fewer blocks the middle 95 % of the draws are far from an interval of 95 %.
FEWEST_BLOCKS = 6


def block_length(clusters: int) -> int:
    """Clusters that are drawn together where nothing more is known: the cube root of their number.

    This is the rate at which the length of blocks should grow for a standard error (Hall, Horowitz and Jing, 1995).

    Examples
    --------
    >>> block_length(27), block_length(250)
    (3, 7)
    """
    return int(np.ceil(clusters ** (1 / 3)))


def optimal_block(influence: NDArray[np.float64]) -> int:
    """How long blocks should be for the mean of values that follow each other.

    Parameters
    ----------
    influence
        See :func:`cluster_influence`; ``(clusters,)``.

    Returns
    -------
    int
        The length that minimises the error of the variance of the mean (Politis and White, 2004; Patton, Politis and
        White, 2009), rounded up; 1 for fewer than 10 values, values that are missing, or that are all equal.

    Examples
    --------
    Nine values are too few to tell, and values that are all equal tell nothing:

    >>> optimal_block(np.arange(9.0)), optimal_block(np.ones(100))
    (1, 1)
    """
    from arch.bootstrap import optimal_block_length  # noqa: PLC0415  takes a second to import

    if len(influence) < FEWEST_CLUSTERS or np.isnan(influence).any() or np.ptp(influence) == 0:
        return 1
    # Parts of a series may be constant although the whole is not.
    with np.errstate(divide="ignore", invalid="ignore"):
        length = float(optimal_block_length(influence)["circular"].iloc[0])
    return max(1, int(np.ceil(length))) if np.isfinite(length) else 1


def block_for(influence: NDArray[np.float64], overlap: int = 1) -> int:
    """Length of blocks of clusters with this influence on a score.

    The cube root of their number, or more if influence persists, as long as :data:`FEWEST_BLOCKS` are left; and at
    least the ``overlap``, which is the number of clusters that follow each other and share outcomes.

    Examples
    --------
    >>> influence = np.zeros(64)
    >>> block_for(influence), block_for(influence, overlap=12)
    (4, 12)
    """
    count = len(influence)
    return max(overlap, min(max(block_length(count), optimal_block(influence)), count // FEWEST_BLOCKS))


def independent(influence: NDArray[np.float64]) -> float:
    """How many independent clusters these are worth: their number times (1 - r) / (1 + r).

    Exact for the mean of an autoregression of order one with the correlation r of neighbours; a negative one counts as
    zero. Infinite if the influence is missing or all equal: then nothing is known of it.

    Examples
    --------
    Neighbours have a correlation of 1/3: seven of them are worth 7 * (2/3) / (4/3).

    >>> round(independent(np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0])), 6)
    3.5
    >>> independent(np.ones(7))
    inf
    """
    if np.isnan(influence).any() or np.ptp(influence[:-1]) == 0 or np.ptp(influence[1:]) == 0:
        return float("inf")
    correlation = max(0.0, float(np.corrcoef(influence[:-1], influence[1:])[0, 1]))
    return len(influence) * (1 - correlation) / (1 + correlation)


def cluster_influence(statistic: Callable[[NDArray[np.int64]], float], clusters: pd.Series) -> NDArray[np.float64]:
    """What each cluster adds to a statistic, by leaving it out (the jackknife; Efron and Tibshirani, 1993, chapter 11).

    Parameters
    ----------
    statistic
        Of the positions of rows.
    clusters
        To which cluster each row belongs, ``(rows,)``.

    Returns
    -------
    numpy.ndarray
        ``(clusters,)``, in ascending order: their number less one, times the statistic less the statistic without the
        cluster. For a mean of one value a cluster, that value less the mean. NaN where the statistic does not exist.

    Examples
    --------
    >>> values = np.array([1.0, 2.0, 6.0])
    >>> cluster_influence(lambda rows: float(values[rows].mean()), pd.Series([1, 2, 3])).tolist()
    [-2.0, -1.0, 3.0]
    """
    codes, names = pd.factorize(clusters.to_numpy(), sort=True)
    complete = statistic(np.arange(len(codes)))
    return (len(names) - 1) * (complete - without_each(statistic, codes))


def without_each(statistic: Callable[[NDArray[np.int64]], float], codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """A statistic without each cluster in turn.

    Parameters
    ----------
    statistic
        Of the positions of rows. One of counts is computed for many clusters at once.
    codes
        Position of the cluster of each row, ``(rows,)``.

    Returns
    -------
    numpy.ndarray
        ``(clusters,)``.

    Examples
    --------
    >>> without_each(len, np.array([0, 1, 1])).tolist()
    [2.0, 1.0]
    """
    count = int(codes.max()) + 1
    if isinstance(statistic, OfCounts):
        values = (part for times in _all_but_each(count) for part in statistic.by_clusters(codes, times))
    else:
        values = (np.array([statistic(np.flatnonzero(codes != cluster))]) for cluster in range(count))
    return _collected(values, count, "Without each: %s of %s")


def _all_but_each(count: int) -> Iterator[NDArray[np.int64]]:
    """Rows of a matrix of ones with zeros on its diagonal, some at a time: the whole would not fit in memory."""
    size = max(1, CHUNK // count)
    for start in range(0, count, size):
        yield (np.arange(start, min(start + size, count))[:, None] != np.arange(count)).astype(np.int64)


def cluster_bootstrap(
    statistic: Callable[[NDArray[np.int64]], float], clusters: pd.Series, block: int = 1, draws: int = DRAWS
) -> NDArray[np.float64]:
    """Draw whole clusters with replacement, as many as there are, and compute a statistic each time.

    Parameters
    ----------
    statistic
        Of the positions of rows; a row may come several times. One of counts is computed for many draws at once.
    clusters
        To which cluster each row belongs, ``(rows,)``.
    block
        So many clusters that follow each other, in ascending order and round again from the last to the first, are
        drawn together; the last block is cut.
    draws
        How often. Equal clusters give equal draws.

    Returns
    -------
    numpy.ndarray
        ``(draws,)``; NaN where the statistic does not exist, and everywhere with fewer than 10 clusters.

    Examples
    --------
    Ten clusters of two rows: every draw has 20 rows. Nine clusters are too few.

    >>> cluster_bootstrap(len, pd.Series(np.repeat(np.arange(10), 2)), draws=3).tolist()
    [20.0, 20.0, 20.0]
    >>> cluster_bootstrap(len, pd.Series(np.arange(9)), draws=3).tolist()
    [nan, nan, nan]
    """
    codes, names = pd.factorize(clusters.to_numpy(), sort=True)
    count = len(names)
    if count < FEWEST_CLUSTERS:
        return np.full(draws, np.nan)
    first = np.random.default_rng(SEED).integers(count, size=(draws, -(-count // block)))
    size = max(1, CHUNK // count)
    parts = (_drawn(first[start : start + size], block, count) for start in range(0, draws, size))
    if isinstance(statistic, OfCounts):
        values = (part for drawn in parts for part in statistic.by_clusters(codes, _times(drawn)))
    else:
        values = (np.array([statistic(rows)]) for drawn in parts for rows in _rows(codes, drawn))
    return _collected(values, draws, "Bootstrap: %s of %s draws")


def _drawn(first: NDArray[np.int64], block: int, count: int) -> NDArray[np.int64]:
    """Clusters of each draw, ``(draws, clusters)``, from the first of each block."""
    return (first[:, :, None] + np.arange(block)).reshape(len(first), -1)[:, :count] % count


def _times(drawn: NDArray[np.int64]) -> NDArray[np.int64]:
    """How often each cluster is in each draw, ``(draws, clusters)``."""
    draws, count = drawn.shape
    return np.bincount((drawn + count * np.arange(draws)[:, None]).ravel(), minlength=drawn.size).reshape(drawn.shape)


def _rows(codes: NDArray[np.int64], drawn: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Positions of the rows of each draw, one cluster after the other."""
    by_cluster = np.argsort(codes, kind="stable")  # rows, those of a cluster side by side
    sizes = np.bincount(codes)
    starts = sizes.cumsum() - sizes
    for draw in drawn:
        ends = sizes[draw].cumsum()
        offsets = np.repeat(starts[draw] - (ends - sizes[draw]), sizes[draw])
        yield by_cluster[np.arange(ends[-1]) + offsets]


def _collected(parts: Iterator[NDArray[np.float64]], count: int, words: str) -> NDArray[np.float64]:
    """Values that come some at a time, with a line in the log where that takes long."""
    reports, values, known = Reports(), np.empty(count), 0
    for part in parts:
        values[known : known + len(part)] = part
        known += len(part)
        if reports.due():
            logger.info(words, f"{known:,}", f"{count:,}")
    return values


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """The middle 95 % of bootstrapped values; NaN if more than a twentieth of them do not exist.

    Examples
    --------
    >>> low, high = interval(np.arange(1001.0))
    >>> round(low, 6), round(high, 6)
    (25.0, 975.0)
    """
    defined = values[~np.isnan(values)]
    if len(defined) < COVERAGE * len(values):
        return float("nan"), float("nan")
    low, high = np.quantile(defined, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return float(low), float(high)


def difference_test(values: NDArray[np.float64], observed: float) -> dict[str, Any]:
    """``interval`` of a difference, and a two-sided ``p_value``: twice the share of draws on the other side of zero.

    Parameters
    ----------
    values
        Bootstrapped differences, ``(draws,)``; NaN where one does not exist.
    observed
        The difference on the rows themselves.

    Returns
    -------
    dict
        ``mean_difference`` (as observed), and ``interval`` (95 %) and ``p_value``, both NaN where :func:`interval`
        gives none.

    Examples
    --------
    999 draws, all on one side of zero: no p-value is smaller than two in a thousand.

    >>> difference_test(np.full(999, 0.5), observed=0.5)
    {'mean_difference': 0.5, 'interval': [0.5, 0.5], 'p_value': 0.002}
    """
    low, high = interval(values)
    p_value = float("nan")
    if not np.isnan(low):
        defined = values[~np.isnan(values)]
        # One more, so that no finite number of draws gives a p-value of zero.
        beyond = 1 + min((defined <= 0).sum(), (defined >= 0).sum())
        p_value = float(min(1.0, 2 * beyond / (len(defined) + 1)))
    return {"mean_difference": observed, "interval": [low, high], "p_value": p_value}


def bootstrap_test(
    statistic: Callable[[NDArray[np.int64]], float], clusters: pd.Series, block: int = 1
) -> dict[str, Any]:
    """:func:`difference_test` of a difference by :func:`cluster_bootstrap`, with ten times the draws if p is small.

    1,000 draws cannot tell a p-value of two in a thousand from a smaller one, which matters where p-values are
    corrected for their number. So if they give less than .01, all is computed again from 10,000.

    Parameters
    ----------
    statistic
        The difference, of the positions of rows.
    clusters, block
        As for :func:`cluster_bootstrap`.

    Returns
    -------
    dict
        As of :func:`difference_test`; the smallest p-value is two in 10,000. NaN without rows.

    Examples
    --------
    >>> values = np.linspace(1.0, 2.0, 12)
    >>> test = bootstrap_test(lambda rows: float(values[rows].mean()), pd.Series(np.arange(12)))
    >>> test["mean_difference"], round(test["p_value"], 5)
    (1.5, 0.0002)
    """
    observed = statistic(np.arange(len(clusters))) if len(clusters) else float("nan")
    test = difference_test(cluster_bootstrap(statistic, clusters, block), observed)
    if test["p_value"] < SMALL:
        test = difference_test(cluster_bootstrap(statistic, clusters, block, MORE_DRAWS), observed)
    return test
