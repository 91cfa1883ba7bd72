"""What forecasts rest on: the planted lag is found."""

import numpy as np
import pytest

from rnn_trading.experiments.explaining import explained
from rnn_trading.models.explanations import exchanged, gradient_times_input, permutation_importance
from rnn_trading.models.networks import Blueprint, build_network
from rnn_trading.models.parameters import ResidualNetworkParameters
from rnn_trading.models.predicting import predict_all
from rnn_trading.models.training import train
from tests.helpers import TRAINING, changed
from tests.models.cases import STEPS, residual

LAG = 3  # from the newest
OF = residual(None, known=1)
ARCHITECTURE = ResidualNetworkParameters(layer="lstm", units=(8,), dropout=0.0, link="add", last_layer="zeros")


def drawn():
    """Inputs of a network, by chance, and a start of nothing."""
    generator = np.random.default_rng(0)
    given = {name: generator.normal(size=(600, *each.shape)).astype(np.float32) for name, each in OF.inputs.items()}
    given["Start"][:] = 0
    return given


def trained():
    """A network on a signal of the second channel at one lag."""
    given = drawn()
    truth = given["Channels"][:, STEPS - LAG, 1:]
    training = changed(TRAINING, epochs=30, batch_size=50, optimizer=changed(TRAINING.optimizer, learning_rate=0.02))
    fit = train(Blueprint(ARCHITECTURE, OF), (given, truth), (given, truth), training, "test")
    return fit.model, given, truth


@pytest.mark.traced
def test_the_planted_lag_is_found():
    model, given, truth = trained()
    names = {"Channels": ["noise", "signal"], "Known": ["level"], "Start": ["simple forecast"]}

    def loss(forecasts):
        return float(((forecasts - truth) ** 2).mean())

    found = explained(model, given, loss, names, "2020-01-31", "squared error")
    assert found["measured"] == "squared error"
    assert found["strongest"] == {"input": "Channels", "feature": "signal", "lag": LAG}
    importance = np.array(found["importance"]["Channels"])
    others = importance[np.arange(STEPS) != LAG - 1]
    assert importance[LAG - 1, 1] > 10 * others.max()
    gradient = np.abs(found["gradient"]["Channels"])
    assert np.unravel_index(gradient.argmax(), gradient.shape) == (LAG - 1, 1)
    assert set(found["importance"]) == {"Channels", "Known", "Start"}
    assert len(found["importance"]["Start"]) == 1
    together = np.array(found["together"]["Channels"])
    assert together.argmax() == LAG - 1
    assert set(found["together"]) == {"Channels"}


def test_blocks_move_as_a_whole():
    order = exchanged(np.zeros(20, int), 5, np.random.default_rng(3))
    assert sorted(order.tolist()) == [*range(20)]
    assert (np.diff(order.reshape(4, 5), axis=1) == 1).all()
    assert order.tolist() != [*range(20)]


def test_no_block_is_of_two_series():
    series = np.repeat([4, 2, 7], 16)
    order = exchanged(series, 20, np.random.default_rng(3))
    assert (series[order].reshape(3, 16) == series[order][::16, None]).all()
    assert (series[order] != series).all()


def test_importance_repeats_and_leaves_the_inputs_as_they_are():
    model, given = build_network(ARCHITECTURE, OF), drawn()
    before = {name: values.copy() for name, values in given.items()}

    def loss(forecasts):
        return float(forecasts.mean())

    one, two = (permutation_importance(model, given, loss, block=10, repeats=2, seed=4) for _ in range(2))
    assert all(np.array_equal(one[name], two[name]) for name in one)
    assert all(np.array_equal(given[name], before[name]) for name in given)


def test_gradients_times_inputs_of_a_line_are_its_forecast():
    """Where nothing bends, all parts sum to the forecast: the start alone, of an untrained network."""
    model = build_network(ARCHITECTURE, OF)
    given = {name: values[:1] for name, values in drawn().items()}
    given["Start"][:] = 0.7
    parts = gradient_times_input(model, given)
    assert sum(float(values.sum()) for values in parts.values()) == np.float32(predict_all(model, given)[0, 0])
