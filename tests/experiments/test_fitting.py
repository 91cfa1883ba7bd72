"""What is said of every network that was fitted."""

import logging
from types import SimpleNamespace

import numpy as np

from rnn_trading.experiments.fitting import fitted
from rnn_trading.experiments.sizes import beside_published
from rnn_trading.skill.record import Experiment

MODEL = SimpleNamespace(count_params=lambda: 14, trainable_weights=[np.zeros((2, 3)), np.zeros(4)])
FIT = SimpleNamespace(
    **{"model": MODEL, "history": [], "epochs": 3, "best_epoch": 2, "seconds": 1.23, "device": "CPU", "key": "k"},
    **{"ended": "2020-01-01", "tried": []},
)
TRAINING = SimpleNamespace(epochs=5, patience=2, may_stop=True, validation_split=None, loss="mse", monitor="loss")


def test_every_network_says_how_many_of_its_parameters_are_trained():
    training = fitted(FIT, TRAINING, "validation", best_validation_loss=0.5)["training"]
    assert (training["parameters"], training["trained_parameters"]) == (14, 10)
    assert training["best_validation_loss"] == 0.5


def test_another_size_than_the_published_one_is_told_once_and_recorded_of_all(caplog):
    experiment = Experiment(name="mine.level", task="level", published={"parameters": 20}, published_on=None)
    with caplog.at_level(logging.INFO):
        made = [
            beside_published(fitted(FIT, TRAINING, "validation"), experiment, 2, 3, "tickers", first=first)
            for first in (True, False, False)
        ]
    said = "14 parameters, 20 published; 6 of ours are the embedding, a row of 3 numbers for each of 2 tickers"
    assert [each["training"]["size"] for each in made] == [said] * 3
    assert caplog.messages == [f"mine.level: {said}"]


def test_a_grid_is_told_where_there_was_one():
    tried = [{"units": (8,), "validation_loss": 0.5}]
    assert fitted(SimpleNamespace(**vars(FIT) | {"tried": tried}), TRAINING, "validation")["training"]["grid"] == tried
    assert "grid" not in fitted(FIT, TRAINING, "validation")["training"]
