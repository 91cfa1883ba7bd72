"""A report on one record, in a copy of the project."""

import shutil
from pathlib import Path

import pytest

from rnn_trading.pipeline_registry import experiments, figures_of
from tests.conftest import project_in
from tests.records import write_one

PAGE = "data/08_reporting/skill_report.html"
NAME = "multivariate.macro"
FIGURES = figures_of(experiments())[NAME]


@pytest.fixture(scope="module")
def report_on_one_record(tmp_path_factory):
    with project_in(tmp_path_factory.mktemp("report") / "project") as run:
        write_one(NAME, FIGURES)
        return run("skill_report")


@pytest.fixture
def reported(project, report_on_one_record):
    """Run the report in a copy of the project with one record, its figures and its page, and more files if given."""

    def report(**more: bytes) -> Path:
        if not more:
            shutil.copytree(report_on_one_record / "data", "data")
            return Path.cwd()
        write_one(NAME, FIGURES)
        for path, content in more.items():
            target = Path.cwd() / "data/08_reporting" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return project("skill_report")

    return report
