"""Rivals of texts, by hand."""

import numpy as np
from scipy.sparse import csr_array

from rnn_trading.skill.rivals.fitting import fit_rivals
from rnn_trading.skill.rivals.naive_bayes import NaiveBayesWeights
from rnn_trading.skill.rivals.text import (
    SENTIMENT,
    KnownTexts,
    TextRows,
    naive_bayes_logistic_regression,
    review_length,
    tfidf_logistic_regression,
)


def none(rows):
    """No validation texts."""
    return TextRows(rows.counts[:0], rows.seen_counts[:0], rows.pairs[:0]), np.empty(0)


def test_rivals_by_hand():
    """Word 1 is good, word 2 is bad, word 3 says nothing; the network sees the last word, which is always 3."""
    label = np.array([1.0, 0.0] * 20)
    counts = np.zeros((40, 4))
    counts[np.arange(40), np.where(label == 1, 1, 2)] = 2
    counts[:, 3] = 1
    seen = np.zeros((40, 4))
    seen[:, 3] = 1
    rows = TextRows(csr_array(counts), csr_array(seen), no_pairs(40))
    vectors = np.array([[0, 0], [1, 0.5], [-1, 0.5], [0, 0]], dtype=np.float32)
    fits = fit_rivals(SENTIMENT, KnownTexts((rows, label), none(rows), vectors, 0))
    rivals = {name: forecast(rows) for name, forecast in fits.items()}
    assert rivals["majority"].tolist() == [0.5] * 40
    assert ((rivals["tfidf_logistic_regression"] > 0.5) == (label == 1)).all()
    np.testing.assert_allclose(rivals["tfidf_of_the_words_seen"], 0.5, atol=1e-6)
    assert ((rivals["mean_vector_logistic_regression"] > 0.5) == (label == 1)).all()
    np.testing.assert_allclose(rivals["review_length"], 0.5)  # all have three words


def test_review_length_by_hand():
    """Of texts of two words one in four is positive, of those of eight three in four; in logs, four lies half way."""
    words = np.array([2.0] * 4 + [8.0] * 4)
    train = text_rows(words)
    known = KnownTexts((train, np.array([1.0, 0, 0, 0, 1, 1, 1, 0])), none(train), np.eye(3, dtype=np.float32), 0)
    forecasts = review_length(known)(text_rows(np.array([2.0, 4.0, 8.0, 0.0, 1.0])))
    np.testing.assert_allclose(forecasts[:3], [0.25, 0.5, 0.75], atol=1e-6)
    assert forecasts[3] == forecasts[4]  # a text without a word is as one of one word


def text_rows(words):
    """Texts of so many words, all of them word 1."""
    counts = csr_array(np.column_stack([np.zeros(len(words)), words, np.zeros(len(words))]))
    return TextRows(counts, counts, no_pairs(len(words)))


def no_pairs(texts):
    return csr_array((texts, 0))


def test_a_rival_that_counts_pairs_knows_what_only_pairs_tell():
    """Both words stand in every text; their order alone tells the label."""
    label = np.array([1.0, 0.0] * 20)
    words, pairs = csr_array(np.ones((40, 2))), csr_array(np.column_stack([label, 1 - label]))
    rows = TextRows(words, words, pairs)
    known = KnownTexts((rows, label), (rows, label), np.eye(2, dtype=np.float32), 0)
    np.testing.assert_allclose(tfidf_logistic_regression(known)(rows), 0.5)
    assert ((naive_bayes_logistic_regression(known)(rows) > 0.5) == (label == 1)).all()


def test_weights_by_naive_bayes_by_hand():
    """Of the 4 positive marks (with one more each) word 0 has 3; of the 3 negative ones 1."""
    counts = csr_array(np.array([[2.0, 0], [1, 0], [0, 1]]))
    weights = NaiveBayesWeights().fit(counts, np.array([1.0, 1.0, 0.0])).weights_
    np.testing.assert_allclose(weights, [np.log(3 / 4) - np.log(1 / 3), np.log(1 / 4) - np.log(2 / 3)])


def test_the_penalty_is_chosen_on_the_validation_texts():
    """In the training texts words 0 and 1 tell the label; validation texts that say the contrary want no certainty."""
    label = np.array([1.0, 0.0] * 20)
    counts = csr_array(np.column_stack([label, 1 - label]))
    rows, vectors = TextRows(counts, counts, no_pairs(40)), np.eye(2, dtype=np.float32)

    def certainty(validation_label):
        fits = fit_rivals(SENTIMENT.strong, KnownTexts((rows, label), (rows, validation_label), vectors, 0))
        return {name: np.abs(forecast(rows) - 0.5).mean() for name, forecast in fits.items()}

    same, contrary = certainty(label), certainty(1 - label)
    assert len(same) == 4
    assert all(same[name] > 0.48 > contrary[name] + 0.08 for name in same)
