import string

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_trading.text.text import (
    PADDING,
    START,
    UNKNOWN,
    UNUSED,
    ReadingParameters,
    TextReader,
    TokenSequences,
    VocabularyError,
    VocabularyParameters,
    WordParameters,
    encode,
    fit_vocabulary,
    join_words,
    split_at_spaces,
    split_words,
)

PUBLISHED = WordParameters(markup="keep", contractions="whole")
CORRECTED = WordParameters(markup="drop", contractions="split")


def words_of(text, rules):
    words = split_words([text], rules)
    return [words.distinct[code] for code in words.sequences.ids]


def test_misread_letters_come_apart_or_become_others():
    misread = WordParameters(markup="keep", contractions="whole", misread_as="latin-1")
    assert words_of("Plain words stay", misread) == ["plain", "words", "stay"]
    # In UTF-8 a grave is C3 A0, a no-break space in latin-1; a right quotation mark is E2 80 99.
    assert words_of("Voil\u00e0, don\u2019t", misread) == ["voil\u00e3", "don\u00e2\x80\x99t"]
    assert words_of("Voil\u00e0, don\u2019t", PUBLISHED) == ["voil\u00e0", "don\u2019t"]


def sequences(*lists):
    starts = np.cumsum([0, *map(len, lists)])
    return TokenSequences(np.array([i for ids in lists for i in ids], dtype=np.int32), starts)


def lists(ragged):
    return [ragged.ids[a:b].tolist() for a, b in zip(ragged.starts[:-1], ragged.starts[1:], strict=True)]


@pytest.mark.parametrize(
    ("text", "published", "corrected"),
    [
        ("A great, GREAT film!", ["a", "great", "great", "film"], ["a", "great", "great", "film"]),
        ("Good.<br /><br />Bad", ["good", "br", "br", "bad"], ["good", "bad"]),
        ("I don't, he can't.", ["i", "don't", "he", "can't"], ["i", "do", "n't", "he", "ca", "n't"]),
        ("It's 'fun', isn\u2019t it", ["it's", "'fun'", "isn\u2019t", "it"], ["it", "'s", "fun", "is", "n't", "it"]),
        ("8/10 <i>Amélie</i>", ["8", "10", "i", "amélie", "i"], ["8", "10", "amélie"]),
        ("Ame\u0301lie, I'd've", ["ame\u0301lie", "i'd've"], ["am\u00e9lie", "i", "'d", "'ve"]),
        ("a < b > c", ["a", "b", "c"], ["a", "b", "c"]),
        (" ?! <br />", ["br"], []),
        ("", [], []),
    ],
)
def test_words(text, published, corrected):
    assert words_of(text, PUBLISHED) == published
    assert words_of(text, CORRECTED) == corrected


def test_encoding_by_hand():
    words = split_words(["b a a", "c b", "", "d a"], PUBLISHED)
    counts = words.counts(np.array([0, 1, 2]))
    assert counts.to_dict() == {"b": 2, "a": 2, "c": 1}
    vocabulary = fit_vocabulary(counts, 4, (PADDING, UNKNOWN))
    # a and b are equally frequent: the word decides. c has no id left, d is not in the training texts.
    assert vocabulary == [PADDING, UNKNOWN, "a", "b"]
    # A text without words is one unknown word: padding alone is no input.
    assert lists(encode(words, vocabulary)) == [[3, 2, 2], [1, 3], [1], [1, 2]]


def test_published_ids():
    """0 pad, 1 start, 2 out of vocabulary, 3 unused, words from 4."""
    words = split_words(["the film the end", "the"], PUBLISHED)
    vocabulary = fit_vocabulary(words.counts(), 6, (PADDING, START, UNKNOWN, UNUSED))
    assert vocabulary[4:] == ["the", "end"]
    assert lists(encode(words, vocabulary)) == [[1, 4, 2, 4, 5], [1, 4]]


ids = st.lists(st.lists(st.integers(1, 50), max_size=12), min_size=1, max_size=8)
sides = st.sampled_from(["front", "back"])


@pytest.mark.trains
@given(ids, st.integers(1, 10), sides, sides)
def test_padding_is_that_of_keras(ragged, length, padding, cutting):
    from rnn_trading.models.backend import keras

    names = {"front": "pre", "back": "post"}
    expected = keras.utils.pad_sequences(ragged, length, padding=names[padding], truncating=names[cutting])
    np.testing.assert_array_equal(sequences(*ragged).padded(length, padding, cutting), expected)


@given(ids, st.integers(1, 10), sides, st.data())
def test_take_cut_cap_and_count_beside_a_loop(ragged, length, side, data):
    rows = data.draw(st.lists(st.integers(0, len(ragged) - 1), max_size=6))
    assert lists(sequences(*ragged).take(np.array(rows, dtype=int))) == [ragged[row] for row in rows]
    assert lists(sequences(*ragged).cut(length, side)) == [
        text[-length:] if side == "front" else text[:length] for text in ragged
    ]
    assert lists(sequences(*ragged).capped(9, 1)) == [[i if i < 9 else 1 for i in text] for text in ragged]
    counts = sequences(*ragged).counts(51).toarray()
    np.testing.assert_array_equal(counts, [[text.count(i) for i in range(51)] for text in ragged])


def test_counting_leaves_the_sequences_alone():
    ragged = sequences([3, 1, 3, 2], [2, 2])
    ragged.counts(4)
    assert lists(ragged) == [[3, 1, 3, 2], [2, 2]]


@settings(max_examples=30)
@given(st.lists(st.text(string.ascii_letters + " .,'<>/\u2019\u00e9", max_size=30), min_size=1, max_size=6))
def test_texts_do_not_touch_each_other(texts):
    for rules in (PUBLISHED, CORRECTED):
        together = split_words(texts, rules)
        apart = [words_of(text, rules) for text in texts]
        assert [[together.distinct[code] for code in text] for text in lists(together.sequences)] == apart
        assert all(word == word.lower().strip() and word for text in apart for word in text)


def test_a_reader_survives_a_file_and_reads_raw_text():
    reading = ReadingParameters(
        words={"markup": "drop", "contractions": "split"},
        vocabulary={"size": 5, "reserved": [PADDING, UNKNOWN], "fitted_on": "train"},
        tokens=3,
        padding="back",
        cutting="front",
    )
    reader = TextReader.from_plain(TextReader(reading, [PADDING, UNKNOWN, "good", "film", "n't"]).as_plain())
    seen, has_words = reader.read(["A film that isn't good", "Good!", "?"])
    assert reader.padded(seen).tolist() == [[1, 4, 2], [2, 0, 0], [1, 0, 0]]
    assert has_words.tolist() == [True, True, False]
    # Ids beyond the vocabulary, of the words that rivals see, are unknown to the network.
    assert lists(reader.seen(sequences([2, 7, 3, 4]))) == [[1, 3, 4]]


def test_texts_of_tables_that_were_put_together():
    texts = pd.concat([pd.Series(["a b"]), pd.Series(["b"])])
    assert lists(split_words(texts, PUBLISHED).sequences) == [[0, 1], [1]]


def test_what_does_not_belong_together_is_refused():
    words = split_words(["a b"], PUBLISHED)
    with pytest.raises(
        VocabularyError, match="Expected a vocabulary with <unknown> and every word once. Received: none"
    ):
        encode(words, [PADDING, "a"])
    with pytest.raises(VocabularyError, match="Received: 'a' twice"):
        encode(words, [PADDING, UNKNOWN, "a", "a"])
    with pytest.raises(VocabularyError, match="The training texts hold no word"):
        fit_vocabulary(pd.Series(dtype=int), 10, (PADDING, UNKNOWN))
    with pytest.raises(ValueError, match="expected <padding> first, <unknown>, and no others"):
        VocabularyParameters(size=10, reserved=(UNKNOWN, PADDING), fitted_on="train")
    with pytest.raises(ValueError, match="expected more ids than the 3 reserved ones. Received: 3"):
        VocabularyParameters(size=3, reserved=(PADDING, UNKNOWN, START), fitted_on="train")


def test_what_stands_between_spaces_is_taken_as_it_is():
    words = split_at_spaces(["cash_flow  rose ", "", "It's\ta b"])
    assert words.sequences.lengths.tolist() == [2, 0, 3]
    assert [words.distinct[code] for code in words.sequences.ids] == ["cash_flow", "rose", "It's", "a", "b"]


@given(st.lists(st.lists(st.text("abc ", max_size=8), max_size=4), max_size=4))
def test_batches_that_are_joined_are_one(batches):
    texts = [text for batch in batches for text in batch]
    joined = join_words(split_at_spaces(batch) for batch in batches)
    whole = split_at_spaces(texts)
    assert joined.sequences.starts.tolist() == whole.sequences.starts.tolist()
    assert [joined.distinct[code] for code in joined.sequences.ids] == [
        whole.distinct[code] for code in whole.sequences.ids
    ]
    pd.testing.assert_series_equal(
        joined.counts().sort_index(), whole.counts().sort_index(), check_index_type=False, check_dtype=False
    )
