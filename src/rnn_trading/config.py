"""The configuration of a run, and where it differs from the one in ``conf/base``."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from rnn_trading.configuration.folders import ParsedOnce

# In the place of a value that only conf/base has.
GONE = object()
# What may be secret, and what the catalog says to Kedro-Viz alone.
NOT_SHOWN = ("credentials", "storage_options", "fs_args", "metadata")


class ConfigLoader(ParsedOnce):
    """Kedro's loader, which also tells every experiment what of its parameters and sources is not as in ``conf/base``.

    In the parameters, the block ``experiment`` of each has ``changed``: see :func:`changed_for`. An environment,
    ``conf/local`` and ``--params`` can change both; the protocol is no change. Parameters that are put into the loader
    by hand are left as they are.
    """

    def __getitem__(self, key: str) -> dict[str, Any]:
        """Configuration by its key, the parameters with what is ``changed``."""
        values = super().__getitem__(key)
        if key == "parameters" and key not in self:
            changed = self._changed(values)
            for record, inputs in _inputs_of_records().items():
                experiment = _block(values, (*record.split("."), "experiment"))
                if experiment is not None:
                    experiment["changed"] = changed_for(inputs, changed)
            # What YAML shares is no parameter; Kedro would make a dataset of each of its values.
            return {name: value for name, value in values.items() if not str(name).startswith("_")}
        return values

    def _changed(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """See :func:`differences`."""
        if not ({*self.runtime_params} - {"protocol"} or self._environment_has_files()):
            return {}  # without resolving conf/base a second time
        base = self.beside(self.base_env, parameters["_protocol"])
        own = _parameters_and_sources(parameters, self["catalog"])
        return dict(differences(own, _parameters_and_sources(base["parameters"], base["catalog"])))

    def _environment_has_files(self) -> bool:
        environment = self.env or self.default_run_env
        there = [] if environment == self.base_env else self._fs.find(self._get_conf_env_path(environment))
        return any(self._is_valid_config_path(Path(file)) for file in there)


def _block(values: Any, path: tuple[str, ...]) -> dict[str, Any] | None:
    """A nested block of values; None if there is no block: whoever reads it says what is wrong."""
    for name in path:
        values = values.get(name) if isinstance(values, dict) else None
    return values if isinstance(values, dict) else None


def _parameters_and_sources(parameters: dict[str, Any], catalog: dict[str, Any]) -> dict[str, Any]:
    """By the names that they have as inputs of a pipeline; sources without what may be secret."""
    named = {f"params:{name}": value for name, value in parameters.items()}
    # Where the state of a training is kept changes no result.
    sources = {name: entry for name, entry in catalog.items() if not name.endswith(".training_state")}
    return named | {name: _public(entry) for name, entry in sources.items()}


def _public(entry: Any) -> Any:
    """An entry of the catalog without what is not shown, at any depth."""
    if isinstance(entry, dict):
        return {key: _public(value) for key, value in entry.items() if key not in NOT_SHOWN}
    # A user and a password in an address.
    return re.sub(r"//[^/@\s]*@", "//", entry) if isinstance(entry, str) else entry


@cache
def _inputs_of_records() -> dict[str, set[str]]:
    """Of each skill record, the parameters and sources that it is made from."""
    from rnn_trading.pipeline_registry import experiments, inputs_of_records  # noqa: PLC0415  only a run needs them

    return inputs_of_records(experiments())


def differences(values: dict[str, Any], others: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted names of nested values that differ from others, and the values.

    A block that became a value, a value that became a block, and a dataset of another type are one difference. Of what
    only the others have, the value is :data:`GONE`. Values are compared as they are written: "5" is not 5.
    """
    for key in dict.fromkeys([*values, *others]):
        value, other = values.get(key, GONE), others.get(key, GONE)
        if isinstance(value, dict) and isinstance(other, dict) and value.get("type") == other.get("type"):
            yield from differences(value, other, f"{prefix}{key}.")
        elif value != other:
            yield f"{prefix}{key}", value


def changed_for(inputs: set[str], changed: dict[str, Any]) -> dict[str, str]:
    """What of all that a record is made from is not as in ``conf/base``.

    Parameters
    ----------
    inputs
        Of the pipeline that makes the record: ``params:`` and the dotted name of a block or a value; names of sources.
    changed
        See :func:`differences`; names of parameters begin with ``params:``, too.

    Returns
    -------
    dict
        By dotted name, in order, the value as JSON, or ``gone``.
    """
    return {
        name.removeprefix("params:"): "gone" if value is GONE else json.dumps(value, default=str, ensure_ascii=False)
        for name, value in sorted(changed.items(), key=lambda item: item[0].removeprefix("params:"))
        if any(f"{name}.".startswith(f"{each}.") or f"{each}.".startswith(f"{name}.") for each in inputs)
    }
