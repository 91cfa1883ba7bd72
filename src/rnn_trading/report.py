"""`make report`: run what has no skill record yet, then the canaries, then write the report and name it."""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

import click

from rnn_trading.datasets.folder import FolderDataset
from rnn_trading.pipeline_registry import (
    canaries_by_protocol,
    experiments,
    figures_by_protocol,
    protocols_of,
    records_made_by,
    run_by_name_alone,
)
from rnn_trading.pipelines.skill_report.figures import ONLY_MISSING, gone
from rnn_trading.runners import cores
from rnn_trading.skill.protocols import command_for
from rnn_trading.skill.record_files import Records, read_records
from rnn_trading.workspace.folders import folder_of

REPORTING = "08_reporting"
# Without --workers: each takes a gigabyte and more.
MOST_WORKERS = 4
WORKERS = ("--runner", "rnn_trading.runners.ExecutorRunner", "--runner-params")


def missing_commands(project: Path, run: str | None = None) -> list[str]:
    """Commands whose results the report lacks, each once, the canaries last.

    A record that cannot be read is made anew, and so are results of canaries. Of an experiment whose record is there,
    figures and pages that are gone are made again, from the data that lie there, unless its run was not as in
    ``conf/base``.
    """
    files, records = _there(project, run)
    by_name = experiments()
    made_by = records_made_by(by_name)
    commands = [command for _, _, command in records.missing]
    figures = gone(records, files, figures_by_protocol(by_name, protocols_of(made_by)), made_by)
    again = [command for _, command in figures if command]
    unneeded = {f"{command} {ONLY_MISSING}" for command in commands}
    return list(dict.fromkeys([*(command for command in again if command not in unneeded), *commands]))


def dead_canaries(project: Path, run: str | None = None) -> list[tuple[str, str]]:
    """Laws that were broken the last time that canaries were released, and what releases them again."""
    return _there(project, run)[1].broken


def _there(project: Path, run: str | None) -> tuple[dict[str, bytes], Records]:
    patterns = ["*/*/skill.json", "*/*/*.png", "*/*/page.html", "*/canaries.json"]
    files = FolderDataset(str(folder_of(project, run) / REPORTING), patterns).load()
    by_name = experiments()
    made_by = records_made_by(by_name)
    there = protocols_of(made_by)
    canaries = canaries_by_protocol(there)
    return files, read_records(files, made_by, canaries, there, run_by_name_alone(by_name), run)


def main(arguments: list[str] | None = None) -> int:
    """Run the commands one after the other, then the report, which names its page.

    Returns
    -------
    int
        1 if a command failed, or a canary has died, now or in an earlier run; else 0. What cannot be read and cannot be
        made anew is named on the page.
    """
    parser = argparse.ArgumentParser(prog="python -m rnn_trading.report", description=__doc__)
    parser.add_argument(
        "--env", help="environment of what has to run, as in kedro run --env; records that are there stay as they are"
    )
    parser.add_argument("--run", metavar="NAME", help="the run whose folders, data/runs/NAME, are meant")
    parser.add_argument(
        "--workers",
        metavar="N",
        type=_workers,
        default=min(cores(), MOST_WORKERS),
        help="processes that share the fits of a command; 1: all in one (default: as many as cores, at most "
        f"{MOST_WORKERS}: here %(default)s)",
    )
    given = parser.parse_args(arguments)
    options = ["--env", given.env] if given.env else []
    shared = [] if given.workers == 1 else [*WORKERS, f"workers={given.workers}"]
    try:
        commands = missing_commands(Path.cwd(), given.run)
    except ValueError as error:
        parser.error(str(error))
    for number, command in enumerate(commands, start=1):
        click.echo(f"[{number} of {len(commands)}] {command}")
        _run(command, [*options, *shared])
    reported = _run(command_for("skill_report", "corrected", given.run), options)
    failures = [f"Failed, and not in the report: {command}" for command in missing_commands(Path.cwd(), given.run)]
    failures += [
        f"A canary died: {law}. Release them again: {again}" for law, again in dead_canaries(Path.cwd(), given.run)
    ]
    failures += ["The report itself failed: see above."] if reported else []
    for failure in failures:
        click.echo(failure, err=True)
    return 1 if failures else 0


def _workers(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of 1 or more. Received: {text!r}.")
    return int(text)


def _run(command: str, options: list[str]) -> int:
    """Exit status of a `kedro` command under this Python, which need not be given in a project."""
    words = shlex.split(command)[1:]
    return subprocess.run([sys.executable, "-m", "rnn_trading", *words, *options], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
