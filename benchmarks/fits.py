"""What a fit costs beside the arithmetic: networks that are traced anew, against networks that share what is traced.

python benchmarks/fits.py            # every measure on a line of its own: name, value, unit
python benchmarks/fits.py --fits 5   # fewer fits

The network is an LSTM of 16 units on 44 days of absolute returns in percent, of the S&P 500 in the package skfolio;
batch 256, at most 40 epochs, patience 4. Then one fit of volatility.lstm, as in conf/base but for its scaling and
dates, once with batches one by one and once with 16 in one call.
"""

import argparse
import dataclasses
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import project
from numpy.lib.stride_tricks import sliding_window_view

from rnn_trading.models.backend import keras
from rnn_trading.models.interface import Input, Interface
from rnn_trading.models.networks import Blueprint
from rnn_trading.models.sequence_network import INPUT
from rnn_trading.models.traced import forget_all
from rnn_trading.models.training import Fit, train

LAGS, UNITS, VALIDATION = 44, 16, 0.15
AT_ONCE = 16


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fits", type=int, default=50, help="how many networks share what is traced (default: 50)")
    parser.add_argument("--fresh", type=int, default=5, help="how many are traced anew (default: 5)")
    wanted = parser.parse_args()
    volatility = project.parameters("corrected")["univariate_regression"]["volatility"]
    returns = _absolute_returns()
    model, training = volatility["lstm"]["model"], volatility["lstm"]["training"]
    small = dataclasses.replace(model, units=(UNITS,))
    many = dataclasses.replace(training, batch_size=256, epochs=40, patience=4)
    _compare(small, many, returns, wanted.fits, wanted.fresh)
    for batches in (1, AT_ONCE):
        forget_all()
        with _timed(f"volatility_lstm_steps_per_execution_{batches}"):
            at_once = dataclasses.replace(training, steps_per_execution=batches)
            fit = _fit(model, at_once, returns, volatility["series"].lags)
        print(f"volatility_lstm_steps_per_execution_{batches}_epochs {fit.epochs} epochs")


def _compare(model: Any, training: Any, returns: Any, fits: int, fresh: int) -> None:
    """Fits that share what is traced, and fits that do not."""
    forget_all()
    with _timed(f"shared_{fits}_fits"):
        shared = [_fit(model, dataclasses.replace(training, seed=seed), returns, LAGS, seed) for seed in range(fits)]
    alone = []
    with _timed(f"fresh_{fresh}_fits"):
        for seed in range(fresh):
            forget_all()
            alone.append(_fit(model, dataclasses.replace(training, seed=seed), returns, LAGS, seed))
    print(f"shared_epochs {sum(fit.epochs for fit in shared)} epochs")
    print(f"fresh_epochs {sum(fit.epochs for fit in alone)} epochs")
    equal = all(one.history == other.history for one, other in zip(shared, alone, strict=False))
    print(f"shared_equals_fresh {equal} to_the_bit")


class _UntilTheFirstStep(keras.callbacks.Callback):
    """Seconds until the first batch begins and ends."""

    def __init__(self) -> None:
        super().__init__()
        self.created, self.begun, self.ended = time.perf_counter(), 0.0, 0.0

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.begun = self.begun or time.perf_counter() - self.created

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.ended = self.ended or time.perf_counter() - self.created


def _fit(model: Any, training: Any, returns: Any, lags: int, number: int | None = None) -> Fit:
    """One fit; of the first two, what it took before its first step was done."""
    windows = sliding_window_view(returns, lags + 1).astype(np.float32)
    cut = int(len(windows) * (1 - VALIDATION))
    mean, deviation = windows[:cut].mean(), windows[:cut].std()
    scaled = (windows - mean) / deviation
    rows, watched = (({INPUT: part[:, :-1, None]}, part[:, -1]) for part in (scaled[:cut], scaled[cut:]))
    first = _UntilTheFirstStep()
    blueprint = Blueprint(model, Interface({INPUT: Input((lags, 1))}))
    fit = train(blueprint, rows, watched, training, "benchmark", callbacks=[first])
    if number in (0, 1):
        print(f"fit_{number + 1}_before_first_step {first.begun:.3f} s")
        print(f"fit_{number + 1}_first_step {first.ended - first.begun:.3f} s")
    return fit


def _absolute_returns() -> np.ndarray:
    """Of the packaged index, in percent, one for each day."""
    closes = project.load("index_prices_source")[0]["close"].to_numpy(dtype=np.float64)
    return 100 * np.abs(closes[1:] / closes[:-1] - 1)


@contextmanager
def _timed(name: str) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    print(f"{name}_wall {time.perf_counter() - wall:.1f} s")
    print(f"{name}_cpu {time.process_time() - cpu:.1f} s", flush=True)


if __name__ == "__main__":
    main()
