"""Vectors of words from elsewhere, and the matrix of those that a vocabulary needs."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.tables.checks import TableError
from rnn_trading.text.phrases import DELIMITER
from rnn_trading.text.text import TokenSequences


class VectorError(TableError):
    """Word vectors that cannot be used; the message names the file and the line."""


@dataclass(frozen=True)
class FoundVectors:
    """Vectors of the words that were looked up.

    Attributes
    ----------
    matrix
        float32, ``(words, dimensions)``; zero for words without a vector.
    found
        Boolean, ``(words,)``.
    report
        What was read: ``vectors``, ``dimensions``, ``skipped_lines``.
    """

    matrix: NDArray[np.float32]
    found: NDArray[np.bool_]
    report: dict[str, Any]


class WordVectors(Protocol):
    """A source of word vectors that is asked for the words that are needed."""

    def look_up(self, words: list[str]) -> FoundVectors:
        """Return the vectors of some words."""


@dataclass(frozen=True)
class VectorTable:
    """Word vectors in memory.

    Attributes
    ----------
    words
        Each once, ``(words,)``.
    matrix
        float32, ``(words, dimensions)``.
    """

    words: pd.Index
    matrix: NDArray[np.float32]

    def look_up(self, words: list[str]) -> FoundVectors:
        """Return the vectors of some words."""
        positions = self.words.get_indexer(words)
        found = positions >= 0
        matrix = np.zeros((len(words), self.matrix.shape[1]), dtype=np.float32)
        matrix[found] = self.matrix[positions[found]]
        report = {"vectors": len(self.words), "dimensions": self.matrix.shape[1], "skipped_lines": 0}
        return FoundVectors(matrix, found, report)


@dataclass(frozen=True)
class PhraseVectors:
    """A source for phrases too: one without a vector of its own has the mean of its words' vectors.

    Words without a vector do not count in the mean; a phrase of none but such words has no vector.

    Attributes
    ----------
    source
        Of the vectors of words.

    Examples
    --------
    >>> table = VectorTable(pd.Index(["net", "income"]), np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32))
    >>> found = PhraseVectors(table).look_up(["income", "net_income", "net_zzz", "zzz_qqq"])
    >>> found.matrix.tolist(), found.found.tolist(), found.report["phrases"]
    ([[0.0, 1.0], [0.5, 0.5], [1.0, 0.0], [0.0, 0.0]], [True, True, True, False], 2)
    """

    source: WordVectors

    def look_up(self, words: list[str]) -> FoundVectors:
        """Return the vectors of some words and phrases; the report says how many ``phrases`` have a mean."""
        parts = {word: [part for part in word.split(DELIMITER) if part] for word in words if DELIMITER in word}
        of_parts = (part for each in parts.values() for part in each)
        asked = {word: position for position, word in enumerate(dict.fromkeys([*words, *of_parts]))}
        looked_up = self.source.look_up([*asked])
        matrix, found = looked_up.matrix[: len(words)].copy(), looked_up.found[: len(words)].copy()
        means = 0
        for word, of_word in parts.items():
            known = [asked[part] for part in of_word if looked_up.found[asked[part]]]
            if known and not found[asked[word]]:
                matrix[asked[word]], found[asked[word]] = looked_up.matrix[known].mean(axis=0), True
                means += 1
        return FoundVectors(matrix, found, looked_up.report | {"phrases": means})


def vectors_by_id(words: list[str], reserved: int, source: WordVectors) -> FoundVectors:
    """Look up the vectors of words by id, of which the first, the reserved ones, have none.

    Raises
    ------
    VectorError
        If no word has a vector.
    """
    found = source.look_up(words[reserved:])
    if not found.found.any():
        raise VectorError(
            f"None of the {len(words) - reserved:,} words of the texts (such as "
            f"{', '.join(map(repr, words[reserved:][:3]))}) has one of the {found.report['vectors']:,} pretrained "
            "vectors. Are they of this language, in lower case? For vectors of another one: --params "
            "vectors_file=PATH, a file in GloVe's text format."
        )
    matrix = np.pad(found.matrix, ((reserved, 0), (0, 0)))
    return FoundVectors(matrix, np.pad(found.found, (reserved, 0)), found.report)


def describe_coverage(found: NDArray[np.bool_], sequences: TokenSequences, vocabulary: slice) -> dict[str, float]:
    """Share of a vocabulary, and of running text, that has a vector.

    Parameters
    ----------
    found
        Boolean by id.
    sequences
        Texts as ids.
    vocabulary
        The ids of the network's words, without the reserved ones.

    Returns
    -------
    dict
        ``vocabulary``: share of the network's words with a vector. ``tokens``: share of all words of the texts, as
        often as they occur, whose vector the network sees.
    """
    seen = np.zeros_like(found)
    seen[vocabulary] = found[vocabulary]
    return {"vocabulary": float(found[vocabulary].mean()), "tokens": float(seen[sequences.ids].mean())}
