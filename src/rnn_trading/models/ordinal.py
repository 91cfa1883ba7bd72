"""The last layer and the loss of a network whose target is an ordered label."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn_trading.models.backend import keras
from rnn_trading.models.stars import Stars


def ordinal_forecast(states: Any, log_odds: Sequence[float], *, zero: bool = False, further: Any = None) -> Any:
    """One score for all thresholds (proportional odds), and the probabilities of lying above each.

    Parameters
    ----------
    states
        ``(batch, features)``.
    log_odds
        See :class:`OrderedProbabilities`.
    zero
        Whether the score begins at zero.
    further
        A score to be added, ``(batch, 1)``; None: none.
    """
    begins = {"kernel_initializer": "zeros"} if zero else {}
    score = keras.layers.Dense(1, use_bias=False, name="Score", **begins)(states)
    if further is not None:
        score = keras.layers.Add(name="Together")([score, further])
    return OrderedProbabilities(log_odds, name="Forecast")(score)


def with_expected_label(model: keras.Model, stars: Stars) -> keras.Model:
    """A network that gives the expected label, ``(batch, 1)``, from one that gives probabilities above thresholds."""
    layer = keras.layers.Dense(1, trainable=False, name="ExpectedLabel")
    expecting = keras.Model(model.inputs, layer(model.outputs[0]), name=model.name)
    layer.set_weights([np.diff(stars.kinds).astype(np.float32)[:, None], np.array(stars.kinds[:1], dtype=np.float32)])
    return expecting


@keras.saving.register_keras_serializable("rnn_trading")
class OrderedProbabilities(keras.layers.Layer):
    """Probabilities of lying above ordered thresholds, from one score: the proportional-odds model (McCullagh, 1980).

    The probability of lying above threshold k is ``sigmoid(score + c_k)``. The constants begin at the log-odds of the
    training labels. Training moves the first of them, and stretches or shrinks the distances between them by positive
    factors: they stay in their order, so that no probability of a higher threshold is larger than that of a lower one.

    Parameters
    ----------
    log_odds
        Where the constants begin, falling, ``(thresholds,)``, two or more.

    Call arguments
    --------------
    score
        float32, ``(batch, 1)``.

    Examples
    --------
    >>> import numpy as np
    >>> layer = OrderedProbabilities([np.log(3), 0.0, -np.log(3)])
    >>> np.asarray(layer(np.zeros((1, 1), dtype=np.float32))).round(3).tolist()
    [[0.75, 0.5, 0.25]]
    """

    def __init__(self, log_odds: Sequence[float], **options: Any) -> None:
        super().__init__(**options)
        self.log_odds = [float(each) for each in log_odds]
        distances = [lower - higher for lower, higher in zip(self.log_odds, self.log_odds[1:], strict=False)]
        if not distances or min(distances) <= 0:
            raise ValueError(f"log_odds: expected two or more, each below the last. Received: {self.log_odds}.")
        self.distances = distances

    def build(self, _: Any) -> None:
        """Make the weights: all zero, so that the constants are where they begin."""
        self.shift = self.add_weight(shape=(1,), initializer="zeros", name="shift")
        self.stretch = self.add_weight(shape=(len(self.distances),), initializer="zeros", name="stretch")

    def constants(self) -> Any:
        """What is added to the score at each threshold, falling, ``(thresholds,)``."""
        shift = keras.ops.convert_to_tensor(self.shift)
        first = keras.ops.cast(self.log_odds[0], shift.dtype) + shift
        steps = keras.ops.exp(keras.ops.convert_to_tensor(self.stretch)) * keras.ops.cast(self.distances, first.dtype)
        return keras.ops.concatenate([first, first - keras.ops.cumsum(steps)])

    def call(self, score: Any) -> Any:
        """The probabilities, ``(batch, thresholds)``."""
        return keras.ops.sigmoid(score + keras.ops.cast(self.constants(), score.dtype))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """``(batch, thresholds)``."""
        return (input_shape[0], len(self.log_odds))

    def get_config(self) -> dict[str, Any]:
        """What the layer is made again from."""
        return super().get_config() | {"log_odds": self.log_odds}


@keras.saving.register_keras_serializable("rnn_trading")
class OrdinalCrossentropy(keras.losses.Loss):
    """Binary cross-entropy of lying above each threshold, summed over the thresholds of a row, in nats.

    Examples
    --------
    Of probabilities of one half each threshold costs the logarithm of 2:

    >>> import numpy as np
    >>> truth, half = np.array([[1.0, 0.0]], dtype=np.float32), np.full((1, 2), 0.5, dtype=np.float32)
    >>> round(float(OrdinalCrossentropy()(truth, half)), 4)
    1.3863
    """

    def __init__(self, name: str = "ordinal_crossentropy", **options: Any) -> None:
        super().__init__(name=name, **options)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each row, ``(batch,)``."""
        truth = keras.ops.cast(y_true, y_pred.dtype)
        return keras.ops.sum(keras.ops.binary_crossentropy(truth, y_pred), axis=-1)
