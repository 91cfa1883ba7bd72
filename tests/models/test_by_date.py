"""Rows of a panel by their dates."""

from dataclasses import dataclass

import numpy as np
import pytest

from rnn_trading.models.backend import keras
from rnn_trading.models.batches import Epoch
from rnn_trading.models.by_date import CorrelationByDate, DateRows, WatchCoefficient
from rnn_trading.models.predicting import predict
from rnn_trading.models.training import train
from rnn_trading.skill.ranks import mean_coefficient
from tests.helpers import TRAINING, changed

GENERATOR = np.random.default_rng(0)


@dataclass
class Numbers:
    """Inputs of one number a row."""

    values: np.ndarray

    def __len__(self):
        return len(self.values)

    def take(self, rows):
        return {"Number": self.values[rows, None].astype(np.float32)}

    def arrays(self):
        yield self.values


DATES = np.array([3, 1, 3, 1, 2, 2, 2, 3, 9, 9])
ROWS = DateRows(Numbers(np.arange(10.0)), np.arange(10, dtype=np.float32), DATES)


def batches(shuffle, size=4, epoch=None):
    return [
        (inputs["Number"].numpy().ravel().tolist(), targets.numpy())
        for inputs, targets in ROWS.batches(size, 1, epoch or Epoch(), shuffle)
    ]


def test_a_batch_has_whole_dates():
    """Ten rows of four dates: of batches of four rows each has two dates."""
    (first, of_first), (second, of_second) = batches(shuffle=False)
    assert (first, second) == ([1.0, 3.0, 4.0, 5.0, 6.0], [0.0, 2.0, 7.0, 8.0, 9.0])
    assert of_first[:, 0].tolist() == first
    assert of_first[:, 1].tolist() == [0, 0, 1, 1, 1]
    assert of_second[:, 1].tolist() == [0, 0, 0, 1, 1]


def test_the_order_of_dates_is_drawn_anew_and_repeats():
    one, other = Epoch(), Epoch()
    other.number = 1
    assert [rows for rows, _ in batches(True, 1, one)] == [rows for rows, _ in batches(True, 1, Epoch())]
    assert [rows for rows, _ in batches(True, 1, one)] != [rows for rows, _ in batches(True, 1, other)]
    assert sorted(row for rows, _ in batches(True, 1, other) for row in rows) == [*map(float, range(10))]


def test_the_loss_is_one_less_the_correlation_of_each_date():
    truth, forecast = GENERATOR.normal(size=(30, 1)), GENERATOR.normal(size=(30, 1))
    date = np.repeat([0.0, 1.0, 2.0], [5, 10, 15])
    expected = np.concatenate(
        [
            np.full((date == day).sum(), 1 - np.corrcoef(truth[date == day, 0], forecast[date == day, 0])[0, 1])
            for day in range(3)
        ]
    )
    given = np.column_stack([truth, date]).astype(np.float32)
    assert float(CorrelationByDate()(given, forecast.astype(np.float32))) == pytest.approx(expected.mean(), abs=1e-5)


def test_a_constant_forecast_has_no_correlation_and_a_finite_gradient():
    from rnn_trading.models.backend import tf

    given = np.column_stack([np.arange(4.0), np.zeros(4)]).astype(np.float32)
    forecast = tf.Variable(np.full((4, 1), 0.5, dtype=np.float32))
    with tf.GradientTape() as tape:
        loss = CorrelationByDate()(given, forecast)
    assert float(loss) == 1.0
    assert np.isfinite(tape.gradient(loss, forecast).numpy()).all()


def watching(inputs, outcomes, dates):
    return WatchCoefficient(
        lambda model: mean_coefficient(predict(model, inputs), outcomes, dates), (*inputs.arrays(), outcomes, dates)
    )


@pytest.mark.parametrize("loss", ["mse", "correlation_by_date"])
def test_the_coefficient_is_watched_and_ends_a_training(loss):
    """Targets are the numbers, in the opposite order on the watched rows: no epoch after the first is better."""
    numbers, dates = GENERATOR.normal(size=60), np.repeat(np.arange(6), 10)
    inputs, targets = Numbers(numbers), numbers.astype(np.float32)
    rows = DateRows(inputs, targets, dates) if loss != "mse" else (inputs, targets)
    watch = watching(inputs, -numbers, dates)

    def build():
        given = keras.Input((1,), name="Number")
        return keras.Model([given], keras.layers.Dense(1, kernel_initializer="ones")(given))

    training = changed(TRAINING, loss=loss, monitor="ic", epochs=5, patience=2)
    fit = train(build, rows, rows, training, "test", callbacks=[watch])
    watched = [row["value"] for row in fit.history if row["quantity"] == "ic"]
    assert (fit.epochs, fit.best_epoch) == (3, 1)
    np.testing.assert_allclose(watched, -1.0)


def test_the_coefficient_of_the_untrained_network_is_watched_too():
    """Targets are the opposite of the numbers, which the untrained network says; every epoch makes it worse."""
    numbers, dates = GENERATOR.normal(size=60), np.repeat(np.arange(6), 10)
    inputs = Numbers(numbers)
    rows = inputs, -numbers.astype(np.float32)
    watch = watching(inputs, numbers, dates)

    def build():
        given = keras.Input((1,), name="Number")
        return keras.Model([given], keras.layers.Dense(1, kernel_initializer="ones")(given))

    rapid = changed(TRAINING.optimizer, learning_rate=1.0)
    training = changed(TRAINING, optimizer=rapid, monitor="ic", epochs=5, patience=2, start_from_epoch=0)
    fit = train(build, rows, rows, training, "test", callbacks=[watch])
    watched = [row["value"] for row in fit.history if row["quantity"] == "ic"]
    assert (fit.epochs, fit.best_epoch) == (2, 0)
    np.testing.assert_allclose(watched, [1.0, -1.0, -1.0])
    assert fit.model.get_weights()[0].tolist() == [[1.0]]


def test_a_coefficient_that_nobody_watches_cannot_end_a_training():
    rows = Numbers(np.arange(4.0)), np.arange(4, dtype=np.float32)
    with pytest.raises(ValueError, match="training.monitor='ic' needs a panel .protocol=careful. or annual reports"):
        train(lambda: None, rows, rows, changed(TRAINING, monitor="ic"), "test")
