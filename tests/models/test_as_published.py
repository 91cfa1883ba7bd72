"""How published networks are trained: which epoch is kept, which rows are watched, when the learning rate falls."""

import numpy as np
import pytest
from pydantic import ValidationError

from rnn_trading.datasets.training_state import StateFolder
from rnn_trading.models.backend import keras
from rnn_trading.models.batches import ArrayRows, hold_out
from rnn_trading.models.compiling import plateau_of, stopping_of
from rnn_trading.models.free_run import ForecastEvolution, stepwise_free_run
from rnn_trading.models.interface import Input, Interface
from rnn_trading.models.losses import SummedHalfMse
from rnn_trading.models.networks import build_network
from rnn_trading.models.parameters import PlateauParameters, SequenceNetworkParameters, UnrollingParameters
from rnn_trading.models.sequence_network import INPUT
from rnn_trading.models.training import train
from rnn_trading.models.unrolled import ResetStates, UnrolledSegments
from tests.helpers import TRAINING, changed
from tests.models.test_training_state import CutAfter, PowerCutError, build, weights_of

LAST = changed(TRAINING, epochs=4, patience=None)


def rows_of(count=40):
    generator = np.random.default_rng(0)
    inputs = {"Values": generator.normal(size=(count, 4)).astype(np.float32)}
    return inputs, generator.normal(size=count).astype(np.float32)


def of_validation(fit, quantity="loss"):
    wanted = {"rows": "validation", "quantity": quantity}
    return [row["value"] for row in fit.history if wanted.items() <= row.items()]


def test_without_patience_all_epochs_are_run_and_the_last_is_kept():
    inputs, noise = rows_of()
    rows, opposite = (inputs, noise + 5), (inputs, noise - 5)  # what is learned is wrong there: the first is the best
    training = changed(LAST, optimizer=changed(LAST.optimizer, learning_rate=0.1))
    last, best = (train(build, rows, opposite, changed(training, patience=each), "kept") for each in (None, 4))
    assert (last.epochs, last.best_epoch) == (4, 4)
    assert of_validation(last) == of_validation(best)
    assert best.best_epoch < 4
    assert last.model.evaluate(*opposite, verbose=0, return_dict=True)["loss"] == pytest.approx(of_validation(last)[-1])


def test_a_share_of_the_training_rows_is_watched_and_not_trained_on():
    """20 rows, a tenth: 18 are trained on, two are watched, and these are the same in every epoch and run."""
    rows = ArrayRows(*rows_of(20))
    trained, held_out = hold_out(rows, 0.1, seed=7)
    assert (len(trained), len(held_out)) == (18, 2)
    targets = rows.targets.tolist()
    assert sorted(trained.targets.tolist() + held_out.targets.tolist()) == sorted(targets)
    assert held_out.targets.tolist() != targets[-2:]  # the rows are shuffled first
    for part in (trained, held_out):
        places = [targets.index(each) for each in part.targets.tolist()]
        np.testing.assert_array_equal(part.inputs["Values"], rows.inputs["Values"][places])
    assert hold_out(rows, 0.1, seed=7)[1].targets.tolist() == held_out.targets.tolist()
    assert hold_out(rows, 0.1, seed=8)[1].targets.tolist() != held_out.targets.tolist()
    training = changed(LAST, validation_split=0.1, seed=7, epochs=2)
    fit = train(build, rows_of(20), None, training, "watched")
    (loss,) = of_validation(fit)[-1:]
    assert fit.model.evaluate(held_out.inputs, held_out.targets, verbose=0, return_dict=True)["loss"] == (
        pytest.approx(loss, rel=1e-5)
    )
    parts = (trained.inputs, trained.targets), (held_out.inputs, held_out.targets)
    assert weights_of(train(build, *parts, changed(training, validation_split=None), "by hand").model) == weights_of(
        fit.model
    )


def test_one_without_a_best_epoch_is_taken_up_where_it_was_broken_off(tmp_path):
    training = changed(LAST, validation_split=0.25)
    whole = train(build, rows_of(), None, training, "whole")
    for epochs in (2, 4):
        with pytest.raises(PowerCutError):
            train(build, rows_of(), None, training, "cut", CutAfter(tmp_path / str(epochs), epochs))
        again = train(build, rows_of(), None, training, "again", StateFolder(tmp_path / str(epochs), 0))
        assert (again.history, again.best_epoch) == (whole.history, 4)
        assert weights_of(again.model) == weights_of(whole.model)


def test_rows_to_watch_are_named_once():
    rows = rows_of()
    with pytest.raises(ValueError, match="both: expected either rows to watch or training.validation_split"):
        train(build, rows, rows, changed(LAST, validation_split=0.1), "both")
    with pytest.raises(ValueError, match="Received: no rows to watch, training.validation_split=None"):
        train(build, rows, None, LAST, "neither")
    with pytest.raises(ValueError, match="validation_split=0.01 of 40 training rows leaves 39|0.99 of 40"):
        train(build, rows, None, changed(LAST, validation_split=0.99), "few")
    with pytest.raises(ValidationError, match="expected patience: null and reduce_on_plateau: null"):
        changed(LAST, validation_split=0.1, patience=3)


def test_the_rate_is_halved_at_the_third_epoch_in_a_row_that_is_not_the_best():
    """By hand. Two stalls and an improvement change nothing; after a halving the count begins again."""
    errors = [5.0, 6.0, 6.0, 4.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 3.0, 4.0]
    rates = [8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 4.0, 4.0, 4.0, 2.0, 2.0, 2.0, 2.0]
    model = build()
    model.compile(keras.optimizers.Adam(8.0), loss="mse")
    settings = changed(
        LAST,
        epochs=13,
        patience=13,
        monitor="run_half_mse",
        reduce_on_plateau=PlateauParameters(factor=0.5, patience=3, smallest=0.0),
    )
    (plateau,) = plateau_of(settings, "min")
    plateau.set_model(model)
    plateau.on_train_begin()
    seen = []
    for epoch, error in enumerate(errors):
        plateau.on_epoch_end(epoch, {"val_run_half_mse": error})
        seen.append(float(model.optimizer.learning_rate))
    assert seen == rates
    stopping = stopping_of(settings, "min")
    stopping.set_model(model)
    stopping.on_train_begin()
    for epoch, error in enumerate(errors):
        stopping.on_epoch_end(epoch, {"val_run_half_mse": error})
    assert stopping.best_epoch + 1 == 12


def test_the_summed_loss_is_the_steps_times_half_the_mean_squared_error():
    """And so are its gradients: a limit to their norm binds sooner."""
    generator = np.random.default_rng(0)
    truth, forecast = generator.normal(size=(2, 3, 50, 1))
    loss = float(SummedHalfMse()(truth.astype(np.float32), forecast.astype(np.float32)))
    assert loss == pytest.approx(50 / 2 * np.mean((truth - forecast) ** 2), rel=1e-5)


SEGMENTS = UnrollingParameters(readers=4, steps=5, segments=None, targets_within=1)
NETWORK = SequenceNetworkParameters(
    layer="lstm",
    units=(3,),
    input_dropout=0.0,
    recurrent_dropout=0.0,
    dropout=0.0,
    dense_units=(),
    dense_activation="relu",
    lstm="fused",
)


def test_the_error_of_the_runs_is_watched_epoch_by_epoch():
    values = np.sin(np.arange(90) / 5)
    warm_up, outcomes = np.stack([values[60:65], values[70:75]]), np.stack([values[65:69], values[75:79]])
    of_segments = Interface({INPUT: Input((5, 1))}, every_step=True, readers=4)
    forecaster = build_network(NETWORK, Interface({INPUT: Input((None, 1))}, every_step=True))
    evolution = ForecastEvolution(forecaster, warm_up, 4, {2}, outcomes)
    training = changed(TRAINING, loss="summed_half_mse", monitor="run_half_mse", batch_size=4, shuffle=False, epochs=3)
    parts = UnrolledSegments(values[:60], SEGMENTS), UnrolledSegments(values[60:], SEGMENTS)

    def network():
        return build_network(NETWORK, of_segments, like=forecaster)

    fit = train(network, *parts, training, "runs", callbacks=[ResetStates(), evolution])
    errors = of_validation(fit, "run_half_mse")
    assert len(errors) == 3
    forecaster.set_weights(fit.model.get_weights())
    kept = np.mean((stepwise_free_run(forecaster, warm_up, 4) - outcomes) ** 2) / 2
    assert errors[fit.best_epoch - 1] == pytest.approx(kept, rel=1e-6)
    assert kept == pytest.approx(min(errors))
    assert {row["epoch"] for row in evolution.rows} == {2}
    with pytest.raises(ValueError, match="monitor='run_half_mse' needs runs of several steps.*use monitor=loss or mae"):
        train(network, *parts, training, "no runs", callbacks=[ResetStates()])


@pytest.mark.parametrize(("values", "segments"), [(11_000, 22), (3_270, 6), (600, 1)])
def test_published_segments_are_the_training_values_over_the_readers(values, segments):
    unrolling = UnrollingParameters(readers=500, steps=50, segments=None, targets_within=5)
    read = UnrolledSegments(np.arange(float(values)), unrolling)
    assert read.segments == segments
    assert read.starts[-1] + segments * 50 + 5 <= values
