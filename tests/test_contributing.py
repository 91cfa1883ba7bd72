"""The walks of CONTRIBUTING.md, followed word for word in a copy of the project."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from rnn_trading.skill.rivals.panels import REGRESSION
from tests.processes import finished_process

pytestmark = [pytest.mark.trains, pytest.mark.minutes]  # in processes of their own

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
# A block, and the last name in backticks above it: the file that it belongs to.
BLOCK = re.compile(r"(?:`(?P<file>[^`\n]+)`[^`]*?)?\n\n```(?P<language>\w+)\n(?P<body>.*?)```", re.DOTALL)


def walk_of(title: str) -> list[tuple[str | None, str, str]]:
    """File, language and text of every block of a section."""
    (section,) = re.findall(rf"^## {title}\n(.*?)(?=^## )", TEXT, re.DOTALL | re.MULTILINE)
    return [(match["file"], match["language"], match["body"]) for match in BLOCK.finditer(section)]


def kedro(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Run a line of the text that begins with kedro."""
    environment = os.environ | {"PYTHONPATH": str(folder / "src")}
    command = [sys.executable, "-m", *line.split()]
    return finished_process(command, check=False, cwd=folder, env=environment)


@pytest.fixture
def follow(tmp_path) -> Callable[[str], tuple[Path, str]]:
    """Follow a walk in a copy of the project; gives the folder, and what its commands printed."""
    folder = tmp_path / "project"
    ignored = shutil.ignore_patterns("*.egg-info", "local", ".*")  # conf/local is the user's own
    for name in ("src", "conf"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "conf/local").mkdir()

    def steps(title: str) -> tuple[Path, str]:
        printed = ""
        for file, language, body in walk_of(title):
            if language in ("python", "yaml", "diff"):
                assert file, body
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                (folder / file).write_text(body, encoding="utf-8")
            for line in body.splitlines() if language == "bash" else []:
                if line.startswith("git apply "):
                    finished_process(line.split(), cwd=folder)
                    continue
                result = kedro(folder, line)
                assert result.returncode == 0, f"{line}\n{result.stdout}{result.stderr}"
                printed += result.stdout + result.stderr
        return folder, printed

    return steps


def record(folder: Path, name: str) -> dict:
    return json.loads((folder / f"data/08_reporting/corrected/{name}/skill.json").read_text(encoding="utf-8"))


def test_a_rival(follow):
    folder, _ = follow("A rival")
    table = pd.read_parquet(folder / "data/07_model_output/corrected/stacked_lstm.regression.parquet")
    assert "recent_mean" in table
    judged = record(folder, "stacked_lstm.regression")["rivals"]
    names = [rival.__name__ for rival in REGRESSION]
    names.insert(names.index("past_mean") + 1, "recent_mean")
    assert list(judged) == names
    returns = pd.read_parquet(folder / "data/04_feature/corrected/returns_weekly.parquet")
    row = table.iloc[-1]
    assert row["recent_mean"] == pytest.approx(returns.loc[(row["ticker"], row["date"]), ["4", "3", "2", "1"]].mean())


def test_a_network_of_known_layers(follow):
    folder, _ = follow("A network of known layers")
    judged = record(folder, "stacked_lstm.regression")
    assert judged["changed"]["stacked_lstm.regression.model.builder"] == '"rnn_trading.models.layered.build"'
    # GRU of 8 units both ways: 2 x 3 x (8 x (1 + 8) + 16) = 528; 20 tickers and the unseen one, of 5 dimensions: 105;
    # 10 hidden units of 16 + 5 + 12 inputs and a bias: 340; the forecast: 11.
    assert judged["model"]["parameters"] == 528 + 105 + 340 + 11


def test_an_experiment(follow):
    folder, printed = follow("An experiment")
    assert "- trading_range.daily\n" in printed
    assert "trading_range_inference" not in printed
    judged = record(folder, "trading_range.daily")
    assert set(judged["rivals"]) == {"echo_state_network", "ewma", "har", "linear_regression", "training_mean"}
    assert "trading_range.daily (corrected):" in printed
    figures = {path.stem for path in (folder / "data/08_reporting/corrected/trading_range.daily").glob("*.png")}
    usual = {"learning_curves", "outcomes_and_forecasts", "model_and_rivals", "folds_and_years", "intervals"}
    assert figures == {"by_weekday"} | usual


def test_a_network_of_your_own(follow):
    folder, _ = follow("A network of your own")
    judged = record(folder, "stacked_lstm.regression")
    assert judged["changed"]["stacked_lstm.regression.model.builder"] == '"my_networks.attention.build"'
    # GRU: 3 x (8 x (1 + 8) + 16) = 264; attention: 9; 21 tickers: 105; the forecast: 8 + 5 + 12 + 1 = 26.
    assert judged["model"]["parameters"] == 264 + 9 + 105 + 26
    parameters = folder / "conf/local/parameters.yml"
    parameters.write_text(parameters.read_text(encoding="utf-8").replace("units: 8", "unit: 8"), encoding="utf-8")
    shutil.rmtree(folder / "data")
    refused = kedro(folder, "kedro run --pipelines stacked_lstm.regression")
    assert refused.returncode == 1
    ((_, _, message),) = [block for block in walk_of("A network of your own") if block[1] == "text"]
    assert " ".join(message.split()) in " ".join(refused.stderr.split())
    assert not (folder / "data").exists()
