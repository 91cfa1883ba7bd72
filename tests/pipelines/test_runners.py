"""Other runners write what the sequential one writes."""

import sys

import numpy as np
import pandas as pd
import pytest

from tests.helpers import same_records
from tests.processes import finished_process

WORKERS = "rnn_trading.runners.ExecutorRunner"


@pytest.mark.trains
@pytest.mark.xdist_group("multivariate")
@pytest.mark.parametrize(
    "runner",
    [
        ["ThreadRunner"],
        ["ParallelRunner"],
        [WORKERS, "--runner-params=kind=processes,workers=2"],
    ],
)
def test_another_runner_gives_the_same_files_to_the_bit(project, finished, tmp_path, runner):
    same_files(finished, tmp_path, runner)


@pytest.mark.trains
@pytest.mark.xdist_group("multivariate")
def test_workers_of_dask_give_the_same_files_to_the_bit(project, finished, tmp_path):
    distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")
    cluster = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0", "silence_logs": "ERROR"}
    with distributed.LocalCluster(**cluster) as started:
        same_files(finished, tmp_path, [WORKERS, f"--runner-params=kind=dask,address={started.scheduler_address}"])


def same_files(finished, tmp_path, runner):
    """Run a pipeline by another runner, and compare all its files with those of the sequential one."""
    folder = finished("multivariate", protocol="corrected")
    (folder / "data").rename(tmp_path / "whole")
    command = [sys.executable, "-m", "kedro", "run", "--env=test", "--pipelines=multivariate", "--runner", *runner]
    finished_process(command, cwd=folder)
    compared, differing = same_records.compare(tmp_path / "whole", folder / "data")
    assert compared > 15
    assert differing == []


@pytest.mark.parametrize("env", ["test", "files"])
def test_filings_are_read_in_several_processes_as_in_one(project, tmp_path, env):
    """Simulated ones are made, and in the other environment a user's own are read, and none is simulated."""
    folder = tmp_path / "project"
    given = own_filings(tmp_path) if env == "files" else {}
    project("data_ingestion.filings", env=env, **given)
    (folder / "data").rename(tmp_path / "whole")
    params = ["--params=" + ",".join(f"{name}={value}" for name, value in given.items())] if given else []
    command = [sys.executable, "-m", "kedro", "run", f"--env={env}", "--pipelines=data_ingestion.filings", *params]
    finished_process([*command, "--runner=ParallelRunner"], cwd=folder)
    compared, differing = same_records.compare(tmp_path / "whole", folder / "data")
    assert compared >= 4
    assert differing == []


def own_filings(folder):
    """Two reports of one firm, with their index and prices."""
    days = pd.bdate_range("2014-01-01", "2015-12-31")
    text = " ".join(["Our revenue grew and our costs fell in the year."] * 20)
    filed = {"filing_id": ["1", "2"], "date_filed": ["2014-03-03", "2015-03-02"], "ticker": "A"}
    prices = {"ticker": "A", "date": days, "adj_close": 10 + np.arange(len(days)) / 100}
    files = {
        "filings_file": pd.DataFrame({"filing_id": ["1", "2"], "item_1": text, "item_7": text}),
        "filing_index": pd.DataFrame(filed),
        "filing_prices_file": pd.DataFrame(prices),
    }
    for name, table in files.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    return {name: str(folder / f"{name}.csv") for name in files}
