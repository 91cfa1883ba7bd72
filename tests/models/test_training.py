"""The stacked LSTM, and on it the one training loop: seeding, stopping, the best epoch, what is refused."""

import numpy as np
import pytest

import rnn_trading.models  # noqa: F401  quietens TensorFlow before it is imported
from rnn_trading.datasets.keras_model import KerasModelDataset
from rnn_trading.models.parameters import StackedLstmParameters, TrainingParameters
from rnn_trading.models.predicting import predict
from rnn_trading.models.reporting import TrainingDivergedError
from rnn_trading.models.stacked_lstm import average_embedding, build_stacked_lstm
from rnn_trading.models.training import train
from tests.helpers import changed

LAGS, TICKERS = 6, 5


@pytest.fixture(params=["corrected", "as_published"])
def protocol(request):
    return request.param


@pytest.fixture(params=["classification", "regression"])
def task(request):
    return request.param


@pytest.fixture
def experiment(base_parameters, protocol, task):
    values = base_parameters(protocol)["stacked_lstm"][task]
    training = TrainingParameters(**values["training"] | {"epochs": 3, "batch_size": 32})
    return StackedLstmParameters(**values["model"]), training


@pytest.fixture
def rows():
    generator = np.random.default_rng(0)
    inputs = {
        "Returns": generator.normal(0, 0.04, (200, LAGS, 1)).astype(np.float32),
        "Tickers": generator.integers(0, TICKERS, (200, 1)).astype(np.int32),
        "Months": np.eye(12, dtype=np.float32)[generator.integers(0, 12, 200)],
    }
    return inputs, (inputs["Returns"][:, -1, 0] > 0).astype(np.float32)


def test_published_parameter_counts(base_parameters):
    values = base_parameters("as_published")["stacked_lstm"]["classification"]["model"]
    notebook = build_stacked_lstm(StackedLstmParameters(**values), 52, 2489)
    assert notebook.count_params() == 16_984
    assert sum(np.prod(weight.shape) for weight in notebook.trainable_weights) == 16_930
    book = StackedLstmParameters(**values | {"embedding": 10, "batch_normalisation": False})
    assert build_stacked_lstm(book, 52, 2489).count_params() == 29_371


def test_shapes_and_input_names(experiment, rows):
    model = build_stacked_lstm(experiment[0], LAGS, TICKERS, 0.04, 0.5)
    assert {tensor.name: tensor.shape for tensor in model.inputs} == {
        "Returns": (None, LAGS, 1),
        "Tickers": (None, 1),
        "Months": (None, 12),
    }
    predictions = predict(model, rows[0])
    assert predictions.shape == (200,)
    assert predictions.dtype == np.float64
    if experiment[0].output == "sigmoid":
        assert ((predictions > 0) & (predictions < 1)).all()


def test_the_fused_kernel_is_the_same_model(experiment, rows):
    fused = build_stacked_lstm(experiment[0], LAGS, TICKERS, 0.04, 0.5)
    plain = build_stacked_lstm(changed(experiment[0], lstm="keras"), LAGS, TICKERS, 0.04, 0.5)
    plain.set_weights(fused.get_weights())
    np.testing.assert_allclose(predict(fused, rows[0]), predict(plain, rows[0]), atol=1e-5)


def test_every_input_matters(experiment, rows):
    model = build_stacked_lstm(experiment[0], LAGS, TICKERS, 0.04, 0.5)
    before = predict(model, rows[0])
    for name, values in rows[0].items():
        shuffled = rows[0] | {name: np.roll(values, 1, axis=0)}
        assert not np.allclose(predict(model, shuffled), before), name


@pytest.mark.parametrize("count", [1, 93, 199])
def test_what_follows_changes_no_forecast(experiment, rows, count):
    """To the bit, whatever the number of the rows that follow."""
    model = build_stacked_lstm(experiment[0], LAGS, TICKERS, 0.04, 0.5)
    first = {name: values[:count] for name, values in rows[0].items()}
    np.testing.assert_array_equal(predict(model, first), predict(model, rows[0])[:count])


def test_no_rows_have_no_forecasts(experiment, rows):
    model = build_stacked_lstm(experiment[0], LAGS, TICKERS, 0.04, 0.5)
    assert predict(model, {name: values[:0] for name, values in rows[0].items()}).shape == (0,)


def test_an_untrained_code_takes_the_mean_embedding(experiment):
    model = build_stacked_lstm(experiment[0], LAGS, TICKERS, 0.04, 0.5)
    (before,) = model.get_layer("TickerEmbedding").get_weights()
    average_embedding(model, 0)
    (after,) = model.get_layer("TickerEmbedding").get_weights()
    np.testing.assert_allclose(after[0], before[1:].mean(axis=0), rtol=1e-6)
    np.testing.assert_array_equal(after[1:], before[1:])


def fit(experiment, rows, **changes):
    architecture, training = experiment
    return train(
        lambda: build_stacked_lstm(architecture, LAGS, TICKERS, 0.04, 0.5),
        rows,
        rows,
        changed(training, **changes),
        "conformance",
    )


def by_epoch(result, quantity):
    return [h["value"] for h in result.history if h["quantity"] == quantity and h["rows"] == "validation"]


def test_training_lowers_the_loss(experiment, rows):
    losses = by_epoch(fit(experiment, rows), "loss")
    assert losses[-1] < losses[0]


@pytest.mark.traced
def test_the_best_epoch_is_kept_not_the_last(experiment, rows):
    """Validated on the opposite of what it learns, a model gets worse after its first epoch or two."""
    architecture, training = experiment
    inputs, truth = rows
    optimizer = changed(training.optimizer, learning_rate=0.01)
    result = train(
        lambda: build_stacked_lstm(architecture, LAGS, TICKERS, 0.04, 0.5),
        rows,
        (inputs, 1 - truth),
        changed(training, optimizer=optimizer, epochs=20, patience=3),
        "conformance",
    )
    monitored = by_epoch(result, training.monitor)
    best = max(monitored) if training.monitor == "auc" else min(monitored)
    assert monitored[result.best_epoch - 1] == best
    assert result.epochs == result.best_epoch + 3
    # The kept weights reproduce the validation loss of that epoch and not of the last one.
    predictions, opposite = predict(result.model, inputs), 1 - truth
    if training.loss == "mse":
        loss = np.mean((predictions - opposite) ** 2)
    else:
        loss = -np.log(np.where(opposite == 1, predictions, 1 - predictions)).mean()
    assert loss == pytest.approx(by_epoch(result, "loss")[result.best_epoch - 1], rel=1e-4)
    assert loss != pytest.approx(by_epoch(result, "loss")[-1], rel=1e-4)


@pytest.mark.traced
def test_two_trainings_are_equal_to_the_bit_and_another_seed_is_not(experiment, rows):
    first, second = fit(experiment, rows), fit(experiment, rows)
    assert first.history == second.history
    np.testing.assert_array_equal(predict(first.model, rows[0]), predict(second.model, rows[0]))
    assert fit(experiment, rows, seed=7).history != first.history


def test_a_saved_model_loads_and_predicts_the_same(experiment, rows, tmp_path):
    model = fit(experiment, rows, epochs=1).model
    dataset = KerasModelDataset(filepath=str(tmp_path / "model.keras"))
    dataset.save(model)
    np.testing.assert_array_equal(predict(dataset.load(), rows[0]), predict(model, rows[0]))


@pytest.mark.parametrize("task", ["regression"], indirect=True)
def test_a_loss_that_is_no_number_stops_the_training(experiment, rows):
    with pytest.raises(TrainingDivergedError, match="loss is no longer a finite number in epoch 1. No model was"):
        fit(experiment, (rows[0], rows[1] + np.float32(1e30)))


@pytest.mark.parametrize(("task", "protocol"), [("classification", "corrected")], indirect=True)
def test_weights_that_are_no_numbers_stop_the_training(experiment, rows):
    """Keras clips probabilities: the loss of a broken classifier can stay finite."""
    optimizer = changed(experiment[1].optimizer, learning_rate=1e38)
    with pytest.raises(TrainingDivergedError, match="no longer a finite number in epoch 1"):
        fit(experiment, rows, optimizer=optimizer)


def test_missing_inputs_are_refused_before_training(experiment, rows):
    returns = rows[0]["Returns"].copy()
    returns[7, 2] = np.nan
    with pytest.raises(ValueError, match=r"conformance: Returns of training row 7 is not a finite number \(1 values\)"):
        fit(experiment, (rows[0] | {"Returns": returns}, rows[1]))


def test_impossible_settings_are_refused(experiment, rows):
    with pytest.raises(ValueError, match="TensorFlow sees no GPU"):
        fit(experiment, rows, device="gpu")
    with pytest.raises(ValueError, match="monitor='auc' needs loss=binary_crossentropy"):
        fit(experiment, rows, loss="mse", monitor="auc")
