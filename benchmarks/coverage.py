"""How often the 95 % intervals hold the truth, and how often canaries of luck raise a false alarm."""

import numpy as np
import pandas as pd
from scipy import stats

from rnn_trading.skill.bootstrap import cluster_bootstrap, interval
from rnn_trading.skill.chance import Distance, pooled_p_value
from rnn_trading.skill.headline import FEWEST_BLOCKS, block_length

SAMPLES, RATE, SEEDS = 2_000, 0.001, 3
DRAWS = 400


def coverage(dates: int, block: int, generator: np.random.Generator) -> float:
    """Share of samples of independent values whose interval of the mean holds the true one."""
    clusters = pd.Series(np.arange(dates))
    held = 0
    for _ in range(SAMPLES):
        values = generator.normal(size=dates)
        low, high = interval(cluster_bootstrap(lambda rows, v=values: float(v[rows].mean()), clusters, block, DRAWS))
        held += low <= 0 <= high
    return held / SAMPLES


def false_alarms(dates: int, block: int, seeds: int, generator: np.random.Generator) -> float:
    """Share of pooled samples of luck with a p-value below the rate; errors are those of infinitely many draws."""
    blocks_drawn = -(-dates // block)
    alarms, samples = 0, 40 * SAMPLES
    for _ in range(samples):
        distances = []
        for _ in range(seeds):
            values = generator.normal(size=dates)
            # The variance of a mean of blocks drawn with replacement is known.
            sums = np.convolve(np.concatenate([values, values[: block - 1]]), np.ones(block), "valid")
            error = float(np.sqrt(sums.var() / blocks_drawn) / block)
            distances.append(Distance(float(values.mean()), error, dates / block))
        alarms += pooled_p_value(distances)[1] < RATE
    return alarms / samples


def main() -> None:
    """Print both for some numbers of dates."""
    generator = np.random.default_rng(0)
    print(f"Intervals of a mean, {SAMPLES:,} samples of independent values; fewest blocks: {FEWEST_BLOCKS}")
    for dates in (30, 60, 300):
        block = block_length(dates, 1)
        print(f"  {dates} dates in blocks of {block}: {coverage(dates, block, generator):.1%} hold the truth")
    low, high = stats.binom.interval(0.95, 40 * SAMPLES, RATE)
    print(f"Alarms at a nominal rate of {RATE}; by luck between {low / 40 / SAMPLES:.4f} and {high / 40 / SAMPLES:.4f}")
    for dates in (30, 60, 300):
        block = block_length(dates, 1)
        one, pooled = (false_alarms(dates, block, seeds, generator) for seeds in (1, SEEDS))
        print(f"  {dates} dates in blocks of {block}: one sample {one:.4f}, {SEEDS} pooled {pooled:.4f}")


if __name__ == "__main__":
    main()
