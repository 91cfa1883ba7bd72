"""How often something long says where it stands, and how far a run is with its fits."""

import threading
import time
from collections import Counter, deque
from collections.abc import Iterable

SECONDS_BETWEEN_REPORTS = 5.0
# The tag of nodes that fit a network: what takes the time of a run.
FIT = "fit"
# Nodes that ask a finished model of newer data: what they read may be made of older ones.
FINISHED = "finished"
# With so many fits or fewer nobody knows how long the others take.
FEWEST_TIMED = 3
# By the last ones: what an earlier run fitted is given back at once, and says nothing of the others.
MOST_TIMED = 10


class Reports:
    """Tells when the next report is due."""

    def __init__(self) -> None:
        self._last = time.perf_counter()

    def due(self) -> bool:
        """Whether the last report, or the start, is long enough ago; if so, this is the last report now."""
        now = time.perf_counter()
        if now - self._last < SECONDS_BETWEEN_REPORTS:
            return False
        self._last = now
        return True


class Fits:
    """Counts the fits of a run, from whatever thread, and says how many are done and how long the rest may take.

    Parameters
    ----------
    total
        Fits of the run.
    """

    def __init__(self, total: int) -> None:
        self._total, self._done = total, 0
        self._ends: deque[float] = deque(maxlen=MOST_TIMED + 1)
        self._reports = Reports()
        self._lock = threading.Lock()

    def done(self) -> str | None:
        """Count one more.

        Returns
        -------
        str or None
            What to tell of it; None where a report is not due, or there is a single fit. The last one is always told.
        """
        with self._lock:
            self._done += 1
            self._ends.append(time.perf_counter())
            left = self._total - self._done
            if self._total < 2 or (left and not self._reports.due()):
                return None
            line = f"Fits: {self._done} of {self._total} done"
            # The first one starts TensorFlow, too: time is counted from its end, and told when there is some.
            if left <= 0 or self._done <= FEWEST_TIMED:
                return line
            each = (self._ends[-1] - self._ends[0]) / (len(self._ends) - 1)
            return f"{line}, {time_left(each * left)} left"


def to_do(nodes: Iterable[str]) -> str | None:
    """How many fits a run has, by experiment, those that are given back among them; None of one, or none.

    Parameters
    ----------
    nodes
        Names of the nodes that fit a network.

    Examples
    --------
    >>> to_do([f"mine.level.folds.fold_{fold}.seed_42.train" for fold in range(1, 301)] + ["mine.runs.train"])
    'Fits of this run: 300 of mine.level, 1 of mine.runs'
    >>> to_do(["mine.runs.train"])
    """
    counts = Counter(name.partition(".folds.")[0].removesuffix(".train") for name in nodes)
    if counts.total() < 2:
        return None
    return "Fits of this run: " + ", ".join(f"{count:,} of {name}" for name, count in sorted(counts.items()))


def time_left(seconds: float) -> str:
    """A time that is only known roughly.

    Parameters
    ----------
    seconds
        0 or more.

    Examples
    --------
    >>> [time_left(seconds) for seconds in (3, 62, 100, 1800, 9000)]
    ['about 10 seconds', 'about 60 seconds', 'about 2 minutes', 'about 30 minutes', 'about 2.5 hours']
    """
    if seconds < 90:
        return f"about {max(10, round(seconds, -1)):.0f} seconds"
    if seconds < 90 * 60:
        return f"about {seconds / 60:.0f} minutes"
    return f"about {round(seconds / 3600, 1):g} hours"
