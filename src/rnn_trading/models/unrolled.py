"""A long series read by many readers at once, in segments through which gradients flow, with states carried on."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras, tf
from rnn_trading.models.batches import Batch, Epoch, dataset_of
from rnn_trading.models.checks import layers_of
from rnn_trading.models.parameters import UnrollingParameters
from rnn_trading.models.sequence_network import INPUT


class UnrolledSegments:
    """Batches of a series for a stateful network: row i of a batch goes on where row i of the one before ended.

    Readers start at positions spread evenly over the series and read ``segments`` segments of ``steps`` values each, so
    that none passes the end. The target of a step is the next value, or one drawn from the next ``targets_within``,
    anew in every epoch.

    Parameters
    ----------
    values
        Scaled, oldest first, ``(values,)``, none missing.
    unrolling
        See :class:`rnn_trading.models.parameters.UnrollingParameters`.
    targets_within
        Replaces the one of ``unrolling``, if given.
    title
        Whose values these are, for error messages.

    Raises
    ------
    ValueError
        If the series is shorter than one segment and its targets, or a value is not finite.
    """

    def __init__(
        self,
        values: NDArray[np.float64],
        unrolling: UnrollingParameters,
        targets_within: int | None = None,
        title: str = "series",
    ) -> None:
        within = targets_within or unrolling.targets_within
        self.steps, self.within, self.title = unrolling.steps, within, title
        if len(values) < self.steps + within:
            raise ValueError(
                f"{title}: a segment of {self.steps} steps with targets within {within} needs at least "
                f"{self.steps + within} values. Received: {len(values)}. Lower unrolling.steps or use a longer history."
            )
        if not np.isfinite(values).all():
            raise ValueError(
                f"{title}: value {int((~np.isfinite(values)).argmax())} is not a finite number. Remove or complete it."
            )
        self.values = values.astype(np.float32)
        segments = unrolling.segments or max(1, len(values) // unrolling.readers)
        self.segments = min(segments, (len(values) - within) // self.steps)
        last_start = len(values) - within - self.segments * self.steps
        self.starts = np.linspace(0, last_start, unrolling.readers).astype(np.int64)

    def __len__(self) -> int:
        """Segments in an epoch."""
        return self.segments * len(self.starts)

    def batches(self, batch_size: int, seed: int, epoch: Epoch, shuffle: bool) -> tf.data.Dataset:
        """Inputs and targets, ``(readers, steps, 1)`` each; see :class:`rnn_trading.models.batches.Batched`.

        The seed is that of the targets.

        Raises
        ------
        ValueError
            If rows, which carry a state on, are to be shuffled, or a batch is not one row for each reader.
        """
        readers = len(self.starts)
        if shuffle:
            raise ValueError(
                f"{self.title}: rows that carry a state on keep their order. Expected training.shuffle=false."
            )
        if batch_size != readers:
            raise ValueError(
                f"{self.title}: a batch has one row for each of {readers} readers. Received: training.batch_size="
                f"{batch_size}."
            )

        def generate() -> Iterator[Batch]:
            shape = (self.segments, readers, self.steps)
            ahead = epoch.generator(seed).integers(1, self.within + 1, shape)  # how far each target lies
            for segment in range(self.segments):
                positions = self.starts[:, None] + segment * self.steps + np.arange(self.steps)  # (readers, steps)
                targets = self.values[positions + ahead[segment]]
                yield {INPUT: self.values[positions][:, :, None]}, targets[:, :, None]

        spec = tf.TensorSpec((readers, self.steps, 1), tf.float32)
        return dataset_of(generate, ({INPUT: spec}, spec), self.segments)

    def arrays(self) -> Iterator[NDArray[np.generic]]:
        """See :class:`rnn_trading.models.batches.Batched`."""
        yield from (self.values, self.starts, np.array([self.segments, self.steps, self.within]))


class ResetStates(keras.callbacks.Callback):
    """Start every pass over the training and the validation rows without a memory."""

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Reset before training rows."""
        self._reset()

    def on_test_begin(self, logs: dict[str, float] | None = None) -> None:
        """Reset before validation rows."""
        self._reset()

    def _reset(self) -> None:
        for layer in layers_of(self.model):
            if getattr(layer, "stateful", False):
                layer.reset_states()
