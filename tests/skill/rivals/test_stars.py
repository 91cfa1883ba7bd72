"""Rivals of texts with stars, by hand."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from rnn_trading.skill.rivals.fitting import fit_rivals
from rnn_trading.skill.rivals.stars import STARS, review_length, tfidf_ridge
from rnn_trading.skill.rivals.text import KnownTexts, TextRows


def rows_of(counts, seen=None):
    return TextRows(csr_array(counts), csr_array(counts if seen is None else seen), csr_array((len(counts), 0)))


@pytest.fixture
def texts():
    """Each text has the word of its label, 1 to 4, and word 5; of that the network sees word 5 alone."""
    label = np.tile([1, 2, 3, 4], 15)
    counts = np.zeros((60, 6))
    counts[np.arange(60), label] = 2
    counts[:, 5] = 1
    seen = np.zeros((60, 6))
    seen[:, 5] = 1
    return rows_of(counts, seen), label.astype(float)


@pytest.mark.parametrize("validated", [True, False])
def test_rivals_by_hand(texts, validated):
    rows, label = texts
    vectors = np.array([[0, 0], [1, 1], [2, -1], [3, 1], [4, -1], [0, 0]], dtype=np.float32)
    validation = (rows, label) if validated else (rows_of(np.empty((0, 6))), np.empty(0))
    fits = fit_rivals(STARS, KnownTexts((rows, label), validation, vectors, 0))
    forecasts = {name: forecast(rows) for name, forecast in fits.items()}
    assert forecasts["training_mean"].tolist() == [2.5] * 60
    np.testing.assert_allclose(forecasts["review_length"], 2.5)  # all have three words
    np.testing.assert_allclose(forecasts["tfidf_ridge"], label, atol=0.1)
    np.testing.assert_allclose(forecasts["tfidf_ridge_of_the_words_seen"], 2.5)
    np.testing.assert_allclose(forecasts["mean_vector_ridge"], label, atol=0.1)


def test_the_length_has_one_slope():
    """Texts of two words have 1 star, those of eight 3; in logarithms, four lies half way."""
    words = np.array([[0.0, 2.0], [0.0, 8.0]])
    known = KnownTexts((rows_of(words), np.array([1.0, 3.0])), (rows_of(words), np.empty(2)), np.eye(2), 0)
    np.testing.assert_allclose(review_length(known)(rows_of(np.array([[0.0, 4.0], [0.0, 0.0]]))), [2.0, 0.0], atol=1e-9)


def test_the_penalty_is_chosen_on_the_validation_texts(texts):
    """Where the validation texts say the contrary, the strongest penalty has the smallest error."""
    rows, label = texts
    forecasts = [
        tfidf_ridge(KnownTexts((rows, label), (rows, truth), np.zeros((6, 2), np.float32), 0))(rows)
        for truth in (label, 5 - label)
    ]
    assert np.std(forecasts[1]) < 0.5 * np.std(forecasts[0])
