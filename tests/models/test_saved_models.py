"""Models that version 0.5.0 saved load today and forecast what they did: see saved_0_5_0/make.py."""

import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import rnn_trading.models  # noqa: F401  quietens TensorFlow before it is imported
from rnn_trading.datasets.keras_model import KerasModelDataset
from rnn_trading.models.free_run import free_run, joint_free_run, stepwise_free_run
from rnn_trading.models.predicting import predict, predict_in_order
from rnn_trading.series.scaling import Scaling
from rnn_trading.text.text import TokenSequences
from tests.processes import finished_process

FOLDER = Path(__file__).parent / "saved_0_5_0"
NAMES = sorted(path.stem for path in FOLDER.glob("*.keras"))
# On one machine forecasts repeat to the bit; another processor may add up in another order.
CLOSE = {"rtol": 1e-5, "atol": 1e-6}
# What a user writes to load a model with Keras alone, and what the forecasts then are.
LOADED_ALONE = """
import sys
from pathlib import Path

import keras
import rnn_trading.models.sequence_network  # registers the project's own layers
import numpy as np

with np.load(sys.argv[1]) as known:
    outputs = {}
    for path in sys.argv[3:]:
        name = Path(path).stem
        model = keras.models.load_model(path)
        inputs = {key.split("/")[2]: known[key] for key in known if key.startswith(f"{name}/inputs/")}
        outputs[name] = model.predict_on_batch(inputs)
np.savez(sys.argv[2], **outputs)
"""


@pytest.fixture(scope="module")
def known():
    with np.load(FOLDER / "forecasts.npz") as arrays:
        return dict(arrays)


def inputs_of(known, name):
    start = f"{name}/inputs/"
    return {key.removeprefix(start): values for key, values in known.items() if key.startswith(start)}


def forecast(name, model, inputs, steps):
    """As the pipelines do."""
    kind = name.partition("_")[0]
    if kind == "sequence":
        return free_run(model, inputs["Values"][:, :, 0].astype(np.float64), steps, Scaling("none", 0.0, 1.0))
    if kind == "stepwise":
        return stepwise_free_run(model, inputs["Values"][:, :, 0], steps)
    if kind == "two":
        return joint_free_run(model, inputs["Values"], steps)
    if name in ("filings", "filings_ensemble"):
        words = inputs["Words"]
        starts = np.concatenate([[0], (words > 0).sum(axis=1).cumsum()])
        return predict_in_order(model, "Words", TokenSequences(words[words > 0], starts), words.shape[1])
    return predict(model, inputs)


def config_of(name):
    with zipfile.ZipFile(FOLDER / f"{name}.keras") as saved:
        return json.loads(saved.read("config.json"))


def own_classes(config):
    """Registered names of the project's own layers, wherever they are in a saved configuration."""
    if isinstance(config, dict):
        here = {config["registered_name"]} if str(config.get("registered_name")).startswith("rnn_trading>") else set()
        return here.union(*map(own_classes, config.values()))
    return set().union(*map(own_classes, config)) if isinstance(config, list) else set()


def test_every_network_is_here():
    assert NAMES == [
        *("filings", "filings_as_published", "filings_ensemble", "sequence_dense", "sequence_gru", "sequence_linear"),
        *("sequence_lstm", "sequence_lstm_by_gates", "sequence_lstm_of_keras", "stacked_lstm_classification"),
        *("stacked_lstm_keras", "stacked_lstm_regression", "stepwise_lstm", "text_learned", "text_pretrained"),
        "two_series_ensemble",
    ]


def test_the_projects_own_layers_are_in_them():
    own = {name: own_classes(config_of(name)) for name in NAMES}
    assert set().union(*own.values()) == {"rnn_trading>FusedLSTM", "rnn_trading>GatedLSTMCell"}
    assert own["sequence_lstm_of_keras"] == own["filings_ensemble"] == set()


@pytest.mark.parametrize("name", NAMES)
def test_the_dataset_loads_it_and_it_forecasts_the_same(name, known):
    model = KerasModelDataset(filepath=str(FOLDER / f"{name}.keras")).load()
    expected, inputs = known[f"{name}/forecasts"], inputs_of(known, name)
    assert len(np.unique(expected)) > 1
    steps = expected.shape[1] if expected.ndim > 1 else 1
    np.testing.assert_allclose(forecast(name, model, inputs, steps), expected, **CLOSE)
    np.testing.assert_allclose(model.predict_on_batch(inputs), known[f"{name}/outputs"], **CLOSE)


@pytest.mark.parametrize("name", ["stacked_lstm_classification", "sequence_lstm_by_gates", "text_pretrained"])
def test_training_goes_on_with_the_saved_optimizer(name, known):
    model = KerasModelDataset(filepath=str(FOLDER / f"{name}.keras")).load()
    steps, inputs = int(model.optimizer.iterations), inputs_of(known, name)
    assert steps > 0
    model.train_on_batch(inputs, 1 - known[f"{name}/outputs"])
    assert int(model.optimizer.iterations) == steps + 1
    assert np.abs(model.predict_on_batch(inputs) - known[f"{name}/outputs"]).max() > 1e-4


def test_keras_alone_loads_them_in_another_process(known, tmp_path):
    """With one import of the project, and nothing that another test has imported or registered."""
    files = [FOLDER / "forecasts.npz", tmp_path / "outputs.npz", *(FOLDER / f"{name}.keras" for name in NAMES)]
    finished_process([sys.executable, "-c", LOADED_ALONE, *map(str, files)])
    with np.load(tmp_path / "outputs.npz") as outputs:
        assert sorted(outputs) == NAMES
        for name in NAMES:
            np.testing.assert_allclose(outputs[name], known[f"{name}/outputs"], err_msg=name, **CLOSE)
