"""The text of one filing: its items, their sentences, and the words that are left of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import Field, model_validator

from rnn_trading.parameters import parameters

ITEMS = ("item_1", "item_1a", "item_7", "item_7a")
UNDECODABLE = "\ufffd"
TITLES = (
    "business|risk factors|unresolved|cybersecurity|propert|legal|mine safety|submission|market for|selected|reserved"
    "|management|quantitative|qualitative|financial statements|consolidated|changes in|disagreements|controls|other"
    "|disclosure|directors|executive|security|certain|principal|exhibit|form 10-k"
)
# The rest of a line in which every word but small ones begins with a capital.
IN_CAPITALS = r"(?-i:(?=[A-Z(](?:\S|[^\S\n](?=[A-Z(&]|(?:and|of|the|about|for|in|on|to)\b))*$))"
# A line that begins "Item 7A.", "PART II, ITEM 7 - ...", "Items 1 and 2. ..." or "**Item 8** Financial Statements";
# between the number and the text stands a sign, the end of the line, a known title, or words in capitals. "Item 7,
# above, ..." and "Item 7 of this report" are sentences.
HEADING = re.compile(
    r"^[\s*#|_]*(?:part\s+i{1,3}v?[\s.,:;|\-\u2013\u2014]*)?"
    r"items?\s*(?:no\.?\s*)?(?P<number>1[0-6]|[1-9])\s*\(?(?P<letter>[abc]?)\)?(?:\s*\(t\))?"
    r"(?:\s*(?:and|&)\s*(?:item\s*)?\d{1,2}\s*\(?[abc]?\)?)?"
    rf"[^\S\n]*(?:[*_|]*[.:;|*\-\u2013\u2014]|$|(?={TITLES})|{IN_CAPITALS})",
    re.IGNORECASE | re.MULTILINE,
)
# What spaCy's stop words lack.
PRONOUNS = frozenset("anybody everybody oneself ourself somebody theirs themself whichever whomever".split())
LONGEST_TEXT = 10**9


@parameters
class SentenceParameters:
    """Which sentences are kept.

    Parameters
    ----------
    fewest_words, most_words
        Of a sentence, after stop words, numbers, punctuation and pronouns have gone.
    """

    fewest_words: Annotated[int, Field(ge=1)]
    most_words: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _check_order(self) -> "SentenceParameters":
        if self.fewest_words > self.most_words:
            raise ValueError(
                "no sentence would be kept: expected fewest_words of at most most_words. Received: "
                f"{self.fewest_words} and {self.most_words}"
            )
        return self


@dataclass(frozen=True)
class RawFiling:
    """One filing as it came.

    Attributes
    ----------
    filing_id
        Its id.
    text
        The whole text, of which items are found by their headings; or None.
    items
        Texts by item, where the source tells them apart.
    """

    filing_id: str
    text: str | None
    items: dict[str, str]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing but white space."""
        return not any(text.strip() for text in (self.text or "", *self.items.values()))

    @property
    def is_undecodable(self) -> bool:
        """Whether bytes were replaced that are no text."""
        return any(UNDECODABLE in text for text in (self.text or "", *self.items.values()))

    def split(self) -> dict[str, str]:
        """Texts of items 1, 1A, 7 and 7A, in this order, without empty ones; of a whole text if none is given."""
        found = self.items if any(text.strip() for text in self.items.values()) else split_items(self.text or "")
        return {item: found[item] for item in ITEMS if found.get(item, "").strip()}


def split_items(text: str) -> dict[str, str]:
    """Find the items of an annual report by their headings.

    Parameters
    ----------
    text
        Plain text, in which the heading of an item begins a line: ``Item 7A. Quantitative ...``. Case, a part
        in front (``PART I, ITEM 1``) and the sign behind the number do not matter; what follows on the line belongs to
        the item.

    Returns
    -------
    dict
        Text by ``item_1``, ``item_1a``, ``item_7``, ``item_7a``, up to the heading of any item that follows. An item
        that is found twice, as in a table of contents, is the longer one. Items that are not found are left out.
    """
    headings = list(HEADING.finditer(text))
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    found: dict[str, str] = {}
    for heading, end in zip(headings, ends, strict=False):
        name = f"item_{heading['number']}{heading['letter'].lower()}"
        body = text[heading.end() : end].strip()
        if name in ITEMS and len(body) > len(found.get(name, "")):
            found[name] = body
    return found


def clean_sentences(text: str, rules: SentenceParameters) -> list[str]:
    """Split a text into sentences and keep what carries meaning.

    Parameters
    ----------
    text
        Plain text. A blank line ends a sentence, a single line break does not.
    rules
        See :class:`SentenceParameters`.

    Returns
    -------
    list of str
        Sentences of lower-case alphabetic words with one space between them, without stop words and words for numbers
        (spaCy's) and without pronouns; those that are too short or too long are left out.
    """
    sentences = []
    for document in _pipeline().pipe(_paragraphs(text)):
        for sentence in document.sents:
            words = [
                token.lower_
                for token in sentence
                if token.is_alpha and not token.is_stop and not token.like_num and token.lower_ not in PRONOUNS
            ]
            if rules.fewest_words <= len(words) <= rules.most_words:
                sentences.append(" ".join(words))
    return sentences


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text):
        words = " ".join(paragraph.split())
        if words:
            yield words


@cache
def _pipeline() -> Any:
    # Takes most of a second to import: only a run that reads filings pays for it.
    import spacy  # noqa: PLC0415

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    pipeline.max_length = LONGEST_TEXT  # the limit is for parsers, of which there is none
    return pipeline
