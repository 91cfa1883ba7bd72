"""A run that is killed while it trains, and taken up."""

import json
import logging
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.processes import started

NAME = "stacked_lstm.regression"
MODELS = Path("data/06_models/corrected")
LONG = {"training": {"epochs": 40, "patience": 40}}


def results(folder):
    record = json.loads((folder / f"data/08_reporting/corrected/{NAME}/skill.json").read_text())
    del record["model"]["seconds"], record["made"]["time"]
    history = pd.read_parquet(folder / MODELS / f"{NAME}.history.parquet")
    predictions = pd.read_parquet(folder / f"data/07_model_output/corrected/{NAME}.parquet")
    return record, history, predictions


@pytest.mark.trains
def test_a_run_that_was_killed_in_training_is_taken_up_and_ends_with_the_same_numbers(project, caplog):
    run = {"stacked_lstm": {"regression": LONG}}
    folder = project(NAME, **run)
    record, history, predictions = results(folder)
    assert record["model"]["device"] == "CPU"

    shutil.rmtree(folder / "data")
    parameters = ",".join(f"{NAME}.training.{name}={value}" for name, value in LONG["training"].items())
    command = [sys.executable, "-m", "kedro", "run", "--env=test", f"--pipelines={NAME}", f"--params={parameters}"]
    _kill_after(command, folder, folder / MODELS / f"{NAME}.training_state/seed_42.npz")
    assert not (folder / MODELS / f"{NAME}.keras").exists()

    with caplog.at_level(logging.INFO):
        project(NAME, **run)
    assert f"{NAME}: training on the CPU, 2,160 rows, batch 256, up to 40 epochs, taken up after epoch" in caplog.text
    again = results(folder)
    assert again[0] == record
    pd.testing.assert_frame_equal(again[1], history, check_exact=True)
    pd.testing.assert_frame_equal(again[2], predictions, check_exact=True)

    caplog.clear()
    with caplog.at_level(logging.INFO):
        project(NAME, **run)  # what was fitted is there
    assert f"{NAME}: was fitted already, " in caplog.text
    assert f"{NAME}: training on" not in caplog.text
    pd.testing.assert_frame_equal(results(folder)[2], predictions, check_exact=True)


def _kill_after(command, folder, state):
    """Start a command, and kill it as soon as a file is there."""
    log = folder / "log.txt"
    with log.open("w") as written, started(command, cwd=folder, stdout=written, stderr=written) as process:
        while not state.exists():
            try:
                process.wait(0.02)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(log.read_text())
