"""Other runners write what the sequential one writes."""

import sys

import pytest

from tests.helpers import same_records
from tests.processes import finished_process


@pytest.mark.trains
@pytest.mark.xdist_group("multivariate")
@pytest.mark.parametrize("runner", ["ThreadRunner", "ParallelRunner"])
def test_another_runner_gives_the_same_files_to_the_bit(project, finished, tmp_path, runner):
    folder = finished("multivariate", protocol="corrected")
    (folder / "data").rename(tmp_path / "whole")
    command = [sys.executable, "-m", "kedro", "run", "--env=test", "--pipelines=multivariate", f"--runner={runner}"]
    finished_process(command, cwd=folder)
    compared, differing = same_records.compare(tmp_path / "whole", folder / "data")
    assert compared > 15
    assert differing == []
