"""What happens inside a worker. Nothing here knows who sent the work."""

import contextlib
import logging
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from multiprocessing.connection import Connection

from kedro.framework.hooks.manager import _NullPluginManager
from kedro.runner import Task
from threadpoolctl import threadpool_limits

from rnn_trading import __version__
from rnn_trading.provenance import code_digest
from rnn_trading.redaction import RedactedRecord, redact, redacted, remember

# Read by TensorFlow and OpenMP when they are loaded. BLAS has one thread wherever this package is imported.
ONE_THREAD = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
# Keras draws seeds from a generator of the process: two nodes at once in one process would change each other.
_one_node_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Failure:
    """What a node raised, in a form that every process can read.

    Attributes
    ----------
    errors
        The error, then what caused it, and so on, pickled: a pickle of an error leaves its causes out.
    way
        The traceback as text.
    """

    errors: tuple[bytes, ...]
    way: str

    def error(self) -> BaseException:
        """The error with its causes, and with its traceback as a note."""
        chain: list[BaseException] = [pickle.loads(each) for each in self.errors]
        for effect, cause in pairwise(chain):
            effect.__cause__ = cause
        chain[0].add_note(f"In the worker:\n{self.way}")
        return chain[0]


def run_node(work: bytes, secrets: Collection[str]) -> Failure | None:
    """Run one node: load what it takes, call it, save what it gives. What it logs is redacted.

    Kedro's task gets a manager of hooks without hooks. Left without one, it would set up the project in every task,
    which in a process that runs many of them never ends.

    Parameters
    ----------
    work
        The node and a catalog of its datasets, pickled.
    secrets
        Those in it that are known by their value.

    Returns
    -------
    Failure or None
        What the node raised; errors of the worker itself are raised.
    """
    one_thread()
    remember([*secrets], all_of_them=True)
    logging.setLogRecordFactory(RedactedRecord)
    with _one_node_at_a_time:
        try:
            node, catalog = pickle.loads(work)
            Task(node, catalog, is_async=False, hook_manager=_NullPluginManager()).execute()  # type: ignore[arg-type]
        except Exception as error:
            return failure(error)
    return None


def failure(error: BaseException) -> Failure:
    """An error as it is sent: without secrets, since whoever reads its traceback writes it somewhere."""
    redact(error)
    way = redacted("".join(traceback.format_exception(error)))
    chain = [_pickled(error)]
    while error.__cause__ is not None:
        error = error.__cause__
        chain.append(_pickled(error))
    return Failure(tuple(chain), way)


def _pickled(error: BaseException) -> bytes:
    """An error; where it does not come back as it was, the next of its classes that does, with its message."""
    for kind in type(error).__mro__[:-3]:
        with contextlib.suppress(Exception):  # whatever classes of errors raise that were not made to be sent
            sent = pickle.dumps(error if kind is type(error) else kind(str(error)))
            if str(pickle.loads(sent)) == str(error):
                return sent
    return pickle.dumps(Exception(str(error)))


def one_thread() -> None:
    """Let libraries use one thread: those that are loaded, and those that will be."""
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    threadpool_limits(1, user_api="openmp")


def begin(parent: Connection) -> None:
    """Set up a process of :class:`rnn_trading.runners.processes.Processes`.

    It ends as soon as the other end of a pipe is closed: by the parent, or since the parent is gone, however it ended.
    Ctrl-C reaches all processes of a terminal; the parent alone acts upon it. Of what this project logs, warnings are
    shown; where a run stands is told by the parent.

    Parameters
    ----------
    parent
        An end of the pipe; nothing is ever sent.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    logging.getLogger("rnn_trading").setLevel(logging.WARNING)
    one_thread()


def _end_with(parent: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        parent.recv_bytes()
    os._exit(1)


def seen_from_here(folder: str, modules: frozenset[str]) -> tuple[str, bool, str | None]:
    """The version of this package where this runs, whether a folder is there, and a digest of the source of modules.

    The digest is that of the first time that it was asked for: a process goes on with the code that it has loaded. None
    where a module has no source.
    """
    return __version__, os.path.isdir(folder), code_here(modules)


@cache
def code_here(modules: frozenset[str]) -> str | None:
    """See :func:`seen_from_here`."""
    try:
        return code_digest(modules)
    except ValueError:
        return None
