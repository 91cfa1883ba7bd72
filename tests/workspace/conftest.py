"""The small project."""

import pytest

from tests.workspace.small_project import Project


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)
