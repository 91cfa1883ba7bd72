"""The network that forecasts a path at once: layer by layer, and what it can learn."""

import numpy as np
import pytest

from rnn_trading.models.backend import keras
from rnn_trading.models.encoder_decoder import build_encoder_decoder, forecast_paths
from rnn_trading.models.interface import Input, Interface
from rnn_trading.models.parameters import EncoderDecoderParameters, TrainingParameters
from rnn_trading.models.training import train

LAGS, STEPS = 6, 4


def network(**changes):
    values = {"layer": "lstm", "units": (5,), "decoder_units": 3, "dropout": 0.0, "forecasts": "values"}
    return EncoderDecoderParameters(**values | changes)


def of_path(series=1, path=STEPS):
    return Interface({"Values": Input((LAGS, series))}, outputs=series, path=path)


def windows(series=1, rows=8):
    return np.random.default_rng(0).normal(size=(rows, LAGS, series)).astype(np.float32)


@pytest.mark.parametrize(
    ("changes", "series", "parameters"),
    [
        # 4 (units (units + inputs) + units) of each LSTM, and a dense layer of the decoder's states to the series.
        ({}, 1, 4 * (5 * 6 + 5) + 4 * (3 * 8 + 3) + 4),
        ({"units": (12,), "decoder_units": 12}, 2, 4 * (12 * 14 + 12) + 4 * (12 * 24 + 12) + 26),
        ({"units": (5, 4)}, 1, 4 * (5 * 6 + 5) + 4 * (4 * 9 + 4) + 4 * (3 * 7 + 3) + 4),
        # A GRU of Keras has two biases.
        ({"layer": "gru"}, 1, 3 * (5 * 6 + 2 * 5) + 3 * (3 * 8 + 2 * 3) + 4),
    ],
)
def test_parameters_by_hand(changes, series, parameters):
    assert build_encoder_decoder(network(**changes), of_path(series)).count_params() == parameters


def test_the_path_is_what_its_layers_make_of_the_last_state():
    """Encoder, its last state at each step, decoder, dense layer: one after the other, by Keras' own LSTM."""
    model, values = build_encoder_decoder(network(), of_path()), windows()
    encoder, decoder = keras.layers.LSTM(5), keras.layers.LSTM(3, return_sequences=True)
    code = encoder(values)
    encoder.set_weights(model.get_layer("Encoder1").get_weights())
    code = encoder(values).numpy()
    at_each_step = np.repeat(code[:, None], STEPS, axis=1)
    decoder(at_each_step)
    decoder.set_weights(model.get_layer("Decoder").get_weights())
    kernel, bias = model.get_layer("Forecast").get_weights()
    np.testing.assert_allclose(forecast_paths(model, values), decoder(at_each_step).numpy() @ kernel + bias, atol=1e-6)


def test_changes_are_counted_from_the_last_value():
    values = windows(series=2)
    plain, changes = (build_encoder_decoder(network(forecasts=each), of_path(2)) for each in ("values", "changes"))
    changes.set_weights(plain.get_weights())
    moved = forecast_paths(changes, values) - values[:, -1:]
    np.testing.assert_allclose(moved, forecast_paths(plain, values), atol=1e-6)


def test_an_interface_without_a_path_is_refused():
    with pytest.raises(ValueError, match="An encoder-decoder forecasts a path. Received: an interface without one"):
        build_encoder_decoder(network(), of_path(path=None))


@pytest.mark.traced
def test_it_learns_a_path_that_turns(base_parameters):
    """A path that goes back to the first value of the window, and only then to its last: no line and no last value."""
    values = windows(rows=256)
    paths = np.concatenate([values[:, -1:], values[:, :1], values[:, :1], values[:, -1:]], axis=1)
    given = base_parameters("corrected")["univariate_regression"]["rolling_windows"]["index"]["encoder_decoder"]
    optimizer = given["training"]["optimizer"] | {"learning_rate": 0.03}
    training = TrainingParameters(
        **given["training"] | {"epochs": 30, "batch_size": 32, "patience": 30, "optimizer": optimizer}
    )
    rows = ({"Values": values}, paths)
    fit = train(
        lambda: build_encoder_decoder(network(units=(12,), decoder_units=8), of_path()), rows, rows, training, "it"
    )
    assert ((forecast_paths(fit.model, values) - paths) ** 2).mean() < 0.15 * paths.var()
