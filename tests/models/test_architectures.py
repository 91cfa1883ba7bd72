"""What every architecture must do: shapes, parameters, masks, training, half precision, saving for another process."""

import json
import sys
from collections.abc import Callable, Iterator
from functools import cache, reduce
from typing import Any

import numpy as np
import pytest

from rnn_trading.models import checks
from rnn_trading.models.backend import keras
from rnn_trading.models.interface import Interface
from rnn_trading.models.networks import ARCHITECTURES, build_network
from tests.models.cases import (
    KINDS,
    NAMES,
    OWN,
    ROWS,
    STEPS,
    VARIED,
    Case,
    built,
    inputs_of,
    make_case,
    small_parameters,
)
from tests.processes import finished_process


@pytest.fixture(autouse=True)
def short_checks(monkeypatch):
    """Networks of a user's own are checked each time they are built; how far the checks see is tested elsewhere."""
    monkeypatch.setattr(checks, "STEPS", 16)


@pytest.fixture(scope="session")
def case_of(base_parameters) -> Callable[[str], Case]:
    return cache(lambda name: make_case(name, base_parameters))


@pytest.fixture(params=[*NAMES, *VARIED, *OWN])
def name(request):
    return request.param


@pytest.fixture
def case(case_of, name):
    return case_of(name)


@pytest.fixture(scope="session")
def network_of(case_of) -> Callable[[str], keras.Model]:
    """The network of a case, built once: a test leaves its weights as they are."""
    return cache(lambda name: built(case_of(name)))


@pytest.fixture
def network(network_of, name):
    model = network_of(name)
    for layer in model.layers:
        if getattr(layer, "stateful", False):
            layer.reset_states()
    return model


def test_every_registered_architecture_is_here():
    assert {kind.parameters for kind in KINDS.values()} == set(ARCHITECTURES)


def blocks_of(values: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every block of parameters of a network, by the path of its experiment."""
    for name, value in values.items():
        if name == "model" and isinstance(value, dict):
            yield path, value
        elif isinstance(value, dict):
            yield from blocks_of(value, f"{path}.{name}".lstrip("."))


@pytest.mark.parametrize(("protocol", "networks"), [("corrected", 23), ("as_published", 25), ("book", 5)])
def test_every_network_of_conf_base_is_here(base_parameters, case_of, protocol, networks):
    here = [case_of(name).architecture for name in NAMES]
    blocks = {path: block for path, block in blocks_of(base_parameters(protocol)) if path.partition(".")[0] in KINDS}
    found = {path: small_parameters(path, block)[1] for path, block in blocks.items()}
    assert len(found) == networks
    assert [path for path, architecture in found.items() if architecture not in here] == []


def shape_of_forecasts(interface: Interface) -> tuple[int, ...]:
    return (ROWS, *(size or STEPS for size in interface.forecast_shape))


def test_it_takes_and_gives_what_its_interface_says(case, network):
    interface = case.interface
    checks.checked(network, interface, "ours")
    forecasts = network.predict_on_batch(inputs_of(interface))
    assert forecasts.shape == shape_of_forecasts(interface)
    assert forecasts.dtype == np.float32
    assert np.isfinite(forecasts).all()
    if interface.activation == "sigmoid":
        assert ((forecasts > 0) & (forecasts < 1)).all()


def test_equal_seeds_build_equal_networks(case, network):
    first, second = network.get_weights(), built(case).get_weights()
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


@pytest.mark.parametrize(
    ("name", "sizes", "parameters"),
    [
        ("as_published:stacked_lstm.classification", {"lags": 52, "tickers": 2489}, 16_984),
        ("as_published:univariate_regression.level", {"lags": 63}, 491),
        ("as_published:multivariate.macro", {"lags": 18}, 812),
        ("as_published:text_sentiment.learned_embeddings", {"tokens": 100, "ids": 20_000}, 2_012_897),
        ("as_published:text_sentiment.pretrained_embeddings", {"ids": 88_586, "dimensions": 100}, 8_871_497),
        ("as_published:sec_filings.returns", {"tokens": 100, "ids": 25_000}, 2_526_715),
        ("book:univariate_regression.level", {"lags": 63}, 1_781),
        ("book:stacked_lstm.classification", {"lags": 52, "tickers": 2489}, 29_371),
        ("book:multivariate.macro", {"lags": 24}, 1_268),
        ("book:text_sentiment.learned_embeddings", {"tokens": 100, "ids": 20_000}, 2_012_801),
        ("book:text_sentiment.pretrained_embeddings", {"ids": 88_586, "dimensions": 100}, 8_871_497),
    ],
)
def test_published_numbers_of_parameters(base_parameters, name, sizes, parameters):
    protocol, _, path = name.partition(":")
    values = reduce(lambda block, key: block[key], path.split("."), base_parameters(protocol))["model"]
    kind = KINDS[path.partition(".")[0]]
    architecture = kind.parameters(**values)
    assert build_network(architecture, kind.interface(architecture, **sizes)).count_params() == parameters


MASKED = [
    *("corrected:text_sentiment.learned_embeddings", "corrected:text_sentiment.pretrained_embeddings"),
    *("corrected:sec_filings.returns", "own:reviews", "own:vectors", "own:filings"),
    *("varied:attention", "varied:mean", "varied:filings_attention", "varied:filings_vectors"),
    *("varied:counted", "varied:stars_counted", "varied:filings_changes"),
]


@pytest.mark.parametrize("name", MASKED)
def test_masked_padding_changes_nothing(case, network):
    assert case.interface.inputs["Words"].masked
    inputs = inputs_of(case.interface)
    padded = {name: np.pad(ids, ((0, 0), (0, 4))) for name, ids in inputs.items()}
    np.testing.assert_allclose(network.predict_on_batch(padded), network.predict_on_batch(inputs), atol=1e-6)


def test_a_step_of_training_changes_every_weight(case):
    model, inputs = built(case), inputs_of(case.interface)
    architecture = case.architecture
    if getattr(architecture, "zero_start", False) or getattr(architecture, "last_layer", None) == "zeros":
        _train_one_step(model, case.interface, inputs)  # no gradient comes through a last layer of zeros
    before = [weight.numpy() for weight in model.trainable_weights]
    _train_one_step(model, case.interface, inputs)
    for weight, old in zip(model.trainable_weights, before, strict=True):
        assert np.isfinite(weight.numpy()).all(), weight.path
        assert not np.array_equal(weight.numpy(), old), weight.path


def _train_one_step(model: keras.Model, interface: Interface, inputs: dict[str, np.ndarray]) -> None:
    shape, generator = shape_of_forecasts(interface), np.random.default_rng(1)
    sigmoid = interface.activation == "sigmoid"
    truth = generator.integers(0, 2, shape) if sigmoid else generator.normal(size=shape)
    optimizer = keras.optimizers.Adam(0.01)
    if keras.config.dtype_policy().name == "mixed_float16":
        # With Keras' own initial scale, 2 ** 15, gradients overflow. Keras leaves such a step out, but does not see the
        # overflow in the gradient of an embedding if an id occurs twice in a batch.
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=2**7)
    model.compile(optimizer, "binary_crossentropy" if sigmoid else "mse", jit_compile=False)
    assert np.isfinite(model.train_on_batch(inputs, truth.astype(np.float32)))


@pytest.fixture
def half_precision(network):
    """For networks that are built from now on, after the one in single precision."""
    keras.mixed_precision.set_global_policy("mixed_float16")
    yield
    keras.mixed_precision.set_global_policy("float32")


def test_half_precision_forecasts_nearly_the_same(case, network, half_precision):
    inputs, half = inputs_of(case.interface), built(case)
    expected = network.predict_on_batch(inputs)
    half.set_weights(network.get_weights())
    assert half.layers[-1].compute_dtype == "float16"
    np.testing.assert_allclose(half.predict_on_batch(inputs), expected, rtol=0.02, atol=0.02)
    _train_one_step(half, case.interface, inputs)
    assert all(np.isfinite(weight.numpy()).all() for weight in half.weights)


IN_ANOTHER_PROCESS = """
import json, sys
import keras
import rnn_trading.models.networks  # registers the project's own layers
import numpy as np

forecasts = {}
for path in sys.argv[1:]:
    with np.load(path + ".npz") as inputs:
        forecasts[path] = keras.models.load_model(path).predict_on_batch(dict(inputs)).tolist()
print(json.dumps(forecasts))
"""


@pytest.mark.traced
def test_saved_networks_forecast_the_same_in_another_process(case_of, tmp_path):
    expected = {}
    for name in (*NAMES, *VARIED, *OWN):
        case = case_of(name)
        path, model, inputs = str(tmp_path / f"{name}.keras"), built(case), inputs_of(case.interface)
        model.save(path)
        np.savez(f"{path}.npz", **inputs)
        expected[path] = model.predict_on_batch(inputs)
    process = finished_process([sys.executable, "-c", IN_ANOTHER_PROCESS, *expected])
    forecasts = json.loads(process.stdout.splitlines()[-1])
    assert len(forecasts) == len(expected) > 20
    for path, values in expected.items():
        np.testing.assert_array_equal(np.float32(forecasts[path]), values, err_msg=path)
