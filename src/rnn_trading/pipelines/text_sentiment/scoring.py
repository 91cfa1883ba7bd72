"""Probabilities of texts by a finished model: of some, or of a stream of them."""

import logging
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from rnn_trading.experiments.reviews import predict_seen
from rnn_trading.progress import Reports
from rnn_trading.tables.reviews import REPLACED
from rnn_trading.text.text import TextReader, VocabularyError

logger = logging.getLogger(__name__)


class TextStream(Protocol):
    """Texts in pieces.

    Attributes
    ----------
    size
        Rows, or bytes, of the whole file.
    """

    size: int

    def __iter__(self) -> Iterator[tuple[pd.DataFrame, int]]:
        """Give tables with ``id`` and ``text``, both text, and how much of the file has been read."""


def score_stream(texts: TextStream, model: Any, reader: TextReader) -> "ScoreStream":
    """Give every text its probability of being positive.

    Parameters
    ----------
    texts
        ``id`` and ``text``, in pieces.
    model, reader
        A fitted network, and what makes its input from raw text.

    Returns
    -------
    ScoreStream
        Nothing is read or predicted before it is iterated over.

    Raises
    ------
    VocabularyError
        If model and reader do not belong together. Ids are compared where the network has an embedding.
    """
    expected = (reader.reading.tokens, len(reader.vocabulary))
    tokens = model.input_shape[-1]
    # Of the embedding, of an average that of its first network; a network of the user's own may have none.
    ids = next((layer.input_dim for layer in _layers_of(model) if hasattr(layer, "input_dim")), expected[1])
    if tokens not in (None, expected[0]) or ids < expected[1]:
        raise VocabularyError(
            f"The model takes {tokens or 'any number of'} words with {ids:,} ids, and the reader beside it makes "
            f"{expected[0]} words with {expected[1]:,} ids: they come from different runs. Train again: kedro run "
            "--pipelines text_sentiment"
        )
    return ScoreStream(texts, model, reader)


def _layers_of(model: Any) -> Iterator[Any]:
    """Layers of a network, and of the networks inside of it."""
    for layer in model.layers:
        yield layer
        yield from _layers_of(layer) if hasattr(layer, "layers") else ()


def probabilities(model: Any, reader: TextReader, texts: Sequence[str] | pd.Series) -> NDArray[np.float64]:
    """Probability that each text is positive, ``(texts,)``; NaN for a text without any word."""
    seen, has_words = reader.read(texts)
    return np.where(has_words, predict_seen(model, reader, seen), np.nan)


def score_texts(texts: TextStream, scoring_model: Any, scoring_reader: dict[str, Any]) -> "ScoreStream":
    """Give every text its probability of being positive; see :func:`score_stream`."""
    return score_stream(texts, scoring_model, TextReader.from_plain(scoring_reader))


class ScoreStream:
    """Tables with ``id`` and ``probability``, as many rows as there are texts; NaN for a text without any word."""

    def __init__(self, texts: TextStream, model: Any, reader: TextReader) -> None:
        self.texts, self.model, self.reader = texts, model, reader

    def __iter__(self) -> Iterator[pd.DataFrame]:
        """Score piece by piece, with a progress bar on a terminal and lines in a log elsewhere."""
        rows = without_words = undecodable = 0
        reports = Reports()
        with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar:
            task = bar.add_task("Scoring texts", total=self.texts.size)
            for piece, position in self.texts:
                probability = probabilities(self.model, self.reader, piece["text"])
                rows, without_words = rows + len(piece), without_words + int(np.isnan(probability).sum())
                undecodable += int(piece["text"].str.contains(REPLACED, regex=False).sum())
                bar.update(task, completed=position)
                if bar.disable and reports.due():
                    logger.info("Scored %s texts, %.0f %% of the file", f"{rows:,}", 100 * position / self.texts.size)
                yield pd.DataFrame({"id": piece["id"].to_numpy(), "probability": probability})
        if not rows:
            yield pd.DataFrame({"id": pd.Series(dtype="str"), "probability": pd.Series(dtype="float64")})
        logger.info("%s texts scored; %s of them have no word, and no probability", f"{rows:,}", f"{without_words:,}")
        if undecodable:
            logger.warning("%s texts hold bytes that are no UTF-8, which were replaced", f"{undecodable:,}")
