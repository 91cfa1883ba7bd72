"""The judge judged: forecasts of known skill, planted into the truth of the default data, and what is found of them.

Needs the predictions of the corrected experiments (``make report``). Each planted forecast is judged by
``rnn_trading.skill.decision.decide``, by which every skill record is decided; a tenth of them by ``skill_record``, too.
"""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from project import load
from scipy import optimize, special, stats

from rnn_trading.series.series import overlapping_runs
from rnn_trading.skill.decision import decide, rivals_in
from rnn_trading.skill.inference.comparison import clark_west, compare_losses
from rnn_trading.skill.inference.means import SIGNIFICANCE
from rnn_trading.skill.losses import LOG_LOSS, SQUARED_ERROR, Loss
from rnn_trading.skill.metrics.documents import compare_document_losses
from rnn_trading.skill.metrics.filings import compare_filing_losses
from rnn_trading.skill.record import Experiment, skill_record
from rnn_trading.skill.rivals.lists import tier_of
from rnn_trading.skill.rows import MODEL, rows_of
from rnn_trading.skill.statistics import TRUTH
from rnn_trading.skill.tasks import TASKS, TaskName

DRAWS, EVERY = 400, 10  # of the draws of a strength, one in EVERY is judged by a whole record, too
SMALLEST = 0.01
Vector = np.ndarray
Plant = Callable[[pd.DataFrame, float, np.random.Generator], Vector]
Candidate = Callable[[pd.DataFrame, int], tuple[float, float]]  # p-value and gain


@dataclass(frozen=True)
class Kind:
    """A kind of forecast: its truth and rivals, how a forecast of known skill is planted, and which strengths are."""

    name: str
    task: TaskName
    table: pd.DataFrame
    plant: Plant
    strengths: tuple[float, ...]
    unit: str
    overlap: int = 1


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


def _by_loss(loss: Loss, rival: str, scale: str | None = None) -> Candidate:
    """Diebold-Mariano against a rival; errors in units of a column, where one is named."""

    def test(table: pd.DataFrame, overlap: int) -> tuple[float, float]:
        unit = 1.0 if scale is None else table[scale].to_numpy()
        one, other, truth = (table[name].to_numpy() / unit for name in (MODEL, rival, TRUTH))
        found = compare_losses(loss, one, other, truth, pd.DatetimeIndex(table["date"]), overlap)
        return found["p_value"], -found["mean_difference"]

    return test


def _by_clark_west(rival: str) -> Candidate:
    def test(table: pd.DataFrame, overlap: int) -> tuple[float, float]:
        one, other, truth = (table[name].to_numpy() for name in (MODEL, rival, TRUTH))
        found = clark_west(one, other, truth, pd.DatetimeIndex(table["date"]), overlap)
        return 2 * found["p_value"], found["mean_difference"]  # two-sided, as the others

    return test


def _by_statistic(rival: str, task: TaskName) -> Candidate:
    def test(table: pd.DataFrame, overlap: int) -> tuple[float, float]:
        found = TASKS[task].statistic.of(table, MODEL, rival, overlap)
        return found.p_value, TASKS[task].statistic.gain(found)

    return test


def _by_documents(rival: str) -> Candidate:
    def test(table: pd.DataFrame, _: int) -> tuple[float, float]:
        found = compare_document_losses(LOG_LOSS, *(table[name].to_numpy() for name in (MODEL, rival, TRUTH)))
        return found["p_value"], -found["mean_difference"]

    return test


def _by_filings(rival: str) -> Candidate:
    def test(table: pd.DataFrame, _: int) -> tuple[float, float]:
        found = compare_filing_losses(table, MODEL, rival)
        return found["p_value"], -found["mean_difference"]

    return test


# Tests that could decide, each against one rival; the last of each kind does.
CANDIDATES: dict[TaskName, dict[str, Candidate]] = {
    "regression": {
        "by squared error (zero)": _by_loss(SQUARED_ERROR, "zero"),
        "by Clark-West (zero)": _by_clark_west("zero"),
        "by rank (zero)": _by_statistic("zero", "regression"),
    },
    "classification": {
        "by log-loss (constant)": _by_loss(LOG_LOSS, "constant_share"),
        "by rank (constant)": _by_statistic("constant_share", "classification"),
    },
    "volatility": {
        "by squared error (egarch)": _by_loss(SQUARED_ERROR, "egarch"),
        "by QLIKE (egarch)": _by_statistic("egarch", "volatility"),
    },
    "level": {
        "by points (persistence)": _by_loss(SQUARED_ERROR, "persistence"),
        "by Clark-West (persistence)": _by_clark_west("persistence"),
        "by returns (persistence)": _by_statistic("persistence", "level"),
    },
    "runs": {
        "by points (persistence)": _by_loss(SQUARED_ERROR, "persistence"),
        "by squared change (persistence)": _by_loss(SQUARED_ERROR, "persistence", "persistence"),
        "by error of a run (persistence)": _by_statistic("persistence", "runs"),
    },
    "macro": {
        "by squared error (autoregression)": _by_loss(SQUARED_ERROR, "autoregression"),
        "by absolute error (autoregression)": _by_statistic("autoregression", "macro"),
    },
    "sentiment": {
        "by log-loss (TF-IDF)": _by_documents("tfidf_logistic_regression"),
        "by DeLong (TF-IDF)": _by_statistic("tfidf_logistic_regression", "sentiment"),
    },
    "filings": {
        "by squared error (zero)": _by_filings("zero"),
        "by rank (zero)": _by_statistic("zero", "filings"),
    },
}


def kinds() -> list[Kind]:
    """All kinds, on the truth of the default data."""
    coefficients = (0.0, 0.01, 0.02, 0.03, 0.05, 0.10, 0.13)
    returns, labels = (load(f"stacked_lstm.{name}.predictions") for name in ("regression", "classification"))
    volatility, level = (load(f"univariate_regression.{name}.predictions") for name in ("volatility", "level"))
    index, reviews = (
        load("univariate_regression.rolling_windows.index.predictions"),
        load("text_sentiment.learned_embeddings.predictions"),
    )
    macro, filings = load("multivariate.macro.predictions"), load("sec_filings.returns.predictions")
    wide = wide_panel(500, 250, np.random.default_rng(1))
    steps = (0.0, 0.01, 0.02, 0.03, 0.05)
    tfidf = "tfidf_logistic_regression"
    return [
        Kind("panel, returns", "regression", returns, by_rank, coefficients, "coefficient"),
        Kind("panel, rises", "classification", labels, by_rank, coefficients, "coefficient"),
        Kind("500 tickers", "regression", wide, by_rank, coefficients[:-1], "coefficient"),
        Kind("volatility", "volatility", volatility, by_error(_best("volatility", volatility)), steps, "share beyond"),
        Kind("level", "level", level, by_returns, (0.0, 0.005, 0.01, 0.02, 0.05), "R2 of returns"),
        Kind("runs", "runs", index, by_path, (0.0, 0.05, 0.1, 0.2, 0.4), "R2 of changes", overlapping_runs(index)),
        Kind(
            "macro", "macro", macro, by_month(_best("macro", macro)), (0.0, 0.1, 0.2, 0.4), "share beyond", overlap=12
        ),
        Kind("reviews", "sentiment", reviews, by_area, (0.5, 0.505, 0.51, 0.52), "AUC"),
        Kind("reviews beyond", "sentiment", reviews, beyond(tfidf), (0.0, 0.002, 0.004, 0.008), "AUC beyond"),
        Kind("filings", "filings", filings, by_pooled_rank, (0.0, 0.05, 0.1, 0.2, 0.3), "coefficient"),
    ]


def _best(task: TaskName, table: pd.DataFrame) -> str:
    """The strong rival that is best on these rows."""
    tiers = decide(task, table)["tiers"]
    return str(tiers["strong"]["rival"])


def of_headline(kind: Kind) -> pd.DataFrame:
    """The rows that are judged."""
    return kind.table[rows_of(kind.table, TASKS[kind.task].only)].reset_index(drop=True)


def judged(kind: Kind, strength: float, seed: int, twins: bool, whole: bool) -> dict[str, Any]:
    """The finding for one planted forecast; of twins, each rival but those of chance is as good as the model."""
    generator = np.random.default_rng(seed)
    truth = of_headline(kind)
    table = truth.assign(**{MODEL: kind.plant(truth, strength, generator)})
    if twins:
        for rival in rivals_in(TASKS[kind.task], table):
            # Changes are counted from persistence, so that it stays as it is.
            if tier_of(rival) != "chance" and not (rival == "persistence" and kind.task in ("level", "runs")):
                table[rival] = kind.plant(truth, strength, generator)
    found = decide(kind.task, table, overlap=kind.overlap)
    result = {"kind": found["finding_kind"], "value": found["value"]}
    result |= {tier: (each or {}).get("status") for tier, each in found["tiers"].items()}
    for name, test in {} if twins else CANDIDATES[kind.task].items():
        p_value, gain = test(table, kind.overlap)
        result[name] = bool(p_value < SIGNIFICANCE and gain > 0)
    if whole:
        experiment = Experiment(name=kind.name, task=kind.task, published=None, published_on=None)
        flags = pd.DataFrame({"suspicious": np.zeros(len(table), dtype=bool)})
        record = skill_record(experiment, "corrected", table, flags, {"source": "planted"}, {}, overlap=kind.overlap)
        result["agrees"] = record["finding_kind"] == result["kind"]
    return result


def shares(kind: Kind, strength: float, twins: bool) -> pd.Series:
    """What is found of so many planted forecasts."""
    rows = Parallel(n_jobs=2)(
        delayed(judged)(kind, strength, seed, twins, not twins and seed % EVERY == 0) for seed in range(DRAWS)
    )
    table = pd.DataFrame(rows)
    found = {"value": table["value"].mean()}
    found |= {f"{tier} {status}": (table[tier] == status).mean() for tier in TIERS for status in ("beaten", "worse")}
    found["skill"] = table["kind"].isin(["every", "naive", "chance"]).mean()
    found |= {name: table[name].mean() for name in CANDIDATES[kind.task] if name in table}
    if "agrees" in table:
        found["agrees"] = table["agrees"].dropna().mean()
    return pd.Series(found)


TIERS = ("chance", "naive", "strong")


def main() -> None:
    """Print the shares of each kind and strength, and of twins."""
    warnings.simplefilter("error")
    start = time.perf_counter()
    for kind in kinds():
        print(f"\n{kind.name}: {len(of_headline(kind)):,} rows, rivals: {_rivals(kind)}")
        print(f"{kind.unit:>14} {'realised':>9}  " + "  ".join(f"{name:>14}" for name in COLUMNS))
        for strength in kind.strengths:
            print_line(f"{strength:.3f}", shares(kind, strength, twins=False))
        twin = kind.strengths[len(kind.strengths) // 2]
        print_line(f"twins {twin:.3f}", shares(kind, twin, twins=True))
    print(f"\n{DRAWS} draws each; the standard error of a share is at most {0.5 / np.sqrt(DRAWS):.1%}")
    print(f"{time.perf_counter() - start:.0f} s")


COLUMNS = ("chance beaten", "naive beaten", "strong beaten", "chance worse", "naive worse", "strong worse")


def print_line(name: str, found: pd.Series) -> None:
    """One line of the table."""
    text = "  ".join(f"{found[column]:>14.1%}" for column in COLUMNS)
    text += "".join(f"  {name} {found[name]:.1%}" for name in found.index if name.startswith("by "))
    agrees = f"  records agree {found['agrees']:.0%}" if "agrees" in found else ""
    print(f"{name:>14} {found['value']:>9.4f}  {text}{agrees}", flush=True)


def _rivals(kind: Kind) -> str:
    by_tier: dict[str, list[str]] = {tier: [] for tier in TIERS}
    for rival in rivals_in(TASKS[kind.task], kind.table):
        by_tier[tier_of(rival)].append(rival)
    return "; ".join(f"{tier} {len(names)}" for tier, names in by_tier.items())


if __name__ == "__main__":
    main()
