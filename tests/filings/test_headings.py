"""Which line is the heading of an item, in the forms in which firms print them, and how much work that is."""

import re

import pytest

from rnn_trading.filings import headings
from rnn_trading.filings.headings import HEAD, find_headings

FORMS = {
    "item_1": (
        *("Item 1.", "ITEM 1:", "Item 1", "ITEM 1 BUSINESS", "Item 1 - Business", "ITEM 1 \u2013 BUSINESS"),
        *(
            "Item 1 \u2014 Business",
            "Item 1 | Business",
            "| Item 1. | Business |",
            "Item 1.Business",
            "Item\t1.\tBusiness",
        ),
        *(
            "Part I \u2013 Item 1",
            "PART I, ITEM 1.",
            "Part I. Item 1. Business",
            "Part 1 Item 1.",
            "**ITEM 1.** Business",
        ),
        *("Item\u00a01.\u00a0Business", "Item&nbsp;1.&nbsp;&nbsp;Business", "Item&#160;1.", "Item\u20091 Business"),
        *("Item\u200b 1.", "I T E M  1", "I T E M 1 .  B U S I N E S S", "Item I.", "Item I. Business", "Item One"),
        *("ITEM ONE: BUSINESS", "Items 1 and 2. Business and Properties", "Items 1 & 2", "Item 1 and Item 2. Business"),
        *("Items 1. and 2. Business and Properties", "ITEMS 1, 2 AND 3.", "Items 1 through 4.", "Items 1-4."),
        *("Item 1. Business (continued)", "Item No. 1.", "Item #1: Business", "ITEM 1. - BUSINESS", "Item(s) 1 and 2."),
        *("Item 1(a) General Development of Business", "Item 1(c). Narrative Description of Business"),
        *("Table of Contents Item 1. Business", "## Item 1", "Item 1 Our Business", "ITEM\n1.", "Items 1 and 1A."),
    ),
    "item_1a": (
        *(
            "ITEM 1A:",
            "Item 1A",
            "Item 1A. Risk Factors",
            "ITEM 1A RISK FACTORS",
            "Item 1A | Risk Factors",
            "Item 1(A).",
        ),
        *("Item 1-A. Risk Factors", "Item 1 A. Risk Factors", "Item\u00a01A.\u2003Risk Factors", "ITEM 1ARISK FACTORS"),
        *(
            "I T E M 1 A",
            "Item One A.",
            "Item I A. Risk Factors",
            "Items 1A, 1B",
            "Items 1A and 1B.",
            "Part I, Item 1A",
        ),
        *(
            "Item 1A.RISK FACTORS",
            "Item 1A \u2014 Risk Factors (continued)",
            "item 1a. risk factors",
            "Item 1(a) - Risk",
        ),
    ),
    "item_7": (
        *("Item Seven", "Item Seven.", "ITEM VII", "Item VII. Management's Discussion", "Item 7 (continued)"),
        *("ITEM 7 \u2013 MD&A", "Item 7 MD&A", "Item 7 and 7A", "Items 7 and 7A.", "Items 7, 7A", "Items 6 and 7."),
        *(
            "Items 5 through 7A.",
            "Item 7 Management\u2019s Discussion",
            "Part II \u2022 Item 7 \u2022 Management's Discussion",
        ),
        *("Item 7 - continued", "Item 7. Management's Discussion and Analysis, Continued", "\u00b0Item 7 we sold more"),
        *("Item 7 - 5 Year Summary",),
    ),
    "item_7a": ("ITEM 7A.", "Item VII-A.", "Item VIIA", "Item Seven A.", "ITEM SEVEN(A)", "Item 7AQuantitative and"),
    "item_15": ("I T E M  1 5. EXHIBITS", "Item XV.", "ITEM FIFTEEN", "Item 15 Exhibits", "Items 15 and 16."),
    "item_10": ("Items 10 through 14.", "Items 10, 11, 12, 13 and 14.", "Item X."),
    "item_1b": ("ITEM 1B UNRESOLVED STAFF COMMENTS", "Item 1B. None."),
}


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, lines in FORMS.items() for line in lines])
def test_forms_of_headings(name, line):
    found = find_headings(f"Text before it.\n{line}\nText behind it.")
    assert [heading.name for heading in found] == [name]
    assert found[0].continued == bool(re.search("continued", line, re.IGNORECASE))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Item 7, above, says more.",
            "Item 7 of this report",
            "Items of interest",
            "Item 17. Nothing",
            "Item I bought",
        ),
        *("as Item 7. says", "Items 10 and 11 of Part III", "itemized 7. list", '"Item 7. Discussion"', "Item 70. x"),
        *("as we say in\nItem 7. Management's Discussion.", "described under\nItem 1A. Risk Factors, of ours.", "Item"),
        *(
            "see the discussion of rates,\nItem 7A. Quantitative",
            "given in Part II\nItem 7. Discussion",
            "(\nItem 7.\n)",
        ),
        *("see\u00a0also\nItem 1A.", "by the section entitled \u201c\nItem 7. Discussion\u201d", "Item 1 has no title"),
        *('as said under "\nItem 7. Sales"', "which stands in Part II,\nItem 7. Sales"),
    ],
)
def test_sentences_are_no_headings(text):
    assert find_headings(text) == []


def test_a_heading_begins_at_its_part_and_ends_before_its_text():
    text = "Before.\n\nPART II\n\nItem 7.  Sales rose.\n"
    (heading,) = find_headings(text)
    assert (text[: heading.start], text[heading.end :]) == ("Before.\n\n", "  Sales rose.\n")
    text = "Part II,\nITEM\n7. Sales rose."
    (heading,) = find_headings(text)
    assert (text[: heading.start], text[heading.end :]) == ("", " Sales rose.")


@pytest.mark.parametrize(
    "before",
    [
        *(
            'as said in "Forward Outlook and Risks."',
            "of \u201cAnvils\u201d",
            "It fell; so did we.",
            "Total 1,234",
            "PART II,",
        ),
        *(
            "Mine safety disclosures",
            "\u2022 the loss of key customers",
            "Table of Contents",
            "12",
            "Smith & Sons (the Firm)",
        ),
    ],
)
def test_what_does_not_open_a_sentence(before):
    assert [heading.name for heading in find_headings(f"{before}\nItem 7. Sales rose.")] == ["item_7"]


def test_a_blank_line_or_a_page_ends_a_sentence():
    for between in ("\n\n", "\n  \n", "\n\f\n", "\r\n\r\n"):
        assert [heading.name for heading in find_headings(f"see{between}Item 7. Sales")] == ["item_7"]
    assert find_headings("see\r\nItem 7. Sales") == []


class Counting:
    """A pattern that counts the characters that it is given."""

    def __init__(self, pattern):
        self.pattern, self.longest, self.characters = pattern, 0, 0

    def __getattr__(self, name):
        def call(*args):
            text = next(value for value in args if isinstance(value, str))
            self.longest = max(self.longest, len(text))
            self.characters += len(text)
            return getattr(self.pattern, name)(*args)

        return call


HOSTILE = {
    "blank lines": "\n",
    "carriage returns": "\r",
    "spaces": " ",
    "blank lines with spaces": "    \n",
    "items": "Item ",
    "parts": "part i ",
    "capitals": "ITEM 1 ABCD ",
    "lines of capitals": "ITEM 1 ABCD EFGH\n",
    "headings": "Item 1. Business 3\n",
    "signs of degrees": "\u00b0",
    "entities": "&nbsp;",
    "a long list": "Items 1, 2, 3, 4, 5, 6 and ",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_work_grows_as_the_text_does(piece, monkeypatch):
    """Every pattern sees a piece of bounded length of each line, or each line once."""
    work = []
    for times in (2_000, 8_000):
        patterns = {name: value for name, value in vars(headings).items() if isinstance(value, re.Pattern)}
        counting = {name: Counting(pattern) for name, pattern in patterns.items()}
        with monkeypatch.context() as patch:
            for name, pattern in counting.items():
                patch.setattr(headings, name, pattern)
            find_headings(piece * times)
        assert counting.pop("LINE").characters == len(piece) * times
        assert max(pattern.longest for pattern in counting.values()) <= HEAD + len("item ")
        work.append(sum(pattern.characters for pattern in counting.values()))
    assert work[1] <= 4 * work[0] + 20 * HEAD
