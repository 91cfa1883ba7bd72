"""Keep where a training stands while it runs, take up one that was broken off, and give back one that has ended."""

import hashlib
import json
import logging
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras
from rnn_trading.models.parameters import TrainingParameters
from rnn_trading.models.states import Arrays, State, StateError, States, digest_of
from rnn_trading.models.traced import by_place
from rnn_trading.provenance import code_digest, libraries_of

logger = logging.getLogger(__name__)

MODEL = "model"
LIBRARIES = ("rnn-trading", "keras", "tensorflow", "numpy")


class Counting(Protocol):
    """A callback with counters of its own."""

    def counters(self) -> dict[str, Any]:
        """Plain values."""

    def count_on(self, counters: dict[str, Any]) -> None:
        """Take them over."""


class Watching(Counting, Protocol):
    """A further callback with counters, which depend on what it looks at."""

    def arrays(self) -> Iterator[NDArray[np.generic]]:
        """All numbers that it looks at."""


def made_of(
    network: str,
    training_rows: Iterable[NDArray[np.generic]],
    validation_rows: Iterable[NDArray[np.generic]],
    training: TrainingParameters,
    device: str,
    modules: Iterable[str],
    watching: Iterable[Watching] = (),
) -> dict[str, str]:
    """What a training is made of, in words and as a digest: one with other parts cannot be taken up.

    Parameters
    ----------
    network
        A digest of the network; see :func:`digest_of_network`.
    training_rows, validation_rows
        All numbers that are trained on, and watched.
    modules
        Whose source, with that of what they import, decides what comes out; of a builder from elsewhere also the
        versions of the libraries that it imports.
    watching
        Further callbacks with counters.
    """
    modules = [*modules]
    libraries = {name: version(name) for name in LIBRARIES} | libraries_of(modules)
    return {
        "training rows": digest_of(training_rows),
        "validation rows": digest_of(validation_rows),
        "network": network,
        "callbacks": digest_of(array for callback in watching for array in callback.arrays()),
        "training parameters": digest_of([np.array(repr(training))]),
        "device": device,
        "libraries": ", ".join(f"{name} {number}" for name, number in libraries.items()),
        "code": code_digest(modules),
    }


def digest_of_network(model: keras.Model) -> str:
    """Digest of a network with its initial weights, whatever its layers are called."""
    config = json.dumps(by_place(model.get_config(), {}), default=str)
    return digest_of([np.array(config), *model.get_weights()])


def key_of_parts(parts: dict[str, str]) -> str:
    """SHA-256 of all that a training is made of."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def take_up(states: States, name: str, title: str, parts: dict[str, str]) -> State | None:
    """The state of a training of the same parts, broken off or ended; None, and why in the log, if it begins anew."""
    try:
        state = states.read(name)
    except StateError as error:
        logger.warning("%s: begins anew: %s", title, error)
        return None
    if state is None:
        return None
    others = [part for part, digest in parts.items() if state.facts["made_of"].get(part) != digest]
    if others:
        kind = "that is kept" if state.facts["ended"] else "that was broken off"
        logger.info("%s: begins anew: the training %s had other %s", title, kind, " and ".join(others))
        return None
    return state


class KeepState(keras.callbacks.Callback):
    """Keep the state of a training after its epochs, and take up the one that is there; record what Keras logs.

    Parameters
    ----------
    states, name
        Where, and of which network.
    parts
        See :func:`made_of`.
    stopping
        Knows which epoch is kept.
    counting
        Further callbacks with counters; all come before this one.
    taken_up
        State to go on from; None: from the start.
    """

    def __init__(
        self,
        states: States,
        name: str,
        parts: dict[str, str],
        stopping: "Stopping | KeepLast",
        counting: list[Any],
        taken_up: State | None,
    ) -> None:
        super().__init__()
        self.states, self.name, self.parts, self.stopping, self.taken_up = states, name, parts, stopping, taken_up
        self.counting: dict[str, Counting] = {type(each).__name__: each for each in (stopping, *counting)}
        facts = taken_up.facts if taken_up else {}
        self.epochs: int = facts.get("epochs", 0)
        self.recorded: dict[str, list[float]] = facts.get("recorded", {})
        self.untrained: dict[str, float] = facts.get("untrained", {})
        self.seconds_before: float = facts.get("seconds", 0.0)
        self.ended: str | None = facts.get("ended")
        self.started: float | None = None

    @property
    def seconds(self) -> float:
        """Of the training, breaks not counted."""
        return self.seconds_before + (0.0 if self.started is None else time.perf_counter() - self.started)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Take the state over; the other callbacks have just set theirs to the start."""
        self.started = self.written = time.perf_counter()
        if self.taken_up is None:
            return
        for part, variables in _variables(self.model).items():
            _assign(variables, _of_part(self.taken_up.arrays, part))
        self._count_on(self.taken_up)
        self.stopping.best_weights = _of_part(self.taken_up.arrays, "best") or None

    def give_back(self, model: keras.Model) -> None:
        """Give a network what a training that has ended made of it, and the other callbacks their counters."""
        if self.taken_up is None or self.ended is None:
            raise RuntimeError(f"There is no training of {self.name} that has ended.")
        _assign(model.variables, _of_part(self.taken_up.arrays, MODEL))
        self._count_on(self.taken_up)

    def _count_on(self, state: State) -> None:
        for name, callback in self.counting.items():
            callback.count_on(state.facts["counters"][name])

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Record the epoch, and write the state if the last was written long enough ago and there is more to train."""
        self.epochs = epoch + 1
        for quantity, value in (logs or {}).items():
            self.recorded.setdefault(quantity, []).append(float(value))
        ends = self.model.stop_training or self.epochs == self.params["epochs"]
        if not ends and time.perf_counter() - self.written >= self.states.seconds_between:
            arrays = _variables(self.model) | {"best": self.stopping.best_weights or []}
            self._write(arrays)
            self.written = time.perf_counter()

    def end(self) -> None:
        """Keep what was fitted: nothing is left to train, so that the optimizer's variables are not kept."""
        self.ended = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        self.seconds_before, self.started = self.seconds, None
        self._write({MODEL: self.model.variables})

    def _write(self, parts: dict[str, list[Any]]) -> None:
        facts = {
            "made_of": self.parts,
            "epochs": self.epochs,
            "ended": self.ended,
            "seconds": self.seconds,
            "recorded": self.recorded,
            "untrained": self.untrained,
            "counters": {name: callback.counters() for name, callback in self.counting.items()},
        }
        arrays = {
            f"{part}/{number}": np.asarray(values)
            for part, all_values in parts.items()
            for number, values in enumerate(all_values)
        }
        self.states.write(self.name, State(facts, arrays))


def _variables(model: keras.Model) -> dict[str, list[Any]]:
    return {MODEL: model.variables, "optimizer": model.optimizer.variables}


def _assign(variables: list[Any], values: list[NDArray[np.generic]]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _of_part(arrays: Arrays, part: str) -> list[NDArray[np.generic]]:
    """Arrays ``part/0``, ``part/1``, and so on."""
    return [arrays[f"{part}/{number}"] for number in range(sum(name.startswith(f"{part}/") for name in arrays))]


class Stopping(keras.callbacks.EarlyStopping):
    """Keras' own, whose counters can be kept, and which may keep the network as it was before the first epoch."""

    untrained: float | None = None  # what is monitored, of the network before it is trained; None: it is not watched

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Begin with the untrained network as the best one, if it is watched."""
        super().on_train_begin(logs)
        if self.untrained is not None:
            self.best, self.best_epoch, self.best_weights = self.untrained, -1, self.model.get_weights()

    def counters(self) -> dict[str, Any]:
        """Best value and epoch, and epochs without a better one."""
        return {"wait": self.wait, "best": _number(self.best), "best_epoch": self.best_epoch}

    def count_on(self, counters: dict[str, Any]) -> None:
        """Take them over."""
        self.wait, self.best, self.best_epoch = counters["wait"], counters["best"], counters["best_epoch"]


class KeepLast(keras.callbacks.Callback):
    """No epoch is chosen: all are run, and the last is kept."""

    best_weights: list[NDArray[np.generic]] | None = None
    best_epoch = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """The last so far."""
        self.best_epoch = epoch

    def counters(self) -> dict[str, Any]:
        """The last epoch."""
        return {"best_epoch": self.best_epoch}

    def count_on(self, counters: dict[str, Any]) -> None:
        """Take it over."""
        self.best_epoch = counters["best_epoch"]


class Plateau(keras.callbacks.ReduceLROnPlateau):
    """Keras' own, but the epochs before the first that is watched do not count, and its counters can be kept."""

    def __init__(self, first_epoch: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.first_epoch = first_epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Lower the learning rate, if it is time."""
        if epoch + 1 >= self.first_epoch:
            super().on_epoch_end(epoch, logs)

    def counters(self) -> dict[str, Any]:
        """Best value, and epochs without a better one."""
        return {"wait": self.wait, "best": _number(self.best)}

    def count_on(self, counters: dict[str, Any]) -> None:
        """Take them over."""
        self.wait, self.best = counters["wait"], counters["best"]


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
