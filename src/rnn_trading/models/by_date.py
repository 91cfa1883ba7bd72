"""Rows of a panel by their dates: batches of whole dates, a loss within dates, the coefficient that ends a training."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras, tf
from rnn_trading.models.batches import Batch, Epoch, Gathered, dataset_of

COEFFICIENT = "ic"


@dataclass(frozen=True)
class DateRows:
    """Rows to train or validate on, in batches of whole dates.

    Attributes
    ----------
    inputs
        Of ``(rows,)``.
    targets
        float32, ``(rows,)``.
    dates
        A whole number for the date of each row, ``(rows,)``, in any order.
    """

    inputs: Gathered
    targets: NDArray[np.float32]
    dates: NDArray[np.int64]

    def __len__(self) -> int:
        """Rows in an epoch."""
        return len(self.targets)

    def batches(self, batch_size: int, seed: int, epoch: Epoch, shuffle: bool) -> tf.data.Dataset:
        """Batches of as many dates as have ``batch_size`` rows together, at least one; the order of dates is drawn.

        Targets are ``(rows, 2)``: the target, and the number of its date in the batch.
        """
        by_date = np.argsort(self.dates, kind="stable")
        _, first = np.unique(self.dates[by_date], return_index=True)
        rows_of_dates = np.split(by_date, first[1:])
        at_once = max(1, round(batch_size * len(rows_of_dates) / max(1, len(self))))

        def generate() -> Iterator[Batch]:
            order = np.arange(len(rows_of_dates))
            if shuffle:
                order = epoch.generator(seed).permutation(len(rows_of_dates))
            for start in range(0, len(order), at_once):
                chosen = [rows_of_dates[date] for date in order[start : start + at_once]]
                number = np.repeat(np.arange(len(chosen)), [len(rows) for rows in chosen])
                rows = np.concatenate(chosen)
                yield self.inputs.take(rows), np.column_stack([self.targets[rows], number]).astype(np.float32)

        inputs = self.inputs.take(np.arange(0))
        specs = {name: tf.TensorSpec((None, *values.shape[1:]), values.dtype) for name, values in inputs.items()}
        return dataset_of(generate, (specs, tf.TensorSpec((None, 2), np.float32)), -(-len(rows_of_dates) // at_once))

    def arrays(self) -> Iterator[NDArray[np.generic]]:
        """See :class:`rnn_trading.models.batches.Batched`."""
        yield from self.inputs.arrays()
        yield from (self.targets, self.dates)


@keras.saving.register_keras_serializable("rnn_trading")
class CorrelationByDate(keras.losses.Loss):
    """One less the correlation of forecasts and targets within each date, averaged over the rows.

    A date whose forecasts are all equal has a correlation of 0. The scale of forecasts is free: nothing is learned of
    it.

    Examples
    --------
    Two dates: forecasts in the order of the targets, and in the opposite one.

    >>> truth = keras.ops.convert_to_tensor([[1.0, 0.0], [2.0, 0.0], [1.0, 1.0], [2.0, 1.0]])
    >>> forecast = keras.ops.convert_to_tensor([[5.0], [6.0], [6.0], [5.0]])
    >>> round(float(CorrelationByDate()(truth, forecast)), 3)
    1.0
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Of ``(rows, 2)`` and ``(rows, 1)``, one number a row, ``(rows,)``."""
        date = keras.ops.cast(y_true[:, 1], "int32")
        target, forecast = (_centred(values, date) for values in (y_true[:, 0], y_pred[:, 0]))
        together, of_target, of_forecast = (
            _sums(values, date) for values in (target * forecast, target**2, forecast**2)
        )
        small = keras.ops.cast(keras.config.epsilon(), y_pred.dtype)
        correlation = together * keras.ops.rsqrt(of_target * of_forecast + small**2)
        return 1.0 - keras.ops.take(correlation, date)


def _sums(values: Any, date: Any) -> Any:
    return tf.math.segment_sum(values, date)


def _centred(values: Any, date: Any) -> Any:
    count = _sums(tf.ones_like(values), date)
    return values - keras.ops.take(_sums(values, date) / count, date)


class WatchCoefficient(keras.callbacks.Callback):
    """Measure after every epoch the rank correlation of forecasts and outcomes on the watched rows, as ``ic``.

    Parameters
    ----------
    coefficient
        Of a network.
    watched
        All numbers that it is made of, beside the network's.
    """

    measures = (COEFFICIENT,)

    def __init__(self, coefficient: Callable[[keras.Model], float], watched: Iterable[NDArray[np.generic]]) -> None:
        super().__init__()
        self.coefficient, self.watched = coefficient, [*watched]

    def arrays(self) -> Iterator[NDArray[np.generic]]:
        """What is watched."""
        yield from self.watched

    def counters(self) -> dict[str, Any]:
        """There are none."""
        return {}

    def count_on(self, counters: dict[str, Any]) -> None:
        """Take over nothing."""

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Measure it, and let further callbacks see it."""
        if logs is not None:
            logs[f"val_{COEFFICIENT}"] = self.coefficient(self.model)
