"""How often something long says where it stands."""

import time

SECONDS_BETWEEN_REPORTS = 5.0


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
