"""What `benchmarks/readme_table.py` puts into the README."""

from pathlib import Path

import pytest

from benchmarks import readme_table


@pytest.mark.parametrize("marks", [True, False])
def test_the_readme_gets_picture_findings_and_table(tmp_path, monkeypatch, marks):
    monkeypatch.chdir(tmp_path)
    for folder in ("data/08_reporting", "docs/figures"):
        Path(folder).mkdir(parents=True)
    Path("README.md").write_text(f"before\n{readme_table.START if marks else ''}old\n{readme_table.END}after\n")
    readme_table.REPORT.write_text(
        "# What survives\n\n![All](skill_report.png)\n\n1. One.\n\n| Published |\n\n## Not there yet\n\n- b\n"
    )
    with pytest.raises(SystemExit, match="skill_report.png is not there. Run: make report"):
        readme_table.main()
    readme_table.PICTURE.write_bytes(b"picture")
    if not marks:
        with pytest.raises(SystemExit, match="expected the marks"):
            readme_table.main()
        return
    readme_table.main()
    shown = "![All](docs/figures/skill_report.png)\n\n1. One.\n\n| [Published](docs/sources.md) |"
    assert Path("README.md").read_text() == f"before\n{readme_table.START}\n{shown}\n\n{readme_table.END}after\n"
    assert Path("docs/figures/skill_report.png").read_bytes() == b"picture"
