"""Tear sheets of portfolios that were made of the forecasts of records."""

import json
from collections.abc import Mapping
from typing import Any

from rnn_trading.pages.report import Traded
from rnn_trading.skill.record_files import Records

from .figures import PAGE

FOLDER, SERIES = "portfolio", "series"
RECORD, OF_FORECASTS = "portfolio.json", "skill.json"
Sheets = dict[tuple[str, str], Traded]


def tear_sheets(records: Records, files: Mapping[str, bytes]) -> tuple[Sheets, list[str]]:
    """What was traded by the forecasts of a record, by its (name, protocol), and what is wrong with the rest.

    Parameters
    ----------
    records
        See :mod:`rnn_trading.skill.record_files`.
    files
        Contents of the reporting folder, by path; those of the records are among them.
    """
    sheets: Sheets = {}
    problems = []
    for name, protocol in records.found:
        for of in (name, SERIES):
            folder = f"{protocol}/{FOLDER}/{of}"
            path, page = f"{folder}/{RECORD}", f"{folder}/{PAGE}"
            if path not in files:
                continue
            try:
                found = _found(json.loads(files[path]), name, of)
            except (ValueError, TypeError, KeyError, AttributeError):
                problems.append(f"{path}: is no record of a portfolio. Make it again: {_again(records, of, protocol)}")
                continue
            if found is not None:
                # What a report reads of records does not have it.
                current = found[1] == json.loads(files[f"{protocol}/{name}/{OF_FORECASTS}"]).get("made")
                sheets[name, protocol] = Traded(found[0], page if page in files else None, current)
    return sheets, list(dict.fromkeys(problems))


def _again(records: Records, of: str, protocol: str) -> str:
    """The command that makes a tear sheet."""
    if of == SERIES:
        return records.command_for(f"{FOLDER}.{SERIES}", protocol)
    command = records.command_for(FOLDER, protocol)
    return f"{command}{',' if '--params' in command else ' --params '}portfolio_of={of}"


def _found(record: dict[str, Any], name: str, of: str) -> tuple[str | None, Any] | None:
    """Verdict, if there is one, and what made the forecasts; None if those of the record were not traded."""
    if of == name:
        return record["verdict"], record["made"]
    if name not in record["made"]:
        return None
    return record["timing"].get(name, {}).get("verdict"), record["made"][name]
