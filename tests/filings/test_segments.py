"""From whole reports to items: pages, contents, tables of items and pages, and the words that are in no item."""

import random

import pandas as pd
import pytest

from rnn_trading.filings import segments
from rnn_trading.filings.segments import divide, given
from tests.helpers import REAL_DATA


def words(text):
    return len(text.split())


def sentences(number, subject="Sales"):
    return " ".join(f"{subject} rose in region number {count} and costs fell." for count in range(number))


def test_a_heading_on_every_page_is_one_item():
    """As some large firms print it: each page begins with part and item, and ends in its number."""
    pages = {item: [f"{sentences(6, item[-1])}" for _ in range(4)] for item in ("Item 1", "Item 1A", "Item 7")}
    report = "FORM 10-K\n\n\n"
    for item, texts in pages.items():
        part = "PART II" if item == "Item 7" else "PART I"
        report += "".join(f"{part}\n\n{item}\n\n{text}\n\n{page}\n\n" for page, text in enumerate(texts))
    division = divide(report)
    # 4 pages of 54 words and a page number.
    assert {item: words(text) for item, text in division.items.items()} == dict.fromkeys(
        ("item_1", "item_1a", "item_7"), 4 * (6 * 9 + 1)
    )
    assert division.items["item_1a"].split() == " ".join(f"{t} {n}" for n, t in enumerate(pages["Item 1A"])).split()
    assert (division.words_under_no_heading, division.words_of_shorter_segments) == (2, 0)


def test_an_item_goes_on_where_it_says_so():
    report = (
        f"Item 7. Discussion\n{sentences(3)}\nItem 7A. Market risk\n{sentences(2, 'Rates')}\n"
        f"Item 7. Discussion (continued)\n{sentences(2, 'Margins')}\nItem 8. x"
    )
    division = divide(report)
    assert division.items["item_7"].endswith("region number 1 and costs fell.")
    assert division.items["item_7"].count("Sales") == 3
    assert division.items["item_7"].count("Margins") == 2
    assert division.items["item_7a"].count("Rates") == 2
    assert division.words_of_shorter_segments == 0


def test_of_segments_that_lie_apart_the_longer_counts_and_the_other_is_counted():
    division = divide(f"Item 1. {sentences(2)}\nItem 2. A forge.\nItem 1. {sentences(3)}\nItem 3. None.")
    assert words(division.items["item_1"]) == 27
    assert division.words_of_shorter_segments == 18
    assert division.words_under_no_heading == 0


CONTENTS = {
    "dots": "Item 1. Business ...... 3\nItem 1A. Risk Factors . . . 9\nItem 2. Properties....12\nItem 7. MD&A ... 20\n",
    "cells": "Item 1.\nBusiness\n3\nItem 1A.\nRisk Factors\n9\nItem 2.\nProperties\n12\nItem 7.\nMD&A\n20\n",
    "ranges": "Item 1. Business 3-8\nItem 1A. Risk Factors 9\u201311, 3\nItem 2. Properties F-3\nItem 7. MD&A 4, 5\n",
    "no pages": (
        "Item 1. Business\nItem 1A. Risk Factors\nItem 1B. Unresolved Staff Comments\nItem 2. Properties\n"
        "Item 3. Legal Proceedings\nItem 7. Management's Discussion\n"
    ),
    "lines of subtitles": (
        "Item 1. Business 3\nOverview 3\nProducts 4\nCompetition 5\nItem 1A. Risk Factors 9\nItem 2. Properties 12\n"
        "Item 7. MD&A 20\nOverview 20\nLiquidity 22\n"
    ),
}


@pytest.mark.parametrize("contents", CONTENTS.values(), ids=CONTENTS)
def test_a_table_of_contents_is_no_item(contents):
    last = "Item 15. Exhibits 99\n\nLetter to our shareholders of eight words altogether.\n\n"
    report = f"{contents}{last}PART I\nItem 1. We forge.\nItem 2. Here.\nPART II\nItem 7. Sales rose.\n"
    division = divide(report)
    assert division.items == {"item_1": "We forge.", "item_7": "Sales rose."}
    assert division.words_under_no_heading == 8
    assert division.words_of_shorter_segments == 0
    assert divide(contents + last).items == {}


def bank(index, body):
    return f"FORM 10-K\nA bank.\n\nFORM 10-K CROSS-REFERENCE INDEX\n{index}\n\n{body}"


INDEX = (
    "Item Number Page\nPart I\nItem 1. Business 4\u201336, 121\nItem 1A. Risk Factors 60\u201372\nItem 1B. Unresolved "
    "Staff Comments Not Applicable\nItem 2. Properties 310\nPart II\nItem 7. Management\u2019s Discussion and Analysis "
    "of Financial Condition and Results of Operations 6\u201329\nItem 7A. Quantitative and Qualitative Disclosures "
    "About Market Risk 66\nItem 15. Exhibits and Financial Statement Schedules 312"
)


def test_a_table_of_items_and_pages_with_the_text_under_plain_titles():
    """As banks print it: no heading of the text says "Item", and the title stands on every page."""
    body = "".join(
        f"{header}\n{sentences(7, subject)}\n{page}\n"
        for page, (header, subject) in enumerate(
            [
                ("MANAGEMENT\u2019S DISCUSSION AND ANALYSIS OF FINANCIAL CONDITION AND RESULTS OF OPERATIONS", "Fees"),
                ("Management's discussion and analysis", "Deposits"),
                ("6 Management\u2019s Discussion and Analysis (continued)", "Loans"),
                ("RISK FACTORS", "Rates"),
                ("Unresolved Staff Comments", "None"),
                ("Notes to Consolidated Financial Statements", "Notes"),
            ]
        )
    )
    division = divide(bank(INDEX, f"OVERVIEW\n{sentences(2, 'Banks')}\n{body}"))
    assert division.forms == {"item_7": "title", "item_1a": "title"}
    assert [division.items["item_7"].count(word) for word in ("Fees", "Deposits", "Loans", "Rates")] == [7, 7, 7, 0]
    assert division.items["item_1a"] == f"{sentences(7, 'Rates')}\n3"
    # The overview cannot be told to be item 1; it is counted, with the cover and what stands under other titles.
    assert words(body) > division.words_under_no_heading > words(sentences(16))
    assert sum(map(words, division.items.values())) + division.words_under_no_heading < division.words_of_text


def test_an_item_that_refers_to_the_annual_report_behind_it():
    """The pointers are items 7 and 8 of the form; the discussion stands in a document behind the last item."""
    pointer = "Management's discussion and analysis appears on pages 46-152 and is incorporated herein by reference."
    text = sentences(12, "Loans")
    report = (
        f"ITEM 1: BUSINESS\n{sentences(4)}\nITEM 7: DISCUSSION\n{pointer}\nITEM 8: FINANCIAL STATEMENTS\nSee there.\n"
        f"ITEM 15: EXHIBITS\n3.1 Charter.\nSIGNATURES\nName\nManagement's discussion and analysis\n{text}\nSignatures\n"
    )
    division = divide(report)
    assert division.forms == {"item_1": "heading", "item_7": "title"}
    assert division.items["item_7"] == text
    without = divide(report[: report.index("SIGNATURES")])
    assert without.forms == {"item_1": "heading", "item_7": "reference"}
    assert without.items["item_7"] == f"DISCUSSION\n{pointer}"


def test_plain_titles_inside_other_items_are_none():
    """A note called "Business", and risk factors inside item 1, as before 2005."""
    report = (
        f"Item 1. We make anvils.\nRisk Factors\n{sentences(9)}\nItem 7. Sales rose.\nItem 8. Notes\n"
        f"Management's discussion and analysis\n{sentences(9)}\n"
    )
    division = divide(report)
    assert set(division.items) == {"item_1", "item_7"}
    assert set(division.forms.values()) == {"heading"}
    assert words(division.items["item_1"]) == 3 + 2 + 81


def test_a_title_with_little_behind_it_is_not_beyond_doubt():
    division = divide(f"Risk Factors\n{sentences(5)}\nBusiness\nWe forge.")
    assert division.items == {}
    assert division.words_under_no_heading == division.words_of_text == 50


def test_items_that_a_source_tells_apart():
    division = given({"item_7": "Sales rose.", "item_1": " ", "item_9": "x", "item_1a": "See Exhibit 13."})
    assert division.items == {"item_1a": "See Exhibit 13.", "item_7": "Sales rose."}
    assert division.forms == {"item_1a": "reference", "item_7": "given"}
    assert (division.words_of_text, division.words_under_no_heading) == (5, 0)


def test_nothing_is_lost_without_being_counted():
    """Of reports of random headings, every word is in an item, in another item, or counted."""
    generator = random.Random(0)
    names = ["Item 1.", "Item 1A.", "Item 2.", "Item 7.", "ITEM 7A:", "Item 8.", "PART II, Item 7."]
    for _ in range(100):
        chosen = [generator.choice(names) for _ in range(generator.randint(0, 8))]
        blocks = [sentences(generator.randint(1, 3), f"W{number}") for number in range(len(chosen) + 1)]
        report = "\n".join([blocks[0], *(f"{name}\n{block}" for name, block in zip(chosen, blocks[1:], strict=True))])
        division = divide(report)
        of_others = sum(words(b) for name, b in zip(chosen, blocks[1:], strict=True) if name in ("Item 2.", "Item 8."))
        in_items = sum(map(words, division.items.values()))
        assert division.words_under_no_heading == words(blocks[0])
        everything = in_items + of_others + division.words_under_no_heading + division.words_of_shorter_segments
        assert everything == sum(map(words, blocks))


def test_real_items_are_found_again():
    """Items of real reports, joined to whole reports with a table of contents, come apart as they were."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"real filings are not here: {REAL_DATA.name} is no folder beside the project")
    table = pd.read_parquet(REAL_DATA / "filings.parquet").iloc[::6]
    titles = {"item_1": "ITEM 1. BUSINESS", "item_1a": "ITEM 1A. RISK FACTORS", "item_7": "ITEM 7. DISCUSSION"}
    contents = "Item 1. Business 3\nItem 1A. Risk Factors 9\nItem 7. Management's Discussion 20\nItem 8. Financial 40\n"
    found = 0
    for row in table.to_dict(orient="records"):
        texts = {item: row[item] for item in titles if isinstance(row[item], str) and row[item].strip()}
        own = {
            item: text if text.lstrip().lower().startswith("item") else f"{titles[item]}\n{text}"
            for item, text in texts.items()
        }
        division = divide(
            f"Annual report\n\n{contents}\nPART I\n\n" + "".join(f"{t}\n\nItem 2. None.\n\n" for t in own.values())
        )
        for item, text in own.items():
            kept = division.items[item].split()
            assert " ".join(kept) in " ".join(text.split())
            assert words(text) - len(kept) <= 5  # its heading, and that of the next item, with which some end
            found += 1
    assert found > 25


@pytest.mark.parametrize(
    "piece", ["Item 1. Business 3\n", "management's discussion and analysis\n", "Item 7\nx\n", "\n"]
)
def test_work_grows_as_the_text_does(piece, monkeypatch):
    """Bodies of segments are looked at as often, however long the text: what is counted is calls and characters."""
    work = []
    for times in (1_000, 4_000):
        seen: list[int] = []
        with monkeypatch.context() as patch:
            for name in ("_is_entry", "_has_pages", "_words", "plain"):
                patch.setattr(segments, name, counting(getattr(segments, name), seen))
            divide(piece * times)
        work.append(sum(seen) + len(seen))
    assert work[1] <= 4 * work[0] + 100


def counting(function, seen):
    def counted(text):
        seen.append(len(text))
        return function(text)

    return counted


def test_contents_at_the_end_do_not_replace_an_item():
    """The last entry has the exhibits behind it, and is longer than the item that it names."""
    real = "\n\n".join(f"Item {number}. {'We sell anvils here. ' * 40}" for number in ("1", "1A", "2", "3", "7", "8"))
    entries = ["Item 1. Business 3", "Item 1A. Risk Factors 9", "Item 2. Properties 15", "Item 3. Legal 16"]
    contents = "\n".join([*entries, "Item 7. Management's Discussion 20"])
    exhibits = "The lease says nothing else. " * 180
    before, after = divide(real), divide(f"{real}\n\nTABLE OF CONTENTS\n{contents}\n{exhibits}")
    assert after.items["item_7"] == before.items["item_7"]
    assert after.words_under_no_heading - before.words_under_no_heading == len(exhibits.split())


def test_an_item_right_behind_the_contents_stays():
    contents = "\n".join(
        f"Item {number} {page}" for page, number in enumerate(("1. Business", "2. Properties", "3. Legal"), 3)
    )
    report = f"{contents}\nItem 7. Management's Discussion 20\n{'Sales rose again. ' * 200}"
    assert divide(report).items["item_7"].endswith("Sales rose again.")
