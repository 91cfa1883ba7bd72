"""A fixed random recurrent network, of which only the readout is fitted: the reservoir of an echo state network.

Jaeger (2001), "The 'echo state' approach to analysing and training recurrent neural networks". Nothing here is trained:
all weights are drawn once, by a seed that is the same for everyone.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
UNITS = 100
SPECTRAL_RADIUS = 0.9  # below one, so that what lies far back is forgotten
LEAK = 0.1  # share of a state that each step renews
INPUT_SCALE = 0.5  # of the weights of the input and of the biases, drawn from -0.5 .. 0.5
SEED = 1
CONSTANT_SHARE = 0.01


@cache
def weights() -> tuple[Matrix, Vector, Vector]:
    """The weights of the states ``(units, units)``, of the input ``(units,)``, and the biases ``(units,)``.

    Examples
    --------
    >>> recurrent, _, _ = weights()
    >>> round(float(np.abs(np.linalg.eigvals(recurrent)).max()), 6)
    0.9
    """
    generator = np.random.default_rng(SEED)
    recurrent = generator.normal(size=(UNITS, UNITS))
    recurrent *= SPECTRAL_RADIUS / np.abs(np.linalg.eigvals(recurrent)).max()
    of_input, biases = generator.uniform(-INPUT_SCALE, INPUT_SCALE, (2, UNITS))
    return recurrent, of_input, biases


def last_states(inputs: Matrix) -> Matrix:
    """The states of the reservoir after each window, which it reads from a state of zero.

    ``x_t = (1 - leak) x_(t-1) + leak tanh(W x_(t-1) + w u_t + b)``, all windows at once.

    Parameters
    ----------
    inputs
        Windows ``(rows, lags)``, oldest value first, standardised.

    Returns
    -------
    numpy.ndarray
        float64, ``(rows, units)``.

    Examples
    --------
    >>> last_states(np.zeros((3, 5))).shape
    (3, 100)
    """
    recurrent, of_input, biases = weights()
    states = np.zeros((len(inputs), UNITS))
    for values in inputs.T:
        states += LEAK * (np.tanh(states @ recurrent.T + np.outer(values, of_input) + biases) - states)
    return states


def smallest_deviation(windows: Matrix) -> float:
    """A hundredth of the mean deviation of windows ``(rows, lags)``; 1 if all of them are constant.

    Examples
    --------
    >>> smallest_deviation(np.array([[1.0, 3.0], [5.0, 5.0]]))  # deviations of 1 and 0
    0.005
    """
    return CONSTANT_SHARE * float(windows.std(axis=1).mean()) or 1.0


def own_units(windows: Matrix, smallest: float) -> tuple[Vector, Vector]:
    """Mean and deviation of each window, in which it is standardised: no unit and no level matters then.

    Parameters
    ----------
    windows
        ``(rows, lags)``.
    smallest
        The deviation of a window that hardly moves; see :func:`smallest_deviation`.

    Returns
    -------
    tuple of numpy.ndarray
        ``(rows,)`` each.

    Examples
    --------
    >>> [each.tolist() for each in own_units(np.array([[1.0, 3.0], [5.0, 5.0]]), smallest=0.5)]
    [[2.0, 5.0], [1.0, 0.5]]
    """
    return windows.mean(axis=1), np.maximum(windows.std(axis=1), smallest)
