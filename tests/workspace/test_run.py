"""What a run may read, what another run keeps it from, and what its files are said to be made from."""

import json
import logging
import os

import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline
from kedro.runner import SequentialRunner

from rnn_trading.datasets.whole import JSONDataset
from rnn_trading.workspace import origins
from rnn_trading.workspace.claims import Claim, Claims
from rnn_trading.workspace.lineage import OTHER_CODE
from rnn_trading.workspace.run import WorkspaceError, files_of
from tests.workspace.small_project import SCALED, TABLE, scale


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


def test_it_is_said_whether_sources_or_code_differ(project):
    project.run()
    made, *_ = project.prepare(nodes=["scale"])
    begins = {
        "data/03_primary/table.json was made by other code:\n": [OTHER_CODE],
        "data/03_primary/table.json was made from other sources or parameters:\n": ["rules: there 1, here 5"],
        "data/03_primary/table.json was made from other sources or parameters, and by other code:\n": [
            "rules: there 1, here 5",
            OTHER_CODE,
        ],
    }
    for begin, found in begins.items():
        assert made._why_refused({"table": found}).startswith(begin)


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


def test_how_a_source_is_asked_and_where_the_run_lies_are_no_reason(project):
    for retries, run in ((3, None), (5, "small")):
        made, *_ = project.prepare()
        made.lineage._made_from |= {"params:run": run}
        made.lineage._made_from["source"] |= {
            "retries": retries,
            "timeout": retries,
            "metadata": {"kedro-viz": retries},
        }
        made.lineage._makers["table"] = Node(scale, ["source", "params:rules", "params:run"], "table", name="ingest")
        made.begin()
        (project.data / TABLE).parent.mkdir(parents=True, exist_ok=True)
        (project.data / TABLE).write_text("2")
        made.end(failed=False)
        assert not (project.data / "runs").exists()
    made, *_ = project.prepare()
    found = project.origin(TABLE)
    assert found["sources"]["source"].keys() == {"type", "filepath", "content"}
    assert found["parameters"] == {"rules": 1}


def test_where_only_missing_outputs_are_made_a_node_that_lacks_one_makes_all(tmp_path):
    paths = {name: tmp_path / f"{name}.json" for name in ("whole", "there", "missing")}
    catalog = DataCatalog({name: JSONDataset(filepath=str(path)) for name, path in paths.items()})
    nodes = [Node(scale, ["a", "b", "c"], "whole"), Node(divmod, ["a", "b"], ["there", "missing"])]
    for name in ("whole", "there"):
        paths[name].write_text("1")
    writes, reads = files_of(Pipeline(nodes), catalog, only_missing_outputs=True)
    assert (writes, reads) == (paths, {"whole": paths["whole"]})


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
    assert f"Made by the commit {'a' * 40}, while this is {'b' * 40}: data/{TABLE}" in caplog.text


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
