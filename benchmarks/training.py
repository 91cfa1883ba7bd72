"""Training samples a second, as published against corrected; and what the batch size costs in quality.

python benchmarks/training.py                # speed, side by side in one process
python benchmarks/training.py --batch-sizes  # validation log-loss by batch size, on the default prices
"""

import argparse
import dataclasses
import time

import numpy as np
import project

from rnn_trading.experiments.folds import FitOf
from rnn_trading.experiments.panels import fit_clipping, split_dates, train_model
from rnn_trading.models.parameters import StackedLstmParameters, TrainingParameters
from rnn_trading.models.stacked_lstm import build_stacked_lstm
from rnn_trading.models.states import NOTHING_KEPT
from rnn_trading.models.training import train
from rnn_trading.pipelines.daily_weekly_sequences.nodes import weekly_sequences
from rnn_trading.splits.walk_forward import WalkForwardParameters

LAGS, TICKERS = 52, 2489
ROUNDS = 3
SEEDS = range(42, 47)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch-sizes", action="store_true", help="measure quality by batch size instead")
    compare_batch_sizes() if parser.parse_args().batch_sizes else compare_speed()


def compare_speed() -> None:
    """Print samples a second of three ways to train, as the median of rounds that take turns."""
    published = _experiment("as_published")
    corrected = _experiment("corrected")
    ways = {
        "as published: keras.layers.LSTM, batch 32": (
            dataclasses.replace(published[0], lstm="keras"),
            published[1],
            24_000,
        ),
        "as published: fused kernel, batch 32": (*published, 24_000),
        f"corrected: fused kernel, batch {corrected[1].batch_size}": (*corrected, 96_000),
    }
    speeds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, (architecture, training, rows) in ways.items():
            speeds[way].append(_samples_a_second(architecture, training, rows))
    print(f"Training of the stacked LSTM, {LAGS} steps, {TICKERS:,} tickers, median of {ROUNDS} rounds")
    slowest = np.median(next(iter(speeds.values())))
    for way, measured in speeds.items():
        print(f"  {way:45} {np.median(measured):8,.0f} samples a second, {np.median(measured) / slowest:4.1f} x")


def _samples_a_second(architecture: StackedLstmParameters, training: TrainingParameters, rows: int) -> float:
    """Time one epoch, less the time of an epoch of two batches, which is mostly compilation."""

    def seconds(count: int) -> float:
        generator = np.random.default_rng(0)
        inputs = {
            "Returns": generator.normal(0, 0.04, (count, LAGS, 1)).astype(np.float32),
            "Tickers": generator.integers(0, TICKERS, (count, 1), dtype=np.int32),
            "Months": np.eye(12, dtype=np.float32)[generator.integers(0, 12, count)],
        }
        label = generator.integers(0, 2, count).astype(np.float32)
        few = {name: values[:64] for name, values in inputs.items()}
        started = time.perf_counter()
        train(
            lambda: build_stacked_lstm(architecture, LAGS, TICKERS, 0.04),
            (inputs, label),
            (few, label[:64]),
            training,
            "benchmark",
        )
        return time.perf_counter() - started

    overhead = seconds(2 * training.batch_size)
    return (rows - 2 * training.batch_size) / (seconds(rows) - overhead)


def _experiment(protocol: str) -> tuple[StackedLstmParameters, TrainingParameters]:
    values = project.parameters(protocol)["stacked_lstm"]["classification"]
    return values["model"], dataclasses.replace(values["training"], epochs=1)


def compare_batch_sizes() -> None:
    """Print the best validation log-loss of the corrected classification, mean and error over seeds."""
    values = project.parameters("corrected")
    experiment = values["stacked_lstm"]["classification"]
    split, walk = experiment["split"], WalkForwardParameters()
    panel = weekly_sequences(
        project.load("prices_source")[0], values["daily_weekly_sequences"]["weekly"], split, walk, split, walk
    )["returns_weekly_panel"]
    dates = split_dates(panel, split, walk, experiment["experiment"])
    clipping = fit_clipping(panel, dates)
    print(f"batch  validation log-loss: mean +- standard error over {len(SEEDS)} seeds   validation AUC   seconds")
    for batch_size in (32, 128, 256, 512):
        losses, aucs, seconds = [], [], []
        for seed in SEEDS:
            training = dataclasses.replace(experiment["training"], batch_size=batch_size, seed=seed)
            how = experiment["experiment"], split, experiment["model"], training
            result = train_model(panel, dates, clipping, *how, NOTHING_KEPT, FitOf("benchmark"))
            history = result["history"]
            best = history[(history["epoch"] == result["training"]["best_epoch"]) & (history["rows"] == "validation")]
            best = best.set_index("quantity")["value"]
            losses.append(best["loss"])
            aucs.append(best["auc"])
            seconds.append(result["training"]["seconds"])
        print(
            f"{batch_size:5}  {np.mean(losses):.5f} +- {np.std(losses, ddof=1) / len(SEEDS) ** 0.5:.5f}   "
            f"{np.mean(aucs):.4f}   {np.mean(seconds):.0f}"
        )


if __name__ == "__main__":
    main()
