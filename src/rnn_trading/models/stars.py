"""An ordered label, and which of its thresholds it lies above. Free of TensorFlow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEWEST_KINDS = 3


@dataclass(frozen=True)
class Stars:
    """An ordered label.

    Attributes
    ----------
    kinds
        The labels that there are, from the smallest to the largest, three or more; a threshold lies above each but the
        last. They need not follow each other: 1 to 4 and 7 to 10 are eight kinds.
    log_odds
        Of the training labels, the log-odds of lying above each threshold, falling, ``(kinds - 1,)``.

    Examples
    --------
    Of four labels three lie above the first threshold, and one above the second:

    >>> stars = Stars.of(np.array([1, 2, 2, 5]))
    >>> stars.kinds, [round(each, 3) for each in stars.log_odds]
    ((1, 2, 5), [1.099, -1.099])
    >>> stars.above(np.array([1, 2, 5])).tolist()
    [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]
    """

    kinds: tuple[int, ...]
    log_odds: tuple[float, ...]

    @classmethod
    def of(cls, labels: NDArray[np.integer]) -> "Stars":
        """The kinds among training labels.

        Raises
        ------
        ValueError
            If there are fewer than three.
        """
        kinds, counts = np.unique(labels, return_counts=True)
        if len(kinds) < FEWEST_KINDS:
            raise ValueError(
                f"Expected labels of at least {FEWEST_KINDS} kinds in the training texts. Received: "
                f"{', '.join(map(str, kinds))}."
            )
        above = counts[::-1].cumsum()[::-1][1:]
        log_odds = np.log(above / (len(labels) - above))
        return cls(tuple(int(kind) for kind in kinds), tuple(float(each) for each in log_odds))

    def above(self, labels: NDArray[np.number]) -> NDArray[np.float32]:
        """Whether each label lies above each threshold, 1 or 0: ``(rows, kinds - 1)``."""
        return (np.asarray(labels)[:, None] > np.array(self.kinds[:-1])).astype(np.float32)
