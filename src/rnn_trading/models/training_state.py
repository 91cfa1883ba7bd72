"""Keep where a training stands while it runs, and take up one that was broken off."""

import json
import logging
import time
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras
from rnn_trading.models.parameters import TrainingParameters
from rnn_trading.models.states import Arrays, State, StateError, States, digest_of

logger = logging.getLogger(__name__)

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
    model: keras.Model,
    training_rows: Iterable[NDArray[np.generic]],
    validation_rows: Iterable[NDArray[np.generic]],
    training: TrainingParameters,
    device: str,
    watching: Iterable[Watching] = (),
) -> dict[str, str]:
    """What a training is made of, in words and as a digest: one with other parts cannot be taken up.

    Parameters
    ----------
    model
        With its initial weights, compiled.
    training_rows, validation_rows
        All numbers that are trained on, and watched.
    watching
        Further callbacks with counters.
    """
    config = json.dumps(_by_place(model.get_config(), {}), default=str)
    return {
        "training rows": digest_of(training_rows),
        "validation rows": digest_of(validation_rows),
        "network": digest_of([np.array(config), *model.get_weights()]),
        "callbacks": digest_of(array for callback in watching for array in callback.arrays()),
        "training parameters": digest_of([np.array(repr(training))]),
        "device": device,
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
    }


def _by_place(config: Any, places: dict[str, str]) -> Any:
    """A configuration in which every name is the place where it first stands.

    Keras numbers the names of layers that have none, by all that were made before.
    """
    if isinstance(config, dict):
        named = config.get("name")
        if isinstance(named, str):
            places.setdefault(named, f"name {len(places)}")
        return {key: _by_place(value, places) for key, value in config.items()}
    if isinstance(config, list | tuple):
        return [_by_place(each, places) for each in config]
    return places.get(config, config) if isinstance(config, str) else config


def take_up(states: States, name: str, title: str, parts: dict[str, str]) -> State | None:
    """The state of a training of the same parts; None, and the reason in the log, if it begins anew."""
    try:
        state = states.read(name)
    except StateError as error:
        logger.warning("%s: begins anew: %s", title, error)
        return None
    if state is None:
        return None
    others = [part for part, digest in parts.items() if state.facts["made_of"].get(part) != digest]
    if others:
        logger.info("%s: begins anew: the training that was broken off had other %s", title, " and ".join(others))
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
        self.seconds_before: float = facts.get("seconds", 0.0)
        self.started: float | None = None

    @property
    def seconds(self) -> float:
        """Of the training, breaks not counted."""
        return self.seconds_before + (0.0 if self.started is None else time.perf_counter() - self.started)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Take the state over; the other callbacks have just set theirs to the start."""
        self.started = self.written = time.perf_counter()
        self.take_over(self.model)

    def take_over(self, model: keras.Model) -> None:
        """Give a compiled network and the other callbacks the state that is there, if there is one."""
        if self.taken_up is None:
            return
        for part, variables in _variables(model).items():
            for variable, values in zip(variables, _of_part(self.taken_up.arrays, part), strict=True):
                variable.assign(values)
        for name, callback in self.counting.items():
            callback.count_on(self.taken_up.facts["counters"][name])
        self.stopping.best_weights = _of_part(self.taken_up.arrays, "best") or None

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Record the epoch, and write the state if the last was written long enough ago."""
        self.epochs = epoch + 1
        for quantity, value in (logs or {}).items():
            self.recorded.setdefault(quantity, []).append(float(value))
        if time.perf_counter() - self.written >= self.states.seconds_between:
            self.write(ended=self.model.stop_training or self.epochs == self.params["epochs"])
            self.written = time.perf_counter()

    def write(self, *, ended: bool) -> None:
        """Write the state as it is; ``ended``: nothing is left to train."""
        facts = {
            "made_of": self.parts,
            "epochs": self.epochs,
            "ended": ended,
            "seconds": self.seconds,
            "recorded": self.recorded,
            "counters": {name: callback.counters() for name, callback in self.counting.items()},
        }
        parts = {part: [each.numpy() for each in variables] for part, variables in _variables(self.model).items()}
        parts["best"] = self.stopping.best_weights or []
        arrays = {
            f"{part}/{number}": values for part, all_values in parts.items() for number, values in enumerate(all_values)
        }
        self.states.write(self.name, State(facts, arrays))


def _variables(model: keras.Model) -> dict[str, list[Any]]:
    return {"model": model.variables, "optimizer": model.optimizer.variables}


def _of_part(arrays: Arrays, part: str) -> list[NDArray[np.generic]]:
    """Arrays ``part/0``, ``part/1``, and so on."""
    return [arrays[f"{part}/{number}"] for number in range(sum(name.startswith(f"{part}/") for name in arrays))]


class Stopping(keras.callbacks.EarlyStopping):
    """Keras' own, whose counters can be kept."""

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
