"""The page of the docs that says what is read, mended, left out and refused: made by running the cases."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.field.case import Case, said_of
from tests.field.cases import GROUPS, Group
from tests.field.running import ROOT, Outcome

PAGE = ROOT / "docs/refused.md"
HEAD = """# What is refused, mended and counted

Each row is a file that a test writes and reads, and what came of it. `python tools/refused_table.py` makes this page
from the tests. What was left out or mended is counted in the report of the source, in `data/03_primary` (of forecasts
in the record of the portfolio), and said in the log. How to bring files of your own: [own_data.md](own_data.md).
"""


@cache
def tried(group: int, position: int) -> tuple[Outcome, str]:
    """What came of a case, and what the docs quote of it; a case runs once in a process."""
    of = GROUPS[group]
    with TemporaryDirectory() as folder:
        outcome = of.cases[position].run(of.source, of.parameter, Path(folder))
        return outcome, said_of(outcome, Path(folder))


def row(case: Case, said: str) -> str:
    """The line of a case."""
    return f"| {_cell(case.has)} | {case.outcome} | {_cell(said)} |"


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(_section(number, group) for number, group in enumerate(GROUPS))])


def _section(number: int, group: Group) -> str:
    rows = [row(case, tried(number, position)[1]) for position, case in enumerate(group.cases)]
    head = ["| the file has, or is | it is | the message, or what the report says |", "| --- | --- | --- |"]
    return "\n".join([f"## {group.title}", "", *head, *rows, ""])


def _cell(text: str) -> str:
    quoted = text.split("`")
    for position in range(0, len(quoted), 2):  # what is not in backticks
        quoted[position] = quoted[position].replace("<", "&lt;").replace(">", "&gt;").replace("*", "\\*")
    return "`".join(quoted).replace("|", "\\|")
