"""Batches of sequences of different lengths, each as long as its longest one."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import tf

# Rows are drawn by chance, and sorted by their length within so many batches: more would let a batch hold texts of one
# kind, fewer would leave more padding.
POOL = 20


class Sequences(Protocol):
    """Sequences of ids, such as :class:`rnn_trading.text.text.TokenSequences`."""

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Ids of each."""

    def take(self, rows: NDArray[np.int64]) -> "Sequences":
        """Some of them."""

    def padded(self, length: int, padding: Any, cutting: Any) -> NDArray[np.int32]:
        """All at one length."""


@dataclass(frozen=True)
class RaggedRows:
    """Rows to train or validate on, for a network that leaves padded steps out.

    Attributes
    ----------
    name
        Name of the network's input.
    sequences
        ``(rows,)``; no longer than the network should see.
    targets
        float32, ``(rows,)``.
    """

    name: str
    sequences: Sequences
    targets: NDArray[np.float32]

    def batches(self, batch_size: int, seed: int | None) -> tf.data.Dataset:
        """Batches of inputs int32 ``(batch, longest)``, padded with 0 at the back, and targets ``(batch,)``.

        Parameters
        ----------
        batch_size
            Rows in a batch, but for the last.
        seed
            Every pass over the data draws a new order; the passes of two datasets with one seed are equal. None: the
            order of the lengths.
        """
        passes = count()

        def generate() -> Iterator[tuple[dict[str, NDArray[np.int32]], NDArray[np.float32]]]:
            generator = None if seed is None else np.random.default_rng([seed, next(passes)])
            for rows in batched_by_length(self.sequences.lengths, batch_size, generator):
                yield {self.name: as_long_as_the_longest(self.sequences.take(rows))}, self.targets[rows]

        signature = ({self.name: tf.TensorSpec((None, None), tf.int32)}, tf.TensorSpec((None,), tf.float32))
        batches = tf.data.Dataset.from_generator(generate, output_signature=signature)
        total = -(-len(self.targets) // batch_size)
        return batches.apply(tf.data.experimental.assert_cardinality(total)).prefetch(1)


def as_long_as_the_longest(sequences: Sequences) -> NDArray[np.int32]:
    """Pad sequences at the back, with 0, to the length of the longest: int32 ``(sequences, longest)``; at least 1."""
    return sequences.padded(max(1, int(sequences.lengths.max())), "back", "back")


def batched_by_length(
    lengths: NDArray[np.int64], batch_size: int, generator: np.random.Generator | None
) -> list[NDArray[np.int64]]:
    """Divide rows into batches of similar lengths.

    Returns
    -------
    list of numpy.ndarray
        Positions of the rows of each batch; every row is in one batch. With a generator the order of rows and of
        batches is drawn; without, rows are in the order of their lengths.
    """
    if generator is None:
        order, pool = np.argsort(lengths, kind="stable"), len(lengths)
    else:
        order, pool = generator.permutation(len(lengths)), POOL * batch_size
    batches: list[NDArray[np.int64]] = []
    for start in range(0, len(order), max(1, pool)):
        rows = order[start : start + pool]
        rows = rows[np.argsort(lengths[rows], kind="stable")]
        batches += [rows[first : first + batch_size] for first in range(0, len(rows), batch_size)]
    return batches if generator is None else [batches[position] for position in generator.permutation(len(batches))]
