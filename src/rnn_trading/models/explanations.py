"""What a network's forecasts rest on: how much worse they are without an input, and which way an input pushes one."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras, tf
from rnn_trading.models.batches import Inputs
from rnn_trading.models.predicting import predict_all

Vector = NDArray[np.float64]


def permutation_importance(
    model: keras.Model,
    inputs: Inputs,
    loss: Callable[[Vector], float],
    block: int,
    repeats: int,
    seed: int,
    together: Callable[[str], int] | None = None,
    series: NDArray[np.integer] | None = None,
) -> dict[str, Vector]:
    """How much the loss grows if one input is taken from other rows (Breiman, 2001; Fisher, Rudin and Dominici, 2019).

    Rows are exchanged in blocks of neighbours: what is alike in neighbouring rows stays so, and only its place in time
    is lost.

    Parameters
    ----------
    model
        Of these inputs.
    inputs
        By name, ``(rows, features)`` or ``(rows, steps, features)``, rows in the order of time.
    loss
        Of forecasts ``(rows, outputs)``.
    block
        Rows that move together.
    repeats
        Draws, whose losses are averaged.
    seed
        Of the draws.
    together
        Of the name of an input, by how many of its axes numbers are told apart: 0, the whole input is exchanged at
        once; 1, all features of a step. None: each number by itself.
    series
        Of which series each row is, ``(rows,)``, where there are several, one after the other: a block is of one. None:
        there is one.

    Returns
    -------
    dict
        By input, float64, the shape of these axes: the mean loss with that number exchanged, less that of the forecasts
        as they are.

    Examples
    --------
    A network that passes on the first of two numbers, judged by its squared error, rests on that alone:

    >>> numbers = keras.Input((2,), name="Numbers")
    >>> network = keras.Model([numbers], keras.layers.Dense(1, use_bias=False)(numbers))
    >>> network.set_weights([np.array([[1.0], [0.0]])])
    >>> given = np.random.default_rng(1).normal(size=(100, 2)).astype(np.float32)
    >>> error = lambda forecasts: float(np.mean((forecasts[:, 0] - given[:, 0]) ** 2))
    >>> found = permutation_importance(network, {"Numbers": given}, error, block=5, repeats=2, seed=1)
    >>> found["Numbers"].round(1).tolist()
    [1.6, 0.0]
    """
    as_it_is = loss(predict_all(model, inputs))
    generator = np.random.default_rng(seed)
    of_rows = np.zeros(len(next(iter(inputs.values()))), np.int64) if series is None else series
    orders = [exchanged(of_rows, block, generator) for _ in range(repeats)]
    found = {}
    for name, values in inputs.items():
        places = [*np.ndindex(*values.shape[1 : 1 + (values.ndim - 1 if together is None else together(name))])]
        found[name] = np.zeros(values.shape[1 : 1 + len(places[0])])
        for place in places:
            # Differences first: where nothing changes, their mean is 0 to the bit.
            growth = [_without(model, inputs, name, place, order, loss) - as_it_is for order in orders]
            found[name][place] = np.mean(growth)
    return found


def _without(
    model: keras.Model,
    inputs: Inputs,
    name: str,
    place: tuple[int, ...],
    order: NDArray[np.int64],
    loss: Callable[[Vector], float],
) -> float:
    """The loss with what stands at a place, and all below it, taken from other rows."""
    changed = inputs[name].copy()
    where: Any = (slice(None), *place)
    changed[where] = changed[order][where]
    return loss(predict_all(model, {**inputs, name: changed}))


def exchanged(series: NDArray[np.integer], block: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Positions of rows after each block of neighbours has taken the place of another; the last of a series is shorter.

    Examples
    --------
    >>> exchanged(np.array([0, 0, 0, 0]), 2, np.random.default_rng(1)).tolist()
    [2, 3, 0, 1]
    >>> exchanged(np.array([0, 0, 1, 1]), 3, np.random.default_rng(1)).tolist()
    [2, 3, 0, 1]
    """
    starts = np.flatnonzero(np.diff(series)) + 1
    of_series = np.split(np.arange(len(series)), starts)
    blocks = [each for rows in of_series for each in np.split(rows, np.arange(block, len(rows), block))]
    cycle, taken = generator.permutation(len(blocks)), np.empty(len(blocks), dtype=np.int64)
    taken[cycle] = np.roll(cycle, 1)  # one cycle of all: no block stays where it is
    return np.concatenate([blocks[place] for place in taken])


def gradient_times_input(model: keras.Model, inputs: Inputs) -> dict[str, Vector]:
    """Which way, and how far, each input pushes the forecast of one row: its value times the derivative by it.

    After Shrikumar, Greenside and Kundaje (2017): of a linear network the sum of all is the forecast, less its
    constant.

    Parameters
    ----------
    model
        Of these inputs.
    inputs
        Of one row, ``(1, ...)``, float32.

    Returns
    -------
    dict
        By input, float64, the shape of one row. Of several outputs the first is meant.

    Examples
    --------
    >>> numbers = keras.Input((2,), name="Numbers")
    >>> network = keras.Model([numbers], keras.layers.Dense(1)(numbers))
    >>> network.set_weights([np.array([[2.0], [-1.0]]), np.array([0.5])])
    >>> gradient_times_input(network, {"Numbers": np.array([[3.0, 4.0]], dtype=np.float32)})["Numbers"].tolist()
    [6.0, -4.0]
    """
    tensors = {name: tf.constant(values) for name, values in inputs.items()}
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        forecast: Any = tf.reshape(model([*tensors.values()], training=False), (-1,))[0]
    gradients = tape.gradient(forecast, tensors, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return {
        name: (gradients[name].numpy()[0].astype(np.float64) * values[0].astype(np.float64))
        for name, values in inputs.items()
    }
