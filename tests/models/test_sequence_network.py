"""What every network of one series must do: shape, parameter count, saving, training, each layer of both builders."""

import sys

import keras
import numpy as np
import pytest

from rnn_trading.datasets.keras_model import KerasModelDataset
from rnn_trading.models.ensemble import build_ensemble
from rnn_trading.models.free_run import free_run, stepwise_free_run
from rnn_trading.models.parameters import SequenceNetworkParameters, TrainingParameters, UnrollingParameters
from rnn_trading.models.predicting import predict
from rnn_trading.models.sequence_network import INPUT, build_sequence_network, build_stepwise_network
from rnn_trading.models.training import train
from rnn_trading.models.unrolled import ResetStates, UnrolledSegments
from rnn_trading.series.scaling import Scaling
from tests.helpers import changed
from tests.processes import finished_process

LAGS = 7
PLAIN = Scaling("none", 0.0, 1.0)
WAVE = np.sin(np.arange(400) / 5)


def network(layer, units, dropout=0.0, lstm="fused"):
    return SequenceNetworkParameters(
        layer=layer,
        units=units,
        input_dropout=0.0,
        recurrent_dropout=0.0,
        dropout=dropout,
        dense_units=(),
        dense_activation="relu",
        lstm=lstm,
    )


LAYERS = {
    "lstm": network("lstm", (4,)),
    "two lstm": network("lstm", (4, 3), 0.2),
    "lstm of keras": network("lstm", (4,), lstm="keras"),
    "rnn": network("rnn", (4,)),
    "gru": network("gru", (4,)),
    "two gru": network("gru", (4, 3), 0.2),
    "by gates": network("lstm_by_gates", (4, 3)),
    "mlp": network("dense", (16, 8, 8), 0.2),
    "linear": network("dense", ()),
}
RECURRENT = {name: layer for name, layer in LAYERS.items() if layer.layer != "dense"}


@pytest.fixture(params=LAYERS.values(), ids=LAYERS.keys())
def architecture(request):
    return request.param


@pytest.fixture(params=RECURRENT.values(), ids=RECURRENT.keys())
def recurrent(request):
    return request.param


@pytest.fixture
def training(base_parameters):
    values = base_parameters("corrected")["univariate_regression"]["level"]["training"]
    return TrainingParameters(**values | {"epochs": 2, "batch_size": 32})


@pytest.fixture
def rows():
    windows = np.lib.stride_tricks.sliding_window_view(WAVE.astype(np.float32), LAGS + 1)
    return {INPUT: windows[:, :-1, None]}, windows[:, -1]


@pytest.mark.parametrize(
    ("experiment", "lags", "parameters"),
    [
        ("level", 63, 491),
        ("level of the book", 63, 1_781),
        ("volatility.lstm", 200, 40_901),
        ("volatility.gru", 200, 31_001),
        ("volatility.two_lstm", 200, 121_301),
        ("volatility.two_gru", 200, 91_601),
        ("volatility.mlp", 200, 40_401),
        ("volatility.linear", 200, 201),
        ("volatility.lstm_by_gates", 200, 40_901),
        ("volatility.rnn", 200, 100 * (1 + 100 + 1) + 101),
        ("rolling_windows.sine", 50, 70_901),
        ("rolling_windows.index", 50, 70_901),
    ],
)
def test_published_parameter_counts(base_parameters, experiment, lags, parameters):
    values = base_parameters("as_published")["univariate_regression"]
    for name in experiment.removesuffix(" of the book").split("."):
        values = values[name]
    model = values["model"] | ({"units": [20]} if experiment.endswith("of the book") else {})
    assert build_sequence_network(SequenceNetworkParameters(**model), lags).count_params() == parameters


def test_shapes(architecture, rows):
    model = build_sequence_network(architecture, LAGS)
    assert model.input_shape == (None, LAGS, 1)
    assert predict(model, rows[0]).shape == (len(rows[1]),)


def test_every_lag_matters(architecture, rows):
    keras.utils.set_random_seed(0)  # a network whose rectified units are all dead forecasts a constant
    model = build_sequence_network(architecture, LAGS)
    windows = np.repeat(rows[0][INPUT][:1], LAGS, axis=0) + np.eye(LAGS, dtype=np.float32)[:, :, None]
    altered, before = predict(model, {INPUT: windows}), predict(model, {INPUT: rows[0][INPUT][:1]})
    assert (np.abs(altered - before) > 1e-7).all()


def validation_losses(fit):
    return [h["value"] for h in fit.history if (h["quantity"], h["rows"]) == ("loss", "validation")]


def fit_on_rows(architecture, rows, training):
    return train(lambda: build_sequence_network(architecture, LAGS), rows, rows, training, "conformance")


def test_training_lowers_the_loss(architecture, rows, training):
    losses = validation_losses(fit_on_rows(architecture, rows, training))
    assert losses[-1] < losses[0]


@pytest.mark.traced
def test_training_repeats_to_the_bit(rows, training):
    first, second = (fit_on_rows(LAYERS["two gru"], rows, training) for _ in range(2))
    assert first.history == second.history


def test_a_saved_network_forecasts_the_same(architecture, tmp_path):
    model = build_sequence_network(architecture, LAGS)
    dataset = KerasModelDataset(filepath=str(tmp_path / "model.keras"))
    dataset.save(model)
    windows = np.lib.stride_tricks.sliding_window_view(WAVE, LAGS)
    np.testing.assert_array_equal(free_run(dataset.load(), windows, 1, PLAIN), free_run(model, windows, 1, PLAIN))


def test_a_saved_network_loads_in_a_process_that_made_none(tmp_path):
    path = tmp_path / "model.keras"
    KerasModelDataset(filepath=str(path)).save(build_sequence_network(LAYERS["by gates"], LAGS))
    code = (
        "from rnn_trading.datasets.keras_model import KerasModelDataset;"
        f"print(KerasModelDataset(filepath={str(path)!r}).load().count_params())"
    )
    printed = finished_process([sys.executable, "-c", code])
    assert printed.stdout.strip() == str(build_sequence_network(LAYERS["by gates"], LAGS).count_params())
    assert "port.cc" not in printed.stderr  # nor does TensorFlow write its start-up lines


def test_a_loss_that_is_no_number_stops_the_training(rows, training):
    from rnn_trading.models.reporting import TrainingDivergedError

    with pytest.raises(TrainingDivergedError, match="no longer a finite number in epoch 1. No model was saved"):
        fit_on_rows(LAYERS["lstm"], (rows[0], rows[1] + np.float32(1e30)), training)


def test_a_network_without_units_needs_no_recurrence():
    with pytest.raises(ValueError, match="lstm layers needs at least one entry in units"):
        network("lstm", ())
    with pytest.raises(ValueError, match="needs a recurrent layer. Received: model.layer=dense"):
        build_stepwise_network(LAYERS["mlp"])


MACRO = {
    "notebook": {"units": [12], "dense_units": [6], "lags": 18, "parameters": 812},
    "book": {"units": [12, 6], "dense_units": [10], "lags": 24, "parameters": 1_268},
}


@pytest.mark.parametrize("name", MACRO)
def test_networks_of_two_series(base_parameters, name, tmp_path):
    expected = MACRO[name]
    values = base_parameters("as_published")["multivariate"]["macro"]["model"]
    values |= {"units": expected["units"], "dense_units": expected["dense_units"]}
    network = SequenceNetworkParameters(**values)
    models = [build_sequence_network(network, expected["lags"], 2) for _ in range(2)]
    assert models[0].count_params() == expected["parameters"]
    windows = np.random.default_rng(0).normal(size=(9, expected["lags"], 2)).astype(np.float32)
    dataset = KerasModelDataset(filepath=str(tmp_path / "mean.keras"))
    dataset.save(build_ensemble(models))
    mean = dataset.load()
    single = [mean.get_layer(f"network_{number}")([windows]) for number in (1, 2)]
    np.testing.assert_allclose(mean([windows]), (single[0] + single[1]) / 2, atol=1e-6)
    np.testing.assert_allclose(single[0], models[0]([windows]), atol=1e-6)
    assert mean([windows]).shape == (9, 2)


def test_the_published_network_of_the_mid_price(base_parameters):
    values = base_parameters("as_published")["univariate_regression"]["mid_price"]["model"]
    network = SequenceNetworkParameters(**values)
    assert network.units == (200, 200, 150)
    assert build_stepwise_network(network).count_params() == 693_151
    assert build_stepwise_network(changed(network, dense_units=(10,))).count_params() == 693_151 - 151 + 1510 + 11


def test_rows_that_carry_a_state_keep_their_order(training):
    with pytest.raises(ValueError, match="conformance: rows that carry a state on keep their order. Expected"):
        train(
            lambda: build_stepwise_network(LAYERS["lstm"], UNROLLING.steps, UNROLLING.readers),
            UnrolledSegments(WAVE, UNROLLING, title="conformance"),
            UnrolledSegments(WAVE, UNROLLING, title="conformance"),
            changed(training, batch_size=UNROLLING.readers, shuffle=True),
            "conformance",
        )


def test_dropout_belongs_to_recurrent_layers():
    with pytest.raises(ValueError, match="dense layers have no input_dropout and no recurrent_dropout"):
        changed(LAYERS["mlp"], input_dropout=0.1)


UNROLLING = UnrollingParameters(readers=8, steps=10, segments=5, targets_within=1)


def fit_on_segments(recurrent, training, **changes):
    return train(
        lambda: build_stepwise_network(recurrent, UNROLLING.steps, UNROLLING.readers),
        UnrolledSegments(WAVE, changed(UNROLLING, **changes)),
        UnrolledSegments(WAVE, UNROLLING, targets_within=1),
        changed(training, batch_size=UNROLLING.readers, shuffle=False),
        "conformance",
        callbacks=[ResetStates()],
    )


def test_stepwise_training_lowers_the_loss(recurrent, training):
    losses = validation_losses(fit_on_segments(recurrent, training))
    assert losses[-1] < losses[0]


@pytest.mark.traced
def test_random_targets_repeat_to_the_bit(training):
    first, second = (fit_on_segments(LAYERS["two lstm"], training, targets_within=3) for _ in range(2))
    assert first.history == second.history


def test_a_stateful_network_goes_on_where_it_ended(recurrent):
    """Segments read one after the other give the forecasts of the whole sequence, until the states are reset."""
    whole = build_stepwise_network(recurrent)
    carried = build_stepwise_network(recurrent, steps=10, readers=8)
    carried.set_weights(whole.get_weights())
    sequences = np.random.default_rng(0).normal(size=(8, 20, 1)).astype(np.float32)
    expected = whole([sequences]).numpy()
    first, second = carried([sequences[:, :10]]).numpy(), carried([sequences[:, 10:]]).numpy()
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), expected, atol=1e-5)
    reset = ResetStates()
    reset.set_model(carried)
    reset.on_epoch_begin(0)
    np.testing.assert_allclose(carried([sequences[:, :10]]).numpy(), first, atol=1e-6)
    reset.on_test_begin()
    np.testing.assert_allclose(carried([sequences[:, :10]]).numpy(), first, atol=1e-6)


def test_a_saved_stepwise_network_forecasts_the_same(recurrent, tmp_path):
    model = build_stepwise_network(recurrent)
    dataset = KerasModelDataset(filepath=str(tmp_path / "model.keras"))
    dataset.save(model)
    warm_up = WAVE[:40].reshape(4, 10)
    np.testing.assert_array_equal(stepwise_free_run(dataset.load(), warm_up, 3), stepwise_free_run(model, warm_up, 3))


def test_the_learning_rate_falls_on_a_plateau_and_gradients_are_clipped(rows, training):
    """Validated on the opposite of what it learns, the loss stalls at once."""
    plateau = {"factor": 0.5, "patience": 1, "smallest": 0.0}
    optimizer = changed(training.optimizer, learning_rate=0.01, clip_norm=1e-3)
    settings = TrainingParameters(
        **{name: getattr(training, name) for name in training.__dataclass_fields__}
        | {"epochs": 6, "reduce_on_plateau": plateau, "optimizer": optimizer, "min_delta": 10.0}
    )
    fit = train(
        lambda: build_sequence_network(LAYERS["linear"], LAGS), rows, (rows[0], -rows[1]), settings, "conformance"
    )
    rates = [h["value"] for h in fit.history if h["quantity"] == "learning_rate"]
    assert rates[0] == pytest.approx(0.01)
    assert rates[-1] < 0.005
    assert isinstance(fit.model.optimizer, keras.optimizers.Adam)
    assert fit.model.optimizer.global_clipnorm == 1e-3


def test_epochs_before_the_start_are_not_watched(rows, training):
    """With an improvement that no epoch reaches, the first that is watched stays the best."""
    fit = train(
        lambda: build_sequence_network(LAYERS["linear"], LAGS),
        rows,
        rows,
        changed(training, epochs=9, start_from_epoch=4, patience=2, min_delta=100.0),
        "conformance",
    )
    assert (fit.best_epoch, fit.epochs) == (4, 6)
    with pytest.raises(ValueError, match="no epoch would be watched.*start_from_epoch.*epochs=2"):
        changed(training, start_from_epoch=4)
