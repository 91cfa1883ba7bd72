"""From a whole annual report to the texts of its items, and to how much of it belongs to none.

Where items have headings ("Item 1A. Risk Factors"), these count. Some firms print a table of items and pages instead,
and the text under plain titles ("Risk Factors"); these count for an item that has no text under a heading.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from rnn_trading.filings.headings import DASH, ITEMS, LINE, TITLES, Heading, find_headings, plain

LONGEST_ENTRY, LONGEST_ENTRIES, WORDS_OF_AN_ENTRY = 400, 2_000, 25
SHORTEST_TABLE, SHORTEST_TABLE_WITHOUT_PAGES = 3, 5
MOST_WORDS_OF_A_REFERENCE, FEWEST_WORDS_UNDER_A_TITLE = 150, 50
# Under these stand other documents of the same file, such as the annual report to shareholders.
LAST_ITEMS = ("item_15", "item_16")
CONTENTS = "contents"
ENTRY = re.compile(rf"\W*(?!not applicable|none\b|omitted|\W?continued)(?:{TITLES})", re.IGNORECASE)
PAGES = re.compile(
    rf"(?:\bpages?\s*)?(?<![\d$.,])(?:[a-z]{{1,2}}-)?\d{{1,3}}(?:\s*(?:[,&{DASH}]|and|to)\s*(?:[a-z]{{1,2}}-)?\d{{1,3}}){{0,9}}\s*$|(?:\bn/a|\*|[{DASH}])\s*$",
    re.IGNORECASE,
)
LAST_POINT = re.compile(r"(?<!none)(?<!applicable)(?<!omitted)\.$", re.IGNORECASE)
LEADERS = re.compile(r"[.\u00b7\u2026_](?:\s?[.\u00b7\u2026_])+")
REFERENCE = re.compile(
    r"\bby\s+(?:this\s+)?reference|\bpages?\s+(?:f-)?\d|\bexhibit\s+13|\bannual\s+report\s+to\s+(?:share|stock)"
    r"|\b(?:is|are|appears?|set\s+forth|included|contained|presented|provided|found)\s+(?:on|in|under|at)\s+"
    r"(?:the|our|pages?|exhibit|part|item|note)\b",
    re.IGNORECASE,
)
LONGEST_TITLE = 120
# A title that is a whole line: of an item, or of what may follow one and ends it.
PLAIN_TITLES = (
    ("item_1", r"(?:our |the |description of )?business"),
    ("item_1a", r"risk factors"),
    ("item_7", r"management'?s discussion and analysis(?: of (?:financial|results|operations)[a-z ,]{0,80})?|md&a"),
    (
        "item_7a",
        r"(?:quantitative and qualitative|qualitative and quantitative) disclosures? (?:about|of|on) market risks?",
    ),
    (
        "another",
        r"unresolved staff comments|cybersecurity|(?:description of )?propert(?:y|ies)|legal proceedings|mine safety "
        r"disclosures?|market for (?:the )?(?:registrant|company|our|common)[a-z' ,]{0,100}|selected (?:consolidated )?"
        r"financial data|(?:consolidated )?financial statements(?: and supplementary data)?|(?:notes to )?consolidated "
        r"financial statements|consolidated (?:statements?|balance sheets?)[a-z ]{0,40}|reports? of independent "
        r"registered public accounting firm|management'?s (?:annual )?report on internal control[a-z ]{0,40}|controls "
        r"and procedures|changes in and disagreements with[a-z ,]{0,90}|directors, executive officers[a-z ,]{0,60}"
        r"|executive compensation|exhibits?(?: and|,) financial statement schedules?|signatures|glossary[a-z ]{0,40}",
    ),
)
PLAIN_TITLE = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in PLAIN_TITLES))
ENDS_IN_A_PAGE = re.compile(r"[\s.]\d{1,3}\s*$")
AROUND_A_TITLE = re.compile(rf"^[\W\d_]+|\W*\(?\bcont(?:inued|'d)\)?\W*$|[\s.|{DASH}]+\d{{1,3}}\s*$|\W+$")


@dataclass(frozen=True)
class Division:
    """A report, divided into its items.

    Attributes
    ----------
    items
        Text of each item that was found, without white space around it.
    forms
        How each was found: ``heading``, ``title`` (a plain title, without the word "Item"), ``given`` (by the source);
        or ``reference``: all there is, is a few words that refer to another place.
    words_of_text
        Words of the report, as white space parts them.
    words_under_no_heading
        Words in front of the first heading, the cover, or behind a table of contents.
    words_of_shorter_segments
        Words under an item's heading that stand apart from the longest text of this item, and were not taken.
    """

    items: dict[str, str] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    words_of_text: int = 0
    words_under_no_heading: int = 0
    words_of_shorter_segments: int = 0


@dataclass(frozen=True)
class Segment:
    """Text from one heading to the next; the name is that of its item, or None under no heading."""

    name: str | None
    body: str
    continued: bool = False


def divide(text: str) -> Division:
    r"""Divide an annual report into its items.

    Parameters
    ----------
    text
        Plain text, in which the heading of an item begins a line: ``Item 7A. Quantitative ...``. Case, a part
        in front (``PART I, ITEM 1``) and the sign behind the number do not matter; what follows on the line belongs to
        the item, which ends where any other begins.

    Notes
    -----
    Headings of one item that follow each other, such as one on each page, are one item, and so are those that say that
    they continue it. Of an item that is found twice otherwise, the longer text counts. A table of contents, and a
    table of items and pages, is no item.

    Examples
    --------
    >>> division = divide("Cover.\nItem 1A\nAnvils fall.\n7\nItem 1A\nIron rusts.\nItem 2. Forges.\nItem 1A. Not.")
    >>> division.items["item_1a"].split()
    ['Anvils', 'fall.', '7', 'Iron', 'rusts.']
    >>> division.words_under_no_heading, division.words_of_shorter_segments
    (1, 1)
    """
    segments = _without_contents(_segments(text, find_headings(text)))
    found, shorter = _longest(segments)
    forms = {item: "reference" if _refers(body) else "heading" for item, body in found.items()}
    lost = sum(_words(body) for body in shorter if not _is_entry(body))
    unheaded = sum(_words(segment.body) for segment in segments if segment.name is None)
    for item, body, was_unheaded in _under_titles(segments):
        if forms.get(item, "reference") == "reference":
            found[item], forms[item] = body, "title"
            unheaded -= _words(body) if was_unheaded else 0
    return Division(found, forms, _words(text), unheaded, lost)


def given(items: dict[str, str]) -> Division:
    """The division of a report whose source tells the items apart."""
    there = {item: items[item] for item in ITEMS if items.get(item, "").strip()}
    forms = {item: "reference" if _refers(body) else "given" for item, body in there.items()}
    return Division(there, forms, sum(map(_words, there.values())))


def _words(text: str) -> int:
    return len(text.split())


def _segments(text: str, headings: list[Heading]) -> list[Segment]:
    ends = [*(heading.start for heading in headings), len(text)]
    of_items = (
        Segment(heading.name, text[heading.end : end].strip(), heading.continued)
        for heading, end in zip(headings, ends[1:], strict=True)
    )
    return [Segment(None, text[: ends[0]].strip()), *of_items]


def _refers(body: str) -> bool:
    """Whether there is nothing but a few words that name another place."""
    return (
        len(body) < 10 * MOST_WORDS_OF_A_REFERENCE
        and bool(REFERENCE.search(body))
        and _words(body) < MOST_WORDS_OF_A_REFERENCE
    )


def _is_entry(body: str) -> bool:
    """Whether a text is a title, with or without a page, or such lines."""
    if len(body) <= LONGEST_ENTRY:
        lines = " ".join(LEADERS.sub(" ", body).split())
        title = LAST_POINT.sub("", PAGES.sub("", lines).strip())
        if (
            ENTRY.match(title)
            and len(title.split()) <= WORDS_OF_AN_ENTRY
            and not re.search(r"[a-z)][.!?](?:\s|$)", title)
        ):
            return True
    return _has_pages(body) and bool(ENTRY.match(body))


def _has_pages(body: str) -> bool:
    """Whether every line ends in the number of a page, or the whole does."""
    if len(body) > LONGEST_ENTRIES:
        return False
    if len(body) <= LONGEST_ENTRY and PAGES.search(body):
        return True
    return all(PAGES.search(line) for line in body.splitlines() if line.strip())


def _without_contents(segments: list[Segment]) -> list[Segment]:
    """Segments without the entries of tables of contents, of which only the name :data:`CONTENTS` is left."""
    result = list(segments)
    for first, last in _tables(segments):
        result[first:last] = [Segment(CONTENTS, "")] * (last - first)
        # What follows a table stands in the segment of its last entry, or of the entry behind, which is longer then.
        for position in range(last - 1, min(last + 1, len(segments))):
            if segments[position].name not in ITEMS or _repeats_an_item(segments, first, position):
                result[position] = _behind_contents(segments[position])
    return result


def _repeats_an_item(segments: list[Segment], first: int, position: int) -> bool:
    """Whether a segment behind a table with pages is its last entry, and its item stands in front of the table."""
    name, line = segments[position].name, segments[position].body.partition("\n")[0]
    is_there = any(segment.name == name and not _is_entry(segment.body) for segment in segments[:first])
    is_in_the_table = any(segment.name == name for segment in segments[first:position])
    paged = sum(_has_pages(segment.body) for segment in segments[first:position])
    return is_there and not is_in_the_table and 2 * paged >= position - first and bool(ENDS_IN_A_PAGE.search(line))


def _tables(segments: list[Segment]) -> Iterator[tuple[int, int]]:
    """First and last (exclusive) segments of runs of entries that are a table of contents: each item once."""
    entries = [segment.name is not None and _is_entry(segment.body) for segment in segments]
    first = 0
    while first < len(segments):
        names: set[str | None] = set()
        last = first
        while last < len(segments) and entries[last] and segments[last].name not in names:
            names.add(segments[last].name)
            last += 1
        paged = sum(_has_pages(segment.body) for segment in segments[first:last])
        if len(names) >= SHORTEST_TABLE_WITHOUT_PAGES or (len(names) >= SHORTEST_TABLE and 2 * paged >= len(names)):
            yield first, last
        first = max(last, first + 1)


def _behind_contents(segment: Segment) -> Segment:
    """The last entry of a table of contents is followed by text that is under no heading."""
    begin = segment.body[:LONGEST_ENTRY]
    for entry in (re.split(r"\n\s*\n", begin, maxsplit=1)[0], begin.partition("\n")[0]):
        if _is_entry(entry):
            return Segment(None, segment.body[len(entry) :].strip())
    return segment


def _longest(segments: list[Segment]) -> tuple[dict[str, str], list[str]]:
    """The text of each item, and texts of items that are shorter than theirs."""
    groups: list[tuple[str, list[str]]] = []
    latest: dict[str, list[str]] = {}
    for before, segment in pairwise([Segment(None, ""), *segments]):
        if segment.name not in ITEMS:
            continue
        if segment.name in latest and (before.name == segment.name or segment.continued):
            latest[segment.name].append(segment.body)
        else:
            latest[segment.name] = [segment.body]
            groups.append((segment.name, latest[segment.name]))
    texts = [(item, "\n\n".join(filter(None, bodies))) for item, bodies in groups]
    found: dict[str, str] = {}
    for item, text in texts:
        if len(text) > len(found.get(item, "")):
            found[item] = text
    shorter = [text for item, text in texts if text is not found.get(item, "")]
    return {item: found[item] for item in ITEMS if item in found}, shorter


def _under_titles(segments: list[Segment]) -> Iterator[tuple[str, str, bool]]:
    """Items that stand under a plain title, each at its longest; and whether it stands under no heading."""
    best: dict[str, tuple[str, bool]] = {}
    for segment in segments:
        if segment.name is None or segment.name in LAST_ITEMS:
            for item, body in _longest(_plain_segments(segment.body))[0].items():
                if len(body) > len(best.get(item, ("", False))[0]):
                    best[item] = body, segment.name is None
    for item, (body, unheaded) in best.items():
        if _words(body) >= FEWEST_WORDS_UNDER_A_TITLE:
            yield item, body, unheaded


def _plain_segments(body: str) -> list[Segment]:
    headings = []
    for line in LINE.finditer(body):
        if line.end() - line.start() > LONGEST_TITLE:
            continue
        words = " ".join(plain(line[0]).lower().replace("\u2019", "'").replace("\x92", "'").split())
        title = PLAIN_TITLE.fullmatch(AROUND_A_TITLE.sub("", AROUND_A_TITLE.sub("", words)))
        if title:
            headings.append(Heading(str(title.lastgroup), line.start(), line.end(), continued=False))
    return _segments(body, headings)
