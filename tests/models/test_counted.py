"""What a network counts beside what it reads: chosen and measured by hand, and a slow reference of its score."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnn_trading.models  # noqa: F401  quietens TensorFlow before it is imported
from rnn_trading.models.backend import keras
from rnn_trading.models.counted import CountedWords, counted_score, fit_counted, set_counted
from rnn_trading.text.text import TokenSequences

IDS, RESERVED = 9, 2


def sequences(texts):
    starts = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    return TokenSequences(np.array([word for text in texts for word in text], dtype=np.int32), starts)


def slow_fit(texts, high, fewest_texts):
    """Number of texts, and of high ones, by word and by pair."""
    found = {}
    for text, is_high in zip(texts, high, strict=True):
        words = {word for word in text if word >= RESERVED}
        pairs = {pair for pair in itertools.pairwise(text) if min(pair) >= RESERVED}
        for gram in words | pairs:
            number, of_high = found.get(gram, (0, 0))
            found[gram] = number + 1, of_high + is_high
    return {gram: each for gram, each in found.items() if isinstance(gram, int) or each[0] >= fewest_texts}


TEXTS = st.lists(
    st.tuples(st.lists(st.integers(1, IDS - 1), min_size=1, max_size=8), st.booleans()), min_size=2, max_size=12
)


@settings(max_examples=50, deadline=None)
@given(TEXTS)
def test_what_is_counted_is_what_a_slow_count_finds(drawn):
    texts, high = [text for text, _ in drawn], np.array([label for _, label in drawn])
    found = slow_fit(texts, high, 2)
    counted = fit_counted(sequences(texts), high, IDS, RESERVED, 2, 1.0)
    pairs = sorted(gram for gram in found if isinstance(gram, tuple))
    assert counted.pairs.tolist() == [first * IDS + second for first, second in pairs]
    grams = [*range(IDS), *pairs]
    above = sum(of_high + 1 for _, of_high in found.values())
    below = sum(number - of_high + 1 for number, of_high in found.values())
    for gram, rarity, leaning in zip(grams, counted.rarity, counted.leaning, strict=True):
        if gram not in found:
            assert (rarity, leaning) == (0, 0)
            continue
        number, of_high = found[gram]
        assert rarity == pytest.approx(np.log((1 + len(texts)) / (1 + number)) + 1, rel=1e-5)
        expected = np.log((of_high + 1) / above) - np.log((number - of_high + 1) / below)
        assert leaning == pytest.approx(expected, rel=1e-4, abs=1e-6)


@pytest.fixture
def counted():
    generator = np.random.default_rng(0)
    texts = [generator.integers(1, IDS, 20) for _ in range(30)]
    return fit_counted(sequences(texts), generator.random(30) > 0.5, IDS, RESERVED, 4, 30.0)


@pytest.fixture
def network(counted):
    words = keras.Input((None,), name="Words", dtype="int32")
    model = set_counted(keras.Model(words, counted_score(words, counted)), counted)
    layer = model.get_layer("Counted")
    layer.weight.assign(np.random.default_rng(1).normal(size=layer.weight.shape))
    return model


def slow_score(text, counted, weight):
    """One text, one word or pair at a time, each once."""
    known = {int(key): place for place, key in enumerate(counted.pairs, start=IDS)}
    pairs = [known.get(first * IDS + second) for first, second in itertools.pairwise(text)]
    places = sorted({word for word in text if word} | {pair for pair in pairs if pair is not None})
    score = sum(weight[place] * counted.leaning[place] * counted.rarity[place] for place in places)
    length = np.sqrt(sum(counted.rarity[place] ** 2 for place in places))
    return counted.scale * score / length if length else 0.0


def test_a_score_is_that_of_a_slow_sum(network, counted):
    weight = network.get_layer("Counted").weight.numpy()
    texts = [[2], [1, 1], [3, 4, 3, 4, 3], [*range(1, IDS), *range(1, IDS)]]
    texts += [np.random.default_rng(seed).integers(1, IDS, 15).tolist() for seed in range(10)]
    words = sequences(texts).padded(20, "back", "back")
    expected = [slow_score(text, counted, weight) for text in texts]
    np.testing.assert_allclose(network.predict_on_batch(words)[:, 0], expected, rtol=1e-4, atol=1e-5)
    assert np.ptp(expected) > 1


def test_padding_and_a_word_that_comes_again_change_nothing(network):
    words = np.array([[2, 3, 4, 5]], dtype=np.int32)
    score = network.predict_on_batch(words)
    np.testing.assert_allclose(network.predict_on_batch(np.pad(words, ((0, 0), (0, 5)))), score, rtol=1e-5)
    twice = np.concatenate([words, words[:, :1] * 0 + 1, words], axis=1)  # 1 has no weight, nor pairs
    np.testing.assert_allclose(network.predict_on_batch(twice), score, rtol=1e-5)


def test_a_text_of_what_is_not_counted_has_the_score_zero(network):
    assert network.predict_on_batch(np.array([[1, 1, 0]], dtype=np.int32)).tolist() == [[0.0]]


def test_untrained_it_says_nothing(counted):
    words = keras.Input((None,), dtype="int32")
    model = set_counted(keras.Model(words, counted_score(words, counted)), counted)
    assert not model.predict_on_batch(np.arange(1, IDS, dtype=np.int32)[None]).any()


def test_keys_of_pairs_do_not_overflow():
    """With 100,000 ids the number of a pair is larger than int32 holds."""
    texts, high = [[99_998, 99_999], [99_998, 99_999], [5, 6]], np.array([True, True, False])
    counted = fit_counted(sequences(texts), high, 100_000, 2, 2, 1.0)
    assert counted.pairs.tolist() == [99_998 * 100_000 + 99_999]
    words = keras.Input((None,), dtype="int32")
    model = set_counted(keras.Model(words, counted_score(words, counted)), counted)
    layer = model.get_layer("Counted")
    layer.weight.assign(np.where(np.arange(100_001) == 100_000, 1.0, 0.0))
    scores = model.predict_on_batch(np.array([[99_998, 99_999], [99_999, 99_998]], dtype=np.int32))[:, 0]
    assert scores[0] > 0
    assert scores[1] == 0


def test_where_no_pair_is_common_words_alone_are_counted():
    counted = fit_counted(sequences([[2, 3], [4, 5]]), np.array([True, False]), IDS, RESERVED, 2, 1.0)
    assert len(counted.pairs) == 0
    layer = CountedWords(IDS, 0, 1.0)
    layer.build((None, None))
    assert np.asarray(layer(np.array([[2, 3, 0]], dtype=np.int32))).shape == (1, 1)


def test_a_saved_network_counts_on(network, tmp_path):
    words = np.random.default_rng(2).integers(0, IDS, (6, 12)).astype(np.int32)
    network.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict_on_batch(words), network.predict_on_batch(words))
