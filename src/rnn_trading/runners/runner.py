"""Kedro's runner on workers of one thread each: processes of this computer, or those of a Dask cluster."""

import logging
import os
from typing import Any, Literal

from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.runner import AbstractRunner

from rnn_trading.provenance import OWN, modules_of

from .cluster import Cluster
from .executor import NodeExecutor
from .processes import Processes
from .sending import refuse_what_cannot_be_sent
from .workers import run_node

Kind = Literal["processes", "dask"]


class ExecutorRunner(AbstractRunner):
    """Runs nodes in workers of one thread each, with the numbers of a run in one process, to the bit.

    Which node comes when is left to Kedro, and which worker takes it to the executor. Hooks run in the process that
    began the run, those of nodes and datasets nowhere.

    Parameters
    ----------
    kind
        ``processes``: on this computer. ``dask``: of a Dask cluster, with the extra ``dask``.
    workers
        Processes of the first kind; None: as many as this process has cores.
    address
        Of the scheduler, of the second kind.
    patience
        Seconds to wait for a worker of the second kind where there is none.
    is_async
        Must be False: workers load and save one thing after the other.

    Raises
    ------
    ValueError
        If these do not go together.

    Examples
    --------
    ``kedro run --runner rnn_trading.runners.ExecutorRunner --runner-params kind=processes,workers=2``

    >>> ExecutorRunner(workers=0)
    Traceback (most recent call last):
    ...
    ValueError: workers: expected a whole number of 1 or more. Received: 0.
    """

    def __init__(
        self,
        kind: Kind = "processes",
        workers: int | None = None,
        address: str | None = None,
        patience: float = 60,
        is_async: bool = False,
    ) -> None:
        super().__init__(is_async=is_async)
        if is_async:
            raise ValueError("Workers load and save one thing after the other: leave out --async and is_async.")
        if kind not in ("processes", "dask"):
            raise ValueError(f"kind: expected processes or dask. Received: {kind!r}.")
        if workers is not None and (isinstance(workers, bool) or not isinstance(workers, int) or workers < 1):
            raise ValueError(f"workers: expected a whole number of 1 or more. Received: {workers!r}.")
        if isinstance(patience, bool) or not isinstance(patience, int | float) or not 0 < patience < float("inf"):
            raise ValueError(f"patience: expected seconds, more than 0. Received: {patience!r}.")
        if kind == "dask" and (not isinstance(address, str) or not address):
            raise ValueError(f"kind=dask needs address=HOST:PORT, of its scheduler. Received: {address!r}.")
        if kind == "dask" and workers is not None:
            raise ValueError(
                "workers goes with kind=processes. A Dask cluster has the workers that were started for it."
            )
        if kind == "processes" and address is not None:
            raise ValueError("address goes with kind=dask.")
        self._kind, self._workers, self._address, self._patience = kind, workers, address, patience
        self._pipeline = Pipeline([])
        self._modules: set[str] = set()

    @property
    def _logger(self) -> logging.Logger:
        """Kedro's own: what it tells of every runner stands under its name."""
        return logging.getLogger(AbstractRunner.__module__)

    def _run(
        self,
        pipeline: Pipeline,
        catalog: CatalogProtocol,
        hook_manager: Any = None,
        run_id: str | None = None,
    ) -> None:
        if not pipeline.nodes:
            return
        refuse_what_cannot_be_sent(pipeline, catalog)
        self._pipeline = pipeline
        datasets = {type(catalog.get(name)) for name in pipeline.datasets()}
        own = (each for each in datasets if each.__module__.startswith(f"{OWN}."))
        self._modules = modules_of([run_node, *(node.func for node in pipeline.nodes), *own])
        super()._run(pipeline, catalog, hook_manager, run_id)

    def _get_executor(self, max_workers: int) -> NodeExecutor:
        """Kedro's hook: what nodes are given to."""
        nodes = self._pipeline.nodes
        if self._kind == "processes":
            return NodeExecutor(Processes(min(self._workers or cores(), len(nodes))), nodes)
        assert self._address is not None  # see __init__
        cluster = Cluster(self._address, self._patience, self._modules)
        executor = NodeExecutor(cluster, nodes)
        cluster.watch(executor.fail)
        return executor


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
