"""What ``benchmarks/old_and_new.py`` puts beside each other."""

import importlib.util
import shutil
import subprocess
import sys

import pytest
from kedro.config import OmegaConfigLoader
from omegaconf import OmegaConf

from rnn_trading.plan import Plan
from rnn_trading.settings import CONFIG_LOADER_ARGS
from tests.conftest import ROOT

_SPEC = importlib.util.spec_from_file_location("old_and_new", ROOT / "benchmarks/old_and_new.py")
old_and_new = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(old_and_new)


def test_the_working_tree_fits_as_many_networks_as_it_says(tmp_path):
    tree = old_and_new.new_tree(tmp_path)
    assert (tree / "src/rnn_trading/plan.py").is_file()
    asked = OmegaConf.to_container(OmegaConf.from_dotlist(old_and_new.parameters_of(tree).split(",")))
    given = {"protocol": "corrected"}
    loader = OmegaConfigLoader(str(tree / "conf"), env="test", runtime_params=given, **CONFIG_LOADER_ARGS)
    fits = Plan.from_parameters(loader["parameters"]).changed_by(asked).of(old_and_new.PIPELINE)
    assert (fits.folds, len(fits.seeds), fits.final) == (1, old_and_new.NETWORKS, False)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """One commit of a project whose parameters have the names of 0.10, changed since; gives its name."""
    if not shutil.which("git"):
        pytest.skip("needs git")
    parameters = tmp_path / "conf/base/multivariate/parameters.yml"
    parameters.parent.mkdir(parents=True)
    parameters.write_text("ensemble: {networks: 1}\n")

    def git(*arguments):
        own = ["-c", "user.name=tests", "-c", "user.email=tests@example.org"]
        return subprocess.run(["git", *own, "-C", tmp_path, *arguments], check=True, capture_output=True, text=True)

    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "one")
    parameters.write_text("seeds: 1\n")
    monkeypatch.setattr(old_and_new, "ROOT", tmp_path)
    return git("rev-parse", "HEAD").stdout.strip()


def test_the_old_tree_is_that_of_the_commit(repository, tmp_path):
    assert old_and_new.is_here(repository)
    tree = old_and_new.old_tree(repository, tmp_path / "old")
    assert old_and_new.parameters_of(tree) == "multivariate.macro.ensemble.networks=5"


def test_without_the_commit_there_is_nothing_to_compare(repository, monkeypatch, capsys):
    for given, status in ((["--old", "0" * 40], 1), ([], 0)):
        monkeypatch.setattr(sys, "argv", ["old_and_new.py", *given])
        assert old_and_new.main() == status
        assert "nothing to compare with" in capsys.readouterr().out
