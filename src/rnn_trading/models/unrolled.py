"""A long series read by many readers at once, in segments through which gradients flow, with states carried on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras
from rnn_trading.models.checks import layers_of
from rnn_trading.models.parameters import UnrollingParameters
from rnn_trading.models.sequence_network import INPUT


class UnrolledSegments(keras.utils.PyDataset):
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
    seed
        Of the draws.
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
        seed: int,
        targets_within: int | None = None,
        title: str = "series",
    ) -> None:
        super().__init__()
        within = targets_within or unrolling.targets_within
        self.steps, self.within = unrolling.steps, within
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
        self.segments = min(unrolling.segments, (len(values) - within) // self.steps)
        last_start = len(values) - within - self.segments * self.steps
        self.starts = np.linspace(0, last_start, unrolling.readers).astype(np.int64)
        self.generator = np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self) -> int:
        """Batches in an epoch."""
        return self.segments

    def __getitem__(self, segment: int) -> tuple[dict[str, Any], NDArray[np.float32]]:
        """Inputs and targets of one batch, ``(readers, steps, 1)`` each."""
        positions = self.starts[:, None] + segment * self.steps + np.arange(self.steps)  # (readers, steps)
        targets = positions + self.ahead[segment]
        return {INPUT: self.values[positions][:, :, None]}, self.values[targets][:, :, None]

    def on_epoch_end(self) -> None:
        """Draw how far ahead each target lies."""
        shape = (self.segments, len(self.starts), self.steps)
        self.ahead = self.generator.integers(1, self.within + 1, shape)


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
