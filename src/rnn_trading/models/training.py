"""The one way to train: parameters in, fitted model and history out."""

import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras, tf
from rnn_trading.models.batches import (
    ArrayRows,
    Batched,
    CountEpochs,
    Epoch,
    Gathered,
    GatheredRows,
    Inputs,
    Sequences,
    as_long_as_the_longest,
    batched_by_length,
    hold_out,
)
from rnn_trading.models.compiling import loss_of, metrics_of, optimizer_of, plateau_of, stopping_of
from rnn_trading.models.parameters import TrainingParameters
from rnn_trading.models.seeds import seed_network
from rnn_trading.models.states import NOTHING_KEPT, States
from rnn_trading.models.training_state import KeepState, made_of, take_up
from rnn_trading.progress import SECONDS_BETWEEN_REPORTS

logger = logging.getLogger(__name__)

Rows: TypeAlias = tuple[Inputs | Gathered, NDArray[np.floating]] | Batched
# Rows predicted at a time: so many at most, and fewer where rows are long, for memory's sake.
PREDICTION_BATCH, PREDICTION_VALUES = 4096, 2**19
RAGGED_PREDICTION_BATCH, ORDERED_PREDICTION_BATCH = 512, 32


class TrainingDivergedError(ArithmeticError):
    """The loss is no longer a number."""


@dataclass(frozen=True)
class Fit:
    """A fitted model and how it came about.

    Attributes
    ----------
    model
        With the weights of the best epoch, or of the last where none is chosen.
    history
        One dict for each epoch, part and quantity: ``epoch`` (from 1), ``rows`` (``train`` or
        ``validation``), ``quantity``, ``value``.
    epochs, best_epoch
        Epochs run; the one whose weights were kept, the last where none is chosen.
    seconds
        Wall time of the training, breaks not counted.
    device
        ``CPU``, or ``GPU`` and its name.
    """

    model: keras.Model
    history: list[dict[str, Any]]
    epochs: int
    best_epoch: int
    seconds: float
    device: str

    @property
    def best_validation_loss(self) -> float:
        """Of the epoch whose weights were kept."""
        wanted = {"epoch": self.best_epoch, "rows": "validation", "quantity": "loss"}
        return next(float(row["value"]) for row in self.history if wanted.items() <= row.items())


def train(
    build: Callable[[], keras.Model],
    training_rows: Rows,
    validation_rows: Rows | None,
    training: TrainingParameters,
    title: str,
    states: States = NOTHING_KEPT,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> Fit:
    """Build, seed, fit, stop early, and restore the best epoch; take up a training that was broken off.

    Two calls with equal arguments on one machine return equal weights, to the bit, whatever other threads do, and
    whether or not the training was broken off; of layers that :func:`rnn_trading.models.seeds.seed_network` cannot
    reach, only where no other thread draws.

    Parameters
    ----------
    build
        Makes the untrained model.
    training_rows, validation_rows
        Named inputs with shapes ``(rows, ...)``, or what puts them together, and targets float32 ``(rows,)`` or
        ``(rows, series)``, without missing values; or rows that come in batches of their own. No validation rows, and
        training rows as arrays, where ``training.validation_split`` takes them from the training rows.
    training
        See :class:`rnn_trading.models.parameters.TrainingParameters`. All that is drawn is drawn by its seed.
    title
        Name of the model in progress messages.
    states
        Where the state is kept while training runs, as ``seed_N``.
    callbacks
        Further ones, called before training is stopped or its rate lowered. Those with ``counters`` are kept.

    Returns
    -------
    Fit

    Raises
    ------
    TrainingDivergedError
        If the loss or a weight becomes NaN or infinite.
    ValueError
        If a GPU is asked for and there is none, ``monitor`` does not exist for ``loss``, an input or target is missing
        or infinite, or there are validation rows beside a ``validation_split``, or none without.
    """
    metrics, best_is = metrics_of(training, callbacks)
    rows, watched = _both_parts(training_rows, validation_rows, training, title)
    tf.config.experimental.enable_op_determinism()
    place, device = _device(training.device)
    with tf.device(place):
        model = _ready(build, training, metrics)
        stopping, plateau = stopping_of(training, best_is), plateau_of(training, best_is)
        watching = [each for each in callbacks if hasattr(each, "counters")]
        parts = made_of(model, rows.arrays(), watched.arrays(), training, device, watching)
        state = take_up(states, name := f"seed_{training.seed}", title, parts)
        keep = KeepState(states, name, parts, stopping, [*watching, *plateau], state)
        epoch, progress = Epoch(), _Progress(title, training, len(rows), device, keep.epochs)
        if state is None or not state.facts["ended"]:
            model.fit(
                rows.batches(training.batch_size, training.seed, epoch, training.shuffle),
                **_watching(watched, training),
                initial_epoch=keep.epochs,
                epochs=training.epochs,
                shuffle=False,  # the batches are drawn already
                callbacks=[CountEpochs(epoch), *callbacks, *plateau, stopping, progress, keep],
                verbose=0,
            )
            keep.write(ended=True)
        else:
            logger.info("%s: taken up: all %d epochs were trained already, on the %s", title, keep.epochs, device)
            keep.take_over(model)
            stopping.set_model(model)
            stopping.on_train_end()
    best_epoch = stopping.best_epoch + 1
    logger.info(
        "%s: epoch %d of %d is kept, %.0f s, %s parameters",
        *(title, best_epoch, keep.epochs, keep.seconds, f"{model.count_params():,}"),
    )
    return Fit(model, _tidy(keep.recorded), keep.epochs, best_epoch, keep.seconds, device)


def untrained(build: Callable[[], keras.Model], seed: int) -> keras.Model:
    """The network as a training begins with it.

    Parameters
    ----------
    build
        Makes the untrained model.
    seed
        ``training.seed``.
    """
    # For a layer of the user's own that draws by itself; all others get their seeds below.
    keras.utils.set_random_seed(seed)
    model = build()
    seed_network(model, seed)
    return model


def _ready(build: Callable[[], keras.Model], training: TrainingParameters, metrics: list[Any]) -> keras.Model:
    """The network with its initial weights, compiled, its optimizer at the start."""
    model = untrained(build, training.seed)
    # XLA's compilation costs more than it gains on models of this size.
    model.compile(optimizer_of(training), loss=loss_of(training), metrics=metrics, jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    return model


def _both_parts(
    training_rows: Rows, validation_rows: Rows | None, training: TrainingParameters, title: str
) -> tuple[Batched, Batched]:
    """Rows that are trained on, and rows that are watched."""
    rows = _checked(training_rows, "training", title)
    if validation_rows is not None and training.validation_split is None:
        return rows, _checked(validation_rows, "validation", title)
    if training.validation_split is None or validation_rows is not None or not isinstance(rows, ArrayRows):
        raise ValueError(
            f"{title}: expected either rows to watch or training.validation_split, a share of training rows that are "
            f"arrays. Received: {'no ' if validation_rows is None else ''}rows to watch, training.validation_split="
            f"{training.validation_split}, and training rows as {type(rows).__name__}."
        )
    return hold_out(rows, training.validation_split, training.seed)


def _checked(rows: Rows, part: str, title: str) -> Batched:
    """Rows in batches, without a missing value but where they come in batches of their own."""
    if not isinstance(rows, tuple):
        return rows
    inputs, targets = rows
    if isinstance(inputs, dict):
        _check_finite(inputs | {"target": targets}, part, title)
        return ArrayRows(inputs, targets)
    _check_finite({"target": targets}, part, title)
    for some in _some_at_a_time(inputs, PREDICTION_BATCH):
        _check_finite(inputs.take(some), part, title, first=int(some[0]))
    return GatheredRows(inputs, targets)


def _some_at_a_time(inputs: Gathered, most: int) -> Iterator[NDArray[np.int64]]:
    """Positions of all rows in their order, so many at a time."""
    return (np.arange(first, min(first + most, len(inputs))) for first in range(0, len(inputs), most))


def _watching(rows: Batched, training: TrainingParameters) -> dict[str, Any]:
    """Arguments of Keras' ``fit`` for validation rows."""
    if isinstance(rows, ArrayRows):
        return {
            "validation_data": (rows.inputs, rows.targets),
            "validation_batch_size": _prediction_batch(rows.inputs),
        }
    size = _prediction_batch(rows.inputs) if isinstance(rows, GatheredRows) else training.batch_size
    return {"validation_data": rows.batches(size, training.seed, Epoch(), False)}


def predict(model: keras.Model, inputs: Inputs | Gathered) -> NDArray[np.float64]:
    """Predict every row: float64, shape ``(rows,)``, in batches that do not depend on the training."""
    size = _prediction_batch(inputs)
    if isinstance(inputs, dict):
        return model.predict(inputs, batch_size=size, verbose=0)[:, 0].astype(np.float64)
    result = np.empty(len(inputs))
    for rows in _some_at_a_time(inputs, size):
        result[rows] = model.predict_on_batch(inputs.take(rows))[:, 0]
    return result


def predict_ragged(model: keras.Model, name: str, sequences: Sequences) -> NDArray[np.float64]:
    """Predict sequences of different lengths, by a network that leaves padded steps out: float64, ``(sequences,)``."""
    result = np.empty(len(sequences.lengths))
    for rows in batched_by_length(sequences.lengths, RAGGED_PREDICTION_BATCH, None):
        inputs = {name: as_long_as_the_longest(sequences.take(rows))}
        result[rows] = model.predict_on_batch(inputs)[:, 0]
    return result


def predict_in_order(model: keras.Model, name: str, sequences: Sequences, length: int) -> NDArray[np.float64]:
    """Predict sequences by a network that leaves padded steps out, so that none depends on those after it, to the bit.

    Sums of floating-point numbers depend on how they are divided. Here every batch has the same shape, and a row its
    place, whatever follows; :func:`predict_ragged` is faster, and differs in the last digits.

    Parameters
    ----------
    model, name
        The network and the name of its input.
    sequences
        In the order of time, ``(sequences,)``.
    length
        Steps to which all are padded; none is longer.

    Returns
    -------
    numpy.ndarray
        float64, ``(sequences,)``.
    """
    result = np.empty(len(sequences.lengths))
    for first in range(0, len(result), ORDERED_PREDICTION_BATCH):
        rows = np.arange(first, min(first + ORDERED_PREDICTION_BATCH, len(result)))
        filled = np.resize(rows, ORDERED_PREDICTION_BATCH)  # the last batch is filled up with rows of its own
        inputs = {name: sequences.take(filled).padded(length, "back", "back")}
        result[rows] = model.predict_on_batch(inputs)[: len(rows), 0]
    return result


def _prediction_batch(inputs: Inputs | Gathered) -> int:
    inputs = inputs if isinstance(inputs, dict) else inputs.take(np.arange(0))
    values_in_a_row = sum(int(np.prod(array.shape[1:])) for array in inputs.values())
    return min(PREDICTION_BATCH, max(1, PREDICTION_VALUES // values_in_a_row))


def _check_finite(arrays: Inputs, part: str, title: str, first: int = 0) -> None:
    for name, values in arrays.items():
        bad = ~np.isfinite(values)
        if bad.any():
            row = first + int(np.argwhere(bad)[0][0])
            raise ValueError(
                f"{title}: {name} of {part} row {row:,} is not a finite number ({int(bad.sum()):,} values). Remove "
                "such rows before training."
            )


def _device(wanted: str) -> tuple[str, str]:
    """TensorFlow's name of the device, and its name in words."""
    gpus = tf.config.get_visible_devices("GPU")
    if wanted == "gpu" and not gpus:
        raise ValueError(
            "training.device=gpu, but TensorFlow sees no GPU. Install the extra 'gpu' and a driver, or use "
            "device=auto or cpu."
        )
    if not gpus or wanted == "cpu":
        return "/CPU:0", "CPU"
    details = tf.config.experimental.get_device_details(gpus[0])
    return "/GPU:0", f"GPU {details.get('device_name', '')}".rstrip()


def _tidy(recorded: dict[str, list[float]]) -> list[dict[str, Any]]:
    return [
        {
            "epoch": epoch,
            "rows": "validation" if name.startswith("val_") else "train",
            "quantity": name.removeprefix("val_"),
            "value": float(value),
        }
        for name, values in recorded.items()
        for epoch, value in enumerate(values, start=1)
    ]


class _Progress(keras.callbacks.Callback):
    """Log where training stands every few seconds, and stop it when the loss is not a number."""

    def __init__(self, title: str, training: TrainingParameters, rows: int, device: str, first: int) -> None:
        super().__init__()
        self.title, self.training, self.rows, self.device, self.first = title, training, rows, device, first
        self.epoch = 0
        self.started = self.reported = time.perf_counter()

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        logger.info(
            "%s: training on the %s, %s rows, batch %d, %s%d epochs%s",
            *(self.title, self.device, f"{self.rows:,}", self.training.batch_size),
            *("" if self.training.patience is None else "up to ", self.training.epochs),
            f", taken up after epoch {self.first}" if self.first else "",
        )

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        now = time.perf_counter()
        if now - self.reported >= SECONDS_BETWEEN_REPORTS:
            self.reported = now
            done = min((batch + 1) * self.training.batch_size, self.rows)
            self._check(logs or {})
            logger.info(
                "%s: epoch %d, %.0f %% of it, %s, %s rows a second",
                *(self.title, self.epoch, 100 * done / self.rows, _show({"loss": (logs or {})["loss"]})),
                f"{((self.epoch - 1 - self.first) * self.rows + done) / (now - self.started):,.0f}",
            )

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._check(logs or {})
        if time.perf_counter() - self.reported >= SECONDS_BETWEEN_REPORTS or epoch == 0:
            self.reported = time.perf_counter()
            logger.info("%s: epoch %d done, %s", self.title, epoch + 1, _show(logs or {}))

    def _check(self, logs: dict[str, float]) -> None:
        bad = [name for name in ("loss", "val_loss") if not math.isfinite(logs.get(name, 0.0))]
        # Keras clips probabilities, so that a log-loss can stay finite while weights are not.
        bad += [weight.path for weight in self.model.weights if not np.isfinite(weight.numpy()).all()]
        if bad:
            raise TrainingDivergedError(
                f"{self.title}: {bad[0]} is no longer a finite number in epoch {self.epoch}. No model was saved. Lower "
                f"training.optimizer.learning_rate ({self.training.optimizer.learning_rate}) or look for "
                "extreme values in the inputs."
            )


def _show(logs: dict[str, float]) -> str:
    return ", ".join(f"{name.replace('val_', 'watched ')} {value:.4f}" for name, value in logs.items())
