"""What another source left is set aside before it is replaced, whole, and nothing is lost when that breaks off."""

import logging
import os
import shutil

import pytest

from rnn_trading.hooks import WorkspaceHook
from rnn_trading.workspace import aside as setting_aside
from rnn_trading.workspace import run as workspace_run
from rnn_trading.workspace.claims import Claim, Claims
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
        f"Set aside: 2 files of other sources (source: mine.json), now in data/runs/{aside.name}. "
        f"Go on with them: run on mine.json --params run={aside.name}"
    ) in caplog.messages
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


def test_a_run_that_fails_before_it_writes_leaves_all_as_it_was(project, caplog):
    project.run()
    before = project.contents()
    (project.folder / "bad.json").write_text("no number")
    with caplog.at_level(logging.INFO, "rnn_trading"), pytest.raises(Exception, match="Expecting value"):
        project.run(source="bad.json")
    assert caplog.messages == []
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

    def move_one(folder, path, target, move=setting_aside.move):
        if moved:
            raise KeyboardInterrupt
        moved.append(path)
        move(folder, path, target)

    with monkeypatch.context() as patched:
        patched.setattr(setting_aside, "move", move_one)
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


def _folders(project):
    return sorted((project.data / "runs").iterdir()) if (project.data / "runs").exists() else []


def _touch(project):
    os.utime(project.data / TABLE, (5, 5))


def _copy(project):
    shutil.copytree(project.data, project.folder / "copy", copy_function=shutil.copyfile)
    shutil.rmtree(project.data)
    shutil.move(project.folder / "copy", project.data)


def _restore(project):
    before = (project.data / TABLE).read_bytes()
    (project.data / TABLE).write_text("cut")
    (project.data / TABLE).write_bytes(before)


@pytest.mark.parametrize("change", [_touch, _copy, _restore])
def test_a_file_of_the_same_content_keeps_its_origin(project, change, caplog):
    project.run()
    change(project)
    project.run(nodes=["scale"])
    assert "Nobody noted" not in caplog.text
    project.run(source="other.json")
    (aside,) = _folders(project)
    assert project.contents()[f"runs/{aside.name}/{TABLE}"] == 2


def test_what_nobody_noted_is_set_aside_once(project, caplog):
    project.run()
    shutil.rmtree(project.data / ".origins")  # as a version left it that noted nothing
    for _ in range(2):
        project.run(rules=3)
    (aside,) = _folders(project)
    assert project.contents() == {
        TABLE: 4,
        SCALED: 8,
        f"runs/{aside.name}/{TABLE}": 2,
        f"runs/{aside.name}/{SCALED}": 4,
    }
    assert (
        "Set aside: 2 files of which nobody noted the origin (put there by hand, changed since, or of an earlier "
        f"version), now in data/runs/{aside.name}"
    ) in caplog.messages


def test_what_was_made_from_a_file_put_there_by_hand_goes_with_it(project):
    project.run()
    (project.data / TABLE).write_text("100")
    project.run(nodes=["scale"])
    project.run(nodes=["ingest"])
    (aside,) = _folders(project)
    assert project.contents() == {TABLE: 2, f"runs/{aside.name}/{TABLE}": 100, f"runs/{aside.name}/{SCALED}": 200}


def test_what_was_made_from_a_table_goes_with_it(project):
    project.run()
    project.run(source="other.json", nodes=["ingest"])
    (aside,) = _folders(project)
    assert project.contents() == {TABLE: 11, f"runs/{aside.name}/{TABLE}": 2, f"runs/{aside.name}/{SCALED}": 4}
    project.run(run=aside.name, nodes=["scale"], factor=3)
    assert project.contents()[f"runs/{aside.name}/{SCALED}"] == 6
    project.run(source="other.json", nodes=["scale"])


def test_what_lies_beside_and_loses_nothing_stays(project):
    """As a comparison of other runs, whose name is another."""
    project.run()
    (project.data / TABLE).unlink()
    project.run(source="other.json", nodes=["ingest"])
    assert project.contents() == {TABLE: 11, SCALED: 4}


def test_each_folder_has_one_source(project, monkeypatch):
    project.source("third.json", 100)
    project.run()
    with monkeypatch.context() as patched:  # as earlier versions left it
        patched.setattr(workspace_run, "groups_of", lambda *_: [])
        project.run(source="other.json", nodes=["ingest"])
    project.run(source="third.json")
    found = {each.name: project.origin(f"runs/{each.name}/{TABLE}") for each in _folders(project)}
    assert len(found) == 2
    (scaled,) = (name for name, origin in found.items() if origin is None)
    assert project.origin(f"runs/{scaled}/{SCALED}")["sources"]["source"]["filepath"] == "mine.json"


def test_two_sources_in_turn_have_a_folder_each(project):
    project.run()
    for source in ("other.json", "mine.json") * 3:
        project.run(source=source)
    sources = [project.origin(f"runs/{each.name}/{TABLE}")["sources"] for each in _folders(project)]
    assert sorted(each["source"]["filepath"] for each in sources) == ["mine.json", "other.json"]
    project.run(source="other.json", factor=7)  # of the source that is there already: what is set aside is the same
    project.run()
    assert len(_folders(project)) == 3  # other parameters: both are kept
    project.source("mine.json", 5)
    project.run()
    project.run(source="other.json")
    assert len(_folders(project)) == 4  # other content, too


def test_a_folder_that_was_set_aside_is_not_filled_with_another_source(project):
    project.run()
    project.run(source="other.json")
    (aside,) = _folders(project)
    before = project.contents()
    with pytest.raises(WorkspaceError) as refused:
        project.run(run=aside.name, source="other.json")
    assert str(refused.value) == (
        f"In data/runs/{aside.name} lies what was set aside. This run would replace data/runs/{aside.name}/{SCALED}, "
        "which is of other sources (source: mine.json).\n"
        f"Go on with them: run on mine.json --params run={aside.name}\nOr give this run folders of its own: run=OTHER"
    )
    (project.data / "runs" / aside.name / TABLE).write_text("3")
    with pytest.raises(WorkspaceError, match="of which nobody noted"):
        project.run(run=aside.name)
    assert project.contents() == before | {f"runs/{aside.name}/{TABLE}": 3}


def test_what_another_run_reads_is_not_moved(project):
    project.run()
    theirs = Claim("1", 1, "host", "today", "kedro run", reads=frozenset([str(project.data / SCALED)]))
    claims = Claims(project.data / ".running")
    lock = claims.take(theirs)
    with pytest.raises(WorkspaceError, match="at work on data/04_feature/scaled.json"):
        project.run(source="other.json", nodes=["ingest"])
    claims.give_up(theirs, lock)


def test_it_is_said_when_a_first_file_is_written(project, caplog):
    project.run()
    made, *_ = project.prepare(source="other.json")
    with caplog.at_level(logging.INFO, "rnn_trading"):
        made.begin()
        made.has_written("source")
        assert caplog.messages == []
        (project.data / TABLE).write_text("11")
        made.has_written("table")
        made.has_written("scaled")
    made.end(failed=True)
    assert [message[:9] for message in caplog.messages] == ["Set aside"]


def test_what_was_interrupted_ends_with_the_process(project):
    project.run()
    before = project.contents()
    made, *_ = project.prepare(source="other.json")
    hook = WorkspaceHook()
    made.begin()
    hook._runs[1] = made
    assert project.contents() != before
    hook._end_all()
    assert project.contents() == before


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
