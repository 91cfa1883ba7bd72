"""Put every published figure beside ours into `docs/sources.md`: run it after `make report`."""

import json
import re
import sys
from pathlib import Path

from rnn_trading.pages.book import COLUMNS, markdown_cells
from rnn_trading.pages.parts import published
from rnn_trading.pipeline_registry import experiments, protocols_of, records_made_by
from rnn_trading.skill.book import book_table
from rnn_trading.skill.formats import NOTHING, format_score, words
from rnn_trading.skill.marks import marked
from rnn_trading.skill.protocols import BOOK, CAREFUL, COMPARED, JUDGED
from rnn_trading.skill.published_figures import published_figures
from rnn_trading.skill.record_files import Records, command_for

PAGE = Path("docs/sources.md")
RECORDS = Path("data/08_reporting/skill_records.json")
BLOCK = re.compile(r"<!-- figures of (.*?) -->\n.*?<!-- end of figures -->\n", re.DOTALL)
HEADS = ("experiment, command", "figure", "published", "as published here", "corrected", "careful", "finding")
BOOK_HEADS = ("experiment, command", *COLUMNS[1:])


def main() -> None:
    """Replace the tables between the marks by those of the records as they lie in data."""
    if not RECORDS.is_file():
        sys.exit(f"{RECORDS} is not there. Run: make report")
    records = Records.from_plain(json.loads(RECORDS.read_text()))

    def block(found: re.Match[str]) -> str:
        names = found[1]
        lines = book_lines(records) if names == "the book" else figure_lines(records, names.split())
        return "\n".join([f"<!-- figures of {names} -->", "", *lines, "", "<!-- end of figures -->", ""])

    text, tables = BLOCK.subn(block, PAGE.read_text())
    if not tables:
        sys.exit(f"{PAGE}: expected marks such as <!-- figures of EXPERIMENT --> and <!-- end of figures -->.")
    PAGE.write_text(text)
    print(f"{PAGE} has {tables} tables.")


def figure_lines(records: Records, names: list[str]) -> list[str]:
    """A table of some experiments, a line a figure."""
    figures = published_figures(records)
    made_with = commands()
    lines = []
    for name in names:
        known = {protocol: records.found.get((name, protocol)) for protocol in COMPARED}
        if not any(known.values()):
            sys.exit(f"{RECORDS} has no record of {name}. Run: make report")
        shown = [published(figure, COMPARED) for figure in figures[name]] or [_headline(known)]
        judged = next((record for protocol in JUDGED if (record := known[protocol])), None)
        finding = _finding(judged) if judged else "as published only"
        for number, figure in enumerate(shown):
            cells = (f"`{name}`, `{made_with[name]}`", finding) if number == 0 else ("", "")
            lines.append((cells[0], words(figure["name"]), *figure["values"], cells[1]))
    return _table(HEADS, lines)


def _finding(record: dict) -> str:
    """After its mark; that of a careful record says so, all others here are of corrected ones."""
    of = f", {words(CAREFUL)}" if record["protocol"] == CAREFUL else ""
    return marked(record["finding_kind"], record["finding"]) + of


def _headline(known: dict[str, dict | None]) -> dict:
    headlines = {protocol: record["headline"] for protocol, record in known.items() if record}
    name = next(iter(headlines.values()))["words"]
    return {"name": name, "values": [NOTHING, *(_score(headlines.get(protocol)) for protocol in COMPARED)]}


def _score(headline: dict | None) -> str:
    return format_score(headline["value"]) if headline else NOTHING


def book_lines(records: Records) -> list[str]:
    """The table of the book as the report has it, with the command of each experiment."""
    lines = [(row["experiment"], markdown_cells(row)) for row in book_table(records)]
    return _table(BOOK_HEADS, [(f"{cells[0]}, `{command_for(name, BOOK)}`", *cells[1:]) for name, cells in lines])


def commands() -> dict[str, str]:
    """Of each record, what makes it: the corrected way, where there is one."""
    made_by = records_made_by(experiments())
    ways = protocols_of(made_by)
    return {
        record: command_for(name, "corrected" if "corrected" in ways[record] else ways[record][0])
        for record, name in made_by.items()
    }


def _table(heads: tuple[str, ...], lines: list[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *lines)]


if __name__ == "__main__":
    main()
