"""Read the records, tabulate them, write the page."""

import logging
from collections.abc import Callable
from typing import Any

import pandas as pd

from rnn_trading.skill.summary import Records, findings, markdown_table, read_records, skill_table

from .page import render_page

logger = logging.getLogger(__name__)


def read(expected: dict[str, str]) -> Callable[[dict[str, bytes]], Records]:
    """The node that reads the records of all experiments; see :func:`rnn_trading.skill.summary.read_records`."""

    def read_skill_records(report_files: dict[str, bytes]) -> Records:
        """Records that can be read, and what is wrong with the others."""
        return read_records(report_files, expected)

    return read_skill_records


def tabulate(names: list[str]) -> Callable[[Records], pd.DataFrame]:
    """The node that makes the table; see :func:`rnn_trading.skill.summary.skill_table`."""

    def tabulate_skill(skill_records: Records) -> pd.DataFrame:
        """One row a model."""
        return skill_table(skill_records, names)

    return tabulate_skill


def write(figures: dict[str, list[str]]) -> Callable[[pd.DataFrame, Records, dict[str, bytes]], dict[str, Any]]:
    """The node that writes the report; see :func:`write_report`."""

    def write_skill_report(table: pd.DataFrame, records: Records, report_files: dict[str, bytes]) -> dict[str, Any]:
        """Text and page."""
        return write_report(table, records, report_files, figures)

    return write_skill_report


def write_report(
    table: pd.DataFrame, records: Records, report_files: dict[str, bytes], figures: dict[str, list[str]]
) -> dict[str, Any]:
    """Write the report for a text editor and for a browser.

    Parameters
    ----------
    table, records
        See :mod:`rnn_trading.skill.summary`.
    report_files
        Contents of the reporting folder, by path.
    figures
        Of each skill record, the names of its figures.

    Returns
    -------
    dict
        ``skill_report_markdown`` and ``skill_report_page``: text.
    """
    found = [f"{number}. {finding}" for number, finding in enumerate(findings(table, records), start=1)]
    logger.info("What survives\n  %s", "\n  ".join(found))
    if records.missing:
        logger.info("%d of %d records are not there; the page names the commands", len(records.missing), 2 * len(table))
    for problem in records.problems:
        logger.warning("Left out: %s", problem)
    lines = ["# What survives", "", *found]
    lines += ["", markdown_table(table), ""]
    if records.missing:
        lines += ["## Not there yet", ""]
        lines += [f"- {name} ({protocol}): `{command}`" for name, protocol, command in records.missing]
        lines.append("")
    if records.problems:
        lines += ["## Left out", "", *(f"- {problem}" for problem in records.problems), ""]
    return {
        "skill_report_markdown": "\n".join(lines),
        "skill_report_page": render_page(table, records, report_files, figures),
    }
