"""A configuration whose ``local`` is empty, and loaders of it."""

import shutil

import pytest

from rnn_trading.config import ConfigLoader
from rnn_trading.settings import CONFIG_LOADER_ARGS
from tests.conftest import ROOT


def copied(folder):
    shutil.copytree(ROOT / "conf", folder / "conf", ignore=shutil.ignore_patterns("local"))
    (folder / "conf/local").mkdir()
    return folder / "conf"


@pytest.fixture(scope="package")
def shared(tmp_path_factory):
    """One copy for all tests: what they do not change is parsed once."""
    return copied(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def conf(shared, monkeypatch):
    """The configuration, in the current folder; a test writes into ``local`` alone."""
    shutil.rmtree(shared / "local")
    (shared / "local").mkdir()
    monkeypatch.chdir(shared.parent)
    return shared


@pytest.fixture
def own_conf(tmp_path, monkeypatch):
    """A configuration that a test may change as it likes, in the current folder."""
    monkeypatch.chdir(tmp_path)
    return copied(tmp_path)


@pytest.fixture
def load(monkeypatch):
    """A loader of a configuration; all are made at the same time."""
    monkeypatch.setattr("rnn_trading.config.made_now", lambda: {"time": "2026-01-31T12:05:00Z"})

    def make(source, env=None, **given):
        return ConfigLoader(str(source), env=env, runtime_params=given, **CONFIG_LOADER_ARGS)

    return make
