import numpy as np
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.keras_model import KerasModelDataset
from rnn_trading.datasets.training_state import StateFolder, TrainingStateDataset
from rnn_trading.models.states import State, StateError

FACTS = {"made_of": {}, "epochs": 3, "ended": None, "seconds": 1.5, "recorded": {"loss": [0.1, 1 / 3]}, "counters": {}}
STATE = State(FACTS, {"model/0": np.eye(2, dtype=np.float32)})


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


def test_a_state_that_was_changed_is_named(tmp_path):
    states, path = StateFolder(tmp_path, 0), tmp_path / "seed_1.npz"
    states.write("seed_1", STATE)
    stored = dict(np.load(path))
    for changed in (stored | {"model/0": np.ones((2, 2), np.float32)}, stored | {"facts": np.array("{}")}):
        np.savez(path, **changed)
        with pytest.raises(StateError, match="seed_1.npz is not as it was written"):
            states.read("seed_1")
    np.save(tmp_path / "seed_1", np.eye(2))
    (tmp_path / "seed_1.npy").rename(path)
    with pytest.raises(StateError, match="seed_1.npz cannot be read"):
        states.read("seed_1")


def test_a_state_that_cannot_be_written_does_not_stop_the_training(tmp_path, caplog):
    (tmp_path / "state").write_text("a file in the place of the folder")
    StateFolder(tmp_path / "state", 0).write("seed_1", STATE)
    assert "The state of the training is not kept: " in caplog.text


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"something else"])
def test_what_is_no_state_is_named(tmp_path, content):
    path = tmp_path / "seed_1.npz"
    path.write_bytes(content)
    with pytest.raises(StateError, match=f"{path} cannot be read"):
        StateFolder(tmp_path, 0).read("seed_1")


def test_the_state_stays_when_the_model_is_saved_and_is_only_read(tmp_path):
    entry = TrainingStateDataset(filepath=str(tmp_path / "a.b.training_state"))
    entry.load().write("seed_1", STATE)
    KerasModelDataset(filepath=str(tmp_path / "a.b.keras")).save(Saves())
    assert (tmp_path / "a.b.keras").read_bytes() == b"model"
    assert entry.load().read("seed_1").facts == STATE.facts
    with pytest.raises(DatasetError, match="is a source: it is only read"):
        entry.save(STATE)
