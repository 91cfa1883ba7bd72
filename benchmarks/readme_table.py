"""Put the findings, the table and the picture of the skill report into the README: run it after `make report`."""

import shutil
import sys
from pathlib import Path

START, END = "<!-- skill report -->\n", "<!-- end of skill report -->\n"
REPORT = Path("data/08_reporting/skill_report.md")
PICTURE = Path("data/08_reporting/skill_report.png")
PICTURES = Path("docs/figures")


def main() -> None:
    """Replace what stands between the marks by the report as it lies in data, and the picture by its own."""
    readme = Path("README.md")
    for path in (REPORT, PICTURE):
        if not path.is_file():
            sys.exit(f"{path} is not there. Run: make report")
    text = readme.read_text()
    before, found, rest = text.partition(START)
    _, closed, after = rest.partition(END)
    if not (found and closed):
        sys.exit(f"README.md: expected the marks {START.strip()} and {END.strip()}.")
    body = REPORT.read_text().split("\n", 2)[2].partition("\n## ")[0].strip()
    shown = body.replace(f"]({PICTURE.name})", f"]({PICTURES / PICTURE.name})")
    shown = shown.replace("| Published |", "| [Published](docs/sources.md) |", 1)
    shutil.copyfile(PICTURE, PICTURES / PICTURE.name)
    readme.write_text(f"{before}{START}\n{shown}\n\n{END}{after}")
    print("README.md has the report's picture, findings and table.")


if __name__ == "__main__":
    main()
