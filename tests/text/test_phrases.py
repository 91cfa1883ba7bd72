"""Phrases beside a slow count, and what gensim alone would lose."""

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from rnn_trading.text.phrases import PhraseParameters, Phrases, learn_phrases
from tests.helpers import changed

RULES = PhraseParameters(passes=2, min_count=5, threshold=0.5, max_vocabulary=100_000, fitted_on="all")


def slow_pass(sentences, min_count, threshold):
    """Pairs whose normalised pointwise mutual information (Bouma, 2009) is above the threshold."""
    words = Counter(word for sentence in sentences for word in sentence)
    pairs = Counter(pair for sentence in sentences for pair in pairwise(sentence))
    total = words.total()
    found = {}
    for (first, second), count in pairs.items():
        together = count / total
        if count >= min_count and together < 1:
            score = math.log(together / (words[first] / total * words[second] / total)) / -math.log(together)
            if score > threshold:
                found[first, second] = score
    return found


def slow_join(sentence, found):
    joined, position = [], 0
    while position < len(sentence):
        pair = tuple(sentence[position : position + 2])
        joined.append("_".join(pair) if pair in found else sentence[position])
        position += 2 if pair in found else 1
    return joined


@pytest.fixture(scope="module")
def sentences():
    generator = np.random.default_rng(0)
    words = [f"w{chr(97 + number)}" for number in range(20)]
    rows = [list(generator.choice(words, 6)) for _ in range(300)]
    for number, row in enumerate(rows):
        if number % 3 == 0:
            row[1:1] = ["new", "york", "stock", "exchange"]
        if number % 4 == 0:
            row += ["goodwill", "impairment"]
    return rows


def test_two_passes_are_those_of_a_slow_count(sentences):
    expected, rows = [], sentences
    for _ in range(2):
        found = slow_pass(rows, RULES.min_count, RULES.threshold)
        expected.append({"\t".join(pair): pytest.approx(score) for pair, score in found.items()})
        rows = [slow_join(row, found) for row in rows]
    phrases = learn_phrases(lambda: sentences, RULES)
    assert phrases.scores == expected
    assert [phrases.join(sentence) for sentence in sentences] == rows
    # Phrases of phrases, which gensim loses when words hold its delimiter.
    assert any("new_york_stock_exchange" in row for row in rows)


def test_rare_pairs_and_no_passes(sentences):
    assert learn_phrases(lambda: sentences, changed(RULES, passes=0)).join(["new", "york"]) == ["new", "york"]
    assert learn_phrases(lambda: sentences, changed(RULES, min_count=10_000)).scores == [{}, {}]


def test_phrases_are_rebuilt_from_their_scores(sentences):
    learned = learn_phrases(lambda: sentences, RULES)
    assert [Phrases(learned.scores).join(row) for row in sentences] == [learned.join(row) for row in sentences]
