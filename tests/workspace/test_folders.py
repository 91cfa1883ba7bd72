import pytest

from rnn_trading.config import ConfigLoader
from rnn_trading.differences import leaves
from rnn_trading.settings import CONFIG_LOADER_ARGS
from rnn_trading.workspace.folders import run_folder
from tests.conftest import ROOT

# What is read by all runs, what is about several, and the register of trials, which has those of all.
SHARED = ("data/01_raw/", "data/08_reporting/comparisons/", "data/09_register", "data/08_reporting/register.")


@pytest.mark.parametrize("env", ["base", "files", "live", "test"])
def test_whatever_a_run_writes_lies_in_its_folder(env):
    loader = ConfigLoader(str(ROOT / "conf"), env=env, runtime_params={"run": "small"}, **CONFIG_LOADER_ARGS)
    paths = {
        f"{name}: {value}"
        for name, value in leaves(loader["catalog"])
        if name.rpartition(".")[2] in ("filepath", "path", "folder") and str(value).startswith("data/")
        if not str(value).startswith(SHARED)
    }
    assert len(paths) > 80
    assert sorted(path for path in paths if ": data/runs/small/" not in path) == []


def test_a_long_name_is_shown_in_part():
    with pytest.raises(ValueError, match=r"Received: 'x{79}\.\.\. \(300 signs\)\. Name another"):
        run_folder("x" * 300)
