"""Worker processes on this computer."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any

from .workers import begin


class Processes:
    """Processes that live as long as the run, so that what one fit has compiled serves the next.

    They are spawned: a process that is forked while threads of TensorFlow run may wait for a lock of theirs for ever.

    Parameters
    ----------
    workers
        How many; they are started when there is work for them.
    """

    def __init__(self, workers: int) -> None:
        context = multiprocessing.get_context("spawn")
        # Nothing is sent: a worker ends when this end is closed.
        self._theirs, self._ours = context.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(workers, mp_context=context, initializer=begin, initargs=(self._theirs,))

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """As of any executor."""
        return self._pool.submit(function, *arguments)

    def close(self) -> None:
        """End the processes at once: the usual way out of one takes seconds after TensorFlow was there."""
        self._ours.close()
        self._pool.shutdown(cancel_futures=True)

    def abandon(self) -> None:
        """End the processes in the middle of what they do."""
        self.close()
