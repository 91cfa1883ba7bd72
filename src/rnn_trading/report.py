"""`make report`: run what has no skill record yet, then the canaries, then write the report and name it."""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

import click

from rnn_trading.datasets.folder import FolderDataset
from rnn_trading.pipeline_registry import experiments, figures_of, records_made_by
from rnn_trading.pipelines.canaries.experiments import CANARIES
from rnn_trading.pipelines.skill_report.figures import gone
from rnn_trading.skill.laws import broken_laws
from rnn_trading.skill.record_files import Records, command_for, read_records

REPORTING = "data/08_reporting"
PROTOCOL = "corrected"  # as published, canaries are meant to die


def missing_commands(project: Path) -> list[str]:
    """Commands whose results the report lacks, each once, the canaries last.

    A record that cannot be read is made anew, and so are results of canaries; figures are drawn without training.
    """
    files, records = _there(project)
    by_name = experiments()
    commands = [command for _, _, command in records.missing]
    commands += [command for _, command in gone(records, files, figures_of(by_name), records_made_by(by_name))]
    if PROTOCOL not in records.canaries:
        commands.append(command_for("canaries", PROTOCOL))
    return list(dict.fromkeys(commands))


def dead_canaries(project: Path) -> list[str]:
    """Laws that were broken the last time that canaries were released."""
    _, records = _there(project)
    return broken_laws(records.canaries[PROTOCOL]) if PROTOCOL in records.canaries else []


def _there(project: Path) -> tuple[dict[str, bytes], Records]:
    patterns = ["*/*/skill.json", "*/*/*.png", f"{PROTOCOL}/canaries.json"]
    files = FolderDataset(str(project / REPORTING), patterns).load()
    return files, read_records(files, records_made_by(experiments()), list(CANARIES))


def main(arguments: list[str] | None = None) -> int:
    """Run the commands one after the other, then the report, which names its page.

    Returns
    -------
    int
        1 if a command failed, or a canary has died, now or in an earlier run; else 0.
    """
    parser = argparse.ArgumentParser(prog="python -m rnn_trading.report", description=__doc__)
    parser.add_argument(
        "--env", help="environment of what has to run, as in kedro run --env; records that are there stay as they are"
    )
    environment = parser.parse_args(arguments).env
    options = ["--env", environment] if environment else []
    commands = missing_commands(Path.cwd())
    for number, command in enumerate(commands, start=1):
        click.echo(f"[{number} of {len(commands)}] {command}")
        _run(command, options)
    reported = _run(command_for("skill_report", PROTOCOL), options)
    failures = [f"Failed, and not in the report: {command}" for command in missing_commands(Path.cwd())]
    failures += [f"A canary died: {law}" for law in dead_canaries(Path.cwd())]
    failures += ["The report itself failed: see above."] if reported else []
    for failure in failures:
        click.echo(failure, err=True)
    return 1 if failures else 0


def _run(command: str, options: list[str]) -> int:
    """Exit status of a `kedro` command under this Python."""
    words = shlex.split(command)
    return subprocess.run([sys.executable, "-m", *words, *options], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
