"""Bootstrap of rows that belong together: of firms, or of blocks of weeks that follow each other (Künsch, 1989)."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DRAWS, SEED = 1000, 0
COVERAGE = 0.95
FEWEST_CLUSTERS = 10


def cluster_bootstrap(
    statistic: Callable[[NDArray[np.int64]], float], clusters: pd.Series, block: int = 1, draws: int = DRAWS
) -> NDArray[np.float64]:
    """Draw whole clusters with replacement, about as many as there are, and compute a statistic each time.

    Parameters
    ----------
    statistic
        Of the positions of rows; a row may come several times.
    clusters
        To which cluster each row belongs, ``(rows,)``.
    block
        So many clusters that follow each other, in ascending order and round again from the last to the first, are
        drawn together.
    draws
        How often. Equal clusters give equal draws.

    Returns
    -------
    numpy.ndarray
        ``(draws,)``; NaN where the statistic does not exist, and everywhere with fewer than 10 clusters.
    """
    members = list(pd.Series(np.arange(len(clusters))).groupby(clusters.to_numpy()).indices.values())
    if len(members) < FEWEST_CLUSTERS:
        return np.full(draws, np.nan)
    first = np.random.default_rng(SEED).integers(len(members), size=(draws, -(-len(members) // block)))
    drawn = (first[:, :, None] + np.arange(block)).reshape(draws, -1) % len(members)
    return np.array([statistic(np.concatenate([members[cluster] for cluster in row])) for row in drawn])


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """The middle 95 % of bootstrapped values; NaN if a twentieth of them do not exist."""
    defined = values[~np.isnan(values)]
    if len(defined) < COVERAGE * len(values):
        return float("nan"), float("nan")
    low, high = np.quantile(defined, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return float(low), float(high)


def difference_test(values: NDArray[np.float64], observed: float) -> dict[str, Any]:
    """``interval`` of a difference, and a two-sided ``p_value``: twice the share of draws on the other side of zero."""
    low, high = interval(values)
    p_value = float("nan")
    if not np.isnan(low):
        defined = values[~np.isnan(values)]
        # One more, so that no finite number of draws gives a p-value of zero.
        beyond = 1 + min((defined <= 0).sum(), (defined >= 0).sum())
        p_value = float(min(1.0, 2 * beyond / (len(defined) + 1)))
    return {"mean_difference": observed, "interval": [low, high], "p_value": p_value}
