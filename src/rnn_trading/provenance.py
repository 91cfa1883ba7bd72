"""What made a result: when, by which code, with which packages."""

import platform
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rnn_trading import __version__

UNKNOWN = "unknown"
DIRTY = "-dirty"
# Those on which numbers depend.
PACKAGES = (
    "gensim",
    "kedro",
    "keras",
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
    "spacy",
    "statsmodels",
    "tensorflow",
)
SEEDS = ("seed", "seeds")


def made_now(at: datetime | None = None) -> dict[str, Any]:
    """Time, code and packages, as plain values.

    Parameters
    ----------
    at
        Time with its zone; None: now.

    Returns
    -------
    dict
        ``time`` (UTC, ISO), ``version`` of this project, ``commit`` (``unknown`` without one), ``clean``: whether
        every tracked file was as in the commit (None where the commit is unknown), ``python``, ``packages``: versions
        by name, None of one that is not installed.

    Examples
    --------
    >>> made = made_now(datetime(2026, 1, 31, 12, 5, tzinfo=UTC))
    >>> made["time"], sorted(made)
    ('2026-01-31T12:05:00Z', ['clean', 'commit', 'packages', 'python', 'time', 'version'])
    """
    time = (at or datetime.now(UTC)).astimezone(UTC)
    described = commit_of(Path(__file__).parent)
    return {
        "time": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "version": __version__,
        "commit": described.removesuffix(DIRTY),
        "clean": None if described == UNKNOWN else not described.endswith(DIRTY),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
    }


@cache
def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def seeds_in(block: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted names of all seeds in a block of parameters, and their values.

    Examples
    --------
    >>> dict(seeds_in({"split": {"seed": 1}, "training": {"seed": 42, "epochs": 3}, "seeds": {"others": [7]}}))
    {'split.seed': 1, 'training.seed': 42, 'seeds': {'others': [7]}}
    """
    for key, value in block.items():
        if key in SEEDS:
            yield f"{prefix}{key}", value
        elif isinstance(value, dict):
            yield from seeds_in(value, f"{prefix}{key}.")


@cache
def commit_of(folder: Path) -> str:
    """The commit of the repository that tracks a folder, with ``-dirty`` after changes; ``unknown`` without one.

    Parameters
    ----------
    folder
        Of the package. One that was installed into somebody else's repository is not tracked there.
    """
    tracked = _git(folder, "ls-files", "--error-unmatch", ".")
    described = (
        _git(folder, "describe", "--always", f"--dirty={DIRTY}", "--abbrev=12", "--exclude=*") if tracked else None
    )
    return described or UNKNOWN


def _git(folder: Path, *arguments: str) -> str | None:
    """What git answers; None if it cannot, or is not there."""
    try:
        answer = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()
