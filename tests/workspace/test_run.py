"""What a run may read, and what it does with what others left: two nodes, and all that goes with a run."""

import json
import logging
import os
from pathlib import Path

import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline
from kedro.runner import SequentialRunner

from rnn_trading.datasets.file import SourceFileDataset
from rnn_trading.datasets.training_state import TrainingStateDataset
from rnn_trading.datasets.whole import JSONDataset
from rnn_trading.workspace import origins
from rnn_trading.workspace import run as workspace_run
from rnn_trading.workspace.claims import Claim, Claims
from rnn_trading.workspace.lineage import Lineage
from rnn_trading.workspace.origins import origin_of
from rnn_trading.workspace.run import Run, WorkspaceError, files_of, new_facts

TABLE, SCALED = "03_primary/table.json", "04_feature/scaled.json"


class Source(SourceFileDataset):
    """A number in a file of the user."""

    def load(self):
        return json.loads(self._filepath.read_text())


def ingest(source, rules):
    return source + rules


def scale(table, factor, state):
    return table * factor


PIPELINE = Pipeline(
    [
        Node(ingest, ["source", "params:rules"], "table", name="ingest"),
        Node(scale, ["table", "params:factor", "scaled_state"], "scaled", name="scale"),
    ]
)


class Project:
    """Runs both nodes, or some."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        self.mine, self.other = (self.source(name, value) for name, value in (("mine.json", 1), ("other.json", 10)))

    def source(self, name, value):
        (self.folder / name).write_text(json.dumps(value))
        return name

    def prepare(self, source="mine.json", run=None, only_missing=False, nodes=None, rules=1, factor=2, commit="a" * 40):
        folder = self.data if run is None else self.data / "runs" / run
        catalog = DataCatalog(
            {
                "source": Source(filepath=str(self.folder / source)),
                "table": JSONDataset(filepath=str(folder / TABLE)),
                "scaled": JSONDataset(filepath=str(folder / SCALED)),
                "scaled_state": TrainingStateDataset(filepath=str(folder / "06_models/scaled.training_state")),
            }
        )
        made_from = {"params:rules": rules, "params:factor": factor}
        made_from |= {name: {"type": "Source", "filepath": source} for name in ("source", "scaled_state")}
        pipeline = PIPELINE.filter(node_names=nodes)
        for name in ("rules", "factor"):
            catalog[f"params:{name}"] = made_from[f"params:{name}"]
        lineage = Lineage(pipeline, {"all": PIPELINE}, made_from, catalog, self.folder)
        facts = new_facts(f"run on {source}", {"commit": commit, "clean": True})
        files = files_of(pipeline, catalog, only_missing)
        made = Run(self.folder, lineage, facts, lambda dataset: f"make {dataset}", "run=OTHER", *files, {"table"})
        return made, pipeline, catalog

    def run(self, only_missing=False, **given):
        made, pipeline, catalog = self.prepare(only_missing=only_missing, **given)
        made.begin()
        try:
            SequentialRunner().run(pipeline, catalog, only_missing_outputs=only_missing)
        except Exception:
            made.end(failed=True)
            raise
        made.end(failed=False)
        return made

    def contents(self):
        """Files and what is in them, without the notes."""
        found = self.data.rglob("*")
        return {
            path.relative_to(self.data).as_posix(): json.loads(path.read_text())
            for path in found
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(self.data).parts)
        }

    def origin(self, path):
        return origin_of(self.folder, self.data / path)


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def test_every_file_has_an_origin(project):
    facts = project.run().facts
    found = project.origin(SCALED)
    content = f"SHA-256 {origins.hashlib.sha256(b'1').hexdigest()[:16]}"
    assert found == facts | {
        "dataset": "scaled",
        "sources": {"source": {"type": "Source", "filepath": "mine.json", "content": content}},
        "parameters": {"rules": 1, "factor": 2},
        "unknown": [],
    }
    assert project.origin(TABLE)["parameters"] == {"rules": 1}


def test_a_file_of_another_source_is_refused_where_it_is_read(project):
    project.run()
    project.run(source="other.json", nodes=["ingest"])
    before = project.contents()
    with pytest.raises(WorkspaceError) as refused:
        project.run(nodes=["scale"])
    assert str(refused.value) == (
        "data/03_primary/table.json was made from other sources or parameters:\n"
        f'  source.filepath: there "other.json", here "mine.json"\n'
        f'  source.content: there "{_content(b"10")}", here "{_content(b"1")}"\n'
        "It was made by: run on other.json\n"
        "Run the pipeline whole: make table"
    )
    assert project.contents() == before
    project.run()
    project.run(nodes=["scale"])


def _content(text):
    return f"SHA-256 {origins.hashlib.sha256(text).hexdigest()[:16]}"


def test_a_finished_model_is_asked_whatever_it_was_made_from(project, caplog):
    """The pipeline that reads it makes none: it has no parameters for it."""
    project.run(source="other.json")
    asks = Pipeline([Node(scale, ["finished", "params:factor", "params:rules"], "answer", name="ask")])
    made, *_ = project.prepare(nodes=["scale"])
    read, answer = project.data / TABLE, project.data / "answer.json"
    made.lineage._pipeline, made.reads, made.writes = asks, {"finished": read}, {"answer": answer}
    with caplog.at_level(logging.INFO, "rnn_trading"):
        made.begin()
    made.end(failed=False)
    assert f"Taken as it is: data/{TABLE}, made by: run on other.json" in caplog.text


def test_at_most_eight_differences_are_told(project):
    project.run(rules=1, nodes=["ingest"])
    made, *_ = project.prepare(nodes=["scale"])
    found = {name: [f"{name} {number}" for number in range(6)] for name in ("table", "scaled")}
    made.reads["scaled"] = project.data / SCALED
    text = made._why_refused(found)
    assert text.startswith("data/03_primary/table.json (and 1 more that this run would take) was made from")
    assert text.count("\n  ") == 9
    assert "\n  and 4 more\n" in text


@pytest.mark.parametrize("given", [{"nodes": ["scale"]}, {"only_missing": True}])
def test_other_parameters_are_refused_where_a_file_is_read_and_replaced_where_it_is_made(project, given):
    project.run()
    with pytest.raises(WorkspaceError, match="rules: there 1, here 5"):
        project.run(**given, rules=5)
    project.run(rules=5)
    assert project.contents() == {TABLE: 6, SCALED: 12}
    project.run(rules=5, **given)
    # A parameter of nodes that follow is no reason.
    project.run(rules=5, factor=3, nodes=["scale"])


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


def test_new_content_of_a_file_is_refused_where_it_is_read_and_replaced_where_it_is_made(project):
    project.run()
    os.utime(project.folder / "mine.json", (1, 1))  # copied, but the same
    project.run(nodes=["scale"])
    project.source("mine.json", 3)
    with pytest.raises(WorkspaceError, match=r"source\.content: there"):
        project.run(nodes=["scale"])
    project.run()
    assert project.contents() == {TABLE: 4, SCALED: 8}
    (project.folder / "mine.json").unlink()
    project.run(nodes=["scale"])  # cannot be compared any more


def test_large_files_and_folders_are_told_apart_by_size_and_time(project, monkeypatch):
    monkeypatch.setattr(origins, "HASHED_BYTES", 1)
    folder = project.folder / "texts"
    folder.mkdir()
    for path, name in ((project.folder / "other.json", "other.json"), (folder / "a.txt", "texts")):
        path.write_text("12")
        os.utime(path, (5, 5))
        _, _, catalog = project.prepare(source=name)
        first = origins.content_of(catalog["source"], {})
        assert first == origins.content_of(catalog["source"], {})
        os.utime(path, (6, 6))
        assert origins.content_of(catalog["source"], {}) != first


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


def test_a_file_put_there_by_hand_is_taken_told_and_noted(project, caplog):
    project.run()
    (project.data / TABLE).write_text("100")
    with caplog.at_level(logging.INFO, "rnn_trading"):
        project.run(nodes=["scale"])
    assert f"Nobody noted what data/{TABLE} was made from" in caplog.text
    assert project.origin(SCALED)["unknown"] == [f"data/{TABLE}"]
    project.run()
    assert project.origin(SCALED)["unknown"] == []


def test_another_commit_is_told(project, caplog):
    project.run()
    with caplog.at_level(logging.INFO, "rnn_trading"):
        project.run(nodes=["scale"], commit="b" * 40)
    assert f"Made by the commit aaaaaaa, while this is bbbbbbb: data/{TABLE}" in caplog.text


def test_a_run_that_was_killed_is_noted_by_the_next(project):
    made, pipeline, catalog = project.prepare()
    made.begin()
    SequentialRunner().run(pipeline, catalog)
    os.close(made._lock)  # as a kill does
    again = project.run(nodes=["scale"])
    note = project.data / ".origins" / f"{TABLE}.json"
    assert json.loads(note.read_text())["planned"] == []
    assert project.origin(TABLE)["run"] == made.facts["run"]
    assert project.origin(SCALED)["run"] == again.facts["run"]
    assert [path.name for path in (project.data / ".running").iterdir()] == ["one-at-a-time"]


def test_runs_at_once(project):
    first, *_ = project.prepare()
    first.begin()
    with pytest.raises(WorkspaceError) as refused:
        project.run()
    facts = (
        f"the process {os.getpid()} on {os.uname().nodename}, which began at {first.facts['began']}: run on mine.json"
    )
    assert str(refused.value) == (
        f"Another run is at work on data/03_primary/table.json and 2 more. It is {facts}. Wait until it has ended, or "
        f"end it (kill {os.getpid()}), or give this run folders of its own: run=OTHER"
    )
    with pytest.raises(WorkspaceError):
        project.run(nodes=["scale"])
    project.run(run="beside", source="other.json")
    first.end(failed=False)
    project.run()


def test_what_another_run_writes_is_not_read_meanwhile(project):
    project.run()
    claims = Claims(project.data / ".running")
    theirs = Claim("1", 1, "host", "today", "kedro run", frozenset([str(project.data / TABLE)]))
    lock = claims.take(theirs)
    with pytest.raises(WorkspaceError, match="at work on data/03_primary/table.json"):
        project.run(nodes=["scale"])
    claims.give_up(theirs, lock)
    project.run(nodes=["scale"])
