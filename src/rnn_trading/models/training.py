"""The one way to train: parameters in, fitted model and history out."""

import dataclasses
import logging
import random
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, runtime_checkable

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
    hold_out,
)
from rnn_trading.models.compiling import (
    loss_of,
    metrics_of,
    optimizer_of,
    plateau_of,
    stopping_of,
    takes_missing,
)
from rnn_trading.models.parameters import TrainingParameters
from rnn_trading.models.predicting import PREDICTION_BATCH, prediction_batch, some_at_a_time
from rnn_trading.models.reporting import Progress
from rnn_trading.models.seeds import seed_network
from rnn_trading.models.states import NOTHING_KEPT, States
from rnn_trading.models.traced import copy_variables, traced
from rnn_trading.models.training_state import (
    KeepState,
    Stopping,
    digest_of_network,
    key_of_parts,
    made_of,
    take_up,
)
from rnn_trading.models.watching import before_training, watched_by_keras

logger = logging.getLogger(__name__)

Rows: TypeAlias = tuple[Inputs | Gathered, NDArray[np.floating]] | Batched


@runtime_checkable
class Described(Protocol):
    """A function that builds a network and says from what."""

    @property
    def foreign(self) -> bool:
        """Whether code of a user's own builds it, which may draw numbers by itself."""

    def digest(self) -> str:
        """Of all that the network is built from."""

    def modules(self) -> set[str]:
        """Whose source, with that of what they import, decides what is built."""


@dataclass(frozen=True)
class Fit:
    """A fitted model and how it came about.

    Attributes
    ----------
    model
        With the weights of the best epoch, or of the last where none is chosen.
    history
        One dict for each epoch, part and quantity: ``epoch`` (from 1; 0: before the training), ``rows`` (``train`` or
        ``validation``), ``quantity``, ``value``.
    epochs, best_epoch
        Epochs run; the one whose weights were kept, the last where none is chosen. 0: the network as it began.
    seconds
        Wall time of the training, breaks not counted.
    device
        ``CPU``, or ``GPU`` and its name.
    key
        SHA-256 of all that it was made of: rows, parameters, network, device, libraries and the source of modules.
    ended
        When it was fitted, ISO, UTC: of one that was kept and is given back, the time it was fitted then.
    tried
        Of a grid of networks, what each has on the validation rows; see :mod:`rnn_trading.models.grid`.
    """

    model: keras.Model
    history: list[dict[str, Any]]
    epochs: int
    best_epoch: int
    seconds: float
    device: str
    key: str
    ended: str
    tried: list[dict[str, Any]] = field(default_factory=list)

    @property
    def best_validation_loss(self) -> float:
        """Of the epoch whose weights were kept."""
        return self.best_watched("loss")

    def best_watched(self, quantity: str) -> float:
        """What was watched, of the epoch whose weights were kept."""
        wanted = {"epoch": self.best_epoch, "rows": "validation", "quantity": quantity}
        return next(float(row["value"]) for row in self.history if wanted.items() <= row.items())


def train(
    build: Callable[[], keras.Model],
    training_rows: Rows,
    validation_rows: Rows | None,
    training: TrainingParameters,
    title: str,
    states: States = NOTHING_KEPT,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    kept_as: str | None = None,
) -> Fit:
    """Build, seed, fit, stop early, and restore the best epoch; take up a training that was broken off.

    Two calls with equal arguments on one machine return equal weights, to the bit, whatever other threads do, whatever
    was trained before, and whether or not the training was broken off; of layers that
    :func:`rnn_trading.models.seeds.seed_network` cannot reach, only where no other thread draws. A fit that is kept in
    ``states`` and was made of the same parts is given back. The optimizer of the model that is given is at its start.

    Parameters
    ----------
    build
        Makes the untrained model. A :class:`rnn_trading.models.networks.Blueprint` says what it builds, and from which
        source; of other functions only the network itself is compared with one that is kept.
    training_rows, validation_rows
        Named inputs with shapes ``(rows, ...)``, or what puts them together, and targets float32 ``(rows,)`` or
        ``(rows, series)``, without missing values; or rows that come in batches of their own. No validation rows, and
        training rows as arrays, where ``training.validation_split`` takes them from the training rows.
    training
        See :class:`rnn_trading.models.parameters.TrainingParameters`. All that is drawn is drawn by its seed.
    title
        Name of the model in progress messages.
    states
        Where the state is kept while training runs.
    callbacks
        Further ones, called before training is stopped or its rate lowered. Those with ``counters`` are kept.
    kept_as
        Name of the state; None: ``seed_N``.

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
    _, best_is = metrics_of(training, callbacks)
    rows, watched = _both_parts(training_rows, validation_rows, training, title)
    tf.config.experimental.enable_op_determinism()
    place, device = _device(training.device)
    watching = [each for each in callbacks if hasattr(each, "counters")]
    with tf.device(place):
        network = _ready(build, training, callbacks)
        modules = _modules_of(build, rows, watched, *callbacks)
        digest = build.digest() if isinstance(build, Described) else digest_of_network(network)
        parts = made_of(digest, rows.arrays(), watched.arrays(), training, device, modules, watching)
        stopping, plateau = stopping_of(training, best_is), plateau_of(training, best_is)
        state = take_up(states, name := kept_as or f"seed_{training.seed}", title, parts)
        keep = KeepState(states, name, parts, stopping, [*watching, *plateau], state)
        if keep.ended is None:
            _fit(network, rows, watched, training, title, device, [*callbacks, *plateau, stopping], keep)
        else:
            logger.info("%s: was fitted already, %s, %d epochs, on the %s", title, keep.ended, keep.epochs, device)
            keep.give_back(network)
    best_epoch = stopping.best_epoch + 1
    logger.info(
        "%s: epoch %d of %d is kept, %.0f s, %s parameters",
        *(title, best_epoch, keep.epochs, keep.seconds, f"{network.count_params():,}"),
    )
    return Fit(
        *(network, _tidy(keep.recorded, keep.untrained), keep.epochs, best_epoch, keep.seconds, device),
        *(key_of_parts(parts), str(keep.ended)),
    )


def _fit(
    network: keras.Model,
    rows: Batched,
    watched: Batched,
    training: TrainingParameters,
    title: str,
    device: str,
    callbacks: list[keras.callbacks.Callback],
    keep: KeepState,
) -> None:
    """Fit a network, by the traced step of all networks of its architecture."""

    def compile_(model: keras.Model) -> None:
        _compile(model, training, callbacks)

    epoch = Epoch()
    progress = Progress(title, training, len(rows), device, keep.epochs)
    with traced(network, _compiled_as(training, callbacks), compile_) as borrowed:
        borrowed.model.test_function = borrowed.function(("watched", _watched_shape(watched)), _test_function)
        if training.start_from_epoch == 0 and not keep.epochs and isinstance(keep.stopping, Stopping):
            keep.untrained = before_training(borrowed.model, watched, training, callbacks)
            keep.stopping.untrained = keep.untrained[f"val_{training.monitor}"]
        borrowed.model.fit(
            rows.batches(training.batch_size, training.seed, epoch, training.shuffle),
            **watched_by_keras(watched, training),
            initial_epoch=keep.epochs,
            epochs=training.epochs,
            shuffle=False,  # the batches are drawn already
            callbacks=[CountEpochs(epoch), *callbacks, progress, keep],
            verbose=0,
        )
        keep.end()
        if borrowed.model is network:
            compile_(network)  # the optimizer of what is given is at its start
        else:
            copy_variables(borrowed.model, network)


def untrained(build: Callable[[], keras.Model], seed: int) -> keras.Model:
    """The network as a training begins with it.

    Parameters
    ----------
    build
        Makes the untrained model.
    seed
        ``training.seed``.
    """
    random.seed(seed)  # from which Keras takes seeds; all layers get theirs below
    if not isinstance(build, Described) or build.foreign:
        # For a layer of the user's own that draws by itself. TensorFlow forgets its compiled functions with it.
        keras.utils.set_random_seed(seed)
    model = build()
    seed_network(model, seed)
    return model


def _ready(
    build: Callable[[], keras.Model], training: TrainingParameters, callbacks: Sequence[keras.callbacks.Callback]
) -> keras.Model:
    """The network with its initial weights, compiled, its optimizer at the start."""
    model = untrained(build, training.seed)
    _compile(model, training, callbacks)
    return model


def _compile(model: keras.Model, training: TrainingParameters, callbacks: Sequence[keras.callbacks.Callback]) -> None:
    metrics, _ = metrics_of(training, callbacks)
    model.compile(
        optimizer_of(training),
        loss=loss_of(training),
        metrics=metrics,
        steps_per_execution=training.steps_per_execution,
        jit_compile=False,  # XLA's compilation costs more than it gains on models of this size
    )
    model.optimizer.build(model.trainable_variables)


def _compiled_as(training: TrainingParameters, callbacks: Sequence[keras.callbacks.Callback]) -> Hashable:
    """What of a training is traced; the learning rate is a variable."""
    metrics, _ = metrics_of(training, callbacks)
    names = tuple(each if isinstance(each, str) else each.name for each in metrics)
    optimizer = dataclasses.replace(training.optimizer, learning_rate=1.0)
    return training.loss, names, repr(optimizer), training.steps_per_execution


def _modules_of(build: Callable[[], keras.Model], *further: Any) -> set[str]:
    """Modules whose source decides what comes out of a training; what a notebook defines has none."""
    modules = {__name__, *(type(each).__module__ for each in further)}
    return (modules | (build.modules() if isinstance(build, Described) else set())) - {"__main__"}


def _both_parts(
    training_rows: Rows, validation_rows: Rows | None, training: TrainingParameters, title: str
) -> tuple[Batched, Batched]:
    """Rows that are trained on, and rows that are watched."""
    missing = takes_missing(training)
    rows = _checked(training_rows, "training", title, missing=missing)
    if validation_rows is not None and training.validation_split is None:
        return rows, _checked(validation_rows, "validation", title, missing=missing)
    if training.validation_split is None or validation_rows is not None or not isinstance(rows, ArrayRows):
        raise ValueError(
            f"{title}: expected either rows to watch or training.validation_split, a share of training rows that are "
            f"arrays. Received: {'no ' if validation_rows is None else ''}rows to watch, training.validation_split="
            f"{training.validation_split}, and training rows as {type(rows).__name__}."
        )
    return hold_out(rows, training.validation_split, training.seed)


def _checked(rows: Rows, part: str, title: str, *, missing: bool) -> Batched:
    """Rows in batches, without a missing value but in rows that come in batches, and in targets that may miss some."""
    if not isinstance(rows, tuple):
        return rows
    inputs, targets = rows
    checked = {} if missing else {"target": targets}
    if isinstance(inputs, dict):
        _check_finite(inputs | checked, part, title)
        return ArrayRows(inputs, targets)
    _check_finite(checked, part, title)
    for some in some_at_a_time(inputs, PREDICTION_BATCH):
        _check_finite(inputs.take(some), part, title, first=int(some[0]))
    return GatheredRows(inputs, targets)


def _watched_shape(rows: Batched) -> int | None:
    """Rows of every watched batch, if Keras knows them when it traces: the last digits may depend on it."""
    if not isinstance(rows, ArrayRows):
        return None
    at_once = prediction_batch(rows.inputs)
    return None if len(rows) % at_once and len(rows) > at_once else min(len(rows), at_once)


def _test_function(model: keras.Model) -> Any:
    model.make_test_function(force=True)
    return model.test_function


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


def _tidy(recorded: dict[str, list[float]], untrained: dict[str, float]) -> list[dict[str, Any]]:
    before = {name: [untrained[name]] if name in untrained else [] for name in recorded}
    return [
        {
            "epoch": epoch,
            "rows": "validation" if name.startswith("val_") else "train",
            "quantity": name.removeprefix("val_"),
            "value": float(value),
        }
        for name, values in recorded.items()
        for epoch, value in enumerate([*before[name], *values], start=1 - len(before[name]))
    ]
