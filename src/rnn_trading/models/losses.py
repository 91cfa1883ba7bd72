"""Losses that Keras has not."""

from typing import Any

from rnn_trading.models.backend import keras

# What is monitored of the first step of a path.
FIRST_STEP = "first_step"


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


@keras.saving.register_keras_serializable("rnn_trading")
class MaeOfKnown(keras.losses.Loss):
    """The mean absolute error of what is known: a target that is NaN counts for nothing.

    Examples
    --------
    >>> truth = keras.ops.convert_to_tensor([[2.0, float("nan")], [1.0, 5.0]])
    >>> forecast = keras.ops.convert_to_tensor([[1.0, 7.0], [1.0, 3.0]])
    >>> float(MaeOfKnown()(truth, forecast))
    1.0
    """

    takes_missing = True

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Of ``(rows, ...)``, the mean of each row, ``(rows,)``; 0 where nothing is known."""
        known = keras.ops.logical_not(keras.ops.isnan(y_true))
        # Both branches have a gradient, and that of a NaN would be one.
        errors = keras.ops.abs(keras.ops.where(known, y_true, y_pred) - y_pred)
        axes, count = tuple(range(1, len(y_true.shape))), keras.ops.cast(known, errors.dtype)
        return keras.ops.sum(errors, axis=axes) / keras.ops.maximum(keras.ops.sum(count, axis=axes), 1.0)


@keras.saving.register_keras_serializable("rnn_trading")
def first_step_mae(y_true: Any, y_pred: Any) -> Any:
    """The mean absolute error of the first step of paths ``(rows, steps, series)``, ``(rows,)``; it must be known.

    Examples
    --------
    >>> truth = keras.ops.convert_to_tensor([[[2.0], [float("nan")]], [[1.0], [5.0]]])
    >>> forecast = keras.ops.convert_to_tensor([[[1.0], [7.0]], [[1.0], [3.0]]])
    >>> first_step_mae(truth, forecast).numpy().tolist()
    [1.0, 0.0]
    """
    return keras.ops.mean(keras.ops.abs(y_true[:, 0] - y_pred[:, 0]), axis=-1)


@keras.saving.register_keras_serializable("rnn_trading")
class Qlike(keras.losses.Loss):
    """Of a volatility f for an outcome y: log f + y / f, the quasi-likelihood loss (Patton, 2011).

    It is least, whatever the distribution of y, where f is its mean, and a relative error costs the same in quiet and
    in wild times. It is the QLIKE of the records. Forecasts must be
    positive.

    Examples
    --------
    >>> truth, forecast = (keras.ops.convert_to_tensor([[value]]) for value in (2.0, 1.0))
    >>> float(Qlike()(truth, forecast))
    2.0
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Of ``(rows, outputs)``, the mean of each row, ``(rows,)``."""
        return keras.ops.mean(keras.ops.log(y_pred) + y_true / y_pred, axis=-1)
