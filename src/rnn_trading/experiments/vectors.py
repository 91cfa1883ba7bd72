"""Pretrained vectors of the words of an experiment."""

import logging
from typing import Any

import pandas as pd

from rnn_trading.text.text import TokenSequences
from rnn_trading.text.word_vectors import WordVectors, describe_coverage, vectors_by_id

logger = logging.getLogger(__name__)


def vectors_of(words: list[str], vocabulary: slice, sequences: TokenSequences, source: WordVectors) -> dict[str, Any]:
    """Find the pretrained vectors of words by id.

    Parameters
    ----------
    words
        By id; those before the vocabulary are reserved, and have no vector.
    vocabulary
        Ids of the network's words, without the reserved ones.
    sequences
        Texts as ids.
    source
        Of the vectors.

    Returns
    -------
    dict
        ``vectors``: index ``word``, one float32 column a dimension; zero for words without a vector and for reserved
        ids. ``vectors_report``: what was read, and which share of vocabulary and running text has a vector.

    Raises
    ------
    VectorError
        If no word has a vector.
    """
    found = vectors_by_id(words, vocabulary.start, source)
    table = pd.DataFrame(found.matrix, index=pd.Index(words, name="word"))
    coverage = describe_coverage(found.found, sequences, vocabulary)
    logger.info(
        "%s vectors of %d dimensions: %.1f %% of the vocabulary and %.1f %% of the running words have one",
        *(f"{found.report['vectors']:,}", found.report["dimensions"]),
        *(100 * coverage["vocabulary"], 100 * coverage["tokens"]),
    )
    return {
        "vectors": table.rename(columns=str),
        "vectors_report": found.report | {"coverage": coverage},
    }
