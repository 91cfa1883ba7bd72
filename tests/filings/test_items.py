"""Items and sentences of filings, parsed by hand."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_trading.filings.items import (
    LONGEST_WORD,
    RawFiling,
    SentenceParameters,
    _paragraphs,
    clean_sentences,
    split_items,
    wrap_word,
)

ALL = SentenceParameters(fewest_words=1, most_words=50)
REPORT = """UNITED STATES
ANNUAL REPORT

Table of Contents
Item 1.    Business
Item 1A.   Risk Factors
Item 2.    Properties
Item 7.    Management's Discussion and Analysis
Item 7A.   Quantitative and Qualitative Disclosures About Market Risk

PART I

ITEM 1. BUSINESS
We make anvils. See Item 7, below.
Item 7, Management's Discussion, is not here.

PART I, Item 1(a) - Risk Factors
Anvils fall.

Item 2. Properties
One forge.

PART II
  Item 7: Management's Discussion
Sales rose, and with them costs.
item\u00a07A\u2014Market risk
Iron is dear, and so is coal, and nobody knows for how long this will last.

Item 8. Financial Statements
See the notes.
Item 15. Exhibits
"""


def test_items_end_where_the_next_one_begins_and_the_contents_are_not_taken():
    assert split_items(REPORT) == {
        "item_1": "BUSINESS\nWe make anvils. See Item 7, below.\nItem 7, Management's Discussion, is not here.",
        "item_1a": "Risk Factors\nAnvils fall.",
        "item_7": "Management's Discussion\nSales rose, and with them costs.",
        "item_7a": "Market risk\nIron is dear, and so is coal, and nobody knows for how long this will last.",
    }


def test_of_an_item_that_is_found_twice_the_longer_one_counts():
    assert split_items("Item 7. Long text here.\nItem 1. A\nItem 7. Short") == {
        "item_7": "Long text here.",
        "item_1": "A",
    }


@pytest.mark.parametrize(
    "heading",
    [
        *("ITEM 7A.", "Item 7 A.", "item 7a:", "Item 7(A).", "ITEM 7A", "Part II, Item 7A -", "**Item 7A.**"),
        *("| Item 7A |", "Item No. 7A.", "ITEM\n7A.", "## Item 7A", "Items 7A and 8."),
    ],
)
def test_forms_of_a_heading(heading):
    found = split_items(f"Before\n{heading}\nMarkets move.\nItem 8.\nx")
    assert {item: text.strip("*| \n") for item, text in found.items()} == {"item_7a": "Markets move."}


def test_headings_without_a_sign_end_an_item_too():
    report = (
        "ITEM 1A RISK FACTORS\nAnvils fall.\nITEM 1B UNRESOLVED STAFF COMMENTS\nNone.\nITEM 2 PROPERTIES\nA forge.\n"
        "ITEM 7A QUALITATIVE AND QUANTITATIVE DISCLOSURES\nIron is dear.\nITEM 8 FINANCIAL STATEMENTS\nSee there.\n"
        "Item 9A(T). Controls\nThere are some."
    )
    assert split_items(report) == {
        "item_1a": "RISK FACTORS\nAnvils fall.",
        "item_7a": "QUALITATIVE AND QUANTITATIVE DISCLOSURES\nIron is dear.",
    }


def test_a_line_in_capitals_is_a_heading_and_a_sentence_is_none():
    text = "Item 7 MD&A\nSales rose.\nItem 7 of this report says more.\nItem 7A Market Risk and the Rest\nIron is dear."
    assert split_items(text) == {
        "item_7": "MD&A\nSales rose.\nItem 7 of this report says more.",
        "item_7a": "Market Risk and the Rest\nIron is dear.",
    }


def test_two_items_in_one():
    assert split_items("Items 1 and 2. Business and Properties\nWe drill.\nItem 3. Legal\nx") == {
        "item_1": "Business and Properties\nWe drill."
    }


@pytest.mark.parametrize(
    "text",
    ["", "no heading", "as Item 7. says in the middle", "Item 17. Nothing", "Items of interest", "Item 3. Law\nx"],
)
def test_what_is_no_item(text):
    assert split_items(text) == {}


def test_a_filing_has_items_of_its_own_or_finds_them():
    assert RawFiling("1", None, {"item_7": "b", "item_1": "a", "item_9": "c", "item_1a": "  "}).split() == {
        "item_1": "a",
        "item_7": "b",
    }
    assert RawFiling("1", "Item 1. Text", {}).split() == {"item_1": "Text"}
    assert RawFiling("1", "", {"item_1": "x"}).split() == {"item_1": "x"}
    assert RawFiling("1", "Item 1. Text", {"item_1": " "}).split() == {"item_1": "Text"}
    assert RawFiling("1", " \n", {}).is_empty
    assert not RawFiling("1", None, {"item_1": "x"}).is_empty
    assert RawFiling("1", "bad \ufffd byte", {}).is_undecodable


def test_sentences_are_lower_case_words_that_mean_something():
    text = (
        "We, Acme Inc., sold 12 million Anvils in 2015 (up 3.5%)! It was they who made them.\n\nMargins\nfell sharply; "
        "oneself theirs. café x2 e-mail"
    )
    assert clean_sentences(text, ALL) == ["acme sold anvils", "margins fell sharply", "café e mail"]


def test_short_and_long_sentences_are_left_out():
    five, four, long = "iron steel copper zinc tin.", "iron steel copper zinc.", "iron " * 51
    assert clean_sentences(f"{five} {four} {long.strip()}.", SentenceParameters(fewest_words=5, most_words=50)) == [
        "iron steel copper zinc tin"
    ]
    assert len(clean_sentences(f"{'iron ' * 50}.", SentenceParameters(fewest_words=5, most_words=50))) == 1
    assert clean_sentences(" \n ", ALL) == []


def test_no_sentence_could_be_kept():
    with pytest.raises(ValueError, match="no sentence would be kept: expected fewest_words of at most most_words"):
        SentenceParameters(fewest_words=6, most_words=5)


@given(st.text(st.sampled_from("ab \n\t\r\f"), max_size=60))
def test_blank_lines_end_paragraphs(text):
    slow = [" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", text)]
    assert list(_paragraphs(text)) == [paragraph for paragraph in slow if paragraph]


def test_what_is_too_long_for_a_word_is_cut_in_pieces():
    assert wrap_word("anvil") == ["anvil"]
    pieces = wrap_word("(" * (2 * LONGEST_WORD + 1))
    assert list(map(len, pieces)) == [LONGEST_WORD, LONGEST_WORD, 1]
    assert clean_sentences(f"{'(' * 3 * LONGEST_WORD} anvils fall", ALL) == ["anvils fall"]


def test_a_text_that_was_not_converted_is_known():
    rtf, page = "\ufeff{\\rtf1\\ansi Item 1. We make anvils.}", "<html><body><p>Item 1.</p>" * 20
    assert (RawFiling("1", rtf, {}).is_rtf, RawFiling("1", page, {}).is_rtf) == (True, False)
    assert RawFiling("1", "Item 1. The brace {\\rtf is a command.", {}).is_rtf is False
