"""The floors of the house: arrows go down, and the contracts that say so can be broken."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import finished_process

ROOT = Path(__file__).parent.parent


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of pyproject.toml on the modules of a folder."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]
    environment = {"PYTHONPATH": str(folder / "src"), "PATH": ""}
    return finished_process(command, check=False, cwd=folder, env=environment)


@pytest.fixture
def house(tmp_path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", ".*"))
    return tmp_path


def test_arrows_go_down(house):
    result = lint(house)
    assert result.returncode == 0, result.stdout
    assert "Contracts: 5 kept, 0 broken." in result.stdout


@pytest.mark.parametrize(
    ("module", "upward", "contract"),
    [
        ("splits/windows.py", "rnn_trading.series.series", "Arrows go down"),
        ("series/scaling.py", "rnn_trading.panels.sequences", "Arrows go down"),
        ("experiments/panels.py", "rnn_trading.pipelines.stacked_lstm", "Arrows go down"),
        ("skill/metrics/panels.py", "rnn_trading.skill.tasks", "No circle"),
        ("pipelines/stacked_lstm/pipeline.py", "rnn_trading.pipelines.multivariate", "No pipeline imports another"),
        ("models/parameters.py", "pandas", "Models know nothing"),
        ("skill/formats.py", "keras", "The judge knows nothing"),
    ],
)
def test_an_arrow_that_is_turned_up_breaks_a_contract(house, module, upward, contract):
    path = house / "src/rnn_trading" / module
    path.write_text(
        path.read_text(encoding="utf-8") + f"\n\ndef late() -> None:\n    import {upward}\n", encoding="utf-8"
    )
    result = lint(house)
    assert result.returncode == 1
    broken = [line for line in result.stdout.splitlines() if line.endswith("BROKEN")]
    assert any(line.startswith(contract) for line in broken) or f"{contract}" in result.stdout.partition("Broken")[2]


def test_the_picture_of_the_floors_is_that_of_the_imports(monkeypatch):
    spec = importlib.util.spec_from_file_location("draw_floors", ROOT / "tools/draw_floors.py")
    draw_floors = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(draw_floors)
    monkeypatch.chdir(ROOT)
    drawn = (ROOT / "docs/figures/floors.svg").read_text(encoding="utf-8")
    assert draw_floors.svg() == drawn, "Draw it again: python tools/draw_floors.py"
