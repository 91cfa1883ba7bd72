"""How often the 95 % intervals hold the truth, and how often canaries of luck raise a false alarm."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import signal, stats

from rnn_trading.skill.chance import Distance, pooled_p_value
from rnn_trading.skill.inference.bootstrap import FEWEST_BLOCKS, block_for, block_length, cluster_bootstrap, interval

SAMPLES, RATE, SEEDS = 2_000, 0.001, 2
DRAWS = 400


def coverage(dates: int, persistence: float, generator: np.random.Generator) -> float:
    """Share of samples of an autoregression whose interval of the mean holds the true one."""
    clusters = pd.Series(np.arange(dates))
    start = generator.normal(scale=1 / np.sqrt(1 - persistence**2), size=(SAMPLES, 1))
    noise = generator.normal(size=(SAMPLES, dates))
    samples, _ = signal.lfilter([1], [1, -persistence], noise, axis=1, zi=persistence * start)
    held = 0
    for values in samples:
        drawn = cluster_bootstrap(lambda rows, v=values: float(v[rows].mean()), clusters, block_for(values), DRAWS)
        low, high = interval(drawn)
        held += low <= 0 <= high
    return held / SAMPLES


def false_alarms(dates: int, block: int, seeds: int, generator: np.random.Generator) -> float:
    """Share of pooled samples of luck with a p-value below the rate; errors are those of infinitely many draws."""
    whole, rest = divmod(dates, block)
    alarms, samples = 0, 40 * SAMPLES
    for _ in range(samples):
        distances = []
        for _ in range(seeds):
            values = generator.normal(size=dates)
            # The variance of a mean of blocks drawn with replacement, of which the last is cut, is known.
            error = np.sqrt(whole * variance_of_sums(values, block) + variance_of_sums(values, rest)) / dates
            distances.append(Distance(float(values.mean()), error, dates / block))
        alarms += pooled_p_value(distances)[1] < RATE
    return alarms / samples


def variance_of_sums(values: NDArray[np.float64], length: int) -> float:
    """Variance of the sums of ``length`` values that follow each other, round again from the last to the first."""
    ends = np.concatenate([[0.0], values, values[:length]]).cumsum()
    return float((ends[length : length + len(values)] - ends[: len(values)]).var())


def main() -> None:
    """Print both for some numbers of dates."""
    generator = np.random.default_rng(0)
    print(f"Intervals of a mean, {SAMPLES:,} samples each, at least {FEWEST_BLOCKS} blocks")
    for persistence in (0.0, 0.5, 0.9, 0.98):
        for dates in (30, 60, 300, 1250):
            held = coverage(dates, persistence, generator)
            print(f"  {dates} dates, neighbours correlated by {persistence:g}: {held:.1%} hold the truth")
    low, high = stats.binom.interval(0.95, 40 * SAMPLES, RATE)
    print(f"Alarms at a nominal rate of {RATE}; by luck between {low / 40 / SAMPLES:.4f} and {high / 40 / SAMPLES:.4f}")
    for dates in (30, 60, 300):
        block = block_length(dates)
        one, pooled = (false_alarms(dates, block, seeds, generator) for seeds in (1, SEEDS))
        print(f"  {dates} dates in blocks of {block}: one sample {one:.4f}, {SEEDS} pooled {pooled:.4f}")


if __name__ == "__main__":
    main()
