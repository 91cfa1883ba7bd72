"""Read the records of runs, put them side by side, say what differs."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from rnn_trading.experiments.registering import counted_again
from rnn_trading.pages.runs import runs_markdown, runs_page
from rnn_trading.register.entries import Register
from rnn_trading.skill.record_files import Records, read_records
from rnn_trading.skill.runs import found_in_runs, table_of_runs

logger = logging.getLogger(__name__)


def compare_runs(
    files_of_runs: dict[str, dict[str, bytes]],
    register_of_trials: Register,
    *,
    expected: dict[str, str],
    protocols: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """Scores of runs side by side, and what differs between them.

    Parameters
    ----------
    files_of_runs
        By run, the contents of its reporting folder by path.
    register_of_trials
        All of it: a record says how many tries there were when it was judged.
    expected, protocols
        See :func:`rnn_trading.skill.record_files.read_records`.

    Returns
    -------
    dict
        ``run_scores``: see :func:`rnn_trading.skill.runs.table_of_runs`. ``run_comparison``: text in Markdown.
        ``run_comparison_page``: the same for a browser.
    """
    runs: dict[str, Records] = {
        run: counted_again(register_of_trials, read_records(files, expected, {}, protocols, list(expected)))
        for run, files in files_of_runs.items()
    }
    problems = [f"{run}: {problem}" for run, records in runs.items() for problem in records.problems]
    table: pd.DataFrame = table_of_runs(runs)
    logger.info("%s", found_in_runs(runs, table))
    for problem in problems:
        logger.warning("Left out: %s", problem)
    return {
        "run_scores": table,
        "run_comparison": runs_markdown(runs, table, problems),
        "run_comparison_page": runs_page(runs, table, problems),
    }
