"""What of the parameters of an experiment is its design: by designs, tries are counted."""

import hashlib
import json
from typing import Any

# Another seed of networks, or more of them to average, is no other design; nor is a device, in how many folds it is
# tested, what a source is called, what was published of an experiment, or whether a network for forecasts of the future
# is fitted too.
NO_DESIGN = frozenset(
    {"seed", "seeds", "other_seeds", "device", "folds", "source", "experiment", "final_fit", "steps_per_execution"}
)
# Whose seed says which rows are tested: who draws them again, tries again.
DRAWN = "split"
DIGITS = 16


def design_of(values: Any, within: str = "") -> Any:
    """Nested values without what is no part of a design.

    Parameters
    ----------
    values
        Parameters by name, which may be dotted; of any depth.
    within
        Name of the block that they are in.

    Examples
    --------
    >>> design_of({"mine.model": {"units": [16]}, "mine.training": {"seed": 42, "epochs": 3}, "mine.seeds": 5})
    {'mine.model': {'units': [16]}, 'mine.training': {'epochs': 3}}
    >>> design_of({"mine.split": {"seed": 42}})
    {'mine.split': {'seed': 42}}
    """
    if isinstance(values, dict):
        paths = {name: (within, *str(name).split(".")) for name in values}
        return {
            name: design_of(each, paths[name][-1]) for name, each in values.items() if _is_design(*paths[name][-2:])
        }
    return [design_of(each, within) for each in values] if isinstance(values, list | tuple) else values


def _is_design(within: str, name: str) -> bool:
    return name not in NO_DESIGN or (within, name) == (DRAWN, "seed")


def hash_of(values: Any) -> str:
    """The first 16 digits of the SHA-256 of plain values as JSON; names in any order give the same.

    Examples
    --------
    >>> hash_of({"a": 1, "b": [2]}) == hash_of({"b": [2], "a": 1}), hash_of({"a": 1}) == hash_of({"a": 2})
    (True, False)
    """
    return hashlib.sha256(canonical(values).encode()).hexdigest()[:DIGITS]


def canonical(values: Any) -> str:
    """Plain values as JSON, in one form.

    Examples
    --------
    >>> canonical({"b": 1, "a": [0.5, None]})
    '{"a": [0.5, null], "b": 1}'
    """
    return json.dumps(values, sort_keys=True, default=str, ensure_ascii=False)
