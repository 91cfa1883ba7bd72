"""Nested values: their leaves, and where they differ."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

# In the place of a value that only the others have.
GONE: Final = object()


def leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted names of nested values, and the values; an empty block is one value.

    Examples
    --------
    >>> dict(leaves({"a": {"b": 1, "c": {}}, "d": [2]}))
    {'a.b': 1, 'a.c': {}, 'd': [2]}
    """
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def differences(values: Mapping[str, Any], others: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted names of nested values that differ from others, and the values.

    A block that became a value, a value that became a block, and a dataset of another type are one difference. Of what
    only the others have, the value is :data:`GONE`. Values are compared as they are written: "5" is not 5.

    Examples
    --------
    >>> dict(differences({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 1, "c": 4}, "d": 3}))
    {'a.c': 2}
    """
    for key in dict.fromkeys([*values, *others]):
        value, other = values.get(key, GONE), others.get(key, GONE)
        if isinstance(value, dict) and isinstance(other, dict) and value.get("type") == other.get("type"):
            yield from differences(value, other, f"{prefix}{key}.")
        elif value != other:
            yield f"{prefix}{key}", value
