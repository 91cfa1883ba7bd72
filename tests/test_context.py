"""What a session and a notebook are told of entries that cannot be loaded."""

import contextlib
import shutil
import zipfile
from pathlib import Path

import pytest
from kedro.framework.project import configure_project, pipelines
from kedro.framework.session import KedroSession
from kedro.io import DatasetError, DatasetNotFoundError
from kedro.validation.exceptions import ParameterValidationError

from rnn_trading.context import SharedCatalog
from tests.conftest import ROOT, with_configuration

MODEL = "multivariate.macro.model"
LEVEL = "univariate_regression.level"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """One project for all tests: what they do not change is read once."""
    return with_configuration(tmp_path_factory.mktemp("project"))


@pytest.fixture
def session(project, monkeypatch):
    """Begins a session in the project, with files in its ``conf/local``; no data are there."""
    for leftover in ("data", "conf/local"):
        shutil.rmtree(project / leftover, ignore_errors=True)
    monkeypatch.chdir(project)
    configure_project("rnn_trading")

    def begin(env=None, given=None, **local):
        for name, content in local.items():
            path = project / f"conf/local/{name}.yml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
        return KedroSession.create(project, env=env, runtime_params=given or {})

    return begin


@pytest.fixture(scope="module")
def of_test(project):
    """The catalog of an environment, made once: it keeps nothing of what is loaded."""
    configure_project("rnn_trading")
    with contextlib.chdir(project):
        return KedroSession.create(project, env="test").load_context().catalog


@pytest.fixture
def catalog(session, of_test):
    return of_test


@pytest.mark.parametrize(
    ("name", "path", "pipeline"),
    [
        ("skill_table", "data/08_reporting/skill_table.parquet", "skill_report"),
        ("prices", "data/03_primary/prices.parquet", "data_ingestion.prices"),
        (MODEL, "data/06_models/corrected/multivariate.macro.keras", "multivariate.macro"),
        ("scoring_reader", "data/06_models/corrected/.*.reader.json", "text_sentiment.learned_embeddings"),
    ],
)
def test_what_is_not_there_yet_is_told_with_what_makes_it(catalog, name, path, pipeline):
    with pytest.raises(
        DatasetError, match=f"^{name}: {path} is not there. Make it: kedro run --env test --pipelines {pipeline}$"
    ):
        catalog.load(name)


def test_where_networks_of_other_folds_are_there_the_parameters_that_count_them_are_told(catalog):
    network = "multivariate.macro.fold_2.seed_42.model"
    folder = Path("data/06_models/corrected/multivariate.macro")
    with pytest.raises(DatasetError, match=r"fold_2\.seed_42\.keras is not there\. Make it: kedro run .*[a-z]$"):
        catalog.load(network)
    folder.mkdir(parents=True)
    (folder / "fold_1.seed_42.keras").touch()
    with pytest.raises(
        DatasetError, match="other parameters .walk_forward.folds, walk_forward.final_fit, seeds., give"
    ):
        catalog.load(network)


@pytest.mark.parametrize(
    ("name", "near"),
    [("skill_tabel", "skill_table"), ("stacked_lstm.clasification.skill", "stacked_lstm.classification.skill")],
)
def test_a_misspelled_name_is_told_with_the_closest(catalog, name, near):
    with pytest.raises(DatasetError, match=f"No pipeline has a dataset {name}. Did you mean {near}?"):
        catalog.load(name)


def test_a_file_of_another_source_is_loaded_and_told_once(session, caplog):
    with session("test") as first:
        first.run(pipeline_names=["data_ingestion.macro"])
    with session("test") as same:
        same.load_context().catalog.load("macro")
    assert "another source" not in caplog.text
    with session("files", {"macro_file": "/mine/macro.csv"}) as other:
        loading = other.load_context().catalog
        for _ in range(2):
            assert len(loading.load("macro"))
    assert [message for message in caplog.messages if "another source" in message] == [
        "macro was made from another source (macro_source: there the package statsmodels, here /mine/macro.csv), and "
        "is loaded as it is."
    ]


def test_other_errors_are_kedros(catalog):
    with pytest.raises(DatasetNotFoundError):
        catalog.load("of_mine")
    assert catalog.describe_datasets(["data_ingestion.macro"])
    assert "macro" in catalog.load("parameters")


def with_entries(path, **entries):
    with zipfile.ZipFile(path, "w") as file:
        for name, content in entries.items():
            file.writestr(f"{name}.json", content)


@pytest.mark.parametrize("fault", ["empty", "cut", "bytes", "without config"])
def test_a_damaged_model_is_told_with_what_makes_it(catalog, project, fault):
    path = project / "data/06_models/corrected/multivariate.macro.keras"
    path.parent.mkdir(parents=True)
    whole = (ROOT / "tests/models/saved_0_5_0/two_series_ensemble.keras").read_bytes()
    middle = len(whole) // 2
    contents = {
        "empty": b"",
        "cut": whole[:-9],
        "bytes": whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :],
    }
    if fault in contents:
        path.write_bytes(contents[fault])
    else:
        with_entries(path, metadata="{}")
    message = (
        f"{MODEL}: data/.*.keras cannot be read .*make it anew: kedro run --env test --pipelines multivariate.macro$"
    )
    with pytest.raises(DatasetError, match=message):
        catalog.load(MODEL)


@pytest.mark.trains
def test_a_model_of_unknown_classes_is_told_with_what_makes_it(catalog, project):
    path = project / "data/06_models/corrected/multivariate.macro.keras"
    path.parent.mkdir(parents=True)
    with_entries(path, config='{"class_name": "Nobody", "module": "no.body", "config": {}}', metadata="{}")
    with pytest.raises(DatasetError, match=r"cannot be read \(.*Nobody.*make it anew: kedro run --env test"):
        catalog.load(MODEL)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("type: pandas.NobodyDataset, filepath: a", "(?s)NobodyDataset"),
        ("type: rnn_trading.datasets.macro_file.MacroFileDataset, filpath: a", "(?s)filpath"),
    ],
)
def test_an_entry_that_makes_no_dataset_is_told_with_its_place(session, entry, message):
    with session(catalog=f"\nmacro_source: {{{entry}}}\n") as begun, pytest.raises(DatasetError) as caught:
        begun.run(pipeline_names=["data_ingestion.macro"])
    assert str(caught.value).startswith("conf/local/catalog.yml, line 2, column 1: ")
    caught.match(message)


def test_a_parameter_that_is_refused_is_told_with_its_place(session):
    with session(parameters="macro:\n  series: 3\n") as begun, pytest.raises(ParameterValidationError) as caught:
        begun.run(pipeline_names=["data_ingestion.macro"])
    caught.match(r"Parameter 'macro' \(conf/local/parameters.yml, line 1, column 1\)")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ["multivariate"],
            r"multivariate runs as book.macro. Run: pipeline_names=\['book.macro'\]",
        ),
        (None, r"what runs without a name runs as book. Run: pipeline_names=\['book'\]"),
        (["sec_filings"], "the book has no sec_filings"),
    ],
)
def test_a_session_is_told_what_runs_in_the_protocol(session, names, message):
    with session("test", {"protocol": "book"}) as begun, pytest.raises(ValueError, match=message):
        begun.run(pipeline_names=names)


def test_a_part_of_a_pipeline_is_refused_before_its_first_node(session, project):
    with (
        session("test") as begun,
        pytest.raises(DatasetError, match="(?s)begins with what is not there.*kedro run --env"),
    ):
        begun.run(pipeline_names=["multivariate"], from_nodes=["multivariate.macro.judge"])
    assert not (project / "data").exists()


def test_processes_are_told_the_same(session):
    from kedro.io import SharedMemoryDataCatalog

    catalog = session("test").load_context()._get_catalog(SharedMemoryDataCatalog)
    assert isinstance(catalog, SharedCatalog)
    with pytest.raises(DatasetError, match="skill_table: .* Make it: kedro run --env test --pipelines skill_report"):
        catalog.load("skill_table")


def of_level(**values):
    return {"univariate_regression": {"level": values}}


def test_pipelines_have_the_folds_and_seeds_of_their_session(session):
    fits = []
    for given in ({"walk_forward": {"folds": 2}}, {"seeds": 1, "walk_forward": {"folds": 1, "final_fit": False}}):
        catalog = session("test", of_level(**given)).load_context().catalog
        fits.append({each for each in pipelines[LEVEL].all_outputs() if each.endswith(".model") and ".fold_" in each})
        # The twin has those of the level, since it says nothing else.
        fits[-1] = {each.removeprefix(f"{LEVEL}.").removeprefix("returns.").removesuffix(".model") for each in fits[-1]}
    assert fits[0] == {f"fold_{fold}.seed_{seed}" for fold in (1, 2, "final") for seed in (42, 43)}
    assert fits[1] == {"fold_1.seed_42"}
    with pytest.raises(DatasetError, match=r"fold_1\.seed_42\.keras is not there\. Make it: kedro run .*") as caught:
        catalog.load(f"{LEVEL}.fold_1.seed_42.model")
    assert "--env test --pipelines univariate_regression.level --params " in str(caught.value)
    with pytest.raises(DatasetError, match=r"No pipeline has a dataset .*fold_2\.seed_42\.model\. Did you mean "):
        catalog.load(f"{LEVEL}.fold_2.seed_42.model")


@pytest.mark.parametrize(
    ("given", "close"),
    [
        ({"walk_forward": {"fold": 2}}, f"{LEVEL}.walk_forward.folds"),
        ({"seed": 2}, f"{LEVEL}.seeds"),
        ({"other_seed": [2]}, f"{LEVEL}.other_seeds"),
    ],
)
def test_a_misspelt_number_of_folds_or_seeds_is_refused(session, given, close):
    with pytest.raises(ValueError, match=f"Did you mean '{close}'"):
        session("test", of_level(**given)).load_context()


def test_what_is_no_number_of_seeds_is_refused_before_pipelines_are_made(session):
    with pytest.raises(ValueError, match=rf"^{LEVEL}\.seeds: expected a whole number of 1 or more. Received: 'many'"):
        session("test", of_level(seeds="many")).load_context()
    assert LEVEL in pipelines  # with the folds and seeds of before
