"""The configuration of a run, where it differs from the one in ``conf/base``, and what makes the run."""

import copy
import importlib
import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from rnn_trading.configuration.folders import ParsedOnce
from rnn_trading.differences import GONE, differences
from rnn_trading.plan import Plan
from rnn_trading.provenance import made_now, seeds_in
from rnn_trading.redaction import Names, is_secret, redacted, remember, shown
from rnn_trading.register.configuration import design_of, hash_of

# Of any entry of the catalog; of the project's own datasets, every other argument.
HARMLESS = frozenset({"type", "filepath", "filename", "versioned"})

# Of each source in the catalog, the block of parameters whose ``source`` says in words what it is.
WORDS_OF_SOURCES = {
    "prices_source": "data_ingestion",
    "index_prices_source": "index_prices",
    "index_ranges_source": "index_ranges",
    "macro_source": "macro",
    "reviews_source": "reviews",
    "filings_source": "filings.ingestion",
}
# What all experiments have, and none is designed by: where and which way it runs.
OF_EVERY_RUN = ("params:protocol", "params:run")


@dataclass(frozen=True)
class Leaf:
    """A value that is compared as it is, and told as it may be shown."""

    value: Any
    told: Any = field(compare=False)


class ConfigLoader(ParsedOnce):
    """Kedro's loader, which also tells every experiment what makes its record.

    In the parameters, the block ``experiment`` of each has ``changed``, what of its parameters and sources is not as in
    ``conf/base``: see :func:`changed_for`; ``made``: see :func:`rnn_trading.provenance.made_now`, and all ``seeds``;
    and ``configuration``, its design: ``hash``, ``parameters`` by name, and ``source`` in words. An environment,
    ``conf/local`` and ``--params`` can change parameters and sources; the protocol is no change. Parameters that are
    put into the loader by hand are left as they are.

    What it tells holds no secrets, nor does a ``source`` among the parameters; see :mod:`rnn_trading.redaction`.
    """

    def __init__(
        self,
        conf_source: str,
        env: str | None = None,
        runtime_params: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        self._as_read: dict[str, dict[str, Any]] = {}
        self._told: dict[str, dict[str, Any]] = {}
        super().__init__(conf_source, env, runtime_params, **options)

    def __getitem__(self, key: str) -> dict[str, Any]:
        """Configuration by its key, the parameters with what is ``changed``."""
        if key not in self and key in self._told:
            return copy.deepcopy(self._told[key])  # pipelines are planned by them, before Kedro asks for them
        values = super().__getitem__(key)
        remember(values, all_of_them=key == "credentials")
        if key in ("parameters", "catalog"):
            self._as_read[key] = copy.deepcopy(values)  # Kedro changes in place what it is given
        if key == "parameters" and key not in self:
            changed, made = self._changed(values), made_now()
            _name_own_sources(values, changed, self["catalog"] if changed else {})
            designs, plan = self._designs(values, changed), Plan.from_parameters(values)
            for record, inputs in _inputs_of_records(plan.protocol).items():
                block = _block(values, tuple(record.split("."))) or {}
                experiment = _block(block, ("experiment",))
                if experiment is not None:
                    # How many networks there are is no input of a pipeline that is not planned.
                    counted = {*plan.of(record).declared.values()}
                    experiment["changed"] = changed_for(inputs | counted, changed)
                    experiment["made"] = made | {"seeds": dict(seeds_in(block))}
                    experiment["configuration"] = designs[record]
            # What YAML shares is no parameter; Kedro would make a dataset of each of its values.
            values = _with_harmless_words({n: value for n, value in values.items() if not str(n).startswith("_")})
        if key in ("parameters", "catalog") and key not in self:
            self._told[key] = copy.deepcopy(values)
        return values

    def made_from(self) -> dict[str, Any]:
        """All that a result of this run can be made from, by the names of inputs of a pipeline, as it may be shown.

        Parameters (``params:NAME``) and entries of the catalog. What is ``changed`` follows from them and is left out.
        """
        for key in ("parameters", "catalog"):
            if key not in self._as_read:  # resolving takes long, and Kedro has done it
                self[key]
        own = self._as_read["parameters"]
        base = {"parameters": own} if self._is_as_in_base() else self.beside(self.base_env, own["_protocol"])
        values = _parameters_and_sources(own, self._as_read["catalog"], base["parameters"])
        told: dict[str, Any] = json.loads(json.dumps(values, default=_told))
        return told

    def _changed(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """See :func:`differences`."""
        if self._is_as_in_base():
            return {}  # without resolving conf/base a second time
        base = self.beside(self.base_env, parameters["_protocol"])
        own, others = (
            _parameters_and_sources(values, catalog, base["parameters"])
            for values, catalog in ((parameters, self["catalog"]), (base["parameters"], base["catalog"]))
        )
        return dict(differences(own, others))

    def _designs(self, parameters: dict[str, Any], changed: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Of each record, the design of its model: what it is fitted with, whatever its seeds and its source."""
        base = (
            parameters if self._is_as_in_base() else self.beside(self.base_env, parameters["_protocol"])["parameters"]
        )
        known = set(_paths(base))
        inputs = _inputs_of_designs(Plan.from_parameters(parameters).protocol)
        return {record: _design(of_record, parameters, changed, known) for record, of_record in inputs.items()}

    def _is_as_in_base(self) -> bool:
        return not ({*self.runtime_params} - {"protocol", "run"} or self._environment_has_files())

    def _environment_has_files(self) -> bool:
        environment = self.env or self.default_run_env
        there = [] if environment == self.base_env else self._fs.find(self._get_conf_env_path(environment))
        return any(self._is_valid_config_path(Path(file)) for file in there)


def _design(inputs: set[str], parameters: dict[str, Any], changed: dict[str, Any], known: set[Names]) -> dict[str, Any]:
    """``hash``, ``parameters`` as they may be shown, and ``source`` in words.

    A source is told by its words; of another one, such as word vectors, what is not as in ``conf/base`` is a part of
    the design.
    """
    names = sorted(each.removeprefix("params:") for each in inputs if each.startswith("params:"))
    paths = {name: tuple(name.split(".")) for name in names if f"params:{name}" not in OF_EVERY_RUN}
    values = design_of({name: _value(parameters, path) for name, path in paths.items()})
    values = {name: value for name, value in values.items() if value not in (None, {})}
    others = {each for each in inputs if not each.startswith("params:")} - WORDS_OF_SOURCES.keys()
    told = {name: shown(value, known.__contains__, paths[name], words=True) for name, value in values.items()}
    blocks = (
        _block(parameters, tuple(WORDS_OF_SOURCES[name].split("."))) for name in WORDS_OF_SOURCES if name in inputs
    )
    return {
        "hash": hash_of({"parameters": values, "sources": changed_for(others, changed)}),
        "parameters": told | changed_for(others, changed),
        "source": "; ".join(redacted(str(block["source"])) for block in blocks if block and "source" in block)
        or "none",
    }


def _value(values: Any, path: tuple[str, ...]) -> Any:
    """A nested value, or None where there is none."""
    for name in path:
        values = values.get(name) if isinstance(values, dict) else None
    return values


def _name_own_sources(parameters: dict[str, Any], changed: dict[str, Any], catalog: dict[str, Any]) -> None:
    """Name a source that another entry of the catalog gives, where its words are still those of ``conf/base``."""
    for source, block in WORDS_OF_SOURCES.items():
        is_another = {source, f"{source}.filepath", f"{source}.package", f"{source}.file"} & changed.keys()
        words = _block(parameters, tuple(block.split(".")))
        if is_another and words is not None and f"params:{block}.source" not in changed:
            entry = catalog[source]
            given = f"the file {entry['filepath']}" if "filepath" in entry else f"a dataset of type {entry['type']}"
            words["source"] = f"{given} ({source} of the catalog)"


def _with_harmless_words(values: Any) -> Any:
    """Values whose ``source``, which reports and pages tell in words, holds no secret of an address."""
    if isinstance(values, dict):
        return {
            name: redacted(each) if name == "source" and isinstance(each, str) else _with_harmless_words(each)
            for name, each in values.items()
        }
    return [_with_harmless_words(each) for each in values] if isinstance(values, list) else values


def _block(values: Any, path: tuple[str, ...]) -> dict[str, Any] | None:
    """A nested block of values; None if there is no block: whoever reads it says what is wrong."""
    value = _value(values, path)
    return value if isinstance(value, dict) else None


def _parameters_and_sources(
    parameters: dict[str, Any], catalog: dict[str, Any], declared: dict[str, Any]
) -> dict[str, Any]:
    """By the names that they have as inputs of a pipeline; leaves know how they may be shown.

    Text of parameters is shown where ``conf/base`` has the parameter, or if it is a few words, as in options of a
    builder; of sources, where it is an argument of a dataset of the project.
    """
    names = set(_paths(declared))
    named = {
        f"params:{name}": _leaves(value, names.__contains__, (str(name),), words=True)
        for name, value in parameters.items()
    }
    # Where the state of a training is kept changes no result.
    sources = {name: entry for name, entry in catalog.items() if not name.endswith(".training_state")}
    return named | {name: _source(entry) for name, entry in sources.items()}


def _leaves(value: Any, is_known: Callable[[Names], bool], path: Names, *, words: bool = False) -> Any:
    if isinstance(value, dict):
        return {
            redacted(str(name)): _leaves(each, is_known, (*path, str(name)), words=words)
            for name, each in value.items()
        }
    return Leaf(value, shown(value, is_known, path, words=words))


def _paths(values: Any, path: Names = ()) -> Iterator[Names]:
    """Names that lead to each value, and to what is inside of lists."""
    yield path
    if isinstance(values, dict):
        for name, each in values.items():
            yield from _paths(each, (*path, str(name)))
    elif isinstance(values, list):
        for each in values:
            yield from _paths(each, path)


def _source(entry: Any) -> Any:
    """An entry of the catalog, and those inside it; what it says to Kedro-Viz alone is left out."""
    if not isinstance(entry, dict):
        return Leaf(entry, shown(entry, lambda path: False, ()))
    known = HARMLESS | _arguments(str(entry.get("type")))
    return {
        redacted(str(name)): _source(each)
        if isinstance(each, dict) and "type" in each
        # What is inside an argument has names of its own, which may be those of secrets.
        else _leaves(each, lambda path: path[0] in known and not any(map(is_secret, path[1:])), (str(name),))
        for name, each in entry.items()
        if name != "metadata"
    }


@cache
def _arguments(name: str) -> frozenset[str]:
    """Arguments of a dataset of the project, but for its credentials; of another one, none."""
    module, _, kind = name.rpartition(".")
    if not module.startswith("rnn_trading.datasets."):
        return frozenset()
    classes = inspect.getmro(getattr(importlib.import_module(module), kind))
    return frozenset(each for one in classes for each in inspect.signature(one).parameters) - {"credentials"}


@cache
def _inputs_of_records(protocol: str) -> dict[str, set[str]]:
    """Of each skill record of a protocol, the parameters and sources that it is made from."""
    from rnn_trading.pipeline_registry import experiments, inputs_of_records  # noqa: PLC0415  only a run needs them

    return inputs_of_records(experiments(Plan({"protocol": protocol})))


@cache
def _inputs_of_designs(protocol: str) -> dict[str, set[str]]:
    """Of each skill record of a protocol, the parameters and sources that its model is fitted with."""
    from rnn_trading.pipeline_registry import experiments, inputs_of_designs  # noqa: PLC0415  only a run needs them

    return inputs_of_designs(experiments(Plan({"protocol": protocol})))


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
        name.removeprefix("params:"): "gone" if value is GONE else json.dumps(value, default=_told, ensure_ascii=False)
        for name, value in sorted(changed.items(), key=lambda item: item[0].removeprefix("params:"))
        if any(f"{name}.".startswith(f"{each}.") or f"{each}.".startswith(f"{name}.") for each in inputs)
    }


def _told(value: Any) -> Any:
    return value.told if isinstance(value, Leaf) else str(value)
