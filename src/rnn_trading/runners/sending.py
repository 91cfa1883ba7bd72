"""What cannot be sent to a worker is found before the first node runs."""

import pickle
from collections.abc import Iterator
from typing import Any

from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline

from .errors import WorkersError

SHOWN = 5


def refuse_what_cannot_be_sent(pipeline: Pipeline, catalog: CatalogProtocol) -> None:
    """Raise if a node cannot be sent, or a dataset cannot be reached from every worker.

    What one node gives to another must lie in a file. What is only read may be in memory, as parameters are: it is sent
    along.

    Raises
    ------
    WorkersError
        Names nodes and datasets.
    """
    found = [*_nodes(pipeline), *_outputs_in_memory(pipeline, catalog), *_datasets(pipeline, catalog)]
    if found:
        more = [f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
        raise WorkersError(
            "\n  ".join(["This cannot be run by workers:", *found[:SHOWN], *more])
            + "\nNothing was run. Without --runner, all of it runs in one process."
        )


def _nodes(pipeline: Pipeline) -> Iterator[str]:
    for node in pipeline.nodes:
        why = _why_not(node)
        if why:
            yield (
                f"The node {node.name} cannot be sent to another process ({why}). Its function must stand at the top "
                "of a module: no lambda, and none inside another function."
            )


def _outputs_in_memory(pipeline: Pipeline, catalog: CatalogProtocol) -> Iterator[str]:
    for node in pipeline.nodes:
        for name in node.outputs:
            if getattr(catalog.get(name), "_EPHEMERAL", False):
                readers = [each.name for each in pipeline.nodes if name in each.inputs]
                whither = f"reach {', '.join(readers)}" if readers else "come back from there"
                yield (
                    f"{name}, which {node.name} makes in the memory of a worker, would not {whither}. Give it an entry "
                    "with a file in the catalog."
                )


def _datasets(pipeline: Pipeline, catalog: CatalogProtocol) -> Iterator[str]:
    for name in sorted(pipeline.datasets()):
        dataset: Any = catalog.get(name)
        why = "it belongs to one process" if getattr(dataset, "_SINGLE_PROCESS", False) else _why_not(dataset)
        if why:
            users = [node.name for node in pipeline.nodes if name in (*node.inputs, *node.outputs)]
            kind = type(dataset).__name__
            yield f"{name} of {', '.join(users)} ({kind}) cannot be sent to another process: {why}."


def _why_not(thing: object) -> str | None:
    """Why something cannot be pickled."""
    try:
        pickle.dumps(thing)
    except Exception as error:  # whatever classes raise that were not made to be sent
        return str(error) or type(error).__name__
    return None
