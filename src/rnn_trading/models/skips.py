"""Skip connections from the input of a network to its upper layers."""

from typing import Any

from rnn_trading.models.backend import keras


def beside_input(states: Any, values: Any, level: int) -> Any:
    """Put the input of a network beside the outputs of a layer, for the layer above (Graves, 2013).

    They are joined, not added: sums need equal widths, and a series has one value a step. Of the skip connections of
    Graves (2013, equation 4) these are those from the input to all hidden layers.

    Parameters
    ----------
    states
        Outputs of the layer below at every step, ``(batch, steps, units)``.
    values
        Input of the lowest layer, ``(batch, steps, features)``.
    level
        Number of the layer above, from 1.

    Returns
    -------
    keras.KerasTensor
        ``(batch, steps, units + features)``.

    Examples
    --------
    >>> from rnn_trading.models.backend import keras
    >>> beside_input(keras.Input((7, 4)), keras.Input((7, 1)), 2).shape
    (None, 7, 5)
    """
    return keras.layers.Concatenate(name=f"Skip{level}")([states, values])
