"""Skill records and results of canaries, read from files that may be broken."""

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from rnn_trading.skill.decision_fields import Decision, Headline
from rnn_trading.skill.formats import words
from rnn_trading.skill.laws import CANARIES_VERSION, FUTURE, LABELS, LAWS, LUCK, SIGNAL, SMALL_SKILL, broken_laws
from rnn_trading.skill.protocols import JUDGED, PROTOCOLS, command_for
from rnn_trading.skill.record import RECORD_VERSION
from rnn_trading.skill.record_fields import (
    Ahead,
    BySeed,
    Count,
    FindingKind,
    InTime,
    Number,
    Strict,
    Text,
    Trials,
    Whole,
)


@dataclass
class Records:
    """What can be read of a reporting folder, and what is wrong with the rest.

    Attributes
    ----------
    found
        Records by (name, protocol).
    problems
        In words, each naming the file.
    missing
        (Name, protocol, command) of each record that is not there or cannot be read, and of the canaries.
    canaries
        Results of the canaries by protocol.
    run
        Name of the run whose folder it is; None: it has none.

    Examples
    --------
    >>> from rnn_trading.skill.laws import FUTURE
    >>> law = {"law": FUTURE, "held": False, "rows": 20, "changed": 7}
    >>> records = Records(canaries={"corrected": {"experiments": [{"experiment": "runs", "laws": [law]}]}})
    >>> records.broken
    [('runs breaks the law that no forecast knows the future: 7 of 20 earlier rows changed', \
'kedro run --pipelines canaries')]
    """

    found: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    missing: list[tuple[str, str, str]] = field(default_factory=list)
    canaries: dict[str, dict[str, Any]] = field(default_factory=dict)
    run: str | int | None = None

    def command_for(self, pipeline: str, protocol: str) -> str:
        """See :func:`command_for`."""
        return command_for(pipeline, protocol, self.run)

    @property
    def broken(self) -> list[tuple[str, str]]:
        """Laws that corrected and careful experiments break, in words, and what releases their canaries again.

        As published, canaries are meant to die.
        """
        return [
            (law if protocol == "corrected" else f"{words(protocol)}: {law}", self.command_for("canaries", protocol))
            for protocol in reversed(JUDGED)
            for law in broken_laws(self.canaries.get(protocol, {"experiments": []}))
        ]

    def as_plain(self) -> dict[str, Any]:
        """Plain values, for a JSON file: a record says itself of which experiment and protocol it is."""
        return {**vars(self), "found": list(self.found.values())}

    @classmethod
    def from_plain(cls, values: dict[str, Any]) -> "Records":
        """Rebuild records from :meth:`as_plain`."""
        found = {(record["experiment"], record["protocol"]): record for record in values["found"]}
        missing = [(name, protocol, command) for name, protocol, command in values["missing"]]
        return cls(found, values["problems"], missing, values["canaries"], values.get("run"))


class _Cause(Strict):
    """A cause that was left out has numbers, one that does not exist for the data says why."""

    without: str
    why: str | None = None
    rows: Count = 0
    rows_left_out: Count = 0
    value: Number | None = None
    removed: Number | None = None
    hindsight: bool = False
    names: list[str | int] = Field(default_factory=list)

    @model_validator(mode="after")
    def _check(self) -> "_Cause":
        if self.why is None and not {"rows", "rows_left_out", "value", "removed"} <= self.model_fields_set:
            raise ValueError("expected rows, rows_left_out, value and removed, or why there are none")
        return self


class _Part(Strict):
    rows: Count
    first_date: str | None = None
    last_date: str | None = None


class _Data(Strict):
    source: str
    simulated: bool = False
    test: _Part | None = None
    one_step_averages_half_mse: dict[str, Any] = Field(default_factory=dict)


class _Model(Strict):
    metrics: dict[str, Any]
    epochs: Any = None
    best_epoch: Any = None
    parameters: Count | dict[str, Count] | None = None
    by_seed: BySeed = BySeed()
    chosen: str | dict[str, str] | None = None  # of several folds, by fold
    training_rows: dict[str, Any] = Field(default_factory=dict)


class _Record(Strict):
    """What a report reads of a record."""

    experiment: str
    protocol: str
    changed: dict[str, str]
    finding: Text
    finding_kind: FindingKind
    decision: Decision
    headline: Headline
    attribution: Annotated[list[_Cause], Field(min_length=4, max_length=4)]
    # Records of before 0.11 have none of these.
    by_fold: list[InTime] | None = None
    by_year: list[InTime] | None = None
    folds_ahead: Ahead | None = None
    trials: Trials | None = None
    data: _Data
    model: _Model
    rivals: dict[str, dict[str, Any]]
    published: dict[str, Whole | Number | list[Number]] | None
    published_on: str | None
    published_in: str | None = None
    verdict: str


# What the result of a law has, beside its name and whether it was held.
FIELDS = {
    LUCK: ["score_name", "score", "z"],
    LABELS: ["score_name", "score", "z"],
    FUTURE: ["rows", "changed"],
    # The statistic has no value where the finding is that there are too few rows.
    SIGNAL: ["strength", "finding"],
    SMALL_SKILL: ["strength", "finding"],
}


class _Law(Strict):
    law: Text
    held: bool
    rows: Count | None = None
    changed: Count | None = None
    score_name: str | None = None
    score: Number | None = None
    z: Number | None = None
    strength: Number | None = None
    finding: Text | None = None

    @model_validator(mode="after")
    def _check(self) -> "_Law":
        missing = [name for name in FIELDS.get(self.law, []) if getattr(self, name) is None]
        if missing:
            raise ValueError(f"expected {', '.join(missing)} for the law that {self.law}")
        return self


class _Experiment(Strict):
    experiment: str
    false_alarm_rate: Number
    seeds: Count
    laws: list[_Law]


class _Canaries(Strict):
    """What a report reads of the canaries."""

    protocol: str
    experiments: list[_Experiment]


def read_canaries(
    files: dict[str, bytes], protocol: str, expected: Sequence[str], run: str | int | None = None
) -> tuple[dict[str, Any] | None, str | None]:
    """Results of the canaries of a protocol, and what is wrong with them; None where there is nothing.

    Parameters
    ----------
    files
        Contents of the reporting folder, by path.
    protocol
        Name of the protocol.
    expected
        Experiments that have canaries, in the order of the pipeline.
    run
        Name of the run whose folder it is.

    Examples
    --------
    >>> read_canaries({}, "corrected", ["univariate_regression.level"])
    (None, None)
    >>> read_canaries({"corrected/canaries.json": b"[]"}, "corrected", ["univariate_regression.level"])
    (None, 'corrected/canaries.json: is not a record but a list')
    """
    path = f"{protocol}/canaries.json"
    if path not in files:
        return None, None
    results, problem = _parse(files[path], _Canaries, CANARIES_VERSION, {"protocol": protocol})
    if problem:
        return None, f"{path}: {problem}"
    found = [(one["experiment"], law["law"]) for one in results["experiments"] for law in one["laws"]]
    wanted = [(name, law) for name in expected for law in LAWS]
    if found != wanted:
        missing = [f"{name}: {law}" for name, law in wanted if (name, law) not in found]
        what = f"{len(missing)} are missing, the first is {missing[0]!r}" if missing else "some are unknown or twice"
        return None, (
            f"{path}: expected {len(LAWS)} laws for each of {len(expected)} experiments, in their order; {what}. Run: "
            f"{command_for('canaries', protocol, run)}"
        )
    return results, None


def read_records(
    files: dict[str, bytes],
    expected: dict[str, str],
    with_canaries: Mapping[str, Sequence[str]],
    protocols: Mapping[str, Sequence[str]] | None = None,
    not_missed: Container[str] = (),
    run: str | int | None = None,
) -> Records:
    """Read the records of every protocol, and the results of the canaries.

    Parameters
    ----------
    files
        ``PROTOCOL/EXPERIMENT/skill.json`` and others, by their path.
    expected
        Of each record, the pipeline that makes it.
    with_canaries
        By protocol, the experiments that have canaries there; see :func:`read_canaries`. Those of
        :data:`rnn_trading.skill.protocols.JUDGED` are missed.
    protocols
        Of each record, the protocols in which it exists; of one that is not named,
        :data:`rnn_trading.skill.protocols.PROTOCOLS`.
    not_missed
        Records that need not be there.
    run
        Name of the run whose folder it is.

    Returns
    -------
    Records
        A record that is not JSON, is of another version, lacks a field, or speaks of another experiment or protocol
        than its folder, is a problem, and missing.

    Examples
    --------
    >>> expected, canaries = {"level": "univariate_regression"}, {"corrected": ["level"]}
    >>> records = read_records({"corrected/level/skill.json": b"[]"}, expected, canaries)
    >>> records.problems
    ['corrected/level/skill.json: is not a record but a list']
    >>> [(name, protocol) for name, protocol, command in records.missing]
    [('level', 'as_published'), ('level', 'corrected'), ('canaries', 'corrected')]
    """
    records = Records(run=run)
    there = {(name, way): made for name, made in expected.items() for way in (protocols or {}).get(name, PROTOCOLS)}
    for (name, protocol), pipeline in there.items():
        path = f"{protocol}/{name}/skill.json"
        says = {"experiment": name, "protocol": protocol}
        record, problem = _parse(files[path], _Record, RECORD_VERSION, says) if path in files else ({}, None)
        if record:
            records.found[name, protocol] = record
        elif problem is not None or name not in not_missed:
            records.problems += [f"{path}: {problem}"] if problem is not None else []
            records.missing.append((name, protocol, records.command_for(pipeline, protocol)))
    known = {f"{protocol}/{name}/skill.json" for name, protocol in there}
    strangers = sorted(path for path in files.keys() - known if path.endswith("/skill.json"))
    records.problems += [f"{path}: no experiment or no protocol of this project; left out" for path in strangers]
    for protocol in with_canaries:
        results, problem = read_canaries(files, protocol, with_canaries[protocol], run)
        records.problems += [problem] if problem else []
        records.canaries |= {protocol: results} if results else {}
        if not results and protocol in JUDGED:
            records.missing.append(("canaries", protocol, records.command_for("canaries", protocol)))
    return records


def _parse(
    content: bytes, schema: type[Strict], version: int, says: dict[str, str]
) -> tuple[dict[str, Any], str | None]:
    """What is read of a file, and what is wrong with it."""
    try:
        parsed = json.loads(content)
    except (ValueError, RecursionError) as error:
        return {}, f"is not JSON ({error})"
    if not isinstance(parsed, dict):
        return {}, f"is not a record but a {type(parsed).__name__}"
    found = parsed.get("version")
    if isinstance(found, bool) or found != version:
        return {}, f"has version {found!r} of its form, and this report reads {version!r}: it must be made anew"
    try:
        parsed = schema.model_validate_json(content).model_dump()
    except ValidationError as error:
        return {}, f"is not complete or not in form ({_what_is_wrong(error)})"
    for key, expected in says.items():
        if parsed[key] != expected:
            return {}, f"says {key} {parsed[key]!r}, and lies in the folder of {expected!r}"
    return parsed, None


def _what_is_wrong(error: ValidationError) -> str:
    """Where a file is wrong and how, for the first three errors."""
    wrong = [f"{'.'.join(map(str, each['loc'])) or 'the file'}: {each['msg']}" for each in error.errors()]
    more = f"; and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    return "; ".join(wrong[:3]) + more
