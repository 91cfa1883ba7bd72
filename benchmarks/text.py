"""Reading of 25,000 reviews, and epochs of the text networks on them, as published against corrected.

python benchmarks/text.py
"""

import dataclasses
import time
from typing import Any

import numpy as np
import pandas as pd
import project

from rnn_trading.experiments.folds import FitOf
from rnn_trading.experiments.reviews import look_up_vectors, read_reviews, split_reviews, train_network
from rnn_trading.models.states import NOTHING_KEPT

ROWS, HELD_OUT, EPOCH, ROUNDS = 8_192, 64, 20_000, 3
EXPERIMENTS = ("learned_embeddings", "pretrained_embeddings")


def main() -> None:
    """Print seconds of reading, and of an epoch."""
    reviews, _ = project.load("reviews_source")
    vectors = project.load("word_vectors_source")
    for experiment in EXPERIMENTS:
        compare_epochs(experiment, reviews, vectors)


def compare_epochs(experiment: str, reviews: pd.DataFrame, vectors: Any) -> None:
    """Time three ways to train, which take turns: published, corrected on as many words, and corrected as it is."""
    published, corrected = (
        project.parameters(protocol)["text_sentiment"][experiment] for protocol in ("as_published", "corrected")
    )
    words = published["reading"].tokens
    ways = {
        f"as published, {words} words": Way(published, reviews, vectors, words),
        f"corrected, {words} words": Way(corrected, reviews, vectors, words),
        f"corrected, {corrected['reading'].tokens} words": Way(
            corrected, reviews, vectors, corrected["reading"].tokens
        ),
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            seconds[name].append(way.epoch_seconds())
    slowest = np.median(next(iter(seconds.values())))
    print(f"{experiment}: an epoch of {EPOCH:,} reviews, from {ROWS:,} of them, median of {ROUNDS} rounds")
    for name, measured in seconds.items():
        print(f"  {name:26} {np.median(measured):6.1f} s, {slowest / np.median(measured):4.1f} x")
    reading = next(reversed(ways.values())).reading_seconds
    print(f"  words, vocabulary and ids of all {len(reviews):,} reviews: {reading:.1f} s")


class Way:
    """One way to train, on reviews that have been read."""

    def __init__(self, values: dict[str, Any], reviews: pd.DataFrame, vectors: Any, tokens: int) -> None:
        self.values = values
        self.parts = split_reviews(reviews, values["split"], values["experiment"])
        started = time.perf_counter()
        self.read = read_reviews(
            reviews, self.parts, dataclasses.replace(values["reading"], tokens=tokens), values["model"]
        )
        self.reading_seconds = time.perf_counter() - started
        words, sequences, reader = (self.read[name] for name in ("words", "sequences", "text_reader"))
        self.vectors = look_up_vectors(words, sequences, reader, vectors)["vectors"]

    def epoch_seconds(self) -> float:
        """Time one short epoch, less that of an epoch of two batches, which is mostly compilation."""
        few = 2 * self.values["training"].batch_size
        return (self._seconds(ROWS) - self._seconds(few)) / (ROWS - few) * EPOCH

    def _seconds(self, rows: int) -> float:
        parts, split = self.parts.copy(), self.values["split"]
        for part, kept in (("train", rows), (split.validate_on, HELD_OUT)):
            positions = np.flatnonzero(parts["split"] == part)
            left_out = np.random.default_rng(0).permutation(positions)[kept:]
            parts.iloc[left_out, parts.columns.get_loc("split")] = None
        training = dataclasses.replace(self.values["training"], epochs=1)
        fitted = train_network(
            self.read["sequences"],
            self.read["text_reader"],
            self.vectors,
            parts,
            self.values["experiment"],
            self.values["model"],
            training,
            NOTHING_KEPT,
            FitOf("benchmark"),
        )
        return fitted["training"]["seconds"]


if __name__ == "__main__":
    main()
