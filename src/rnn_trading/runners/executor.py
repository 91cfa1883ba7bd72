"""Sends nodes to workers, and hears of them."""

import logging
import pickle
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from types import TracebackType
from typing import Any, Protocol

from kedro.io import CatalogProtocol, DataCatalog
from kedro.pipeline import Node

from rnn_trading.progress import FIT, Fits
from rnn_trading.redaction import known_secrets, redacted

from .errors import GO_ON, WorkersError
from .workers import Failure, run_node

logger = logging.getLogger(__name__)


class Workers(Protocol):
    """Where nodes are sent."""

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """As of any executor."""

    def close(self) -> None:
        """Let go of the workers, which have nothing left to do."""

    def abandon(self) -> None:
        """Let go of the workers in the middle of what they do."""


class NodeExecutor(Executor):
    """Takes Kedro's tasks, and sends of each its node and its datasets.

    Kedro's runner says what is ready, and the workers' own executor who does it: nothing is scheduled here.

    Parameters
    ----------
    workers
        Where nodes are sent.
    nodes
        All nodes of the run.
    """

    def __init__(self, workers: Workers, nodes: Iterable[Node]) -> None:
        self._workers = workers
        self._fits = Fits(sum(FIT in node.tags for node in nodes))
        self._sent: dict[Future[Node], tuple[Node, Future[Any]]] = {}
        self._lock = threading.RLock()
        self._broken: WorkersError | None = None

    def submit(self, task: Any, /, *_: Any, **__: Any) -> Future[Any]:
        """Send a task of Kedro's; the result is its node."""
        node: Node = task.node
        work = pickle.dumps((node, part_of(task.catalog, node)))
        future: Future[Node] = Future()
        try:
            sent = self._workers.submit(run_node, work, secrets_in(work))
        except BrokenExecutor as error:
            raise self._ended(node) from error
        with self._lock:
            self._sent[future] = node, sent
        sent.add_done_callback(partial(self._hear, future, node))
        return future

    def _hear(self, future: Future[Node], node: Node, sent: Future[Any]) -> None:
        """Pass on what became of a node; called in a thread of the workers' executor."""
        with self._lock:
            try:
                error = self._error(node, sent)
            except Exception as unreadable:  # raised here it would be lost, and the run would wait without end
                error = unreadable
            del self._sent[future]
            if future.done():
                return
            if error is not None:
                future.set_exception(error)
                return
            logger.info("Done: %s", node.name)
            line = self._fits.done() if FIT in node.tags else None
            if line:
                logger.info(line)
            future.set_result(node)

    def _error(self, node: Node, sent: Future[Any]) -> BaseException | None:
        if sent.cancelled():
            return WorkersError(f"{node.name} was not run: contact with the workers was lost. {GO_ON}")
        error = sent.exception()
        if isinstance(error, BrokenExecutor):
            return self._ended(node)
        if error is not None:
            why = redacted(str(error) or type(error).__name__)
            return WorkersError(f"No worker could run {node.name}: {why.rstrip('.')}. {GO_ON}")
        failure: Failure | None = sent.result()
        return None if failure is None else failure.error()

    def _ended(self, node: Node) -> WorkersError:
        """What is said of each node alike: the first one that is heard of tells which others were at work."""
        with self._lock:
            if self._broken is None:
                at_work = {each.name for each, sent in self._sent.values() if sent.running()} | {node.name}
                self._broken = WorkersError(
                    "A worker ended in the middle of its work: it was killed, or there was no memory left. The workers "
                    f"were at these nodes, or about to begin them: {', '.join(sorted(at_work))}. {GO_ON}"
                )
            return self._broken

    def fail(self, reason: str) -> None:
        """Give up all nodes that were sent."""
        with self._lock:
            names = ", ".join(sorted(node.name for node, _ in self._sent.values()))
            for future in self._sent:
                if not future.done():
                    future.set_exception(WorkersError(f"{reason} Not finished: {names}. {GO_ON}"))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of the workers."""
        self._workers.abandon() if cancel_futures else self._workers.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, way: TracebackType | None
    ) -> None:
        """After an error, or Ctrl-C, wait for no other node: a fit is taken up where it was."""
        self.shutdown(cancel_futures=kind is not None)


def part_of(catalog: CatalogProtocol, node: Node) -> DataCatalog:
    """A catalog of the datasets of one node: a worker sees no others, nor their credentials."""
    names = {*node.inputs, *node.outputs}
    part = DataCatalog({name: catalog.get(name) for name in names})  # type: ignore[misc]
    if isinstance(catalog, DataCatalog):
        part.validation_enabled = catalog.validation_enabled
        part._validator_specs = {name: spec for name, spec in catalog.validator_specs.items() if name in names}
    return part


def secrets_in(work: bytes) -> list[str]:
    """Secrets that a worker could show: no others are sent to it. A pickle holds text as it is, in UTF-8."""
    return [each for each in sorted(known_secrets()) if each.encode(errors="surrogatepass") in work]
