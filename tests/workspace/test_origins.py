"""The origin of a file is known whatever breaks off, and is not known of a file that somebody else put there."""

import os

import pytest

from rnn_trading.datasets.prices_file import PricesFileDataset
from rnn_trading.workspace.origins import content_of, move, origin_of, plan, settle, state_of


def origin(run, **further):
    facts = {"dataset": "macro", "run": run, "began": "2026-01-01T00:00:00+00:00", "sources": {}, "parameters": {}}
    return facts | {"unknown": []} | further


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "data/03_primary/macro.parquet"
    path.parent.mkdir(parents=True)
    return path


def write(path, text):
    """As another process would: a new file, at a time of its own."""
    before = state_of(path)
    path.with_name("new").write_text(text)
    os.replace(path.with_name("new"), path)
    if before:
        os.utime(path, ns=(before[0] + 10**9, before[0] + 10**9))


def run_of(tmp_path, file):
    found = origin_of(tmp_path, file)
    return found and found["run"]


def test_the_origin_is_of_the_run_that_wrote_the_file(tmp_path, file):
    assert origin_of(tmp_path, file) is None
    plan(tmp_path, file, origin("first"), {"first"})
    assert origin_of(tmp_path, file) is None
    write(file, "first")
    assert origin_of(tmp_path, file) == origin("first")
    settle(tmp_path, file, set())
    assert origin_of(tmp_path, file) == origin("first")


def test_a_run_that_is_killed_before_it_writes_leaves_the_former_origin(tmp_path, file):
    plan(tmp_path, file, origin("first"), {"first"})
    write(file, "first")
    plan(tmp_path, file, origin("second"), {"second"})  # the first has never settled
    assert run_of(tmp_path, file) == "first"
    write(file, "second")
    assert run_of(tmp_path, file) == "second"


def test_what_was_put_there_by_hand_has_no_origin(tmp_path, file):
    write(file, "by hand")
    assert origin_of(tmp_path, file) is None
    plan(tmp_path, file, origin("first"), {"first"})
    assert origin_of(tmp_path, file) is None
    write(file, "first")
    settle(tmp_path, file, set())
    write(file, "by hand again")
    assert origin_of(tmp_path, file) is None


def test_two_runs_at_once_that_make_one_file(tmp_path, file):
    """One of them ends before the other has written."""
    plan(tmp_path, file, origin("first"), {"first"})
    plan(tmp_path, file, origin("second"), {"first", "second"})
    write(file, "second")
    settle(tmp_path, file, {"first"})
    assert run_of(tmp_path, file) == "second"
    write(file, "first")
    assert run_of(tmp_path, file) == "first"
    settle(tmp_path, file, set())
    assert run_of(tmp_path, file) == "first"


def test_a_file_that_is_gone_leaves_no_note(tmp_path, file):
    plan(tmp_path, file, origin("first"), {"first"})
    settle(tmp_path, file, set())
    assert list((tmp_path / "data").rglob("*.json")) == []


def test_a_file_is_moved_with_its_origin(tmp_path, file):
    plan(tmp_path, file, origin("first"), {"first"})
    write(file, "first")
    target = tmp_path / "data/runs/before/03_primary/macro.parquet"
    move(tmp_path, file, target)
    assert origin_of(tmp_path, target) == origin("first")
    assert origin_of(tmp_path, file) is None
    assert [path.name for path in (tmp_path / "data").rglob("*.json")] == ["macro.parquet.json"]


def test_a_folder_is_one_dataset(tmp_path):
    folder = tmp_path / "data/02_intermediate/sentences"
    plan(tmp_path, folder, origin("first"), {"first"})
    folder.mkdir(parents=True)
    (folder / "part").write_text("a")
    assert run_of(tmp_path, folder) == "first"
    settle(tmp_path, folder, set())
    (folder / ".partial-x").write_text("being written")
    assert run_of(tmp_path, folder) == "first"
    (folder / "other part").write_text("b")
    assert origin_of(tmp_path, folder) is None


def test_a_file_outside_of_the_data_has_an_origin_too(tmp_path):
    scores = tmp_path / "elsewhere/scores.csv"
    scores.parent.mkdir()
    plan(tmp_path, scores, origin("first"), {"first"})
    write(scores, "first")
    assert run_of(tmp_path, scores) == "first"
    assert [path.name for path in scores.parent.iterdir()] == ["scores.csv"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"file": 3, "planned": []}', '{"file": null, "planned": [{}]}', "\0"]
)
def test_a_note_that_cannot_be_read_says_nothing(tmp_path, file, text):
    plan(tmp_path, file, origin("first"), {"first"})
    write(file, "first")
    (tmp_path / "data/.origins/03_primary/macro.parquet.json").write_text(text)
    assert origin_of(tmp_path, file) is None
    settle(tmp_path, file, set())
    assert origin_of(tmp_path, file) is None


def test_a_pipe_as_a_source_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert content_of(PricesFileDataset(filepath=str(tmp_path / "pipe")), {}) is None
    assert content_of(PricesFileDataset(filepath="/dev/zero"), {}) is None
