"""The weight of each word: by hand, as the pooling has it, and of an average of networks."""

import numpy as np
import pytest

import rnn_trading.models  # noqa: F401  quietens TensorFlow before it is imported
from rnn_trading.models.attention import attention_weights
from rnn_trading.models.backend import keras
from rnn_trading.models.ensemble import build_ensemble
from rnn_trading.models.filing_network import build_filing_network
from rnn_trading.models.parameters import FilingNetworkParameters, TextNetworkParameters
from rnn_trading.models.seeds import seed_network
from rnn_trading.models.text_network import build_text_network
from tests.models.test_text_layers import attention

IDS, WORDS = 30, [3, 7, 7, 12, 5]


@pytest.fixture
def network(base_parameters):
    """Builds a small, seeded network of given states."""

    def build(states, seed=1):
        values = base_parameters("corrected")["text_sentiment"]["learned_embeddings"]["model"]
        small = {"units": 4, "dimensions": 6, "states": states}
        model = build_text_network(TextNetworkParameters(**values | small), None, IDS)
        seed_network(model, seed)
        return model

    return build


def test_weights_by_hand():
    words = keras.Input((None,), name="Words", dtype="int32")
    states = keras.layers.Embedding(4, 2, mask_zero=True, name="States")(words)
    matrix = np.array([[0.0, 0.0], [0.0, 2.0], [1.0, 4.0], [3.0, 5.0]], dtype=np.float32)
    layer = attention(np.empty((1, 3, 2)), np.eye(2), np.zeros(2), np.array([[2.0], [0.0]]))
    model = keras.Model(words, layer(states))
    model.get_layer("States").set_weights([matrix])
    expected = np.exp(2 * np.tanh([0.0, 3.0, 1.0]))  # twice the hyperbolic tangent of a state's first number
    np.testing.assert_allclose(attention_weights(model, [1, 3, 2]), expected / expected.sum(), rtol=1e-6)


def test_the_weighted_mean_of_the_states_is_what_attention_gives(network):
    model = network(["max", "attention"])
    found = attention_weights(model, WORDS)
    assert found.shape == (5,)
    assert found.sum() == pytest.approx(1)
    assert found[1] != found[2], "the same word in another place has another state"
    inner = keras.Model(model.inputs, [model.get_layer("GRU").output, model.get_layer("Attention").output])
    states, pooled = inner.predict_on_batch([np.array([WORDS], dtype=np.int32)])
    np.testing.assert_allclose(found @ states[0], pooled[0], rtol=1e-5)


@pytest.mark.parametrize(("padding", "row"), [("back", [*WORDS, 0, 0]), ("front", [0, 0, *WORDS])])
def test_a_network_of_a_fixed_length_has_its_padding_where_it_is_told(base_parameters, padding, row):
    values = base_parameters("corrected")["text_sentiment"]["learned_embeddings"]["model"]
    small = {"units": 4, "dimensions": 6, "states": "attention", "mask_padding": False}
    model = build_text_network(TextNetworkParameters(**values | small), 7, IDS)
    seed_network(model, 1)
    whole = attention_weights(model, row)
    assert whole.sum() == pytest.approx(1)
    found = attention_weights(model, WORDS, padding)
    np.testing.assert_array_equal(found, whole[np.flatnonzero(row)])


def test_of_an_average_it_is_the_mean(network):
    networks = [network("attention", seed) for seed in (1, 2)]
    expected = np.mean([attention_weights(each, WORDS) for each in networks], axis=0)
    np.testing.assert_allclose(attention_weights(build_ensemble(networks), WORDS), expected, rtol=1e-6)


def test_of_a_network_that_is_told_what_is_new(base_parameters):
    values = base_parameters("corrected")["sec_filings"]["returns"]["model"]
    small = {"units": 4, "dimensions": 6, "states": ["mean", "attention"], "changes": True}
    model = build_filing_network(FilingNetworkParameters(**values | small), None, IDS, changes=4)
    model.get_layer("ChangeFactors").set_weights([np.arange(4 * 6).reshape(4, 6) / 10])
    old, new = (attention_weights(model, WORDS, Changes=[said] * 5) for said in (2, 3))
    assert old.sum() == pytest.approx(1)
    assert np.abs(old - new).max() > 1e-6


def test_without_attention_or_words_it_is_refused(network):
    with pytest.raises(ValueError, match="model.states=attention. Received: TextGRU"):
        attention_weights(network("mean"), WORDS)
    with pytest.raises(ValueError, match=r"one row of ids for Words. Received: the shape \(0,\)"):
        attention_weights(network("attention"), [])
