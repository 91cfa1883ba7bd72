"""What every dataset of a run is made from, by the wiring of all pipelines and the configuration of the run."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from kedro.io import CatalogProtocol
from kedro.pipeline import Node, Pipeline

from rnn_trading.datasets.training_state import TrainingStateDataset
from rnn_trading.differences import GONE, differences
from rnn_trading.progress import FINISHED, FIT
from rnn_trading.provenance import code_digest, modules_of
from rnn_trading.workspace.origins import NOT_MADE, Origin, content_of

# Paths in an entry are compared as they are, wherever the project lies.
PATHS = ("filepath", "index")
CONTENT = "content"
DIGITS = 16
# What nodes of a fit import, and what changes no fit: how results are drawn, shown and counted.
NOT_OF_A_FIT = tuple(
    f"rnn_trading.{name}" for name in ("figures", "pages", "register", "experiments.drawing", "experiments.registering")
)
OTHER_CODE = "the nodes that make it, or what it is made from, have changed"
SHOWN_CHARACTERS = 100
# What says of an entry which source it is, the first that it has.
NAMING = ("tickers", "symbol", "series", "origin")
# Sources of which a folder may hold the results of several, side by side: each portfolio has a folder of its own.
SIDE_BY_SIDE = frozenset({"portfolio_forecasts", "portfolio_skill"})
# What of an entry changes nothing of what is read.
HARMLESS = ("metadata", "timeout", "retries", "credentials")


class Lineage:
    """What datasets are made from.

    Parameters
    ----------
    pipeline
        What runs.
    others
        All registered pipelines: what runs may be a part of them.
    made_from
        Values of parameters and entries of the catalog: see :meth:`rnn_trading.config.ConfigLoader.made_from`.
    catalog
        Of the run.
    project
        Folder of the project.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        others: Mapping[str, Pipeline],
        made_from: dict[str, Any],
        catalog: CatalogProtocol,
        project: Path,
    ) -> None:
        self._pipeline, self._others = pipeline, others
        self._made_from, self._catalog, self._project = made_from, catalog, project
        self._above: dict[str, frozenset[str]] = {}
        self._of: dict[str, dict[str, Any]] = {}
        self._entries: dict[str, dict[str, Any]] = {}
        self._digests: dict[str, str] = {}

    @cached_property
    def _makers(self) -> dict[str, Node]:
        nodes = [node for each in self._others.values() for node in each.nodes]
        return {output: node for node in [*nodes, *self._pipeline.nodes] for output in node.outputs}

    @cached_property
    def _keepers(self) -> dict[str, Node]:
        """The first node of the run that takes a dataset."""
        return {taken: node for node in reversed(self._pipeline.nodes) for taken in node.inputs}

    def is_made(self, dataset: str) -> bool:
        """Whether a registered pipeline makes a dataset."""
        return dataset in self._makers

    def goes_on_from(self, dataset: str) -> bool:
        """Whether all nodes of the run that take a dataset ask a finished model: of it, and of newer sources."""
        takers = [node for node in self._pipeline.nodes if dataset in node.inputs]
        return bool(takers) and all(FINISHED in node.tags for node in takers)

    def made_with(self, dataset: str) -> str:
        """The dataset itself, or, of the state of a training, what is made by the node that keeps it."""
        keeper = None if self.is_made(dataset) else self._keepers.get(dataset)
        return keeper.outputs[0] if keeper else dataset

    def above(self, dataset: str) -> frozenset[str]:
        """All that a dataset is made from, at any distance, and itself."""
        if dataset not in self._above:
            inputs = self._makers[dataset].inputs if dataset in self._makers else []
            self._above[dataset] = frozenset([dataset]).union(*map(self.above, inputs))
        return self._above[dataset]

    def of(self, dataset: str) -> dict[str, Any]:
        """``sources`` and ``parameters`` from which this run makes, or would make, a dataset; see ``origin_of``.

        Of what fits make, and of what these are made from, also ``code``: a hash of the source of the nodes that make
        all of it, and of what they import but for :data:`NOT_OF_A_FIT`.
        """
        if dataset not in self._of:
            self._of[dataset] = self._made_of(dataset)
        return self._of[dataset]

    def _made_of(self, dataset: str) -> dict[str, Any]:
        # Where the run lies changes no result: what is set aside is read in another folder.
        needed = sorted(name for name in self.above(dataset) if name not in self._makers and name != "params:run")
        parameters = {name.removeprefix("params:"): self._parameter(name) for name in needed if _is_parameter(name)}
        sources = {name: self._source(name) for name in needed if name in self._made_from and not _is_parameter(name)}
        made_from = {"sources": {name: entry for name, entry in sources.items() if entry}, "parameters": parameters}
        return made_from | self._code(dataset)

    @cached_property
    def _of_fits(self) -> frozenset[str]:
        """What fits make, and all that they are made from."""
        fits = (node for node in self._makers.values() if FIT in node.tags)
        return frozenset[str]().union(*(self.above(output) for node in fits for output in node.outputs))

    def _code(self, dataset: str) -> dict[str, str]:
        if dataset not in self._of_fits:
            return {}
        makers = [self._makers[name] for name in self.above(dataset) if name in self._makers]
        modules = sorted(modules_of(node.func for node in makers))
        for module in modules:
            if module not in self._digests:
                self._digests[module] = code_digest([module], without=NOT_OF_A_FIT)
        text = json.dumps([[module, self._digests[module]] for module in modules])
        return {"code": hashlib.sha256(text.encode()).hexdigest()[:DIGITS]} if modules else {}

    def _parameter(self, name: str) -> Any:
        """Value of a parameter as it comes back from JSON."""
        if name == "parameters":
            hidden = ("params:_", "params:run")  # what YAML shares; where the run lies
            values = self._made_from.items()
            value: Any = {key: each for key, each in values if _is_parameter(key) and not key.startswith(hidden)}
        else:
            first, *further = name.split(".")
            value = self._made_from.get(first)
            for key in further:
                value = value.get(key) if isinstance(value, dict) else None
        return json.loads(json.dumps(value, default=str))

    def _source(self, name: str) -> dict[str, Any]:
        """Entry of a source, with its content; empty where it is only a place for what a run keeps."""
        if name not in self._entries:
            dataset, entry = self._catalog.get(name), self._with_whole_paths(self._made_from[name])
            content = content_of(dataset, entry)
            found = entry | ({CONTENT: content} if content else {})
            is_source = not isinstance(dataset, TrainingStateDataset)
            self._entries[name] = json.loads(json.dumps(found, default=str)) if is_source else {}
        return self._entries[name]

    def _with_whole_paths(self, value: Any, key: str = "") -> Any:
        """Paths inside the project from its folder, others from the root."""
        if isinstance(value, dict):
            values = ((name, each) for name, each in value.items() if name not in HARMLESS)
            return {name: self._with_whole_paths(each, name) for name, each in values}
        if key not in PATHS or not isinstance(value, str) or "://" in value:
            return value
        path = os.path.normpath(self._project / value)
        return os.path.relpath(path, self._project) if Path(path).is_relative_to(self._project) else path


def _is_parameter(name: str) -> bool:
    return name == "parameters" or name.startswith("params:")


def is_read_as_made(dataset: Any) -> bool:
    """Whether a dataset is a local file that some run made."""
    has_file = getattr(dataset, "_filepath", None) is not None and getattr(dataset, "_protocol", "file") == "file"
    return has_file and not isinstance(dataset, NOT_MADE)


def has_other_source(origin: Origin, here: dict[str, Any]) -> bool:
    """Whether a file was made from another source than this run makes it from; new content is not another source."""
    there, mine = (_without_content(each["sources"]) for each in (origin, here))
    return there != mine


def sources_meet(some: dict[str, Any], others: dict[str, Any]) -> bool:
    """Whether sources that have the same name are the same; new content is not another source.

    Examples
    --------
    >>> sources_meet({"a": {"filepath": "x"}, "b": {"filepath": "y"}}, {"a": {"filepath": "x", "content": "1"}})
    True
    >>> sources_meet({"a": {"filepath": "x"}}, {"a": {"filepath": "z"}})
    False
    """
    first, second = _without_content(some), _without_content(others)
    return all(first[name] == second[name] for name in first.keys() & second.keys())


def _without_content(sources: dict[str, Any]) -> dict[str, Any]:
    return {name: {key: value for key, value in entry.items() if key != CONTENT} for name, entry in sources.items()}


def what_differs(origin: Origin, here: dict[str, Any], *, newer: bool = False) -> Iterator[str]:
    """In words, what of its sources and parameters differs between a file and this run, sources first.

    ``newer``: whether sources may have other content by now.
    """
    for kind in ("sources", "parameters"):
        there, mine = _comparable(origin[kind], here[kind])
        if newer and kind == "sources":
            there, mine = _without_content(there), _without_content(mine)
        found, other = (dict(differences(*pair)) for pair in ((there, mine), (mine, there)))
        for name, value in found.items():
            yield _both(name, _shown(value), _shown(other[name]))


def other_code(origin: Origin, here: dict[str, Any]) -> Iterator[str]:
    """In words, that a fit, or what it is made from, is of other code than that of this run, if both are known."""
    if "code" in here and origin.get("code", here["code"]) != here["code"]:
        yield OTHER_CODE


def _both(name: str, there: str, here: str) -> str:
    return f"{name}: {there}, read in another way" if there == here else f"{name}: there {there}, here {here}"


def differing_sources(origin: Origin, here: dict[str, Any]) -> Iterator[str]:
    """In words, which sources of a file are others than those of a session; new content is not another source."""
    there, mine = (_without_content(each["sources"]) for each in (origin, here))
    for name in sorted(there.keys() & mine.keys()):
        if there[name] != mine[name]:
            yield _both(name, source_in_words(there[name]), source_in_words(mine[name]))


def sources_in_words(origins: Iterable[Origin]) -> list[str]:
    """Sources of files, by name."""
    return sorted(
        {f"{name}: {source_in_words(each)}" for origin in origins for name, each in origin["sources"].items()}
    )


def _comparable(there: dict[str, Any], here: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both without the content of sources of which one side does not know it: the file may be gone by now."""
    unknown = {
        name
        for name, entry in there.items()
        if isinstance(entry, dict)
        and isinstance(here.get(name), dict)
        and (CONTENT in entry) != (CONTENT in here[name])
    }
    both: Iterable[dict[str, Any]] = (
        {name: _without_content({name: value})[name] if name in unknown else value for name, value in each.items()}
        for each in (there, here)
    )
    first, second = both
    return first, second


def _shown(value: Any) -> str:
    if value is GONE:
        return "nothing"
    if isinstance(value, dict) and "type" in value:
        return source_in_words(value)
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."


def source_in_words(entry: dict[str, Any]) -> str:
    """A catalog entry by what names it to its user.

    Examples
    --------
    >>> source_in_words({"type": "rnn_trading.datasets.macro_file.MacroFileDataset", "filepath": "macro.csv"})
    'macro.csv'
    >>> source_in_words({"type": "PackageFileDataset", "package": "statsmodels", "file": "tsa/2016-06-29.csv"})
    'the package statsmodels'
    >>> source_in_words({"type": "YahooPricesDataset", "tickers": ["A", "B"], "filepath": "data/01_raw/yahoo"})
    'A B (data/01_raw/yahoo)'
    """
    if "package" in entry:
        return f"the package {entry['package']}"
    path = entry.get("filepath")
    named = next((entry[name] for name in NAMING if entry.get(name) is not None), None)
    if named is not None:
        text = " ".join(map(str, named)) if isinstance(named, list) else str(named)
        text = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
        return text if path is None else f"{text} ({path})"
    inside = next((each for each in entry.values() if isinstance(each, dict) and "type" in each), None)
    return str(path) if path is not None else source_in_words(inside) if inside else "none"
