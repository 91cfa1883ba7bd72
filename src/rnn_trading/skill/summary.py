"""Skill records of all experiments in every way that is compared, in one table, and what it shows."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd

from rnn_trading.skill.beside import beside_corrected
from rnn_trading.skill.decision import KINDS, SKILL
from rnn_trading.skill.formats import format_published, format_score, format_share, words
from rnn_trading.skill.headline import WORST
from rnn_trading.skill.inference.means import SIGNIFICANCE
from rnn_trading.skill.inference.multiplicity import benjamini_hochberg, holm
from rnn_trading.skill.marks import MARKS
from rnn_trading.skill.protocols import CAREFUL, COMPARED, JUDGED
from rnn_trading.skill.record_fields import finite
from rnn_trading.skill.record_files import Records
from rnn_trading.skill.rivals.tiers import TIERS
from rnn_trading.skill.rows import best
from rnn_trading.skill.tries import configurations, late_of

# What luck gets, where a score has such a value.
CHANCE = {"auc": 0.5, "ic": 0.0, "ic_mean": 0.0, "r2": 0.0}
SIMULATED, AGAIN, OTHER_DATA = (
    "simulated data",
    "the network that was chosen, once more",
    "its runs had different data",
)
ONLY_PUBLISHED = "run as published only"
NO_SCORE: dict[str, Any] = {"value": None, "interval": (None, None), "too_narrow": False}
TEXTS = {
    *("remark", "metric", "score", "published_on", "published_in"),
    *("naive", "strong", "statistic", "against", "verdict", "folds_and_seeds"),
    *("finding", "finding_kind", "judged_by", "careful_beside"),
    *("chance_status", "naive_status", "strong_status"),
    *(f"{way}_{text}" for way in COMPARED for text in ("source", "changed", "naive", "finding", "finding_kind")),
}


def skill_table(
    records: Records, expected: list[str], forecasts: Mapping[str, Callable[[], pd.DataFrame]] | None = None
) -> pd.DataFrame:
    """One row a model: published, as published here, corrected, careful, best rivals, what decided, finding.

    The finding, and all that belongs to it, is that of the careful record; without one, that of the corrected record.

    Parameters
    ----------
    records
        See :func:`rnn_trading.skill.record_files.read_records`.
    expected
        Names of all models, in the order of the table.

    Returns
    -------
    pandas.DataFrame
        ``experiment``, ``remark`` (what a reader of the row must know), ``counts`` (whether findings count it),
        ``metric``, ``score`` (in words), ``larger_is_better``, ``published``, ``published_on``, ``published_in``,
        ``as_published``, ``corrected`` and ``careful`` each with ``_low``, ``_high``, ``_too_narrow`` (the interval),
        ``_source``, ``_changed`` (what is not as in ``conf/base``), ``_naive`` (the best naive rival by this score),
        ``_naive_value``, ``_finding`` and ``_finding_kind``; ``judged_by``, the protocol of the record that the finding
        is of. Of that record: ``naive`` and ``strong`` (the best rival of each tier by this score) each with
        ``_value``; what decided: ``statistic`` (in words), ``against`` (a rival), ``difference`` with ``_low`` and
        ``_high``, ``p_value``, ``doubtful``, and the p-value corrected over the rows that count, ``p_holm`` and
        ``p_fdr`` (Holm; Benjamini and Hochberg); ``chance_status``, ``naive_status``, ``strong_status``; ``finding``
        and ``finding_kind``, ``verdict``, ``networks`` (in its forecast), ``rows`` (of its test), ``folds_and_seeds``
        (in how many folds the model is ahead, and what its worst seed alone has, in words). And
        ``careful_difference``, ``careful_is_better``, ``careful_p_value`` and ``careful_beside`` (in words): see
        :class:`rnn_trading.skill.beside.Beside`. NaN or None where a record is missing.

    Examples
    --------
    >>> from rnn_trading.skill.record_files import Records
    >>> table = skill_table(Records(), ["univariate_regression.level"])
    >>> table[["experiment", "corrected", "finding"]].to_dict("records")
    [{'experiment': 'univariate_regression.level', 'corrected': nan, 'finding': None}]
    """
    table = pd.DataFrame([_row(name, records, forecasts or {}) for name in expected])
    p_values = table["p_value"].where(table["counts"]).to_numpy(dtype=float)
    return table.assign(p_holm=holm(p_values), p_fdr=benjamini_hochberg(p_values))


def _row(name: str, records: Records, forecasts: Mapping[str, Callable[[], pd.DataFrame]]) -> dict[str, Any]:
    of = {protocol: records.found.get((name, protocol)) for protocol in COMPARED}
    judged_by = next((protocol for protocol in JUDGED if of[protocol]), None)
    judged = of[judged_by] if judged_by else None
    known = judged or of["as_published"]
    headline = known["headline"] if known else {}
    metric = headline.get("metric")
    figure = ((known["published"] or {}) if known else {}).get(metric)
    remarks = _remarks([record for protocol in COMPARED[::-1] if (record := of[protocol])])
    awaited = any(name == each and protocol in JUDGED for each, protocol, _ in records.missing)
    remarks += [ONLY_PUBLISHED] if known and not judged and not awaited else []
    of_name = {way: forecasts[path] for way in JUDGED if (path := f"{way}/{name}.parquet") in forecasts}
    beside = beside_corrected(of[CAREFUL], of["corrected"], of_name)
    return {
        "experiment": name,
        "remark": "; ".join(remarks) or None,
        "counts": not {SIMULATED, AGAIN} & set(remarks),
        "metric": metric,
        "score": headline.get("words"),
        "larger_is_better": headline.get("larger_is_better"),
        "published": finite(figure),
        "published_on": known["published_on"] if known and not math.isnan(finite(figure)) else None,
        "published_in": known.get("published_in") if known else None,
        **{column: value for protocol, record in of.items() for column, value in _in_protocol(protocol, record)},
        "judged_by": judged_by,
        **_decided(judged),
        "networks": judged["decision"]["networks"] if judged else None,
        "rows": (judged["data"]["test"] or {}).get("rows") if judged else None,
        "folds_and_seeds": _folds_and_seeds(judged),
        "careful_difference": beside.difference,
        "careful_is_better": beside.is_better,
        "careful_p_value": beside.p_value,
        "careful_beside": beside.words,
    }


def _in_protocol(protocol: str, record: dict[str, Any] | None) -> Iterator[tuple[str, Any]]:
    """The columns of a protocol: rivals are on its own rows."""
    own = record["headline"] if record else NO_SCORE
    low, high = own["interval"]
    naive, naive_value = _best_of("naive", record)
    yield protocol, finite(own["value"])
    values = {
        "low": finite(low),
        "high": finite(high),
        "too_narrow": own["too_narrow"],
        "source": record["data"]["source"] if record else None,
        "changed": (in_words(record["changed"]) or None) if record else None,
        "naive": naive,
        "naive_value": naive_value,
        "finding": record["finding"] if record else None,
        "finding_kind": record["finding_kind"] if record else None,
    }
    yield from ((f"{protocol}_{column}", value) for column, value in values.items())


def _folds_and_seeds(record: dict[str, Any] | None) -> str | None:
    """In how many folds the model is ahead, and what its worst seed has alone; None of one fold and one seed."""
    if record is None:
        return None
    ahead, by_seed = record.get("folds_ahead"), record["model"].get("by_seed") or {}
    parts = [f"ahead in {ahead['count']} of {ahead['of']} folds"] if ahead and ahead["of"] > 1 else []
    if by_seed.get("worst_finding"):
        says = MARKS[by_seed["worst_finding"]["finding_kind"]].says
        parts.append(f"the worst of {len(by_seed['seeds'])} seeds alone: {says}")
    return "; ".join(parts) or None


def _decided(record: dict[str, Any] | None) -> dict[str, Any]:
    """What decided over a model, and its best rivals."""
    decision = record["decision"] if record else {}
    low, high = decision.get("difference_interval", (None, None))
    found = {
        "statistic": decision.get("words"),
        "against": decision.get("rival"),
        "difference": finite(decision.get("difference")),
        "difference_low": finite(low),
        "difference_high": finite(high),
        "doubtful": decision.get("doubtful", False),
        "p_value": finite(decision.get("p_value")),
        "finding": record["finding"] if record else None,
        "finding_kind": record["finding_kind"] if record else None,
        "verdict": record["verdict"] if record else None,
    }
    for tier in ("naive", "strong"):
        found[tier], found[f"{tier}_value"] = _best_of(tier, record)
    tiers = decision.get("tiers", {})
    return found | {f"{tier}_status": (tiers.get(tier) or {}).get("status") for tier in TIERS}


def _best_of(tier: str, record: dict[str, Any] | None) -> tuple[str | None, float]:
    """The rival of a tier with the best headline score, and that score."""
    if record is None:
        return None, math.nan
    headline = record["headline"]
    metric = headline["metric"]
    scores = {
        name: {metric: finite(values.get(metric))}
        for name, values in record["rivals"].items()
        if name in {test["rival"] for test in (record["decision"]["tiers"][tier] or {"tests": []})["tests"]}
    }
    name = best(scores, metric, headline["larger_is_better"])
    return name, math.nan if name is None else scores[name][metric]


def _remarks(there: list[dict[str, Any]]) -> list[str]:
    """What a reader of the row must know, from the records that are there, that of the finding first."""
    remarks = [SIMULATED] if there and there[0]["data"]["simulated"] else []
    remarks += [AGAIN] if there and there[0]["model"]["chosen"] else []
    trials = there[0].get("trials") if there else None
    remarks += [f"{configurations(trials)} tried"] if trials else []
    remarks += dict.fromkeys(late for record in there if (late := late_of(record)))
    remarks += [OTHER_DATA] if len({record["data"]["source"] for record in there}) > 1 else []
    return remarks


def in_words(changed: dict[str, str]) -> str:
    """What is not as in ``conf/base``, in words; empty if nothing is.

    Examples
    --------
    >>> in_words({"split.purge": "0", "series.lags": "30"})
    'split.purge = 0; series.lags = 30'
    >>> in_words({})
    ''
    """
    return "; ".join(f"{name} = {value}" for name, value in changed.items())


def no_finding(row: dict[str, Any]) -> str:
    """What stands in the place of a finding where there is neither a careful nor a corrected record.

    Examples
    --------
    >>> no_finding({"remark": None}), no_finding({"remark": "simulated data; run as published only"})
    ('No careful or corrected record', 'Run as published only')
    """
    return ONLY_PUBLISHED.capitalize() if ONLY_PUBLISHED in (row["remark"] or "") else "No careful or corrected record"


def rows_of_table(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dicts, None for a text that is missing (a file gives back NaN).

    Examples
    --------
    >>> rows_of_table(pd.DataFrame({"finding": ["Worse than a naive rival", None], "rival": [0.5, float("nan")]}))
    [{'finding': 'Worse than a naive rival', 'rival': 0.5}, {'finding': None, 'rival': nan}]
    """
    return [
        {name: None if name in TEXTS and not isinstance(value, str) else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]


def findings(table: pd.DataFrame, records: Records) -> list[str]:
    """The three findings that matter, from the numbers.

    Parameters
    ----------
    table
        Result of :func:`skill_table`.
    records
        The records that the table was made from.

    Returns
    -------
    list of str
        How many models have which skill, and how many findings remain if their number is taken into account; which
        score owes most to an artefact; which published figure falls most. Simulated data do not count, and a network
        that stands in the table twice counts once. One that cannot be told from the records says so.

    Examples
    --------
    >>> from rnn_trading.skill.record_files import Records
    >>> for finding in findings(skill_table(Records(), ["univariate_regression.level"]), Records()):
    ...     print(finding)
    No careful or corrected record on real data is there yet, so nothing can be said about skill.
    No record on real data is there yet, so nothing can be said about artefacts.
    No published AUC, information coefficient or R2 has a corrected record beside it yet.
    """
    # Every way of every system; the book stands by itself.
    real = {
        (name, protocol): record
        for (name, protocol), record in records.found.items()
        if protocol in COMPARED and not record["data"]["simulated"]
    }
    return [_who_has_skill(table[table["counts"]]), _largest_artefact(real), _largest_fall(table[table["counts"]])]


def _who_has_skill(table: pd.DataFrame) -> str:
    judged = table[table["finding"].notna()]
    if judged.empty:
        return "No careful or corrected record on real data is there yet, so nothing can be said about skill."
    kinds = Counter(judged["finding_kind"])
    models = "model" if len(judged) == 1 else "models"
    parts = [f"{MARKS[kind].says}: {kinds[kind]}{_named(judged, kind)}" for kind in KINDS if kinds[kind]]
    text = f"Of {len(judged)} {models} on real data, {_ways(judged)}: {'; '.join(parts)}. {_remaining(judged)}"
    text += _beside(judged)
    changed = sum(isinstance(row[f"{row['judged_by']}_changed"], str) for row in judged.to_dict("records"))
    return f"{text} Not run as in conf/base: {changed}." if changed else text


def _ways(judged: pd.DataFrame) -> str:
    """By which records models are judged, and how many by each."""
    count = Counter(judged["judged_by"])
    if len(count) == 1:
        return f"judged the {next(iter(count))} way"
    careful, corrected = (count[way] for way in JUDGED)
    return f"{careful} judged the careful way and {corrected} the corrected way"


def _beside(judged: pd.DataFrame) -> str:
    """In how many of the models where they compare the careful network is better than the corrected one."""
    known = judged[judged["careful_difference"].notna()]
    if known.empty:
        return ""
    better, tested = known["careful_is_better"].astype(bool), known["careful_p_value"].notna()
    found = int((better & (known["careful_p_value"] < SIGNIFICANCE)).sum())
    of_tests = f"{found} of them at 5 %" if tested.all() else f"{found} of them at 5 %, of {int(tested.sum())} tested"
    return (
        f" The careful network is better than the corrected one in {int(better.sum())} of {len(known)} with the same "
        f"test rows, by what decided; {of_tests if tested.any() else 'this was not tested'}."
    )


def _named(judged: pd.DataFrame, kind: str) -> str:
    """The models with a finding of skill, by name."""
    return f" ({', '.join(judged.loc[judged['finding_kind'] == kind, 'experiment'])})" if kind in SKILL else ""


def _remaining(judged: pd.DataFrame) -> str:
    """How many findings of a difference remain if their number is taken into account."""
    told = judged[judged["finding_kind"].isin([*SKILL, "worse"])]
    if told.empty:
        return "No model has a finding of skill, and none is found to be worse than its rivals."
    by_holm, by_fdr = (int((told[name] < SIGNIFICANCE).sum()) for name in ("p_holm", "p_fdr"))
    return (
        f"Findings of a difference: {len(told)}; left if none of all may be false (Holm): {by_holm}; if 5 % of them "
        f"may be (Benjamini-Hochberg): {by_fdr}."
    )


def _largest_artefact(found: dict[tuple[str, str], dict[str, Any]]) -> str:
    """The cause that takes most of the way from chance to a score whose interval lies above chance.

    The worst months do not count, since a large loss is no artefact; nor do causes chosen with hindsight; nor does R2:
    leaving rows out changes the variance that it is measured against, too.
    """
    if not found:
        return "No record on real data is there yet, so nothing can be said about artefacts."
    above, shares = 0, []
    for (name, protocol), record in found.items():
        headline = record["headline"]
        chance, value, low = CHANCE.get(headline["metric"]), headline["value"], headline["interval"][0]
        if headline["metric"] == "r2" or None in (chance, value, low) or not min(value, low) > chance:
            continue  # there is no distance from chance to explain
        above += 1
        for cause in record["attribution"]:
            if cause["removed"] is not None and not cause["hindsight"] and cause["without"] != WORST:
                shares.append((cause["removed"] / (value - chance), name, protocol, headline, cause))
    kinds = "AUC or information coefficient"
    if not above:
        return (
            f"No headline {kinds} has its whole interval above chance, so that no part of one can be owed to artefacts."
        )
    largest = max(shares, key=lambda each: each[0], default=None)
    if largest is None or largest[0] <= 0:
        causes = "suspicious rows or silent sessions"
        return f"No {kinds} that lies above chance gets worse without {causes}."
    share, name, protocol, headline, cause = largest
    return (
        f"Of the AUCs and information coefficients above chance, that of {name} ({words(protocol)}) owes most to an "
        f"artefact, {format_share(min(share, 1))} of its distance from chance to {cause['without']}: "
        f"{headline['words']} {format_score(headline['value'])} with them, {format_score(cause['value'])} without."
    )


def _largest_fall(table: pd.DataFrame) -> str:
    """The published figure that falls most, in units of how uncertain the corrected score is.

    Errors in points of an index or in units of a network differ with the data; scores that say where luck lies compare.
    """
    known = table[table["metric"].isin(list(CHANCE))]
    if known["corrected"].isna().all():
        return "No published AUC, information coefficient or R2 has a corrected record beside it yet."
    uncertain = (known["corrected_high"] - known["corrected_low"]) / 2
    falls = (known["published"] - known["corrected"]) / uncertain.where(uncertain > 0)
    falls = falls[falls > 0]
    if falls.empty:
        return "No published AUC, information coefficient or R2 falls, as far as corrected records have an interval."
    row = known.loc[falls.idxmax()]
    text = "Of the published AUCs, information coefficients and R2, the one that falls furthest, relative to the "
    text += f"uncertainty of the corrected score, is that of {row['experiment']}: {row['score']} "
    text += f"{format_published(row['published'])} published"
    if not math.isnan(row["as_published"]):
        text += f", {format_score(row['as_published'])} the published way on the data here"
    text += f", {format_score(row['corrected'])} corrected"
    if not math.isnan(row["corrected_naive_value"]):
        naive = f"{words(row['corrected_naive'])}) has {format_score(row['corrected_naive_value'])}"
        text += f", where the best naive rival ({naive}"
    return text + "."
