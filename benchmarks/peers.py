"""Training steps of our networks beside Keras', PyTorch's and JAX', and beside their matrix products alone.

python benchmarks/peers.py          # needs the extra: pip install -e '.[bench]' -c constraints.txt
python benchmarks/peers.py --only gru --batches 256 --threads 1

Each contender has a process of its own, whose threads are limited before any library is imported. They take turns, a
training on all rows each, and of several rounds the least counts: other work on the machine only adds. Processor time
is that of all threads of the process; wall time is worth something on a quiet machine only. What is compared is one
network: its first losses, without dropout, have to agree.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from peer_networks import (
    CONTENDERS,
    DIMENSIONS,
    FEWEST_WORDS,
    GRU_UNITS,
    LIMIT,
    OURS,
    STEPS,
    UNITS,
    WORDS,
    gru_products,
    multiplications,
    stacked_products,
    units_of,
)

ROUNDS, BATCHES = 3, {"stacked": (32, 256, 512), "gru": (256,)}
EXTRA = ("torch", "jax")
TITLES = {
    "stacked": f"A training step of the stacked LSTM, {STEPS} steps, units {UNITS[0]} and {UNITS[1]}, a row: "
    f"{multiplications(stacked_products(256), 256):,} multiplications",
    "gru": f"A training step of a GRU with {GRU_UNITS} units on texts of {FEWEST_WORDS} to {WORDS} words of "
    f"{DIMENSIONS} dimensions, a word: {multiplications(gru_products(256), 256) // WORDS:,} multiplications",
}
LARGEST_DIFFERENCE = 1e-4  # of first losses
# What says to a library, before it is imported, how many threads it may have.
THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)
# These name the kernels of one processor, and would keep the limit from being that of this one.
BLAS_OF_ANOTHER = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


class Time(NamedTuple):
    """Of a row, in microseconds."""

    processor: float
    wall: float


def environment(threads: int) -> dict[str, str]:
    """That of a process with so many threads."""
    kept = {name: value for name, value in os.environ.items() if name not in BLAS_OF_ANOTHER}
    limited = dict.fromkeys(THREADS, str(threads))
    xla = {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"} if threads == 1 else {}
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
    return {**kept, **limited, **xla, **quiet}


class Contender:
    """A process that trains one network when it is told to."""

    def __init__(self, task: str, name: str, threads: int) -> None:
        self.name, self.errors = name, tempfile.TemporaryFile("w+")
        program = [sys.executable, str(Path(__file__).with_name("peer_networks.py")), task, name, str(threads)]
        self.process = subprocess.Popen(
            program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=environment(threads),
        )
        self.first_losses: list[float] | None = self._reply()

    def seconds(self, batch_size: int) -> tuple[float, float]:
        """Of the processor and of the wall, of a training on all rows."""
        assert self.process.stdin is not None
        print(batch_size, file=self.process.stdin, flush=True)
        processor, wall = self._reply()
        return processor, wall

    def end(self) -> None:
        """The process ends when nothing more can come."""
        self.process.communicate()
        self.errors.close()

    def _reply(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.errors.seek(0)
            raise SystemExit(f"{self.name}: ended with {self.process.returncode}:\n{self.errors.read()}")
        return json.loads(line)


def check_first_losses(losses: dict[str, list[float]]) -> None:
    """Refuse to compare networks that are not the same.

    Raises
    ------
    SystemExit
        If first losses of a network are not ours, to rounding.
    """
    for name, found in losses.items():
        if any(abs(one - other) > LARGEST_DIFFERENCE for one, other in zip(found, losses[OURS], strict=True)):
            raise SystemExit(f"{name} is not our network: its first losses are {found}, ours {losses[OURS]}")


def missing(task: str) -> dict[str, str]:
    """Contenders whose library is not installed, and the library."""
    return {name: library for name, (_, library) in CONTENDERS[task].items() if not importlib.util.find_spec(library)}


def compare(task: str, threads: int, batches: Iterable[int], rounds: int) -> Iterator[str]:
    """The lines of a table for each batch size."""
    alone = {LIMIT} if threads > 1 else set()  # a limit is that of one thread
    contenders = [Contender(task, name, threads) for name in CONTENDERS[task] if name not in {*missing(task), *alone}]
    check_first_losses({each.name: each.first_losses for each in contenders if each.first_losses})
    units = units_of(task)
    for batch_size in batches:
        for contender in contenders:
            contender.seconds(batch_size)  # compiles
        taken: dict[str, list[tuple[float, float]]] = {each.name: [] for each in contenders}
        for _ in range(rounds):
            for contender in contenders:
                taken[contender.name].append(contender.seconds(batch_size))
        yield from table(f"{threads} thread{'s'[: threads - 1]}, batch {batch_size}", least(taken, units))
    for contender in contenders:
        contender.end()


def least(taken: dict[str, list[tuple[float, float]]], units: int) -> dict[str, Time]:
    """The least of all rounds, of the processor and of the wall by themselves, for one row or word.

    Examples
    --------
    >>> least({"ours": [(3.0, 4.0), (2.0, 5.0)]}, 1_000_000)
    {'ours': Time(processor=2.0, wall=4.0)}
    """
    return {
        name: Time(*(min(round_) / units * 1e6 for round_ in zip(*rounds, strict=True)))
        for name, rounds in taken.items()
    }


def table(title: str, times: dict[str, Time]) -> Iterator[str]:
    """Lines of a table, the least processor time first."""
    yield f"  {title:32}{'processor':>12}{'wall':>10}{'a second':>13}{'processor, to ours':>20}"
    for name, time in sorted(times.items(), key=lambda each: each[1].processor):
        ratio = time.processor / times[OURS].processor
        yield f"    {name:30}{time.processor:9.2f} µs{time.wall:7.2f} µs{1e6 / time.wall:13,.0f}{ratio:18.2f} x"


def main() -> None:
    """Print tables, or what is not installed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=CONTENDERS, help="one network")
    parser.add_argument("--batches", type=int, nargs="+", help="batch sizes")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    tasks = [arguments.only] if arguments.only else list(CONTENDERS)
    not_there = sorted({f"{name} ({library})" for task in tasks for name, library in missing(task).items()})
    if not_there:
        print(f"Not installed: {', '.join(not_there)}. pip install -e '.[bench]' -c constraints.txt")
    if not any(importlib.util.find_spec(library) for library in EXTRA):
        return
    for task in tasks:
        print(f"{TITLES[task]}, least of {arguments.rounds} rounds", flush=True)
        for threads in arguments.threads:
            if threads > (cores := os.cpu_count() or 1):
                print(f"  {threads} threads are left out: this machine has {cores} cores")
                continue
            for line in compare(task, threads, arguments.batches or BATCHES[task], arguments.rounds):
                print(line, flush=True)


if __name__ == "__main__":
    main()
