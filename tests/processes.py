"""Processes and threads of tests, none of which can keep a test from ending."""

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import Any

# Seconds that a process or a thread of a test may take: several times what the slowest takes on a busy machine, and
# less than a whole test may take (faulthandler_timeout in pyproject.toml).
PATIENCE = 900


@contextlib.contextmanager
def started(command: list[str], patience: float = PATIENCE, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A process and all that it starts; they end with the block, or when patience ends.

    In the second case every process of Python writes first, to its stderr, where its threads stand.
    """
    options["env"] = {**options.get("env", os.environ), "PYTHONFAULTHANDLER": "1"}
    with subprocess.Popen(command, start_new_session=True, **options) as process:
        watch = threading.Timer(patience, end, [process])
        watch.daemon = True
        watch.start()
        try:
            yield process
        finally:
            watch.cancel()
            _signal(process, signal.SIGKILL)


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)  # it leads a group


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started; every process of Python among them writes where its threads stand."""
    _signal(process, signal.SIGABRT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
    _signal(process, signal.SIGKILL)


def finished_process(
    command: list[str], check: bool = True, patience: float = PATIENCE, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; if it fails, or never ends, the error says what it wrote.

    What it writes goes to files: a pipe would be read until the last process that inherited it ends.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with started(command, patience, stdout=out, stderr=err, stdin=subprocess.DEVNULL, **options) as process:
            code = process.wait()
        for written in (out, err):
            written.seek(0)
        result = subprocess.CompletedProcess(command, code, out.read().decode(), err.read().decode())
    killed = code in (-signal.SIGABRT, -signal.SIGKILL)
    if killed or (check and code != 0):
        why = f"was killed, perhaps since it did not end within {patience:g} s" if killed else f"ended with {code}"
        raise AssertionError(f"{command} {why}. It wrote:\n{result.stdout}\n{result.stderr}")
    return result


def in_threads(calls: list[Callable[[], Any]]) -> list[Any]:
    """Results of calls that are made at once, each in a thread of its own."""
    results: dict[int, Any] = {}

    def keep(place: int, call: Callable[[], Any]) -> None:
        results[place] = call()

    threads = [threading.Thread(target=keep, args=given, daemon=True) for given in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads), "a thread did not end"
    assert len(results) == len(calls), "a thread ended with an exception"
    return [results[place] for place in range(len(calls))]
