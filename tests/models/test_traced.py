"""Networks that share what is traced have the numbers of one that was traced alone, to the bit."""

import numpy as np
import pytest

from rnn_trading.models import checks
from rnn_trading.models import traced as module
from rnn_trading.models.backend import keras
from rnn_trading.models.encoder_decoder import forecast_paths
from rnn_trading.models.free_run import free_run, joint_free_run, stepwise_free_run
from rnn_trading.models.networks import Blueprint, build_network
from rnn_trading.models.parameters import PlateauParameters
from rnn_trading.models.predicting import predict, predict_in_order
from rnn_trading.models.reporting import TrainingDivergedError
from rnn_trading.models.traced import KEPT, forget_all, key_of, traced
from rnn_trading.models.training import train, untrained
from rnn_trading.models.unrolled import ResetStates
from rnn_trading.series.scaling import Scaling
from rnn_trading.text.text import TokenSequences
from tests.helpers import TRAINING, changed
from tests.models.cases import KINDS, NAMES, OWN, ROWS, STEPS, VARIED, Case, inputs_of, make_case

# One network of every kind, all variants, and all of a user's own.
TRAINED = [
    *(next(name for name in NAMES if name.startswith(kind if ":" in kind else f"corrected:{kind}")) for kind in KINDS),
    *VARIED,
    *OWN,
]
# Those that hold constants of the data, carry a state, or are of a user's own, once as a run has them.
TRACED = [
    "corrected:stacked_lstm.regression",
    "corrected:text_sentiment.stars",
    "corrected:univariate_regression.mid_price+stateful",
    "own:path",
]
SHORT = changed(
    TRAINING,
    epochs=2,
    batch_size=20,
    min_delta=9.0,  # so that the learning rate falls
    optimizer=changed(TRAINING.optimizer, learning_rate=0.1, clip_norm=1.0),
    reduce_on_plateau=PlateauParameters(factor=0.5, patience=1, smallest=0.0),
)


@pytest.fixture(autouse=True)
def nothing_traced(monkeypatch):
    monkeypatch.setattr(checks, "STEPS", 16)
    forget_all()
    yield
    forget_all()


def scaled(interface, factor):
    """The interface of another fold: other constants."""
    inputs = {
        name: changed(each, scale=each.scale * factor) if each.scale != 1.0 else each
        for name, each in interface.inputs.items()
    }
    mean, deviation = interface.target
    times = 1 / factor if interface.activation == "sigmoid" else factor  # a share stays below 1
    target = (mean * times, deviation * times) if interface.target != (0.0, 1.0) else (0.0, 1.0)
    odds = tuple(each * factor for each in interface.log_odds)
    return changed(interface, inputs=inputs, target=target, log_odds=odds)


def rows_of(interface, seed):
    generator = np.random.default_rng(seed)
    shape = (ROWS, *(size or STEPS for size in interface.forecast_shape))
    values = generator.normal(size=shape).astype(np.float32)
    labels = (values > 0).astype(np.float32) if interface.activation == "sigmoid" else values
    return inputs_of(interface, seed), np.sort(labels, axis=-1)[..., ::-1].copy() if interface.log_odds else labels


def fit(case: Case, seed, factor, **changes):
    interface = scaled(case.interface, factor)
    loss = "binary_crossentropy" if interface.activation == "sigmoid" else "mse"
    changes = {"loss": "ordinal_crossentropy" if interface.log_odds else loss, "seed": seed} | changes
    if interface.readers:
        changes |= {"batch_size": ROWS, "shuffle": False}
    rows, watched = rows_of(interface, seed), rows_of(interface, seed + 10)
    resets = [ResetStates()] if interface.readers else []
    blueprint = Blueprint(case.architecture, interface)
    return train(blueprint, rows, watched, changed(SHORT, **changes), "shared", callbacks=resets)


def numbers(fit):
    return fit.history, fit.best_epoch, [variable.numpy().tolist() for variable in fit.model.variables]


def calls_of(monkeypatch):
    """Names of networks, one for each time one is gone through: eagerly, or to trace it."""
    calls, call = [], keras.Model.__call__

    def counted(model, *given, **named):
        calls.append(model.name)
        return call(model, *given, **named)

    monkeypatch.setattr(keras.Model, "__call__", counted)
    return calls


def check_second(case, **changes):
    alone = numbers(fit(case, 2, 3.0, **changes))
    forget_all()
    assert numbers(fit(case, 1, 1.0, **changes)) != alone
    assert numbers(fit(case, 2, 3.0, **changes)) == alone
    return alone


@pytest.mark.parametrize("name", TRAINED)
def test_a_second_fit_is_that_of_a_process_of_its_own(base_parameters, name):
    case = make_case(name, base_parameters)
    assert key_of(build_network(case.architecture, case.interface)) is not None
    check_second(case)


@pytest.mark.traced
@pytest.mark.parametrize("name", TRACED)
def test_a_second_fit_that_is_not_traced_is_the_same(base_parameters, name, monkeypatch):
    case = make_case(name, base_parameters)
    history, *_ = check_second(case, epochs=3)
    assert any(row["quantity"] == "learning_rate" and row["value"] < 0.1 for row in history)  # it fell, and rose again
    calls = calls_of(monkeypatch)
    monkeypatch.setattr(checks, "_check_behaviour", lambda *_: None)  # which calls a network of a user's own
    fit(case, 3, 2.0)
    assert calls == []


@pytest.mark.traced
def test_several_steps_at_once_change_no_number(base_parameters):
    case = make_case("corrected:univariate_regression.mid_price+stateful", base_parameters)
    at_once = fit(case, 1, 1.0, steps_per_execution=2)
    assert numbers(at_once) == numbers(fit(case, 1, 1.0))
    panel = make_case("corrected:stacked_lstm.classification", base_parameters)
    assert numbers(fit(panel, 1, 1.0, steps_per_execution=2)) == numbers(fit(panel, 1, 1.0))  # 2 batches an epoch


def test_nothing_is_left_by_a_training_that_failed(base_parameters):
    case = make_case("corrected:stacked_lstm.regression", base_parameters)
    alone = numbers(fit(case, 2, 1.0))
    with pytest.raises(TrainingDivergedError):
        fit(case, 1, 1.0, optimizer=changed(SHORT.optimizer, learning_rate=1e38))
    assert numbers(fit(case, 2, 1.0)) == alone


@keras.saving.register_keras_serializable("tests")
class Remembers(keras.layers.Layer):
    """Holds what no copy would have."""

    factor = 1.0

    def call(self, inputs):
        return inputs * self.factor


def test_a_layer_from_elsewhere_is_never_shared():
    def build(factor=1.0, activation="tanh"):
        values = keras.Input((4,), name="Values")
        layer = Remembers()
        layer.factor = factor
        return keras.Model([values], keras.layers.Dense(1, activation=activation)(layer(values)))

    def tanh(values):
        return values

    assert key_of(build()) is None
    values = keras.Input((4,), name="Values")
    assert key_of(keras.Model([values], keras.layers.Dense(1, activation=tanh)(values))) is None
    inputs = np.random.default_rng(0).normal(size=(24, 4)).astype(np.float32)
    rows = {"Values": inputs}, inputs[:, 0]
    ones, twos = (lambda: build(1.0)), (lambda: build(2.0))
    alone = numbers(train(twos, rows, rows, SHORT, "own"))
    assert numbers(train(ones, rows, rows, SHORT, "own")) != alone
    again = train(twos, rows, rows, SHORT, "own")
    assert numbers(again) == alone
    fresh = keras.optimizers.Adam()
    fresh.build(again.model.trainable_variables)
    state = [variable.numpy().tolist() for variable in again.model.optimizer.variables]
    assert state[2:] == [variable.numpy().tolist() for variable in fresh.variables[2:]]  # at its start, as of all


def test_what_is_borrowed_is_not_lent_twice_and_not_all_is_kept():
    def network(units):
        values = keras.Input((4,), name="Values")
        return keras.Model([values], keras.layers.Dense(units)(values))

    with traced(network(1)) as one, traced(network(1)) as other:
        assert one.model is not other.model
    with traced(network(1)) as again:
        assert again.model is one.model
    for units in range(2, KEPT + 3):
        with traced(network(units)):
            pass
    assert len(module._waiting) == KEPT
    with traced(network(1)) as anew:
        assert anew.model not in (one.model, other.model)


def words(rows=40):
    generator = np.random.default_rng(0)
    lengths = generator.integers(2, STEPS, rows)
    return TokenSequences(generator.integers(1, 12, lengths.sum()).astype(np.int32), np.append(0, lengths.cumsum()))


FORECASTS = {
    "corrected:stacked_lstm.regression": lambda model, interface: predict(model, inputs_of(interface, 7)),
    "corrected:sec_filings.returns": lambda model, _: predict_in_order(model, "Words", words(), STEPS),
    "corrected:univariate_regression.level": lambda model, interface: free_run(
        model, 10 + inputs_of(interface)["Values"][:, :, 0].astype(float), 3, Scaling("last", 1.0, 0.5)
    ),
    "as_published:multivariate.macro": lambda model, interface: joint_free_run(
        model, inputs_of(interface)["Values"], 3
    ),
    "corrected:univariate_regression.mid_price": lambda model, interface: stepwise_free_run(
        model, inputs_of(interface)["Values"][:, :, 0], 3
    ),
    "corrected:multivariate.macro.encoder_decoder": lambda model, interface: forecast_paths(
        model, inputs_of(interface)["Values"]
    ),
}


@pytest.mark.traced
@pytest.mark.parametrize("name", FORECASTS)
def test_forecasts_of_many_networks_are_traced_once(base_parameters, name, monkeypatch, tmp_path):
    case, forecast = make_case(name, base_parameters), FORECASTS[name]
    interfaces = [scaled(case.interface, factor) for factor in (1.0, 3.0)]
    first, second = (
        untrained(Blueprint(case.architecture, interface), seed) for seed, interface in enumerate(interfaces)
    )
    alone = forecast(second, interfaces[0])
    forget_all()
    other = forecast(first, interfaces[0])
    second.save(tmp_path / "model.keras")
    saved = keras.saving.load_model(tmp_path / "model.keras")
    calls = calls_of(monkeypatch)
    for network in (second, saved):
        np.testing.assert_array_equal(forecast(network, interfaces[0]), alone)
    np.testing.assert_array_equal(forecast(first, interfaces[0]), other)
    assert calls == []
    assert not np.array_equal(other, alone)
