"""Rivals of texts, by hand."""

import numpy as np
from scipy.sparse import csr_array

from rnn_trading.skill.rivals.fitting import fit_rivals
from rnn_trading.skill.rivals.text import SENTIMENT, KnownTexts, TextRows


def test_rivals_by_hand():
    """Word 1 is good, word 2 is bad, word 3 says nothing; the network sees the last word, which is always 3."""
    label = np.array([1.0, 0.0] * 20)
    counts = np.zeros((40, 4))
    counts[np.arange(40), np.where(label == 1, 1, 2)] = 2
    counts[:, 3] = 1
    seen = np.zeros((40, 4))
    seen[:, 3] = 1
    rows = TextRows(csr_array(counts), csr_array(seen))
    vectors = np.array([[0, 0], [1, 0.5], [-1, 0.5], [0, 0]], dtype=np.float32)
    fits = fit_rivals(SENTIMENT, KnownTexts(rows, label, vectors, 0))
    rivals = {name: forecast(rows) for name, forecast in fits.items()}
    assert rivals["majority"].tolist() == [0.5] * 40
    assert ((rivals["tfidf_logistic_regression"] > 0.5) == (label == 1)).all()
    np.testing.assert_allclose(rivals["tfidf_of_the_words_seen"], 0.5, atol=1e-6)
    assert ((rivals["mean_vector_logistic_regression"] > 0.5) == (label == 1)).all()
