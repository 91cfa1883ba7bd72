"""Networks of a user's own: what is refused, and with which words."""

import sys

import numpy as np
import pytest

import rnn_trading.models  # noqa: F401  quietens TensorFlow before it is imported
from rnn_trading.models.interface import Input, Interface
from rnn_trading.models.networks import build_network
from rnn_trading.models.own_network import NetworkParameters, find_builder

WINDOW = Interface({"Values": Input((6, 1))})
STEPS = Interface({"Values": Input((None, 1))}, every_step=True)
MODULE = """
import keras

number = 3

def build(interface, units=2, deep=False):
    inputs = interface.symbolic()
    states = keras.layers.GRU(units)(inputs["Values"])
    return keras.Model(list(inputs.values()), interface.forecast(states))

def without_interface():
    return None

def no_model(interface):
    return [1, 2]

def renamed(interface):
    other = keras.Input((6, 1), name="Other")
    return keras.Model(other, keras.layers.Dense(1)(keras.layers.Flatten()(other)))

def two_outputs(interface):
    inputs = interface.symbolic()
    return keras.Model(inputs["Values"], keras.layers.Dense(2)(keras.layers.Flatten()(inputs["Values"])))

def backwards(interface):
    inputs = interface.symbolic()
    both = keras.layers.Bidirectional(keras.layers.GRU(2, return_sequences=True))(inputs["Values"])
    return keras.Model(inputs["Values"], interface.forecast(both))

def flat(interface, **options):
    inputs = interface.symbolic()
    states = keras.layers.Flatten()(inputs["Values"])
    return keras.Model(inputs, keras.layers.Dense(1, **options)(states))

def no_probability(interface):
    return flat(interface)

def not_finite(interface):
    return flat(interface, bias_initializer=keras.initializers.Constant(float("nan")))

def stateless(interface):
    inputs = interface.symbolic()
    return keras.Model(inputs, keras.layers.Dense(1)(inputs["Values"]))

def nothing_to_train(interface):
    inputs = interface.symbolic()
    pooled = keras.layers.GlobalAveragePooling1D()(inputs["Values"])
    return keras.Model(inputs, pooled)

def with_lambda(interface):
    inputs = interface.symbolic()
    doubled = keras.layers.Lambda(lambda values: 2 * values)(inputs["Values"])
    return keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Flatten()(doubled)))

def forwards(interface):
    inputs = interface.symbolic()
    states = keras.layers.GRU(2, return_sequences=True)(inputs["Values"])
    return keras.Model(inputs, interface.forecast(states))
"""


@pytest.fixture
def theirs(tmp_path, monkeypatch):
    """A module of a user's, and how its functions are named."""
    (tmp_path / "their_networks.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "their_broken_one.py").write_text("import a_package_that_nobody_has\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda name: f"their_networks.{name}"
    sys.modules.pop("their_networks", None)


def parameters(builder, **options):
    return NetworkParameters(builder=builder, options=options)


def test_a_network_of_ones_own_is_built(theirs):
    model = build_network(parameters(theirs("build"), units=5), WINDOW)
    assert model.predict_on_batch({"Values": np.zeros((3, 6, 1), np.float32)}).shape == (3, 1)
    assert model.count_params() == 3 * (5 * 6 + 10) + 6


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("build", r"expected a dotted name, my_package.my_module.build. Received: 'build'"),
        ("their networks.build", "expected a dotted name"),
        (
            "nobodys.networks.build",
            r"there is no module 'nobodys'. Received: 'nobodys.networks.build'. Install",
        ),
        ("their_networks.deeper.build", "there is no module 'their_networks.deeper'"),
        ("their_networks.missing", "the module their_networks has no 'missing'"),
        ("their_networks.number", "their_networks.number is no function that returns a network, but int"),
        ("their_networks.without_interface", r"too many positional arguments. Received: without_interface\(\)"),
    ],
)
def test_a_builder_that_cannot_be_called_is_refused(theirs, name, message):
    with pytest.raises(ValueError, match=f"model.builder: .*{message}.*CONTRIBUTING.md"):
        parameters(name)


def test_options_must_fit_the_builder(theirs):
    message = r"with options unit: got an unexpected keyword argument 'unit'. Received: build\(interface, units=2"
    with pytest.raises(ValueError, match=message):
        parameters(theirs("build"), unit=3)
    with pytest.raises(ValueError, match="arguments of model.builder, which is null. Received: units"):
        parameters(None, units=3)


def test_a_module_that_cannot_be_imported_is_named(theirs):
    with pytest.raises(ValueError, match="their_broken_one cannot be imported: .*a_package_that_nobody_has"):
        find_builder("their_broken_one.build", {})


def test_inputs_may_be_given_in_any_form(theirs):
    """As one tensor or as a dict: what calls the network gives a list."""
    values = np.ones((2, 5, 1), np.float32)
    model = build_network(parameters(theirs("forwards")), STEPS)
    np.testing.assert_array_equal(model([values]), model.predict_on_batch({"Values": values}))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_model", r"expected a keras.Model\(inputs, outputs\). Received: list"),
        ("renamed", r"wrong inputs. Expected: {'Values': \(\(None, 6, 1\), 'float32'\)}. Received: {'Other': "),
        ("two_outputs", r"wrong output. Expected: \[\(None, 1\)\]. Received: \[\(None, 2\)\]"),
    ],
)
def test_a_network_that_does_not_fit_is_refused(theirs, name, message):
    with pytest.raises(ValueError, match=f"the network of their_networks.{name}.*{message}"):
        build_network(parameters(theirs(name)), WINDOW)


def test_a_network_that_forecasts_at_every_step_must_not_look_ahead(theirs):
    build_network(parameters(theirs("forwards")), STEPS)
    with pytest.raises(ValueError, match="looks ahead: its forecast after a step changes with later steps"):
        build_network(parameters(theirs("backwards")), STEPS)


@pytest.mark.parametrize(
    ("name", "interface", "message"),
    [
        ("no_probability", Interface({"Values": Input((6, 1))}, activation="sigmoid"), "must give probabilities"),
        ("stateless", Interface({"Values": Input((6, 1))}, every_step=True, readers=2), "carries no state"),
        ("nothing_to_train", WINDOW, "has no weight to train"),
        ("not_finite", WINDOW, "no finite numbers before it is trained"),
        ("with_lambda", WINDOW, "cannot be saved and loaded again"),
    ],
)
def test_a_network_that_could_not_be_judged_or_used_is_refused(theirs, name, interface, message):
    with pytest.raises(ValueError, match=message):
        build_network(parameters(theirs(name)), interface)


@pytest.mark.parametrize("text", ["import sys; sys.exit(0)", "raise RuntimeError('boom')", "def build(:"])
def test_a_module_that_stops_while_it_is_imported_is_named(tmp_path, monkeypatch, text):
    (tmp_path / "their_script.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(
        ValueError, match="their_script cannot be imported: (SystemExit|RuntimeError: boom|SyntaxError)"
    ):
        parameters("their_script.build")
