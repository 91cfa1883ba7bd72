"""Where a training stands. Free of TensorFlow, so that pipelines load without it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[np.generic]]


def digest_of(arrays: Iterable[NDArray[np.generic]]) -> str:
    """SHA-256 of arrays, their types and their shapes, in their order."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


class StateError(ValueError):
    """A state that is there cannot be read."""


@dataclass(frozen=True)
class State:
    """Where a training stands after an epoch.

    Attributes
    ----------
    facts
        Plain values: ``made_of`` (see :func:`rnn_trading.models.training_state.made_of`), ``epochs`` done, ``ended``
        (ISO time, UTC, or None while there is more to train), ``seconds``, ``recorded`` by quantity, and ``counters``
        of the callbacks.
    arrays
        Variables of the network (``model/N``: weights, and the states of its dropout). While there is more to train,
        those of its optimizer (``optimizer/N``), and the weights of the best epoch (``best/N``), too.
    """

    facts: dict[str, Any]
    arrays: Arrays


class States(Protocol):
    """Keeps the state of each network of a training by its name, whole or not at all."""

    seconds_between: float

    def read(self, name: str) -> State | None:
        """What is there of a network; None if there is nothing.

        Raises
        ------
        StateError
            If it cannot be read.
        """

    def write(self, name: str, state: State) -> None:
        """Replace what is there."""


class NothingKept:
    """For a training that is not to be taken up."""

    seconds_between = float("inf")

    def read(self, name: str) -> None:
        """There is nothing."""

    def write(self, name: str, state: State) -> None:
        """Keep nothing."""


NOTHING_KEPT = NothingKept()
