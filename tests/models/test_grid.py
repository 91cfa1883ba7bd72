"""Several capacities, of which the watched rows choose."""

import numpy as np
import pytest

from rnn_trading.models.grid import train_best
from rnn_trading.models.networks import Blueprint
from rnn_trading.models.parameters import ResidualNetworkParameters
from rnn_trading.models.training import train
from tests.helpers import TRAINING, changed
from tests.models.cases import residual

OF = residual(None, known=0)
GENERATOR = np.random.default_rng(0)
GIVEN = {name: GENERATOR.normal(size=(64, *each.shape)).astype(np.float32) for name, each in OF.inputs.items()}
ROWS = GIVEN, (GIVEN["Channels"][:, -1, :1] + GIVEN["Start"]).astype(np.float32)
VALUES = {"layer": "lstm", "units": (2,), "dropout": 0.0, "link": "add", "last_layer": "zeros"}


def blueprint(*grid):
    return Blueprint(ResidualNetworkParameters(**VALUES, grid=grid), OF)


class Kept:
    """States in memory."""

    seconds_between = float("inf")

    def __init__(self):
        self.states = {}

    def read(self, name):
        return self.states.get(name)

    def write(self, name, state):
        self.states[name] = state


def test_the_best_on_the_watched_rows_is_taken_and_all_are_told():
    kept = Kept()
    grid = {"units": (2,)}, {"units": (6,)}
    fit = train_best(blueprint(*grid), ROWS, ROWS, changed(TRAINING, epochs=6), "test", kept)
    alone = [train(blueprint_of(each), ROWS, ROWS, changed(TRAINING, epochs=6), "test") for each in grid]
    losses = [each.best_validation_loss for each in alone]
    assert [each["validation_loss"] for each in fit.tried] == losses
    assert [each["units"] for each in fit.tried] == [(2,), (6,)]
    best = alone[losses.index(min(losses))]
    for one, two in zip(fit.model.get_weights(), best.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert sorted(kept.states) == ["seed_1.grid_1", "seed_1.grid_2"]


def blueprint_of(options):
    return Blueprint(changed(ResidualNetworkParameters(**VALUES), **options), OF)


def test_without_a_grid_there_is_one_network():
    assert train_best(blueprint(), ROWS, ROWS, TRAINING, "test").tried == []


def test_a_grid_needs_rows_to_choose_on():
    with pytest.raises(ValueError, match=r"test: model\.grid is chosen by training\.monitor"):
        train_best(blueprint({"units": (2,)}), ROWS, ROWS, changed(TRAINING, patience=None), "test")


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ([{"unit": [3]}], r"model\.grid: each entry expects values of .*units.*Received: {'unit': \[3\]}"),
        ([{}], r"model\.grid: each entry expects values of .*Received: {}"),
        ([{"units": []}], r"units\s+Tuple should have at least 1 item"),
        ([{"units": [2]}, {"units": [2]}], "expected entries that differ"),
        ([{"units": [3]}, {"units": [4]}], r"those of one entry. Received: units=\(2,\) beside .*set model.grid=\[\]"),
        ([{"grid": []}], r"model\.grid: each entry expects"),
    ],
)
def test_a_grid_of_what_is_no_network_is_refused(grid, message):
    with pytest.raises(ValueError, match=message):
        ResidualNetworkParameters(**VALUES, grid=grid)
