"""When a page was made, and by which code."""

import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from rnn_trading import __version__

UNKNOWN = "unknown"


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


@cache
def commit_of(folder: Path) -> str:
    """The commit of the repository that tracks a folder, with ``-dirty`` after changes; ``unknown`` without one.

    Parameters
    ----------
    folder
        Of the package. One that was installed into somebody else's repository is not tracked there.
    """
    tracked = _git(folder, "ls-files", "--error-unmatch", ".")
    described = _git(folder, "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*") if tracked else None
    return described or UNKNOWN


def _git(folder: Path, *arguments: str) -> str | None:
    """What git answers; None if it cannot, or is not there."""
    try:
        answer = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()
