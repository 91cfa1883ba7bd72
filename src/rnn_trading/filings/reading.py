"""From the text of many filings to sentences: on all cores, in pieces, and each filing once.

A filing that was read before, by the same rules, is known by a hash of its text and is not read again, so that a run
that breaks off goes on where it was.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import islice
from typing import Any, Protocol, TypeVar

import pandas as pd
from joblib import Parallel, cpu_count, delayed
from joblib.externals.loky import get_reusable_executor

from rnn_trading.filings.filings import FilingSource
from rnn_trading.filings.items import RawFiling, SentenceParameters, clean_sentences
from rnn_trading.filings.segments import Division
from rnn_trading.progress import Reports

logger = logging.getLogger(__name__)

# Raised when what is made of a text changes, so that nothing that was read before is taken for it.
READING_VERSION = 2
BATCH = 50
# To start one process a core takes 1.5 s; meanwhile, a process that is there reads 3 million characters.
FEWEST_CHARACTERS = 5_000_000
Piece = TypeVar("Piece")
WORDS = ("words_of_text", "words_under_no_heading", "words_of_shorter_segments")
COLUMNS = ["key", "item", "sentences", "words", "problem", "undecodable", "form", *WORDS]


@dataclass(frozen=True)
class ReadFilings:
    """Some filings, read.

    Attributes
    ----------
    key_of
        Hash of text and rules, by ``filing_id``.
    table
        Filings among them that were not known, one row an item: ``key``, ``item``, ``sentences`` (list of text, see
        :func:`rnn_trading.filings.items.clean_sentences`), ``words`` (of all these sentences), ``problem`` (missing;
        of a filing without any item, in a single row, ``empty_text``, ``html``, ``rtf`` or ``no_items``),
        ``undecodable`` (the text held bytes that are none), ``form`` (how the item was found, missing without any) and,
        of the whole filing, ``words_of_text``, ``words_under_no_heading`` and ``words_of_shorter_segments``; see
        :class:`rnn_trading.filings.segments.Division`.
    """

    key_of: dict[str, str]
    table: pd.DataFrame


@dataclass(frozen=True)
class FilingReading:
    """Filings that are read when they are asked for.

    Attributes
    ----------
    source, rules
        What is read, and which sentences are kept.
    """

    source: FilingSource
    rules: SentenceParameters

    def read(self, known: set[str]) -> Iterator[ReadFilings]:
        """Read the filings whose keys are not known, and give them in pieces.

        A text that is found for the second time in one piece or a later one is read once.
        """
        reports, done, read = Reports(), 0, 0
        known = set(known)
        for pieces in _groups(_pieces(self.source.read()), 2 * cpu_count()):
            new, keys = [], []
            for piece in pieces:
                keys.append({filing.filing_id: self.key(filing) for filing in piece})
                wanted = {keys[-1][filing.filing_id]: filing for filing in piece}
                new.append({key: filing for key, filing in wanted.items() if key not in known})
                known |= wanted.keys()
            characters = sum(filing.characters for keyed in new for filing in keyed.values())
            tables = on_all_cores([(read_filings, keyed, self.rules) for keyed in new], characters)
            for key_of, keyed, table in zip(keys, new, tables, strict=True):
                done, read = done + len(key_of), read + len(keyed)
                if reports.due():
                    logger.info(
                        "%s of %s filings, %s of them read now", *map("{:,}".format, (done, len(self.source), read))
                    )
                yield ReadFilings(key_of, table)
        logger.info("%s filings: %s read now, %s before", *map("{:,}".format, (done, read, done - read)))

    def key(self, filing: RawFiling) -> str:
        """Hash of a filing's text, of the rules, and of the library that splits sentences."""
        content = [READING_VERSION, version("spacy"), asdict(self.rules), filing.text, filing.items]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def read_filings(keyed: dict[str, RawFiling], rules: SentenceParameters) -> pd.DataFrame:
    """Sentences of some filings, by their keys; see :class:`ReadFilings`."""
    rows: list[dict[str, Any]] = []
    for key, filing in keyed.items():
        unconverted = "html" if filing.is_html else "rtf" if filing.is_rtf else None
        division = Division() if unconverted else filing.divide()
        words_of = {name: getattr(division, name) for name in WORDS}
        shared = {"key": key, "undecodable": filing.is_undecodable, **words_of}
        if not division.items:
            problem = unconverted or ("empty_text" if filing.is_empty else "no_items")
            rows.append(shared | {"item": None, "sentences": [], "words": 0, "problem": problem, "form": None})
        for item, text in division.items.items():
            sentences = clean_sentences(text, rules)
            words = sum(sentence.count(" ") + 1 for sentence in sentences)
            form = division.forms[item]
            rows.append(shared | {"item": item, "sentences": sentences, "words": words, "problem": None, "form": form})
    return pd.DataFrame(rows, columns=COLUMNS)


def describe_texts(items: pd.DataFrame) -> dict[str, int]:
    """Count how much of the texts of filings is in no item, and how items were found.

    Parameters
    ----------
    items
        See :class:`Sentences`.

    Returns
    -------
    dict
        ``read``: filings that have a text; ``words_of_text``, ``words_under_no_heading``,
        ``words_of_shorter_segments``: see :class:`rnn_trading.filings.segments.Division`; ``items_under_plain_titles``,
        ``items_by_reference``: of all filings, items without a heading of their own, and items that only name another
        place.
    """
    filings = items.drop_duplicates("filing_id")
    return {
        "read": len(filings),
        **{name: int(filings[name].sum()) for name in WORDS},
        "items_under_plain_titles": int((items["form"] == "title").sum()),
        "items_by_reference": int((items["form"] == "reference").sum()),
    }


class Sentences(Protocol):
    """Sentences of filings that were read."""

    @property
    def items(self) -> pd.DataFrame:
        """Those of :class:`ReadFilings`, by ``filing_id`` in place of ``key``, without ``sentences``, in order."""

    def batches(self, items: pd.DataFrame) -> Iterator[pd.DataFrame]:
        """Columns ``filing_id``, ``item`` and ``sentences`` of the items given, in pieces with whole filings."""


def on_all_cores(calls: list[tuple[Any, ...]], characters: int) -> Iterator[Any]:
    """Results of calls, each a function and its arguments, in their order, by one process a core.

    A single call, or calls that read fewer characters than ``FEWEST_CHARACTERS`` between them, stay in this process:
    starting others would take longer.
    """
    workers = 1 if len(calls) < 2 or characters < FEWEST_CHARACTERS else -1
    try:
        yield from Parallel(n_jobs=workers, return_as="generator")(delayed(call[0])(*call[1:]) for call in calls)
    finally:
        if workers != 1:
            # They would stay for minutes, waiting for more calls: a process of a runner cannot end before those that it
            # started, and calls that come just when they give up waiting have been seen to wait without end.
            get_reusable_executor(reuse=True).shutdown()


def _pieces(filings: Iterator[RawFiling]) -> Iterator[list[RawFiling]]:
    while piece := list(islice(filings, BATCH)):
        yield piece


def _groups(pieces: Iterable[Piece], size: int) -> Iterator[list[Piece]]:
    iterator = iter(pieces)
    while group := list(islice(iterator, size)):
        yield group
