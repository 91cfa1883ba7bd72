"""What ``benchmarks/kills.py`` finds in what a kill left."""

import importlib.util
import io
import json

import pandas as pd
import pytest

from rnn_trading.workspace.origins import plan
from tests.conftest import ROOT

_SPEC = importlib.util.spec_from_file_location("kills", ROOT / "benchmarks/kills.py")
kills = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(kills)


def parquet():
    file = io.BytesIO()
    pd.DataFrame({"x": [1.0]}).to_parquet(file)
    return file.getvalue()


WHOLE = {"a.parquet": parquet(), "a.json": b"{}", "a.html": b"<html></html>\n", "a.txt": b""}


@pytest.mark.parametrize("name", ["a.parquet", "a.json", "a.html"])
def test_a_cut_file_is_found(name):
    assert list(kills.not_whole(WHOLE)) == []
    (found,) = kills.not_whole(WHOLE | {name: WHOLE[name][:-4]})
    assert found.startswith(f"{name} is not whole")


@pytest.mark.parametrize(
    ("after", "same_source", "lost"),
    [
        ({"03/a": b"old"}, True, []),
        ({"03/a": b"new"}, True, []),
        ({}, True, ["03/a is lost"]),
        ({"03/a": b"new"}, False, ["03/a is lost"]),
        ({"03/a": b"new", "runs/then/03/a": b"old"}, False, []),
        ({"03/a": b"new", "runs/then/04/a": b"old"}, False, ["03/a is lost"]),
        ({"runs/then/03/a": b"new"}, False, ["03/a is lost"]),
    ],
)
def test_a_file_that_is_neither_there_nor_set_aside_is_found(after, same_source, lost):
    assert list(kills.lost({"03/a": b"old"}, after, same_source)) == lost


def test_what_was_set_aside_stays():
    before = {"runs/then/03/a": b"old"}
    assert list(kills.lost(before, before, False)) == []
    assert list(kills.lost(before, {}, True)) == ["runs/then/03/a is lost"]


def test_what_is_left_behind_is_found(tmp_path):
    data = tmp_path / "data"
    (data / ".running").mkdir(parents=True)
    assert list(kills.left_behind(tmp_path)) == []
    (data / "a.json").write_text("{}")
    origin = {"dataset": "a", "run": "1", "began": "", "sources": {}, "parameters": {}, "unknown": []}
    assert [each.partition(" ")[2] for each in kills.left_behind(tmp_path)] == ["has no origin"]
    plan(tmp_path, data / "b.json", origin, {"1"})
    (data / "a.json").unlink()
    (data / ".running/1.json").write_text("{}")
    (data / ".partial-host-1-a.json").write_text("")
    found = sorted(each.rpartition("/")[2] for each in kills.left_behind(tmp_path))
    assert found == [
        ".partial-host-1-a.json was left",
        "1.json was left",
        "b.json.json has a plan of a run that has ended",
    ]
    assert json.loads((data / ".origins/b.json.json").read_text())["planned"] == [origin]
