"""Skip connections: upper recurrent layers read the input of the network, too."""

import numpy as np
import pytest

from rnn_trading.models.backend import keras
from rnn_trading.models.parameters import SequenceNetworkParameters, StackedLstmParameters
from rnn_trading.models.sequence_network import build_sequence_network, build_stepwise_network
from rnn_trading.models.stacked_lstm import build_stacked_lstm
from tests.helpers import changed

PANEL = {"lags": 52, "tickers": 2489}


@pytest.fixture
def sequence(base_parameters):
    values = base_parameters("corrected")["univariate_regression"]["volatility"]["two_lstm"]["model"]
    return SequenceNetworkParameters(**values | {"units": [4, 3], "skip": True})


@pytest.fixture
def panel(base_parameters):
    values = base_parameters("as_published")["stacked_lstm"]["classification"]["model"]
    return StackedLstmParameters(**values | {"skip": True})


def test_parameters_by_hand(sequence, panel):
    # LSTM: 4 units (inputs + units + 1); the second reads 4 outputs and 1 value. Last, a weight a unit and a constant.
    assert build_sequence_network(sequence, 7).count_params() == 4 * 4 * 6 + 4 * 3 * (5 + 3 + 1) + 4
    assert build_stepwise_network(sequence).count_params() == 4 * 4 * 6 + 4 * 3 * (5 + 3 + 1) + 4
    # GRU: 3 units (inputs + units + 2); two series.
    three = changed(sequence, layer="gru", units=(4, 3, 2))
    expected = 3 * 4 * (2 + 4 + 2) + 3 * 3 * (6 + 3 + 2) + 3 * 2 * (5 + 2 + 2) + 6
    assert build_sequence_network(three, 7, series=2).count_params() == expected
    # The published 16,984, and one more row in each of the four kernels of 10 units.
    assert build_stacked_lstm(panel, **PANEL).count_params() == 16_984 + 4 * 10
    assert build_stacked_lstm(changed(panel, skip=False), **PANEL).count_params() == 16_984


def test_two_simple_rnns_by_hand(sequence):
    """One unit each, on three values."""
    model = build_sequence_network(changed(sequence, layer="rnn", units=(1, 1)), 3)
    first, second, last = (0.5, -0.3, 0.1), (0.8, -0.6, 0.4, 0.2), (2.0, -1.0)
    model.set_weights(
        [
            *(np.array([[first[0]]]), np.array([[first[1]]]), np.array([first[2]])),
            *(np.array([[second[0]], [second[1]]]), np.array([[second[2]]]), np.array([second[3]])),
            *(np.array([[last[0]]]), np.array([last[1]])),
        ]
    )
    lower = upper = 0.0
    for value in (1.0, -2.0, 0.5):
        lower = np.tanh(first[0] * value + first[1] * lower + first[2])
        upper = np.tanh(second[0] * lower + second[1] * value + second[2] * upper + second[3])
    window = np.array([[[1.0], [-2.0], [0.5]]], dtype=np.float32)
    np.testing.assert_allclose(model([window]), [[last[0] * upper + last[1]]], rtol=1e-5)


@pytest.mark.parametrize("skip", [True, False])
def test_an_upper_lstm_sees_returns_where_the_lowest_is_silent(panel, skip):
    keras.utils.set_random_seed(0)
    model = build_stacked_lstm(changed(panel, skip=skip), 5, 3)
    lowest = model.get_layer("LSTM1")
    lowest.set_weights([np.zeros_like(weight) for weight in lowest.get_weights()])
    returns = np.random.default_rng(0).normal(size=(6, 5, 1)).astype(np.float32)
    forecasts = model([returns, np.zeros((6, 1), np.int32), np.zeros((6, 12), np.float32)]).numpy()
    assert (np.ptp(forecasts) > 1e-4) == skip


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"units": (4,)}, r"at least two entries in units, or skip: false. Received: units: \[4\]"),
        ({"layer": "dense"}, "Expected skip: false. Received: layer: dense"),
    ],
)
def test_a_skip_over_nothing_is_refused(sequence, changes, message):
    with pytest.raises(ValueError, match=message):
        changed(sequence, **changes)


def test_a_skip_over_nothing_is_refused_in_the_stacked_lstm(panel):
    with pytest.raises(ValueError, match=r"two entries in lstm_units, or skip: false. Received: lstm_units: \[25\]"):
        changed(panel, lstm_units=(25,))


def test_parameter_sets_of_before_have_none(sequence):
    values = {name: getattr(sequence, name) for name in sequence.__dataclass_fields__ if name != "skip"}
    assert SequenceNetworkParameters(**values).skip is False
