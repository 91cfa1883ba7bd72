"""A training that is broken off and taken up is the training that was not."""

import importlib
import logging
import sys

import numpy as np
import pytest

from rnn_trading.datasets.training_state import StateFolder
from rnn_trading.models.backend import keras
from rnn_trading.models.free_run import ForecastEvolution
from rnn_trading.models.interface import Input, Interface
from rnn_trading.models.networks import Blueprint
from rnn_trading.models.own_network import NetworkParameters
from rnn_trading.models.parameters import PlateauParameters
from rnn_trading.models.predicting import predict
from rnn_trading.models.seeds import seed_network
from rnn_trading.models.states import NOTHING_KEPT
from rnn_trading.models.training import train, untrained
from rnn_trading.models.training_state import digest_of_network
from tests.helpers import TRAINING, changed
from tests.models import cases

TRAINING = changed(
    TRAINING,
    optimizer=changed(TRAINING.optimizer, learning_rate=0.3),
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


def test_an_untrained_network_that_is_best_is_kept_as_it_was(rows, tmp_path):
    """The watched targets are what it forecasts: no epoch is better. Broken off or not."""
    begun = untrained(build, TRAINING.seed)
    watched = rows[0], predict(begun, rows[0]).astype(np.float32)

    def fit_from_the_start(states=NOTHING_KEPT):
        return train(build, rows, watched, changed(TRAINING, start_from_epoch=0), "untrained", states)

    whole = fit_from_the_start()
    assert (whole.epochs, whole.best_epoch) == (3, 0)
    for kept, first in zip(whole.model.get_weights(), begun.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, first)
    losses = [row for row in whole.history if (row["rows"], row["quantity"]) == ("validation", "loss")]
    assert [row["epoch"] for row in losses] == [0, 1, 2, 3]
    assert whole.best_validation_loss == losses[0]["value"] < 1e-12
    with pytest.raises(PowerCutError):
        fit_from_the_start(CutAfter(tmp_path, 2))
    same(fit_from_the_start(StateFolder(tmp_path, 0)), whole)


def test_a_network_that_learns_what_is_watched_is_not_kept_as_it_was(rows):
    learned = train(build, rows, rows, changed(TRAINING, start_from_epoch=0), "learns")
    losses = {
        row["epoch"]: row["value"]
        for row in learned.history
        if (row["rows"], row["quantity"]) == ("validation", "loss")
    }
    assert learned.best_epoch > 0
    assert learned.best_validation_loss == min(losses.values()) < losses[0]


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
    def digest(operation):
        values = keras.Input((4, 2))
        model = keras.Model(values, keras.layers.Dense(1)(operation(values, axis=1)))
        seed_network(model, 1)
        return digest_of_network(model)

    assert digest(keras.ops.mean) == digest(keras.ops.mean)
    assert digest(keras.ops.mean) != digest(keras.ops.max)


def state_of(model):
    return [variable.numpy().tolist() for variable in [*model.variables, *model.optimizer.variables]]


def test_what_was_fitted_is_given_back_as_it_was(rows, tmp_path, monkeypatch, caplog):
    states = StateFolder(tmp_path, 0)
    made = fit(rows, states)
    with np.load(tmp_path / "seed_1.npz") as stored:
        kinds = {name.partition("/")[0] for name in stored}
    assert kinds == {"model", "facts", "digest"}

    monkeypatch.setattr(keras.Model, "fit", lambda *_, **__: pytest.fail("it was trained again"))
    with caplog.at_level(logging.INFO):
        back = fit(rows, states)
    same(back, made)
    assert state_of(back.model) == state_of(made.model)
    assert (back.key, back.ended, back.seconds) == (made.key, made.ended, made.seconds)
    assert f"broken off: was fitted already, {made.ended}, {made.epochs} epochs, on the CPU" in caplog.text


def test_what_was_fitted_from_other_parts_is_fitted_anew_and_it_is_said_why(rows, tmp_path, caplog):
    states = StateFolder(tmp_path, 0)
    made = fit(rows, states)
    more = rows[0], rows[1] + np.float32(1)
    keys = [made.key]
    with caplog.at_level(logging.INFO):
        for given, changes, why in [
            (more, {}, "training rows and validation rows"),
            (more, {"min_delta": 0.001}, "training parameters"),
        ]:
            same(fit(given, states, **changes), again := fit(given, **changes))
            keys.append(again.key)
            assert f"broken off: begins anew: the training that is kept had other {why}" in caplog.text
            caplog.clear()
    assert len(set(keys)) == len(keys)


BUILDER = """
import keras

def build(interface):
    inputs = interface.symbolic()
    hidden = keras.layers.Dense(UNITS)(keras.layers.Flatten()(inputs["Values"]))
    return keras.Model(list(inputs.values()), interface.forecast(hidden))
"""


def test_a_builder_of_which_the_source_has_changed_is_fitted_anew(tmp_path, monkeypatch, caplog):
    name, states = "changing_builder", StateFolder(tmp_path / "states", 0)
    monkeypatch.syspath_prepend(tmp_path)
    interface = Interface({"Values": Input((4, 1))})
    values = np.random.default_rng(0).normal(size=(20, 4, 1)).astype(np.float32)
    rows = {"Values": values}, values[:, 0, 0]

    def with_units(units):
        (tmp_path / f"{name}.py").write_text(BUILDER.replace("UNITS", str(units)))
        sys.modules.pop(name, None)
        importlib.invalidate_caches()
        blueprint = Blueprint(NetworkParameters(builder=f"{name}.build"), interface)
        with caplog.at_level(logging.INFO):
            return train(blueprint, rows, rows, TRAINING, "own", states)

    first, second = with_units(2), with_units(30)
    assert first.key != second.key
    assert second.model.count_params() > first.model.count_params()
    assert "own: begins anew: the training that is kept had other code" in caplog.text
    assert with_units(30).ended == second.ended
    sys.modules.pop(name)


def test_constants_and_vectors_belong_to_a_blueprint_and_its_name_does_not():
    interface = Interface({"Words": Input((4,), "int32", ids=3, vectors=np.zeros((3, 2), dtype=np.float32))})
    architecture = NetworkParameters(builder=cases.LAYERED, options={"sequence": []})
    plain = Blueprint(architecture, interface, "seed_1")
    others = np.ones((3, 2), dtype=np.float32)
    digests = {
        Blueprint(architecture, each).digest()
        for each in (
            interface,
            changed(interface, target=(0.0, 2.0)),
            Interface({"Words": changed(interface.inputs["Words"], vectors=others)}),
        )
    }
    assert len(digests) == 3
    assert plain.digest() in digests
