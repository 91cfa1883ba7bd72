"""Runs of 50 steps: one `predict` call a step, as published, against one compiled loop over all runs.

python benchmarks/free_run.py
"""

import time
from typing import Any

import numpy as np
import project

from rnn_trading.models.free_run import free_run
from rnn_trading.models.sequence_network import INPUT, build_sequence_network
from rnn_trading.series.scaling import Scaling

RUNS, STEPS, ROUNDS = 8, 50, 3


def main() -> None:
    """Print the time of both ways, their ratio, and the largest difference of their forecasts."""
    values = project.parameters("as_published")["univariate_regression"]["rolling_windows"]["index"]
    lags = values["series"].lags
    model = build_sequence_network(values["model"], lags)
    generator = np.random.default_rng(0)
    windows = 1000 * np.exp(generator.normal(0, 0.01, (RUNS, lags)).cumsum(axis=1))
    one_by_one(model, windows[:1], 1)  # compiles
    slow, fast = [], []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        expected = one_by_one(model, windows, STEPS)
        slow.append(time.perf_counter() - started)
        started = time.perf_counter()
        forecasts = free_run(model, windows, STEPS, Scaling("first", 1.0, 1.0))
        fast.append(time.perf_counter() - started)
    print(f"{RUNS} runs of {STEPS} steps, median of {ROUNDS} rounds")
    print(f"  one predict call a step   {np.median(slow):6.2f} s")
    print(f"  one loop over all runs    {np.median(fast):6.2f} s, its compilation included")
    print(f"  {np.median(slow) / np.median(fast):.0f} times faster")
    print(f"  largest relative difference of the forecasts: {np.abs(forecasts / expected - 1).max():.0e}")


def one_by_one(model: Any, windows: np.ndarray, steps: int) -> np.ndarray:
    """Predict, append, re-base, predict: a call for every step of every run."""
    forecasts = np.empty((len(windows), steps))
    for run, start in enumerate(windows):
        window = start.copy()
        for step in range(steps):
            inputs = (window / window[0] - 1)[None, :, None].astype(np.float32)
            forecasts[run, step] = (1 + model.predict({INPUT: inputs}, verbose=0)[0, 0]) * window[0]
            window = np.append(window[1:], forecasts[run, step])
    return forecasts


if __name__ == "__main__":
    main()
