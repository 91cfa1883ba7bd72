"""What another source left is set aside before it is replaced, whole, and nothing is lost when that breaks off."""

import logging
import os

import pytest

from rnn_trading.workspace import run as workspace_run
from rnn_trading.workspace.run import WorkspaceError
from tests.workspace.small_project import SCALED, TABLE


def test_what_another_source_left_is_set_aside_whole_and_can_be_used(project, caplog):
    project.run()
    with caplog.at_level(logging.INFO, "rnn_trading"):
        project.run(source="other.json")
    (aside,) = (project.data / "runs").iterdir()
    began = project.origin(f"runs/{aside.name}/{TABLE}")["began"]
    assert aside.name == f"{began[:10]}-{began[11:13]}{began[14:16]}"
    assert (
        f"Set aside: 2 files of other sources (source: mine.json (Source)) now lie in data/runs/{aside.name}"
        in caplog.text
    )
    assert project.contents() == {
        TABLE: 11,
        SCALED: 22,
        f"runs/{aside.name}/{TABLE}": 2,
        f"runs/{aside.name}/{SCALED}": 4,
    }
    project.run(run=aside.name, nodes=["scale"], factor=5)
    assert project.contents()[f"runs/{aside.name}/{SCALED}"] == 10
    # In the same minute, with files of the same names.
    project.run()
    project.run(source="other.json")
    assert sorted(path.name.removeprefix(aside.name) for path in (project.data / "runs").iterdir())[:2] == ["", "-2"]


def test_what_is_replaced_in_the_folders_of_a_run_is_set_aside_too(project):
    project.run(run="small")
    project.run(run="small", source="other.json")
    (aside,) = (path for path in (project.data / "runs").iterdir() if path.name != "small")
    assert project.contents()[f"runs/{aside.name}/{TABLE}"] == 2


def test_the_state_of_a_training_is_set_aside_too(project):
    project.run()
    state = project.data / "06_models/scaled.training_state"
    made, *_ = project.prepare()
    made.begin()
    state.mkdir(parents=True)
    (state / "network.npz").write_text("half trained")
    made.end(failed=True)
    project.run()
    assert (state / "network.npz").exists()  # of the same source: it is gone on from
    project.run(source="other.json")
    assert not state.exists()
    (kept,) = (project.data / "runs").glob("*/06_models/scaled.training_state/network.npz")
    assert kept.read_text() == "half trained"


def test_a_run_that_fails_before_it_writes_leaves_all_as_it_was(project):
    project.run()
    before = project.contents()
    (project.folder / "bad.json").write_text("no number")
    with pytest.raises(Exception, match="Expecting value"):
        project.run(source="bad.json")
    assert project.contents() == before
    assert not (project.data / "runs").exists() or not list((project.data / "runs").iterdir())
    project.run(nodes=["scale"])


def test_a_run_that_fails_later_leaves_what_was_set_aside_where_it_is(project, monkeypatch):
    project.run()
    with pytest.raises(Exception, match="unsupported operand"):
        project.run(source="other.json", factor={})
    assert sorted(project.contents().values()) == [2, 4, 11]
    assert project.origin(TABLE)["sources"]["source"]["filepath"] == "other.json"


def test_a_kill_while_files_are_set_aside_is_made_up_for(project, monkeypatch):
    project.run()
    moved = []

    def move_one(folder, path, target, move=workspace_run.move):
        if moved:
            raise KeyboardInterrupt
        moved.append(path)
        move(folder, path, target)

    with monkeypatch.context() as patched:
        patched.setattr(workspace_run, "move", move_one)
        with pytest.raises(KeyboardInterrupt):
            project.run(source="other.json")
    assert len(project.contents()) == 2
    project.run(source="other.json")
    (aside,) = (project.data / "runs").iterdir()
    assert project.contents() == {
        TABLE: 11,
        SCALED: 22,
        f"runs/{aside.name}/{TABLE}": 2,
        f"runs/{aside.name}/{SCALED}": 4,
    }


def test_where_nothing_can_be_set_aside_the_run_is_refused(project, monkeypatch):
    project.run()
    before = project.contents()

    def other_disk(path, target, rename=os.rename):
        if "runs" in target.parts and path.name == "table.json":
            raise OSError(18, "Invalid cross-device link")
        rename(path, target)

    monkeypatch.setattr(os, "rename", other_disk)
    with pytest.raises(WorkspaceError, match=r"cannot be set aside in .* \(Invalid cross-device link\)"):
        project.run(source="other.json")
    assert project.contents() == before
    project.run()
