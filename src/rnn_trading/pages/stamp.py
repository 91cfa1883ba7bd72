"""When a page was made, and by which code."""

from datetime import UTC, datetime
from pathlib import Path

from rnn_trading import __version__
from rnn_trading.provenance import commit_of


def stamp(at: datetime | None = None) -> str:
    """Date, version and commit in a sentence; two pages from the same inputs differ in nothing else.

    Parameters
    ----------
    at
        Time with its zone; None: now.

    Examples
    --------
    >>> made = stamp(datetime(2026, 1, 31, 12, 5, tzinfo=UTC))
    >>> made.partition(" by ")[0]
    'Made on 2026-01-31 12:05 UTC'
    """
    time = (at or datetime.now(UTC)).astimezone(UTC)
    return f"Made on {time:%Y-%m-%d %H:%M} UTC by rnn-trading {__version__}, commit {commit_of(Path(__file__).parent)}."
