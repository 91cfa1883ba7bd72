"""From sentences to sequences: flags by hand, no leakage into phrases and vocabulary, and the order of the source."""

import pandas as pd
import pytest

from rnn_trading.filings.sequences import (
    ItemParameters,
    check_items,
    describe_items,
    phrases_of,
    sequences_of,
    words_of,
)
from rnn_trading.filings.tone import NEGATIVE, POSITIVE, length_and_tone
from rnn_trading.text.phrases import PhraseParameters, Phrases
from rnn_trading.text.text import VocabularyParameters
from tests.helpers import changed

RULES = ItemParameters(shortest=0.1, longest=10.0, fewest_peers=1, flagged="leave_out", fitted_on="train")
PHRASES = PhraseParameters(passes=1, min_count=3, threshold=0.5, max_vocabulary=1000, fitted_on="train")
VOCABULARY = VocabularyParameters(size=50, reserved=("<padding>", "<unknown>"), fitted_on="train")


class InMemory:
    """Sentences by filing and item, given in pieces that are not in the order of the source."""

    def __init__(self, texts, pieces=2):
        self.texts, self.pieces = texts, pieces

    @property
    def items(self):
        rows = [
            (filing, item, sum(len(sentence.split()) for sentence in sentences), None, False, "heading")
            for (filing, item), sentences in self.texts.items()
        ]
        return pd.DataFrame(rows, columns=["filing_id", "item", "words", "problem", "undecodable", "form"])

    def batches(self, items):
        wanted = set(zip(items["filing_id"], items["item"], strict=True))
        rows = [(*key, sentences) for key, sentences in self.texts.items() if key in wanted]
        table = pd.DataFrame(rows, columns=["filing_id", "item", "sentences"])
        filings = table["filing_id"].unique()[::-1]
        for start in range(0, len(filings), self.pieces):
            yield table[table["filing_id"].isin(filings[start : start + self.pieces])]


def items_of(**words):
    rows = [
        (filing, item, count, None, False, "reference" if count == 9 else "heading")
        for filing, counts in words.items()
        for item, count in counts.items()
    ]
    table = pd.DataFrame(rows, columns=["filing_id", "item", "words", "problem", "undecodable", "form"])
    table["item"] = table["item"].where(table["item"] != "none")
    return table


def test_items_far_from_their_peers_are_flagged():
    items = items_of(
        a={"item_1": 100, "item_7": 1000},
        b={"item_1": 120, "item_7": 99},
        c={"item_1": 9, "item_7": 1000},
        d={"item_1": 1001, "item_7": 900},
        e={"none": 0},
    )
    checked = check_items(items, pd.Index(["a", "b", "c", "d"]), RULES)
    # Medians: 110 words of item 1, 950 of item 7.
    flags = checked["flag"].fillna("").tolist()
    assert flags == ["", "", "", "", "far_shorter", "", "", "", ""]
    assert checked["used"].tolist() == [True, True, True, True, False, True, True, True, False]
    on_a = check_items(items, pd.Index(["a"]), RULES)
    assert on_a["flag"].fillna("").tolist() == ["", "", "", "far_shorter", "far_shorter", "", "far_longer", "", ""]
    lonely = check_items(items, pd.Index(["a", "b"]), changed(RULES, fewest_peers=3))
    assert set(lonely["flag"].dropna()) == {"no_peers"}
    assert not lonely["used"].any()
    kept = check_items(items, pd.Index(["a"]), changed(RULES, flagged="keep"))
    assert kept["used"].tolist() == [True] * 8 + [False]
    assert describe_items(on_a)["item_1"] == {
        "filings": 4,
        "median_words": 110.0,
        "no_peers": 0,
        "far_shorter": 1,
        "far_longer": 1,
        "under_a_plain_title": 0,
        "by_reference": 1,
    }


def corpus():
    """Two training filings that speak of cash flow, a test filing with a phrase and words of its own."""
    train = {
        (f"t{number}", "item_1"): ["cash flow rose steel", "cash flow fell iron", "tin zinc lead"] for number in (1, 2)
    }
    test = {("z", "item_7"): ["secret sauce cash flow"] * 20, ("z", "item_1"): ["iron sauce"]}
    return InMemory(test | train)


def test_phrases_and_vocabulary_know_nothing_of_the_test():
    sentences = corpus()
    items = check_items(sentences.items, pd.Index(["t1", "t2"]), RULES)
    train = items["filing_id"].isin(["t1", "t2"])
    phrases = phrases_of(sentences, items[train], PHRASES)
    assert set(phrases.scores[0]) == {"cash\tflow"}
    ids, words = words_of(sentences, items, phrases)
    assert ids.tolist() == ["z", "t1", "t2"]  # the order of the source, whatever that of the pieces
    vocabulary, sequences = sequences_of(words, pd.Series([False, True, True], index=ids), VOCABULARY)
    assert vocabulary == ["<padding>", "<unknown>", "cash_flow", "fell", "iron", "lead", "rose", "steel", "tin", "zinc"]
    assert "secret" not in vocabulary
    back = [[vocabulary[code] for code in sequences.take([row]).ids] for row in range(3)]
    # Items in the order of the report: item 1 before item 7.
    assert back[0][:5] == ["iron", "<unknown>", "<unknown>", "<unknown>", "cash_flow"]
    assert back[1] == "cash_flow rose steel cash_flow fell iron tin zinc lead".split()
    everything = phrases_of(sentences, items, PHRASES)
    assert "secret\tsauce" in everything.scores[0]


@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_pieces_change_nothing(pieces):
    texts = {
        (f"f{number}", item): [f"w{'abcdefgh'[(number + step) % 8]} cash flow x" for step in range(3)]
        for number in range(7)
        for item in ("item_1", "item_7")
    }
    whole = words_of(InMemory(texts, 7), InMemory(texts).items, Phrases([{"cash\tflow": 1.0}]))
    parts = words_of(InMemory(texts, pieces), InMemory(texts).items, Phrases([{"cash\tflow": 1.0}]))
    assert parts[0].tolist() == whole[0].tolist() == [f"f{number}" for number in range(7)]
    fitted_on = pd.Series(True, index=whole[0])
    first, second = (sequences_of(words, fitted_on, VOCABULARY) for words in (whole[1], parts[1]))
    assert first[0] == second[0]
    assert first[1].ids.tolist() == second[1].ids.tolist()


def test_length_and_tone_by_hand():
    _, words = words_of(
        InMemory({("a", "item_1"): ["growth loss steel iron"], ("b", "item_1"): ["impairment loss"]}),
        items_of(a={"item_1": 4}, b={"item_1": 2}),
        Phrases([{"impairment\tloss": 1.0}]),
    )
    vocabulary, sequences = sequences_of(words, pd.Series([True, True], index=["a", "b"]), VOCABULARY)
    tone = length_and_tone(sequences, vocabulary)
    # The second is one phrase of two words of warning.
    assert tone.tolist() == [[pytest.approx(1.3862944), 0.25, 0.25], [0.0, 0.0, 2.0]]
    assert not POSITIVE & NEGATIVE
