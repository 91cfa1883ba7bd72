"""Batches of rows for a training, drawn anew in every epoch; those of sequences as long as their longest one."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras, tf

# Rows are drawn by chance, and sorted by their length within so many batches: more would let a batch hold texts of one
# kind, fewer would leave more padding.
POOL = 20


Inputs = dict[str, NDArray[Any]]
Batch = tuple[Inputs, NDArray[np.floating]]


@dataclass
class Epoch:
    """Which epoch is in training, from 0: what is drawn anew in every epoch is drawn by its number and the seed.

    So a training that was broken off and is taken up in its tenth epoch draws what it would have drawn.
    """

    number: int = 0

    def generator(self, seed: int) -> np.random.Generator:
        """For what is drawn in this epoch."""
        return np.random.default_rng([seed, self.number])


class CountEpochs(keras.callbacks.Callback):
    """Tell what draws the rows which epoch is in training."""

    def __init__(self, epoch: Epoch) -> None:
        super().__init__()
        self.epoch = epoch

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Count on."""
        self.epoch.number = epoch


class Batched(Protocol):
    """Rows that come in batches."""

    def __len__(self) -> int:
        """Rows in an epoch."""

    def batches(self, batch_size: int, seed: int, epoch: Epoch, shuffle: bool) -> tf.data.Dataset:
        """Inputs and targets; every pass over the dataset is drawn by the epoch that is then in training.

        Parameters
        ----------
        batch_size
            Rows in a batch, but for the last.
        seed
            Of whatever is drawn.
        epoch
            In training.
        shuffle
            Whether the order of rows is drawn.
        """

    def arrays(self) -> Iterator[NDArray[np.generic]]:
        """All numbers that are trained on."""


class Sequences(Protocol):
    """Sequences of ids, such as :class:`rnn_trading.text.text.TokenSequences`."""

    @property
    def ids(self) -> NDArray[np.int32]:
        """Of all, one after the other."""

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Ids of each."""

    def take(self, rows: NDArray[np.int64]) -> "Sequences":
        """Some of them."""

    def padded(self, length: int, padding: Any, cutting: Any) -> NDArray[np.int32]:
        """All at one length."""


class Gathered(Protocol):
    """Inputs of rows that are put together when a batch of them is asked for.

    Such as :class:`rnn_trading.panels.network_inputs.NetworkInputs`.
    """

    def __len__(self) -> int:
        """Rows."""

    def take(self, rows: NDArray[np.int64]) -> Inputs:
        """Inputs by name, ``(rows, ...)``, of rows by their positions."""

    def arrays(self) -> Iterator[NDArray[np.generic]]:
        """All numbers that they are made of."""


class _OneShape(ABC):
    """Rows of one shape: what :class:`ArrayRows` and :class:`GatheredRows` share."""

    targets: NDArray[np.floating]

    def __len__(self) -> int:
        """Rows in an epoch."""
        return len(self.targets)

    def batches(self, batch_size: int, seed: int, epoch: Epoch, shuffle: bool) -> tf.data.Dataset:
        """See :class:`Batched`."""
        return _drawn(self, batch_size, seed, epoch, shuffle)

    @abstractmethod
    def take(self, rows: NDArray[np.int64]) -> Batch:
        """Inputs and targets of rows by their positions."""


@dataclass(frozen=True)
class ArrayRows(_OneShape):
    """Rows of one shape.

    Attributes
    ----------
    inputs
        By name, ``(rows, ...)``.
    targets
        float32, ``(rows,)`` or ``(rows, outputs)``.
    """

    inputs: Inputs
    targets: NDArray[np.floating]

    def take(self, rows: NDArray[np.int64]) -> Batch:
        """Inputs and targets of rows by their positions."""
        return {name: values[rows] for name, values in self.inputs.items()}, self.targets[rows]

    def arrays(self) -> Iterator[NDArray[np.generic]]:
        """See :class:`Batched`."""
        yield from (*self.inputs.values(), self.targets)


@dataclass(frozen=True)
class GatheredRows(_OneShape):
    """Rows of one shape whose inputs nobody holds: the same batches as those of :class:`ArrayRows`.

    Attributes
    ----------
    inputs
        Of ``(rows,)``.
    targets
        float32, ``(rows,)`` or ``(rows, outputs)``.
    """

    inputs: Gathered
    targets: NDArray[np.floating]

    def take(self, rows: NDArray[np.int64]) -> Batch:
        """Inputs and targets of rows by their positions."""
        return self.inputs.take(rows), self.targets[rows]

    def arrays(self) -> Iterator[NDArray[np.generic]]:
        """See :class:`Batched`."""
        yield from self.inputs.arrays()
        yield self.targets


def _drawn(rows: _OneShape, batch_size: int, seed: int, epoch: Epoch, shuffle: bool) -> tf.data.Dataset:
    """Batches of rows by their positions, in an order that is drawn, or as they are."""

    def generate() -> Iterator[Batch]:
        order = epoch.generator(seed).permutation(len(rows)) if shuffle else np.arange(len(rows))
        for start in range(0, len(rows), batch_size):
            yield rows.take(order[start : start + batch_size])

    def spec(values: NDArray[np.generic]) -> tf.TensorSpec:
        return tf.TensorSpec((None, *values.shape[1:]), values.dtype)

    inputs, targets = rows.take(np.arange(0))
    specs = {name: spec(values) for name, values in inputs.items()}, spec(targets)
    return dataset_of(generate, specs, -(-len(rows) // batch_size))


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
        float32, ``(rows,)`` or ``(rows, outputs)``.
    beside
        Further inputs by name, of the same lengths as the sequences.
    """

    name: str
    sequences: Sequences
    targets: NDArray[np.float32]
    beside: Mapping[str, Sequences] = field(default_factory=dict)

    def __len__(self) -> int:
        """Rows in an epoch."""
        return len(self.targets)

    def batches(self, batch_size: int, seed: int, epoch: Epoch, shuffle: bool) -> tf.data.Dataset:
        """Inputs int32 ``(batch, longest)``, padded with 0 at the back, and the targets; see :class:`Batched`.

        Rows that are not shuffled are in the order of their lengths.
        """

        def generate() -> Iterator[Batch]:
            generator = epoch.generator(seed) if shuffle else None
            for rows in batched_by_length(self.sequences.lengths, batch_size, generator):
                inputs = {name: as_long_as_the_longest(each.take(rows)) for name, each in self._inputs().items()}
                yield inputs, self.targets[rows]

        specs = (
            dict.fromkeys(self._inputs(), tf.TensorSpec((None, None), tf.int32)),
            tf.TensorSpec((None, *self.targets.shape[1:]), tf.float32),
        )
        return dataset_of(generate, specs, -(-len(self) // batch_size))

    def arrays(self) -> Iterator[NDArray[np.generic]]:
        """See :class:`Batched`."""
        yield from (self.sequences.ids, self.sequences.lengths, self.targets)
        yield from (each.ids for each in self.beside.values())

    def _inputs(self) -> dict[str, Sequences]:
        return {self.name: self.sequences, **self.beside}


def hold_out(rows: ArrayRows, share: float, seed: int) -> tuple[ArrayRows, ArrayRows]:
    """Shuffle rows once, and divide them as Keras' ``validation_split`` does: the last are held out.

    Parameters
    ----------
    rows
        Of the training.
    share
        Of the rows that are held out; what is trained on is ``floor(rows * (1 - share))`` rows.
    seed
        Of the order.

    Returns
    -------
    tuple
        Rows to train on, and rows held out.

    Raises
    ------
    ValueError
        If no row would be left on one side.

    Examples
    --------
    >>> rows = ArrayRows({"Values": np.arange(20.0)}, np.arange(20, dtype=np.float32))
    >>> train, held_out = hold_out(rows, 0.05, seed=42)
    >>> len(train), len(held_out)
    (19, 1)
    >>> sorted([*train.targets.tolist(), *held_out.targets.tolist()]) == rows.targets.tolist()
    True
    """
    trained = int(len(rows) * (1 - share))
    if not 0 < trained < len(rows):
        raise ValueError(
            f"training.validation_split={share:g} of {len(rows)} training rows leaves {trained} to train on. Expected "
            "at least one row on both sides."
        )
    # A stream of its own: that of [seed, epoch] draws the order within an epoch.
    order = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0,))).permutation(len(rows))
    parts = order[:trained], order[trained:]
    first, last = (ArrayRows(*rows.take(part)) for part in parts)
    return first, last


def dataset_of(generate: Callable[[], Iterator[Batch]], specs: Any, batches: int) -> tf.data.Dataset:
    """A dataset of so many batches of given shapes and types, the next one made while the last is trained on."""
    dataset = tf.data.Dataset.from_generator(generate, output_signature=specs)
    return dataset.apply(tf.data.experimental.assert_cardinality(batches)).prefetch(1)


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
