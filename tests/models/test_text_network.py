import zipfile

import numpy as np
import pytest

import rnn_trading.models  # noqa: F401  quietens TensorFlow before it is imported
from rnn_trading.datasets.keras_model import KerasModelDataset
from rnn_trading.models.parameters import TextNetworkParameters, TrainingParameters
from rnn_trading.models.predicting import predict
from rnn_trading.models.text_network import build_text_network
from rnn_trading.models.training import train
from tests.helpers import changed
from tests.models.cases import WIDE_AND_DEEP, counted

IDS, TOKENS, DIMENSIONS = 30, 12, 6
EXPERIMENTS = ("learned_embeddings", "pretrained_embeddings")


@pytest.fixture(params=["corrected", "as_published"])
def protocol(request):
    return request.param


@pytest.fixture(params=EXPERIMENTS)
def values(request, base_parameters, protocol):
    return base_parameters(protocol)["text_sentiment"][request.param]


@pytest.fixture
def architecture(values):
    return TextNetworkParameters(**values["model"])


@pytest.fixture
def vectors(architecture):
    if architecture.embeddings == "learned":
        return None
    vectors = np.random.default_rng(0).normal(size=(IDS, DIMENSIONS)).astype(np.float32)
    vectors[0] = 0
    return vectors


@pytest.fixture
def rows():
    words = np.random.default_rng(1).integers(1, IDS, (300, TOKENS)).astype(np.int32)
    return {"Words": words}, (words[:, -1] > IDS / 2).astype(np.float32)


@pytest.mark.parametrize("protocol", ["as_published"], indirect=True)
def test_published_parameter_counts(base_parameters, protocol):
    values = base_parameters(protocol)["text_sentiment"]
    learned = TextNetworkParameters(**values["learned_embeddings"]["model"])
    assert build_text_network(learned, 100, 20_000).count_params() == 2_012_897
    pretrained = TextNetworkParameters(**values["pretrained_embeddings"]["model"])
    model = build_text_network(pretrained, 100, 88_586, np.zeros((88_586, 100), dtype=np.float32))
    assert model.count_params() == 8_871_497
    assert sum(np.prod(weight.shape) for weight in model.trainable_weights) == 12_897


@pytest.mark.traced
def test_shape_training_determinism_and_a_saved_model(architecture, values, vectors, rows, tmp_path):
    training = TrainingParameters(**values["training"] | {"epochs": 3, "batch_size": 32})

    def fit():
        return train(
            lambda: build_text_network(architecture, TOKENS, IDS, vectors), rows, rows, training, "conformance"
        )

    first, second = fit(), fit()
    losses = [h["value"] for h in first.history if h["quantity"] == "loss" and h["rows"] == "validation"]
    assert losses[-1] < losses[0]
    assert first.history == second.history
    probability = predict(first.model, rows[0])
    assert probability.shape == (300,)
    assert ((probability > 0) & (probability < 1)).all()
    dataset = KerasModelDataset(filepath=str(tmp_path / "model.keras"))
    dataset.save(first.model)
    np.testing.assert_array_equal(predict(dataset.load(), rows[0]), probability)
    with zipfile.ZipFile(tmp_path / "model.keras") as saved:
        assert len(saved.read("config.json")) < 20_000, "vectors are in the weights, not written out as text"


@pytest.mark.parametrize("values", ["pretrained_embeddings"], indirect=True)
def test_frozen_vectors_are_those_given_and_stay(architecture, values, vectors, rows):
    training = TrainingParameters(**values["training"] | {"epochs": 1, "batch_size": 32})
    fit = train(lambda: build_text_network(architecture, TOKENS, IDS, vectors), rows, rows, training, "frozen")
    np.testing.assert_array_equal(fit.model.get_layer("Embedding").get_weights()[0], vectors)


def twins(architecture, vectors):
    masked = build_text_network(changed(architecture, mask_padding=True), TOKENS, IDS, vectors)
    plain = build_text_network(changed(architecture, mask_padding=False), TOKENS, IDS, vectors)
    plain.set_weights(masked.get_weights())
    return masked, plain


def test_masked_and_unmasked_agree_on_full_length_input_and_only_there(architecture, vectors, rows):
    masked, plain = twins(architecture, vectors)
    np.testing.assert_allclose(predict(masked, rows[0]), predict(plain, rows[0]), atol=1e-6)
    padded = rows[0]["Words"].copy()
    padded[:, 8:] = 0
    assert np.abs(predict(masked, {"Words": padded}) - predict(plain, {"Words": padded})).max() > 1e-3


def test_masked_padding_changes_nothing(architecture, vectors, rows):
    """Eight words are eight words: alone, or followed by padding."""
    masked, _ = twins(architecture, vectors)
    short = build_text_network(changed(architecture, mask_padding=True), 8, IDS, vectors)
    short.set_weights(masked.get_weights())
    words = rows[0]["Words"][:, :8]
    padded = np.pad(words, ((0, 0), (0, TOKENS - 8)))
    np.testing.assert_allclose(predict(masked, {"Words": padded}), predict(short, {"Words": words}), atol=1e-6)


@pytest.fixture
def wide_and_deep(base_parameters):
    values = base_parameters("corrected")["text_sentiment"]["learned_embeddings"]["model"]
    return TextNetworkParameters(**values | WIDE_AND_DEEP | {"units": 4, "dimensions": 5, "embeddings": "both"})


def test_it_begins_at_the_training_share(wide_and_deep, rows):
    model = build_text_network(
        wide_and_deep, TOKENS, IDS, np.ones((IDS, 3), np.float32), counted=counted(IDS), share=0.3
    )
    assert predict(model, rows[0]) == pytest.approx(np.full(300, 0.3))
    drawn = build_text_network(
        changed(wide_and_deep, zero_start=False), TOKENS, IDS, np.ones((IDS, 3), np.float32), counted=counted(IDS)
    )
    assert np.ptp(predict(drawn, rows[0])) > 0


def test_given_vectors_stand_beside_learned_ones(wide_and_deep):
    vectors = np.random.default_rng(0).normal(size=(IDS, 3)).astype(np.float32)
    model = build_text_network(wide_and_deep, TOKENS, IDS, vectors, counted=counted(IDS))
    assert model.get_layer("Embeddings").output.shape == (None, None, 5 + 3)
    np.testing.assert_array_equal(model.get_layer("Vectors").get_weights()[0], vectors)
    assert not model.get_layer("Vectors").trainable
    with pytest.raises(ValueError, match="A vector for each of the 30 ids expected for pretrained .* none"):
        build_text_network(wide_and_deep, TOKENS, IDS, counted=counted(IDS))


def test_what_is_counted_is_given_where_it_is_asked_for(wide_and_deep):
    with pytest.raises(ValueError, match="expected words and pairs, by model.counted. Received: none"):
        build_text_network(wide_and_deep, TOKENS, IDS, np.ones((IDS, 3), np.float32))
    plain = changed(wide_and_deep, counted=None, embeddings="learned")
    with pytest.raises(ValueError, match=r"expected none, by model.counted. Received: \d+ pairs"):
        build_text_network(plain, TOKENS, IDS, counted=counted(IDS))
    with pytest.raises(ValueError, match="mask_padding: true beside counted"):
        changed(wide_and_deep, mask_padding=False)


def test_vectors_and_embeddings_that_do_not_match_are_refused(architecture, vectors):
    wrong = np.zeros((IDS, DIMENSIONS), dtype=np.float32) if vectors is None else vectors[:-1]
    with pytest.raises(ValueError, match="embeddings. Received: "):
        build_text_network(architecture, TOKENS, IDS, wrong)
    with pytest.raises(ValueError, match="learned and both need model.dimensions, pretrained needs dimensions: null"):
        changed(architecture, dimensions=None if vectors is None else 5)
