"""Forecasts of known skill, planted into a truth that is there; see ``power.py``."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from rnn_trading.skill.rows import MODEL
from rnn_trading.skill.statistics import TRUTH

SMALLEST = 0.01
Vector = np.ndarray
Plant = Callable[[pd.DataFrame, float, np.random.Generator], Vector]


def efficient(truth: Vector, share: float, noise: Vector) -> Vector:
    """A forecast that explains a share of the variance of the truth, and is optimal for what it knows.

    Its covariance with the truth is its own variance, so that no rescaling makes it better.
    """
    scale = truth.std() / noise.std()
    return share * truth + np.sqrt(share * (1 - share)) * scale * noise


def by_rank(table: pd.DataFrame, strength: float, generator: np.random.Generator) -> Vector:
    """Correlates with the truth within each date by the strength; in ranks, so that wild returns count as others."""
    rank = table.groupby("date")[TRUTH].rank(pct=True).to_numpy()
    normal = stats.norm.ppf(np.clip(rank, SMALLEST, 1 - SMALLEST))
    planted = strength * normal / normal.std() + np.sqrt(1 - strength**2) * generator.normal(size=len(table))
    return special.expit(planted / 10) if set(table[TRUTH]) <= {0.0, 1.0} else planted / 1000


def by_returns(table: pd.DataFrame, share: float, generator: np.random.Generator) -> Vector:
    """Levels whose returns explain a share of the variance of the true ones."""
    last = table["persistence"].to_numpy()
    returns = table[TRUTH].to_numpy() / last - 1
    noise = returns[generator.permutation(len(returns))] * generator.choice([-1, 1], len(returns))
    return last * (1 + efficient(returns, share, noise))


def by_error(base: str) -> Plant:
    """Explains a share of what a rival leaves over, relative to that rival."""

    def plant(table: pd.DataFrame, share: float, generator: np.random.Generator) -> Vector:
        forecast = table[base].to_numpy()
        left = table[TRUTH].to_numpy() / forecast - 1
        noise = generator.normal(size=len(left))
        return forecast * np.maximum(1 + efficient(left, share, noise), 0.1)

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
        drawn = noise * known.std() * generator.normal(size=len(truth))
        wanted = _area(known, truth) + step
        shift = optimize.brentq(lambda weight: _area(known + drawn + weight * truth, truth) - wanted, -5, 20, xtol=1e-4)
        return special.expit(known + drawn + shift * truth)

    return plant


def _area(score: Vector, truth: Vector) -> float:
    ranks = stats.rankdata(score)
    positives = truth > 0.5
    count = positives.sum()
    return float((ranks[positives].mean() - (count + 1) / 2) / (len(truth) - count))


def by_pooled_rank(table: pd.DataFrame, strength: float, generator: np.random.Generator) -> Vector:
    """Correlates with the truth over all rows by the strength, in ranks."""
    normal = stats.norm.ppf(np.clip(table[TRUTH].rank(pct=True).to_numpy(), SMALLEST, 1 - SMALLEST))
    return (strength * normal + np.sqrt(1 - strength**2) * generator.normal(size=len(table))) / 100


def wide_panel(tickers: int, weeks: int, generator: np.random.Generator) -> pd.DataFrame:
    """Returns of a market and its stocks, with Student t errors, and the constant rivals.

    Without the names of the tickers, since finding the most influential of them takes longer than all the rest.
    """
    market = 0.02 * generator.standard_t(5, size=(weeks, 1))
    own = 0.04 * generator.standard_t(4, size=(weeks, tickers))
    dates = pd.date_range("2015-01-04", periods=weeks, freq="W")
    table = pd.DataFrame({"date": dates.repeat(tickers), TRUTH: (market + own).ravel()})
    return table.assign(**{MODEL: 0.0, "zero": 0.0, "training_mean": 0.001})
