"""The comparison of two runs: it sees the last bit, and nothing that is no result."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.helpers import same_records

MODELS = Path(__file__).parent / "models/saved_0_5_0"


@pytest.fixture
def folders(tmp_path):
    """Two equal folders of results."""
    before, after = tmp_path / "before", tmp_path / "after"
    (before / "corrected").mkdir(parents=True)
    table = pd.DataFrame({"prediction": [0.1, np.nan], "name": ["a", "b"]})
    table.to_parquet(before / "table.parquet")
    table[["prediction"]].to_hdf(before / "store.h5", key="predictions")
    record = {"auc": 0.5, "none": None, "model": {"seconds": 1.5}, "tests": [{"p_value": 0.1}]}
    (before / "corrected/skill.json").write_text(json.dumps(record))
    (before / "scores.csv").write_text("id,probability\n1,0.5\n")
    (before / "figure.png").write_bytes(b"pixels")
    shutil.copy(MODELS / "sequence_gru.keras", before / "network.keras")
    shutil.copytree(before, after)
    return before, after


def test_equal_folders_are_equal(folders, capsys):
    record = folders[1] / "corrected/skill.json"
    record.write_text(record.read_text().replace("1.5", "2.5"))  # seconds
    (folders[1] / "figure.png").write_bytes(b"other pixels")
    assert same_records.main([str(folder) for folder in folders]) == 0
    assert "6 files compared: 0 differences." in capsys.readouterr().out


def one_bit(path):
    table = pd.read_parquet(path)
    table.loc[0, "prediction"] = np.nextafter(0.1, 1)
    table.to_parquet(path)


CHANGES = {
    "table.parquet": one_bit,
    "store.h5": lambda path: pd.DataFrame({"prediction": [0.1, 0.2]}).to_hdf(path, key="predictions", mode="w"),
    "corrected/skill.json": lambda path: path.write_text(path.read_text().replace("0.1", "0.10000000000000002")),
    "scores.csv": lambda path: path.write_text("id,probability\n1,0.50\n"),
    "network.keras": lambda path: shutil.copy(MODELS / "sequence_lstm.keras", path),
    "figure.png": lambda path: path.unlink(),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_difference_is_named(folders, capsys, name):
    CHANGES[name](folders[1] / name)
    assert same_records.main([str(folder) for folder in folders]) == 1
    assert name in capsys.readouterr().out


def test_numbers_of_another_kind_differ():
    assert list(same_records.differences({"a": 1}, {"a": 1.0})) == ["a: 1 became 1.0"]
    assert list(same_records.differences({"a": [1, {"b": 2}]}, {"a": [1, {"c": 2}]})) == [
        "a[1].b: only before",
        "a[1].c: only after",
    ]
    assert list(same_records.differences({"a": float("nan")}, {"a": float("nan")})) == []


def test_folders_without_results_are_refused(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    for arguments in (["nowhere", "nowhere"], [str(tmp_path / "empty")] * 2):
        with pytest.raises(SystemExit):
            same_records.main(arguments)


def test_every_key_of_a_store_is_compared(folders, capsys):
    pd.DataFrame({"x": [1.0]}).to_hdf(folders[1] / "store.h5", key="more")
    assert same_records.main([str(folder) for folder in folders]) == 1
    assert "store.h5: /more: only after" in capsys.readouterr().out
