"""What the forecast of one text rests on."""

import numpy as np
import pytest

from rnn_trading.experiments.text_explaining import stacked, words_of_one_text, words_that_count

pytestmark = pytest.mark.trains
VOCABULARY = ["<padding>", "<unknown>", "good", "bad", "film"]
GOOD, BAD, FILM = 2, 3, 4


def network(attention):
    from rnn_trading.models.backend import keras
    from rnn_trading.models.text_layers import AttentionPooling

    words = keras.Input((None,), name="Words", dtype="int32")
    states = keras.layers.Embedding(len(VOCABULARY), 3, embeddings_initializer="zeros")(words)
    pooled = AttentionPooling()(states) if attention else keras.layers.GlobalAveragePooling1D()(states)
    return keras.Model([words], keras.layers.Dense(1)(pooled))


def praise(texts):
    """Good less half of bad."""
    return (texts == GOOD).sum(axis=1) - 0.5 * (texts == BAD).sum(axis=1)


def test_a_word_counts_by_what_is_lost_without_it():
    found = words_of_one_text(network(attention=True), praise, np.array([FILM, GOOD, BAD, FILM]), VOCABULARY)
    assert found["forecast"] == 0.5
    assert found["words"] == ["film", "good", "bad", "film"]
    assert found["effects"] == [0.0, 1.0, -0.5, 0.0]
    assert found["strongest"] == {"word": "good", "place": 2}
    np.testing.assert_allclose(found["attention"], 0.25)  # states that are all alike


def test_without_attention_there_are_no_weights():
    found = words_of_one_text(network(attention=False), praise, np.array([GOOD, FILM]), VOCABULARY)
    assert found["attention"] is None
    skill = {"explanation": {"text": "7", **found}, "experiment": "mine.reviews", "protocol": "careful"}
    skill |= {"data": {"simulated": False}}
    drawn = words_that_count(skill)
    assert len(drawn.axes) == 1
    assert "the word 'good' moves it most, by +1.000" in drawn.get_suptitle() + "".join(
        text.get_text() for text in drawn.texts
    )


def test_texts_of_one_length_stand_end_to_end():
    texts = stacked(np.array([[1, 2], [3, 4], [5, 6]]))
    assert texts.ids.tolist() == [1, 2, 3, 4, 5, 6]
    assert texts.lengths.tolist() == [2, 2, 2]
