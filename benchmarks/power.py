"""The judge judged: forecasts of known skill, planted into the truth of the default data, and what is found of them.

Needs the predictions of the corrected experiments (``make report``). Each planted forecast is judged by
``rnn_trading.skill.decision.decide``, by which every skill record is decided; a tenth of them by ``skill_record``, too.
Arguments are names of kinds, such as ``"panel, returns"``; without one, all are tried.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from candidates import CANDIDATES
from joblib import Parallel, delayed
from planted import (
    Plant,
    beyond,
    beyond_rank,
    by_area,
    by_error,
    by_label,
    by_month,
    by_path,
    by_pooled_rank,
    by_rank,
    by_returns,
    rated_texts,
    wide_panel,
)
from project import load

from rnn_trading.series.series import overlapping_runs
from rnn_trading.skill.decision import decide, rivals_in
from rnn_trading.skill.inference.means import SIGNIFICANCE
from rnn_trading.skill.record import Experiment, skill_record
from rnn_trading.skill.rivals.lists import tier_of
from rnn_trading.skill.rivals.tiers import TIERS, Tier
from rnn_trading.skill.rows import MODEL, rows_of
from rnn_trading.skill.tasks import TASKS, TaskName

DRAWS, EVERY = 400, 10  # of the draws of a strength, one in EVERY is judged by a whole record, too
# A false finding in 5 % of draws, and two standard errors.
MOST = SIGNIFICANCE + 2 * np.sqrt(SIGNIFICANCE * (1 - SIGNIFICANCE) / DRAWS)
LEAST = 0.8
HEADS = {
    "every": "skill beyond every rival",
    "naive": "beyond naive rivals",
    "chance": "better than chance",
    "none": "not told from chance",
    "worse": "worse",
}


@dataclass(frozen=True)
class Kind:
    """A kind of forecast: its truth and rivals, how a forecast of known skill is planted, and which strengths are."""

    name: str
    task: TaskName
    table: pd.DataFrame
    plant: Plant
    strengths: tuple[float, ...]
    unit: str
    equal_to: Tier = "chance"  # whose equal the least forecast is
    overlap: int = 1


def kinds() -> list[Kind]:
    """All kinds, on the truth of the default data."""
    return [*panels(), *series(), *documents(), *stars()]


def panels() -> list[Kind]:
    """The default panel, and a wide one that is simulated."""
    strengths = (0.0, 0.01, 0.02, 0.03, 0.05, 0.10, 0.13)
    returns, labels = (load(f"stacked_lstm.{name}.predictions") for name in ("regression", "classification"))
    wide = wide_panel(500, 250, np.random.default_rng(1))
    return [
        Kind("panel, returns", "regression", returns, by_rank, strengths, "coefficient"),
        Kind("panel, rises", "classification", labels, by_rank, strengths, "coefficient"),
        Kind("500 tickers", "regression", wide, by_rank, strengths[:-1], "coefficient"),
    ]


def series() -> list[Kind]:
    """Forecasts of series, whose skill is planted beyond a rival."""
    volatility, level = (load(f"univariate_regression.{name}.predictions") for name in ("volatility", "level"))
    index, macro = (
        load(f"{name}.predictions") for name in ("univariate_regression.rolling_windows.index", "multivariate.macro")
    )
    of_volatility, of_macro = by_error(_best("volatility", volatility)), by_month(_best("macro", macro))
    left, overlap = "share of what the best rival leaves over", overlapping_runs(index)
    return [
        Kind(
            "volatility", "volatility", volatility, of_volatility, (0.0, 0.01, 0.02, 0.03, 0.05), "R2 above", "strong"
        ),
        Kind("level", "level", level, by_returns, (0.0, 0.005, 0.01, 0.02, 0.05), "R2 of returns", "naive"),
        Kind("runs", "runs", index, by_path, (0.0, 0.05, 0.1, 0.2, 0.4), "R2 of changes", "naive", overlap),
        Kind("macro", "macro", macro, of_macro, (0.0, 0.1, 0.2, 0.4), left, "strong", 12),
    ]


def documents() -> list[Kind]:
    """Reviews, against chance and against the best rival, and filings."""
    reviews, filings = (
        load(f"{name}.predictions") for name in ("text_sentiment.learned_embeddings", "sec_filings.returns")
    )
    tfidf = beyond("tfidf_logistic_regression")
    return [
        Kind("reviews", "sentiment", reviews, by_area, (0.5, 0.505, 0.51, 0.52), "AUC"),
        Kind("reviews beyond", "sentiment", reviews, tfidf, (0.0, 0.002, 0.004, 0.008), "AUC above TF-IDF", "strong"),
        Kind("filings", "filings", filings, by_pooled_rank, (0.0, 0.05, 0.1, 0.2, 0.3), "coefficient"),
    ]


def stars() -> list[Kind]:
    """Texts with simulated stars, against chance and against the best rival."""
    table = rated_texts(1000, np.random.default_rng(1))
    ridge = beyond_rank("tfidf_ridge")
    return [
        Kind("stars", "stars", table, by_label, (0.0, 0.05, 0.1, 0.2), "rank correlation"),
        Kind("stars beyond", "stars", table, ridge, (0.0, 0.02, 0.04, 0.08), "correlation above TF-IDF", "strong"),
    ]


def _best(task: TaskName, table: pd.DataFrame) -> str:
    """The strong rival that is best on these rows."""
    tiers = decide(task, table)["tiers"]
    return str(tiers["strong"]["best"])


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


def shares(kind: Kind, strength: float, twins: bool) -> pd.DataFrame:
    """What is found of so many planted forecasts, one row each."""
    return pd.DataFrame(
        Parallel(n_jobs=2)(
            delayed(judged)(kind, strength, seed, twins, not twins and seed % EVERY == 0) for seed in range(DRAWS)
        )
    )


def lines(kind: Kind) -> Iterator[tuple[str, pd.DataFrame, list[str]]]:
    """By name, the draws of each strength, then of twins, and which requirements they break."""
    for strength in kind.strengths:
        found = shares(kind, strength, twins=False)
        yield f"{strength:g}", found, broken(kind, strength, found)
    twin = kind.strengths[len(kind.strengths) // 2]
    found = shares(kind, twin, twins=True)
    yield f"{twin:g}, equal rivals", found, [*false_findings("naive", found), *false_findings("strong", found)]


def broken(kind: Kind, strength: float, found: pd.DataFrame) -> list[str]:
    """Requirements that the draws of one strength break."""
    problems = false_findings(kind.equal_to, found) if strength == kind.strengths[0] else []
    if kind.name == "panel, returns":
        if strength == 0.05 and _share(found, "chance", "beaten") < LEAST:
            problems.append("chance is not seen to be beaten")
        if strength == 0.1 and found["kind"].isin(["every", "naive"]).mean() < LEAST:
            problems.append("skill beyond naive rivals is not seen")
    if not found["agrees"].dropna().all():
        problems.append("whole records find something else")
    return problems


def false_findings(tier: Tier, found: pd.DataFrame) -> list[str]:
    """What is found too often of forecasts that are as good as the rivals of a tier."""
    by_status = {status: _share(found, tier, status) for status in ("beaten", "worse")}
    return [f"{tier} {status} in {share:.1%}" for status, share in by_status.items() if share > MOST]


def _share(found: pd.DataFrame, tier: Tier, status: str) -> float:
    return float((found[tier] == status).mean())


def main() -> None:
    """Print the share of each finding, by kind and strength, as Markdown; fail if a requirement is broken."""
    start, wanted, problems = time.perf_counter(), sys.argv[1:], []
    for kind in kinds():
        if wanted and kind.name not in wanted:
            continue
        candidates = list(CANDIDATES[kind.task])
        heads = ["planted", "realised", *HEADS.values(), *candidates]
        print(f"\n**{kind.name}**: {len(of_headline(kind)):,} rows; rivals: {_rivals(kind)}; planted: {kind.unit}\n")
        print(f"| {' | '.join(heads)} |\n| --- |{' ---: |' * (len(heads) - 1)}")
        for name, found, wrong in lines(kind):
            cells = [f"{found['value'].mean():.3f}", *(_cell(found["kind"] == each) for each in HEADS)]
            cells += [_cell(found[each]) if each in found else "" for each in candidates]
            print(f"| {name} | {' | '.join(cells)} |", flush=True)
            problems += [f"{kind.name}, {name}: {each}" for each in wrong]
    print(f"\n{DRAWS} draws each, in percent, with a standard error. {time.perf_counter() - start:.0f} s")
    print("\n".join(["Broken:", *problems]) if problems else "All requirements hold.")
    sys.exit(bool(problems))


def _cell(found: "pd.Series[Any]") -> str:
    """A share in percent, and its standard error."""
    share = found.astype(float).mean()
    return f"{100 * share:.1f} ± {100 * np.sqrt(share * (1 - share) / len(found)):.1f}"


def _rivals(kind: Kind) -> str:
    by_tier: dict[str, list[str]] = {tier: [] for tier in TIERS}
    for rival in rivals_in(TASKS[kind.task], kind.table):
        by_tier[tier_of(rival)].append(rival)
    return "; ".join(f"{tier} {len(names)}" for tier, names in by_tier.items())


if __name__ == "__main__":
    main()
