"""Skill records of all experiments and both protocols in one table, and what it shows."""

import json
import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rnn_trading.skill.record import RECORD_VERSION, SKILL

PROTOCOLS = ("as_published", "corrected")
# What luck gets, where a score has such a value.
CHANCE = {"auc": 0.5, "ic": 0.0, "ic_mean": 0.0, "r2": 0.0}
# Leaving rows out changes the variance that an R2 is measured against, too.
CONFOUNDED = {"r2"}
HINDSIGHT = "the ten most influential"
NOTHING = "—"  # where there is no number
TEXTS = {"metric", "score", "published_on", "best_rival", "finding", "verdict", "as_published_finding"}
COLUMNS = {
    "experiment": "Experiment, and model where it has several.",
    "score": "The headline score of the experiment, and which way is better.",
    "published": "The figure that was published, on its own data; nothing where none was published in this score.",
    "as_published": (
        "The score of this project's rebuild of the published way, flaws included, on the test rows of the data here, "
        "with the interval that holds it in 95 % of repeated draws of the test dates (documents, weeks)."
    ),
    "corrected": "The same after the flaws are mended, on the corrected test rows.",
    "best_rival": "The naive forecast that does best on the corrected test rows, by the same score.",
    "difference": (
        "Corrected score less the rival's, with its 95 % interval, from draws in which both see the same rows."
    ),
    "p_value": (
        "Twice the share of draws in which the difference lies on the other side of zero, never below .002; not "
        "corrected for the number of rows of this table."
    ),
    "finding": (
        "The verdict of the corrected record. It rests on the test named in the record, on losses of single forecasts "
        "as a rule, not on the difference beside it."
    ),
}


@dataclass
class Records:
    """Skill records that can be read, and what is wrong with the others.

    Attributes
    ----------
    found
        Records by (name, protocol).
    problems
        In words, each naming the file.
    missing
        (Name, protocol, command) of each record that is not there or cannot be read.
    """

    found: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    missing: list[tuple[str, str, str]] = field(default_factory=list)


Pair = tuple[float | None, float | None]
Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    """What is read of a file, with nothing converted; further fields are ignored."""

    model_config = ConfigDict(strict=True)


class _Difference(_Strict):
    mean_difference: float | None
    interval: Pair
    p_value: float | None


class _Headline(_Strict):
    metric: str
    words: str
    larger_is_better: bool
    value: float | None
    interval: Pair
    best_rival: str | None
    rival_value: float | None
    difference: _Difference | None
    drawn: str


class _Cause(_Strict):
    """A cause that was left out has numbers, one that does not exist for the data says why."""

    without: str
    why: str | None = None
    rows_left_out: int = 0
    value: float | None = None
    removed: float | None = None
    names: list[str | int] = []

    @model_validator(mode="after")
    def _check(self) -> "_Cause":
        if self.why is None and not {"rows_left_out", "value", "removed"} <= self.model_fields_set:
            raise ValueError("expected rows_left_out, value and removed, or why there are none")
        return self


class _Part(_Strict):
    rows: int


class _Data(_Strict):
    source: str
    test: _Part | None = None


class _Seeds(_Strict):
    seeds: dict[str, Any] = {}


class _Model(_Strict):
    by_seed: _Seeds | None = None


class _Record(_Strict):
    """What a report reads of a record."""

    experiment: str
    protocol: str
    finding: Text
    headline: _Headline
    attribution: list[_Cause]
    data: _Data
    model: _Model
    published: dict[str, Any] | None
    published_on: str | None
    verdict: str


class _Law(_Strict):
    law: Text
    held: bool
    rows: int | None = None
    changed: int = 0
    score_name: str = ""
    score: float = 0.0
    z: float = 0.0
    oracle: float = 0.0
    share: float | None = None


class _Experiment(_Strict):
    experiment: str
    laws: list[_Law]


class _Canaries(_Strict):
    """What a report reads of the canaries."""

    protocol: str
    false_alarm_rate: float
    seeds: int
    experiments: list[_Experiment]


def read_canaries(files: dict[str, bytes], protocol: str) -> tuple[dict[str, Any] | None, str | None]:
    """Results of the canaries of a protocol, and what is wrong with them; None where there is nothing.

    Parameters
    ----------
    files
        Contents of the reporting folder, by path.
    protocol
        ``corrected`` or ``as_published``.
    """
    path = f"{protocol}/canaries.json"
    if path not in files:
        return None, None
    try:
        results = _Canaries.model_validate_json(files[path]).model_dump()
    except ValidationError as error:
        return None, f"{path}: is not what canaries write ({_in_words(error)})"
    if results["protocol"] != protocol:
        return None, f"{path}: says protocol {results['protocol']!r}, and lies in the folder of {protocol!r}"
    return results, None


def _in_words(error: ValidationError) -> str:
    """Where a file is wrong and how, for the first three errors."""
    wrong = [f"{'.'.join(map(str, each['loc'])) or 'the file'}: {each['msg']}" for each in error.errors()]
    more = f"; and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    return "; ".join(wrong[:3]) + more


def read_records(files: dict[str, bytes], expected: dict[str, str]) -> Records:
    """Read the records of both protocols.

    Parameters
    ----------
    files
        ``PROTOCOL/EXPERIMENT/skill.json`` and others, by their path.
    expected
        Of each record, the pipeline that makes it.

    Returns
    -------
    Records
        A record that is not JSON, is of another version, lacks a field, or speaks of another experiment or protocol
        than its folder, is a problem, and missing.
    """
    records = Records()
    for name, pipeline in expected.items():
        for protocol in PROTOCOLS:
            path = f"{protocol}/{name}/skill.json"
            problem = None
            if path in files:
                record, problem = _parse(files[path], name, protocol)
                if problem is None:
                    records.found[name, protocol] = record
                    continue
                records.problems.append(f"{path}: {problem}")
            command = f"kedro run --pipelines {pipeline}"
            command += f" --params protocol={protocol}" if protocol != "corrected" else ""
            records.missing.append((name, protocol, command))
    for path in sorted(path for path in files if path.endswith("/skill.json")):
        protocol, name, _ = path.split("/")
        if protocol not in PROTOCOLS or name not in expected:
            records.problems.append(f"{path}: no experiment or no protocol of this project; left out")
    return records


def _parse(content: bytes, name: str, protocol: str) -> tuple[dict[str, Any], str | None]:
    try:
        record = json.loads(content)
    except (ValueError, RecursionError) as error:
        return {}, f"is not JSON ({error})"
    if not isinstance(record, dict):
        return {}, f"is not a record but a {type(record).__name__}"
    if record.get("version") != RECORD_VERSION:
        return {}, f"has version {record.get('version')} of the record; this report reads {RECORD_VERSION}"
    try:
        record = _Record.model_validate_json(content).model_dump()
    except ValidationError as error:
        return {}, f"is not complete or not in form ({_in_words(error)})"
    for key, expected in {"experiment": name, "protocol": protocol}.items():
        if record[key] != expected:
            return {}, f"says {key} {record[key]!r}, and lies in the folder of {expected!r}"
    return record, None


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
        f"{name} ({_words(protocol)}) owes {min(share, 1):.0%} of its distance from chance to "
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
    text += f"{format_score(row['published'])} published"
    if not math.isnan(row["as_published"]):
        text += f", {format_score(row['as_published'])} the published way on the data here"
    text += f", {format_score(row['corrected'])} corrected"
    if not math.isnan(row["rival"]):
        text += f", where the best naive rival ({_words(row['best_rival'])}) has {format_score(row['rival'])}"
    return text + "."


def format_score(value: float | None) -> str:
    """Three decimals for scores near one, one for prices, a dash for none."""
    if value is None or math.isnan(value):
        return NOTHING
    text = f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text


def format_interval(value: float, low: float, high: float, signed: bool = False) -> str:
    """A score with its 95 % interval."""
    if math.isnan(value):
        return NOTHING
    text = ("+" if signed and value > 0 else "") + format_score(value)
    return text if math.isnan(low) else f"{text} ({format_score(low)} to {format_score(high)})"


def format_p_value(value: float) -> str:
    """Three decimals, and no p-value of zero."""
    if math.isnan(value):
        return NOTHING
    return f"{value:.3f}" if value >= 0.0005 else "< 0.001"


def markdown_table(table: pd.DataFrame) -> str:
    """The table for a page of text."""
    lines = [
        "| experiment | score | published | as published here | corrected | best rival | difference | p | finding |",
        "| --- | --- | ---: | ---: | ---: | --- | ---: | ---: | --- |",
    ]
    for row in rows_of_table(table):
        better = {True: "↑", False: "↓"}.get(row["larger_is_better"], "")
        rival = f"{_words(row['best_rival'])} {format_score(row['rival'])}" if row["best_rival"] else NOTHING
        cells = [
            f"`{row['experiment']}`",
            f"{row['score'] or NOTHING} {better}".strip(),
            format_score(row["published"]),
            *(format_interval(row[name], row[f"{name}_low"], row[f"{name}_high"]) for name in PROTOCOLS),
            rival,
            format_interval(row["difference"], row["difference_low"], row["difference_high"], signed=True),
            format_p_value(row["p_value"]),
            row["finding"] or "not run",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _words(name: str) -> str:
    return name.replace("_", " ")
