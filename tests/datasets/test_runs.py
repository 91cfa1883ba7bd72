import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.runs import RunsDataset

RECORD = "corrected/level/skill.json"


@pytest.fixture
def data(tmp_path):
    """A data folder with the records of main and of two runs, and a run without any."""
    for place in ("", "runs/wide", "runs/deep"):
        path = tmp_path / place / "08_reporting" / RECORD
        path.parent.mkdir(parents=True)
        path.write_text(place)
    (tmp_path / "runs/none").mkdir()
    return tmp_path


def runs(data, names):
    return RunsDataset(filepath=str(data), runs=names, folder="08_reporting", patterns=["*/*/skill.json"])


def test_files_of_each_run_in_the_order_of_the_names(data):
    files = runs(data, "wide+main").load()
    assert list(files) == ["wide", "main"]
    assert files == {"wide": {RECORD: b"runs/wide"}, "main": {RECORD: b""}}


@pytest.mark.parametrize("names", [None, "main", "", "+", "main+main", "main+../wide", "main+", "main+a/b"])
def test_names_that_are_no_two_runs_are_refused_with_those_that_there_are(data, names):
    with pytest.raises(DatasetError, match=r"two names or more.*Runs with records: main, deep, wide\."):
        runs(data, names).load()


def test_a_run_without_records_is_named(data):
    with pytest.raises(
        DatasetError, match=r"runs: no skill record in none and in gone\. Runs with records: main, deep, wide"
    ):
        runs(data, "main+none+gone").load()


def test_it_is_only_read(data):
    with pytest.raises(DatasetError, match="only read"):
        runs(data, "main+wide").save({})
