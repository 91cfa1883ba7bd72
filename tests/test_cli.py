"""`kedro run` ends with a message and exit code 1 where the configuration cannot be used; and runs from an archive."""

import shutil
import tarfile

import pytest
from click.testing import CliRunner
from kedro.framework.project import configure_project

from rnn_trading.cli import program, run
from rnn_trading.configuration.files import ConfigurationError
from tests.conftest import with_configuration

WANTED = ["--pipelines", "data_ingestion.macro"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """One project for all tests: what they do not change is read once."""
    return with_configuration(tmp_path_factory.mktemp("project"))


@pytest.fixture
def local(project, monkeypatch):
    """The folder ``conf/local`` of the project, empty."""
    shutil.rmtree(project / "conf/local", ignore_errors=True)
    (project / "conf/local").mkdir()
    monkeypatch.chdir(project)
    configure_project("rnn_trading")
    return project / "conf/local"


@pytest.mark.parametrize("command", [run, program])
@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("parameters.yml", b"macro: [1, 2\n", "line 1, column 8: a bracket that is not closed"),
        ("catalog.yml", b"macro_source: {filepath: a}\n", "the entry macro_source has no type"),
        ("credentials.yml", b"\xff\xfe", "no text in UTF-8"),
        ("globals.yml", b"a: 1\na: 2\n", "line 2, column 1: the name 'a' stands twice"),
        ("parameters.yml", b"_multivariate: {corrected: {}}\n", "nothing reads _multivariate here"),
    ],
)
def test_a_broken_file_is_one_message(local, command, file, content, message):
    (local / file).write_bytes(content)
    result = CliRunner().invoke(command, WANTED)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)  # no traceback
    assert result.output.startswith(f"Error: conf/local/{file}, ")
    assert message in result.output


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--runner-params", "workers=0"], "workers: expected a whole number of 1 or more. Received: 0."),
        (["--runner-params", "workers=all"], "workers: expected a whole number of 1 or more. Received: 'all'."),
        (["--runner-params", "kind=slurm"], "kind: expected processes or dask. Received: 'slurm'."),
        (
            ["--runner-params", "worker=2"],
            "--runner-params: ExecutorRunner takes kind, workers, address, patience. Received: 'worker'. "
            "Did you mean workers?",
        ),
        (["--async"], "Workers load and save one thing after the other: leave out --async and is_async."),
    ],
)
@pytest.mark.filterwarnings("ignore:Option '--async' is deprecated")
def test_workers_that_cannot_be_had_are_one_message(local, given, message):
    result = CliRunner().invoke(run, [*WANTED, "--runner", "rnn_trading.runners.ExecutorRunner", *given])
    assert (result.exit_code, result.output) == (1, f"Error: {message}\n")
    assert not (local.parents[1] / "data").exists()


def test_who_interrupts_a_run_is_told_what_is_kept(local, monkeypatch):
    def interrupted(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr("rnn_trading.cli.run_of_kedro", interrupted)
    result = CliRunner().invoke(run, WANTED)
    assert result.exit_code == 1
    assert result.output.startswith("Interrupted. Networks that were fitted are kept (of canaries none): the same")


def test_a_runner_that_does_not_exist_is_one_message(local):
    result = CliRunner().invoke(run, [*WANTED, "--runner", "rnn_trading.runners.NoRunner"])
    assert (result.exit_code, isinstance(result.exception, SystemExit)) == (1, True)
    assert result.output.startswith("Error: --runner: there is no rnn_trading.runners.NoRunner (module ")
    unknown = CliRunner().invoke(run, [*WANTED, "--runner-params", "workers=2"])
    assert unknown.output == "Error: --runner-params: SequentialRunner takes none. Received: 'workers'.\n"


def test_other_commands_of_kedro_end_with_the_message_too():
    assert ConfigurationError("a.yml, line 1").format_message() == "a.yml, line 1"
    assert ConfigurationError.exit_code == 1


@pytest.mark.parametrize("given", [[], ["--params", "protocol=as_published"], ["--env", "test"]])
def test_an_archive_runs_as_its_folder(local, project, given):
    archive = project / "conf-rnn_trading.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(project / "conf", "conf", filter=lambda info: None if info.name.endswith("/local") else info)
    shutil.rmtree(project / "data", ignore_errors=True)
    result = CliRunner().invoke(run, [*WANTED, "--conf-source", str(archive), *given])
    assert result.exit_code == 0, result.output
    assert (project / "data/03_primary/macro.parquet").is_file()
    wrong = CliRunner().invoke(run, [*WANTED, "--conf-source", str(archive), "--params", "prices_file=a.csv"])
    assert wrong.exit_code == 1
    assert "Unknown parameter 'prices_file'" in wrong.output
    assert "add --env files or --env live" in wrong.output
