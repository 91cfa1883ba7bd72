"""Read the records, tabulate them, write the page."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from rnn_trading import figures as drawn
from rnn_trading.experiments.registering import counted_again
from rnn_trading.figures import Figure
from rnn_trading.pages.figures import small
from rnn_trading.pages.report import report_page
from rnn_trading.register.entries import Register
from rnn_trading.skill import summary
from rnn_trading.skill.record_files import Records, read_records
from rnn_trading.skill.shown import in_a_sentence

from .figures import pages, read_figures
from .markdown import render_markdown
from .traded import tear_sheets

logger = logging.getLogger(__name__)
PICTURE_WIDTH = 1400  # pixels: what stands at the head of a page has its whole width


def read_skill_records(
    report_files: dict[str, bytes],
    register_of_trials: Register,
    run: Any,  # Kedro has no check for a union
    *,
    expected: dict[str, str],
    with_canaries: Mapping[str, Sequence[str]],
    protocols: Mapping[str, Sequence[str]],
    not_missed: list[str],
) -> dict[str, Any]:
    """Records and canaries that can be read, and what is wrong with the others, as plain values.

    Parameters
    ----------
    register_of_trials
        All of it: see :func:`rnn_trading.experiments.registering.counted_again`.
    report_files, run, expected, with_canaries, protocols, not_missed
        See :func:`rnn_trading.skill.record_files.read_records`.
    """
    records = read_records(report_files, expected, with_canaries, protocols, not_missed, run)
    return counted_again(register_of_trials, records).as_plain()


def tabulate_skill(
    skill_records: dict[str, Any],
    forecast_tables: dict[str, Callable[[], pd.DataFrame]],
    *,
    names: list[str],
    not_missed: list[str],
) -> pd.DataFrame:
    """One row a model; see :func:`rnn_trading.skill.summary.skill_table`.

    What is not missed has none without a record.
    """
    records = Records.from_plain(skill_records)
    there = {name for name, _ in records.found}
    wanted = [name for name in names if name in there or name not in not_missed]
    return summary.skill_table(records, wanted, forecast_tables)


def draw_skill_report(skill_table: pd.DataFrame) -> Figure:
    """All models in one picture; see :func:`rnn_trading.figures.skill.all_models`."""
    return drawn.skill.all_models(skill_table)


def write_skill_report(
    skill_table: pd.DataFrame,
    skill_report_picture: Any,
    skill_records: dict[str, Any],
    report_files: dict[str, bytes],
    *,
    expected: dict[str, str],
    figures: Mapping[tuple[str, str], list[str]],
) -> dict[str, Any]:
    """The report for a text editor and for a browser.

    Parameters
    ----------
    skill_table, skill_report_picture, skill_records
        See :func:`tabulate_skill`, :func:`draw_skill_report` and :func:`read_skill_records`.
    report_files
        Contents of the reporting folder, by path.
    expected
        Of each skill record, the pipeline that makes it.
    figures
        By (name, protocol) of a skill record, the names of its figures.
    """
    records = Records.from_plain(skill_records)
    found = summary.findings(skill_table, records)
    shown, gone = read_figures(records, report_files, figures, expected)
    sheets, unreadable = tear_sheets(records, report_files)
    problems = records.problems + gone + unreadable
    logger.info("What survives\n  %s", "\n  ".join(found))
    for law, _ in records.broken:
        logger.warning("A canary died: %s", law)
    if records.missing:
        logger.info("Results that are missing or cannot be read: %d; the page names commands", len(records.missing))
    for problem in problems:
        logger.warning("Left out: %s", problem)
    picture = small(in_a_sentence(skill_table), skill_report_picture, PICTURE_WIDTH)
    beside = pages(records, report_files)
    return {
        "skill_report_markdown": render_markdown(found, skill_table, records, problems),
        "skill_report_page": report_page(found, skill_table, records, shown, beside, problems, picture, traded=sheets),
    }
