"""Pairs of neighbouring words, beside a slow count of them."""

import itertools
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn_trading.text.pairs import frequent_pairs, pair_counts
from rnn_trading.text.text import TokenSequences

IDS, RESERVED = 6, 2
TEXTS = st.lists(st.lists(st.integers(0, IDS - 1), max_size=8), max_size=8)


def sequences(texts):
    starts = np.concatenate([[0], np.cumsum([len(text) for text in texts], dtype=np.int64)]).astype(np.int64)
    return TokenSequences(np.array([word for text in texts for word in text], dtype=np.int32), starts)


@given(TEXTS, TEXTS, st.integers(1, 3))
def test_pairs_are_those_that_a_slow_count_finds(train, others, fewest_texts):
    """Chosen by the first texts, counted in the others."""

    def slow(text):
        pairs = [pair for pair in itertools.pairwise(text) if min(pair) >= RESERVED]
        return Counter(first * IDS + second for first, second in pairs)

    texts_with = Counter(number for text in train for number in slow(text))
    expected = sorted(number for number, texts in texts_with.items() if texts >= fewest_texts)
    pairs = frequent_pairs(sequences(train), IDS, RESERVED, fewest_texts)
    assert pairs.tolist() == expected
    counts = pair_counts(sequences(others), IDS, RESERVED, pairs).toarray()
    assert counts.shape == (len(others), len(expected))
    assert counts.tolist() == [[slow(text)[number] for number in expected] for text in others]
