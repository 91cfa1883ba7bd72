"""Put the findings and the table of the skill report into the README: run it after `make report`."""

import sys
from pathlib import Path

START, END = "<!-- skill report -->\n", "<!-- end of skill report -->\n"


def main() -> None:
    """Replace what stands between the marks by the report as it lies in data."""
    readme = Path("README.md")
    report = Path("data/08_reporting/skill_report.md")
    if not report.is_file():
        sys.exit(f"{report} is not there. Run: make report")
    text = readme.read_text()
    before, found, rest = text.partition(START)
    _, closed, after = rest.partition(END)
    if not (found and closed):
        sys.exit(f"README.md: expected the marks {START.strip()} and {END.strip()}.")
    body = report.read_text().split("\n", 2)[2].partition("\n## ")[0].strip()
    readme.write_text(f"{before}{START}\n{body}\n\n{END}{after}")
    print("README.md has the report's findings and table.")


if __name__ == "__main__":
    main()
