"""Names of parameters: which of them something reads."""

import dataclasses
import difflib
import types
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Union, get_args, get_origin, get_type_hints

from kedro.pipeline import Pipeline
from kedro.validation.type_extractor import TypeExtractor

from rnn_trading.differences import leaves
from rnn_trading.skill.protocols import EVERY

MADE = ".experiment.changed."  # see rnn_trading.config.ConfigLoader
ALMOST = 0.8  # so alike are a name and its misspelling, by difflib's ratio


class Known:
    """Names of parameters that something reads.

    Parameters
    ----------
    declared
        Nested values, by name. What begins with ``_`` is shared in a file and is no parameter; ``options`` beside a
        ``builder`` take any names.
    pipelines
        By name; what checks a block of parameters knows fields that no file has to name.

    Examples
    --------
    >>> known = Known({"model": {"units": 3, "builder": None, "options": {}}, "_shared": {"a": 1}}, {})
    >>> [name for name in ("model", "model.units", "model.options.any", "model.unit", "_shared.a") if name in known]
    ['model', 'model.units', 'model.options.any']
    >>> known.closest("model.unit")
    'model.units'
    >>> known.visible("_model.corrected.units")
    'model.units'
    """

    def __init__(self, declared: Mapping[str, Any], pipelines: Mapping[str, Pipeline]) -> None:
        self.names = [name for name, _ in leaves(declared) if not name.startswith("_")]
        self.tops = sorted({name.partition(".")[0] for name in self.names})
        self._pipelines = pipelines
        self._blocks = {name.rsplit(".", depth)[0] for name in self.names for depth in range(name.count(".") + 1)}
        # Options of a builder are arguments of a function, and checked against it.
        self._open = tuple(
            f"{name.removesuffix('builder')}options." for name in self.names if name.endswith(".builder")
        )

    def __contains__(self, name: str) -> bool:
        """Whether something reads a parameter, or a block of them, that is not made by the configuration loader."""
        if MADE in f"{name}.":
            return False
        return (
            name in self._blocks
            or name.startswith(self._open)
            or any(
                _has(kind, tuple(name.removeprefix(block).strip(".").split(".")))
                for block, kind in self._read.items()
                if f"{name}.".startswith(f"{block}.") or f"{block}.".startswith(f"{name}.")
            )
        )

    @cached_property
    def _read(self) -> dict[str, Any]:
        """By the name of a block that nodes read, what checks it; of one that only nodes know, anything does."""
        inputs = {name for pipeline in self._pipelines.values() for name in pipeline.inputs()}
        read = {name.removeprefix("params:") for name in inputs if name.startswith("params:")}
        checked = TypeExtractor(dict(self._pipelines)).extract_types_from_pipelines()
        return {name: Any for name in read - self._blocks} | checked

    def closest(self, name: str, least: float = 0.6) -> str | None:
        """The known name that is most like another one, if any is like it."""
        near = difflib.get_close_matches(name, self.names, n=1, cutoff=least)
        return near[0] if near else None

    def visible(self, hidden: str) -> str | None:
        """The parameter that a hidden name stands for in the files of ``conf/base``."""
        top, *rest = hidden.lstrip("_").split(".")
        name = ".".join([top, *(rest[1:] if rest and rest[0] in EVERY else rest)])
        return name if name in self else self.closest(name, ALMOST) or (f"{top}.NAME" if top in self else None)


def _has(kind: Any, path: tuple[str, ...]) -> bool:
    """Whether a type has a field at the end of a path of names."""
    if path in ((), ("",)) or kind in (Any, object, dict):
        return True
    if get_origin(kind) in (Union, types.UnionType):
        return any(_has(each, path) for each in get_args(kind))
    if get_origin(kind) is dict:
        return _has(get_args(kind)[1], path[1:])
    fields = get_type_hints(kind) if dataclasses.is_dataclass(kind) else {}
    return path[0] in fields and _has(fields[path[0]], path[1:])


def refuse_unknown_names(
    given: dict[str, Any], known: Known, environment: str, elsewhere: Mapping[str, Iterable[str]]
) -> None:
    """Raise for the first runtime parameter that nothing reads.

    Parameters
    ----------
    given
        Nested values, by name.
    known
        What is read.
    environment
        Name of the environment.
    elsewhere
        Names that the globals of each environment declare.

    Raises
    ------
    ValueError
        Names it and, if there is one, the closest known name.
    """
    for name, _ in leaves(given):
        if name in known:
            continue
        if name.startswith("_"):
            raise ValueError(
                f"Unknown parameter {name!r}: names that begin with _ are shared inside of the files of conf/base."
                f"{instead(known.visible(name))}"
            )
        others = [f"--env {other}" for other, names in sorted(elsewhere.items()) if name in names]
        near = known.closest(name)
        hint = f" Did you mean {near!r}?" if near else ""
        hint = f" It belongs to another environment: add {' or '.join(others)}." if others else hint
        raise ValueError(
            f"Unknown parameter {name!r} for the environment {environment!r}.{hint} Parameters are declared in the "
            f"files of conf/{' and conf/'.join(dict.fromkeys(['base', environment]))}."
        )


def instead(name: str | None) -> str:
    """What to set, for a message."""
    return f" Set {name} instead." if name else ""
