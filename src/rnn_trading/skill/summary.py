"""Skill records of all experiments and both protocols in one table, and what it shows."""

import math
from collections import Counter
from typing import Any

import pandas as pd

from rnn_trading.skill.formats import format_published, format_score, words
from rnn_trading.skill.record import SKILL
from rnn_trading.skill.record_files import PROTOCOLS, Records

# What luck gets, where a score has such a value.
CHANCE = {"auc": 0.5, "ic": 0.0, "ic_mean": 0.0, "r2": 0.0}
# Leaving rows out changes the variance that an R2 is measured against, too.
CONFOUNDED = {"r2"}
HINDSIGHT = "the ten most influential"
TEXTS = {"metric", "score", "published_on", "best_rival", "finding", "verdict", "as_published_finding"}


def skill_table(records: Records, expected: list[str]) -> pd.DataFrame:
    """One row a model: published, as published here, corrected, best rival, difference, finding.

    Parameters
    ----------
    records
        See :func:`read_records`.
    expected
        Names of all models, in the order of the table.

    Returns
    -------
    pandas.DataFrame
        ``experiment``, ``metric``, ``score`` (in words), ``larger_is_better``, ``published``, ``published_on``,
        ``as_published`` and ``corrected`` each with ``_low`` and ``_high``, ``best_rival``, ``rival``, ``difference``
        with ``_low`` and ``_high``, ``p_value``, ``finding``, ``verdict``, ``as_published_finding``, ``networks``
        (seeds in the corrected forecast), ``rows`` (corrected test rows). NaN or None where a record is missing.
    """
    return pd.DataFrame([_row(name, records) for name in expected])


def _row(name: str, records: Records) -> dict[str, Any]:
    published, corrected = (records.found.get((name, protocol)) for protocol in PROTOCOLS)
    known = corrected or published
    headline = known["headline"] if known else {}
    metric = headline.get("metric")
    figures = (known["published"] or {}) if known else {}
    row: dict[str, Any] = {
        "experiment": name,
        "metric": metric,
        "score": headline.get("words"),
        "larger_is_better": headline.get("larger_is_better"),
        "published": _number(figures.get(metric)),
        "published_on": known["published_on"] if known and metric in figures else None,
    }
    for protocol, record in zip(PROTOCOLS, (published, corrected), strict=True):
        own = record["headline"] if record else {}
        low, high = own.get("interval") or (None, None)
        row |= {protocol: _number(own.get("value")), f"{protocol}_low": _number(low), f"{protocol}_high": _number(high)}
    own = corrected["headline"] if corrected else {}
    difference = own.get("difference") or {}
    low, high = difference.get("interval") or (None, None)
    by_seed = (corrected["model"].get("by_seed") or {}).get("seeds", {}) if corrected else {}
    return row | {
        "best_rival": own.get("best_rival"),
        "rival": _number(own.get("rival_value")),
        "difference": _number(difference.get("mean_difference")),
        "difference_low": _number(low),
        "difference_high": _number(high),
        "p_value": _number(difference.get("p_value")),
        "finding": corrected["finding"] if corrected else None,
        "verdict": corrected["verdict"] if corrected else None,
        "as_published_finding": published["finding"] if published else None,
        "networks": max(1, len(by_seed)) if corrected else None,
        "rows": (corrected["data"].get("test") or {}).get("rows") if corrected else None,
    }


def rows_of_table(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dicts, None for a text that is missing (a file gives back NaN)."""
    return [
        {name: None if name in TEXTS and not isinstance(value, str) else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def findings(table: pd.DataFrame, records: Records) -> list[str]:
    """The three findings that matter, from the numbers.

    Returns
    -------
    list of str
        How many models have skill beyond their naive rivals; which score owes most to an artefact; which published
        figure falls most. One that cannot be told from the records says so.
    """
    return [_who_has_skill(table), _largest_artefact(records), _largest_fall(table)]


def _who_has_skill(table: pd.DataFrame) -> str:
    judged = table[table["finding"].notna()]
    if judged.empty:
        return "No corrected record is there yet, so nothing can be said about skill."
    kinds = Counter(judged["finding"])
    skilled = judged.loc[judged["finding"] == SKILL, "experiment"]
    text = f"Of {len(judged)} models, judged the corrected way, "
    if skilled.empty:
        text += "none has skill beyond its naive rivals"
    else:
        text += f"{len(skilled)} {'has' if len(skilled) == 1 else 'have'} skill beyond the naive rivals: "
        text += ", ".join(skilled)
    others = [f"{kind[0].lower()}{kind[1:]}: {count}" for kind, count in kinds.most_common() if kind != SKILL]
    text += f" ({'; '.join(others)})" if others else ""
    return f"{text}. For {_beaten(judged)} of them a naive forecast has the better score."


def _beaten(judged: pd.DataFrame) -> int:
    sign = judged["larger_is_better"].map({True: 1, False: -1})
    return int((sign * judged["difference"] < 0).sum())


def _largest_artefact(records: Records) -> str:
    """The cause that takes most of the way from chance to a score whose interval lies above chance.

    Causes chosen with hindsight do not count.
    """
    shares = []
    for (name, protocol), record in records.found.items():
        headline = record["headline"]
        chance, value = CHANCE.get(headline["metric"]), headline["value"]
        low = _number((headline["interval"] or [None])[0])
        if chance is None or headline["metric"] in CONFOUNDED or value is None or not low > chance:
            continue  # there is no distance from chance to explain
        for cause in record["attribution"]:
            removed = cause.get("removed")
            if removed is not None and not cause["without"].startswith(HINDSIGHT):
                shares.append((removed / (value - chance), name, protocol, headline, cause))
    if not shares or max(shares, key=lambda each: each[0])[0] <= 0:
        return "No score that lies above chance gets worse without stale rows, silent sessions or the worst months."
    share, name, protocol, headline, cause = max(shares, key=lambda each: each[0])
    return (
        f"{name} ({words(protocol)}) owes {min(share, 1):.0%} of its distance from chance to "
        f"{cause['without']}: {headline['words']} {format_score(headline['value'])} with them, "
        f"{format_score(cause['value'])} without."
    )


def _largest_fall(table: pd.DataFrame) -> str:
    """The published figure that falls most, in units of how uncertain the corrected score is."""
    known = table[table["metric"].isin(list(CHANCE))]
    falls = (known["published"] - known["corrected"]) / (known["corrected"] - known["corrected_low"])
    falls = falls[falls > 0]
    if falls.empty:
        return "No published figure falls, as far as both records and an interval are there."
    row = known.loc[falls.idxmax()]
    text = f"The published figure that falls most is that of {row['experiment']}: {row['score']} "
    text += f"{format_published(row['published'])} published"
    if not math.isnan(row["as_published"]):
        text += f", {format_score(row['as_published'])} the published way on the data here"
    text += f", {format_score(row['corrected'])} corrected"
    if not math.isnan(row["rival"]):
        text += f", where the best naive rival ({words(row['best_rival'])}) has {format_score(row['rival'])}"
    return text + "."


def published_figures(records: Records) -> dict[str, list[dict[str, Any]]]:
    """Every published figure beside ours of the same name.

    Returns
    -------
    dict
        By experiment, the corrected record first: ``name`` of the figure, ``published`` (a number or several),
        ``as_published`` and ``corrected`` (ours; NaN where we have no such number).
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for name in dict.fromkeys(name for name, _ in records.found):
        of_protocol = {protocol: records.found.get((name, protocol)) for protocol in PROTOCOLS}
        known = of_protocol["corrected"] or of_protocol["as_published"]
        found[name] = [
            {"name": figure, "published": value}
            | {protocol: _of_model(record, figure) for protocol, record in of_protocol.items()}
            for figure, value in ((known and known["published"]) or {}).items()
        ]
    return found


def _of_model(record: dict[str, Any] | None, figure: str) -> float:
    model = record["model"] if record else {"metrics": {}}
    return _number(model["metrics"].get(figure, model.get(figure)))
