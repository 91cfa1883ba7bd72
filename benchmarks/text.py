"""Reading of 25,000 reviews, and epochs of the text networks, as published against corrected.

python benchmarks/text.py
"""

import dataclasses
import time

import numpy as np
import project

from rnn_trading.models.text_network import INPUT, build_text_network
from rnn_trading.models.training import train
from rnn_trading.pipelines.text_sentiment.nodes import read_reviews, split_reviews

ROWS, EPOCH, ROUNDS = 4_096, 20_000, 3
EXPERIMENTS = ("learned_embeddings", "pretrained_embeddings")
DIMENSIONS = 50


def main() -> None:
    """Print seconds of reading, and of an epoch."""
    (reviews, _), values = project.load("reviews_source"), project.parameters("corrected")["text_sentiment"]
    parts = split_reviews(reviews, values["learned_embeddings"]["split"])
    started = time.perf_counter()
    read_reviews(reviews, parts, values["learned_embeddings"]["reading"])
    print(f"Words, vocabulary and ids of {len(reviews):,} reviews: {time.perf_counter() - started:.1f} s")
    print(f"An epoch of {EPOCH:,} reviews, from {ROWS:,} random ones, median of {ROUNDS} rounds")
    for experiment in EXPERIMENTS:
        compare_epochs(experiment)


def compare_epochs(experiment: str) -> None:
    """Time three ways to train, which take turns: published, corrected on as many words, and corrected as it is."""
    published, corrected = (
        project.parameters(protocol)["text_sentiment"][experiment] for protocol in ("as_published", "corrected")
    )
    words = published["reading"].tokens
    ways = {
        f"as published, {words} words": (published, words),
        f"corrected, {words} words": (corrected, words),
        f"corrected, {corrected['reading'].tokens} words": (corrected, corrected["reading"].tokens),
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, (values, tokens) in ways.items():
            seconds[way].append(epoch_seconds(values, tokens))
    slowest = np.median(next(iter(seconds.values())))
    print(f"  {experiment}")
    for way, measured in seconds.items():
        print(f"    {way:28} {np.median(measured):6.1f} s, {slowest / np.median(measured):4.1f} x")


def epoch_seconds(values: dict, tokens: int) -> float:
    """Time one short epoch, less that of an epoch of two batches, which is mostly compilation."""
    training = dataclasses.replace(values["training"], epochs=1)
    ids = values["reading"].vocabulary.size
    vectors = None
    if values["model"].embeddings == "pretrained":
        vectors = np.random.default_rng(0).normal(size=(ids, DIMENSIONS)).astype(np.float32)

    def seconds(count: int) -> float:
        generator = np.random.default_rng(0)
        words = generator.integers(1, ids, (count, tokens), dtype=np.int32)
        label = generator.integers(0, 2, count).astype(np.float32)
        started = time.perf_counter()
        train(
            lambda: build_text_network(values["model"], tokens, ids, vectors),
            ({INPUT: words}, label),
            ({INPUT: words[:64]}, label[:64]),
            training,
            "benchmark",
        )
        return time.perf_counter() - started

    few = 2 * training.batch_size
    return (seconds(ROWS) - seconds(few)) / (ROWS - few) * EPOCH


if __name__ == "__main__":
    main()
