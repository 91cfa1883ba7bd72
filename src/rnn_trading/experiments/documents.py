"""Filings on their way to a network: labelled, divided, read, and as sequences of ids."""

import logging
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.experiments import wiring
from rnn_trading.experiments.folds import ALL, split_of_fold
from rnn_trading.experiments.vectors import vectors_of
from rnn_trading.filings.reading import Sentences
from rnn_trading.filings.returns import FilingReturnParameters, forward_returns, market_sessions
from rnn_trading.filings.sequences import FilingReadingParameters, check_items, phrases_of, sequences_of, words_of
from rnn_trading.filings.splits import FilingSplitParameters, describe_problems, divide_filings, refuse_small_parts
from rnn_trading.models.parameters import FilingNetworkParameters
from rnn_trading.plan import FINAL
from rnn_trading.splits.walk_forward import WalkForwardParameters
from rnn_trading.text.phrases import Phrases
from rnn_trading.text.text import TokenSequences, Words, encode, refuse_masked_front
from rnn_trading.text.word_vectors import PhraseVectors, WordVectors

logger = logging.getLogger(__name__)


def label_filings(
    filings: pd.DataFrame, filing_prices: pd.DataFrame, filing_sentences: Sentences, label: FilingReturnParameters
) -> pd.DataFrame:
    """Return after each filing that has a text; see :func:`rnn_trading.filings.returns.forward_returns`.

    Filings without a text are ``no_text`` (the source has none), ``empty_text``, ``html``, ``rtf`` or ``no_items``.
    """
    return forward_returns(filings, filing_prices, label, unreadable(filings, filing_sentences))


def unreadable(filings: pd.DataFrame, filing_sentences: Sentences) -> pd.Series:
    """Why a filing has no text to read, by id; missing where it has one. See :func:`label_filings`."""
    of_text = filing_sentences.items.groupby("filing_id")["problem"].first()
    unusable = of_text.astype("str").where(of_text.notna()).reindex(filings.index)
    return unusable.mask(~filings.index.isin(of_text.index), "no_text")


def split_filings(
    returns: pd.DataFrame,
    filing_prices: pd.DataFrame,
    split: FilingSplitParameters,
    walk_forward: WalkForwardParameters,
) -> pd.DataFrame:
    """Part of each filing in every fold; see :func:`rnn_trading.filings.splits.divide_filings`."""
    return divide_filings(returns, market_sessions(filing_prices), split, walk_forward)


def parts_of_fold(parts: pd.DataFrame, fold: str) -> pd.DataFrame:
    """Part of each filing in one fold: ``split``, and ``problem``, why it is in none of any fold."""
    return split_of_fold(parts, fold).assign(problem=parts["problem"])


def flag_items(
    filing_sentences: Sentences,
    parts: pd.DataFrame,
    reading: FilingReadingParameters,
    architecture: FilingNetworkParameters,
) -> pd.DataFrame:
    """Say which items are used; see :func:`rnn_trading.filings.sequences.check_items`.

    Raises
    ------
    ValueError
        If the network masks padding, and padding is not at the back: here, before much work is lost.
    """
    refuse_masked_front(reading.padding, masked=architecture.mask_padding)
    items = check_items(filing_sentences.items, _ids(parts, "train"), reading.items)
    flagged = int(items["flag"].notna().sum())
    if flagged:
        logger.warning(
            "%d items are far shorter or longer than their peers, or have none, and are %s",
            *(flagged, "left out" if reading.items.flagged == "leave_out" else "kept"),
        )
    return items


def find_phrases(
    filing_sentences: Sentences, items: pd.DataFrame, parts: pd.DataFrame, reading: FilingReadingParameters
) -> list[dict[str, float]]:
    """Phrases of each pass, and their scores; see :class:`rnn_trading.text.phrases.Phrases`."""
    used = items[items["used"]]
    if reading.phrases.fitted_on == "train":
        used = used[used["filing_id"].isin(_ids(parts, "train"))]
    phrases = phrases_of(filing_sentences, used, reading.phrases)
    logger.info("Phrases: %s", ", then ".join(f"{len(found):,}" for found in phrases.scores) or "none looked for")
    return phrases.scores


def encode_filings(
    filing_sentences: Sentences,
    items: pd.DataFrame,
    phrases: list[dict[str, float]],
    returns: pd.DataFrame,
    parts: pd.DataFrame,
    reading: FilingReadingParameters,
) -> dict[str, Any]:
    """Join phrases, give words ids, and settle which filings are used.

    Returns
    -------
    dict
        ``words``: the vocabulary by id. ``sequences``: `TokenSequences` of these ids, whole filings that have an item
        in use. ``documents``: every filing of the index, index ``filing_id``: ``firm``, ``entry``, ``exit``, ``truth``,
        ``early``, ``stale``, ``tokens``, ``sequence`` (position among the sequences, -1 for none), ``split`` (missing
        where it is not used) and ``problem`` (why not).

    Raises
    ------
    ValueError
        If a part has too few filings left.
    """
    used = items[items["used"]]
    if not used["filing_id"].isin(_ids(parts, "train")).any():
        raise ValueError(
            f"No training filing has an item to use: {describe_problems(items['flag'])}. Lower "
            "reading.items.fewest_peers, or check the texts."
        )
    ids, words = words_of(filing_sentences, used, Phrases(phrases))
    fitted_on = pd.Series(True, index=ids)
    if reading.vocabulary.fitted_on == "train":
        fitted_on[:] = ids.isin(_ids(parts, "train"))
    vocabulary, sequences = sequences_of(words, fitted_on, reading.vocabulary)
    documents = _documents(returns, parts, ids, words, reading)
    problem = documents["problem"]
    logger.info(
        "%d of %d filings are used; left out: %s", problem.isna().sum(), len(problem), describe_problems(problem)
    )
    watched = "validation" if (parts["split"] == "validation").any() else "test"
    refuse_small_parts(documents["split"], watched, problem, None if (parts["split"] == "test").any() else FINAL)
    return {"words": vocabulary, "sequences": sequences, "documents": documents}


def _documents(
    returns: pd.DataFrame, parts: pd.DataFrame, ids: pd.Index, words: Words, reading: FilingReadingParameters
) -> pd.DataFrame:
    """Every filing with its part and sequence, or why it has none; see :func:`encode_filings`."""
    tokens = pd.Series(words.sequences.lengths, index=ids).reindex(returns.index, fill_value=0)
    problem = returns["problem"].fillna(parts["problem"].reindex(returns.index))
    problem = problem.mask(problem.isna() & ~returns.index.isin(ids), "all_items_flagged")
    problem = problem.mask(problem.isna() & (tokens < reading.fewest_tokens), "too_few_tokens")
    return returns.drop(columns="problem").assign(
        tokens=tokens,
        sequence=pd.Series(np.arange(len(ids)), index=ids).reindex(returns.index, fill_value=-1),
        split=parts["split"].reindex(returns.index).where(problem.isna()),
        problem=problem,
    )


def look_up_vectors(
    words: list[str],
    sequences: TokenSequences,
    word_vectors_source: WordVectors,
    reading: FilingReadingParameters,
    architecture: FilingNetworkParameters,
) -> dict[str, Any]:
    """Find the pretrained vectors of words and phrases, if the network takes them.

    Returns
    -------
    dict
        See :func:`rnn_trading.experiments.vectors.vectors_of`; of phrases see
        :class:`rnn_trading.text.word_vectors.PhraseVectors`. For learned embeddings the table has the words and no
        column, and the report nothing.

    Raises
    ------
    VectorError
        If no word has a vector.
    """
    if architecture.embeddings == "learned":
        return {"vectors": pd.DataFrame(index=pd.Index(words, name="word")), "vectors_report": {}}
    vocabulary = slice(len(reading.vocabulary.reserved), len(words))
    return vectors_of(words, vocabulary, sequences, PhraseVectors(word_vectors_source))


def flagged_by(filing_sentences: Sentences, parts: pd.DataFrame, reading: FilingReadingParameters) -> pd.DataFrame:
    """As :func:`flag_items`, with the peers that items had in a training.

    Parameters
    ----------
    parts
        ``split`` of every filing, and ``new``: the training did not have it.
    """
    known = parts.index[~parts["new"]] if reading.items.fitted_on == "all" else _ids(parts, "train")
    return check_items(filing_sentences.items, known, replace(reading.items, fitted_on="train"))


def encoded_by(
    filing_sentences: Sentences,
    items: pd.DataFrame,
    phrases: list[dict[str, float]],
    returns: pd.DataFrame,
    parts: pd.DataFrame,
    words: list[str],
    reading: FilingReadingParameters,
) -> dict[str, Any]:
    """As :func:`encode_filings`, with the phrases and words of a training: ``sequences`` and ``documents``."""
    ids, found = words_of(filing_sentences, items[items["used"]], Phrases(phrases))
    return {"sequences": encode(found, words), "documents": _documents(returns, parts, ids, found, reading)}


def _ids(parts: pd.DataFrame, part: str) -> pd.Index:
    return parts.index[parts["split"] == part]


# What is done once, and what once a fold: texts are read by what is fitted on the training filings.
PREPARATION = (wiring.node(label_filings, "returns"), wiring.node(split_filings, "parts"))
READING = (
    wiring.node(parts_of_fold, "parts", parts=f"{ALL}parts"),
    wiring.node(flag_items, "items"),
    wiring.node(find_phrases, "phrases"),
    wiring.node(encode_filings, "words", "sequences", "documents"),
    wiring.node(look_up_vectors, "vectors", "vectors_report"),
)
# In their place, where a training has been: by what it fitted.
READ_BY_THE_SAME = {
    "flag_items": wiring.node(flagged_by, "items"),
    "encode_filings": wiring.node(encoded_by, "sequences", "documents"),
}
