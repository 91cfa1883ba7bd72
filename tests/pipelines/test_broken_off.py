"""A run of several fits that is killed while it trains, and taken up."""

import json
import logging
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from rnn_trading.workspace.run import WorkspaceError
from tests.processes import started

NAME = "stacked_lstm.regression"
MODELS = Path("data/06_models/corrected")
GIVEN = {"walk_forward": {"folds": 2, "final_fit": False}, "seeds": 2, "training": {"epochs": 12, "patience": 12}}


def results(folder):
    record = json.loads((folder / f"data/08_reporting/corrected/{NAME}/skill.json").read_text())
    del record["model"]["seconds"], record["made"]["time"], record["trials"]["since"]
    history = pd.read_parquet(folder / MODELS / f"{NAME}.history.parquet")
    predictions = pd.read_parquet(folder / f"data/07_model_output/corrected/{NAME}.parquet")
    return record, history, predictions


@pytest.mark.minutes
@pytest.mark.trains
def test_a_run_that_was_killed_in_training_is_taken_up_and_ends_with_the_same_numbers(project, caplog):
    """Killed in the third of four fits: the first two are given back, and the third is taken up where it stood."""
    run = {"stacked_lstm": {"regression": GIVEN}}
    folder = project(NAME, **run)
    record, history, predictions = results(folder)
    assert record["model"]["device"] == "CPU"
    assert history[["fold", "seed"]].drop_duplicates().to_numpy().tolist() == [[1, 42], [1, 43], [2, 42], [2, 43]]

    shutil.rmtree(folder / "data")
    fits = folder / MODELS / NAME
    params = f"--params={','.join(_flat(GIVEN, NAME))}"
    command = [sys.executable, "-m", "kedro", "run", "--env=test", f"--pipelines={NAME}", params]
    _kill_after(command, folder, fits / "fold_2.seed_42.training_state/seed_42.npz")
    assert sorted(path.name for path in fits.glob("*.keras")) == ["fold_1.seed_42.keras", "fold_1.seed_43.keras"]

    caplog.clear()
    with caplog.at_level(logging.INFO):
        project(NAME, **run)
    trained = [line.partition(f"{NAME}, ")[2] for line in caplog.text.splitlines() if ": training on" in line]
    assert [line.partition(":")[0] for line in trained] == ["fold 2, seed 42", "fold 2, seed 43"]
    assert ["taken up after epoch" in line for line in trained] == [True, False]
    assert caplog.text.count(f"{NAME}, fold 1, seed 42: was fitted already") == 1
    again = results(folder)
    assert again[0] == record
    pd.testing.assert_frame_equal(again[1], history, check_exact=True)
    pd.testing.assert_frame_equal(again[2], predictions, check_exact=True)

    caplog.clear()
    with caplog.at_level(logging.INFO):
        project(NAME, only_missing_outputs=True, **run)
    assert "training on" not in caplog.text
    assert "was fitted already" not in caplog.text
    other = GIVEN | {"training": {"epochs": 11, "patience": 12}}
    with pytest.raises(WorkspaceError, match="was made from other sources or parameters:(?s:.*)epochs: there 12, here"):
        project(NAME, only_missing_outputs=True, stacked_lstm={"regression": other})


def _flat(values, prefix):
    """Nested parameters as a command line has them."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}.{name}")
        else:
            yield f"{prefix}.{name}={str(value).lower()}"


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
