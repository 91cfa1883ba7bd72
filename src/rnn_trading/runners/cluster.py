"""Workers of a Dask cluster, which somebody has started."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

from rnn_trading import __version__
from rnn_trading.redaction import redacted

from .errors import WorkersError
from .workers import code_here, seen_from_here

logger = logging.getLogger(__name__)
SECONDS_TO_CONNECT = 5
SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_TO_ANSWER = 30
TIMES_ASKED_AGAIN = 3
# What Dask's executor raises in the place of an answer that was fetched while its worker left.
LOST_ANSWER = "cannot unpack non-iterable NoneType object"
SAME_CODE = "Bring it to the code that is here, and start it again: it goes on with what it has loaded."


class Cluster:
    """Workers behind the scheduler at an address. A node whose worker is lost is given to another one by Dask.

    Parameters
    ----------
    address
        Of the scheduler, such as ``tcp://127.0.0.1:8786``.
    patience
        Seconds to wait for a worker where there is none, at the start and later.
    modules
        Whose source, with that of what they import, must be the same there as here.

    Raises
    ------
    WorkersError
        If Dask is not installed, nobody answers, no worker comes, or one could not do what is asked for.
    """

    def __init__(self, address: str, patience: float, modules: Iterable[str]) -> None:
        try:
            import distributed  # noqa: PLC0415  an extra
        except ModuleNotFoundError as error:
            raise WorkersError(
                "kind=dask needs Dask: pip install 'rnn-trading[dask]', or in the project pip install -e '.[dask]'."
            ) from error
        try:
            self._client = distributed.Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            raise WorkersError(
                f"No Dask scheduler answers at address={address}: {error}. Nothing was run. Start one (dask "
                "scheduler), or correct the address, which the scheduler writes when it starts."
            ) from error
        self._patience, self._ends = patience, threading.Event()
        try:
            self._wait_for_a_worker(address)
            self._refuse_unfit_workers(frozenset(modules))
        except BaseException:
            self._client.close()
            raise
        self._executor = self._client.get_executor(pure=False)

    def _wait_for_a_worker(self, address: str) -> None:
        try:
            self._client.wait_for_workers(1, timeout=self._patience)
        except TimeoutError as error:
            raise WorkersError(
                f"The Dask scheduler at {address} has had no worker for {self._patience:g} seconds. Nothing was run. "
                f"Start one: dask worker {address} --nthreads 1, or wait longer: add patience=600 to --runner-params."
            ) from error

    def _refuse_unfit_workers(self, modules: frozenset[str]) -> None:
        """Look at the workers that are there now; one that comes later is trusted."""
        folder = str(Path.cwd())
        try:
            answers = self._client.run(seen_from_here, folder, modules)
        except ModuleNotFoundError as error:
            raise WorkersError(f"A Dask worker cannot import {error.name}. Install the same packages there.") from error
        except Exception as error:  # whatever another version of this project makes of the question
            raise WorkersError(f"A Dask worker cannot say which code it has: {error}. {SAME_CODE}") from error
        for worker, (version, is_there, code) in answers.items():
            if version != __version__:
                raise WorkersError(f"The Dask worker {worker} has rnn-trading {version}; here it is {__version__}.")
            if code != code_here(modules):
                raise WorkersError(
                    f"The Dask worker {worker} has other code than is here, of the nodes of this run. {SAME_CODE}"
                )
            if not is_there:
                raise WorkersError(
                    f"The Dask worker {worker} has no folder {folder}. Nodes give each other files: put the project on "
                    "a disk that all workers reach under the same path."
                )
        threads = {worker: facts["nthreads"] for worker, facts in self._workers().items()}
        for worker, number in threads.items():
            if number > 1:
                raise WorkersError(
                    f"The Dask worker {worker} has {number} threads. Seeds of networks belong to a process: start it "
                    "with --nthreads 1, and more of them with --nworkers."
                )

    def _workers(self) -> dict[str, Any]:
        workers: dict[str, Any] = self._client.scheduler_info(n_workers=-1)["workers"]
        return workers

    def watch(self, lost: Callable[[str], None]) -> None:
        """Look from time to time whether there still is a worker: without one, Dask would wait for ever.

        Parameters
        ----------
        lost
            Called with what happened.
        """
        self._answered = time.monotonic()
        for each in (self._look, self._wait_for_answers):
            threading.Thread(target=each, args=(lost,), daemon=True).start()

    def _look(self, lost: Callable[[str], None]) -> None:
        seen = time.monotonic()
        while not self._ends.wait(SECONDS_BETWEEN_LOOKS):
            trouble = ""
            try:
                if self._client.status == "running" and self._workers():
                    seen = time.monotonic()
            except Exception as error:  # whatever it is: a thread that ended here would let the run wait for ever
                trouble = f" ({redacted(f'{type(error).__name__}: {error}')})"
            self._answered = time.monotonic()
            if self._answered - seen > self._patience:
                lost(f"For {self._patience:g} seconds there has been no Dask worker, or no scheduler{trouble}.")
                return

    def _wait_for_answers(self, lost: Callable[[str], None]) -> None:
        """In a thread of its own: a scheduler that was stopped holds up whoever asks it."""
        longest = self._patience + SECONDS_TO_ANSWER
        while not self._ends.wait(SECONDS_BETWEEN_LOOKS):
            if time.monotonic() - self._answered > longest:
                lost(f"For {longest:g} seconds the Dask scheduler has not answered.")
                return

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """As of any executor. What was lost with its worker is done again by another one.

        Dask does so by itself, but for an answer that is fetched while its worker leaves: its executor then takes the
        answer for an error. A node that is done twice gives the same.
        """
        answer: Future[Any] = Future()

        def ask(more: int) -> None:
            self._executor.submit(function, *arguments).add_done_callback(partial(hear, more=more))

        def hear(sent: Future[Any], more: int) -> None:
            if sent.cancelled():
                answer.cancel()
            elif _is_lost(error := sent.exception()) and more and not self._ends.is_set():
                logger.warning("The answer of a Dask worker that left was lost: another one is asked.")
                ask(more - 1)
            elif error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(sent.result())

        ask(TIMES_ASKED_AGAIN)
        return answer

    def close(self) -> None:
        """Leave the cluster, which goes on."""
        self._ends.set()
        self._client.close()

    def abandon(self) -> None:
        """Leave the cluster; what has not begun is cancelled, and what a worker is at ends there."""
        self._ends.set()
        self._executor.shutdown(wait=False)
        self._client.close()


def _is_lost(error: BaseException | None) -> bool:
    return isinstance(error, TypeError) and LOST_ANSWER in str(error)
