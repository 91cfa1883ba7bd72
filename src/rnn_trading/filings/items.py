"""The text of one filing: its items, their sentences, and the words that are left of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Annotated, Any

from pydantic import Field, model_validator

from rnn_trading.filings.segments import Division, divide, given
from rnn_trading.parameters import parameters

UNDECODABLE = "\ufffd"
TAG = re.compile(r"</(?:p|div|td|tr|font|span)>", re.IGNORECASE)
TAGS_WITHIN, FEWEST_TAGS = 100_000, 10
# What spaCy's stop words lack.
PRONOUNS = frozenset("anybody everybody oneself ourself somebody theirs themself whichever whomever".split())
LONGEST_TEXT, LONGEST_WORD = 10**9, 500


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
    def characters(self) -> int:
        """How many characters its texts have."""
        return sum(len(text) for text in (self.text or "", *self.items.values()))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing but white space."""
        return not any(text.strip() for text in (self.text or "", *self.items.values()))

    @property
    def is_undecodable(self) -> bool:
        """Whether bytes were replaced that are no text."""
        return any(UNDECODABLE in text for text in (self.text or "", *self.items.values()))

    @property
    def is_html(self) -> bool:
        """Whether a text is a web page that has not been converted: its tags would be read as words."""
        return any(
            len(TAG.findall(text[:TAGS_WITHIN])) >= FEWEST_TAGS for text in (self.text or "", *self.items.values())
        )

    @property
    def is_rtf(self) -> bool:
        """Whether a text is in Rich Text Format: its commands would be read as words."""
        begins = (text[:100].lstrip("\ufeff \n\r\t") for text in (self.text or "", *self.items.values()))
        return any(begin.startswith("{\\rtf") for begin in begins)

    def divide(self) -> Division:
        """Its items: those of the source, if any has a text; or those that are found in the whole text."""
        if any(text.strip() for text in self.items.values()):
            return given(self.items)
        return divide(self.text or "")

    def split(self) -> dict[str, str]:
        """Texts of items 1, 1A, 7 and 7A, in this order, without those that have none."""
        return self.divide().items


def split_items(text: str) -> dict[str, str]:
    r"""Find the items of an annual report; see :func:`rnn_trading.filings.segments.divide`.

    Returns
    -------
    dict
        Text by ``item_1``, ``item_1a``, ``item_7``, ``item_7a``. Items that are not found are left out.

    Examples
    --------
    >>> split_items("Item 1. Business\nWe make anvils.\nItem 2. Properties\nOne forge.")
    {'item_1': 'Business\nWe make anvils.'}
    """
    return divide(text).items


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
    """Lines between blank lines, joined; what is too long for a word is cut in pieces."""
    for there, lines in groupby(text.split("\n"), key=lambda line: bool(line.strip())):
        if there:
            yield " ".join(piece for line in lines for word in line.split() for piece in wrap_word(word))


def wrap_word(word: str) -> list[str]:
    """A word in pieces of at most :data:`LONGEST_WORD` characters.

    spaCy takes signs off both ends of a word one by one, and looks at the rest each time: a word of 8,000 brackets
    takes it 11 seconds, and one of twice the length four times as long.
    """
    return [word[start : start + LONGEST_WORD] for start in range(0, len(word), LONGEST_WORD)]


@cache
def _pipeline() -> Any:
    # Takes most of a second to import: only a run that reads filings pays for it.
    import spacy  # noqa: PLC0415

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    pipeline.max_length = LONGEST_TEXT  # the limit is for parsers, of which there is none
    return pipeline
