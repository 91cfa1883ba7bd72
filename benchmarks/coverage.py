"""How often tests of a mean raise a false alarm, and how often 95 % intervals hold the truth.

``python benchmarks/coverage.py`` takes 95 seconds of processor time, on one core.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import signal, special, stats

from rnn_trading.skill.chance import Distance, pooled_p_value
from rnn_trading.skill.headline import FEW_INDEPENDENT
from rnn_trading.skill.inference.bootstrap import (
    FEWEST_BLOCKS,
    block_for,
    block_length,
    cluster_bootstrap,
    cluster_influence,
    independent,
    interval,
)
from rnn_trading.skill.inference.means import mean_test, standard_errors
from rnn_trading.skill.inference.tails import heavy_tailed
from rnn_trading.skill.metrics.scores import r_squared

Samples = NDArray[np.float64]
TESTS, DATES, CORRELATIONS = 10_000, (24, 36, 60, 77, 120, 250, 500, 1238), (0.0, 0.3, 0.6, 0.9)
SAMPLES, RATE, SEEDS, DRAWS = 400, 0.001, 2, 400
ALARMS = 20_000
# EGARCH(1, 1) with Student's t, fitted to the median return of all US shares of a day, 2007 to 2017, in percent.
SIZE, SIGN, PERSISTENCE, FREEDOM = 0.099, -0.142, 0.9927, 4.98
DAYS, MARKETS = 1217, 300


def autoregressions(samples: int, dates: int, correlation: float, generator: np.random.Generator) -> Samples:
    """Normal values with this correlation of neighbours and a mean of zero, ``(samples, dates)``."""
    noise = generator.normal(size=(samples, dates))
    noise[:, 0] /= np.sqrt(1 - correlation**2)
    return np.asarray(signal.lfilter([1], [1, -correlation], noise, axis=1))


def errors_before(samples: Samples) -> NDArray[np.float64]:
    """Standard errors of the test before: lags of the cube root, Harvey's correction; of all samples at once.

    With Student's t they give the p-values of statsmodels' ``diebold_mariano_test`` with ``harvey_adj=True``.
    """
    dates = samples.shape[1]
    return standard_errors(samples, int(np.ceil(dates ** (1 / 3)))) * np.sqrt(dates / (dates - 1))


def sizes(dates: int, correlation: float, generator: np.random.Generator) -> tuple[float, float, float]:
    """Share of means of zero that are found at 5 %, before and after; and of doubtful tests, after."""
    samples = autoregressions(TESTS, dates, correlation, generator)
    tests = [mean_test(values) for values in samples]
    after = np.mean([test.p_value < 0.05 for test in tests])
    before = np.abs(samples.mean(axis=1) / errors_before(samples)) > stats.t.ppf(0.975, dates - 1)
    return float(before.mean()), float(after), float(np.mean([test.doubtful for test in tests]))


def found_in_four_fifths(dates: int, generator: np.random.Generator) -> tuple[float, float]:
    """The mean, in its own standard errors, that is found in 80 % of samples of independent values, before and after.

    A mean that is added changes neither standard errors nor critical values: it must lift the lower end of the interval
    above zero.
    """
    samples = generator.normal(size=(TESTS, dates))
    half = stats.t.ppf(0.975, dates - 1) * errors_before(samples)
    before = half - samples.mean(axis=1)
    after = [-mean_test(values).interval[0] for values in samples]
    return float(np.quantile(before, 0.8) * np.sqrt(dates)), float(np.quantile(after, 0.8) * np.sqrt(dates))


def markets(samples: int, days: int, generator: np.random.Generator) -> tuple[Samples, Samples]:
    """Absolute returns of an EGARCH with Student's t, and their expectation the day before, ``(samples, days)``."""
    start = 500
    shocks = np.asarray(generator.standard_t(FREEDOM, size=(start + days, samples))) / np.sqrt(FREEDOM / (FREEDOM - 2))
    gammas = np.exp(special.gammaln((FREEDOM + 1) / 2) - special.gammaln(FREEDOM / 2))
    expected = 2 * np.sqrt(FREEDOM - 2) * gammas / ((FREEDOM - 1) * np.sqrt(np.pi))
    logarithm, deviations = np.zeros(samples), np.empty_like(shocks)
    for day in range(start + days):
        shock = shocks[day]
        deviations[day] = np.exp(logarithm / 2)
        logarithm = PERSISTENCE * logarithm + SIZE * (np.abs(shock) - expected) + SIGN * shock
    return np.abs(deviations * shocks)[start:].T, expected * deviations[start:].T


def coverage_of_r2(generator: np.random.Generator) -> None:
    """Print how often the interval of the R2 of the perfect forecast holds its truth, and how many have a dagger."""
    truth, forecast = markets(200, 20_000, generator)
    population = 1 - ((truth - forecast) ** 2).mean() / truth.var()
    clusters = pd.Series(np.arange(DAYS))
    low, high, value, few, heavy = (np.empty(MARKETS) for _ in range(5))
    truth, forecast = markets(MARKETS, DAYS, generator)
    for number in range(MARKETS):
        moves, expectation = truth[number], forecast[number]
        score = r_squared(pd.DataFrame({"prediction": expectation, "truth": moves}), "prediction")
        influence = cluster_influence(score, clusters)
        drawn = cluster_bootstrap(score, clusters, block_for(influence), DRAWS)
        (low[number], high[number]), value[number] = interval(drawn), score(np.arange(DAYS))
        few[number], heavy[number] = independent(influence) < FEW_INDEPENDENT, heavy_tailed(influence)
    print(f"R2 of the perfect forecast of volatility, {MARKETS} samples of {DAYS:,} days of an EGARCH with Student's t")
    for words, r2 in (("of 4 million days", population), ("of a sample, on average", value.mean())):
        print(f"  R2 {words}, {r2:.3f}: {((low <= r2) & (r2 <= high)).mean():.0%} of intervals hold it")
    print(f"  daggers before {few.mean():.0%}, after {np.maximum(few, heavy).mean():.0%}")
    for days in (250, DAYS):
        light = {"normal": generator.normal(size=(1000, days)), "Student's t with 8": _students(days, generator)}
        for words, samples in light.items():
            tails = np.apply_along_axis(heavy_tailed, 1, samples).mean()
            print(f"  {days:,} values, {words}: {tails:.1%} heavy tails")


def _students(days: int, generator: np.random.Generator) -> Samples:
    return np.asarray(generator.standard_t(8, size=(1000, days)))


def coverage(dates: int, persistence: float, generator: np.random.Generator) -> float:
    """Share of samples of an autoregression whose bootstrapped interval of the mean holds the true one."""
    clusters = pd.Series(np.arange(dates))
    held = 0
    for values in autoregressions(SAMPLES, dates, persistence, generator):
        drawn = cluster_bootstrap(_mean_of(values), clusters, block_for(values), DRAWS)
        low, high = interval(drawn)
        held += low <= 0 <= high
    return held / SAMPLES


def _mean_of(values: NDArray[np.float64]) -> Callable[[NDArray[np.int64]], float]:
    return lambda rows: float(values[rows].mean())


def false_alarms(dates: int, block: int, seeds: int, generator: np.random.Generator) -> float:
    """Share of pooled samples of luck with a p-value below the rate; errors are those of infinitely many draws."""
    whole, rest = divmod(dates, block)
    alarms = 0
    for _ in range(ALARMS):
        distances = []
        for _ in range(seeds):
            values = generator.normal(size=dates)
            # The variance of a mean of blocks drawn with replacement, of which the last is cut, is known.
            error = np.sqrt(whole * variance_of_sums(values, block) + variance_of_sums(values, rest)) / dates
            distances.append(Distance(float(values.mean()), error, dates / block))
        alarms += pooled_p_value(distances)[1] < RATE
    return alarms / ALARMS


def variance_of_sums(values: NDArray[np.float64], length: int) -> float:
    """Variance of the sums of ``length`` values that follow each other, round again from the last to the first."""
    ends = np.concatenate([[0.0], values, values[:length]]).cumsum()
    return float((ends[length : length + len(values)] - ends[: len(values)]).var())


def main() -> None:
    """Print all, for some numbers of dates."""
    generator = np.random.default_rng(0)
    print(f"False alarms at 5 % of the test of a mean, {TESTS:,} samples each: before, after, share doubtful")
    for dates in DATES:
        row = [sizes(dates, correlation, generator) for correlation in CORRELATIONS]
        cells = (f"{c:g}: {b:.3f} {a:.3f} {d:.2f}" for c, (b, a, d) in zip(CORRELATIONS, row, strict=True))
        before, after = found_in_four_fifths(dates, generator)
        print(f"  {dates:5} dates  " + "   ".join(cells) + f"   found in 80 %: {before:.2f} {after:.2f}", flush=True)
    coverage_of_r2(generator)
    print(f"Bootstrapped intervals of a mean, {SAMPLES:,} samples each, at least {FEWEST_BLOCKS} blocks")
    for persistence in (0.0, 0.5, 0.9, 0.98):
        for dates in (30, 60, 300, 1250):
            held = coverage(dates, persistence, generator)
            print(f"  {dates} dates, neighbours correlated by {persistence:g}: {held:.1%} hold the truth", flush=True)
    low, high = stats.binom.interval(0.95, ALARMS, RATE)
    print(f"Alarms at a nominal rate of {RATE}; by luck between {low / ALARMS:.4f} and {high / ALARMS:.4f}")
    for dates in (30, 60, 300):
        block = block_length(dates)
        one, pooled = (false_alarms(dates, block, seeds, generator) for seeds in (1, SEEDS))
        print(f"  {dates} dates in blocks of {block}: one sample {one:.4f}, {SEEDS} pooled {pooled:.4f}", flush=True)


if __name__ == "__main__":
    main()
