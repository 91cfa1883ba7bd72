"""The configuration of a run, and where its parameters differ from those that the project ships."""

from collections.abc import Iterator
from typing import Any

from kedro.config import OmegaConfigLoader

# Parameters outside an experiment's own block that its data come through, by the pipeline of the experiment.
DATA_PARAMETERS = {
    "stacked_lstm": {"data_ingestion", "daily_weekly_sequences"},
    "univariate_regression": {"index_prices", "index_ranges"},
    "multivariate": {"macro"},
    "text_sentiment": {"reviews"},
    "sec_filings": {"filings"},
}
EXPERIMENT = "experiment"


class ConfigLoader(OmegaConfigLoader):
    """Kedro's loader, which also tells every experiment how its parameters differ from those of ``conf/base``.

    The block ``experiment`` of each gets ``changed``: see :func:`changed_parameters`. Other environments,
    ``conf/local`` and ``--params`` can change parameters; the protocol is no change.
    """

    def __getitem__(self, key: str) -> dict[str, Any]:
        """Configuration by its key."""
        values: dict[str, Any] = super().__getitem__(key)
        if key != "parameters":
            return values
        shipped = self._shipped(values["protocol"])
        changed = {path: changed_parameters(values, shipped, path) for path, _ in experiment_blocks(values)}
        for path, block in experiment_blocks(values):
            block[EXPERIMENT] = block[EXPERIMENT] | {"changed": changed[path]}
        return values

    def _shipped(self, protocol: str) -> dict[str, Any]:
        """Parameters of ``conf/base`` alone. A second loader would take the resolvers of this one."""
        env, runtime_params = self.env, self.runtime_params
        self.env, self.runtime_params = self.base_env, {"protocol": protocol}
        try:
            return super().__getitem__("parameters")
        finally:
            self.env, self.runtime_params = env, runtime_params


def leaves(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted names of nested values, and the values; a list is one value."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def experiment_blocks(values: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, dict[str, Any]]]:
    """Dotted name and content of each block of parameters that describes an experiment."""
    for key, value in values.items():
        if isinstance(value, dict) and not key.startswith("_"):
            inside = (*path, key)
            if isinstance(value.get(EXPERIMENT), dict):
                yield ".".join(inside), value
            yield from experiment_blocks(value, inside)


def changed_parameters(values: dict[str, Any], shipped: dict[str, Any], experiment: str) -> dict[str, Any]:
    """Parameters of an experiment that are not as shipped.

    Parameters
    ----------
    values, shipped
        All parameters, nested: of the run, and of ``conf/base`` under the same protocol.
    experiment
        Dotted name of its block. What lies in the blocks of its siblings is not its own; what lies in a block around
        it or inside it is.

    Returns
    -------
    dict
        Value by dotted name, without the name of the block; None for one that the run does not have.
    """
    names = [name for name, _ in experiment_blocks(values)]
    here, there = (dict(leaves(each)) for each in (values, shipped))
    nowhere = object()
    return {
        name.removeprefix(f"{experiment}."): here.get(name)
        for name in dict.fromkeys([*here, *there])
        if here.get(name, nowhere) != there.get(name, nowhere) and _concerns(name, experiment, names)
    }


def _concerns(name: str, experiment: str, experiments: list[str]) -> bool:
    """Whether an experiment reads a parameter."""
    root = name.partition(".")[0]
    family = experiment.partition(".")[0]
    if root != family:
        return root in DATA_PARAMETERS[family]
    owner = max((each for each in experiments if f"{name}.".startswith(f"{each}.")), key=len, default=root)
    return f"{owner}.".startswith(f"{experiment}.") or f"{experiment}.".startswith(f"{owner}.")
