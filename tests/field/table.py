"""The page of the docs that says what is read, mended, left out and refused: made by running the cases."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.field.case import said_of
from tests.field.cases import ALL
from tests.field.running import ROOT

PAGE = ROOT / "docs/refused.md"
TITLES = {
    "prices": "Prices",
    "index": "An index",
    "macro": "Macro series",
    "reviews": "Reviews",
    "filings": "Annual reports",
}
HEAD = """# What is refused, mended and counted

Each row is a file that a test writes and reads, and what came of it. `python tools/refused_table.py` makes this page
from the tests. What was left out or mended is counted in the report of the source, in `data/03_primary`, and said in
the log. How to bring files of your own: [own_data.md](own_data.md).
"""


def page() -> str:
    """The whole page."""
    sections = [HEAD]
    for source, parameter, cases in ALL:
        rows = ["| the file has | it is | the message, or what the report says |", "| --- | --- | --- |"]
        for case in cases:
            with TemporaryDirectory() as folder:
                said = said_of(case.run(source, parameter, Path(folder)), Path(folder))
            rows.append(f"| {_cell(case.has)} | {case.outcome} | {_cell(said)} |")
        sections.append("\n".join([f"## {TITLES[source]}", "", *rows, ""]))
    return "\n".join(sections)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;")
