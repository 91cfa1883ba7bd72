"""The package outside of its project: it brings its configuration along."""

import json
import os
import runpy
import shutil
import sys

import pytest
from click.testing import CliRunner
from kedro.framework.project import configure_project

from rnn_trading import place
from rnn_trading.cli import program
from tests.conftest import ROOT
from tests.processes import finished_process


def copy_configuration(target):
    """What the build of a wheel does."""
    runpy.run_path(str(ROOT / "setup.py"), run_name="not_a_build")["copy_configuration"](target)


def test_a_build_copies_every_environment_but_local(tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/of_an_earlier_build.yml").touch()
    copy_configuration(tmp_path / "conf")

    def files(folder):
        return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

    expected = {name for name in files(ROOT / "conf") if not name.startswith("local/") and "/." not in f"/{name}"}
    assert files(tmp_path / "conf") == expected
    assert {"base/globals.yml", "live/credentials.yml", "logging.yml"} < expected


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder of packages, as from the wheel."""
    site = tmp_path_factory.mktemp(".site")
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(ROOT / "src/rnn_trading", site / "rnn_trading", ignore=ignored)
    copy_configuration(site / "rnn_trading/conf")
    return site


@pytest.fixture
def command(installed, tmp_path):
    """Runs the command in an empty folder."""

    def run(*words):
        environment = {**os.environ, "PYTHONPATH": str(installed)}
        return finished_process(
            [sys.executable, "-m", "rnn_trading", *words], check=False, cwd=tmp_path, env=environment
        )

    return run


def test_in_an_empty_folder_it_runs_with_its_own_configuration_and_local_of_the_folder(command, tmp_path):
    (tmp_path / "conf/local").mkdir(parents=True)
    (tmp_path / "conf/local/parameters.yml").write_text("macro: {source: mine}\n")
    done = command("--pipelines", "data_ingestion.macro")
    assert done.returncode == 0, done.stderr
    assert "Running data_ingestion.ingest_macro" in done.stdout
    assert json.loads((tmp_path / "data/03_primary/macro_report.json").read_text())["source"] == "mine"
    (tmp_path / "conf/local/parameters.yml").write_text("macro: [")
    broken = command("run", "--pipelines", "data_ingestion.macro")
    assert broken.returncode == 1
    assert "Error: conf/local/parameters.yml, line " in broken.stderr
    assert "Traceback" not in broken.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "rnn-trading --pipelines multivariate"),
        (["--help"], "rnn-trading --pipelines multivariate"),
        (["run", "--help"], "--conf-source"),
        (["pipelines"], "\nskill_report\n"),
    ],
)
def test_it_says_what_it_can(words, says):
    result = CliRunner().invoke(program, words)
    assert result.exit_code == 0
    assert says in result.output


def test_the_script_is_declared():
    assert 'rnn-trading = "rnn_trading.__main__:main"' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize(
    ("package", "has_base", "found"),
    [
        ("rnn_trading", True, "here"),
        ("rnn_trading", False, "packed"),
        (None, True, "here"),
        (None, False, "packed"),
        # A folder inside of somebody else's project.
        ("other", True, "packed"),
    ],
)
def test_where_the_configuration_is_looked_for(tmp_path, monkeypatch, package, has_base, found):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(place, "PACKED", tmp_path / "packed")
    if package:
        kedro = f'package_name = "{package}"\nproject_name = "x"\nkedro_init_version = "1.7.0"\n'
        (tmp_path / "pyproject.toml").write_text(f"[tool.kedro]\n{kedro}")
    if has_base:
        (tmp_path / "conf/base").mkdir(parents=True)
    assert place.configuration() == {"here": tmp_path / "conf", "packed": tmp_path / "packed"}[found]
    assert place.in_project() == (package == "rnn_trading")


def test_without_any_configuration_it_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(place, "PACKED", tmp_path / "packed")
    configure_project("rnn_trading")
    result = CliRunner().invoke(program, ["--pipelines", "data_ingestion.macro"])
    assert result.exit_code == 1
    assert (
        "There is no configuration in packed: expected a folder with base in it. Name it with --conf-source"
        in result.output
    )
