"""Fits of an LSTM of 16 units on 44 days by two workers, against one: how much does a second core bring.

python benchmarks/workers.py

Each worker is a process of one thread; the runner is that of ``kedro run``. The ratio says something only where nothing
else keeps the cores busy: the load of the machine is printed beside it. Every fit gives the same weights under both.
"""

import dataclasses
import functools
import hashlib
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import project
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline

from rnn_trading.datasets.whole import JSONDataset
from rnn_trading.experiments.wiring import given
from rnn_trading.progress import FIT
from rnn_trading.runners import ExecutorRunner

EXPERIMENT = ("univariate_regression", "volatility", "lstm")
FITS, ROWS, EPOCHS, LAGS, UNITS = 24, 2_500, 12, 44, 16


def fit(setting: dict[str, Any], *, seed: int) -> dict[str, Any]:
    """Fit on rows drawn once, and give a hash of the weights."""
    from rnn_trading.models.sequence_network import INPUT, build_sequence_network  # noqa: PLC0415  in workers alone
    from rnn_trading.models.training import train  # noqa: PLC0415

    generator = np.random.default_rng(0)
    windows = generator.normal(0, 1, (ROWS, LAGS, 1)).astype(np.float32)
    rows = {INPUT: windows}, windows[:, -5:, 0].mean(axis=1)
    training = dataclasses.replace(setting["training"], epochs=EPOCHS, patience=None, seed=seed)
    architecture = dataclasses.replace(setting["model"], units=[UNITS])
    build = functools.partial(build_sequence_network, architecture, LAGS)
    weights = train(build, rows, rows, training, f"seed {seed}").model.get_weights()
    return {"weights": hashlib.sha256(b"".join(each.tobytes() for each in weights)).hexdigest()}


def fits() -> Pipeline:
    """One node a seed."""
    seeds = range(42, 42 + FITS)
    nodes = [(f"seed_{seed}", given(fit, seed=seed)) for seed in seeds]
    return Pipeline([Node(function, "setting", name, name=name, tags=[FIT]) for name, function in nodes])


def measured(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds of wall clock, and of CPU in all processes that were started and have ended."""

    def cpu() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    before, began = cpu(), time.perf_counter()
    run()
    return time.perf_counter() - began, cpu() - before


def run(workers: int, setting: dict[str, Any]) -> tuple[float, float, list[Any]]:
    """Run all fits; seconds of wall clock and CPU, and what they gave."""
    pipeline = fits()
    with tempfile.TemporaryDirectory() as folder:
        files = {name: JSONDataset(filepath=f"{folder}/{name}.json") for name in pipeline.outputs()}
        catalog = DataCatalog({"setting": MemoryDataset(setting), **files})
        wall, cpu = measured(lambda: ExecutorRunner(workers=workers).run(pipeline, catalog))
        return wall, cpu, [catalog.load(name) for name in sorted(Path(path).stem for path in os.listdir(folder))]


def main() -> None:
    """Print times of one worker and of two, and their ratio."""
    values: Any = project.parameters("corrected")
    for name in EXPERIMENT:
        values = values[name]
    setting = {each: values[each] for each in ("model", "training")}
    print(f"{FITS} fits of an LSTM of {UNITS} units, {ROWS:,} windows of {LAGS} days, {EPOCHS} epochs each")
    times, results = [], []
    for workers in (1, 2):
        wall, cpu, found = run(workers, setting)
        times.append(wall)
        results.append(found)
        load = os.getloadavg()[0]
        print(
            f"  {workers} worker{'s' * (workers > 1)}  {wall:6.1f} s, CPU {cpu:6.1f} s; load of the machine {load:.1f}"
        )
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    print(f"  two are {times[0] / times[1]:.2f} times as fast as one; the largest worker took {memory:.2f} GB")
    print(f"  weights {'are the same to the bit' if results[0] == results[1] else 'DIFFER'}")


if __name__ == "__main__":
    main()
