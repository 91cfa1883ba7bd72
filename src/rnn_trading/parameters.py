"""How parameters are declared: frozen, typed, and closed to unknown names."""

from typing import TypeVar, cast, dataclass_transform

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def parameters(cls: type[T]) -> type[T]:
    """Turn a class into a frozen parameter set that checks names, types and ranges.

    Values come from YAML or from ``--params`` and are converted where nothing is lost ("2016-01-01" to a
    date, ``5.0`` to ``5``). Everything else is refused before a pipeline starts.

    Raises
    ------
    pydantic.ValidationError
        When an instance is made from an unknown name, a wrong type or a value out of range.
    """
    return cast("type[T]", dataclass(cls, frozen=True, kw_only=True, config=ConfigDict(extra="forbid")))
