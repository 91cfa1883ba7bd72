"""Models of the project and of its users come back from their files."""

import json
import sys
import zipfile

import numpy as np
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.keras_model import KerasModelDataset
from tests.processes import finished_process

pytestmark = pytest.mark.trains

OWN = """
import keras

@keras.saving.register_keras_serializable("theirs")
class Twice(keras.layers.Layer):
    def call(self, values):
        return 2 * values

def build():
    values = keras.Input((3,))
    return keras.Model(values, keras.Sequential([keras.Input((3,)), Twice()])(values))
"""
SAVE = """
import sys
import layers_of_theirs
layers_of_theirs.build().save(sys.argv[1])
"""


def test_a_layer_of_the_users_own_is_found_by_its_module(tmp_path, monkeypatch):
    (tmp_path / "layers_of_theirs.py").write_text(OWN)
    path = tmp_path / "model.keras"
    finished_process([sys.executable, "-c", SAVE, str(path)], cwd=tmp_path)
    dataset = KerasModelDataset(filepath=str(path))
    with pytest.raises(DatasetError, match="Twice"):
        dataset.load()  # the module is not to be found
    monkeypatch.syspath_prepend(tmp_path)
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.testing.assert_array_equal(dataset.load()(values), 2 * values)


@pytest.mark.parametrize(
    "module", ["makes_a_file", "package_that_makes_a_file.inside", "makes_a_file.inside", "", "..", "sys"]
)
def test_a_module_that_registers_no_layer_is_not_imported(module, tmp_path, monkeypatch):
    """The file of a model may name any module, and importing one runs it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    code = "open('made', 'w')"
    (tmp_path / "makes_a_file.py").write_text(code)
    (tmp_path / "package_that_makes_a_file").mkdir()
    (tmp_path / "package_that_makes_a_file/__init__.py").write_text(code)
    (tmp_path / "package_that_makes_a_file/inside.py").write_text("")
    layer = {"module": module, "class_name": "Layer", "config": {}, "registered_name": "theirs>Layer"}
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as stored:
        stored.writestr("config.json", json.dumps(layer))
        stored.writestr("metadata.json", "{}")
    with pytest.raises(DatasetError):
        KerasModelDataset(filepath="model.keras").load()
    assert not (tmp_path / "made").exists()


def test_what_is_no_model_is_refused(tmp_path):
    path = tmp_path / "model.keras"
    with pytest.raises(DatasetError, match=f"There is no model {path}. Make it first: kedro run"):
        KerasModelDataset(filepath=str(path), made_by="kedro run").load()
    path.write_bytes(b"something else")
    with pytest.raises(DatasetError, match=r"model.keras"):
        KerasModelDataset(filepath=str(path)).load()
