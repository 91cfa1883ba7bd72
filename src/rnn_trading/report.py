"""`make report`: run what has no skill record yet, then the canaries, then write the report and name it."""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

import click

from rnn_trading.datasets.folder import FolderDataset
from rnn_trading.pipeline_registry import experiments, records_made_by
from rnn_trading.pipelines.canaries.experiments import CANARIES
from rnn_trading.skill.laws import broken_laws
from rnn_trading.skill.record_files import Records, command_for, read_records

REPORTING = "data/08_reporting"
PROTOCOL = "corrected"  # as published, canaries are meant to die


def records_there(project: Path) -> Records:
    """What lies in the reporting folder of a project."""
    files = FolderDataset(str(project / REPORTING), ["*/*/skill.json", f"{PROTOCOL}/canaries.json"]).load()
    return read_records(files, records_made_by(experiments()), list(CANARIES))


def missing_commands(records: Records) -> list[str]:
    """Commands whose results the report lacks, each once, the canaries last.

    A record that cannot be read is made anew, and so are results of canaries.
    """
    commands = [command for _, _, command in records.missing]
    if PROTOCOL not in records.canaries:
        commands.append(command_for("canaries", PROTOCOL))
    return list(dict.fromkeys(commands))


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
    commands = missing_commands(records_there(Path.cwd()))
    for number, command in enumerate(commands, start=1):
        click.echo(f"[{number} of {len(commands)}] {command}")
        _run(command, options)
    reported = _run(command_for("skill_report", PROTOCOL), options)
    records = records_there(Path.cwd())
    failures = [f"Failed, and not in the report: {command}" for command in missing_commands(records)]
    failures += [f"A canary died: {law}" for law in broken_laws(records.canaries.get(PROTOCOL, {"experiments": []}))]
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
