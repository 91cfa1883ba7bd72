"""Which code runs."""

import subprocess
from pathlib import Path
from typing import Any


def code_version(project: Path) -> dict[str, Any]:
    """The commit of the project's repository, and whether all tracked files are as in it.

    Returns
    -------
    dict
        ``commit`` (40 hex digits) and ``clean``; both None where the project is no repository, or Git is not there.
    """
    top = _git(project, "rev-parse", "--show-toplevel")
    # A project that only lies inside another repository has none.
    if top is None or Path(top).resolve() != project.resolve():
        return {"commit": None, "clean": None}
    changes = _git(project, "status", "--porcelain", "--untracked-files=no")
    return {"commit": _git(project, "rev-parse", "HEAD"), "clean": None if changes is None else not changes}


def _git(project: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(project), *words], capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
