"""Shared pieces: the project's own parameters, small panels, and a copy of the project to run in."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# How long an example takes says nothing on a machine that is busy.
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")

# TensorFlow gets in the way of curl_cffi unless that is loaded before it.
with contextlib.suppress(ImportError):
    import curl_cffi  # noqa: F401

os.environ["KEDRO_DISABLE_TELEMETRY"] = "1"
os.environ.setdefault("MPLBACKEND", "Agg")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def base_parameters() -> Callable[[str], dict[str, Any]]:
    """Parameters of conf/base as plain values, by protocol."""
    from kedro.config import OmegaConfigLoader

    from rnn_trading.settings import CONFIG_LOADER_ARGS

    def load(protocol: str) -> dict[str, Any]:
        conf = str(ROOT / "conf")
        return OmegaConfigLoader(conf, runtime_params={"protocol": protocol}, **CONFIG_LOADER_ARGS)["parameters"]

    return load


@pytest.fixture(scope="session")
def sequence_of(base_parameters) -> Callable[..., Any]:
    """The sequence parameters of a protocol and period, with changes; nested ones by dotted names."""
    from rnn_trading.panels.sequence_parameters import DailyParameters, SequenceParameters, WeeklyParameters

    def make(protocol: str, period: str, **changes: Any) -> SequenceParameters:
        values = base_parameters(protocol)["daily_weekly_sequences"][period]
        values = {key: dict(value) if isinstance(value, dict) else value for key, value in values.items()}
        for name, change in changes.items():
            if isinstance(change, dict):
                values[name] |= change
            else:
                values[name] = change
        if "lags" in changes and values["winsorise"]:
            values["winsorise"]["last_lag"] = changes["lags"] - (protocol == "as_published")
        return (DailyParameters if period == "daily" else WeeklyParameters)(**values)

    return make


@pytest.fixture(scope="session")
def last_dates(base_parameters):
    """The default split: the last 15 % of the dates each."""
    from rnn_trading.splits.chronological import SplitParameters

    return SplitParameters(**base_parameters("corrected")["stacked_lstm"]["classification"]["split"])


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Run pipelines in a copy of the project: its configuration, and a data folder of its own.

    Returns a function that takes the pipeline, the environment and runtime parameters, runs them in this process,
    and gives the folder of the copy.
    """
    from kedro.framework.project import configure_project
    from kedro.framework.session import KedroSession

    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "conf", folder / "conf")
    (folder / "src").mkdir()  # a notebook's session wants it, although the package is installed
    before = Path.cwd()
    os.chdir(folder)

    def run(pipeline: str, env: str = "test", **runtime_params: Any) -> Path:
        configure_project("rnn_trading")
        with KedroSession.create(folder, env=env, runtime_params=runtime_params) as session:
            session.run(pipeline_names=[pipeline])
        return folder

    yield run
    os.chdir(before)
