"""Skill records and results of canaries, read from files that may be broken."""

import json
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rnn_trading.skill.record import RECORD_VERSION

PROTOCOLS = ("as_published", "corrected")


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
    metrics: dict[str, Any]
    epochs: Any = None
    best_epoch: Any = None
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
    published: dict[str, float | list[float]] | None
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
        return None, f"{path}: is not what canaries write ({_say_what_is_wrong(error)})"
    if results["protocol"] != protocol:
        return None, f"{path}: says protocol {results['protocol']!r}, and lies in the folder of {protocol!r}"
    return results, None


def _say_what_is_wrong(error: ValidationError) -> str:
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
        return {}, f"is not complete or not in form ({_say_what_is_wrong(error)})"
    for key, expected in {"experiment": name, "protocol": protocol}.items():
        if record[key] != expected:
            return {}, f"says {key} {record[key]!r}, and lies in the folder of {expected!r}"
    return record, None
