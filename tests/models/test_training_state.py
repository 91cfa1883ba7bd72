"""A training that is broken off and taken up is the training that was not."""

import logging

import numpy as np
import pytest

from rnn_trading.datasets.training_state import StateFolder
from rnn_trading.models.backend import keras
from rnn_trading.models.free_run import ForecastEvolution
from rnn_trading.models.parameters import PlateauParameters
from rnn_trading.models.seeds import seed_network
from rnn_trading.models.states import NOTHING_KEPT
from rnn_trading.models.training import train
from rnn_trading.models.training_state import made_of
from tests.helpers import changed
from tests.models import cases

TRAINING = changed(
    cases.TRAINING,
    optimizer=changed(cases.TRAINING.optimizer, learning_rate=0.3),
    epochs=12,
    patience=3,
    start_from_epoch=3,
    reduce_on_plateau=PlateauParameters(factor=0.5, patience=1, smallest=0.0),
)


def build():
    values = keras.Input((4,), name="Values")
    hidden = keras.layers.Dropout(0.3)(keras.layers.Dense(5, activation="tanh")(values))
    return keras.Model([values], keras.layers.Dense(1)(keras.layers.BatchNormalization()(hidden)))


@pytest.fixture
def rows():
    generator = np.random.default_rng(0)
    inputs = {"Values": generator.normal(size=(60, 4)).astype(np.float32)}
    return inputs, generator.normal(size=60).astype(np.float32)


class PowerCutError(Exception):
    """What stands for a kill."""


class CutAfter(StateFolder):
    """The power is cut right after a state was written, so many epochs into a training."""

    def __init__(self, folder, epochs, name="seed_1"):
        super().__init__(folder, seconds_between=0)
        self.epochs, self.name = epochs, name

    def write(self, name, state):
        super().write(name, state)
        if name == self.name and state.facts["epochs"] == self.epochs:
            raise PowerCutError


def weights_of(model):
    return [weight.numpy().tolist() for weight in model.variables]


def fit(rows, states=NOTHING_KEPT, **changes):
    opposite = rows[0], -rows[1]  # what is learned is wrong there: training stops early
    return train(build, rows, opposite, changed(TRAINING, **changes), "broken off", states)


def cut(rows, folder, epochs):
    with pytest.raises(PowerCutError):
        fit(rows, CutAfter(folder, epochs))


def same(one, other):
    assert one.history == other.history
    assert (one.epochs, one.best_epoch, one.device) == (other.epochs, other.best_epoch, other.device)
    assert weights_of(one.model) == weights_of(other.model)


def test_a_training_is_taken_up_wherever_it_was_broken_off(rows, tmp_path, caplog):
    whole = fit(rows)
    assert 5 < whole.epochs < 12  # it stops early, after its rate was lowered
    assert len({h["value"] for h in whole.history if h["quantity"] == "learning_rate"}) > 1
    for epochs in range(1, whole.epochs + 1):
        folder = tmp_path / str(epochs)
        cut(rows, folder, epochs)
        with caplog.at_level(logging.INFO):
            same(fit(rows, StateFolder(folder, 0)), whole)
        if epochs < whole.epochs:
            said = f"training on the CPU, 60 rows, batch 16, up to 12 epochs, taken up after epoch {epochs}"
            assert said in caplog.text
    # The last cut came when nothing was left to train; so it is if a state is still there.
    caplog.clear()
    with caplog.at_level(logging.INFO):
        same(fit(rows, StateFolder(folder, 0)), whole)
    assert "training on" not in caplog.text
    assert f"broken off: taken up: all {whole.epochs} epochs were trained already, on the CPU" in caplog.text


def test_one_of_other_parts_begins_anew_and_says_why(rows, tmp_path, caplog):
    cut(rows, tmp_path, 2)
    others = rows[0], rows[1] + 1
    with caplog.at_level(logging.INFO):
        same(fit(others, StateFolder(tmp_path, 0), epochs=8), fit(others, epochs=8))
    said = "the training that was broken off had other training rows and validation rows and training parameters"
    assert f"broken off: begins anew: {said}" in caplog.text


def test_a_state_that_cannot_be_read_is_named_and_replaced(rows, tmp_path, caplog):
    cut(rows, tmp_path, 2)
    path = tmp_path / "seed_1.npz"
    path.write_bytes(path.read_bytes()[:500])
    same(fit(rows, StateFolder(tmp_path, 0)), fit(rows))
    assert f"broken off: begins anew: {path} cannot be read (BadZipFile" in caplog.text
    assert StateFolder(tmp_path, 0).read("seed_1").facts["ended"]


def test_the_evolution_of_forecasts_is_whole(tmp_path):
    values = np.sin(np.arange(60.0)).reshape(6, 10, 1).astype(np.float32)
    rows = {"Values": values[:, :-1]}, values[:, 1:]
    training = changed(TRAINING, epochs=4, start_from_epoch=1, patience=9, reduce_on_plateau=None, batch_size=6)

    def stepwise():
        inputs = keras.Input((None, 1), name="Values")
        states = keras.layers.GRU(3, return_sequences=True)(inputs)
        return keras.Model([inputs], keras.layers.Dense(1)(states))

    def evolve(states, steps=2):
        evolution = ForecastEvolution(stepwise(), values[:2, :5, 0], steps, {1, 3, 4})
        train(stepwise, rows, rows, training, "evolution", states, [evolution])
        return evolution.rows

    whole = evolve(NOTHING_KEPT)
    assert {row["epoch"] for row in whole} == {1, 3, 4}
    with pytest.raises(PowerCutError):
        evolve(CutAfter(tmp_path, 2))
    assert evolve(StateFolder(tmp_path, 0)) == whole
    with pytest.raises(PowerCutError):
        evolve(CutAfter(tmp_path, 2), steps=3)
    assert evolve(StateFolder(tmp_path, 0)) == whole  # of two steps again, from the start


def test_networks_that_differ_in_an_operation_are_not_the_same():
    def parts(operation):
        values = keras.Input((4, 2))
        model = keras.Model(values, keras.layers.Dense(1)(operation(values, axis=1)))
        seed_network(model, 1)
        return made_of(model, [], [], TRAINING, "CPU")

    assert parts(keras.ops.mean) == parts(keras.ops.mean)
    assert parts(keras.ops.mean)["network"] != parts(keras.ops.max)["network"]
