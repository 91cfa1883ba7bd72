"""What made a result: when, by which code, with which packages."""

import ast
import hashlib
import platform
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache, partial
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, packages_distributions, version
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
SEEDS = ("seed", "seeds", "other_seeds")
OWN = "rnn_trading"
# Where pip and the systems' own managers put packages.
INSTALLED = frozenset({"site-packages", "dist-packages"})


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
    >>> dict(seeds_in({"split": {"seed": 1}, "training": {"seed": 42, "epochs": 3}, "seeds": 1, "other_seeds": [7]}))
    {'split.seed': 1, 'training.seed': 42, 'seeds': 1, 'other_seeds': [7]}
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


def code_digest(modules: Iterable[str], without: Collection[str] = ()) -> str:
    """SHA-256 of the source of modules, and of all that they import but for Python's and what was installed.

    Nothing is imported: sources are parsed. What is imported anywhere in a module counts, inside functions too; modules
    of a user that lie beside each other as well, and all of this project, installed or not. Comments, line breaks and
    docstrings do not count, nor what is loaded by a name that is only made while code runs.

    Parameters
    ----------
    modules
        Dotted names, in any order.
    without
        Modules and packages that are left out, with what they alone import.

    Raises
    ------
    ValueError
        If a module has no source.

    Examples
    --------
    >>> one, both = code_digest(["rnn_trading.place"]), code_digest(["rnn_trading.place", "rnn_trading.progress"])
    >>> len(one), one == both, one == code_digest(["rnn_trading.place"] * 2)
    (64, False, True)
    >>> one == code_digest(["rnn_trading.place", "rnn_trading.progress"], without=["rnn_trading.progress"])
    True
    """
    digests = {name: digest for name, (digest, _) in _sources(modules, without).items()}
    return hashlib.sha256(repr(sorted(digests.items())).encode()).hexdigest()


def libraries_of(modules: Iterable[str]) -> dict[str, str]:
    """Versions of installed distributions that modules from elsewhere import, or modules of theirs, by name.

    What this project itself imports does not count.

    Examples
    --------
    >>> libraries_of(["rnn_trading.place"])
    {}
    """
    found = _sources(modules, ())
    imported = {each for name, (_, names) in found.items() if not name.startswith(OWN) for each in names - found.keys()}
    if not imported:
        return {}
    installed = _installed()
    named = {distribution for name in imported for distribution in installed.get(name.partition(".")[0], ())}
    return {name: version(name) for name in sorted(named)}


def modules_of(functions: Iterable[Any]) -> set[str]:
    """Modules of functions, and of those that partial ones are made of; those that have a source.

    Examples
    --------
    >>> from functools import partial
    >>> sorted(modules_of([made_now, partial(map, code_digest), len]))
    ['rnn_trading.provenance']
    """
    found: set[str] = set()
    for function in functions:
        if isinstance(function, partial):
            found |= modules_of(
                each for each in (function.func, *function.args, *function.keywords.values()) if callable(each)
            )
        elif _source_of(name := getattr(function, "__module__", None) or "builtins"):
            found.add(name)
    return found


def _sources(modules: Iterable[str], without: Collection[str]) -> dict[str, tuple[str, frozenset[str]]]:
    """Digest of each module, and names that it imports."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    waiting = sorted(set(modules))
    for name in waiting:
        if _source_of(name) is None:
            raise ValueError(f"The module {name} has no source, which the key of a result is made from.")
    packages = {name.partition(".")[0] for name in (OWN, *waiting)}
    left_out = tuple(f"{name}." for name in without)
    while waiting:
        name = waiting.pop()
        if name in found or f"{name}.".startswith(left_out):
            continue
        top = name.partition(".")[0]
        source = _source_of(name) if top in packages or not _comes_with_python_or_pip(top) else None
        if source is not None:
            stated = source.stat()
            found[name] = _parsed(source, name, stated.st_mtime_ns, stated.st_size)
            waiting += found[name][1]
    return found


@cache
def _comes_with_python_or_pip(top: str) -> bool:
    folder = None if top in sys.stdlib_module_names else _folder_of(top)
    return folder is None or not INSTALLED.isdisjoint(folder.parts)


@cache
def _installed() -> Mapping[str, list[str]]:
    """Distributions by the names that are imported."""
    return packages_distributions()


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
    # What is not imported yet is only looked for on the path: others may have reasons of their own to refuse an import.
    spec = getattr(sys.modules[top], "__spec__", None) if top in sys.modules else PathFinder.find_spec(top)
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    return Path(spec.origin).with_suffix("") if spec.origin and spec.origin.endswith(".py") else None


@cache
def _parsed(source: Path, module: str, _changed: int, _size: int) -> tuple[str, frozenset[str]]:
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
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), frozenset(imported - {""})


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
