"""Networks that feed on their own forecasts: whole batches of runs in one compiled loop."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras, tf
from rnn_trading.models.traced import traced
from rnn_trading.series.scaling import Scaling, refuse_zero_bases

Array = NDArray[np.float64]
RUN_HALF_MSE = "run_half_mse"
RUNS_AT_ONCE = 1024  # bounds the memory; a run does not depend on those beside it


def free_run(model: keras.Model, windows: Array, steps: int, scaling: Scaling) -> Array:
    """Forecast several steps from each of many windows.

    Every window is scaled by its own base, the network forecasts its next value, the forecast is brought back to the
    units of the series and enters the window, whose oldest value leaves; and so on. All windows go through
    the network together, and the steps are one compiled loop.

    Parameters
    ----------
    model
        ``(batch, lags, 1)`` to ``(batch, 1)``, both scaled.
    windows
        Values before each run, oldest first, ``(runs, lags)``, in the units of the series.
    steps
        Steps of every run, at least 1.
    scaling
        Of the model's inputs and forecasts.

    Returns
    -------
    numpy.ndarray
        float64, ``(runs, steps)``, in the units of the series.

    Raises
    ------
    ValueError
        If a window is to be divided by a first or last value of zero.
    """
    refuse_zero_bases(scaling.base, windows)

    def make(network: keras.Model) -> Any:
        @tf.function(jit_compile=False)
        def run(window: tf.Tensor) -> tf.Tensor:
            forecasts = tf.TensorArray(tf.float64, size=steps)
            for step in tf.range(steps):
                inputs = tf.cast(scaling.scale(window, window), tf.float32)  # (runs, lags)
                scaled = tf.cast(network([inputs[:, :, None]], training=False), tf.float64)  # (runs, 1)
                forecast = scaling.restore(scaled, tf.cast(inputs[:, -1:], tf.float64), window)
                window = tf.concat([window[:, 1:], forecast], axis=1)
                forecasts = forecasts.write(step, forecast[:, 0])
            return tf.transpose(forecasts.stack())

        return concrete(run, windows, tf.float64)

    with traced(model) as borrowed:
        run = borrowed.function(("free_run", windows.shape[1], steps, scaling), make)
        return in_parts(run, windows, tf.float64)


def joint_free_run(model: keras.Model, windows: Array, steps: int) -> Array:
    """Forecast several steps of several series from each of many windows, every forecast entering the window.

    Parameters
    ----------
    model
        ``(batch, lags, series)`` to ``(batch, series)``, both scaled.
    windows
        Scaled values before each run, oldest first, ``(runs, lags, series)``.
    steps
        Steps of every run, at least 1.

    Returns
    -------
    numpy.ndarray
        float64, ``(runs, steps, series)``, scaled.
    """

    def make(network: keras.Model) -> Any:
        @tf.function(jit_compile=False)
        def run(window: tf.Tensor) -> tf.Tensor:
            forecasts = tf.TensorArray(tf.float32, size=steps)
            for step in tf.range(steps):
                forecast = network([window], training=False)  # (runs, series)
                window = tf.concat([window[:, 1:], forecast[:, None]], axis=1)
                forecasts = forecasts.write(step, forecast)
            return tf.transpose(forecasts.stack(), (1, 0, 2))

        return concrete(run, windows, tf.float32)

    with traced(model) as borrowed:
        run = borrowed.function(("joint_free_run", windows.shape[1:], steps), make)
        return in_parts(run, windows, tf.float32)


def concrete(run: Any, windows: NDArray[np.floating], dtype: tf.DType) -> Any:
    """A `tf.function` of windows, traced for any number of them."""
    return run.get_concrete_function(tf.TensorSpec([None, *windows.shape[1:]], dtype))


def in_parts(run: Any, windows: NDArray[np.floating], dtype: tf.DType) -> Array:
    """What a function of windows makes of many of them, some at a time: float64."""
    parts = [windows[start : start + RUNS_AT_ONCE] for start in range(0, len(windows), RUNS_AT_ONCE)]
    return np.concatenate([run(tf.constant(part, dtype)).numpy().astype(np.float64) for part in parts])


def stepwise_free_run(model: keras.Model, warm_up: Array, steps: int) -> Array:
    """Let a stepwise network read a warm-up, then go on from its own forecasts.

    A causal network's forecast after a step depends on the values until then and on nothing behind them. So the
    whole run lies in one array: what is not known yet is zero and is filled in step by step, which equals carrying the
    states from step to step.

    Parameters
    ----------
    model
        ``(batch, steps, 1)`` to ``(batch, steps, 1)``, not stateful.
    warm_up
        Scaled values before each run, ``(runs, values)``.
    steps
        Steps of every run, at least 1.

    Returns
    -------
    numpy.ndarray
        float64, ``(runs, steps)``, scaled.
    """
    known = warm_up.shape[1]
    values = np.zeros((len(warm_up), known + steps - 1, 1), dtype=np.float32)
    values[:, :known, 0] = warm_up
    forecasts = np.empty((len(warm_up), steps))

    def make(network: keras.Model) -> Any:
        called = tf.function(lambda inputs: network([inputs], training=False))
        return called.get_concrete_function(tf.constant(values))

    with traced(model) as borrowed:
        call = borrowed.function(("stepwise_free_run", values.shape), make)
        for step in range(steps):
            forecasts[:, step] = call(tf.constant(values))[:, known - 1 + step, 0].numpy()
            if step + 1 < steps:
                values[:, known + step, 0] = forecasts[:, step]
    return forecasts


class ForecastEvolution(keras.callbacks.Callback):
    """Keep the free runs that a stepwise network in training would make after some epochs.

    Where their outcomes are known, the error of the runs is measured after every epoch, as ``run_half_mse`` of the
    validation rows: half the mean squared error over runs and steps.

    Parameters
    ----------
    forecaster
        The same network with free shapes; it takes the weights of the one in training.
    warm_up, steps
        As for :func:`stepwise_free_run`.
    epochs
        Epochs, from 1, whose forecasts are kept.
    outcomes
        Of the runs, scaled, ``(runs, steps)``; None: no error is measured.
    """

    def __init__(
        self, forecaster: keras.Model, warm_up: Array, steps: int, epochs: set[int], outcomes: Array | None = None
    ) -> None:
        super().__init__()
        self.forecaster, self.warm_up, self.steps, self.epochs = forecaster, warm_up, steps, epochs
        self.outcomes = outcomes
        self.measures = [] if outcomes is None else [RUN_HALF_MSE]
        self.rows: list[dict[str, float]] = []

    def arrays(self) -> Iterator[NDArray[np.generic]]:
        """What the forecasts are made from."""
        yield from (self.warm_up, np.array([self.steps, *sorted(self.epochs)]))
        if self.outcomes is not None:
            yield self.outcomes

    def counters(self) -> dict[str, Any]:
        """Forecasts so far: what a training that is taken up needs."""
        return {"rows": self.rows}

    def count_on(self, counters: dict[str, Any]) -> None:
        """Take them over."""
        self.rows = counters["rows"]

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Forecast, if the epoch is one of those wanted or the error is measured; further callbacks see the error."""
        wanted = epoch + 1 in self.epochs
        if not wanted and self.outcomes is None:
            return
        self.forecaster.set_weights(self.model.get_weights())
        forecasts = stepwise_free_run(self.forecaster, self.warm_up, self.steps)
        if self.outcomes is not None and logs is not None:
            logs[f"val_{RUN_HALF_MSE}"] = float(np.mean((forecasts - self.outcomes) ** 2) / 2)
        self.rows += [
            {"epoch": epoch + 1, "start": start, "step": step, "forecast": float(forecast)}
            for (start, step), forecast in np.ndenumerate(forecasts)
            if wanted
        ]
