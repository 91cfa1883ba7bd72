"""What a network must take and give, whoever builds it."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras
from rnn_trading.models.counted import Counted
from rnn_trading.models.ordinal import ordinal_forecast

VECTOR_RANK = 2  # (batch, features)


@dataclass(frozen=True)
class Input:
    """One named input of a network.

    Attributes
    ----------
    shape
        Without the batch; None: any number of steps.
    dtype
        ``float32``, or ``int32`` for ids.
    scale
        Standard deviation of the values in the training rows, by which a network may divide; 1: leave them as they are.
    ids
        How many ids there are, of an input of ids; 0: it is none.
    masked
        Whether id 0 is padding that a network leaves out.
    vectors
        Pretrained vector of each id, float32 ``(ids, dimensions)``; None: learn them.
    counted
        Which ids and pairs of ids a network counts beside reading them in order; None: none.
    """

    shape: tuple[int | None, ...]
    dtype: Literal["float32", "int32"] = "float32"
    scale: float = 1.0
    ids: int = 0
    masked: bool = False
    vectors: NDArray[np.float32] | None = None
    counted: Counted | None = None

    def arrays(self) -> list[NDArray[Any]]:
        """What of it comes from data: vectors, and what is counted."""
        return [
            *([] if self.vectors is None else [self.vectors]),
            *([] if self.counted is None else self.counted.arrays()),
        ]

    def without_arrays(self) -> "Input":
        """The same without them."""
        return replace(self, vectors=None, counted=None)


@dataclass(frozen=True)
class Interface:
    """What a network must take and give.

    Attributes
    ----------
    inputs
        By name.
    outputs
        Numbers in a forecast.
    activation
        ``sigmoid`` for a probability, ``linear`` for a number.
    target
        Mean and standard deviation of the target in the training rows, in which a ``linear`` network may forecast;
        (0, 1): it forecasts in plain units. Of a ``sigmoid`` the mean is where a network may begin.
    every_step
        Whether the network forecasts after every step of its sequence, from that step and those before it alone.
    path
        Steps of a path that the network forecasts at once; None: it forecasts what follows next.
    readers
        Rows of every batch of a stateful network; None: it carries no state from batch to batch.
    log_odds
        Of an ordered label, the log-odds of lying above each of its thresholds in the training rows, ``(outputs,)``:
        the network gives the probabilities of that. Empty: the target is no ordered label.
    """

    inputs: dict[str, Input]
    outputs: int = 1
    activation: Literal["linear", "sigmoid"] = "linear"
    target: tuple[float, float] = (0.0, 1.0)
    every_step: bool = False
    readers: int | None = None
    path: int | None = None
    log_odds: tuple[float, ...] = ()

    @property
    def forecast_shape(self) -> tuple[int | None, ...]:
        """Shape of a forecast, without the batch.

        Examples
        --------
        >>> window = {"Values": Input((50, 2))}
        >>> Interface(window, outputs=2).forecast_shape, Interface(window, outputs=2, path=24).forecast_shape
        ((2,), (24, 2))
        """
        steps = next(iter(self.inputs.values())).shape[:1] if self.every_step else ()
        return (*(steps if self.path is None else (self.path,)), self.outputs)

    def symbolic(self) -> dict[str, Any]:
        """Keras inputs by name, to build a network on: ``(batch, *shape)`` each."""
        return {
            name: keras.Input(each.shape, batch_size=self.readers, name=name, dtype=each.dtype)
            for name, each in self.inputs.items()
        }

    def embedding(self, name: str, dimensions: int) -> keras.layers.Layer:
        """An embedding for an input of ids; pretrained vectors stay as they are, and have dimensions of their own.

        That of ``Tickers`` is the layer ``TickerEmbedding``: after training, tickers without a training row get the
        mean of all others.
        """
        wanted = self.inputs[name]
        layer = keras.layers.Embedding(
            wanted.ids,
            dimensions if wanted.vectors is None else wanted.vectors.shape[1],
            trainable=wanted.vectors is None,
            mask_zero=wanted.masked,
            name=f"{name.removesuffix('s')}Embedding",
        )
        if wanted.vectors is not None:
            layer.build()
            layer.set_weights([wanted.vectors])
        return layer

    def forecast(self, states: Any) -> Any:
        """The last layer: as many outputs as wanted, their activation, and the way back to the units of the target.

        Of a path, states are ``(batch, path, features)``, or one vector ``(batch, features)`` for all its steps.
        """
        if self.log_odds:
            return ordinal_forecast(states, self.log_odds)
        steps_at_once = self.path if self.path and len(states.shape) == VECTOR_RANK else None
        numbers = self.outputs * (steps_at_once or 1)
        forecast = keras.layers.Dense(numbers, activation=self.activation, name="Forecast")(states)
        if steps_at_once:
            forecast = keras.layers.Reshape(self.forecast_shape, name="Path")(forecast)
        mean, deviation = self.target
        if self.activation == "linear" and (mean, deviation) != (0.0, 1.0):
            forecast = keras.layers.Rescaling(deviation, offset=mean, name="Units")(forecast)
        return forecast
