"""Headings of the items of an annual report: which line is one, of which item, and which is part of a sentence.

A text is read line by line, and of a line only its first :data:`HEAD` characters are looked at, so that time grows as
the length of the text does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

ITEMS = ("item_1", "item_1a", "item_7", "item_7a")
HEAD, TAIL = 240, 60
# All items, in the order of the form.
ORDER = "1 1a 1b 1c 2 3 4 5 6 7 7a 8 9 9a 9b 9c 10 11 12 13 14 15 16".split()
ROMAN = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI".split()
SPELLED = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
TITLES = (
    "business|our business|description of|risk factors|unresolved|cybersecurity|propert|legal|mine safety|submission"
    r"|market for|selected|\W?(?:removed|reserved)|management|md&a|quantitative|qualitative|financial statements"
    "|supplementary|consolidated|changes in|disagreements|controls|other|disclosure|directors|executive|security"
    r"|certain|principal|exhibit|form 10-k|not applicable|none\b|omitted|\W?continued"
)
# The rest of a line in which every word but small ones begins with a capital.
IN_CAPITALS = r"(?-i:(?=[A-Z(](?:\S|\s(?=[A-Z(&]|(?:and|of|the|about|for|in|on|to)\b))*$))"
DASH = r"\-\u2010-\u2015"
DIGITS = r"(?:1[0-6]|[1-9])(?!\d)"
PLACE = rf"[\s*#|_]*(?:table\s+of\s+contents\s*)?(?:part\s+(?:i{{1,3}}|iv|[1-4])\b[\s.,:;|/\u00b7\u2022{DASH}]*)?"
FURTHER = (
    rf"(?:\.?\s*(?:,\s*and\b|,|and\b|&|/|through\b|to\b)\s*(?:items?\s*)?|[{DASH}])"
    rf"(?P<{{}}>{DIGITS}\s?\(?[abc]?)\)?(?![\w'\u2019])"
)
ANOTHER = re.compile(FURTHER.format("item"), re.IGNORECASE)
NUMBER = (
    rf"(?:item(?:s|\(s\))?\s*(?:no\.?\s*|\#\s*)?"
    rf"(?:(?P<digits>{DIGITS})|(?P<spelled>{'|'.join(reversed(SPELLED))})(?![a-z])"
    rf"|(?-i:(?P<roman>{'|'.join(reversed(ROMAN))})(?=[ABC]?\b)))"
    r"|i\st\se\sm(?:\ss)?\s+(?P<spaced>1\s?[0-6](?!\d)|[1-9]))"
    rf"(?:(?:\s{{0,2}}(?P<bracket>\()?|[{DASH}])(?P<letter>[abc])\)?(?:(?![\w'\u2019])|(?={TITLES}))(?:\s*\(t\))?)?"
    rf"(?P<further>(?:{FURTHER.format('last')}){{0,9}})"
)
SIGN = rf"[*_|]*[.:;|*)\]\u00b7\u2022{DASH}]"
# A line that begins "Item 7A.", "PART II, ITEM 7 - ...", "Items 1 and 2. ...", "**Item 8** Financial Statements", "Item
# VII", "Item Seven" or "I T E M  7"; between the number and the text stands a sign, the end of the line, a known title,
# or words in capitals. "Item 7, above, ..." and "Item 7 of this report" are sentences.
HEADING = re.compile(rf"{PLACE}{NUMBER}\s*(?:{SIGN}|$|(?=\(cont|{TITLES})|{IN_CAPITALS})", re.IGNORECASE)
# Collections of reports whose items were parted before mark each with a sign of degrees: no other is needed.
MARK = "\u00b0"
MARKED = re.compile(rf"{PLACE}{NUMBER}\s*(?:{SIGN}|$|\b)", re.IGNORECASE)
MAYBE = re.compile(r"[\s*#|_]*(?:part\b|table\b|i\s?t\s?e\s?m)", re.IGNORECASE)
LONE_WORD = re.compile(rf"{PLACE}items?\s*(?:no\.?\s*)?", re.IGNORECASE)
LONE_PART = re.compile(rf"[\s*#|_]*part\s+(?:i{{1,3}}|iv|[1-4])[\s.,:;|*_{DASH}]*", re.IGNORECASE)
# "Item 1(a) General Development of Business" is a part of item 1, as the rules number it, and not item 1A.
OF_ITEM_1 = re.compile(r"\W*(?:general|financial information|narrative|industry|foreign|available)\b", re.IGNORECASE)
CONTINUED = re.compile(rf"[(,:{DASH}]\s*cont(?:inued|['\u2019]?d|\.)|\bcont(?:inued|['\u2019]d)\W*$", re.IGNORECASE)
# What a line ends with if the sentence goes on in the next one: "see", "Part II", a comma.
OPEN_END = re.compile(
    r"(?:[,(\u201c\u2018]|(?:^|[\s(])\"|\b(?:see|also|in|into|under|of|to|and|or|with|within|the|this|our|by|from|at|on|for|both|"
    r"either|through|captioned|captions?|headings?|headed|entitled|titled|sections?|refer|reference|part"
    r"|part\s+(?:i{1,3}|iv|[1-4])))\s*$",
    re.IGNORECASE,
)
LINE = re.compile(rf"[^\n\r\f\v\x85\u2028\u2029{MARK}]+")
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"), " ")
SPACES = re.compile(r"&(?:nbsp|ensp|emsp|thinsp|#160|#xa0|#819[2-9]|#8201);?", re.IGNORECASE)


@dataclass(frozen=True)
class Heading:
    """A heading in a text.

    Attributes
    ----------
    name
        Of the item: ``item_7a``. Of a heading of several items, the first of :data:`ITEMS` among them, or the first.
    start
        Where it begins; the text before it belongs to the item before.
    end
        Where the text of the item begins: what follows on the line of the heading belongs to it.
    continued
        Whether it says that the item began further up.
    """

    name: str
    start: int
    end: int
    continued: bool


class Line(NamedTuple):
    """A line with anything on it: where it stands, how it begins and ends, and what is right in front of it."""

    start: int
    head: str
    tail: str
    follows: bool  # the line before it directly: neither a blank line nor a page lies between
    marked: bool


def find_headings(text: str) -> list[Heading]:
    r"""Find the headings of all items, in their order.

    Examples
    --------
    >>> [heading.name for heading in find_headings("PART I, ITEM 1A: Risk Factors\nSee\nItem 7. Of us.\nItem Two.")]
    ['item_1a', 'item_2']
    """
    lines = list(_lines(text))
    found = []
    for number, line in enumerate(lines):
        if not MAYBE.match(line.head):
            continue
        match, begin = _match(line), line.start
        if match is None and LONE_WORD.fullmatch(line.head) and number + 1 < len(lines):
            match = HEADING.match(f"item {lines[number + 1].head}")
            begin = lines[number + 1].start - len("item ")
        before = lines[number - 1] if number else None
        in_part = before is not None and LONE_PART.fullmatch(before.head) is not None
        if match is None or (before is not None and line.follows and not in_part and OPEN_END.search(before.tail)):
            continue
        opening = before if before is not None and in_part else line
        start = opening.start - opening.marked
        continued = CONTINUED.search(match.string, match.end()) is not None
        found.append(Heading(_name(match), start, begin + match.end(), continued))
    return found


def plain(head: str) -> str:
    """A piece of a line, as long as before, in which all that shows as a space is one."""
    head = head.translate(INVISIBLE)
    return SPACES.sub(lambda entity: " " * len(entity[0]), head) if "&" in head else head


def _lines(text: str) -> Iterator[Line]:
    end = 0
    for match in LINE.finditer(text):
        head = plain(text[match.start() : min(match.end(), match.start() + HEAD)])
        if head.strip():
            gap = text[end : match.start()]
            follows = max(gap.count("\n"), gap.count("\r")) <= 1 and "\f" not in gap
            tail = text[max(match.start(), match.end() - TAIL) : match.end()]
            yield Line(match.start(), head, tail, follows, gap.endswith(MARK))
            end = match.end()


def _match(line: Line) -> re.Match[str] | None:
    return (MARKED if line.marked else HEADING).match(line.head)


def _name(match: re.Match[str]) -> str:
    if match["digits"] or match["spaced"]:
        number = int("".join((match["digits"] or match["spaced"]).split()))
    elif match["roman"]:
        number = ROMAN.index(match["roman"]) + 1
    else:
        number = SPELLED.index(match["spelled"].lower()) + 1
    letter = (match["letter"] or "").lower()
    if number == 1 and match["bracket"] and OF_ITEM_1.match(match.string, match.end()):
        letter = ""
    named = [f"{number}{letter}"]
    for another in ANOTHER.finditer(match["further"]):
        item = re.sub(r"[\s(]", "", another["item"]).lower()
        is_range = re.match(rf"\.?\s*(?:through|to|[{DASH}])", another[0], re.IGNORECASE)
        if is_range and named[-1] in ORDER and item in ORDER:
            named += ORDER[ORDER.index(named[-1]) + 1 : ORDER.index(item)]
        named.append(item)
    names = [f"item_{item}" for item in named]
    return next((name for name in names if name in ITEMS), names[0])
