"""Read the records, tabulate them, write the page."""

import logging
from collections.abc import Callable
from typing import Any

import pandas as pd

from rnn_trading.skill.record_files import Records, read_records
from rnn_trading.skill.summary import findings, skill_table

from .markdown import render_markdown
from .page import render_page

logger = logging.getLogger(__name__)


def read(expected: dict[str, str]) -> Callable[[dict[str, bytes]], Records]:
    """The node that reads the records of all experiments; see :func:`rnn_trading.skill.record_files.read_records`."""

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
    found = findings(table, records)
    logger.info("What survives\n  %s", "\n  ".join(found))
    if records.missing:
        logger.info("%d of %d records are not there; the page names the commands", len(records.missing), 2 * len(table))
    for problem in records.problems:
        logger.warning("Left out: %s", problem)
    return {
        "skill_report_markdown": render_markdown(found, table, records),
        "skill_report_page": render_page(found, table, records, report_files, figures),
    }
