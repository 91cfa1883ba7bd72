"""Runs of the project as Kedro begins them: refused, at once, and with folders of their own."""

import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from rnn_trading.workspace.run import WorkspaceError
from tests.processes import started

NAME = "multivariate.macro"


def test_a_run_that_is_taken_up_on_another_source_is_refused_before_anything_runs(project, tmp_path):
    """The third of: all on the default data; one node on a file of the user; from a later node on."""
    dates = pd.date_range("2000-01-01", periods=60, freq="MS")
    table = pd.DataFrame({"date": dates, "UMCSENT": 90.0, "IPGMFN": 60.0})
    table[["UMCSENT", "IPGMFN"]] += pd.Series(range(60)).to_numpy()[:, None] ** 1.5
    table.to_csv(tmp_path / "macro.csv", index=False)
    split = f"{NAME}.split_months"
    project(NAME, to_nodes=[split])
    data = project("data_ingestion.macro", env="files", macro_file=str(tmp_path / "macro.csv")) / "data"
    before = {path: path.stat().st_mtime_ns for path in data.rglob("*") if path.is_file()}
    with pytest.raises(WorkspaceError) as refused:
        project(NAME, from_nodes=[f"{NAME}.transform_series"], to_nodes=[split])
    text = str(refused.value)
    assert text.startswith("data/03_primary/macro.parquet was made from other sources or parameters:\n")
    assert f"macro_source: there {tmp_path}/macro.csv, here the package statsmodels" in text
    assert 'macro.series: there [{"name": "UMCSENT"' in text
    assert "It was made by: kedro run --env files --pipelines data_ingestion.macro --params macro_file=" in text
    assert text.endswith(f"Run the pipeline whole: kedro run --env test --pipelines {NAME}")
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_second_run_of_the_same_outputs_is_refused_while_the_first_goes_on(project, tmp_path):
    folder = tmp_path / "project"
    command = [sys.executable, "-m", "kedro", "run", "--env", "test", "--pipelines", "data_ingestion.macro"]
    with started(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as first:
        while not list((folder / "data").glob(".running/*.json")):
            assert first.poll() is None
            time.sleep(0.01)  # until it has begun
        first.send_signal(signal.SIGSTOP)
        with pytest.raises(WorkspaceError) as refused:
            project("data_ingestion.macro")
        project("data_ingestion.macro", run="other")
        first.send_signal(signal.SIGKILL)
        first.wait()
        project("data_ingestion.macro")
    text = str(refused.value)
    assert f"It is the process {first.pid} on " in text
    assert ": kedro run --env test --pipelines data_ingestion.macro. Wait until it has ended" in text
    assert f"end it (kill {first.pid})" in text
    assert text.endswith("kedro run --env test --pipelines data_ingestion.macro --params run=OTHER")
    assert list((folder / "data").glob(".running/*.json")) == []


def test_an_interrupted_session_does_not_block_the_next_one_in_folders_of_its_own(project, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    for name in ("..", "", "a/b", None, 1.5, True, "main"):
        with pytest.raises(ValueError, match="run: expected a name"):
            project("data_ingestion.macro", run=name)
    with monkeypatch.context() as patched:
        patched.setattr("kedro.runner.SequentialRunner.run", interrupt)
        with pytest.raises(KeyboardInterrupt):
            project("data_ingestion.macro", run="small")
    data = project("data_ingestion.macro", run="small") / "data"
    assert sorted(path.name for path in data.iterdir()) == [".running", "runs"]
    assert sorted(path.name for path in (data / "runs/small/03_primary").iterdir()) == [
        "macro.parquet",
        "macro_report.json",
    ]
    assert list(data.glob(".running/*.json")) == []
