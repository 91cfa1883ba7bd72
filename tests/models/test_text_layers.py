"""What both text networks make of the states of their GRU: numbers of weights, masks, and attention by hand."""

import numpy as np
import pytest

import rnn_trading.models  # noqa: F401  quietens TensorFlow before it is imported
from rnn_trading.models.backend import keras
from rnn_trading.models.filing_network import build_filing_network
from rnn_trading.models.parameters import FilingNetworkParameters, TextNetworkParameters
from rnn_trading.models.seeds import seed_network
from rnn_trading.models.text_layers import AttentionPooling, MaxPooling
from rnn_trading.models.text_network import build_text_network
from tests.helpers import changed

IDS, TOKENS, DIMENSIONS = 30, 12, 6
STATES = ("last", "mean", "max", "attention")
# 30 ids of 6 dimensions; a GRU of 4 units has 3 x 4 x (6 + 4 + 2) weights; keys and scores of 4 features 4 x 4 + 4 + 4.
EMBEDDING, GRU, ATTENTION = 180, 144, {4: 24, 8: 80}


@pytest.fixture(params=["reviews", "filings"])
def kind(request):
    return request.param


@pytest.fixture
def build(base_parameters, kind):
    """Builds a small, masked, seeded network with given options."""

    def network(states, bidirectional, vectors=None, **options):
        path = ("text_sentiment", "learned_embeddings") if kind == "reviews" else ("sec_filings", "returns")
        values = base_parameters("corrected")[path[0]][path[1]]["model"] | {"units": 4, "dimensions": DIMENSIONS}
        values |= {"states": states, "bidirectional": bidirectional, **options}
        if kind == "reviews":
            model = build_text_network(TextNetworkParameters(**values), TOKENS, IDS, vectors)
        else:
            model = build_filing_network(FilingNetworkParameters(**values), TOKENS, IDS, (0.0, 1.0), vectors=vectors)
        seed_network(model, 1)
        return model

    return network


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("states", STATES)
def test_numbers_of_weights(build, kind, states, bidirectional):
    features = 8 if bidirectional else 4
    expected = EMBEDDING + GRU * features // 4 + (ATTENTION[features] if states == "attention" else 0)
    if kind == "reviews":
        expected += features + 1
    else:  # two batch normalisations, 5 hidden units, one forecast
        expected += 4 * DIMENSIONS + 4 * features + 5 * features + 5 + 6
    assert build(states, bidirectional).count_params() == expected


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("states", STATES)
def test_a_padded_text_gets_the_forecast_of_the_unpadded_one(build, states, bidirectional):
    model, words = build(states, bidirectional), np.random.default_rng(0).integers(1, IDS, (5, 7)).astype(np.int32)
    plain, padded = (
        model.predict_on_batch({"Words": each}) for each in (words, np.pad(words, ((0, 0), (0, TOKENS - 7))))
    )
    assert len(np.unique(plain)) == 5
    np.testing.assert_allclose(padded, plain, atol=1e-6)


def test_several_states_stand_beside_each_other_and_the_mean_of_the_words(build, kind):
    model = build(["mean", "max", "attention"], False, words_mean=True)
    assert model.get_layer("Features").output.shape == (None, 3 * 4 + DIMENSIONS)
    words = np.random.default_rng(0).integers(1, IDS, (2, 7)).astype(np.int32)
    taken = ("MeanOfWords", "GRU", "Mean", "Max")
    inner = keras.Model(model.inputs, [model.get_layer(name).output for name in taken])
    mean_of_words, states, mean, largest = inner.predict_on_batch([words])
    if kind == "reviews":  # those of filings are normalised
        vectors = model.get_layer("Embedding").get_weights()[0]
        np.testing.assert_allclose(mean_of_words, vectors[words].mean(axis=1), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(mean, states.mean(axis=1), rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(largest, states.max(axis=1))


def test_max_pooling_leaves_padding_out():
    states = np.array([[[-3.0, 2.0], [-1.0, -4.0], [9.0, 9.0]], [[1.0, 2.0], [3.0, 4.0], [5.0, 0.0]]], dtype=np.float32)
    mask = np.array([[True, True, False], [False, False, False]])
    assert np.asarray(MaxPooling()(states, mask=mask)).tolist() == [[-1.0, 2.0], [5.0, 4.0]]


def test_pretrained_vectors_stay_and_are_not_trained(build):
    vectors = np.random.default_rng(0).normal(size=(IDS, 3)).astype(np.float32)
    model = build("last", False, vectors, embeddings="pretrained", dimensions=None)
    layer = model.get_layer("Embedding")
    np.testing.assert_array_equal(layer.get_weights()[0], vectors)
    assert not layer.trainable
    with pytest.raises(ValueError, match="A vector for each of the 30 ids expected .* Received: 29"):
        build("last", False, vectors[:-1], embeddings="pretrained", dimensions=None)
    with pytest.raises(ValueError, match="No vectors expected for learned embeddings. Received: 30"):
        build("last", False, vectors)


def test_filings_refuse_dimensions_of_pretrained_vectors(base_parameters):
    values = base_parameters("corrected")["sec_filings"]["returns"]["model"]
    with pytest.raises(ValueError, match="dimensions: null. Received: pretrained with dimensions=16"):
        FilingNetworkParameters(**values | {"embeddings": "pretrained"})
    learned = FilingNetworkParameters(**values)
    with pytest.raises(ValueError, match="learned and both need model.dimensions"):
        changed(learned, dimensions=None)


def attention(states, keys, bias, scores):
    """The layer with given weights."""
    layer = AttentionPooling()
    layer.build(states.shape)
    layer.set_weights([keys, bias, scores])
    return layer


def test_attention_by_hand():
    states = np.array([[[0.0, 2.0], [1.0, 4.0], [3.0, 5.0]]], dtype=np.float32)
    weights = np.eye(2, dtype=np.float32), np.zeros(2, np.float32), np.array([[2.0], [0.0]], np.float32)
    layer = attention(states, *weights)
    # The score of a state is twice the hyperbolic tangent of its first number.
    of_states = np.exp(2 * np.tanh([0.0, 1.0, 3.0]))
    np.testing.assert_allclose(layer(states)[0], of_states @ states[0] / of_states.sum(), rtol=1e-6)
    masked = layer(states, mask=np.array([[True, True, False]]))
    np.testing.assert_allclose(masked[0], of_states[:2] @ states[0, :2] / of_states[:2].sum(), rtol=1e-6)


def test_a_masked_step_has_no_weight_at_all_and_a_text_without_words_a_number():
    generator = np.random.default_rng(0)
    states = generator.normal(size=(2, 3, 2)).astype(np.float32)
    layer = attention(states, *(generator.normal(size=shape) for shape in ((2, 2), (2,), (2, 1))))
    mask = np.array([[True, False, False], [False, False, False]])
    other = states.copy()
    other[0, 1:] = 1e6
    pooled = np.asarray(layer(other, mask=mask))
    np.testing.assert_array_equal(pooled[0], states[0, 0])
    assert np.isfinite(pooled).all()


def test_a_saved_network_keeps_the_name_of_attention(build, tmp_path):
    model = build("attention", False)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert [layer.name for layer in loaded.layers] == [layer.name for layer in model.layers]
    words = np.full((1, TOKENS), 3)
    np.testing.assert_array_equal(loaded.predict_on_batch({"Words": words}), model.predict_on_batch({"Words": words}))


def test_seeds_reach_attention(build, caplog):
    first, second = (build("attention", True).get_layer("Attention").get_weights() for _ in range(2))
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))
    assert "the seed does not reach" not in caplog.text
