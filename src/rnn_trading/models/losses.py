"""Losses that Keras has not."""

from typing import Any

from rnn_trading.models.backend import keras


@keras.saving.register_keras_serializable("rnn_trading")
class SummedHalfMse(keras.losses.Loss):
    """Half the squared error of a sequence, summed over its steps, averaged over the rows.

    It is so many times half the mean squared error as there are steps, and so are its gradients: a limit to their norm
    binds sooner.

    Examples
    --------
    Errors of 2 and 0 in the first row, of 1 and 1 in the second: half the squares sum to 2 and to 1.

    >>> truth = keras.ops.convert_to_tensor([[[0.0], [0.0]], [[0.0], [0.0]]])
    >>> forecast = keras.ops.convert_to_tensor([[[2.0], [0.0]], [[1.0], [-1.0]]])
    >>> float(SummedHalfMse()(truth, forecast))
    1.5
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Of sequences ``(rows, steps, 1)``, one number a row, ``(rows,)``."""
        return keras.ops.sum(keras.ops.square(y_true - y_pred), axis=(1, 2)) / 2
