"""Forecasts of known skill, planted into a truth that is there; see ``power.py``."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from rnn_trading.skill.inference.rank_correlation import rank_correlation
from rnn_trading.skill.metrics.series import QLIKE
from rnn_trading.skill.rows import MODEL
from rnn_trading.skill.statistics import TRUTH

SMALLEST, KNOWN, OTHERS = 0.01, 0.1, 10
Vector = np.ndarray
Plant = Callable[[pd.DataFrame, float, np.random.Generator], Vector]


def efficient(truth: Vector, share: float, noise: Vector) -> Vector:
    """A forecast that explains a share of the variance of the truth, and is optimal for what it knows.

    Its covariance with the truth is its own variance, so that no rescaling makes it better. With a share of zero it
    knows a tenth, and has as much further noise as makes its squared error that of no forecast at all.
    """
    scale = truth.std() / noise.std()
    if share == 0:
        return KNOWN * truth + np.sqrt(2 * KNOWN - KNOWN**2) * scale * noise
    return share * truth + np.sqrt(share * (1 - share)) * scale * noise


def by_rank(table: pd.DataFrame, strength: float, generator: np.random.Generator) -> Vector:
    """Correlates with the truth within each date by the strength; in ranks, so that wild returns count as others.

    As large as is best for squared error: the strength times the deviation of the truth within its date.
    """
    groups = table.groupby("date")[TRUTH]
    normal = stats.norm.ppf(np.clip(groups.rank(pct=True).to_numpy(), SMALLEST, 1 - SMALLEST))
    planted = strength * normal / normal.std() + np.sqrt(1 - strength**2) * generator.normal(size=len(table))
    size = max(strength, SMALLEST) * groups.std().mean()
    if set(table[TRUTH]) <= {0.0, 1.0}:
        return np.clip(table[TRUTH].mean() + size * planted, SMALLEST, 1 - SMALLEST)
    return size * planted


def by_returns(table: pd.DataFrame, share: float, generator: np.random.Generator) -> Vector:
    """Levels whose returns explain a share of the variance of the true ones, with noise as large as was known."""
    last = table["persistence"].to_numpy()
    returns = table[TRUTH].to_numpy() / last - 1
    known = pd.Series(np.abs(returns)).ewm(alpha=0.06).mean().shift(1).bfill().to_numpy()
    noise = known * generator.normal(size=len(returns))
    return last * (1 + efficient(returns, share, noise))


def by_error(base: str) -> Plant:
    """Lifts the R2 of a rival by a step, by what explains a share of what that rival leaves over, relative to it."""

    def plant(table: pd.DataFrame, step: float, generator: np.random.Generator) -> Vector:
        forecast, truth = table[base].to_numpy(), table[TRUTH].to_numpy()
        left_over = ((truth - forecast) ** 2).mean() / truth.var()  # one less the R2
        relative, noise = truth / forecast - 1, generator.normal(size=len(truth))
        if step:
            return forecast * np.maximum(1 + efficient(relative, step / left_over, noise), 0.1)

        def noisy(size: float, drawn: Vector) -> Vector:
            return forecast * np.exp(KNOWN * relative + size * drawn)

        # What is known is worth as much as the noise costs, by the loss that decides, on average over other draws.
        worth, own = QLIKE.of(forecast, truth).mean(), np.random.default_rng(0).normal(size=(OTHERS, len(truth)))
        size = optimize.brentq(lambda each: QLIKE.of(noisy(each, own), truth).mean() - worth, 0.0, 1.0)
        return noisy(size, noise)

    return plant


def by_month(base: str) -> Plant:
    """Explains a share of what a rival leaves over; the noise is what it leaves over in other months."""

    def plant(table: pd.DataFrame, share: float, generator: np.random.Generator) -> Vector:
        left = (table[TRUTH] - table[base]).to_numpy()
        noise = left[generator.permutation(len(left))] * generator.choice([-1, 1], len(left))
        return table[base].to_numpy() + efficient(left, share, noise)

    return plant


def by_path(table: pd.DataFrame, share: float, generator: np.random.Generator) -> Vector:
    """Runs that explain a share of the variance of true changes; the noise is the path of another run or its mirror."""
    last = table["persistence"].to_numpy()
    changes = (table[TRUTH].to_numpy() / last - 1).reshape(-1, int(table["step"].max()))
    other = changes[generator.permutation(len(changes))] * generator.choice([-1, 1], (len(changes), 1))
    return last * (1 + efficient(changes.ravel(), share, other.ravel()))


def by_area(table: pd.DataFrame, area: float, generator: np.random.Generator) -> Vector:
    """Probabilities with an area under the curve (binormal)."""
    shift = np.sqrt(2) * stats.norm.ppf(area)
    return special.expit(shift * (table[TRUTH].to_numpy() - 0.5) + generator.normal(size=len(table)))


def beyond(base: str, noise: float = 0.5) -> Plant:
    """Probabilities whose area lies above that of a rival by a step, and that differ from it by noise."""

    def plant(table: pd.DataFrame, step: float, generator: np.random.Generator) -> Vector:
        truth, known = table[TRUTH].to_numpy(), special.logit(np.clip(table[base].to_numpy(), 1e-6, 1 - 1e-6))
        return special.expit(_lifted(known, truth, _area, step, noise, generator))

    return plant


def beyond_rank(base: str, noise: float = 0.5) -> Plant:
    """Forecasts whose rank correlation lies above that of a rival by a step, and that differ from it by noise."""

    def plant(table: pd.DataFrame, step: float, generator: np.random.Generator) -> Vector:
        return _lifted(table[base].to_numpy(), table[TRUTH].to_numpy(), rank_correlation, step, noise, generator)

    return plant


def _lifted(
    known: Vector,
    truth: Vector,
    score: Callable[[Vector, Vector], float],
    step: float,
    noise: float,
    generator: np.random.Generator,
) -> Vector:
    """A rival with noise of a share of its spread, and so much of the truth that its score is lifted by a step."""
    wanted, spread = score(known, truth) + step, noise * known.std()
    # On average over other draws, so that scores vary as they do.
    own = known + spread * np.random.default_rng(0).normal(size=(OTHERS, len(truth)))
    shift = optimize.brentq(
        lambda weight: np.mean([score(each + weight * truth, truth) for each in own]) - wanted, -5, 20, xtol=1e-3
    )
    return known + spread * generator.normal(size=len(truth)) + shift * truth


def _area(score: Vector, truth: Vector) -> float:
    ranks = stats.rankdata(score)
    positives = truth > 0.5
    count = positives.sum()
    return float((ranks[positives].mean() - (count + 1) / 2) / (len(truth) - count))


def by_pooled_rank(table: pd.DataFrame, strength: float, generator: np.random.Generator) -> Vector:
    """Correlates with the truth over all rows by the strength, in ranks."""
    normal = stats.norm.ppf(np.clip(table[TRUTH].rank(pct=True).to_numpy(), SMALLEST, 1 - SMALLEST))
    return (strength * normal + np.sqrt(1 - strength**2) * generator.normal(size=len(table))) / 100


def by_label(table: pd.DataFrame, strength: float, generator: np.random.Generator) -> Vector:
    """Correlates with the truth over all rows by the strength, in ranks; as large as is best for squared error."""
    size = 100 * max(strength, SMALLEST) * table[TRUTH].std()
    return table[TRUTH].mean() + size * by_pooled_rank(table, strength, generator)


def rated_texts(count: int, generator: np.random.Generator) -> pd.DataFrame:
    """Labels of 1 to 5, the larger the more frequent, and rivals with rank correlations of about .05, .4 and .5."""
    truth = generator.choice(np.arange(1.0, 6.0), count, p=(0.1, 0.15, 0.2, 0.25, 0.3))
    table = pd.DataFrame({"id": np.arange(count).astype(str), TRUTH: truth, MODEL: 0.0, "training_mean": truth.mean()})
    strengths = {"review_length": 0.05, "mean_vector_ridge": 0.4, "tfidf_ridge": 0.5}
    return table.assign(**{name: by_label(table, each, generator) for name, each in strengths.items()})


def wide_panel(tickers: int, weeks: int, generator: np.random.Generator) -> pd.DataFrame:
    """Returns of a market and its stocks, with Student t errors, and rivals with coefficients of 0, .01 and .02.

    Without the names of the tickers, since finding the most influential of them takes longer than all the rest.
    """
    market = 0.02 * generator.standard_t(5, size=(weeks, 1))
    own = 0.04 * generator.standard_t(4, size=(weeks, tickers))
    dates = pd.date_range("2015-01-04", periods=weeks, freq="W")
    table = pd.DataFrame({"date": dates.repeat(tickers), TRUTH: (market + own).ravel()})
    table = table.assign(**{MODEL: 0.0, "zero": 0.0, "training_mean": 0.001})
    return table.assign(reversal=by_rank(table, 0.01, generator), ridge=by_rank(table, 0.02, generator))
