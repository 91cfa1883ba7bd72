"""What made a result: when, by which code, with which packages."""

import ast
import hashlib
import importlib.util
import platform
import subprocess
from collections.abc import Iterable, Iterator
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


def code_digest(modules: Iterable[str]) -> str:
    """SHA-256 of the source of modules, and of all that they import from this project or from their own packages.

    Nothing is imported: sources are parsed. What is imported anywhere in a module counts, inside functions too.
    Comments, line breaks and docstrings do not count.

    Parameters
    ----------
    modules
        Dotted names, in any order.

    Raises
    ------
    ValueError
        If a module has no source.

    Examples
    --------
    >>> one, both = code_digest(["rnn_trading.place"]), code_digest(["rnn_trading.place", "rnn_trading.progress"])
    >>> len(one), one == both, one == code_digest(["rnn_trading.place"] * 2)
    (64, False, True)
    """
    found: dict[str, str] = {}
    waiting = sorted(set(modules))
    packages = {name.partition(".")[0] for name in ("rnn_trading", *waiting)}
    for name in waiting:
        if _source_of(name) is None:
            raise ValueError(f"The module {name} has no source, which the key of a result is made from.")
    while waiting:
        name = waiting.pop()
        source = _source_of(name) if name.partition(".")[0] in packages else None
        if source is None or name in found:
            continue
        stated = source.stat()
        found[name], imported = _parsed(source, name, stated.st_mtime_ns, stated.st_size)
        waiting += imported
    return hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()


def _source_of(module: str) -> Path | None:
    """Its file; None if there is none, as of a name that is no module."""
    top, *inside = module.split(".")
    folder = _folder_of(top)
    if folder is None:
        return None
    path = folder.joinpath(*inside)
    candidates = (path / "__init__.py", path.with_name(f"{path.name}.py"))
    return next((each for each in candidates if each.is_file()), None)


@cache
def _folder_of(top: str) -> Path | None:
    """The folder of a package; of a single module, its path without its ending."""
    spec = importlib.util.find_spec(top)
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    return Path(spec.origin).with_suffix("") if spec.origin and spec.origin.endswith(".py") else None


@cache
def _parsed(source: Path, module: str, _changed: int, _size: int) -> tuple[str, tuple[str, ...]]:
    """Digest of a source, and names that may be modules it imports; parsed again after a change of the file."""
    tree = ast.parse(source.read_bytes())
    package = module if source.name == "__init__.py" else module.rpartition(".")[0]
    imported = {module.rpartition(".")[0]}  # a package is imported before what is in it
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            up = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*up, *([node.module] if node.module else [])])
            imported |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and _is_docstring(body[0]):
            del body[0]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), tuple(sorted(imported - {""}))


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
