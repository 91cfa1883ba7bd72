"""`make report`: run what has no skill record yet, then the canaries, then write the report and name it."""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

import click

from rnn_trading.datasets.folder import FolderDataset
from rnn_trading.pipeline_registry import experiments, records_made_by
from rnn_trading.skill.record_files import read_canaries, read_records

REPORTING = "data/08_reporting"
CANARIES = "corrected/canaries.json"


def missing_commands(project: Path) -> list[str]:
    """Commands whose results the report lacks, each once, the canaries last.

    A record that cannot be read is made anew, and so are results of canaries.
    """
    files = FolderDataset(str(project / REPORTING), ["*/*/skill.json", CANARIES]).load()
    records = read_records(files, records_made_by(experiments()))
    commands = [command for _, _, command in records.missing]
    if read_canaries(files, "corrected")[0] is None:
        commands.append("kedro run --pipelines canaries")
    return list(dict.fromkeys(commands))


def main(arguments: list[str] | None = None) -> int:
    """Run the commands one after the other, then the report, which names its page; 1 if one of them failed."""
    parser = argparse.ArgumentParser(prog="python -m rnn_trading.report", description=__doc__)
    parser.add_argument("--env", help="environment of all runs, as in kedro run --env")
    environment = parser.parse_args(arguments).env
    options = ["--env", environment] if environment else []
    commands, failed = missing_commands(Path.cwd()), []
    for number, command in enumerate(commands, start=1):
        click.echo(f"[{number} of {len(commands)}] {command}")
        if _run(command, options):
            failed.append(command)
    if _run("kedro run --pipelines skill_report", options):
        return 1
    for command in failed:
        click.echo(f"Failed, and not in the report: {command}", err=True)
    return 1 if failed else 0


def _run(command: str, options: list[str]) -> int:
    """Exit status of a `kedro` command under this Python."""
    words = shlex.split(command)
    return subprocess.run([sys.executable, "-m", *words, *options], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
