"""From sentences of filings to sequences of ids: which items are used, phrases, vocabulary, and what is too short."""

import logging
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pandas as pd
from joblib import cpu_count
from pydantic import Field

from rnn_trading.filings.reading import Sentences, on_all_cores
from rnn_trading.parameters import parameters
from rnn_trading.progress import Reports
from rnn_trading.text.phrases import PhraseParameters, Phrases, learn_phrases
from rnn_trading.text.text import (
    Side,
    TokenSequences,
    VocabularyParameters,
    Words,
    encode,
    fit_vocabulary,
    join_words,
    split_at_spaces,
)

logger = logging.getLogger(__name__)

FEWEST_IN_A_PIECE = 25
FLAGS = ("no_peers", "far_shorter", "far_longer")
FittedOn = Literal["train", "all"]


@parameters
class ItemParameters:
    """Which items are credible.

    Parameters
    ----------
    shortest, longest
        Words of an item in units of the median of its peers, the same items of other filings. Items outside are
        flagged: mostly headings without their text, or items whose end was not found.
    fewest_peers
        Items of which fewer peers are known are flagged too.
    flagged
        ``leave_out`` or ``keep``; they are counted in any case.
    fitted_on
        Filings whose median counts: ``train`` or ``all``.
    """

    shortest: Annotated[float, Field(ge=0, lt=1)]
    longest: Annotated[float, Field(gt=1)]
    fewest_peers: Annotated[int, Field(ge=1)]
    flagged: Literal["leave_out", "keep"]
    fitted_on: FittedOn


@parameters
class FilingReadingParameters:
    """How the sentences of a filing become the input of a network.

    Parameters
    ----------
    items, phrases, vocabulary
        See :class:`ItemParameters`, :class:`rnn_trading.text.phrases.PhraseParameters` and
        :class:`rnn_trading.text.text.VocabularyParameters`.
    tokens
        Length of the network's input.
    fewest_tokens
        Filings with fewer are left out.
    padding, cutting
        Side on which shorter filings are filled up with ``<padding>``, and on which longer ones lose tokens.
    """

    items: ItemParameters
    phrases: PhraseParameters
    vocabulary: VocabularyParameters
    tokens: Annotated[int, Field(ge=1)]
    fewest_tokens: Annotated[int, Field(ge=1)]
    padding: Side
    cutting: Side


def check_items(items: pd.DataFrame, train: pd.Index, rules: ItemParameters) -> pd.DataFrame:
    """Flag items that are far shorter or longer than their peers.

    Parameters
    ----------
    items
        See :class:`rnn_trading.filings.reading.Sentences`.
    train
        Ids of the training filings.
    rules
        See :class:`ItemParameters`.

    Returns
    -------
    pandas.DataFrame
        The same with ``flag``: ``no_peers``, ``far_shorter``, ``far_longer``, or missing; and ``used``: there
        is an item, and it is
        not to be left out.
    """
    there = items["item"].notna()
    peers = items[there & items["filing_id"].isin(train)] if rules.fitted_on == "train" else items[there]
    of_peers = peers[peers["words"] > 0].groupby("item")["words"]
    median, known = (items["item"].map(values) for values in (of_peers.median(), of_peers.size()))
    flag = pd.Series(None, index=items.index, dtype="str")
    flag = flag.mask(there & ~(known >= rules.fewest_peers), "no_peers")
    flag = flag.mask(flag.isna() & (items["words"] < rules.shortest * median), "far_shorter")
    flag = flag.mask(flag.isna() & (items["words"] > rules.longest * median), "far_longer")
    used = there & (flag.isna() | (rules.flagged == "keep"))
    return items.assign(flag=flag, used=used)


def describe_items(items: pd.DataFrame) -> dict[str, Any]:
    """Per item: how many filings have it, its median words, how many have each flag, and how it was found.

    ``under_a_plain_title``, ``by_reference``: see :class:`rnn_trading.filings.segments.Division`.
    """
    there = items[items["item"].notna()]
    return {
        item: {
            "filings": len(rows),
            "median_words": float(rows["words"].median()),
            **{flag: int((rows["flag"] == flag).sum()) for flag in FLAGS},
            "under_a_plain_title": int((rows["form"] == "title").sum()),
            "by_reference": int((rows["form"] == "reference").sum()),
        }
        for item, rows in there.groupby("item")
    }


def phrases_of(sentences: Sentences, items: pd.DataFrame, rules: PhraseParameters) -> Phrases:
    """Find phrases in the sentences of items; see :func:`rnn_trading.text.phrases.learn_phrases`."""
    return learn_phrases(lambda: _sentences(sentences, items), rules)


def _sentences(sentences: Sentences, items: pd.DataFrame) -> Iterator[list[str]]:
    reports, filings = Reports(), 0
    for batch in sentences.batches(items):
        filings += batch["filing_id"].nunique()
        if reports.due():
            logger.info("Counting words and pairs of words: %s filings", f"{filings:,}")
        for of_item in batch["sentences"]:
            yield from (sentence.split() for sentence in of_item)


def words_of(sentences: Sentences, items: pd.DataFrame, phrases: Phrases) -> tuple[pd.Index, Words]:
    """Words and phrases of filings, their items in the order of the report.

    Returns
    -------
    tuple
        Ids of the filings, in the order in which ``items`` has them, and their words.
    """
    order, found = [], []
    reports = Reports()
    for batch in sentences.batches(items):
        pieces = _pieces(batch)
        characters = sum(len(sentence) for of_item in batch["sentences"] for sentence in of_item)
        joined = on_all_cores([(_join, piece, phrases.scores) for piece in pieces], characters)
        for piece, words in zip(pieces, joined, strict=True):
            order += piece.index.tolist()
            found.append(words)
        if reports.due():
            logger.info("Joining phrases: %s filings", f"{len(order):,}")
    words = join_words(found)
    ids = pd.Index(items["filing_id"].unique())
    positions = pd.Index(order).get_indexer(ids)
    return ids, Words(words.sequences.take(positions), words.distinct)


def _pieces(batch: pd.DataFrame) -> list[pd.Series]:
    """Sentences of whole filings, items in their order, in about as many pieces as keep all cores busy."""
    of_filing = (
        batch.sort_values(["filing_id", "item"])
        .groupby("filing_id")["sentences"]
        .agg(lambda items: [sentence for sentences in items for sentence in sentences])
    )
    size = max(FEWEST_IN_A_PIECE, -(-len(of_filing) // (2 * cpu_count())))
    return [of_filing.iloc[start : start + size] for start in range(0, len(of_filing), size)]


def _join(filings: pd.Series, scores: list[dict[str, float]]) -> Words:
    phrases = Phrases(scores)
    return split_at_spaces(
        [" ".join(word for line in lines for word in phrases.join(line.split())) for lines in filings]
    )


def sequences_of(words: Words, fitted_on: pd.Series, rules: VocabularyParameters) -> tuple[list[str], TokenSequences]:
    """Fit a vocabulary and replace words by their ids.

    Parameters
    ----------
    words
        Of filings.
    fitted_on
        Boolean, ``(filings,)``: those whose words are counted.
    rules
        See :class:`rnn_trading.text.text.VocabularyParameters`.

    Returns
    -------
    tuple
        Words by id, and the sequences of ids.
    """
    vocabulary = fit_vocabulary(words.counts(fitted_on.to_numpy().nonzero()[0]), rules.size, rules.reserved)
    return vocabulary, encode(words, vocabulary)
