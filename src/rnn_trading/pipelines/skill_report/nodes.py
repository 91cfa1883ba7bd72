"""Read the records, tabulate them, write the page."""

import logging
from collections.abc import Callable
from typing import Any

import pandas as pd

from rnn_trading.pages.report import report_page
from rnn_trading.skill.record_files import Records, read_records
from rnn_trading.skill.summary import findings, skill_table

from .figures import pages, read_figures
from .markdown import render_markdown

logger = logging.getLogger(__name__)


def read(expected: dict[str, str], with_canaries: list[str]) -> Callable[[dict[str, bytes]], Records]:
    """The node that reads what is there; see :func:`rnn_trading.skill.record_files.read_records`."""

    def read_skill_records(report_files: dict[str, bytes]) -> Records:
        """Records and canaries that can be read, and what is wrong with the others."""
        return read_records(report_files, expected, with_canaries)

    return read_skill_records


def tabulate(names: list[str]) -> Callable[[Records], pd.DataFrame]:
    """The node that makes the table; see :func:`rnn_trading.skill.summary.skill_table`."""

    def tabulate_skill(skill_records: Records) -> pd.DataFrame:
        """One row a model."""
        return skill_table(skill_records, names)

    return tabulate_skill


def write(
    expected: dict[str, str], figures: dict[str, list[str]]
) -> Callable[[pd.DataFrame, Records, dict[str, bytes]], dict[str, Any]]:
    """The node that writes the report.

    Parameters
    ----------
    expected
        Of each skill record, the pipeline that makes it.
    figures
        Of each skill record, the names of its figures.
    """

    def write_skill_report(table: pd.DataFrame, records: Records, report_files: dict[str, bytes]) -> dict[str, Any]:
        """The report for a text editor and for a browser."""
        found = findings(table, records)
        shown, gone = read_figures(records, report_files, figures, expected)
        problems = records.problems + gone
        logger.info("What survives\n  %s", "\n  ".join(found))
        for law in records.broken:
            logger.warning("A canary died: %s", law)
        if records.missing:
            logger.info("Results that are missing or cannot be read: %d; the page names commands", len(records.missing))
        for problem in problems:
            logger.warning("Left out: %s", problem)
        return {
            "skill_report_markdown": render_markdown(found, table, records, problems),
            "skill_report_page": report_page(found, table, records, shown, pages(records, report_files), problems),
        }

    return write_skill_report
