"""Shared pieces: the project's own parameters, small panels, and a copy of the project to run in."""

import atexit
import contextlib
import copy
import functools
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import omegaconf.base
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
# A worker has one core: threads that wait for each other, or for more cores, only take it from the other worker.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

# Hundreds of sessions: OmegaConf parses a text in braces each time that one is read, and Kedro looks for ibis at every
# parameter, by all folders of packages.
omegaconf.base.parse = functools.cache(omegaconf.base.parse)
sys.modules.setdefault("ibis", None)

ROOT = Path(__file__).parent.parent
# What a test sees of conf does not depend on what a user has in conf/local.
WITHOUT_LOCAL = {"env": "base"}


class _RefuseTensorFlow:
    """Finds no module, and says why TensorFlow is not looked for."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name == "tensorflow":
            raise ImportError(
                "A test that is not marked `trains` imports TensorFlow. Mark it with pytest.mark.trains; outside "
                "tests/models, import Keras and modules of rnn_trading.models inside the test."
            )


def pytest_configure(config: pytest.Config) -> None:
    """Hold the fast tests to their promise."""
    if config.option.markexpr == "not trains":
        sys.meta_path.insert(0, _RefuseTensorFlow())


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes are named by how many they are: packed ones hold the time, and both workers must find the same tests."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes begins first, so that both workers end at about the same time."""
    items.sort(key=lambda item: item.get_closest_marker("minutes") is None)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Groups stay together: what a run of one gives, only the worker that made it can give."""
    lone = [item.nodeid for item in session.items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid]
    if getattr(session.config.option, "loadgroup", False) and lone:
        raise pytest.UsageError(f"pytest-xdist does not group the tests ({lone[0]}): it needs pytest < 9.2.")


@functools.cache
def _parameters(protocol: str) -> dict[str, Any]:
    from kedro.config import OmegaConfigLoader

    from rnn_trading.settings import CONFIG_LOADER_ARGS

    given = {"protocol": protocol}
    return OmegaConfigLoader(str(ROOT / "conf"), runtime_params=given, **WITHOUT_LOCAL, **CONFIG_LOADER_ARGS)[
        "parameters"
    ]


@pytest.fixture(scope="session")
def base_parameters() -> Callable[[str], dict[str, Any]]:
    """Parameters of conf/base as plain values, by protocol; a copy that a test may change."""
    return lambda protocol: copy.deepcopy(_parameters(protocol))


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
def untraced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks compute step by step: tracing one takes longer than a few steps."""
    from rnn_trading.models.backend import keras

    monkeypatch.setattr(keras.Model, "run_eagerly", property(lambda model: True, lambda model, given: None))


Run = Callable[..., Path]


@functools.cache
def _configuration() -> str:
    """One copy of the configuration for a whole session, without conf/local of whoever runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="conf-"))
    atexit.register(shutil.rmtree, folder)
    shutil.copytree(ROOT / "conf", folder / "conf", ignore=shutil.ignore_patterns("local", ".*"))
    (folder / "conf/local").mkdir()
    return str(folder / "conf")


def with_configuration(folder: Path) -> Path:
    """A folder as a project, with the configuration but for ``conf/local``."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "conf", folder / "conf", ignore=shutil.ignore_patterns("local"))
    return folder


def _undrawn(session: Any, pipeline: str) -> list[str]:
    """Nodes that draw no figure and write no page of them."""
    from kedro.framework.project import pipelines

    session.load_context()  # plans the pipelines
    return [
        node.name
        for node in pipelines[pipeline].nodes
        if not node.name.rpartition(".")[2].startswith(("draw_", "write_"))
    ]


@contextlib.contextmanager
def project_in(folder: Path) -> Iterator[Run]:
    """A copy of the project in a new folder, and what runs pipelines there.

    All copies share one configuration, and each has a data folder of its own. Until the end the copy is the current
    folder. What is given takes the pipeline, the environment, the first and last nodes, whether figures are drawn and
    pages written, and runtime parameters, runs them in this process, and gives the folder.
    """
    from kedro.framework.project import configure_project
    from kedro.framework.session import KedroSession

    folder.mkdir()
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "conf").symlink_to(_configuration())  # for commands that are started there
    (folder / "src").mkdir()  # a notebook's session wants it, although the package is installed

    def run(
        pipeline: str,
        env: str = "test",
        to_nodes: list[str] | None = None,
        from_nodes: list[str] | None = None,
        only_missing_outputs: bool = False,
        drawn: bool = True,
        **runtime_params: Any,
    ) -> Path:
        configure_project("rnn_trading")
        with KedroSession.create(
            folder, env=env, runtime_params=runtime_params, conf_source=_configuration()
        ) as session:
            session.run(
                pipeline_names=[pipeline],
                node_names=None if drawn else _undrawn(session, pipeline),
                to_nodes=to_nodes,
                from_nodes=from_nodes,
                only_missing_outputs=only_missing_outputs,
            )
        return folder

    with contextlib.chdir(folder):
        yield run


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Run]:
    """Run pipelines in a copy of the project: see :func:`project_in`."""
    with project_in(tmp_path / "project") as run:
        yield run


@pytest.fixture(scope="session")
def _runs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a run, made when it is first wanted; by its pipeline and parameters as JSON."""

    @functools.cache
    def run(wanted: str) -> Path:
        pipeline, runtime_params = json.loads(wanted)
        with project_in(tmp_path_factory.mktemp("run") / "project") as run_here:
            return run_here(pipeline, **runtime_params)

    return run


@pytest.fixture
def finished(project: Run, tmp_path: Path, _runs: Callable[[str], Path]) -> Run:
    """As ``project``, but the run is made once for all tests of a session that look at it: each gets a copy.

    Further runs with ``project`` go on from there.
    """

    def copy_of(pipeline: str, **runtime_params: Any) -> Path:
        made = _runs(json.dumps([pipeline, runtime_params], sort_keys=True))
        shutil.copytree(made / "data", tmp_path / "project/data", dirs_exist_ok=True)
        return tmp_path / "project"

    return copy_of


@pytest.fixture(scope="session")
def run_notebooks() -> Iterator[Callable[..., None]]:
    """Run notebooks beside the data of copies of the project, all in one kernel: see :mod:`tests.kernel`."""
    from tests.kernel import started

    with started() as run:
        yield run
