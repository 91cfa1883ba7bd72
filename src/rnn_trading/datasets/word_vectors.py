"""Word vectors in files: GloVe's text format, and arrays inside an installed package."""

import codecs
import logging
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from kedro.io import AbstractDataset

from rnn_trading.datasets.file import SourceFileDataset
from rnn_trading.datasets.packed import check_file
from rnn_trading.progress import Reports
from rnn_trading.text.word_vectors import FoundVectors, VectorError, VectorTable

logger = logging.getLogger(__name__)

MOST_SKIPPED = 0.01


class GloveText:
    """Vectors in GloVe's text format: a word and its numbers in each line, separated by spaces.

    The file is read once for every look-up, and only vectors that are needed are kept, so that a file larger than
    memory will do. The numbers are counted from the end of the line, since some words of GloVe hold spaces; the first
    line decides how many there are. A header of two integers, as word2vec writes it, is passed over. Words are text:
    ``nan`` and ``null`` are words like others. Of a word that stands twice the first vector is taken.

    Parameters
    ----------
    filepath
        The file, UTF-8.
    """

    def __init__(self, filepath: Path) -> None:
        self.filepath = filepath

    def look_up(self, words: list[str]) -> FoundVectors:
        """Return the vectors of some words.

        A line with another number of fields, or (of a word that is needed) with a field that is no finite number is
        skipped and counted. So is a last line without an end whose last number breaks off; one that is whole is taken,
        and the log says so.

        Raises
        ------
        VectorError
            If the file is missing, holds no vector, more than 1 % of its lines are skipped, or fewer lines follow than
            its header says.
        """
        dimensions = self.dimensions()
        wanted = {word.encode(): position for position, word in enumerate(words)}
        matrix, found = np.zeros((len(words), dimensions), dtype=np.float32), np.zeros(len(words), dtype=bool)
        lines, skipped, first_skipped = 0, 0, 0
        for number, line in self._lines():
            lines += 1
            word, *fields = line.rstrip(b" \r\n").rsplit(b" ", dimensions)
            vector = None if _breaks_off(line) else _vector(word, fields, dimensions, needed=word in wanted)
            if vector is None:
                skipped, first_skipped = skipped + 1, first_skipped or number
            elif word in wanted and not found[wanted[word]]:
                matrix[wanted[word]], found[wanted[word]] = vector, True
        self._check(lines, skipped, first_skipped, dimensions)
        if vector is not None and not line.endswith(b"\n"):
            logger.warning("%s: the last line has no end. It is taken as it is.", self.filepath.name)
        return FoundVectors(
            matrix, found, {"vectors": lines - skipped, "dimensions": dimensions, "skipped_lines": skipped}
        )

    def _check(self, lines: int, skipped: int, first_skipped: int, dimensions: int) -> None:
        promised = self._promised()
        if promised is not None and lines < promised[0]:
            raise VectorError(
                f"{self.filepath} is cut off: its header promises {promised[0]:,} vectors. Received: {lines:,}. Fetch "
                "it again."
            )
        if skipped > MOST_SKIPPED * lines:
            raise VectorError(
                f"{self.filepath}: expected a word and {dimensions} numbers in every line, as in the first. "
                f"{skipped:,} of {lines:,} lines are otherwise, the first of them line {first_skipped}. Is it a file "
                "of word vectors, and complete?"
            )
        if skipped:
            logger.info(
                "%s: %d of %s lines hold no word and %d numbers (the first: line %d) and are skipped",
                *(self.filepath.name, skipped, f"{lines:,}", dimensions, first_skipped),
            )

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Numbers of the lines, from 1, and the lines; says how far it is every few seconds."""
        size, reports = self.filepath.stat().st_size, Reports()
        with self.filepath.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if number == 1 and _header(line) is not None:
                    continue
                if reports.due():
                    logger.info("Reading %s: %.0f %%", self.filepath.name, 100 * file.tell() / size)
                if line.strip():
                    yield number, line.removeprefix(codecs.BOM_UTF8)

    def _promised(self) -> tuple[int, int] | None:
        with self.filepath.open("rb") as file:
            return _header(file.readline())

    def dimensions(self) -> int:
        """Numbers of a vector, by the header, or else by the first line.

        Raises
        ------
        VectorError
            If the file is missing, or its first vector is none.
        """
        check_file(
            self.filepath,
            VectorError,
            "Expected word vectors in GloVe's text format. Name them with --params vectors_file=PATH, or leave that "
            "out for the vectors that are installed.",
        )
        try:
            number, line = next(self._lines())
        except StopIteration:
            raise VectorError(f"{self.filepath} is empty. Expected word vectors in GloVe's text format.") from None
        line = line.rstrip(b" \r\n")
        numbers = list(takewhile(_is_number, reversed(line.split(b" ")[1:])))
        promised = self._promised()
        dimensions = len(numbers) if promised is None else promised[1]
        if not 0 < dimensions <= len(numbers) or b"\r" in line:
            expected = "its numbers" if promised is None else f"{dimensions:,} numbers, as the header says"
            raise VectorError(
                f"{self.filepath}: expected a word and {expected}, separated by spaces, in every line, and an end of "
                f"line (LF) behind it. Line {number} begins with {line[:60].decode(errors='replace')!r}."
            )
        return dimensions


def _vector(word: bytes, fields: list[bytes], dimensions: int, needed: bool) -> np.ndarray | None:
    """Return the vector of a line, empty if it is not needed, or None for a line that does not parse."""
    if len(fields) != dimensions or not word:
        return None
    if not needed:
        # A longer line leaves numbers at the end of its "word", a shorter one a word among its numbers.
        return np.empty(0) if _is_number(fields[0]) and not _ends_in_number(word) else None
    try:
        vector = np.array([float(field) for field in fields], dtype=np.float32)
    except ValueError:
        return None
    return vector if np.isfinite(vector).all() else None


def _header(line: bytes) -> tuple[int, int] | None:
    """Numbers of vectors and of dimensions that a header of two integers promises; None for any other line."""
    fields = line.removeprefix(codecs.BOM_UTF8).split()
    return (int(fields[0]), int(fields[1])) if len(fields) == 2 and all(field.isdigit() for field in fields) else None


def _breaks_off(line: bytes) -> bool:
    """Whether a line without an end stops within a number that has more to come."""
    return not line.endswith(b"\n") and line.endswith((b".", b"-", b"+", b"e", b"E", b" "))


def _is_number(field: bytes) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _ends_in_number(word: bytes) -> bool:
    """Whether a word holds a space and a decimal number after the last one."""
    _, space, last = word.rpartition(b" ")
    return bool(space) and b"." in last and _is_number(last)


class GloveTextDataset(SourceFileDataset[GloveText]):
    """Word vectors in GloVe's text format; see :class:`GloveText`.

    Parameters
    ----------
    filepath
        The file.
    metadata
        For Kedro plugins.
    """

    error = VectorError

    def load(self) -> GloveText:
        """Return the source; the file is read when it is asked for words.

        Raises
        ------
        VectorError
            If the file is missing or its first line is no vector.
        """
        source = GloveText(self._filepath)
        source.dimensions()
        return source


class NumpyDataset(SourceFileDataset[np.ndarray]):
    """An array in NumPy's own format, read without unpickling.

    Parameters
    ----------
    filepath
        Path of the ``.npy`` file.
    """

    error = VectorError

    def load(self) -> np.ndarray:
        """Return the array."""
        check_file(self._filepath, VectorError, "Expected an array of NumPy.")
        return np.load(self._filepath, allow_pickle=False)


class VectorArraysDataset(AbstractDataset[None, VectorTable]):
    """Word vectors as two files: a matrix, and a table whose first column has the word of each row.

    Parameters
    ----------
    vectors, words
        Catalog configuration of the datasets that read them.
    metadata
        For Kedro plugins.
    """

    def __init__(
        self, *, vectors: dict[str, Any], words: dict[str, Any], metadata: dict[str, Any] | None = None
    ) -> None:
        self._vectors = AbstractDataset.from_config("vectors", vectors)
        self._words = AbstractDataset.from_config("words", words)
        self.metadata = metadata

    def load(self) -> VectorTable:
        """Return words and vectors.

        Raises
        ------
        VectorError
            If the two files have different numbers of rows, or a word stands twice.
        """
        matrix, words = self._vectors.load(), pd.Index(self._words.load().iloc[:, 0], dtype="str")
        if len(matrix) != len(words) or not words.is_unique:
            raise VectorError(
                f"Expected one vector for every word, and every word once. Received: {len(matrix):,} vectors, "
                f"{len(words):,} words, {words.nunique():,} of them different."
            )
        return VectorTable(words, matrix)

    def save(self, data: None) -> None:
        """Refuse: a source is only read."""
        raise VectorError("Installed word vectors are a source: they are only read.")

    def _describe(self) -> dict[str, Any]:
        return {"vectors": self._vectors._describe(), "words": self._words._describe()}

    def _exists(self) -> bool:
        return self._vectors.exists() and self._words.exists()
