import numpy as np
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.keras_model import KerasModelDataset
from rnn_trading.datasets.training_state import StateFolder, TrainingStateDataset
from rnn_trading.models.states import State, StateError

STATE = State({"epochs": 3, "recorded": {"loss": [0.1, 1 / 3]}}, {"model/0": np.eye(2, dtype=np.float32)})


class Saves:
    """A model that writes a file."""

    def save(self, path):
        path.write_bytes(b"model")


def test_a_state_comes_back_to_the_bit(tmp_path):
    states = TrainingStateDataset(filepath=str(tmp_path / "state"), seconds_between=2.5).load()
    assert states.seconds_between == 2.5
    assert states.read("seed_1") is None
    states.write("seed_1", STATE)
    read = states.read("seed_1")
    assert read.facts == STATE.facts
    assert read.arrays["model/0"].dtype == np.float32
    np.testing.assert_array_equal(read.arrays["model/0"], np.eye(2))
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["seed_1.npz"]


def test_a_write_that_fails_leaves_the_former_state(tmp_path):
    states = StateFolder(tmp_path, 0)
    states.write("seed_1", STATE)
    with pytest.raises(TypeError):
        states.write("seed_1", State({"epochs": object()}, {}))
    assert states.read("seed_1").facts == STATE.facts


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"something else"])
def test_what_is_no_state_is_named(tmp_path, content):
    path = tmp_path / "seed_1.npz"
    path.write_bytes(content)
    with pytest.raises(StateError, match=f"{path} cannot be read"):
        StateFolder(tmp_path, 0).read("seed_1")


def test_the_state_goes_when_the_model_is_saved(tmp_path):
    entry = TrainingStateDataset(filepath=str(tmp_path / "state"))
    entry.load().write("seed_1", STATE)
    assert entry.exists()
    KerasModelDataset(filepath=str(tmp_path / "m.keras"), training_state=str(tmp_path / "state")).save(Saves())
    assert not entry.exists()
    assert (tmp_path / "m.keras").read_bytes() == b"model"
    with pytest.raises(DatasetError, match="is a source: it is only read"):
        entry.save(STATE)
