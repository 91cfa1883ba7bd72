"""Forecasts of many rows by a network, in batches that do not depend on its training."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras
from rnn_trading.models.batches import Gathered, Inputs, Sequences
from rnn_trading.models.traced import forecasting

# Rows predicted at a time: so many at most, and fewer where rows are long, for memory's sake.
PREDICTION_BATCH, PREDICTION_VALUES = 4096, 2**19
# Rows of a forecast, however many there are.
FORECAST_BATCH, ORDERED_PREDICTION_BATCH = 1024, 32


def predict(model: keras.Model, inputs: Inputs | Gathered) -> NDArray[np.float64]:
    """Predict every row by the first output: float64, shape ``(rows,)``; see :func:`predict_all`."""
    return predict_all(model, inputs)[:, 0]


def predict_all(model: keras.Model, inputs: Inputs | Gathered) -> NDArray[np.float64]:
    """Predict every row: float64, shape ``(rows, outputs)``. No forecast depends on the rows after it, to the bit.

    Sums of floating-point numbers depend on how they are divided. Here every batch has the same shape, and a row its
    place, whatever follows.
    """
    size = min(FORECAST_BATCH, prediction_batch(inputs))
    result = np.empty((_length(inputs), *model.output_shape[1:]))
    further = tuple(size for values in _taken(inputs, np.arange(0)).values() for size in values.shape[1:])
    with forecasting(model, [(size, *further)]) as forecast:
        for rows, filled in _equal_batches(len(result), size):
            result[rows] = forecast(_taken(inputs, filled))[: len(rows)]
    return result


def _equal_batches(count: int, size: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Positions of all rows in their order, so many at a time, and the same filled up with rows of their own."""
    for first in range(0, count, size):
        rows = np.arange(first, min(first + size, count))
        yield rows, np.resize(rows, size)


def _length(inputs: Inputs | Gathered) -> int:
    return len(next(iter(inputs.values()))) if isinstance(inputs, dict) else len(inputs)


def _taken(inputs: Inputs | Gathered, rows: NDArray[np.int64]) -> Inputs:
    """Inputs of some rows."""
    return {name: values[rows] for name, values in inputs.items()} if isinstance(inputs, dict) else inputs.take(rows)


def predict_in_order(
    model: keras.Model, name: str, sequences: Sequences, length: int, **beside: Sequences
) -> NDArray[np.float64]:
    """Predict sequences by a network that leaves padded steps out, so that none depends on those after it, to the bit.

    As :func:`predict` does. Batches by length would be faster. But then the texts that follow decide with which others
    a text is multiplied, and how far it is padded, and both may change the last digit.

    Parameters
    ----------
    model, name
        The network and the name of its input.
    sequences
        In the order of time, ``(sequences,)``.
    length
        Steps to which all are padded; none is longer.
    beside
        Further inputs by name, as long as the sequences.

    Returns
    -------
    numpy.ndarray
        float64, ``(sequences,)``.
    """
    result = np.empty(len(sequences.lengths))
    with forecasting(model, [(ORDERED_PREDICTION_BATCH, length)]) as forecast:
        for rows, filled in _equal_batches(len(result), ORDERED_PREDICTION_BATCH):
            inputs = {
                each: of.take(filled).padded(length, "back", "back") for each, of in {name: sequences, **beside}.items()
            }
            result[rows] = forecast(inputs)[: len(rows), 0]
    return result


def prediction_batch(inputs: Inputs | Gathered) -> int:
    """How many rows are predicted at a time: fewer where rows are long."""
    values_in_a_row = sum(int(np.prod(array.shape[1:])) for array in _taken(inputs, np.arange(0)).values())
    return min(PREDICTION_BATCH, max(1, PREDICTION_VALUES // values_in_a_row))


def some_at_a_time(inputs: Gathered, most: int) -> Iterator[NDArray[np.int64]]:
    """Positions of all rows in their order, so many at a time."""
    return (np.arange(first, min(first + most, len(inputs))) for first in range(0, len(inputs), most))
