"""The layer table of a network."""

import pytest

from rnn_trading.models.backend import keras
from rnn_trading.models.description import describe
from rnn_trading.models.ensemble import build_ensemble
from tests.test_doctests import run_examples

pytestmark = pytest.mark.trains

ENSEMBLE = """\
Ensemble: 36 parameters, 28 of them trained

Layer              Type                Output shape     Parameters
------------------------------------------------------------------
Values             InputLayer          (None, None, 2)           0
network_1          Functional          (None, 1)                18
  Values           InputLayer          (None, None, 2)           0
  Normalised       BatchNormalization  (None, None, 2)           8
  RNN              SimpleRNN           (None, 2)                10
  Forecast         Dot                 (None, 1)                 0
network_2          Functional          (None, 1)                18
  the same layers
Mean               Average             (None, 1)                 0
"""


def network(name="Network", kind=keras.layers.SimpleRNN):
    values = keras.Input((None, 2), name="Values")
    states = kind(2, name="RNN")(keras.layers.BatchNormalization(name="Normalised")(values))
    return keras.Model([values], keras.layers.Dot(axes=1, name="Forecast")([states, states]), name=name)


def test_networks_of_one_kind_in_an_average_are_shown_once():
    """Normalisation: 4 values of each of 2 features, half of them trained; cell: 2 x (2 + 2) + 2 = 10."""
    assert describe(build_ensemble([network(), network()])) == ENSEMBLE


def test_networks_of_two_kinds_are_both_shown():
    told = describe(build_ensemble([network(), network(kind=keras.layers.GRU)]))
    assert "the same layers" not in told
    assert "  RNN         GRU " in told


def test_a_frozen_layer_is_not_trained():
    model = network("Frozen")
    model.get_layer("RNN").trainable = False
    assert describe(model).startswith("Frozen: 18 parameters, 4 of them trained\n")


def test_the_example():
    assert run_examples("rnn_trading.models.description").failed == 0
