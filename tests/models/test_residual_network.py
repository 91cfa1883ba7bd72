"""The network that corrects a simple forecast: where it begins, and what it can learn."""

import numpy as np
import pytest

from rnn_trading.models.backend import keras
from rnn_trading.models.interface import Input, Interface
from rnn_trading.models.losses import MaeOfKnown, Qlike
from rnn_trading.models.parameters import ResidualNetworkParameters
from rnn_trading.models.predicting import predict_all
from rnn_trading.models.residual_network import build_residual_network
from rnn_trading.models.training import train
from tests.helpers import TRAINING, changed

LAGS, CHANNELS = 6, 2
GENERATOR = np.random.default_rng(0)


def network(**changes):
    values = {"layer": "lstm", "units": (5,), "dropout": 0.0, "link": "add", "last_layer": "zeros"}
    return ResidualNetworkParameters(**values | changes)


def interface(forecast=(1,), known=2):
    shapes = {"Channels": (LAGS, CHANNELS), "Known": (known,), "Start": forecast}
    return Interface({name: Input(shape) for name, shape in shapes.items() if shape[-1]})


def inputs(of, rows=40):
    return {name: GENERATOR.uniform(0.5, 2, (rows, *each.shape)).astype(np.float32) for name, each in of.inputs.items()}


@pytest.mark.parametrize("link", ["add", "multiply"])
@pytest.mark.parametrize("forecast", [(1,), (4,), (4, 2)])
def test_untrained_it_is_the_start_to_the_bit(link, forecast):
    of = interface(forecast)
    given = inputs(of)
    model = build_residual_network(network(link=link), of)
    np.testing.assert_array_equal(predict_all(model, given), given["Start"])


def test_drawn_weights_leave_the_start():
    of = interface()
    given = inputs(of)
    model = build_residual_network(network(last_layer="drawn"), of)
    assert np.abs(predict_all(model, given) - given["Start"]).max() > 1e-3


@pytest.mark.parametrize(
    ("changes", "forecast", "known", "parameters"),
    [
        # 4 (units (units + inputs) + units), and a dense layer to the numbers of a forecast.
        ({}, (1,), 2, 4 * (5 * 9 + 5) + 6),
        ({}, (3, 2), 0, 4 * (5 * 7 + 5) + 6 * 6),
        ({"units": (5, 4)}, (1,), 2, 4 * (5 * 9 + 5) + 4 * (4 * 9 + 4) + 5),
        ({"layer": "gru"}, (1,), 2, 3 * (5 * 9 + 10) + 6),
    ],
)
def test_parameters_by_hand(changes, forecast, known, parameters):
    assert build_residual_network(network(**changes), interface(forecast, known)).count_params() == parameters


def test_a_factor_is_the_exponential_of_what_is_added():
    of = interface((2,))
    given = inputs(of)
    added, multiplied = (
        build_residual_network(network(link=each, last_layer="drawn"), of) for each in ("add", "multiply")
    )
    multiplied.set_weights(added.get_weights())
    correction = predict_all(added, given) - given["Start"]
    np.testing.assert_allclose(predict_all(multiplied, given), given["Start"] * np.exp(correction), rtol=1e-5)


@pytest.mark.traced
def test_it_learns_what_the_start_lacks():
    """The truth is the start times a factor that the newest value of a channel tells."""
    of = interface(known=0)
    given = inputs(of, 400)
    truth = given["Start"] * np.exp(0.5 * given["Channels"][:, -1, :1] - 0.6)
    training = changed(TRAINING, loss="qlike", epochs=60, batch_size=50, patience=None)
    architecture = network(link="multiply", units=(8,))
    fit = train(lambda: build_residual_network(architecture, of), (given, truth), (given, truth), training, "test")
    error = np.abs(predict_all(fit.model, given) / truth - 1).mean()
    assert error < 0.3 * np.abs(given["Start"] / truth - 1).mean()


def test_qlike_is_least_at_the_mean():
    truth = np.array([[1.0], [3.0]], dtype=np.float32)
    losses = {each: float(Qlike()(truth, np.full((2, 1), each, dtype=np.float32))) for each in (1.9, 2.0, 2.1)}
    assert min(losses, key=losses.get) == 2.0


def test_what_is_unknown_counts_for_nothing_and_has_no_gradient():
    truth = keras.ops.convert_to_tensor(np.array([[[1.0], [np.nan]], [[np.nan], [np.nan]]], dtype=np.float32))
    forecast = keras.Variable(np.array([[[3.0], [9.0]], [[5.0], [7.0]]], dtype=np.float32))
    from rnn_trading.models.backend import tf

    with tf.GradientTape() as tape:
        loss = MaeOfKnown()(truth, forecast)
    assert float(loss) == 1.0  # 2 of the first row, 0 of the second, which knows nothing
    assert tape.gradient(loss, forecast.value).numpy().ravel().tolist() == [0.5, 0.0, 0.0, 0.0]


def test_unknown_targets_are_refused_by_other_losses():
    of = interface(known=0)
    given = inputs(of)
    truth = np.full((40, 1), np.nan, dtype=np.float32)
    rows = (given, truth), (given, truth)
    with pytest.raises(ValueError, match="target of training row 0 is not a finite number"):
        train(lambda: build_residual_network(network(), of), *rows, TRAINING, "test")
    fit = train(lambda: build_residual_network(network(), of), *rows, changed(TRAINING, loss="mae_of_known"), "test")
    assert fit.epochs == 2
